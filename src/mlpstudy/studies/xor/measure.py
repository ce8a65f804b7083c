"""What two hidden units make of the four corners, from a start that solves XOR and one that does not."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.plane import advantage, grid, labels
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

OPTIONS = {"followed": "cost", "tried": "whole", "shown": "number"}
BLOCKS = ["two"]
COLUMNS = {
    "inputs": ["kind", "x1", "x2", "a", "a1", "a2"],
    "hidden": ["kind", "x1", "x2", "a"],
    "corners": ["kind", "x1", "x2", "y", "z1", "z2", "right"],
}
FACTORS = {"inputs": ["kind"], "hidden": ["kind"], "corners": ["kind"]}
SIDE = 80  # cells of a picture along each side
HIDDEN = 1.25  # the outputs of two tanh units are drawn on [-HIDDEN, HIDDEN]^2


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """What two hidden tanh units make of XOR, for the first start that solves it and the first one
    that does not: kind ("solved", "stuck") and

    inputs: x1, x2 and a, the output there, a1 and a2, what goes into the two units. hidden: the
    same output over the units' z1, z2 (named x1, x2). corners: x1, x2, y, z1, z2, right.
    """
    cost = study["options"].get("followed", "binary_nll")
    wanted = ("tanh", cost, float(study["options"].get("shown", 1.0)))
    runs = [r for r in networks.blocks["two"] if (r.activation, r.cost, r.eta) == wanted]
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
    over_z = z @ record.kept_weights["W2"] + record.kept_weights["b2"]
    units = {"a1": passed.a[0][:, 0], "a2": passed.a[0][:, 1]}
    x, seen = corners.x, ends.z[1]
    placed = {"x1": x[:, 0], "x2": x[:, 1], "y": corners.y, "z1": seen[:, 0], "z2": seen[:, 1]}
    return {
        "inputs": _plane(at, passed.output).assign(**units),
        "hidden": _plane(z, over_z),
        "corners": pd.DataFrame({**placed, "right": labels(ends.output) == corners.y}),
    }


def _plane(at: np.ndarray, a: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"x1": at[:, 0], "x2": at[:, 1], "a": advantage(a)})
