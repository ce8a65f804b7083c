"""Does noise on the inputs help? On clean and on noisy examples, and for a linear model as ridge."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, Ridge

from mlpstudy.analysis.statistics import interval, paired, summarise
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

CELL = ["dataset", "label_noise", "input_noise"]  # eta is chosen within it
STATISTICS = ["error_saved", "loss_saved", "error_saved_on_noisy", "off_ridge"]
FACTORS = [*CELL, "linear", "eta"]
NEEDS = {
    "sigmas": ["number"], "learned": ["number"], "tested": ["number"], "drawn": "dataset",
}  # fmt: skip
BLOCKS = ["clean", "wrong_labels", "linear"]
FIELDS = [*CELL, "eta", "seed"]
NETWORKS = ("clean", "wrong_labels")  # blocks; the third is of linear models
SAVED = {"error_saved": "test_error", "loss_saved": "test_loss"}


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """noisy: test error of networks of the first block on test sets with noise. weights: of the
    linear models, with those of ridge regression and of least squares; off_ridge: how far the first
    are from the second, as a share of the way from the third."""
    options = study["options"]
    sigmas = sorted({float(s) for name in ("tested", "sigmas") for s in options[name]})
    learned = {float(s) for s in options["learned"]}
    tried = [run for run in networks.blocks[NETWORKS[0]] if run.input_noise in learned]
    records = networks.train(tried)
    noisy = [row for record in records for row in _on_noisy(networks, record, sigmas)]
    linear = networks.train(networks.blocks["linear"])
    weights = pd.concat([_weights(networks, record) for record in linear], ignore_index=True)
    return {"noisy": pd.DataFrame(noisy), "weights": weights, "off_ridge": off_ridge(weights)}


def _on_noisy(networks: Networks, record: Record, sigmas: list[float]) -> list[dict]:
    """A run's fields, test_noise and error, for each sigma; a run that diverged is always wrong.

    Runs of one seed see the same noise, of another length for each sigma.
    """
    run = record.run
    told = {name: getattr(run, name) for name in FIELDS}
    test = networks.split(run).test
    noise = stream(run.seed, "study").standard_normal(test.x.shape)
    rows = []
    for sigma in sigmas:
        error = 1.0
        if record.status == "finished":
            a = networks.forward(record, test.x.astype(float) + sigma * noise).output
            error = float(np.mean(a.argmax(1) != test.y))
        rows.append({**told, "test_noise": sigma, "error": error})
    return rows


def _weights(networks: Networks, record: Record) -> pd.DataFrame:
    """dataset, input_noise, seed, weight, learned, ridge, least_squares: a row for each weight."""
    run, train = record.run, networks.split(record.run).train
    x, t = train.x.astype(float), train.target.astype(float)
    learned = record.weights["W1"] if record.status == "finished" else np.full_like(x.T @ t, np.nan)
    # The mean of |(x + e) W + b - t|^2 over the noise e is |x W + b - t|^2 + sigma^2 |W|^2.
    ridge = Ridge(alpha=len(x) * run.input_noise**2).fit(x, t).coef_.T
    least = LinearRegression().fit(x, t).coef_.T
    parts = {"learned": learned, "ridge": ridge, "least_squares": least}
    told = {name: getattr(run, name) for name in ("dataset", "input_noise", "seed")}
    columns = {name: part.reshape(learned.shape).ravel() for name, part in parts.items()}
    return pd.DataFrame({**told, "weight": np.arange(learned.size), **columns})


def off_ridge(weights: pd.DataFrame) -> pd.DataFrame:
    """dataset, input_noise, seed, off: |learned - ridge| / |least squares - ridge|."""
    key = ["dataset", "input_noise", "seed"]
    squares = weights[key].assign(
        rest=(weights["learned"] - weights["ridge"]) ** 2,
        way=(weights["least_squares"] - weights["ridge"]) ** 2,
    )
    sums = squares.groupby(key, as_index=False).agg({"rest": _sum, "way": _sum})
    return sums[key].assign(off=np.sqrt(sums["rest"] / sums["way"]))


def _sum(values: pd.Series) -> float:
    return values.sum(skipna=False)


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every network at its end, and whether its eta is the chosen one. cells: errors and
    losses; on_noisy: errors on noisy test sets, at the same eta. And what was measured."""
    runs = view.runs[view.runs["run_id"].isin(_ids(view))]
    by_run = with_chosen(outcomes(view, runs, [*FIELDS, "status"]), CELL)
    best = by_run[by_run["chosen"]]
    measures = ["test_error", "test_loss", "train_error"]
    cells = [summarise(best, [*CELL, "eta"], m).assign(measure=m) for m in measures]
    noisy = view.measured["noisy"].merge(best[[*FIELDS, "run_id"]], on=FIELDS)
    return {
        **view.measured,
        "by_run": by_run,
        "cells": pd.concat(cells, ignore_index=True),
        "noisy": noisy,
        "on_noisy": summarise(noisy, ["dataset", "input_noise", "test_noise"], "error"),
    }


def _ids(view: View) -> list[str]:
    return [name for block in NETWORKS for name in view.blocks.get(block, [])]


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C26 comes to, for the sigmas that the study names."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    noisy = frames["noisy"]
    measured = {name: [] for name in (*SAVED, "error_saved_on_noisy", "off_ridge")}
    for sigma in map(float, view.option("sigmas", [])):
        for (dataset, wrong), runs in best.groupby(["dataset", "label_noise"]):
            told = f"{dataset}, {_labels(wrong)}, sigma {sigma:g}"
            if _compared(runs, sigma):
                for name, column in SAVED.items():
                    measured[name].append((told, *_saved(runs, sigma, column)))
        for dataset, runs in noisy[noisy["test_noise"] == sigma].groupby("dataset"):
            told = f"{dataset}, sigma {sigma:g}"
            if _compared(runs, sigma):
                measured["error_saved_on_noisy"].append((told, *_saved(runs, sigma, "error")))
    for (dataset, sigma), rows in frames["off_ridge"].groupby(["dataset", "input_noise"]):
        measured["off_ridge"].append((f"{dataset}, sigma {sigma:g}", interval(rows["off"]), rows))
    return [f for name, rows in measured.items() for f in view.findings(name, rows)]


def _compared(runs: pd.DataFrame, sigma: float) -> bool:
    """Whether there are runs without noise and with this much."""
    return {0.0, sigma} <= set(runs["input_noise"])


def _saved(runs: pd.DataFrame, sigma: float, column: str) -> tuple:
    """What noise of this sigma saves, paired by seed, and the runs behind it."""
    without, with_it = (runs[runs["input_noise"] == s] for s in (0.0, sigma))
    return paired(without, with_it, column), pd.concat([without, with_it])


def _labels(share: float) -> str:
    return f"{share:.0%} of labels wrong" if share else "clean labels"


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    cells = frames["cells"].pivot(index=[*CELL, "eta", "n"], columns="measure", values="value")
    off = summarise(frames["off_ridge"], ["dataset", "input_noise"], "off")
    return [
        {
            "name": "cells",
            "title": Said(
                en="Errors and losses, clean inputs", fr="Erreurs et coûts, entrées intactes"
            ),
            "caption": Said(
                en="After the last pass, at the eta chosen on validation: means of the seeds.",
                fr="Après la dernière passe, au eta choisi en validation : moyennes des graines.",
            ),
            "frame": cells.reset_index(),
        },
        {
            "name": "off_ridge",
            "title": Said(en="Noise and ridge regression", fr="Bruit et régression ridge"),
            "caption": Said(
                en="Distance of the weights learned with noise to those of ridge regression, as a share "
                "of the distance from least squares to ridge; mean of the seeds with its 95 % interval.",
                fr="Distance des poids appris avec du bruit à ceux de la régression ridge, en part de la "
                "distance des moindres carrés à ridge ; moyenne des graines avec son intervalle à 95 %.",
            ),
            "frame": off,
        },
    ]
