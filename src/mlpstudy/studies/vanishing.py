"""Does the gradient vanish with depth? delta by layer, against mean-field theory."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

import numpy as np
import pandas as pd
import torch

from mlpstudy.analysis import theory
from mlpstudy.core.network import Network
from mlpstudy.design.run import Run
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import clustered, interval, paired, summarise
from mlpstudy.studies.contrast import Contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks

SCATTERED = "digits"  # the dataset whose examples show how networks scatter
SCATTER = ["dataset", "activation", "initialization", "depth", "width"]
TOGETHER = 20  # networks at once, so that wide ones fit into memory
# Blocks are kept apart: the same network may be in two of them, and counts once in each.
CELL = ["block", "dataset", "activation", "initialization", "init_gain", "depth", "width"]
LOST = {"decades_lost": "decades", "gradient_decades_lost": "gradient_decades"}
STATISTICS = [
    "decades_lost", "gradient_decades_lost", "decades_lost_while_training", "decades_saved",
    "theory_error", "scatter_error",
]  # fmt: skip
FACTORS = CELL
NEEDS = {
    "scatter_recipes": ["recipe"], "scatter_widths": ["whole"], "scatter_depth": "whole",
    "scatter_seeds": "whole",
}  # fmt: skip
OPTIONS = {
    "usual_recipes": ["recipe"], "other_recipes": ["recipe"],
    "old_initialization": "initialization", "good_initializations": ["recipe"],
}  # fmt: skip
BLOCKS = ["start", "training"]


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """gaps: of untrained networks, one example each: log10 of rms delta at the first hidden layer
    less that at the last, with the mean square of that example."""
    options = study["options"]
    recipes = [pair.split("+") for pair in options["scatter_recipes"]]
    sizes = [(how, int(width)) for how in recipes for width in options["scatter_widths"]]
    return {"gaps": pd.concat([_gaps(networks, *s, options) for s in sizes], ignore_index=True)}


def _gaps(networks: Networks, recipe: list[str], width: int, options: dict) -> pd.DataFrame:
    activation, initialization = recipe
    depth, seeds = int(options["scatter_depth"]), range(int(options["scatter_seeds"]))
    cell = {"dataset": SCATTERED, "activation": activation, "initialization": initialization}
    cell |= {"depth": depth, "width": width}
    data = networks.dataset(SCATTERED)
    rows = []
    for some in batched(seeds, TOGETHER):
        runs = [Run(**cell, seed=seed) for seed in some]
        network = Network(runs, data.shape, data.classes, dtype=torch.float64)
        network.initialize()
        firsts = [networks.split(run).train for run in runs]
        x = torch.from_numpy(np.stack([part.x[:1] for part in firsts])).double()
        t = torch.from_numpy(np.stack([part.target[:1] for part in firsts])).double()
        network.learn_from(x, t, 1)
        size = [layer.delta.square().mean((1, 2)).sqrt().log10() for layer in network.layers]
        gap = (size[0] - size[depth - 1]).numpy()
        square = x.square().mean((1, 2)).numpy()
        rows.append(pd.DataFrame({**cell, "seed": list(some), "n_inputs": x.shape[2],
                                  "input_mean_square": square, "gap": gap}))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def batched(values: Iterable[int], n: int) -> Iterator[tuple[int, ...]]:
    """The values, n at a time."""
    rest = iter(values)
    while some := tuple(islice(rest, n)):
        yield some


def summary(view: View) -> dict[str, pd.DataFrame]:
    """profiles: log10 delta and weight gradient by layer, measured and predicted.
    along: log10 delta by layer after each probed pass of the networks that are trained.
    rates: decades that delta loses per layer, by cell and pass, measured and predicted; gradient:
    those of dW.
    by_run: the same for each run. phases: the theory of every activation and initialization.
    scatter: how far the networks of a cell are from one another at the first layer, and theory.
    """
    layers = _hidden(view)
    by_run = _rates(layers)
    rates = summarise(by_run[by_run["decades"].notna()], [*CELL, "epoch"], "decades", "mean")
    rates = rates.merge(_gradients(by_run), on=[*CELL, "epoch"], how="outer")
    rates = rates.merge(_blocked(by_run), on=[*CELL, "epoch"], how="outer")
    rates["blocked"] = rates["blocked"].fillna(0).astype(int)
    at_start = layers[(layers["epoch"] == 0) & layers["log10_delta"].notna()]
    predicted = _predictions(at_start[at_start["depth"] > 1])
    profiles = _profiles(at_start).merge(predicted, on=[*CELL, "layer"], how="left")
    slopes = predicted.groupby(CELL, observed=True)[["layer", "predicted_delta"]].apply(
        lambda g: pd.Series({"predicted": _slope(g["layer"], g["predicted_delta"])})
    )
    return {
        "by_run": by_run,
        "profiles": profiles,
        "along": _along(layers[layers["block"] == "training"]),
        "rates": rates.merge(slopes.reset_index(), on=CELL, how="left"),
        "phases": _phases(view),
        "scatter": _scatter(view.measured["gaps"]),
        "gaps": view.measured["gaps"],
    }


def _hidden(view: View) -> pd.DataFrame:
    """Hidden layers with log10 of delta and of one example's weight gradient, NaN where they are 0."""
    fields = ["run_id", *CELL, "seed", "n_inputs", "input_mean_square"]
    runs = view.runs.assign(block=view.runs["run_id"].map(view.block_of()))
    layers = view.layers.merge(runs[fields], on="run_id")
    layers = layers[layers["layer"] <= layers["depth"]].copy()
    for name, column in (("delta", "delta_rms"), ("gradient", "weight_gradient_sample_rms")):
        layers[f"log10_{name}"] = np.log10(layers[column].where(layers[column] > 0))
    return layers


def _slope(x: pd.Series, y: pd.Series) -> float:
    """Least-squares slope; NaN where a value is missing."""
    x = x.to_numpy(float) - x.mean()
    return float((x * y).sum() / (x**2).sum()) if y.notna().all() and len(x) > 1 else np.nan


def _rates(layers: pd.DataFrame) -> pd.DataFrame:
    """Per run and probed pass: the decades that are lost with each layer on the way down, of delta
    and of dW (gradient_decades). NaN where a layer has none."""
    ordered = layers[layers["depth"] > 1].sort_values(["run_id", "epoch", "layer"])
    groups = ordered.groupby(["run_id", "epoch"], sort=False)
    x = ordered["layer"] - (ordered["depth"] + 1) / 2
    products = {
        "decades": x * ordered["log10_delta"],
        "gradient_decades": x * ordered["log10_gradient"],
    }
    sums = pd.DataFrame({**products, "xx": x**2, "key": groups.ngroup()}).groupby("key")
    totals = sums.agg(lambda values: values.sum(skipna=False))
    first = groups.head(1).reset_index(drop=True)
    slopes = {name: (totals[name] / totals["xx"]).to_numpy() for name in products}
    return first[["run_id", *CELL, "seed", "epoch"]].assign(**slopes)


def _gradients(by_run: pd.DataFrame) -> pd.DataFrame:
    """The mean decades that dW loses per layer, over the runs of a cell in which all layers learn."""
    known = by_run[by_run["gradient_decades"].notna()]
    means = known.groupby([*CELL, "epoch"], as_index=False)["gradient_decades"].mean()
    return means.rename(columns={"gradient_decades": "gradient"})


def _blocked(by_run: pd.DataFrame) -> pd.DataFrame:
    """How many runs of a cell have a layer that no gradient reaches at all."""
    none = by_run.assign(blocked=by_run["decades"].isna())
    return none.groupby([*CELL, "epoch"], as_index=False)["blocked"].sum()


def _profiles(layers: pd.DataFrame) -> pd.DataFrame:
    """Mean log10 by layer, less that of the last hidden layer, with intervals over the seeds."""
    parts = []
    for name in ("delta", "gradient"):
        value = f"log10_{name}"
        top = layers[layers["layer"] == layers["depth"]].set_index("run_id")[value]
        relative = layers.assign(value=layers[value] - layers["run_id"].map(top))
        relative = relative[relative["value"].notna()]
        parts.append(summarise(relative, [*CELL, "layer"], "value").assign(measure=name))
    return pd.concat(parts, ignore_index=True)


def _along(layers: pd.DataFrame) -> pd.DataFrame:
    """Mean log10 delta by layer and pass, less that of the last hidden layer before training."""
    first = layers[(layers["epoch"] == 0) & (layers["layer"] == layers["depth"])]
    top = first.set_index("run_id")["log10_delta"]
    relative = layers.assign(value=layers["log10_delta"] - layers["run_id"].map(top))
    return summarise(relative[relative["value"].notna()], [*CELL, "epoch", "layer"], "value")


def _predictions(layers: pd.DataFrame) -> pd.DataFrame:
    """Theory for each cell, at the mean square of its inputs."""
    rows = []
    for key, cell in layers.groupby(CELL, observed=True):
        named = dict(zip(CELL, key, strict=True))
        square = float(cell.groupby("seed")["input_mean_square"].first().mean())
        told = theory.profile(
            named["activation"],
            named["initialization"],
            named["init_gain"],
            named["depth"],
            named["width"],
            int(cell["n_inputs"].iloc[0]),
            square,
        )
        for i in range(named["depth"]):
            row = {
                "predicted_delta": told.log10_delta[i],
                "predicted_gradient": told.log10_gradient[i],
            }
            rows.append({**named, "layer": i + 1, **row})
    columns = [*CELL, "layer", "predicted_delta", "predicted_gradient"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.replace([-np.inf, np.inf], np.nan)


def _scatter(gaps: pd.DataFrame) -> pd.DataFrame:
    """SCATTER, value, low, high, n: standard deviation over the seeds of log10 delta at the first
    layer less that at the last; predicted: by theory; off: |log10| of their ratio. Networks whose
    units are all silent have no delta, and are left out."""
    known = gaps[np.isfinite(gaps["gap"])]
    frame = summarise(known, SCATTER, "gap", _deviation)
    inputs = known.groupby(SCATTER)[["n_inputs", "input_mean_square"]].mean()
    squares = inputs.loc[pd.MultiIndex.from_frame(frame[SCATTER])].to_numpy()
    told = [
        theory.spread(c.activation, c.initialization, 1.0, c.depth, c.width, int(n), float(square))
        for c, (n, square) in zip(frame.itertuples(), squares, strict=True)
    ]
    frame = frame.assign(predicted=told)
    return frame.assign(off=np.abs(np.log10(frame["value"] / frame["predicted"])))


def _deviation(values: np.ndarray, axis: int = -1) -> np.ndarray:
    return np.std(values, axis=axis, ddof=1)


def _phases(view: View) -> pd.DataFrame:
    """Fixed point, chi and depth scale of square layers, for what the study uses."""
    start = view.block("start")
    width = int(start["width"].iloc[0]) if len(start) else 64
    cells = start[["activation", "initialization", "init_gain"]].drop_duplicates()
    rows = []
    for cell in cells.itertuples(index=False):
        how = theory.INITIALIZERS[cell.initialization]
        sw2 = width * (cell.init_gain * how.deviation(width, width)) ** 2
        sb2 = how.bias(width, width) ** 2
        if sw2 == 0:
            continue
        told = theory.phase(cell.activation, sw2, sb2)
        critical = _critical(cell.activation, round(sb2, 12))
        row = {**cell._asdict(), "sw2": sw2, "sb2": sb2, **told._asdict()}
        rows.append({**row, "critical_sw2": critical, "missing_gain": np.sqrt(critical / sw2)})
    frame = pd.DataFrame(rows)
    frame["q"] = frame["q"].where(frame["q"] > theory.SMALLEST, 0.0)
    frame["decades"] = -np.log10(frame["chi"].where(frame["chi"] > 0)) / 2
    return frame.sort_values(["activation", "initialization"], ignore_index=True)


@cache
def _critical(activation: str, sb2: float) -> float:
    return theory.critical_variance(activation, sb2)


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C22 and C33 come to, dataset by dataset."""
    by_run, rates = frames["by_run"], frames["rates"]
    start = by_run[(by_run["epoch"] == 0) & (by_run["block"] == "start")]
    found = []
    for dataset in sorted(start["dataset"].unique()):
        here = start[start["dataset"] == dataset]
        for statistic, column in LOST.items():
            found += view.findings(statistic, _lost(view, dataset, here, column))
        found += view.findings("decades_lost_while_training", _training(view, dataset, by_run))
        found += view.findings("decades_saved", _saved(view, dataset, here))
    cells = rates[(rates["epoch"] == 0) & rates["predicted"].notna() & rates["value"].notna()]
    error = interval(np.abs(cells["value"] - cells["predicted"]), "median")
    runs = start if cells.empty else by_run[by_run["epoch"] == 0].merge(cells[CELL], on=CELL)
    found += view.findings("theory_error", [(f"{len(cells)} cells", error, runs)])
    scatter = frames["scatter"]
    if len(scatter):
        told = f"{len(scatter)} cells, width {scatter['width'].min()} to {scatter['width'].max()}"
        error = interval(scatter["off"], "median")
        found += view.findings("scatter_error", [(told, error, frames["gaps"])])
    return found


def _is(frame: pd.DataFrame, activation: str, initialization: str) -> pd.DataFrame:
    same = (frame["activation"] == activation) & (frame["initialization"] == initialization)
    return frame[same & (frame["init_gain"] == 1.0)]


def _lost(view: View, dataset: str, start: pd.DataFrame, column: str) -> list[Contrast]:
    """Decades that delta or dW loses per layer before training: the activations with their usual
    initializations decide, other ones are seen beside them."""
    usual = view.option("usual_recipes", [])
    measured = []
    for recipe in [*usual, *view.option("other_recipes", [])]:
        runs = _is(start, *recipe.split("+"))
        if len(runs):
            measured.append(
                Contrast(
                    condition=f"{dataset}, {recipe.replace('+', ', ')}",
                    value=clustered(runs[column], runs["seed"]),
                    runs=runs,
                    decides=recipe in usual,
                )
            )
    return measured


def _training(view: View, dataset: str, by_run: pd.DataFrame) -> list[tuple]:
    """The same after the last probed pass of the block `training`, at its greatest depth."""
    runs = by_run[(by_run["block"] == "training") & (by_run["dataset"] == dataset)]
    runs = runs[runs["depth"] == runs["depth"].max()]
    runs = runs[(runs["epoch"] == runs["epoch"].max()) & (runs["activation"] == "sigmoid")]
    if runs.empty:
        return []
    passes, depth = int(runs["epoch"].iloc[0]), int(runs["depth"].iloc[0])
    value = clustered(runs["decades"], runs["seed"])
    return [(f"{dataset}, depth {depth}, after {passes} passes", value, runs)]


def _saved(view: View, dataset: str, start: pd.DataFrame) -> list[Contrast]:
    """By how much |decades per layer| falls from the old initialization to a chosen one."""
    old = view.option("old_initialization", "old_uniform")
    measured = []
    for pair in view.option("good_initializations", []):
        activation, good = pair.split("+")
        treated, control = (_is(start, activation, name) for name in (good, old))
        if treated.empty or control.empty:
            continue
        size = [f.assign(size=f["decades"].abs()) for f in (control, treated)]
        value = paired(size[0], size[1], "size", within=["width"])
        measured.append(
            Contrast(
                condition=f"{dataset}, {activation}: {good} against {old}",
                value=value,
                runs=pd.concat([treated, control]),
                treated=treated,
            )
        )
    return measured


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    start = frames["rates"]
    start = start[(start["epoch"] == 0) & (start["block"] == "start")]
    start = start.assign(off=np.abs(start["value"] - start["predicted"]))
    columns = [
        "dataset",
        "activation",
        "initialization",
        "value",
        "low",
        "high",
        "gradient",
        "predicted",
        "off",
        "n",
        "blocked",
    ]
    return [
        {
            "name": "start",
            "title": Said(
                en="Decades of delta lost per layer at the start",
                fr="Décades de delta perdues par couche, au départ",
            ),
            "caption": Said(
                en="value: of delta, mean over the seeds with its 95 % interval; gradient: of dW, the "
                "correction of the weights; predicted: by mean-field theory, for delta; off: its "
                "distance from the value. blocked: runs in which some layer gets no "
                "gradient at all.",
                fr="valeur : de delta, moyenne sur les graines avec son intervalle à 95 % ; gradient : "
                "de dW, la correction des poids ; prédit : par la théorie du champ moyen, pour "
                "delta ; écart : sa distance à la valeur. bloqués : réseaux dont une couche ne "
                "reçoit aucun gradient.",
            ),
            "frame": start[columns].sort_values(columns[:3]),
        },
        {
            "name": "phases",
            "theory": True,
            "title": Said(
                en="Mean-field theory of square layers",
                fr="Théorie du champ moyen pour des couches carrées",
            ),
            "caption": Said(
                en="sw2, sb2: variance of the weights (times the fan-in) and of the biases; q: "
                "fixed point of the mean square of a; chi: factor on the mean square of delta with each "
                "layer down (below 1 it vanishes, above 1 it explodes); depth_scale: -1 / ln chi, in "
                "layers; decades: of rms delta lost per layer; critical_sw2: the sw2 at which chi is 1, "
                "where there is one; missing_gain: the factor on the weights that leads there.",
                fr="sw2, sb2 : variance des poids (fois le nombre d'entrées) et des biais ; q : "
                "point fixe du carré moyen de a ; chi : facteur sur le carré moyen de delta à "
                "chaque couche descendue (au-dessous de 1 il s'évapore, au-dessus il explose) ;"
                " échelle de profondeur : -1 / ln chi, en couches ; décades : de delta "
                "quadratique moyen perdues par couche ; sw2 critique : celui où chi vaut 1, s'il y en "
                "a un ; gain manquant : le facteur sur les poids qui y mène.",
            ),
            "frame": frames["phases"],
        },
    ]
