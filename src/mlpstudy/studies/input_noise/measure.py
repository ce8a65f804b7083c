"""Networks that learned with noise on their inputs: on noisy examples, and linear ones as ridge."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, Ridge

from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

NEEDS = {"tried": ["dataset"], "tested": ["number"]}
BLOCKS = ["clean", "linear"]
CLEAN = ("clean", "few_clean")  # whose networks are tried on noisy inputs
COLUMNS = {
    "noisy": ["dataset", "label_noise", "input_noise", "eta", "seed", "test_noise", "error"],
    "weights": ["dataset", "input_noise", "seed", "weight", "learned", "ridge", "least_squares"],
    "off_ridge": ["dataset", "input_noise", "seed", "off"],
}
FACTORS = {"noisy": ["test_noise"], "weights": ["weight"]}
FIELDS = ["dataset", "label_noise", "input_noise", "eta", "seed"]
MODEL = ["dataset", "input_noise", "seed"]


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """noisy: test error of networks that learned right labels, on test sets with noise. weights: of the
    linear models, with those of ridge regression and of least squares; off_ridge: how far the first
    are from the second, as a share of the way from the third."""
    options = study["options"]
    sigmas = sorted(map(float, options["tested"]))
    clean = [run for name in CLEAN for run in networks.blocks.get(name, ())]
    tried = [run for run in clean if run.dataset in options["tried"]]
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
    fields = {name: getattr(run, name) for name in FIELDS}
    test = networks.split(run).test
    noise = stream(run.seed, "study").standard_normal(test.x.shape)
    error = np.ones(len(sigmas))
    if record.status == "finished":
        # All sigmas at once: a pass through the network costs more than what is passed.
        x = test.x.astype(float) + np.multiply.outer(sigmas, noise)
        a = networks.forward(record, x.reshape(-1, test.x.shape[1])).output
        error = np.mean(a.argmax(1).reshape(len(sigmas), -1) != test.y, axis=1)
    tested = zip(sigmas, error.tolist(), strict=True)
    return [{**fields, "test_noise": sigma, "error": wrong} for sigma, wrong in tested]


def _weights(networks: Networks, record: Record) -> pd.DataFrame:
    """dataset, input_noise, seed, weight, learned, ridge, least_squares: a row for each weight."""
    run, train = record.run, networks.split(record.run).train
    x, t = train.x.astype(float), train.target.astype(float)
    learned = (
        record.kept_weights["W1"] if record.status == "finished" else np.full_like(x.T @ t, np.nan)
    )
    # The mean of |(x + e) W + b - t|^2 over the noise e is |x W + b - t|^2 + sigma^2 |W|^2.
    ridge = Ridge(alpha=len(x) * run.input_noise**2).fit(x, t).coef_.T
    least = LinearRegression().fit(x, t).coef_.T
    parts = {"learned": learned, "ridge": ridge, "least_squares": least}
    model = {name: getattr(run, name) for name in MODEL}
    columns = {name: part.reshape(learned.shape).ravel() for name, part in parts.items()}
    return pd.DataFrame({**model, "weight": np.arange(learned.size), **columns})


def off_ridge(weights: pd.DataFrame) -> pd.DataFrame:
    """dataset, input_noise, seed, off: |learned - ridge| / |least squares - ridge|."""
    squares = weights[MODEL].assign(
        rest=(weights["learned"] - weights["ridge"]) ** 2,
        way=(weights["least_squares"] - weights["ridge"]) ** 2,
    )
    sums = squares.groupby(MODEL, as_index=False).agg({"rest": _sum, "way": _sum})
    return sums[MODEL].assign(off=np.sqrt(sums["rest"] / sums["way"]))


def _sum(values: pd.Series) -> float:
    return values.sum(skipna=False)
