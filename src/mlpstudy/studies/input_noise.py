"""Does noise on the inputs help? On clean and on noisy examples, and for a linear model as ridge."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, Ridge

from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, paired, summarise
from mlpstudy.studies.contrast import GUESSED, Contrast, contrast
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
ERROR, LOSS = "chosen", "chosen_by_loss"  # the columns of the two choices of eta
MEASURES = {  # of a cell, and the choice of eta that they are taken at
    "test_error": ERROR,
    "test_loss": LOSS,
    "train_error": ERROR,
}
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
    """by_run: every network at its end, and whether its eta is the one chosen by the validation
    error (chosen) or loss (chosen_by_loss). cells: errors and losses, each at the eta chosen by its
    own kind; noisy: errors on noisy test sets; on_noisy: the same at the eta chosen by the error on
    clean ones. And what was measured."""
    runs = view.runs[view.runs["run_id"].isin(_ids(view))]
    by_run = outcomes(view, runs, [*FIELDS, "status"])
    by_run = with_chosen(by_run, CELL, family="error", name=ERROR)
    by_run = with_chosen(by_run, CELL, family="loss", name=LOSS)
    known = [name for name in by_run if name in GUESSED]  # whether the control learns its task
    noisy = view.measured["noisy"].merge(by_run[[*FIELDS, "run_id", ERROR, *known]], on=FIELDS)
    by = ["dataset", "input_noise", "test_noise"]
    return {
        **view.measured,
        "by_run": by_run,
        "cells": _cells(by_run),
        "noisy": noisy,
        "on_noisy": summarise(noisy[noisy[ERROR]], by, "error"),
    }


def _cells(by_run: pd.DataFrame) -> pd.DataFrame:
    """CELL, eta, value, low, high, n, measure."""
    parts = [
        summarise(by_run[by_run[chosen]], [*CELL, "eta"], measure).assign(measure=measure)
        for measure, chosen in MEASURES.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _ids(view: View) -> list[str]:
    return [name for block in NETWORKS for name in view.blocks.get(block, [])]


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C26 comes to, for the sigmas that the study names."""
    sigmas = [float(sigma) for sigma in view.option("sigmas", [])]
    found = []
    for statistic, measure in SAVED.items():
        contrasts = list(_saved(frames["by_run"], sigmas, measure))
        found += view.findings(statistic, contrasts)
    on_noisy = list(_saved_on_noisy(frames["noisy"], sigmas))
    off = [
        (f"{dataset}, sigma {sigma:g}", interval(rows["off"]), rows)
        for (dataset, sigma), rows in frames["off_ridge"].groupby(["dataset", "input_noise"])
    ]
    found += view.findings("error_saved_on_noisy", on_noisy)
    return found + view.findings("off_ridge", off)


def _saved(by_run: pd.DataFrame, sigmas: list[float], measure: str) -> Iterator[Contrast]:
    """What noise of each sigma saves on clean examples, by dataset and labels."""
    for sigma in sigmas:
        for (dataset, wrong), runs in by_run.groupby(["dataset", "label_noise"]):
            condition = f"{dataset}, {_labels(wrong)}, sigma {sigma:g}"
            yield from _contrast(condition, runs, sigma, measure, MEASURES[measure])


def _saved_on_noisy(noisy: pd.DataFrame, sigmas: list[float]) -> Iterator[Contrast]:
    """What noise of each sigma saves on examples with as much noise, by dataset."""
    for sigma in sigmas:
        for dataset, runs in noisy[noisy["test_noise"] == sigma].groupby("dataset"):
            yield from _contrast(f"{dataset}, sigma {sigma:g}", runs, sigma, "error", ERROR)


def _contrast(
    condition: str, runs: pd.DataFrame, sigma: float, measure: str, chosen: str
) -> Iterator[Contrast]:
    """Runs without noise less those with this much, where there are both."""
    control, treated = (runs[runs["input_noise"] == s] for s in (0.0, sigma))
    if len(control) and len(treated):
        yield contrast(condition, treated, control, partial(_less, measure=measure), chosen)


def _less(treated: pd.DataFrame, control: pd.DataFrame, measure: str) -> Interval:
    return paired(control, treated, measure)


def _labels(share: float) -> str:
    return f"{share:.0%} of labels wrong" if share else "clean labels"


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    cells = frames["cells"].pivot(index=[*CELL, "n"], columns="measure", values=["value", "eta"])
    columns = {measure: ("value", measure) for measure in MEASURES}
    columns |= {"eta": ("eta", "test_error"), "eta for the loss": ("eta", "test_loss")}
    table = pd.DataFrame({name: cells[column] for name, column in columns.items()})
    off = summarise(frames["off_ridge"], ["dataset", "input_noise"], "off")
    return [
        {
            "name": "cells",
            "title": Said(
                en="Errors and losses, clean inputs", fr="Erreurs et coûts, entrées intactes"
            ),
            "caption": Said(
                en="After the last pass: means of the seeds, errors at the eta chosen by the mean "
                "validation error, losses at that chosen by the mean validation loss.",
                fr="Après la dernière passe : moyennes des graines, les erreurs à l'eta choisi selon "
                "l'erreur moyenne en validation, les coûts à celui choisi selon le coût moyen en "
                "validation.",
            ),
            "frame": table.reset_index(),
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
