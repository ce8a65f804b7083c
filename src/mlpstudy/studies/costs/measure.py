"""What costs do to one output, KL beside cross-entropy, and networks that are trained with either."""

import numpy as np
import pandas as pd
import torch

from mlpstudy.core.costs import COSTS
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks

COLUMNS = {
    "unit": ["kind", "s", "time", "foretold"],
    "identities": ["targets", "seed", "off_entropy", "off_nll", "off_delta"],
    "trained": ["dataset", "label_smoothing", "seed", "off"],
}
FACTORS = {"shapes": ["kind", "a"], "unit": ["kind", "s"], "identities": ["targets"]}
NEEDS = {"saturated": ["number"], "starts": ["number"], "step": "number", "targets": "whole"}
BLOCKS = ["same"]
KEYS = ["seeds"]
SQUARED, CROSS = "squared", "cross-entropy"
LOGISTIC = {SQUARED: "mse_sigmoid", CROSS: "binary_nll"}  # of one output
SHOWN = 8.0  # a of the pictures goes from minus this to this
CLASSES = 5  # of the random targets


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """shapes: cost and delta of one logistic output, target 1. unit: the time to get over a start at
    a = -s, measured and by the solved equation. identities: of KL, on random targets. trained:
    how far networks trained with KL are from those trained with NLL."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    starts = [float(s) for s in options["starts"]]
    return {
        "shapes": _shapes(options),
        "unit": pd.concat([_unit(kind, starts, float(options["step"])) for kind in LOGISTIC]),
        "identities": pd.DataFrame(
            [row for seed in seeds for row in _identities(int(options["targets"]), seed)]
        ),
        "trained": _trained(networks),
    }


def _shapes(options: dict) -> pd.DataFrame:
    grid = np.linspace(-SHOWN, SHOWN, 161)
    a = np.unique(np.append(grid, [float(place) for place in options["saturated"]]))
    column = torch.from_numpy(a)[None, :, None]
    t = torch.ones_like(column)
    parts = [
        pd.DataFrame({"kind": kind, "a": a, "cost": COSTS[name].terms(column, t)[0].numpy(),
                      "delta": COSTS[name].delta(column, t)[0, :, 0].numpy()})
        for kind, name in LOGISTIC.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _unit(kind: str, starts: list[float], step: float) -> pd.DataFrame:
    """kind, s, time, foretold: gradient descent of a alone, from -s to 0; target 1."""
    cost = COSTS[LOGISTIC[kind]]
    a = -torch.tensor(starts, dtype=torch.float64)[None, :, None]
    t, steps = torch.ones_like(a), torch.zeros(len(starts), dtype=torch.int64)
    while (wrong := a[0, :, 0] < 0).any():
        steps += wrong
        a = a - step * cost.delta(a, t)
    foretold = [law(kind, s) for s in starts]
    return pd.DataFrame(
        {"kind": kind, "s": starts, "time": step * steps.numpy(), "foretold": foretold}
    )


def law(kind: str, s: float) -> float:
    """Time from a = -s to 0 of da/dt = -dL/da, L = (sigmoid(a) - 1)^2 or log(1 + exp(-a))."""
    if kind == CROSS:
        return s + 1 - np.exp(-s)
    return (np.exp(s) + 3 * s + 2.5 - 3 * np.exp(-s) - np.exp(-2 * s) / 2) / 2


def _identities(targets: int, seed: int) -> list[dict]:
    """targets, seed, off_entropy, off_nll, off_delta: the largest differences."""
    draws = stream(seed, "study")
    a = torch.from_numpy(4 * draws.standard_normal((1, targets, CLASSES)))
    soft = draws.dirichlet(np.ones(CLASSES), targets)
    hard = np.eye(CLASSES)[soft.argmax(1)]
    rows = []
    for kind, t in (("soft", soft), ("one-hot", hard)):
        target = torch.from_numpy(t)[None]
        kl, nll = (COSTS[name].terms(a, target)[0].numpy() for name in ("kl", "nll"))
        entropy = -np.sum(t * np.log(np.where(t > 0, t, 1)), axis=1)
        deltas = [COSTS[name].delta(a, target) for name in ("kl", "nll")]
        off = {"off_entropy": np.abs(kl - (nll - entropy)).max(), "off_nll": np.abs(kl - nll).max()}
        off["off_delta"] = float((deltas[0] - deltas[1]).abs().max())
        rows.append({"targets": kind, "seed": seed, **off})
    return rows


def _trained(networks: Networks) -> pd.DataFrame:
    """dataset, label_smoothing, seed, off: the largest difference of a weight."""
    records = networks.train(networks.blocks["same"])
    key = ("dataset", "label_smoothing", "seed")
    by_cost = {
        cost: {
            tuple(getattr(r.run, name) for name in key): r for r in records if r.run.cost == cost
        }
        for cost in ("nll", "kl")
    }
    rows = []
    for place, record in by_cost["nll"].items():
        pairs = zip(
            record.kept_weights.values(), by_cost["kl"][place].kept_weights.values(), strict=True
        )
        off = max(float(np.abs(one - other).max()) for one, other in pairs)
        rows.append({**dict(zip(key, place, strict=True)), "off": off})
    return pd.DataFrame(rows)
