"""Error surfaces: plateaus, minima up to symmetry, descents, and slices around trained networks."""

from itertools import product

import numpy as np
import pandas as pd

from mlpstudy.analysis.slices import direction, losses
from mlpstudy.analysis.surface import SAME, Tiny, bent_down, flat_share, plane_through
from mlpstudy.data.split import Part
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks

COLUMNS = {
    "surface": ["cost", "w", "v", "loss", "flat"],
    "paths": ["cost", "start", "step", "w", "v", "loss"],
    "plane": ["across", "up", "loss"],
    "plane_paths": ["path", "step", "across", "up", "loss"],
    "flat": ["network", "cost", "seed", "share"],
    "minima": ["activation", "cost", "seed", "loss", "kind", "height"],
    "undecayed": ["seed", "loss", "strict", "activation", "cost", "height"],
    "slices": ["depth", "residual", "across", "up", "loss"],
    "bent": ["depth", "residual", "seed", "share", "loss"],
}
FACTORS = {
    "surface": ["cost"],
    "paths": ["cost", "start", "step"],
    "plane_paths": ["path", "step"],
    "flat": ["network", "cost"],
    "minima": ["activation", "cost"],
    "undecayed": ["activation", "cost"],
}
NEEDS = {
    "box": "number", "flat": "number", "side": "whole", "examples": "whole", "sampled": "whole",
    "starts": "whole", "decay": "number", "slice_side": "whole", "slice_examples": "whole",
}  # fmt: skip
BLOCKS = ["slices"]
KEYS = ["seeds"]

COSTS = ("mse", "nll")
ACTIVATIONS = ("tanh", "sigmoid")
XOR = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]), np.array([0.0, 1.0, 1.0, 0.0])
STARTS = ((-6.0, 1.5), (-5.0, 6.5), (1.0, -6.0), (5.5, -2.0), (0.6, 0.3))  # of the 1-1-1 paths
STEPS, ETA = 3000, 1.0  # of the drawn descents
KEPT = (*range(20), *range(20, 200, 10), *range(200, STEPS + 1, 100))  # their drawn steps
LEVEL = 1e-9  # of the slope where a search without weight decay ends: far out, or in a minimum
BORDER = 0.6  # of the drawn plane around the three places it goes through, in their distance


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """surface, paths: of the 1-1-1 network. plane, plane_paths: of the 2-2-1 network for XOR, in a
    plane through its minima. flat: share of plateaus of both. minima: where searches end.
    undecayed: where they end without weight decay. slices: of trained networks, and bent: the share
    of each that is bent downwards.
    """
    options, seeds = study["options"], _seeds(study["seeds"])
    plane, plane_paths = _plane(options)
    slices, bent = _slices(networks, options)
    return {
        "surface": pd.concat([_surface(cost, options) for cost in COSTS], ignore_index=True),
        "paths": pd.concat([_paths(cost, options) for cost in COSTS], ignore_index=True),
        "plane": plane,
        "plane_paths": plane_paths,
        "flat": _flat(options, seeds),
        "minima": _minima(options, seeds),
        "undecayed": _undecayed(options, seeds),
        "slices": slices,
        "bent": bent,
    }


def _seeds(seeds) -> list[int]:
    return list(range(seeds)) if isinstance(seeds, int) else list(seeds)


def one_one_one(cost: str, examples: int, seed: int) -> Tiny:
    """y = sigmoid(v tanh(w x)) for two classes of normal points around -1 and 1, of deviation 1."""
    t = np.arange(examples) % 2
    x = 2.0 * t - 1 + stream(seed, "study").normal(size=examples)
    return Tiny(x[:, None], t.astype(float), 1, "tanh", cost, biases=False)


def _grid(box: float, side: int) -> np.ndarray:
    """(side^2, 2) places of [-box, box]^2, row by row."""
    along = np.linspace(-box, box, side)
    return np.stack([np.tile(along, side), np.repeat(along, side)], 1)


def _surface(cost: str, options: dict) -> pd.DataFrame:
    """cost, w, v, loss, and flat: whether the slope there is one of a plateau."""
    tiny = one_one_one(cost, int(options["examples"]), 0)
    at = _grid(float(options["box"]), int(options["side"]))
    steep = np.linalg.norm(tiny.slope(at), axis=1)
    flat = steep < float(options["flat"]) * steep.max()
    seen = {"w": at[:, 0], "v": at[:, 1], "loss": tiny.loss(at), "flat": flat}
    return pd.DataFrame({"cost": cost, **seen})


def _paths(cost: str, options: dict) -> pd.DataFrame:
    """cost, start, step, w, v, loss of descents on the 1-1-1 surface."""
    tiny = one_one_one(cost, int(options["examples"]), 0)
    path = tiny.descend(np.array(STARTS), ETA, STEPS)[list(KEPT)]
    parts = []
    for start in range(len(STARTS)):
        at = path[:, start]
        seen = {"step": KEPT, "w": at[:, 0], "v": at[:, 1], "loss": tiny.loss(at)}
        parts.append(pd.DataFrame({"cost": cost, "start": start, **seen}))
    return pd.concat(parts, ignore_index=True)


def _plane(options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The squared error of the 2-2-1 network for XOR in the plane through the end of a descent that
    solves it, its twin with the units exchanged, and the end of one that fails; both descents."""
    tiny = Tiny(*XOR, 2, "tanh", "mse")
    starts = stream(0, "study", 1).normal(size=(30, tiny.size))
    path = tiny.descend(starts, ETA, STEPS)
    loss = tiny.loss(path[-1])
    solved, failed = int(np.argmin(loss)), int(np.argmin(np.abs(loss - 1 / 8)))
    twin = tiny.twins(path[-1, solved])[4]  # the other order of the units, no sign changed
    origin, axes = plane_through(path[-1, solved], twin, path[-1, failed])
    ends = np.array([axes @ (at - origin) for at in (path[-1, solved], twin, path[-1, failed])])
    low, high = ends.min(0), ends.max(0)
    half = (high - low).max() * (0.5 + BORDER / 2)
    at = (low + high) / 2 + half * _grid(1.0, int(options["side"]))
    drawn = {"across": at[:, 0], "up": at[:, 1], "loss": tiny.loss(origin + at @ axes)}
    rows = [
        (name, step, *(axes @ (path[step, run] - origin)), float(tiny.loss(path[step, run])[0]))
        for name, run in (("solved", solved), ("failed", failed))
        for step in KEPT
    ]
    rows.append(("twin", 0, *ends[1], float(loss[solved])))
    return pd.DataFrame(drawn), pd.DataFrame(rows, columns=COLUMNS["plane_paths"])


def _flat(options: dict, seeds: list[int]) -> pd.DataFrame:
    """network, cost, seed, share of the box with a slope of a plateau."""
    box, share, rows = float(options["box"]), float(options["flat"]), []
    for cost, seed in product(COSTS, seeds):
        small = one_one_one(cost, int(options["examples"]), seed)
        slopes = small.slope(_grid(box, int(options["side"])))
        rows.append(("1-1-1", cost, seed, flat_share(slopes, share)))
        xor = Tiny(*XOR, 2, "tanh", cost)
        at = stream(seed, "study", 2).uniform(-box, box, (int(options["sampled"]), xor.size))
        rows.append(("2-2-1", cost, seed, flat_share(xor.slope(at), share)))
    return pd.DataFrame(rows, columns=COLUMNS["flat"])


def _minima(options: dict, seeds: list[int]) -> pd.DataFrame:
    """activation, cost, seed, loss, kind, height of every search that ends in a minimum of the
    2-2-1 network for XOR. Equal kind: the same up to symmetry; equal height: the same loss. Both
    are numbered from the best minimum of all seeds on."""
    parts = []
    for activation, cost in product(ACTIVATIONS, COSTS):
        tiny = Tiny(*XOR, 2, activation, cost, decay=float(options["decay"]))
        found = [tiny.minima(_starts(tiny, options, seed)) for seed in seeds]
        seed = np.repeat(seeds, [len(losses_) for _, losses_ in found])
        places, loss = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.argsort(loss, kind="stable")
        key = {"activation": activation, "cost": cost}
        seen = {"seed": seed[order], "loss": loss[order]}
        kinds = {"kind": _kinds(tiny, places[order]), "height": _heights(loss[order])}
        parts.append(pd.DataFrame({**key, **seen, **kinds}))
    return pd.concat(parts, ignore_index=True)


def _starts(tiny: Tiny, options: dict, seed: int) -> np.ndarray:
    """(starts, size) where the searches of a seed begin."""
    return stream(seed, "study", 3).normal(0, 2, (int(options["starts"]), tiny.size))


def _undecayed(options: dict, seeds: list[int]) -> pd.DataFrame:
    """activation, cost, seed, loss, height, strict of every search that levels off on the surface of
    the 2-2-1 network for XOR without weight decay. Not strict: it only levels off, and goes on
    falling, slower and slower, towards infinite weights."""
    parts = []
    for activation, cost in product(ACTIVATIONS, COSTS):
        tiny = Tiny(*XOR, 2, activation, cost)
        rows = [
            (seed, float(tiny.loss(end)[0]), tiny.is_strict(end))
            for seed in seeds
            for end in tiny.ends(_starts(tiny, options, seed), LEVEL)
        ]
        found = pd.DataFrame(rows, columns=["seed", "loss", "strict"])
        found = found.sort_values("loss", kind="stable", ignore_index=True)
        key = {"activation": activation, "cost": cost}
        parts.append(found.assign(**key, height=_heights(found["loss"].to_numpy())))
    return pd.concat(parts, ignore_index=True)


def _kinds(tiny: Tiny, minima: np.ndarray) -> np.ndarray:
    """(M, size) -> (M,) the number of each minimum's kind."""
    first = tiny.distinct(minima)
    kinds = np.zeros(len(minima), int)
    for i, theta in enumerate(minima):
        twins = tiny.twins(theta)
        kinds[i] = np.argmin([np.abs(twins - minima[k]).max(1).min() for k in first])
    return kinds


def _heights(loss: np.ndarray) -> np.ndarray:
    """Sorted losses (M,) -> (M,) the number of each one's height: a step up is a gap."""
    return np.cumsum(np.append(False, np.diff(loss) > SAME))


def _slices(networks: Networks, options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """slices: depth, residual, across, up, loss of the first seed's networks. bent: depth,
    residual, seed, share of the slice that is bent downwards, loss in its middle."""
    side, n = int(options["slice_side"]), int(options["slice_examples"])
    steps = np.linspace(-1, 1, side)
    slices, bent = [], []
    for record in networks.train(networks.blocks["slices"]):
        run, data = record.run, networks.dataset(record.run.dataset)
        train = networks.split(run).train
        part = Part(train.x[:n], train.target[:n], train.y[:n])
        rng = stream(run.seed, "study")
        axes = direction(record.kept_weights, rng), direction(record.kept_weights, rng)
        seen = losses(run, record.kept_weights, axes, steps, part, data.shape, data.classes)
        key = {"depth": run.depth, "residual": run.residual}
        middle = float(seen[side // 2, side // 2])
        bent.append({**key, "seed": run.seed, "share": bent_down(seen), "loss": middle})
        if run.seed == 0:
            at = _grid(1.0, side)
            drawn = {"across": at[:, 0], "up": at[:, 1], "loss": seen.ravel()}
            slices.append(pd.DataFrame({**key, **drawn}))
    return pd.concat(slices, ignore_index=True), pd.DataFrame(bent)
