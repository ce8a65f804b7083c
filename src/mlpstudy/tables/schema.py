"""Records as tidy tables: runs, curves and layers, keyed by run_id and sorted."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from mlpstudy.core.confusion import balanced_accuracy, f1
from mlpstudy.core.measures import LAYER_MEASURES, PARTS
from mlpstudy.design.measures import CLASS_ENDS
from mlpstudy.design.run import FIELDS, cell_id, run_id

if TYPE_CHECKING:
    from mlpstudy.tables.record import Record

TABLES = ("runs", "curves", "layers")
NULLABLE = ("train_size", "batch_size", "steps", "patience")  # whole numbers that may be missing

ENDED = (
    "status",
    "diverged_at",
    "stopped_at",
)  # how it ended, and the pass, -1 where it did not so


def tables_of(records: Iterable["Record"]) -> dict[str, pd.DataFrame]:
    """The three tables of some records, in the order of their run ids.

    epochs in `runs`: passes, also of a run whose length is in steps.
    """
    ordered = sorted(records, key=lambda record: run_id(record.run))
    return {"runs": _runs(ordered), "curves": _curves(ordered), "layers": _layers(ordered)}


def _runs(records: list["Record"]) -> pd.DataFrame:
    rows = [
        {
            "run_id": run_id(r.run),
            "cell_id": cell_id(r.run),
            **{field: getattr(r.run, field) for field in FIELDS},
            "epochs": r.passes,
            "n_parameters": r.n_parameters,
            "n_inputs": r.n_inputs,
            "input_mean_square": r.input_mean_square,
            "classes": r.classes,
            "majority": r.majority,
            "status": r.status,
            "diverged_at": r.diverged_at,
            "stopped_at": r.stopped_at,
        }
        for r in records
    ]
    data = ["n_inputs", "input_mean_square", "classes", "majority"]
    columns = ["run_id", "cell_id", *FIELDS, "n_parameters", *data, *ENDED]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(NULLABLE, "Int64"))
    return frame.assign(**dict(zip(CLASS_ENDS, _class_scores(records).T, strict=True)))


def _class_scores(records: list["Record"]) -> np.ndarray:
    """(R, CLASS_ENDS) of what each run answers; NaN of a regression, and where it diverged."""
    scores = np.full((len(records), len(CLASS_ENDS)), np.nan)
    classes = np.array([r.confusion.shape[-1] for r in records], int)
    for K in set(classes[classes > 0].tolist()):
        alike = np.flatnonzero(classes == K)
        counts = np.stack([records[i].confusion for i in alike])  # (R, times, parts, K, K)
        ends = np.concatenate([counts[:, 0], counts[:, 1, PARTS.index("test"), None]], 1)
        both = np.stack([balanced_accuracy(ends), f1(ends)], 2)  # (R, ENDED, OF_CLASSES)
        scores[alike] = both.reshape(len(alike), -1)
    return scores


def _curves(records: list["Record"]) -> pd.DataFrame:
    """One row per run, pass and part; accuracy: of a regression R2."""
    lengths = [len(r.curves) for r in records]
    values = np.concatenate([r.curves.reshape(-1, 2) for r in records] or [np.empty((0, 2))])
    epochs = [np.repeat(np.arange(n), len(PARTS)) for n in lengths]
    ids = [run_id(r.run) for r in records]
    return pd.DataFrame(
        {
            "run_id": _texts(ids, np.repeat(np.arange(len(ids)), [3 * n for n in lengths])),
            "epoch": np.concatenate(epochs or [np.empty(0, int)]),
            "split": _texts(PARTS, np.tile(np.arange(len(PARTS)), sum(lengths))),
            "loss": values[:, 0],
            "accuracy": values[:, 1],
        }
    )


def _layers(records: list["Record"]) -> pd.DataFrame:
    """One row per run, probed pass and layer; layer depth + 1 is the output."""
    k = len(LAYER_MEASURES)
    values = np.concatenate([r.layers.reshape(-1, k) for r in records] or [np.empty((0, k))])
    depths = [r.layers.shape[1] for r in records]
    epochs = [np.repeat(r.probed, d) for r, d in zip(records, depths, strict=True)]
    layers = [np.tile(np.arange(1, d + 1), len(r.probed)) for r, d in zip(records, depths)]
    counts, ids = [len(e) for e in epochs], [run_id(r.run) for r in records]
    frame = pd.DataFrame(
        {
            "run_id": _texts(ids, np.repeat(np.arange(len(ids)), counts)),
            "epoch": np.concatenate(epochs or [np.empty(0, int)]),
            "layer": np.concatenate(layers or [np.empty(0, int)]),
        }
    )
    return frame.assign(**{name: values[:, i] for i, name in enumerate(LAYER_MEASURES)})


def _texts(words: Sequence[str], places: np.ndarray) -> ExtensionArray:
    """The word at each place: each is made once, however often it stands there."""
    return pd.array(list(words), dtype="str").take(places)
