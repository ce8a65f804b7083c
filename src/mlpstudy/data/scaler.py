"""What a run makes of its inputs, kept beside its weights: so that it can answer to new examples."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlpstudy.archive import load_arrays, save_arrays
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import filling, permutation, rows_used, scale
from mlpstudy.design.run import Run


class Scaler(NamedTuple):
    """The inputs and the outputs of a network, as its run saw them.

    fill, mean, deviation: (n_in,) of the inputs. order: (n_in,) in which the network sees them.
    target_mean, target_deviation: (k,) of a regression's targets, else of length 0.
    columns: what the inputs are called; labels: what the classes are; empty where that is not known.
    shape: of one example. classes: 0 for a regression.
    """

    fill: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    order: np.ndarray
    target_mean: np.ndarray
    target_deviation: np.ndarray
    columns: np.ndarray
    labels: np.ndarray
    shape: np.ndarray
    classes: np.ndarray

    def inputs(self, x: np.ndarray) -> np.ndarray:
        """x (N, n_in) in the data's units, NaN for a gap -> float32, as the network sees it."""
        filled = np.where(np.isnan(x), self.fill, x)
        return ((filled - self.mean) / self.deviation).astype(np.float32)[:, self.order]

    def outputs(self, a: np.ndarray) -> np.ndarray:
        """a (N, k) of a regression -> the values in the data's units."""
        return a * self.target_deviation + self.target_mean

    def save(self, path: Path) -> None:
        save_arrays(path, self._asdict())

    @classmethod
    def load(cls, path: Path) -> "Scaler":
        """Raises DamagedFile, FileNotFoundError."""
        arrays = load_arrays(path)
        return cls(**{name: arrays[name] for name in cls._fields})


def scaler(dataset: Dataset, run: Run) -> Scaler:
    """As `split` standardises, fills and permutes the examples of a run."""
    used, n = rows_used(dataset, run), dataset.x.shape[1]
    fill = filling(dataset.x, used)
    x = np.where(np.isnan(dataset.x), fill, dataset.x)
    mean, deviation = np.zeros(n), np.ones(n)
    if dataset.standardise:
        mean, deviation = scale(x, used, one_unit=len(dataset.shape) > 1)
    targets = scale(dataset.y, used) if not dataset.classes else (np.empty(0), np.empty(0))
    return Scaler(
        fill=fill,
        mean=mean,
        deviation=deviation,
        order=permutation(run, n) if run.permuted else np.arange(n),
        target_mean=targets[0],
        target_deviation=targets[1],
        columns=np.array(dataset.columns, dtype=str),
        labels=np.array(dataset.labels, dtype=str),
        shape=np.array(dataset.shape),
        classes=np.array(dataset.classes),
    )
