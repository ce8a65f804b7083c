"""What is known while a table is read: how, what is to be told of it, and the rows of a file."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.sources import Source

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass
class Reading:
    """One reading: which columns are what, and what is to be told of it."""

    name: str
    source: Source
    notes: list[tuple[str, str]] = field(default_factory=list)

    def note(self, what: str, words: str) -> None:
        self.notes.append((what, words))

    def mistake(self, file: str, problem: str, key: str = "", **more: Any) -> Mistake:
        return Mistake(problem, file=f"{file} (dataset {self.name})", key=key, **more)


class Rows(NamedTuple):
    """The examples of one file: x inputs (numbers, and texts of one_hot), y targets, and which rows
    are the test part."""

    file: str
    x: "DataFrame"
    y: "DataFrame"
    is_test: np.ndarray

    def only(self, kept: np.ndarray) -> "Rows":
        """Those that are kept (N,)."""
        return Rows(self.file, self.x[kept], self.y[kept], self.is_test[kept])


def word(value: Any) -> str:
    """A mark as a text: 1, 1.0 and "1" are the same."""
    if isinstance(value, float | np.floating) and value == np.rint(value):
        value = int(value)
    return str(value).strip()
