"""What does the error surface look like? Plateaus, minima up to symmetry, paths, and slices."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.slices import direction, losses
from mlpstudy.analysis.surface import SAME, Tiny, bent_down, flat_share, plane_through
from mlpstudy.data.split import Part
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import FEWEST, Interval, interval, paired, wilson
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks

COSTS = ("mse", "nll")
ACTIVATIONS = ("tanh", "sigmoid")
STATISTICS = [
    "flat_share", "heights_of_minima", "share_in_worse", "heights_without_decay",
    "levels_without_decay", "straightened_by_residual",
]  # fmt: skip
FACTORS = ["depth", "residual"]
NEEDS = {
    "box": "number", "flat": "number", "side": "whole", "examples": "whole", "sampled": "whole",
    "starts": "whole", "decay": "number", "slice_side": "whole", "slice_examples": "whole",
}  # fmt: skip
BLOCKS = ["slices"]
KEYS = ["seeds"]
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
    ends = tiny.loss(path[-1])
    good, bad = int(np.argmin(ends)), int(np.argmin(np.abs(ends - 1 / 8)))
    solved, failed = path[-1, good], path[-1, bad]
    twin = tiny.twins(solved)[4]  # the other order of the units, no sign changed
    origin, axes = plane_through(solved, twin, failed)
    places = {"solved": solved, "twin": twin, "failed": failed}
    flat = {name: axes @ (place - origin) for name, place in places.items()}
    corners = np.array(list(flat.values()))
    low, high = corners.min(0), corners.max(0)
    middle, half = (low + high) / 2, (high - low).max() * (0.5 + BORDER / 2)
    at = middle + half * _grid(1.0, int(options["side"]))
    loss = tiny.loss(origin + at @ axes)
    rows = []
    for name, run in (("solved", good), ("failed", bad)):
        for step in KEPT:
            across, up = axes @ (path[step, run] - origin)
            row = {"path": name, "step": step, "across": across, "up": up}
            rows.append({**row, "loss": float(tiny.loss(path[step, run])[0])})
    across, up = flat["twin"]
    rows.append({"path": "twin", "step": 0, "across": across, "up": up, "loss": float(ends[good])})
    return pd.DataFrame({"across": at[:, 0], "up": at[:, 1], "loss": loss}), pd.DataFrame(rows)


def _flat(options: dict, seeds: list[int]) -> pd.DataFrame:
    """network, cost, seed, share of the box with a slope of a plateau."""
    box, share, rows = float(options["box"]), float(options["flat"]), []
    for cost in COSTS:
        for seed in seeds:
            small = one_one_one(cost, int(options["examples"]), seed)
            slopes = small.slope(_grid(box, int(options["side"])))
            key = {"cost": cost, "seed": seed}
            rows.append({"network": "1-1-1", **key, "share": flat_share(slopes, share)})
            xor = Tiny(*XOR, 2, "tanh", cost)
            at = stream(seed, "study", 2).uniform(-box, box, (int(options["sampled"]), xor.size))
            rows.append({"network": "2-2-1", **key, "share": flat_share(xor.slope(at), share)})
    return pd.DataFrame(rows)


def _minima(options: dict, seeds: list[int]) -> pd.DataFrame:
    """activation, cost, seed, loss, kind, height of every search that ends in a minimum of the
    2-2-1 network for XOR. Equal kind: the same up to symmetry; equal height: the same loss. Both
    are numbered from the best minimum of all seeds on."""
    parts = []
    for activation in ACTIVATIONS:
        for cost in COSTS:
            tiny = Tiny(*XOR, 2, activation, cost, decay=float(options["decay"]))
            starts = [
                stream(seed, "study", 3).normal(0, 2, (int(options["starts"]), tiny.size))
                for seed in seeds
            ]
            found = [tiny.minima(start) for start in starts]
            seed = np.repeat(seeds, [len(losses_) for _, losses_ in found])
            places, loss = (np.concatenate(part) for part in zip(*found, strict=True))
            order = np.argsort(loss, kind="stable")
            key = {"activation": activation, "cost": cost}
            seen = {"seed": seed[order], "loss": loss[order]}
            kinds = {"kind": _kinds(tiny, places[order]), "height": _heights(loss[order])}
            parts.append(pd.DataFrame({**key, **seen, **kinds}))
    return pd.concat(parts, ignore_index=True)


def _undecayed(options: dict, seeds: list[int]) -> pd.DataFrame:
    """activation, cost, seed, loss, height, strict of every search that levels off on the surface of
    the 2-2-1 network for XOR without weight decay. Not strict: it only levels off, and goes on
    falling, slower and slower, towards infinite weights."""
    parts = []
    for activation in ACTIVATIONS:
        for cost in COSTS:
            tiny, rows = Tiny(*XOR, 2, activation, cost), []
            for seed in seeds:
                starts = stream(seed, "study", 3).normal(0, 2, (int(options["starts"]), tiny.size))
                for end in tiny.ends(starts, LEVEL):
                    row = {"seed": seed, "loss": float(tiny.loss(end)[0])}
                    rows.append({**row, "strict": tiny.is_strict(end)})
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
        axes = direction(record.weights, rng), direction(record.weights, rng)
        seen = losses(run, record.weights, axes, steps, part, data.shape, data.classes)
        key = {"depth": run.depth, "residual": run.residual}
        middle = float(seen[side // 2, side // 2])
        bent.append({**key, "seed": run.seed, "share": bent_down(seen), "loss": middle})
        if run.seed == 0:
            at = _grid(1.0, side)
            drawn = {"across": at[:, 0], "up": at[:, 1], "loss": seen.ravel()}
            slices.append(pd.DataFrame({**key, **drawn}))
    return pd.concat(slices, ignore_index=True), pd.DataFrame(bent)


def summary(view: View) -> dict[str, pd.DataFrame]:
    """What was measured, and counts: of the minima of each height and kind."""
    minima = view.measured["minima"]
    counts = minima.groupby(["activation", "cost", "height"], as_index=False).agg(
        loss=("loss", "median"), kinds=("kind", "nunique"), searches=("seed", "size")
    )
    return {**view.measured, "counts": counts}


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C12 and C31 come to."""
    found = []
    for (network, cost), here in frames["flat"].groupby(["network", "cost"]):
        value = interval(here["share"])
        found += view.findings("flat_share", [(f"{network}, {cost}", value, here)])
    for (activation, cost), here in frames["minima"].groupby(["activation", "cost"]):
        told = f"{activation}, {cost}"
        heights = interval(here.groupby("seed")["height"].nunique())
        found += view.findings("heights_of_minima", [(told, heights, here)])
        share = wilson(int((here["height"] > 0).sum()), len(here))
        if here["seed"].nunique() < FEWEST:
            share = Interval(share.value, np.nan, np.nan)
        found += view.findings("share_in_worse", [(told, share, here)])
    for (activation, cost), here in frames["undecayed"].groupby(["activation", "cost"]):
        strict = here["height"].where(here["strict"])  # of what is no minimum, none
        for name, heights in (("heights", strict), ("levels", here["height"])):
            counted = interval(heights.groupby(here["seed"]).nunique())
            measured = [(f"{activation}, {cost}", counted, here)]
            found += view.findings(f"{name}_without_decay", measured)
    return found + view.findings("straightened_by_residual", _straightened(frames["bent"]))


def _straightened(bent: pd.DataFrame) -> list[tuple]:
    """Share bent downwards in plain networks less that in residual ones of the same depth."""
    measured = []
    for depth, here in bent.groupby("depth"):
        plain, residual = (here[(here["residual"] == "none") == side] for side in (True, False))
        if len(residual):
            value = paired(plain, residual, "share")
            measured.append((f"depth {depth}", value, here))
    return measured


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    flat = frames["flat"].groupby(["network", "cost"], as_index=False)["share"]
    bent = frames["bent"].groupby(["depth", "residual"], as_index=False)[["share", "loss"]].mean()
    return [
        {
            "name": "minima",
            "title": Said(
                en="Minima of the 2-2-1 network for XOR", fr="Minima du réseau 2-2-1 pour le XOR"
            ),
            "caption": Said(
                en="Ends of the searches that are minima, by the height at which they lie; "
                "kinds: how many of them no exchange of units and no change of signs makes equal; "
                "searches: how many ended there.",
                fr="Fins des recherches qui sont des minima, selon leur hauteur ; sortes : combien"
                " d'entre eux ne deviennent égaux ni par échange d'unités ni par changement de "
                "signes ; recherches : combien y ont fini.",
            ),
            "frame": frames["counts"],
        },
        {
            "name": "flat",
            "title": Said(
                en="Share of the surface that is a plateau",
                fr="Part de la surface qui est un plateau",
            ),
            "caption": Said(
                en="Mean over the seeds: each draws the examples of the 1-1-1 network, and the "
                "places at which the 2-2-1 network for XOR is looked at.",
                fr="Moyenne sur les graines : chacune tire les exemples du réseau 1-1-1, et les "
                "points où l'on regarde le réseau 2-2-1 pour le XOR.",
            ),
            "frame": flat.mean(),
        },
        {
            "name": "bent",
            "title": Said(
                en="Slices around trained networks", fr="Coupes autour de réseaux entraînés"
            ),
            "caption": Said(
                en="share: of the filter-normalised slice that is bent downwards in some "
                "direction; loss: at its middle. Means over the seeds.",
                fr="part : de la coupe normalisée par filtre qui est courbée vers le bas dans une "
                "direction au moins ; coût : en son milieu. Moyennes sur les graines.",
            ),
            "frame": bent,
        },
    ]
