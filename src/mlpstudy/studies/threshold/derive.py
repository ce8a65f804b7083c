"""The largest delta below a threshold layer, and the largest slope of each shape."""

import pandas as pd

from mlpstudy.analysis import theory
from mlpstudy.bilingual import Bilingual
from mlpstudy.studies.view import View

LARGEST = {"sigmoid": 0.25, "tanh": 1.0}  # the largest slope, as the lecture has it
COLUMNS = {
    "deltas": ["dataset", "seed", "delta"],
    "largest": ["activation", "off_largest_slope"],
}
FACTORS = {"deltas": ["dataset"], "largest": ["activation"]}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """deltas: the largest delta below a layer of thresholds, of all passes and etas, for each seed.
    largest: how far the largest slope is from the lecture's. shapes: what each slope lets through."""
    slopes = view.measured["slopes"].groupby("activation")["slope"].max()
    off = (slopes - slopes.index.map(LARGEST)).abs()
    below = _below(view)
    ends = below[(below["activation"] == "threshold") & (below["trained"] == "all")]
    return {
        "deltas": ends.groupby(["dataset", "seed"], as_index=False)["delta"].max(),
        "largest": off.rename("off_largest_slope").reset_index(),
        "shapes": _shapes(view.measured["curves"], below),
    }


def _below(view: View) -> pd.DataFrame:
    """The runs of the shapes with the largest delta of their hidden layers, of all passes."""
    wanted = [run for name, ids in view.blocks.items() if name.startswith("shapes") for run in ids]
    runs = view.runs[view.runs["run_id"].isin(wanted)]
    hidden = view.layers.merge(runs[["run_id", "depth"]], on="run_id").query("layer <= depth")
    largest = hidden.groupby("run_id", observed=True)["delta_rms"].max()
    return runs.assign(delta=runs["run_id"].map(largest))


def _shapes(curves: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """activation, largest_slope, mean_square_slope: E g'(a)^2 for a normal a of deviation 1, by which
    a layer with weights of variance 1 / n scales delta^2; largest_delta: below the last layer."""
    slopes = curves.assign(slope=curves["slope"].abs()).groupby("activation", sort=False)["slope"]
    deltas = below[below["trained"] == "all"].groupby("activation")["delta"].max()
    table = slopes.max().rename("largest_slope").reset_index()
    moments = [theory.slope_moment(name, 1.0) for name in table["activation"]]
    return table.assign(
        mean_square_slope=moments, largest_delta=table["activation"].map(deltas).to_numpy()
    )


def shown(tables: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    caption = Bilingual(
        en="largest slope: of |g'|. mean square slope: of g' squared under a standard normal a; a layer "
        "whose weights have variance 1/n multiplies the mean square of delta by it (theory for wide "
        "layers). largest delta: the largest rms delta of the hidden layer in any of the looked-at "
        "passes, networks and etas, for the shapes that are trained here.",
        fr="plus grande pente : de |g'|. pente carrée moyenne : de g' au carré pour un a normal centré "
        "réduit ; une couche aux poids de variance 1/n multiplie par elle le carré moyen de delta "
        "(théorie des couches larges). plus grand delta : le plus grand delta efficace de la couche "
        "cachée parmi les passes, réseaux et etas regardés, pour les formes entraînées ici.",
    )
    title = Bilingual(en="What the slopes let through", fr="Ce que laissent passer les pentes")
    return [{"name": "slopes", "title": title, "caption": caption, "frame": tables["shapes"]}]
