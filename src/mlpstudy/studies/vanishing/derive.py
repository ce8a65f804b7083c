"""The decades that delta and dW lose with each layer on their way down, and mean-field theory."""

from functools import cache

import numpy as np
import pandas as pd

from mlpstudy.analysis import theory
from mlpstudy.bilingual import Bilingual
from mlpstudy.statistics.intervals import summarise
from mlpstudy.studies.vanishing import mapped
from mlpstudy.studies.vanishing.laws import laws
from mlpstudy.studies.view import View

COLUMNS = {
    "hidden": [
        "run_id", "seed", "dataset", "activation", "initialization", "init_gain", "depth", "width",
        "epochs", "epoch", "layer", "log10_delta", "log10_gradient", "foretold",
    ],
    "rates": [
        "run_id", "seed", "dataset", "activation", "initialization", "init_gain", "depth", "width",
        "epochs", "epoch", "decades", "gradient_decades", "predicted",
    ],
    "agreement": [
        "dataset", "activation", "initialization", "depth", "width", "value", "predicted", "drift",
        "off",
    ],
    "scattered": ["recipe", "units_per_layer", "off"],
    "scatter": ["recipe", "units_per_layer", "seed", "square", "foretold_variance"],
    "laws": [
        "dataset", "activation", "initialization", "depth", "width", "seed",
        "exponential_over_power", "power",
    ],
    "map": [
        "dataset", "depth", "width", "activation", "initialization", "delta_decades", "dW_decades",
        "delta_decades_trained", "chi_decades", "run",
    ],
    "map_layers": [
        "dataset", "depth", "width", "activation", "initialization", "layer", "delta", "dW",
    ],
}  # fmt: skip
FACTORS = {
    "hidden": ["epoch", "layer"],
    "rates": ["epoch"],
    "scatter": ["recipe", "units_per_layer"],
    "scattered": ["recipe", "units_per_layer"],
    "map_layers": ["layer"],
}
MAP = ("map", "map_deep")  # blocks that are looked at by themselves
BLOCKS = ["start"]
FIELDS = ["dataset", "activation", "initialization", "init_gain", "depth", "width", "epochs"]
MEASURED = {"delta_rms": "log10_delta", "weight_gradient_sample_rms": "log10_gradient"}


CAPTIONS = {
    "start": Bilingual(
        en="value: of delta, mean over the seeds with its 95 % interval; gradient: of dW, the "
        "correction of the weights; predicted: by mean-field theory of wide layers, for delta; "
        "drift: what a finite width may add to it; off: how far the interval is from what both "
        "leave open. blocked: runs in which some layer gets no gradient at all.",
        fr="valeur : de delta, moyenne sur les graines avec son intervalle à 95 % ; gradient : "
        "de dW, la correction des poids ; prédit : par la théorie du champ moyen des couches larges, "
        "pour delta ; dérive : ce qu'une largeur finie peut y ajouter ; écart : distance "
        "de l'intervalle à ce que les deux laissent ouvert. bloqués : réseaux dont une couche ne reçoit aucun "
        "gradient.",
    ),
    "phases": Bilingual(
        en="sw2, sb2: variance of the weights (times the fan-in) and of the biases; q: fixed point "
        "of the mean square of a; chi: factor on the mean square of delta with each layer down "
        "(below 1 it vanishes, above 1 it explodes); depth_scale: -1 / ln chi, in layers; "
        "decades: of rms delta lost per layer; critical_sw2: the sw2 at which chi is 1, where "
        "there is one; missing_gain: the factor on the weights that leads there.",
        fr="sw2, sb2 : variance des poids (fois le nombre d'entrées) et des biais ; q : point fixe "
        "du carré moyen de a ; chi : facteur sur le carré moyen de delta à chaque couche "
        "descendue (au-dessous de 1 il s'évapore, au-dessus il explose) ; échelle de "
        "profondeur : -1 / ln chi, en couches ; décades : de delta quadratique moyen perdues "
        "par couche ; sw2 critique : celui où chi vaut 1, s'il y en a un ; gain manquant : le "
        "facteur sur les poids qui y mène.",
    ),
}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """hidden: log10 delta of each hidden layer, less that of the last one before training, and
    theory. rates: decades that delta, dW (gradient_decades) and theory (predicted) lose per layer,
    for each run and pass. cells: their means before training. scatter: the distance of networks to
    the mean of their cell, squared; scattered: log10 of their deviation over that of theory, without
    its sign. agreement: how far theory is from each cell. phases: theory.
    laws: whether an exponential or a power fits the untrained networks of the block `deep`. map,
    map_layers: every combination of the blocks MAP.
    """
    of_map = view.runs["run_id"].isin([run for name in MAP for run in view.blocks.get(name, [])])
    hidden = _foretold(_hidden(view, view.runs[~of_map]))
    rates = _rates(hidden[hidden["depth"] > 1])
    cells, scatter = _cells(rates), _scatter(view.measured["gaps"])
    variances = scatter.groupby(["recipe", "units_per_layer"])[["square", "foretold_variance"]]
    ratio = variances.mean().pipe(lambda mean: mean["square"] / mean["foretold_variance"])
    scattered = (np.log10(ratio).abs() / 2).rename("off").reset_index()
    return {
        "hidden": _less_the_last(hidden)[["cell_id", *COLUMNS["hidden"]]],
        "rates": _but_for_blocked(rates),
        "cells": cells,
        "scatter": scatter,
        "agreement": cells.loc[cells["off"].notna(), COLUMNS["agreement"]],
        "scattered": scattered,
        "phases": _phases(view.block("start")),
        "laws": laws(hidden[hidden["run_id"].isin(view.blocks.get("deep", []))]),
        **_map(view, view.runs[of_map]),
    }


def _map(view: View, runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    if runs.empty:
        return {
            "map": pd.DataFrame(columns=mapped.MAP),
            "map_layers": pd.DataFrame(columns=mapped.LAYERS),
        }
    hidden = _foretold(_hidden(view, mapped.chosen(runs)))
    return {"map": mapped.cells(_rates(hidden)), "map_layers": mapped.layers(hidden)}


def _hidden(view: View, runs: pd.DataFrame) -> pd.DataFrame:
    """Hidden layers with log10 of delta and of one example's weight gradient, NaN where they are 0."""
    kept = ["run_id", "cell_id", "seed", *FIELDS, "n_inputs", "input_mean_square"]
    layers = view.layers.merge(runs[kept], on="run_id")
    layers = layers[layers["layer"] <= layers["depth"]]
    logs = {new: np.log10(layers[old].where(layers[old] > 0)) for old, new in MEASURED.items()}
    return layers.assign(**logs).sort_values(["run_id", "epoch", "layer"], ignore_index=True)


def _foretold(hidden: pd.DataFrame) -> pd.DataFrame:
    """With foretold: log10 delta by theory, less that of the last hidden layer, at the mean square
    of a cell's inputs; and drift: what a finite width may add to the decades lost per layer. Of cells
    whose every delta is 0, and of a single layer, nothing."""
    start = hidden[hidden["epoch"].eq(0) & hidden["log10_delta"].notna() & hidden["depth"].gt(1)]
    squares = start.drop_duplicates("run_id").groupby("cell_id")["input_mean_square"].mean()
    firsts = start.drop_duplicates("cell_id").set_index("cell_id")
    by_layer, drift = {}, {}
    for cell in firsts.assign(square=squares).itertuples():
        how = cell.activation, cell.initialization, cell.init_gain, cell.depth, cell.width
        data = cell.n_inputs, float(cell.square)
        profile, drift[cell.Index] = theory.profile(*how, *data), theory.drift(*how, *data)
        for layer, value in enumerate(profile.log10_delta, start=1):
            by_layer[cell.Index, layer] = value
    names = ["cell_id", "layer"]
    values = pd.Series(by_layer, dtype=float, name="foretold").rename_axis(names)
    hidden = hidden.assign(drift=hidden["cell_id"].map(drift).astype(float))
    return hidden.join(values.replace([-np.inf, np.inf], np.nan), on=names)


def _less_the_last(hidden: pd.DataFrame) -> pd.DataFrame:
    """With log10 of delta and of dW less that of the last hidden layer before training, where there
    is any."""
    tops = hidden[(hidden["epoch"] == 0) & (hidden["layer"] == hidden["depth"])]
    top = tops.set_index("run_id")[list(MEASURED.values())]
    less = {name: hidden[name] - hidden["run_id"].map(top[name]) for name in top}
    hidden = hidden.assign(**less)
    return hidden[hidden["log10_delta"].notna()].reset_index(drop=True)


def _rates(hidden: pd.DataFrame) -> pd.DataFrame:
    """The slopes along the layers of each run and pass; NaN where a layer has nothing."""
    x = hidden["layer"] - (hidden["depth"] + 1) / 2
    groups = hidden.groupby(["run_id", "epoch"], sort=False)
    key = groups.ngroup().to_numpy()
    columns = {
        "decades": "log10_delta", "gradient_decades": "log10_gradient", "predicted": "foretold",
    }  # fmt: skip
    slopes = {
        name: np.bincount(key, x * hidden[column]) / np.bincount(key, x**2)
        for name, column in columns.items()
    }
    first = groups.head(1)[["run_id", "cell_id", "seed", *FIELDS, "epoch", "drift"]]
    return first.reset_index(drop=True).assign(**slopes)


def _but_for_blocked(rates: pd.DataFrame) -> pd.DataFrame:
    """Without the runs in which some layer gets no delta, where others of their cell do."""
    known = rates.groupby(["cell_id", "epoch"])["decades"].transform("count")
    return rates[rates["decades"].notna() | known.eq(0)].reset_index(drop=True)


def _cells(rates: pd.DataFrame) -> pd.DataFrame:
    """cell_id, fields, value, low, high, n of delta before training; gradient: the mean of dW; off:
    how far that interval is from what theory leaves open, up to `drift` more than a wide network's;
    blocked: the runs in which some layer gets no delta at all."""
    start, cell = rates[rates["epoch"] == 0], ["cell_id", *FIELDS]
    cells = start.assign(blocked=start["decades"].isna()).groupby(cell, as_index=False)
    means = cells.agg(
        gradient=("gradient_decades", "mean"), predicted=("predicted", "mean"),
        drift=("drift", "mean"), blocked=("blocked", "sum"),
    )  # fmt: skip
    known = summarise(start[start["decades"].notna()], cell, "decades", "mean")
    cells = means.merge(known, on=cell, how="left")
    below = cells["predicted"] - cells["high"]
    above = cells["low"] - (cells["predicted"] + cells["drift"])
    return cells.assign(off=np.maximum(below, above).clip(lower=0))


def _scatter(gaps: pd.DataFrame) -> pd.DataFrame:
    """recipe, units_per_layer, seed, square: of a network's distance to the mean of its cell, so
    that their mean is the variance; foretold_variance. Networks whose units are all silent have no
    delta, and are left out."""
    known = gaps[np.isfinite(gaps["gap"])]
    recipe = known["activation"] + ", " + known["initialization"]
    known = known.assign(recipe=recipe, units_per_layer=known["width"])
    cells = known.groupby(["recipe", "units_per_layer"], sort=False)
    n, off = cells["gap"].transform("size"), known["gap"] - cells["gap"].transform("mean")
    squares = cells["input_mean_square"].mean()
    variance = {}
    for key, cell in cells:
        one = cell.iloc[0]
        how = one["activation"], one["initialization"], 1.0, one["depth"], one["width"]
        variance[key] = theory.spread(*how, int(one["n_inputs"]), float(squares[key])) ** 2
    foretold = pd.Series(variance, name="foretold_variance").rename_axis(squares.index.names)
    known = known.assign(square=off**2 * n / (n - 1)).join(foretold, on=squares.index.names)
    return known[COLUMNS["scatter"]].reset_index(drop=True)


def _phases(start: pd.DataFrame) -> pd.DataFrame:
    """Fixed point, chi and depth scale of square layers, for what the study uses."""
    width = int(start["width"].iloc[0]) if len(start) else 64
    rows = []
    for cell in start[["activation", "initialization", "init_gain"]].drop_duplicates().itertuples():
        how = theory.INITIALIZERS[cell.initialization]
        sw2 = width * (cell.init_gain * how.deviation(width, width)) ** 2
        sb2 = how.bias(width, width) ** 2
        if sw2 == 0:
            continue
        phase = theory.phase(cell.activation, sw2, sb2)._asdict()
        critical = _critical(cell.activation, round(sb2, 12))
        key = {name: getattr(cell, name) for name in ("activation", "initialization", "init_gain")}
        more = {"critical_sw2": critical, "missing_gain": np.sqrt(critical / sw2)}
        rows.append({**key, "sw2": sw2, "sb2": sb2, **phase, **more})
    frame = pd.DataFrame(rows)
    frame["q"] = frame["q"].where(frame["q"] > theory.SMALLEST, 0.0)
    frame["decades"] = -np.log10(frame["chi"].where(frame["chi"] > 0)) / 2
    return frame.sort_values(["activation", "initialization"], ignore_index=True)


@cache
def _critical(activation: str, sb2: float) -> float:
    return theory.critical_variance(activation, sb2)


def shown(tables: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    cells = tables["cells"]
    start = cells[cells["epochs"] == 0]
    kept = [
        "dataset", "activation", "initialization", "depth", "value", "low", "high", "gradient",
        "predicted", "drift", "off", "n", "blocked",
    ]  # fmt: skip
    titles = {
        "start": Bilingual(
            en="Decades of delta lost per layer at the start",
            fr="Décades de delta perdues par couche, au départ",
        ),
        "phases": Bilingual(
            en="Mean-field theory of square layers",
            fr="Théorie du champ moyen pour des couches carrées",
        ),
    }
    frames = {"start": start[kept].sort_values(kept[:4]), "phases": tables["phases"]}
    more = {"start": {}, "phases": {"theory": True}}
    return [
        {
            "name": name,
            "title": title,
            "caption": CAPTIONS[name],
            "frame": frames[name],
            **more[name],
        }
        for name, title in titles.items()
    ]
