"""datasets: of config.yaml: a user's own tables and sets that others have published, each by the
name that it has in a run.

Nothing is read here. What stands in the files is judged by data/tables.py.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, Strict, model_validator

from mlpstudy.design.mistakes import refuse, text_like
from mlpstudy.design.names import names_of
from mlpstudy.design.strict import STRICT

CSV = (".csv", ".tsv", ".txt")
SUFFIXES = (*CSV, ".parquet", ".npz", ".arff")
OF_CSV = ("separator", "decimal", "encoding", "na")  # keys that no other kind of file has
OF_PICTURES = ("pictures", "examples", "standardise", "mirror")  # keys that pictures have
DOWNLOADS = Path("results/downloads")
DESCRIPTION, ARFF = "description.json", "data.arff"  # of a set of OpenML

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


Mirror = text_like(r"https?://[^\s{}]{1,300}", "an address that begins with http:// or https://")
OpenMLName = text_like(r"[\w.()-]{1,100}", "the name of a set of OpenML")

# The files of each published set of pictures, and the MD5 that its publisher or torchvision gives.
PICTURES: dict[str, dict[str, str]] = {
    "MNIST": {
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    },
    "FashionMNIST": {
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    },
    "KMNIST": {
        "train-images-idx3-ubyte.gz": "bdb82020997e1d708af4cf47b453dcf7",
        "train-labels-idx1-ubyte.gz": "e144d726b3acfaa3e44228e80efcd344",
        "t10k-images-idx3-ubyte.gz": "5c965bf0a639b31b8f53240b1b52f4d7",
        "t10k-labels-idx1-ubyte.gz": "7320c461ea6c1c855c0b718fb2a4b134",
    },
    "CIFAR10": {"cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530"},
}


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


NAMES_OR_LEAST = "a list of names, or {at_least: 10}"


class Classes(BaseModel):
    """Which classes are learned: some by name, or those of which there are so many examples."""

    model_config = STRICT

    names: Annotated[tuple[str | int | float | bool, ...], Strict(False)] | None = Field(
        None, description="what they are called in the table"
    )
    at_least: int | None = Field(
        None, ge=2, description="examples of a class, those of a given test part aside"
    )

    @model_validator(mode="after")
    def _two_or_more(self) -> "Classes":
        if (self.names is None) == (self.at_least is None):
            raise refuse("is one of both", allowed=NAMES_OR_LEAST)
        for i, name in enumerate(self.names or ()):
            if str(name) in map(str, (self.names or ())[:i]):
                raise refuse(f"{name} is there twice", key=("names", i))
        if self.names is not None and len(self.names) < 2:
            raise refuse("are two or more, to be told apart", ("names",), NAMES_OR_LEAST)
        return self


def _named(value: object) -> object:
    if value is None or isinstance(value, dict | Classes):
        return value
    return {"names": value if isinstance(value, list | tuple) else [value]}


ClassChoice = Annotated[
    Classes | None,
    BeforeValidator(_named, json_schema_input_type=Classes | list[str | int | float | bool] | None),
]


class OpenML(BaseModel):
    """A set of openml.org by its number, or by its name and version there."""

    model_config = STRICT

    id: int | None = Field(None, ge=1, le=10_000_000, description="its number")
    name: OpenMLName | None = Field(None, description="as openml.org has it")
    version: int | None = Field(None, ge=1, le=10_000, description="of several with this name")

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}" if self.id is None else str(self.id)

    @model_validator(mode="after")
    def _one_of_both(self) -> "OpenML":
        if (self.id is None) == (self.name is None):
            raise refuse("is one of both", allowed="its number, or {name: ..., version: ...}")
        if (self.name is None) != (self.version is None):
            raise refuse("goes with name, and name with it", key=("version",))
        return self


def _numbered(value: object) -> object:
    return value if value is None or isinstance(value, dict | OpenML) else {"id": value}


NumberOrName = Annotated[
    OpenML | None, BeforeValidator(_numbered, json_schema_input_type=int | OpenML | None)
]


class Source(BaseModel):
    """Where a dataset is read from, and how: a file, or what OpenML or others have published."""

    model_config = STRICT

    file: DataPath | None = Field(
        None, description="CSV, Parquet, NPZ or ARFF, seen from the project's folder"
    )
    target: Columns = Field(
        (),
        description="the column to learn; several for a regression; of OpenML: what it says itself",
    )
    openml: NumberOrName = Field(
        None, description="a set of openml.org: its number, or {name: ..., version: ...}"
    )
    pictures: Literal["MNIST", "FashionMNIST", "KMNIST", "CIFAR10"] | None = Field(
        None, description="a published set of pictures"
    )
    mirror: Mirror | None = Field(
        None, description="where a published set is downloaded from instead of its own address"
    )
    task: Literal["classification", "regression"] | None = Field(
        None, description="left out: texts and few whole numbers are classes, other numbers values"
    )
    classes: ClassChoice = Field(
        None,
        description="those that are learned, by name, or {at_least: N} for those with N examples or "
        "more; rows of others are left out",
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
    examples: Annotated[int, Field(ge=20)] | None = Field(
        None,
        description="so many, drawn with the shares of classes and parts; left out: all, "
        "of pictures 10,000",
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
        """A user's own files: that of the table, and that of the test part where it is another."""
        if not self.file:
            return ()
        return (self.file, *([self.test.file] if self.test and self.test.file else []))

    @property
    def folder(self) -> Path:
        """Where what is downloaded lies."""
        if self.openml and self.openml.name:
            return DOWNLOADS / f"openml-{self.openml.name}-{self.openml.version}"
        return DOWNLOADS / (self.pictures or f"openml-{self.openml}")

    @property
    def downloads(self) -> tuple[str, ...]:
        """The files that are downloaded: their bytes are those that were published."""
        if self.file:
            return ()
        names = PICTURES[self.pictures] if self.pictures else (DESCRIPTION, ARFF)
        return tuple(str(self.folder / name) for name in names)

    @property
    def place(self) -> str:
        """What it is, in a line."""
        return self.file or self.pictures or f"OpenML {self.openml}"

    @property
    def _set(self) -> list[str]:
        """The keys that say something: what comes from a rule of the workflow has all of them."""
        fields = type(self).model_fields
        return [key for key, field in fields.items() if getattr(self, key) != field.default]

    @property
    def is_csv(self) -> bool:
        return bool(self.file) and Path(self.place).suffix.lower() in CSV

    @model_validator(mode="after")
    def _from_one_place(self) -> "Source":
        given = [key for key in ("file", "openml", "pictures") if getattr(self, key) is not None]
        if len(given) > 1:
            raise refuse(f"goes without {given[0]}", key=(given[1],))
        if not given:
            raise refuse("is missing", key=("file",), allowed="a file, or openml, or pictures")
        if self.file and not self.target:
            raise refuse("is missing", key=("target",), allowed="the column to learn")
        if self.file and self.mirror:
            raise refuse("is for what is downloaded", key=("mirror",))
        if self.openml and self.test and self.test.file:
            raise refuse("is for tables of your own: use column and value", key=("test", "file"))
        for key in self._set if self.pictures else ():
            if key not in OF_PICTURES:
                raise refuse("is for tables: pictures have their classes and parts", key=(key,))
        return self

    @model_validator(mode="after")
    def _has_classes(self) -> "Source":
        if self.classes and (self.task == "regression" or len(self.target) > 1):
            raise refuse("is for classification: a regression has none", key=("classes",))
        return self

    @model_validator(mode="after")
    def _of_a_kind(self) -> "Source":
        for key, file in zip((("file",), ("test", "file")), self.files, strict=False):
            if Path(file).suffix.lower() not in SUFFIXES:
                raise refuse(f"ends in {Path(file).suffix!r}", key, "one of " + ", ".join(SUFFIXES))
        if not self.files or any(Path(file).suffix.lower() not in CSV for file in self.files):
            for option in OF_CSV:
                if option in self._set:
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
