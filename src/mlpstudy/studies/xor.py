"""Do two hidden units solve XOR? Shares of random starts, and the losses at which failures end.

A network that cannot tell k of the four corners apart gives them one answer, at best the share of
ones among them. What it loses is a plateau that can be foretold (see `plateaus`).
"""

from math import ceil, log

import numpy as np
import pandas as pd

from mlpstudy.analysis.plane import advantage, grid, labels
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import FEWEST, Interval, rate, share_difference, wilson
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

CELL = ["activation", "cost", "width"]
STATISTICS = [
    "share_solved_at_all", "share_solved", "share_solved_by_one", "share_gained_by_width",
    "failures_on_plateau",
]  # fmt: skip
FACTORS = [*CELL, "eta"]
OPTIONS = {
    "wider": "whole", "tolerance": "number", "followed": "cost", "curves": "whole",
    "tried": "whole",
}  # fmt: skip
BLOCKS = ["two"]
CORNERS = 4
# k corners that get one answer, and the ones among them: neighbours, three, or all of them. (The
# two corners of one class may share their answer for nothing.)
CONFUSED = {2: 1, 3: 1, 4: 2}
CHANCE = 0.95
SIDE = 80  # cells of a picture along each side
HIDDEN = 1.25  # the outputs of two tanh units are drawn on [-HIDDEN, HIDDEN]^2


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """What two hidden tanh units make of XOR, for the first start that solves it and the first one
    that does not: kind ("solved", "stuck") and

    inputs: x1, x2 and a, the output there, a1 and a2, what goes into the two units. hidden: the
    same output over the units' z1, z2 (named x1, x2). corners: x1, x2, y, z1, z2, right.
    """
    cost = study["options"].get("followed", "binary_nll")
    runs = [r for r in networks.blocks["two"] if (r.activation, r.cost) == ("tanh", cost)]
    runs = sorted(runs, key=lambda run: run.seed)[: int(study["options"].get("tried", 20))]
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for record in networks.train(runs):
        pictures = _pictures(networks, record)
        kind = "solved" if pictures["corners"]["right"].all() else "stuck"
        found.setdefault(kind, {n: part.assign(kind=kind) for n, part in pictures.items()})
    names = ("inputs", "hidden", "corners")
    return {n: pd.concat([found[kind][n] for kind in sorted(found)]) for n in names}


def _pictures(networks: Networks, record: Record) -> dict[str, pd.DataFrame]:
    corners = networks.split(record.run).train
    at = grid(corners.x, SIDE, border=0.3)
    passed, ends = networks.forward(record, at), networks.forward(record, corners.x)
    box = np.array([[-HIDDEN, -HIDDEN], [HIDDEN, HIDDEN]])
    z = grid(box, SIDE, border=0.0)
    over_z = z @ record.weights["W2"] + record.weights["b2"]
    units = {"a1": passed.a[0][:, 0], "a2": passed.a[0][:, 1]}
    x, seen = corners.x, ends.z[1]
    told = {"x1": x[:, 0], "x2": x[:, 1], "y": corners.y, "z1": seen[:, 0], "z2": seen[:, 1]}
    return {
        "inputs": _plane(at, passed.output).assign(**units),
        "hidden": _plane(z, over_z),
        "corners": pd.DataFrame({**told, "right": labels(ends.output) == corners.y}),
    }


def _plane(at: np.ndarray, a: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"x1": at[:, 0], "x2": at[:, 1], "a": advantage(a)})


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every start and how it ends. shares: of the starts that solve XOR, by cell, at the
    eta of the study. etas: the same with two hidden units, for every eta. plateaus: the losses
    foretold. ends: failures with two hidden units, by where they end. curves: training losses of
    some starts; and what was measured.
    """
    levels = pd.concat([plateaus(cost) for cost in sorted(view.runs["cost"].unique())])
    by_run = _by_run(view, levels)
    usual = by_run[by_run["usual"]]
    two = usual[usual["width"] == 2]
    shares = rate(usual, CELL, "solved")
    return {
        "by_run": by_run,
        "shares": shares.assign(restarts=[restarts(share) for share in shares["value"]]),
        "etas": rate(by_run[by_run["width"] == 2], [*CELL, "eta"], "solved"),
        "plateaus": levels.reset_index(drop=True),
        "ends": two.groupby(["activation", "cost", "end"], as_index=False).size(),
        "curves": _curves(view, two),
        **view.measured,
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


def restarts(share: float) -> float:
    """Starts after which at least one has succeeded with a chance of 95 %; infinite for none."""
    if share in (0, 1):
        return np.inf if share == 0 else 1.0
    return float(ceil(log(1 - CHANCE) / log(1 - share)))


def _by_run(view: View, levels: pd.DataFrame) -> pd.DataFrame:
    """run_id, cell, eta, seed, status, loss, right (corners), solved, usual (the study's eta), end:
    "solved", "2 confused", "3 confused", "4 confused" or "elsewhere"; a run that diverged has no
    loss and ends elsewhere.
    """
    fields = ["run_id", *CELL, "eta", "seed", "status"]
    frame = view.runs[fields].merge(view.final("train"), on="run_id", how="left")
    right = (frame["accuracy"].fillna(0) * CORNERS).round().astype(int)
    frame = frame.assign(right=right, solved=right == CORNERS).drop(columns="accuracy")
    frame["usual"] = frame["eta"] == float(view.block("two")["eta"].iloc[0])
    frame["end"] = np.where(frame["solved"], "solved", "elsewhere")
    tolerance = float(view.option("tolerance", 0.01))
    for cost, here in levels.groupby("cost"):
        for level in here.itertuples():
            near = (frame["loss"] - level.loss).abs() <= tolerance * here["loss"].max()
            there = near & ~frame["solved"] & (frame["cost"] == cost)
            frame.loc[there, "end"] = f"{level.confused} confused"
    return frame


def _curves(view: View, two: pd.DataFrame) -> pd.DataFrame:
    """Training loss by pass of the first starts with two hidden units and the followed cost."""
    chosen = two[two["cost"] == view.option("followed", "binary_nll")]
    seeds = sorted(chosen["seed"].unique())[: int(view.option("curves", 60))]
    chosen = chosen.loc[chosen["seed"].isin(seeds), ["run_id", "activation", "seed", "end"]]
    part = view.curves[view.curves["split"] == "train"]
    part = part[part["run_id"].isin(chosen["run_id"])]
    return part[["run_id", "epoch", "loss"]].merge(chosen, on="run_id", validate="many_to_one")


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C13 and C12 come to, by activation and cost."""
    by_run = frames["by_run"]
    usual = by_run[by_run["usual"]]
    measures = {
        "share_solved_at_all": _solved_by(2),
        "share_solved": _solved_by(2),
        "share_solved_by_one": _solved_by(1),
        "share_gained_by_width": lambda runs: _gained(runs, int(view.option("wider", 4))),
        "failures_on_plateau": _on_plateau,
    }
    found = []
    for statistic, measure in measures.items():
        measured = []
        for (activation, cost), runs in usual.groupby(["activation", "cost"]):
            told = f"{activation}, {cost}"
            measured += [(told + more, *rest) for more, *rest in measure(runs)]
        found += view.findings(statistic, measured)
    return found


def _solved_by(width: int):
    def measure(runs: pd.DataFrame) -> list[tuple]:
        runs = runs[runs["width"] == width]
        if runs.empty:
            return []
        told = f", {width} hidden unit" + ("s" if width > 1 else "")
        return [(told, _share(runs["solved"]), runs)]

    return measure


def _share(flags: pd.Series) -> Interval:
    """The share of flags that are true; without an interval below the fewest runs that allow one."""
    measured = wilson(int(flags.sum()), len(flags))
    return measured if len(flags) >= FEWEST else Interval(measured.value, np.nan, np.nan)


def _gained(runs: pd.DataFrame, wider: int) -> list[tuple]:
    many, two = (runs[runs["width"] == width] for width in (wider, 2))
    if many.empty or two.empty:
        return []
    value = share_difference(many["solved"], two["solved"])
    return [(f", {wider} hidden units against 2", value, pd.concat([many, two]))]


def _on_plateau(runs: pd.DataFrame) -> list[tuple]:
    failed = runs[(runs["width"] == 2) & ~runs["solved"]]
    if failed.empty or plateaus(failed["cost"].iloc[0]).empty:
        return []
    return [(", 2 hidden units", _share(failed["end"] != "elsewhere"), failed)]


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    ends = frames["ends"].pivot(index=["activation", "cost"], columns="end", values="size")
    return [
        {
            "name": "shares",
            "title": Said(
                en="Share of the starts that solve XOR", fr="Part des départs qui résolvent le XOR"
            ),
            "caption": Said(
                en="value: share of the random starts that end with all four corners right, "
                "with Wilson's 95 % interval; restarts: starts after which at least one has succeeded "
                "with a chance of 95 %.",
                fr="valeur : part des départs au hasard qui finissent avec les quatre coins "
                "justes, avec l'intervalle de Wilson à 95 % ; départs : départs au bout "
                "desquels l'un au moins a réussi avec une chance de 95 %.",
            ),
            "frame": frames["shares"],
        },
        {
            "name": "ends",
            "title": Said(
                en="Where the starts with two hidden units end",
                fr="Où finissent les départs à deux unités cachées",
            ),
            "caption": Said(
                en="Number of starts; confused: the corners that get one answer, at whose "
                "least loss the start ends.",
                fr="Nombre de départs ; confondus : les coins qui reçoivent une même réponse, au "
                "plus petit coût de laquelle le départ finit.",
            ),
            "frame": ends.fillna(0).astype(int).reset_index(),
        },
        {
            "name": "etas",
            "title": Said(
                en="Two hidden units at other values of eta",
                fr="Deux unités cachées, à d'autres valeurs d'eta",
            ),
            "caption": Said(
                en="value: share of the starts that solve XOR, with Wilson's 95 % interval.",
                fr="valeur : part des départs qui résolvent le XOR, avec l'intervalle de Wilson à "
                "95 %.",
            ),
            "frame": frames["etas"],
        },
    ]
