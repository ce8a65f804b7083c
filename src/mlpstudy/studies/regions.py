"""What shapes can a network draw? Whether learned regions are convex and hang together."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.plane import advantage, grid, labels, leaving, parts
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import interval, paired, summarise
from mlpstudy.studies.contrast import Contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

CELL = ["dataset", "depth", "width"]
STATISTICS = [
    "share_leaving", "parts", "share_leaving_straight", "gained_by_width", "gained_by_depth",
]  # fmt: skip
FACTORS = CELL
NEEDS = {
    "side": "whole", "smallest": "whole", "pairs": "whole", "steps": "whole",
    "columns": ["whole whole"], "coarse_side": "whole",
}  # fmt: skip
OPTIONS = {"passes": ["whole"]}
NUMBERS = {"leaving": "share of segments", "parts": "parts"}


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """shapes: for each network, the share of segments that leave its regions and the number of
    their parts. planes: pictures of some networks of the first seed, with their training points;
    passes: coarser ones of the same networks along their training.
    """
    options = study["options"]
    runs = [run for runs in networks.blocks.values() for run in runs]
    shown = {tuple(map(int, text.split())) for text in options["columns"]}
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


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every network, its shapes and its test accuracy. leaving, parts, accuracy: of each
    cell. planes, points: the pictures.
    """
    runs = view.runs[["run_id", *CELL, "seed", "status"]]
    final = view.final("test")[["accuracy"]]
    runs = runs.merge(final, left_on="run_id", right_index=True, how="left")
    by_run = runs.merge(view.measured["shapes"], on=[*CELL, "seed"], validate="one_to_one")
    by_run["accuracy"] = by_run["accuracy"].fillna(0.0)
    return {
        "by_run": by_run,
        **{name: summarise(by_run, CELL, name) for name in (*NUMBERS, "accuracy")},
        **{name: view.measured[name] for name in ("planes", "passes", "points")},
    }


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C14 comes to, dataset by dataset; of networks, for the widest of each depth."""
    by_run, found = frames["by_run"], []
    for dataset, runs in by_run.groupby("dataset"):
        straight, networks = runs[runs["depth"] == 0], runs[runs["depth"] > 0]
        wide = networks[networks["width"] == networks["width"].max()]
        for depth, here in wide.groupby("depth"):
            told = f"{dataset}, {_told(depth, here['width'].iloc[0])}"
            found += view.findings("share_leaving", [(told, interval(here["leaving"]), here)])
            found += view.findings("parts", [(told, interval(here["parts"]), here)])
        if len(straight):
            value = interval(straight["leaving"])
            found += view.findings("share_leaving_straight", [(dataset, value, straight)])
        found += view.findings("gained_by_width", _gained(dataset, networks, "width", "depth"))
        found += view.findings("gained_by_depth", _gained(dataset, networks, "depth", "width"))
    return found


def _told(depth: int, width: int) -> str:
    return f"{depth} hidden layer{'s' if depth > 1 else ''} of {width}"


def _gained(dataset: str, runs: pd.DataFrame, by: str, within: str) -> list[Contrast]:
    """Share that leaves at the largest value of a field less that at the smallest, over all others."""
    ends = runs[by].min(), runs[by].max()
    small, large = (runs[runs[by] == end] for end in ends)
    if ends[0] == ends[1]:
        return []
    value = paired(large, small, "leaving", within=[within])
    told = f"{dataset}, {by} {ends[1]} against {ends[0]}"
    both = pd.concat([small, large])
    return [Contrast(condition=told, value=value, runs=both, treated=large)]


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    columns = [*CELL, "value", "low", "high"]
    both = frames["leaving"][[*columns, "n"]].merge(
        frames["parts"][columns], on=CELL, suffixes=("", "_of_parts")
    )
    both = both.rename(columns={"value": "leaving", "value_of_parts": "parts"})
    accuracy = frames["accuracy"][[*CELL, "value"]].rename(columns={"value": "test_accuracy"})
    return [
        {
            "name": "shapes",
            "title": Said(en="Shapes of the learned regions", fr="Formes des régions apprises"),
            "caption": Said(
                en="leaving: share of the segments between two test points of one predicted "
                "region that leave it, mean over the seeds with its 95 % interval; parts: connected "
                "parts of the regions of both classes, counted in a picture. Depth 0 is the linear model.",
                fr="sortants : part des segments entre deux points de test d'une même région "
                "prédite qui en sortent, moyenne sur les graines avec son intervalle à 95 % ; "
                "morceaux : parties connexes des régions des deux classes, comptées sur une "
                "image. La profondeur 0 est le modèle linéaire.",
            ),
            "frame": both.merge(accuracy, on=CELL),
        }
    ]
