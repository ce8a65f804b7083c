"""What a saved network answers to examples that it has never seen."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlpstudy.archive import load_arrays
from mlpstudy.data.scaler import Scaler
from mlpstudy.data.table_files import Table, read
from mlpstudy.data.tables import word
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.run import Run
from mlpstudy.design.sources import SUFFIXES, Source
from mlpstudy.runs.known import SCALER, WEIGHTS, KnownRun

if TYPE_CHECKING:
    from pandas import DataFrame

PROBABLE = {
    "nll",
    "kl",
    "binary_nll",
    "mse",
    "mse_sigmoid",
}  # costs whose outputs are probabilities


def predict(known: KnownRun, file: Path, source: Source | None = None) -> "DataFrame":
    """A row for each example of a table: of classes the one that is answered and, where the cost
    makes outputs probabilities, the probability of each; of a regression its values.

    source: how the table of the run's dataset is read, where that is a user's own. Raises Mistake.
    """
    weights = weights_of(known)
    scaler = Scaler.load(known.folder / SCALER)
    x = examples(file, scaler, source)
    return answers(known, scaler, answers_of(known.run, scaler, weights, scaler.inputs(x)))


def weights_of(known: KnownRun) -> dict[str, np.ndarray]:
    """What a run has kept: W1, b1, ...; raises Mistake where there is nothing."""
    if not (known.folder / WEIGHTS).exists():
        problem = f"has no weights; first: mlpstudy run --id {known.id}"
        raise Mistake(problem, file=str(known.folder), value=known.id)
    return load_arrays(known.folder / WEIGHTS)


def examples(file: Path, scaler: Scaler, source: Source | None) -> np.ndarray:
    """The inputs (N, n_in) of a table, in the data's units, NaN for a gap. Raises Mistake."""
    if file.suffix.lower() not in SUFFIXES:
        allowed = "a file that ends in " + ", ".join(SUFFIXES)
        raise Mistake("is no table", file="command line", value=str(file), allowed=allowed)
    how = source if source and source.file else Source(file=str(file), target=("-",))
    table = read(file, how.model_copy(update={"file": str(file)}), lambda what, words: None)
    names = scaler.columns.tolist()
    if not names:
        return _in_order(file, table, len(scaler.mean))
    return np.column_stack([_column(file, table, name) for name in names])


def _in_order(file: Path, table: Table, n: int) -> np.ndarray:
    """All columns, where the inputs have no names."""
    if table.frame.shape[1] != n:
        problem = f"has {table.frame.shape[1]} columns"
        raise Mistake(problem, file=str(file), allowed=f"the {n} inputs, in their order")
    return np.column_stack([_numbers(file, table, name) for name in table.frame])


def _column(file: Path, table: Table, name: str) -> np.ndarray:
    """An input by its name; colour=red is 1 where the column colour says red."""
    if name in table.frame:
        return _numbers(file, table, name)
    text, equals, value = name.partition("=")
    if equals and text in table.frame:
        return (table.frame[text].astype(object).map(word) == value).to_numpy(float)
    some = ", ".join(map(str, table.names[:12]))
    raise Mistake(
        "is no column", file=str(file), value=name, allowed=f"the inputs of the run; there are: {some}",
        nearest=nearest(name, table.names),
    )  # fmt: skip


def _numbers(file: Path, table: Table, name: object) -> np.ndarray:
    import pandas as pd

    numbers = pd.to_numeric(table.frame[name], errors="coerce").to_numpy(float, na_value=np.nan)
    wrong = np.flatnonzero(np.isnan(numbers) & table.frame[name].notna().to_numpy())
    if len(wrong):
        row = int(wrong[0])
        value = str(table.frame[name].iloc[row])
        raise Mistake(f"is no number, in row {row + 1}", file=str(file), key=f"column {name}", value=value)  # fmt: skip
    return numbers


def answers_of(
    run: Run, scaler: Scaler, weights: Mapping[str, np.ndarray], x: np.ndarray
) -> np.ndarray:
    """a (N, C) of the last layer, for x (N, n_in) as the network sees it."""
    import torch

    from mlpstudy.core.network import Network

    targets = max(1, len(scaler.target_mean))
    network = Network([run], scaler.shape.tolist(), int(scaler.classes), targets)
    network.put(0, weights)
    network.learning(False)
    return network.forward(torch.from_numpy(x)[None])[0].numpy().astype(np.float64)


def guesses(a: np.ndarray) -> np.ndarray:
    """(N,) the class that outputs a (N, C) name: the strongest, or the sign of a single one."""
    return a.argmax(1) if a.shape[1] > 1 else (a[:, 0] > 0).astype(int)


def answers(known: KnownRun, scaler: Scaler, a: np.ndarray) -> "DataFrame":
    """The table of what outputs a (N, C) say."""
    import pandas as pd

    if not scaler.classes:
        values = scaler.outputs(a)
        names = ["value"] if a.shape[1] == 1 else [f"value {i + 1}" for i in range(a.shape[1])]
        return pd.DataFrame(values, columns=names)
    classes = int(scaler.classes)
    labels = scaler.labels.tolist() or [str(i) for i in range(classes)]
    guess = guesses(a)
    table = pd.DataFrame({"class": [labels[i] for i in guess]})
    if known.run.cost in PROBABLE:
        for i, p in enumerate(probabilities(a, known.run.cost, classes).T):
            table[f"P({labels[i]})"] = p
    return table


def probabilities(a: np.ndarray, cost: str, classes: int) -> np.ndarray:
    """(N, classes): by the softmax or by sigmoids of outputs a (N, C), as the cost has it.

    Sigmoids of more than two classes are each by themselves: they need not add up to 1.
    """
    if cost in ("binary_nll", "mse_sigmoid"):
        p = 1 / (1 + np.exp(-np.clip(a, -700, 700)))
        return np.column_stack([1 - p, p]) if classes == 2 and a.shape[1] == 1 else p
    p = np.exp(a - a.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)
