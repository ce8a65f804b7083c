"""datasets: of config.yaml: a user's own tables, each by the name that it has in a run.

Nothing is read here. What stands in the files is judged by data/tables.py.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, Strict, model_validator

from mlpstudy.design.mistakes import refuse, text_like
from mlpstudy.design.names import names_of
from mlpstudy.design.strict import STRICT

CSV = (".csv", ".tsv", ".txt")
SUFFIXES = (*CSV, ".parquet", ".npz")
OF_CSV = ("separator", "decimal", "encoding", "na")  # keys that no other kind of file has

# A dataset's name is part of the names of runs, of jobs and of files.
DatasetName = text_like(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", "1 to 32 of A-Z, a-z, 0-9, _ and -, not _ or - first"
)
Column = text_like(
    r"[^\x00-\x1f\x7f]{1,200}", "the name of a column, in quotes where it is a number"
)
# Snakemake takes :// for a storage and braces for wildcards, a shell - for an option.
DataPath = text_like(
    r"(?!-)(?!.*://)[^\x00-\x1f\x7f{}*?]{1,300}",
    "the path of a file, without * ? { } and not beginning with -",
)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Columns = Annotated[tuple[Column, ...], Strict(False), BeforeValidator(_listed)]
SomeColumns = Annotated[Columns, Field(min_length=1)]


class TestPart(BaseModel):
    """Which examples are the test part: those of another file, or of rows that a column marks."""

    __test__ = False  # no test of pytest's
    model_config = STRICT

    file: DataPath | None = Field(None, description="a second file with the same columns")
    column: Column | None = Field(None, description="the column that marks the rows")
    value: str | int | bool | None = Field(None, description="what stands there in a test row")

    @model_validator(mode="after")
    def _one_of_both(self) -> "TestPart":
        if (self.file is None) == (self.column is None):
            raise refuse("is one of both", allowed="{file: ...} or {column: ..., value: ...}")
        if (self.value is None) != (self.column is None):
            raise refuse("goes with column, and column with it", key=("value",))
        return self


class Source(BaseModel):
    """A file with a table of examples, and how it is to be read."""

    model_config = STRICT

    file: DataPath = Field(description="CSV, Parquet or NPZ, seen from the project's folder")
    target: SomeColumns = Field(description="the column to learn; several for a regression")
    task: Literal["classification", "regression"] | None = Field(
        None, description="left out: texts and few whole numbers are classes, other numbers values"
    )
    columns: SomeColumns | None = Field(
        None, description="the inputs; left out: all but the target"
    )
    drop: Columns = Field((), description="columns that are no inputs")
    one_hot: Columns = Field((), description="inputs of text: one column of 0 and 1 for each value")
    missing: Literal["refuse", "drop", "mean"] = Field(
        "refuse",
        description="rows with gaps are a mistake, are left out, or get the training part's mean",
    )
    test: TestPart | None = Field(None, description="its own test part")
    standardise: bool = Field(True, description="inputs by mean and deviation of the training part")
    separator: Literal[",", ";", "|", " ", "\t", "tab"] | None = Field(
        None, description="between the columns of a CSV; left out: found in its first lines"
    )
    decimal: Literal[".", ","] = Field(".", description="the decimal sign of a CSV")
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16"] = Field(
        "utf-8", description="of a CSV's text"
    )
    na: Columns = Field((), description="texts of a CSV that mean a gap, such as '?'")

    @property
    def files(self) -> tuple[str, ...]:
        """What is read: the file, and that of the test part where it is another."""
        return (self.file, *([self.test.file] if self.test and self.test.file else []))

    @property
    def is_csv(self) -> bool:
        return Path(self.file).suffix.lower() in CSV

    @model_validator(mode="after")
    def _of_a_kind(self) -> "Source":
        for key, file in zip((("file",), ("test", "file")), self.files, strict=False):
            if Path(file).suffix.lower() not in SUFFIXES:
                raise refuse(f"ends in {Path(file).suffix!r}", key, "one of " + ", ".join(SUFFIXES))
        if any(Path(file).suffix.lower() not in CSV for file in self.files):
            for option in OF_CSV:
                if option in self.model_fields_set:
                    raise refuse("is for CSV alone", key=(option,))
        return self

    @model_validator(mode="after")
    def _each_column_once(self) -> "Source":
        if self.columns and self.drop:
            raise refuse("goes without columns, which says it all", key=("drop",))
        inputs = self.columns or ()
        for key, names in (("columns", inputs), ("drop", self.drop), ("one_hot", self.one_hot)):
            for i, column in enumerate(names):
                if column in names[:i]:
                    raise refuse(f"{column} is there twice", key=(key, i))
                if column in self.target:
                    raise refuse(f"{column} is the target", key=(key, i))
        for i, column in enumerate(self.one_hot):
            if column in self.drop or (inputs and column not in inputs):
                raise refuse(f"{column} is no input", key=("one_hot", i))
        return self


def _not_the_package_s(names: object) -> object:
    """Refuse names of the package, and two that are one to a file system without capitals."""
    taken = {name.lower(): f"is a dataset of the package ({name})" for name in names_of("dataset")}
    for name in names if isinstance(names, dict) else ():
        key = str(name).lower()
        if key in taken:
            raise refuse(taken[key], key=(name,), allowed="another name")
        taken[key] = f"differs from {name} in capitals alone"
    return names


Sources = Annotated[dict[DatasetName, Source], BeforeValidator(_not_the_package_s)]
