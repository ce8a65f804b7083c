"""Is one hidden layer enough? Errors against width and depth, and linear pieces, counted exactly."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.analysis import linear_pieces as lp
from mlpstudy.analysis.best_fit import equal_steps_error, least_errors
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, distance, interval, paired, summarise, wilson
from mlpstudy.studies.contrast import Contrast, contrast, edge, joined
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import with_least
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

CELL = ["dataset", "activation", "depth", "width"]  # eta is chosen within it
STATISTICS = [
    "exponent_of_constructed", "exponent_of_width", "left_by_widest", "log_over_constructed",
    "log_gained_by_depth", "constructed_over_shallow", "share_above_bound", "off_expected",
    "random_deep_over_shallow", "learned_over_start",
]  # fmt: skip
FACTORS = [*CELL, "epochs", "eta"]
NEEDS = {
    "shown": "block", "half": "number", "lines": "whole", "planes": "whole", "width": "whole",
    "line_depths": ["whole"], "plane_depths": ["whole"], "equal_units": "whole",
    "equal_depths": ["whole"], "most_units": "whole", "slices": "whole", "tiles": ["scalar"],
}  # fmt: skip
BLOCKS = ["width", "slices"]
WIDE = "width"  # begins the names of the blocks in which one layer gets wider
KEYS = ["seeds"]
LINE, PLANE = 1, 2  # inputs
ALONG = np.array([0.8, 0.6])  # a direction that is none of the constructed networks' axes
UNIT_SQUARE = lp.square(0.5) + 0.5


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """fits, targets: the functions of some networks. bounds: what one hidden layer can do at best.
    random, constructed: pieces of networks that have learned nothing. learned: pieces on slices
    through data, before and after learning. tiles: linear regions to draw.
    """
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    fits, targets = _fits(networks, options["shown"])
    learned, slices = _learned(networks, options)
    return {
        "fits": fits,
        "targets": targets,
        "bounds": _bounds(networks, int(options["most_units"])),
        "random": _random(options, seeds),
        "constructed": _constructed(options),
        "learned": learned,
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
            at, out = lp.corners(lp.layers_of(record.weights), float(x.min()), float(x.max()))
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


def _random(options: dict, seeds: list[int]) -> pd.DataFrame:
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


def _constructed(options: dict) -> pd.DataFrame:
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


def _learned(networks: Networks, options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
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
    layers = lp.on_plane(lp.layers_of(record.weights), origin, axes)
    return lp.regions(layers, lp.square(1.2 * np.abs(at).max()))


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


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every network that learns a target, its error (in the target's deviation) and whether
    its eta is the chosen one. width, depth: the errors of each cell; gains: of depth over one
    layer. pieces: of random networks; grown: of deep over shallow ones; learned: on slices; and
    what was measured."""
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    measured = view.measured
    per_seed = _per_seed(measured["random"])
    return {
        "by_run": by_run,
        "width": summarise(best[best["block"] == WIDE], CELL, "error"),
        "depth": summarise(
            best[best["block"] != WIDE], ["dataset", "budget", "depth", "width"], "error"
        ),
        "pieces": summarise(per_seed, ["inputs", "equal", "width", "depth", "expected"], "counted"),
        "random": per_seed,
        "ratios": _ratios(measured["learned"]),
        "shown_fits": _shown_fits(measured["fits"], best),
        **{name: measured[name] for name in ("targets", "bounds", "constructed", "tiles")},
    }


def _by_run(view: View) -> pd.DataFrame:
    """run_id, dataset, activation, depth, width, eta, seed, status, block, budget (median number of
    parameters in its block), n_parameters, left, error, validation_loss, chosen.

    left: mean square error on new places, the target's variance being 1; error: its root; both are
    infinite where the network diverged."""
    runs = view.runs.assign(block=view.runs["run_id"].map(view.block_of()))
    runs = runs[~runs["block"].str.endswith("slices")]
    budget = runs.groupby("block")["n_parameters"].transform("median")
    wide = runs["block"].str.startswith(WIDE)
    runs = runs.assign(budget=budget.round().astype(int), block=runs["block"].mask(wide, WIDE))
    columns = ["run_id", *CELL, "eta", "seed", "status", "block", "budget", "n_parameters"]
    for part, name in (("test", "left"), ("validation", "validation_loss")):
        final = view.final(part)["loss"].rename(name)
        runs = runs.merge(final, left_on="run_id", right_index=True, how="left")
        runs[name] = runs[name].astype(float).fillna(np.inf)
    runs = runs.assign(error=np.sqrt(runs["left"]))
    ends = runs[[*columns, "left", "error", "validation_loss"]]
    return with_least(ends, CELL, ["validation_loss"])


def _per_seed(random: pd.DataFrame) -> pd.DataFrame:
    """Random networks of one seed and kind: the mean of their pieces, how many networks they are,
    and how many of them have more pieces than any may have."""
    key = ["seed", "inputs", "equal", "width", "depth", "expected"]
    kinds = zip(random["width"], random["depth"], random["inputs"], strict=True)
    most = np.array([float(lp.most_pieces_deep(*kind)) for kind in kinds])
    told = {
        "counted": ("counted", "mean"),
        "networks": ("number", "size"),
        "above": ("above", "sum"),
    }
    return random.assign(above=random["counted"] > most).groupby(key, as_index=False).agg(**told)


def _ratios(learned: pd.DataFrame) -> pd.DataFrame:
    """dataset, depth, width, seed, start, after, ratio: pieces on the slices of one network,
    their mean at the start and after learning."""
    key = ["dataset", "depth", "width", "seed"]
    mean = learned.groupby([*key, "epochs"], as_index=False)["counted"].mean()
    start, after = (mean[mean["epochs"].eq(0) == at].drop(columns="epochs") for at in (True, False))
    both = start.merge(after, on=key, suffixes=("", "_after"), validate="one_to_one")
    both = both.rename(columns={"counted": "start", "counted_after": "after"})
    return both.assign(ratio=both["after"] / both["start"])


def _shown_fits(fits: pd.DataFrame, best: pd.DataFrame) -> pd.DataFrame:
    """The drawn functions of the chosen etas alone."""
    key = ["dataset", "depth", "width", "eta"]
    of_budgets = best[best["block"] != WIDE]
    return fits.merge(of_budgets[[*key, "budget"]].drop_duplicates(), on=key)


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C20 comes to."""
    by_run = frames["by_run"]
    wide, deep = by_run[by_run["block"] == WIDE], by_run[by_run["block"] != WIDE]
    measured: dict[str, list[Any]] = {
        "exponent_of_constructed": _exponents_of_constructed(wide, frames["bounds"]),
        "exponent_of_width": [],
        "left_by_widest": [],
        "log_over_constructed": _over_constructed(wide[wide["chosen"]], frames["bounds"]),
        "log_gained_by_depth": _gained(deep),
        "constructed_over_shallow": _folds(frames["constructed"]),
        "share_above_bound": _above_bound(frames["random"]),
        "off_expected": _off_expected(frames["random"]),
        "random_deep_over_shallow": _deep_over_shallow(frames["random"]),
        "learned_over_start": [],
    }
    for (dataset, activation), runs in wide.groupby(["dataset", "activation"]):
        condition = f"{dataset}, {activation}"
        measured["exponent_of_width"].append(_exponent(condition, runs))
        widest = runs[runs["width"] == runs["width"].max()]
        measured["left_by_widest"].append(_left(condition, widest))
    for (dataset, depth, width), here in frames["ratios"].groupby(["dataset", "depth", "width"]):
        condition = f"{dataset}, {_layers(depth, width)}"
        measured["learned_over_start"].append((condition, interval(here["ratio"]), here))
    return [f for statistic, m in measured.items() for f in view.findings(statistic, m)]


def _exponent(condition: str, runs: pd.DataFrame) -> Contrast:
    """The slope of log error over log width; each width at the eta chosen for it."""
    best = runs[runs["chosen"]]
    return Contrast(
        condition=condition,
        value=interval(best.groupby("seed").apply(_slope, include_groups=False)),
        runs=best,
        edge=joined(*(edge(cell) for _, cell in runs.groupby("width"))),
        learned=_approximates(best[best["width"] == best["width"].max()]),
    )


def _exponents_of_constructed(wide: pd.DataFrame, bounds: pd.DataFrame) -> list[tuple]:
    """The same slope of constructed networks, at the widths that were trained: exact."""
    widths = bounds[bounds["units"].isin(wide["width"])]
    found = []
    for dataset, made in widths.groupby("dataset"):
        slope = _slope(made.rename(columns={"units": "width", "constructed": "error"}))
        found.append((f"{dataset}, constructed", Interval(slope, slope, slope), made))
    return found


def _left(condition: str, runs: pd.DataFrame) -> Contrast:
    best = runs[runs["chosen"]]
    return Contrast(condition=condition, value=interval(best["left"]), runs=best, edge=edge(runs))


def _approximates(cell: pd.DataFrame) -> bool:
    """Whether networks leave less than the target's mean does, whose variance is 1."""
    value, _, high = interval(cell["left"])
    return bool((value if np.isnan(high) else high) < 1)


def _slope(runs: pd.DataFrame) -> float:
    """Of log error over log width; not a number where a network diverged."""
    if not np.isfinite(runs["error"]).all() or len(runs) < 2:
        return np.nan
    return float(np.polyfit(np.log(runs["width"]), np.log(runs["error"]), 1)[0])


def _over_constructed(wide: pd.DataFrame, bounds: pd.DataFrame) -> list[tuple]:
    """log2 of the error of trained networks over the constructed one's, of 8 units or more."""
    trained = wide[(wide["activation"] == "relu") & (wide["width"] >= 8)]
    both = trained.merge(bounds, left_on=["dataset", "width"], right_on=["dataset", "units"])
    both = both.assign(ratio=np.log2(both["error"] / both["constructed"]))
    return [
        (f"{dataset}, relu", interval(here.groupby("seed")["ratio"].mean()), here)
        for dataset, here in both.groupby("dataset")
    ]


def _gained(deep: pd.DataFrame) -> list[Contrast]:
    """log10 of the error of one layer over that of more with about as many parameters."""
    logs = deep.assign(log=np.log10(deep["error"]))
    found = []
    for (dataset, budget), runs in logs.groupby(["dataset", "budget"]):
        depths = dict(iter(runs.groupby("depth")))
        shallow = depths.pop(min(depths))
        learned = _approximates(shallow[shallow["chosen"]])
        for depth, deeper in depths.items():
            condition = f"{dataset}, {budget} parameters, {depth} layers against 1"
            found.append(contrast(condition, deeper, shallow, _log_gained, learned=learned))
    return found


def _log_gained(deep: pd.DataFrame, shallow: pd.DataFrame) -> Interval:
    return paired(shallow, deep, "log")


def _told(inputs: int) -> str:
    return {LINE: "on a line", PLANE: "in a plane"}[inputs]


def _folds(constructed: pd.DataFrame) -> list[tuple]:
    """Exact counts: their interval is the value."""
    made = constructed[(constructed["depth"] > 1) & constructed["counted"].notna()]
    found = []
    for row in made.itertuples():
        ratio = row.counted / row.shallow
        told = f"{_told(row.inputs)}, {_layers(row.depth, row.width)}"
        one = made[(made["inputs"] == row.inputs) & (made["depth"] == row.depth)]
        found.append((told, Interval(ratio, ratio, ratio), one))
    return found


def _above_bound(random: pd.DataFrame) -> list[tuple]:
    found = []
    for inputs, here in random.groupby("inputs"):
        above, n = int(here["above"].sum()), int(here["networks"].sum())
        networks = _each(here).drop(columns="seed")  # each is drawn for itself: they are counted
        found.append((_told(inputs), wilson(above, n), networks))
    return found


def _off_expected(random: pd.DataFrame) -> list[tuple]:
    found = []
    for (inputs, depth, width), here in random.groupby(["inputs", "depth", "width"]):
        told = f"{_told(inputs)}, {_layers(depth, width)}"
        ratio = interval(here["counted"] / here["expected"])
        found.append((told, distance(ratio, 1.0), _each(here)))
    return found


def _deep_over_shallow(random: pd.DataFrame) -> list[tuple]:
    found = []
    equal = random[random["equal"]]
    for inputs, here in equal.groupby("inputs"):
        shallow = here[here["depth"] == 1].set_index("seed")["counted"]
        for depth, runs in here[here["depth"] > 1].groupby("depth"):
            ratio = interval(runs["counted"] / runs["seed"].map(shallow))
            told = f"{_told(inputs)}, {_layers(depth, runs['width'].iloc[0])} against 1"
            found.append((told, ratio, _each(runs)))
    return found


def _each(per_seed: pd.DataFrame) -> pd.DataFrame:
    """A row for each random network."""
    return per_seed.loc[per_seed.index.repeat(per_seed["networks"])]


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    ratios = frames["ratios"]
    key = ["dataset", "depth", "width"]
    learned = summarise(ratios, key, "ratio").merge(
        ratios.groupby(key, as_index=False)[["start", "after"]].mean(), on=key
    )
    pieces = frames["pieces"].rename(columns={"value": "counted"})
    return [
        {
            "name": "depth",
            "title": Said(
                en="Error of equally large networks", fr="Erreur de réseaux de même taille"
            ),
            "caption": Said(
                en="value: root mean square error on new places in units of the target's "
                "deviation, mean over the seeds with its 95 % interval, at the eta chosen by the "
                "mean validation loss.",
                fr="value : racine de l'erreur quadratique moyenne en des points nouveaux, en "
                "écarts types de la cible, moyenne sur les graines avec son intervalle à 95 %, "
                "avec l'eta choisi par le coût moyen en validation.",
            ),
            "frame": frames["depth"],
        },
        {
            "name": "pieces",
            "title": Said(
                en="Linear pieces of random networks", fr="Morceaux linéaires de réseaux aléatoires"
            ),
            "caption": Said(
                en="counted: mean over the seeds, each of several networks, with its 95 % "
                "interval; expected: of wide networks, by the formula of Kac and Rice; inputs: 1 "
                "on a line, 2 in a plane.",
                fr="counted : moyenne sur les graines, plusieurs réseaux pour chacune, avec son "
                "intervalle à 95 % ; expected : de réseaux larges, par la formule de Kac et Rice ; "
                "inputs : 1 sur une droite, 2 dans un plan.",
            ),
            "frame": pieces.drop(columns="equal").drop_duplicates(["inputs", "width", "depth"]),
        },
        {
            "name": "learned",
            "title": Said(
                en="Linear pieces before and after learning",
                fr="Morceaux linéaires avant et après l'apprentissage",
            ),
            "caption": Said(
                en="On planes through three training examples: start and after: their mean number; "
                "value: of their ratio, mean over the seeds with its 95 % interval.",
                fr="Sur des plans par trois exemples d'apprentissage : start et after : leur "
                "nombre moyen ; value : leur rapport, moyenne sur les graines avec son intervalle "
                "à 95 %.",
            ),
            "frame": learned[[*key, "start", "after", "value", "low", "high", "n"]],
        },
    ]
