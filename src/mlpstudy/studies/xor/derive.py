"""Where random starts end: all four corners right, or on a plateau that can be foretold.

A network that cannot tell k of the four corners apart gives them one answer, at best the share of
ones among them. What it loses is a plateau (see `plateaus`).
"""

from math import log

import numpy as np
import pandas as pd

from mlpstudy.bilingual import Bilingual
from mlpstudy.statistics.tuning import choose
from mlpstudy.studies.view import View

OPTIONS = {"tolerance": "number", "followed": "cost", "curves": "whole"}
BLOCKS = ["two"]
COLUMNS = {
    "runs": ["loss", "solved", "failed", "end", "on_plateau", "at_best_eta"],
    "plateaus": ["cost", "confused", "loss"],
    "curves_of_some": ["run_id", "epoch", "loss", "activation", "cost", "seed", "end"],
}
FACTORS = {"plateaus": ["cost", "confused"]}
CORNERS = 4
TASK = ["activation", "cost", "width"]
LEAST = ["failed", "train_loss"]  # what eta is chosen by, as the study's YAML says
# k corners that get one answer, and the ones among them: neighbours, three, or all of them. (The
# two corners of one class may share their answer for nothing.)
CONFUSED = {2: 1, 3: 1, 4: 2}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with the loss, how each ends and whether it is at the eta that is chosen. plateaus:
    the losses foretold. curves_of_some: training losses of the first starts with two hidden units
    and the followed cost."""
    levels = pd.concat([plateaus(cost) for cost in sorted(view.runs["cost"].unique())])
    runs = ended(view, levels)
    return {
        "runs": runs,
        "plateaus": levels.reset_index(drop=True),
        "curves_of_some": _curves(view, with_two(runs)),
    }


def plateaus(cost: str) -> pd.DataFrame:
    """The least loss of a network that gives k corners one answer, the others being right: cost,
    confused (k), loss. No rows for a cost whose plateaus are not worked out here.

    With a share p of ones among the k corners: k/4 of the entropy of p for the negative
    log-likelihood, k/4 of p (1 - p) for the squared error of one output.
    """
    rows = []
    for k, ones in CONFUSED.items():
        p = ones / k
        entropy = -p * log(p) - (1 - p) * log(1 - p)
        losses = {"binary_nll": entropy, "nll": entropy, "mse_sigmoid": p * (1 - p)}
        if cost in losses:
            rows.append({"cost": cost, "confused": k, "loss": k / CORNERS * losses[cost]})
    return pd.DataFrame(rows, columns=["cost", "confused", "loss"])


def ended(view: View, levels: pd.DataFrame) -> pd.DataFrame:
    """The runs with loss, solved, end ("solved", "2 confused", "3 confused", "4 confused" or
    "elsewhere") and on_plateau; one that diverged has no loss and ends elsewhere."""
    last = view.final("train")["loss"]
    right = ((1 - view.runs["train_error"]) * CORNERS).round().astype(int)
    runs = view.runs.assign(loss=view.runs["run_id"].map(last), solved=right == CORNERS)
    runs["end"] = np.where(runs["solved"], "solved", "elsewhere")
    tolerance = float(view.option("tolerance", 0.01))
    for cost, some in levels.groupby("cost"):
        for level in some.itertuples():
            near = (runs["loss"] - level.loss).abs() <= tolerance * some["loss"].max()
            there = near & ~runs["solved"] & (runs["cost"] == cost)
            runs.loc[there, "end"] = f"{level.confused} confused"
    runs = runs.assign(
        failed=~runs["solved"], on_plateau=~runs["end"].isin(["solved", "elsewhere"])
    )
    return choose(runs, TASK, ["eta"], LEAST).rename(columns={"chosen": "at_best_eta"})


def with_two(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs with two hidden units, at the eta with which most of them solve XOR."""
    return runs[(runs["width"] == 2) & runs["at_best_eta"]]


def _curves(view: View, two: pd.DataFrame) -> pd.DataFrame:
    """Training loss by pass of the first starts with the followed cost."""
    chosen = two[two["cost"] == view.option("followed", "binary_nll")]
    seeds = sorted(chosen["seed"].unique())[: int(view.option("curves", 60))]
    chosen = chosen.loc[chosen["seed"].isin(seeds), ["run_id", "activation", "cost", "seed", "end"]]
    part = view.curves[view.curves["split"] == "train"]
    part = part[part["run_id"].isin(chosen["run_id"])]
    return part[["run_id", "epoch", "loss"]].merge(chosen, on="run_id", validate="many_to_one")


def shown(tables: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    two = with_two(tables["runs"])
    ends = pd.crosstab([two["activation"], two["cost"]], two["end"]).reset_index()
    title = Bilingual(
        en="Where the starts with two hidden units end",
        fr="Où finissent les départs à deux unités cachées",
    )
    caption = Bilingual(
        en="Number of starts; confused: the corners that get one answer, at whose least loss the "
        "start ends.",
        fr="Nombre de départs ; confondus : les coins qui reçoivent une même réponse, au plus petit "
        "coût de laquelle le départ finit.",
    )
    return [{"name": "ends", "title": title, "caption": caption, "frame": ends}]
