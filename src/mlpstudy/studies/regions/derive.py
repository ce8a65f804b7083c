"""The shapes of each run's regions, and pictures with examples on them."""

import pandas as pd

from mlpstudy.studies.view import View

CELL = ["dataset", "depth", "width"]
EXAMPLES = 120  # on a picture
COLUMNS = {
    "runs": ["leaving", "parts"],
    "pictures": ["dataset", "network", "x1", "x2", "a", "label"],
    "training": ["dataset", "network", "epoch", "x1", "x2", "a", "label"],
}
FACTORS = {"pictures": ["network"], "training": ["epoch"]}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with leaving, the share of segments that leave a region, and parts, of all regions.
    pictures, training: a, the second class's a less the first's, on a grid of the plane, and
    examples, which have a label instead; training: of the largest network, along its passes."""
    shapes = view.measured["shapes"]
    runs = view.runs.merge(shapes, on=[*CELL, "seed"], validate="one_to_one")
    first = runs[runs["seed"] == 0].set_index(CELL)["run_id"].rename("run")
    points = view.measured["points"].rename(columns={"y": "label"})
    points = points.groupby("dataset").head(EXAMPLES)
    passes = view.measured["passes"]
    largest = passes[passes["depth"].eq(passes["depth"].max())]
    largest = largest[largest["width"].eq(largest["width"].max())]
    return {
        "runs": runs,
        "pictures": _pictures(view.measured["planes"], points, first, CELL),
        "training": _pictures(largest, points, first, [*CELL, "epoch"]),
    }


def _pictures(
    planes: pd.DataFrame, points: pd.DataFrame, first: pd.Series, key: list[str]
) -> pd.DataFrame:
    """The planes of networks, and under each the examples of its dataset."""
    pictures = planes[key].drop_duplicates()
    both = pd.concat([planes, pictures.merge(points, on="dataset")], ignore_index=True)
    network = both["depth"].astype(str) + " × " + both["width"].astype(str)
    return both.assign(network=network).join(first, on=CELL).drop(columns=["depth", "width"])
