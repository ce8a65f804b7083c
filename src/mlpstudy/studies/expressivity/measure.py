"""What one hidden layer can do at best, and linear pieces: random, constructed, learned."""

from itertools import product

import numpy as np
import pandas as pd

from mlpstudy.analysis import linear_pieces as lp
from mlpstudy.analysis.best_fit import equal_steps_error, least_errors
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

NEEDS = {
    "shown": "block", "half": "number", "lines": "whole", "planes": "whole", "width": "whole",
    "line_depths": ["whole"], "plane_depths": ["whole"], "equal_units": "whole",
    "equal_depths": ["whole"], "most_units": "whole", "slices": "whole", "tiles": ["scalar"],
    "segments": "whole",
}  # fmt: skip
BLOCKS = ["width", "slices"]
KEYS = ["seeds"]
LINE, PLANE = 1, 2  # inputs
COLUMNS = {
    "between": ["dataset", "depth", "width", "seed", "epochs", "units", "counted", "expected"],
}
FACTORS = {"between": ["units"]}
ALONG = np.array([0.8, 0.6])  # a direction that is none of the constructed networks' axes
UNIT_SQUARE = lp.square(0.5) + 0.5


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """fits, targets: the functions of some networks. bounds: what one hidden layer can do at best.
    random, constructed: pieces of networks that have learned nothing. learned: pieces on slices
    through data, before and after learning. between: activation patterns between examples, the
    same. tiles: linear regions to draw.
    """
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    fits, targets = _fits(networks, options["shown"])
    on_slices, slices = learned(networks, options)
    return {
        "fits": fits,
        "targets": targets,
        "bounds": _bounds(networks, int(options["most_units"])),
        "random": random(options, seeds),
        "constructed": constructed(options),
        "learned": on_slices,
        "between": between(networks, int(options["segments"])),
        "tiles": pd.concat([_tiles(options), slices], ignore_index=True),
    }


def _fits(networks: Networks, block: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """depth, width, eta, x, y: the corners of the networks of one seed of a block, in the units of
    its split; and the target there."""
    runs = [run for run in networks.blocks[block] if run.seed == networks.blocks[block][0].seed]
    parts = networks.split(runs[0])
    x = np.concatenate([part.x[:, 0] for part in (parts.train, parts.validation, parts.test)])
    y = np.concatenate([part.target[:, 0] for part in (parts.train, parts.validation, parts.test)])
    order = np.argsort(x)
    fits = []
    for record in networks.train(runs):
        if record.status == "finished":
            at, out = lp.corners(lp.layers_of(record.kept_weights), float(x.min()), float(x.max()))
            run = record.run
            key = {"dataset": run.dataset, "depth": run.depth, "width": run.width, "eta": run.eta}
            fits.append(pd.DataFrame({**key, "x": at, "y": out[:, 0]}))
    return pd.concat(fits, ignore_index=True), pd.DataFrame({"x": x[order], "y": y[order]})


def _bounds(networks: Networks, most: int) -> pd.DataFrame:
    """dataset, units, best, constructed: root mean square errors on the targets of one variable, in
    their deviation. best: nobody's with so many units is smaller; constructed: corners at equal
    steps."""
    rows = []
    for name in dict.fromkeys(run.dataset for run in networks.blocks["width"]):
        data = networks.dataset(name)
        if data.x.shape[1] == LINE:
            x, y = data.x[:, 0], data.y[:, 0] / data.y.std()
            best = least_errors(x, y, most + 1)
            for units in range(1, most + 1):
                made = equal_steps_error(x, y, units)
                rows.append(
                    {"dataset": name, "units": units, "best": best[units], "constructed": made}
                )
    return pd.DataFrame(rows)


def random(options: dict, seeds: list[int]) -> pd.DataFrame:
    """seed, inputs, width, depth, equal (one of the networks with as many units as the others?),
    number, counted, expected: linear pieces of random networks."""
    half, width, units = float(options["half"]), int(options["width"]), int(options["equal_units"])
    equal = [(units // depth, depth, True) for depth in options["equal_depths"]]
    kinds = {
        LINE: [(width, depth, False) for depth in options["line_depths"]] + equal,
        PLANE: [(width, depth, False) for depth in options["plane_depths"]] + equal,
    }
    drawn = {LINE: int(options["lines"]), PLANE: int(options["planes"])}
    rows = []
    for seed, inputs in product(seeds, (LINE, PLANE)):
        for wide, depth, same in kinds[inputs]:
            key = {"seed": seed, "inputs": inputs, "width": wide, "depth": depth, "equal": same}
            expected = (lp.expected_pieces, lp.expected_regions)[inputs - 1](wide, depth, half)
            for number in range(drawn[inputs]):
                layers = lp.random_network(inputs, wide, depth, stream(seed, "study", number))
                counted = _count(layers, inputs, half)
                rows.append({**key, "number": number, "counted": counted, "expected": expected})
    return pd.DataFrame(rows)


def _count(layers: lp.Layers, inputs: int, half: float) -> int:
    if inputs == LINE:
        return lp.pieces(layers, -half, half)
    return len(lp.regions(layers, lp.square(half)))


def constructed(options: dict) -> pd.DataFrame:
    """inputs, width, depth, counted, and the bounds: most (no network has more), shallow (none of
    one hidden layer with as many units has more), montufar (some network has as many)."""
    width, rows = int(options["width"]), []
    depths = {LINE: options["line_depths"], PLANE: options["plane_depths"]}
    for inputs, name in ((LINE, "line_depths"), (PLANE, "plane_depths")):
        for depth in options[name]:
            # 16^4 squares take long to count: of the deepest networks in a plane the bounds alone.
            small = inputs == LINE or depth < max(depths[PLANE])
            rows.append(
                {
                    "inputs": inputs,
                    "width": width,
                    "depth": depth,
                    "counted": float(_folded(inputs, width, depth)) if small else np.nan,
                    "most": float(lp.most_pieces_deep(width, depth, inputs)),
                    "shallow": float(lp.most_pieces_shallow(width * depth, inputs)),
                    "montufar": float(lp.montufar(width, depth, inputs)),
                }
            )
    return pd.DataFrame(rows)


def _folded(inputs: int, width: int, depth: int) -> int:
    if inputs == LINE:
        return lp.pieces(lp.zigzag(width, depth), 0, 1)
    return len(lp.regions(lp.zigzag_plane(width // 2, depth), UNIT_SQUARE))


def learned(networks: Networks, options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """dataset, depth, width, seed, epochs, slice, counted: linear regions on planes through three
    training examples, in the square around them that has its middle at their mean; and the
    regions themselves for the first slice of a few networks."""
    blocks = [runs for name, runs in networks.blocks.items() if name.endswith("slices")]
    dataset, *depths = options["tiles"]
    rows, tiles = [], []
    runs = sorted((run for runs in blocks for run in runs), key=lambda run: (run.depth, run.epochs))
    for record in networks.train(runs):
        run = record.run
        key = {name: getattr(run, name) for name in ("dataset", "depth", "width", "seed", "epochs")}
        drawn = run.dataset == dataset and run.seed == 0
        for number in range(int(options["slices"])):
            found = _slice(networks, record, number) if record.status == "finished" else []
            rows.append({**key, "slice": number, "counted": len(found) or np.nan})
            if drawn and not number and run.depth in depths:
                when = "after learning" if run.epochs else "at the start"
                tiles.append(_drawn(f"{dataset}, {_layers(run.depth, run.width)}", when, found))
    return pd.DataFrame(rows), pd.concat(tiles, ignore_index=True) if tiles else pd.DataFrame()


def _slice(networks: Networks, record: Record, number: int) -> list:
    x = networks.split(record.run).train.x.astype(float)
    chosen = stream(record.run.seed, "study", number).choice(len(x), 3, replace=False)
    origin, axes, at = lp.plane_of(x[chosen])
    layers = lp.on_plane(lp.layers_of(record.kept_weights), origin, axes)
    return lp.regions(layers, lp.square(1.2 * np.abs(at).max()))


def between(networks: Networks, segments: int) -> pd.DataFrame:
    """dataset, depth, width, seed, epochs, units, counted, expected: activation patterns on segments
    between two training examples, mean over them; expected of wide random networks."""
    blocks = [runs for name, runs in networks.blocks.items() if name.startswith("lines")]
    rows = []
    for record in networks.train([run for runs in blocks for run in runs]):
        run = record.run
        key = {name: getattr(run, name) for name in ("dataset", "depth", "width", "seed", "epochs")}
        units = run.depth * run.width
        x = networks.split(run).train.x.astype(float)
        seen = [_segment(x, record, units, number) for number in range(segments)]
        counted, expected = np.mean(seen, axis=0) if record.status == "finished" else (np.nan,) * 2
        rows.append({**key, "units": units, "counted": counted, "expected": expected})
    return pd.DataFrame(rows, columns=COLUMNS["between"])


def _segment(x: np.ndarray, record: Record, units: int, number: int) -> tuple[int, float]:
    """Patterns between two of the examples x (N, n_in), and how many are expected."""
    chosen = stream(record.run.seed, "study", number).choice(len(x), 2, replace=False)
    start, end = x[chosen].reshape(2, -1)
    layers = lp.on_line(lp.layers_of(record.kept_weights), start, end)
    return lp.patterns(layers, 0, 1), lp.expected_patterns(units, start, end)


def _tiles(options: dict) -> pd.DataFrame:
    """The regions of a random network for each number of layers, and of two constructed ones."""
    half, units = float(options["half"]), int(options["equal_units"])
    parts = []
    for depth in options["tiles"][1:]:
        layers = lp.random_network(PLANE, units // depth, depth, stream(0, "study"))
        found = lp.regions(layers, lp.square(half))
        parts.append(_drawn(_layers(depth, units // depth), "random", found))
    for folds, depth in ((9, 1), (3, 3)):  # of 18 units both
        found = lp.regions(lp.zigzag_plane(folds, depth), UNIT_SQUARE)
        parts.append(_drawn(_layers(depth, 2 * folds), "constructed", found))
    return pd.concat(parts, ignore_index=True)


def _drawn(network: str, kind: str, found: list) -> pd.DataFrame:
    """network, kind, tile, x1, x2 (each corner), value: the slope of the first output in ALONG."""
    parts = []
    for tile, (polygon, A) in enumerate(found):
        value = float(ALONG @ A[:2, 0])
        at = {"x1": polygon[:, 0], "x2": polygon[:, 1]}
        parts.append(pd.DataFrame({"tile": tile, **at, "value": value}))
    return pd.concat(parts, ignore_index=True).assign(network=network, kind=kind)


def _layers(depth: int, width: int) -> str:
    return f"{depth} layer{'s' if depth > 1 else ''} of {width}"
