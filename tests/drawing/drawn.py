"""Descriptions and small frames for the tests of the drawing."""

from itertools import product

import pandas as pd

from mlpstudy.design.claims import FigureSpec

DATASETS, NOISES, RATES = ("digits", "moons"), (0.0, 0.3), (0.0, 0.2, 0.5)
MEASURES = ("test_loss", "test_error")


def spec(kind: str = "line", **more) -> FigureSpec:
    """A description; what a kind needs is there."""
    needed = {
        "forest": {"claim": ["error_reduced"]},
        "heatmap": {"x": "activation", "y": "initialization", "value": "test_error"},
        "profile": {"x": "layer", "y": "delta_rms"},
        "survival": {"x": "passes"},
        "regions": {"x": "x1", "y": "x2"},
        "scatter": {"x": "predicted", "y": "measured"},
    }
    given = {"name": kind, "kind": kind, **needed.get(kind, {"x": "dropout", "y": "test_error"})}
    return FigureSpec(**{**given, **more})


def lines(measures=("test_error",), **more) -> pd.DataFrame:
    """A row for each measure, dataset, noise and rate; its value says which it is."""
    cells = product(range(len(measures)), range(2), range(2), range(3))
    rows = [
        {
            "measure": measures[m], "dataset": DATASETS[d], "label_noise": NOISES[i],
            "dropout": RATES[k], "value": 1 + m + d / 2 + i / 4 + k / 16,
        }
        for m, d, i, k in cells
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame = frame.assign(low=frame["value"] - 0.02, high=frame["value"] + 0.03, diverged=0)
    return frame.assign(n=6, networks=6, **more)


def findings() -> pd.DataFrame:
    """A finding of one claim for each dataset, noise and rate, of every verdict."""
    verdicts = ("supported", "undecided", "contradicted", "negligible")
    rows = [
        {
            "claim": "C29", "name": "error_reduced", "measure": "test_error", "dataset": dataset,
            "label_noise": noise, "dropout": rate, "verdict": verdicts[i % 4], "value": i / 10,
        }
        for i, (dataset, noise, rate) in enumerate(product(DATASETS, NOISES, RATES[1:]))
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["low"], frame["high"] = frame["value"] - 0.05, frame["value"] + 0.05
    frame["common_value"] = frame["value"] + 0.01
    edge = ["lower", *[""] * (len(frame) - 1)]
    return frame.assign(threshold=0.35, matters=0.02, edge=edge, n=6, networks=12)


def tiles() -> pd.DataFrame:
    """A value for each activation and initialization but one."""
    pairs = list(product(("relu", "sigmoid"), ("he_normal", "zeros")))[:3]
    frame = pd.DataFrame(pairs, columns=["activation", "initialization"])
    return frame.assign(value=[0.1, 0.3, 0.5], low=0.0, high=1.0, n=4, networks=4)


def steps() -> pd.DataFrame:
    """Two survival curves."""
    rows = [
        ("relu", 0, 1.0),
        ("relu", 3, 0.5),
        ("relu", 9, 0.0),
        ("tanh", 0, 1.0),
        ("tanh", 9, 0.75),
    ]
    frame = pd.DataFrame(rows, columns=["activation", "passes", "share"])
    ends = {"low": frame["share"] * 0.9, "high": frame["share"]}
    return frame.assign(**ends, n=8, networks=8)


def layers() -> pd.DataFrame:
    """A profile of four layers for each of two depths, with its theory."""
    rows = [(depth, layer) for depth in (4, 8) for layer in range(1, 5)]
    frame = pd.DataFrame(rows, columns=["depth", "layer"])
    frame["value"] = -frame["layer"] / frame["depth"]
    ends = {"low": frame["value"] - 0.1, "high": frame["value"] + 0.1}
    return frame.assign(**ends, predicted=frame["value"] + 0.01, n=4, networks=4)


def cells() -> pd.DataFrame:
    """Measured against predicted."""
    frame = pd.DataFrame({"predicted": [0.1, 0.2, 0.4], "measured": [0.12, 0.19, 0.41]})
    return frame.assign(
        low=frame["measured"] - 0.05, high=frame["measured"] + 0.05, n=3, networks=3
    )


def plane() -> pd.DataFrame:
    """A raster of 5 x 5 and two examples."""
    grid = [(x1, x2, x1 + x2, None) for x2 in range(-2, 3) for x1 in range(-2, 3)]
    frame = pd.DataFrame(grid, columns=["x1", "x2", "value", "label"]).astype(float)
    examples = pd.DataFrame({"x1": [1.0, -1.0], "x2": [1.0, -1.0], "label": [1, 0]})
    return pd.concat([frame, examples], ignore_index=True)


FRAMES = {  # of each kind: its description and its rows
    "line": (spec("line", hue="label_noise", col="dataset", y=MEASURES), lines(MEASURES)),
    "point": (spec("point", x="dataset", hue="label_noise", col="dropout"), lines()),
    "forest": (spec("forest"), findings()),
    "heatmap": (spec("heatmap"), tiles()),
    "survival": (spec("survival", hue="activation"), steps()),
    "profile": (spec("profile", hue="depth", theory="predicted"), layers()),
    "scatter": (spec("scatter", reference="identity"), cells()),
    "regions": (spec("regions"), plane()),
}
