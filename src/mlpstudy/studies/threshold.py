"""Why not a threshold? What each shape's slope lets a network learn, and the slopes themselves."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch

from mlpstudy.analysis import theory
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, paired, summarise
from mlpstudy.studies.contrast import Contrast, contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks

MODEL = ["dataset", "depth", "activation", "width", "trained"]  # eta is chosen within it
END = 8.0  # of the grid of pre-activations, on both sides
LECTURE = {"sigmoid": 0.25, "tanh": 1.0}  # the shapes of C04, and their largest slopes
SLIDE = ("threshold", "ramp", "gaussian", "sigmoid")  # «seuil, rampe, radiale, sigmoïde»
STATISTICS = [
    "delta_below", "weights_apart", "gained_over_wide_threshold", "random_over_linear",
    "off_autograd", "off_differences", "off_largest_slope", "gained_by_all",
    "gained_over_threshold",
]  # fmt: skip
FACTORS = [*MODEL, "same", "eta"]
NEEDS = {"points": "whole", "step": "number"}
BLOCKS = ["shapes", "widths", "same"]


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """curves: each shape and its derivative. slopes: of C04's shapes, each at every point, and how
    far it is from autograd and from central differences. apart: for each pair of runs of the block
    `same` the largest difference of their weights."""
    options = study["options"]
    a = np.linspace(-END, END, int(options["points"]))
    return {
        "curves": pd.concat([_curve(name, a) for name in ACTIVATIONS], ignore_index=True),
        "slopes": pd.concat(
            [slopes(name, a, float(options["step"])) for name in LECTURE], ignore_index=True
        ),
        "apart": _apart(networks),
    }


def _curve(name: str, a: np.ndarray) -> pd.DataFrame:
    """activation, a, z = g(a), slope = g'(a)."""
    how, at = ACTIVATIONS[name], torch.from_numpy(a)
    z = how.g(at)
    slope = how.dg(at, z).double()
    return pd.DataFrame({"activation": name, "a": a, "z": z.numpy(), "slope": slope.numpy()})


def slopes(name: str, a: np.ndarray, step: float) -> pd.DataFrame:
    """activation, a, slope, off_autograd, off_differences: g' as the lecture writes it with g alone,
    and its distances to autograd and to the central differences of a step, in double precision."""
    how = ACTIVATIONS[name]
    at = torch.from_numpy(a).requires_grad_()
    how.g(at).sum().backward()
    with torch.no_grad():
        at_a = at.detach()
        z = how.g(at_a)
        slope = how.dg(at_a, z).numpy()
        differences = (how.g(at_a + step) - how.g(at_a - step)).numpy() / (2 * step)
    off = {
        "off_autograd": np.abs(slope - at.grad.numpy()),
        "off_differences": np.abs(slope - differences),
    }
    return pd.DataFrame({"activation": name, "a": a, "slope": slope, **off})


def _apart(networks: Networks) -> pd.DataFrame:
    """dataset, activation, seed, apart: largest difference between the weights of the run in which
    all layers learn and those of its partner, in which the last one alone does."""
    records = networks.train(networks.blocks["same"])
    kept = {}
    for record in records:
        run = record.run
        kept[run.dataset, run.activation, run.seed, run.trained] = record.weights
    rows = []
    for dataset, activation, seed, trained in kept:
        if trained == "last":
            continue
        pair = [kept[dataset, activation, seed, which] for which in ("all", "last")]
        apart = max(float(np.abs(pair[0][name] - pair[1][name]).max()) for name in pair[0])
        key = {"dataset": dataset, "activation": activation, "seed": seed}
        rows.append({**key, "apart": apart})
    return pd.DataFrame(rows)


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run at its end, its block, its largest delta below the last layer, and whether
    its eta is the chosen one. accuracy: of each model at its eta. gains: of each shape over the
    threshold, and of all layers over the last, by dataset. shapes: largest slope, the mean square
    slope under unit inputs, and the largest delta below. And what was measured."""
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    return {
        "by_run": by_run,
        "accuracy": summarise(best, MODEL, "test_accuracy"),
        "gains": _gains(by_run[by_run["in_shapes"]]),
        "shapes": _shapes(view.measured["curves"], by_run),
        **{name: view.measured[name] for name in ("curves", "slopes", "apart")},
    }


def _by_run(view: View) -> pd.DataFrame:
    """The runs of all blocks but `same`. One run may be in two of them."""
    runs = view.runs[~view.runs["run_id"].isin(view.blocks["same"])]
    by_run = outcomes(view, runs, [*MODEL, "eta", "seed", "status", "epochs", "train_size"])
    for block in ("shapes", "widths"):
        parts = [ids for name, ids in view.blocks.items() if name.partition("_")[0] == block]
        by_run[f"in_{block}"] = by_run["run_id"].isin([run for ids in parts for run in ids])
    depth = view.layers["run_id"].map(view.runs.set_index("run_id")["depth"])
    hidden = view.layers[view.layers["layer"] <= depth]
    below = hidden.groupby("run_id", observed=True)["delta_rms"].max()
    by_run["delta"] = by_run["run_id"].map(below)
    return with_chosen(by_run, MODEL)


def _gains(runs: pd.DataFrame) -> pd.DataFrame:
    """dataset, activation, gain (over the threshold | by all layers), value, low, high, n."""
    rows = [
        {"dataset": d, "activation": a, "gain": name, **gain.value._asdict(), "n": len(gain.runs)}
        for name, compare in (("over threshold", _over_threshold), ("by all layers", _by_all))
        for d, a, gain in compare(runs)
    ]
    columns = ["dataset", "activation", "gain", *Interval._fields, "n"]
    return pd.DataFrame(rows, columns=columns)


def _gained(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    return paired(treated, control, "test_accuracy")


def _over_threshold(every: pd.DataFrame) -> Iterator[tuple[str, str, Contrast]]:
    """(dataset, shape, gain in accuracy over the threshold), all layers learning.

    That thresholds do not learn is what is claimed: it does not make the comparison void.
    """
    for dataset, runs in every[every["trained"] == "all"].groupby("dataset"):
        control = runs[runs["activation"] == "threshold"]
        for shape, cell in runs[runs["activation"] != "threshold"].groupby("activation"):
            condition = f"{dataset}, {shape}"
            yield dataset, shape, contrast(condition, cell, control, _gained, learned=True)


def _by_all(every: pd.DataFrame) -> Iterator[tuple[str, str, Contrast]]:
    """(dataset, shape, gain of all layers learning over the last alone)."""
    for (dataset, shape), runs in every.groupby(["dataset", "activation"]):
        sides = [runs[runs["trained"] == which] for which in ("all", "last")]
        yield dataset, shape, contrast(f"{dataset}, {shape}", *sides, _gained, learned=True)


def _shapes(curves: pd.DataFrame, by_run: pd.DataFrame) -> pd.DataFrame:
    """activation, largest_slope, mean_square_slope: E g'(a)^2 for a normal a of deviation 1, by which
    a layer with weights of variance 1 / n scales delta^2; largest_delta: below the last layer, of
    all passes, runs and etas that were looked at."""
    trained = by_run[by_run["in_shapes"] & (by_run["trained"] == "all")]
    deltas = trained.groupby("activation")["delta"].max()
    largest = curves.assign(slope=curves["slope"].abs()).groupby("activation")["slope"].max()
    names = list(dict.fromkeys(curves["activation"]))
    ordered = [*SLIDE, *(name for name in names if name not in SLIDE)]
    return pd.DataFrame(
        {
            "activation": ordered,
            "largest_slope": largest.reindex(ordered).to_numpy(),
            "mean_square_slope": [theory.slope_moment(name, 1.0) for name in ordered],
            "largest_delta": deltas.reindex(ordered).to_numpy(),
        }
    )


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C03, C04 and C32 come to."""
    by_run = frames["by_run"]
    shapes = by_run[by_run["in_shapes"]]
    measured = {
        "delta_below": _deltas(shapes),
        "weights_apart": [
            (dataset, interval(runs["apart"]), runs)
            for (dataset, shape), runs in frames["apart"].groupby(["dataset", "activation"])
            if shape == "threshold"
        ],
        "gained_over_wide_threshold": _wide(by_run, "tanh", over=True),
        "random_over_linear": _wide(by_run, "linear", over=False),
        **_slopes(frames["slopes"]),
        "gained_by_all": [gain for _, shape, gain in _by_all(shapes) if shape in LECTURE],
        "gained_over_threshold": [
            gain for _, shape, gain in _over_threshold(shapes) if shape in SLIDE
        ],
    }
    return [f for statistic, m in measured.items() for f in view.findings(statistic, m)]


def _deltas(runs: pd.DataFrame) -> list[tuple]:
    """The largest delta below the threshold layer: one for each seed, of all its etas and passes."""
    here = runs[(runs["activation"] == "threshold") & (runs["trained"] == "all")]
    return [
        (dataset, interval(own.groupby("seed")["delta"].max()), own)
        for dataset, own in here.groupby("dataset")
    ]


def _wide(by_run: pd.DataFrame, other: str, over: bool) -> list[Contrast]:
    """Accuracy of a model less that of the widest layer of drawn thresholds (over), or the other way
    round; other: tanh of the same width, or the linear model."""
    widths = by_run[by_run["in_widths"]]
    found = []
    for dataset, runs in widths.groupby("dataset"):
        width = runs["width"].max()
        wide = runs[runs["width"] == width]
        drawn = wide[wide["activation"] == "threshold"]
        if other == "linear":
            rival = by_run[(by_run["dataset"] == dataset) & (by_run["depth"] == 0)]
        else:
            rival = wide[wide["activation"] == other]
        first, second = (rival, drawn) if over else (drawn, rival)
        found.append(contrast(f"{dataset}, width {width}", first, second, _gained, learned=True))
    return found


def _slopes(measured: pd.DataFrame) -> dict[str, list[tuple]]:
    """The farthest point of the grid; nothing is drawn at random: the interval is the value."""
    found = {"off_autograd": [], "off_differences": [], "off_largest_slope": []}
    for shape, here in measured.groupby("activation"):
        offs = {name: float(here[name].max()) for name in ("off_autograd", "off_differences")}
        offs["off_largest_slope"] = abs(float(here["slope"].max()) - LECTURE[shape])
        for name, off in offs.items():
            found[name].append((shape, Interval(off, off, off), here))
    return found


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    gains = frames["gains"]
    return [
        {
            "name": "slopes",
            "title": Said(en="What the slopes let through", fr="Ce que laissent passer les pentes"),
            "caption": Said(
                en="The lecture's four shapes first. largest slope: of |g'|. mean square slope: of g' "
                "squared under a standard normal a; a layer whose weights have variance 1/n multiplies "
                "the mean square of delta by it (theory for wide layers). largest delta: the largest "
                "rms delta of the hidden layer in any of the looked-at passes, networks and etas, for "
                "the shapes that are trained here.",
                fr="D'abord les quatre formes du cours. plus grande pente : de |g'|. pente carrée "
                "moyenne : de g' au carré pour un a normal centré réduit ; une couche aux poids de "
                "variance 1/n multiplie par elle le carré moyen de delta (théorie des couches larges). "
                "plus grand delta : le plus grand delta efficace de la couche cachée parmi les passes, "
                "réseaux et etas regardés, pour les formes entraînées ici.",
            ),
            "frame": frames["shapes"],
        },
        {
            "name": "gains",
            "title": Said(en="What a shape gains", fr="Ce que gagne une forme"),
            "caption": Said(
                en="Test accuracy gained over the threshold (all layers learning), and by letting all "
                "layers learn instead of the last alone; paired by seed, with the 95 % interval, each "
                "side at the eta chosen on validation.",
                fr="Exactitude en test gagnée sur le seuil (toutes les couches apprenant), et en "
                "laissant apprendre toutes les couches plutôt que la dernière seule ; apparié par "
                "graine, avec l'intervalle à 95 %, chaque côté à l'eta choisi en validation.",
            ),
            "frame": gains,
        },
    ]
