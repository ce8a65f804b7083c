"""The regions that networks draw: whether they are convex and hang together, and pictures."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.plane import advantage, grid, labels, leaving, parts
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

CELL = ["dataset", "depth", "width"]
NEEDS = {
    "side": "whole", "smallest": "whole", "pairs": "whole", "steps": "whole",
    "shown": [["whole", "whole"]], "coarse_side": "whole",
}  # fmt: skip
OPTIONS = {"passes": ["whole"]}
COLUMNS = {"shapes": ["dataset", "depth", "width", "seed", "leaving", "parts"]}


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """shapes: for each network, the share of segments that leave its regions and the number of
    their parts. planes: pictures of some networks of the first seed, with their training points;
    passes: coarser ones of the same networks along their training.
    """
    options = study["options"]
    runs = [run for runs in networks.blocks.values() for run in runs]
    shown = {(depth, width) for depth, width in options["shown"]}
    shapes, planes, points = [], [], []
    for record in networks.train(runs):
        run, x = record.run, networks.split(record.run).test.x
        at = grid(networks.split(run).train.x, int(options["side"]))
        a = networks.forward(record, at).output
        key = {"dataset": run.dataset, "depth": run.depth, "width": run.width}
        shapes.append({**key, "seed": run.seed, **_shape(networks, record, x, a, options)})
        if _is_shown(run, shown):
            picture = {"x1": at[:, 0], "x2": at[:, 1], "a": advantage(a).astype(np.float32)}
            planes.append(pd.DataFrame({**key, **picture}))
            points.append(_examples(networks, run, key))
    return {
        "shapes": pd.DataFrame(shapes),
        "planes": pd.concat(planes, ignore_index=True),
        "passes": _along_training(
            networks, [run for run in runs if _is_shown(run, shown)], options
        ),
        "points": pd.concat(points).drop_duplicates(["dataset", "x1", "x2"], ignore_index=True),
    }


def _is_shown(run, shown: set[tuple[int, int]]) -> bool:
    return run.seed == 0 and (run.depth, run.width) in shown


def _along_training(networks: Networks, runs: list, options: dict) -> pd.DataFrame:
    """Pictures after some of the passes. A training of fewer passes is the beginning of a longer one."""
    pictures = []
    for passes in options.get("passes", []):
        shorter = [run.model_copy(update={"epochs": passes}) for run in runs]
        for record in networks.train(shorter):
            run = record.run
            at = grid(networks.split(run).train.x, int(options["coarse_side"]))
            a = advantage(networks.forward(record, at).output).astype(np.float32)
            key = {"dataset": run.dataset, "depth": run.depth, "width": run.width}
            picture = {"x1": at[:, 0], "x2": at[:, 1], "a": a}
            pictures.append(pd.DataFrame({**key, "epoch": passes, **picture}))
    columns = [*CELL, "epoch", "x1", "x2", "a"]
    return pd.concat(pictures, ignore_index=True) if pictures else pd.DataFrame(columns=columns)


def _shape(networks: Networks, record: Record, x: np.ndarray, a: np.ndarray, options: dict) -> dict:
    """leaving and parts of one network; one that diverged has learned no region: NaN."""
    if record.status != "finished":
        return {"leaving": np.nan, "parts": np.nan}
    side = int(options["side"])
    rng = stream(record.run.seed, "study")

    def given_by(places: np.ndarray) -> np.ndarray:
        return labels(networks.forward(record, places).output)

    left = leaving(given_by, x, int(options["pairs"]), int(options["steps"]), rng)
    counted = parts(labels(a).reshape(side, side), int(options["smallest"]))
    return {"leaving": left, "parts": float(counted)}


def _examples(networks: Networks, run, key: dict) -> pd.DataFrame:
    data = networks.split(run).train
    seen = {"x1": data.x[:, 0], "x2": data.x[:, 1], "y": data.y}
    return pd.DataFrame({"dataset": key["dataset"], **seen})
