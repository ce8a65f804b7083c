"""The kinds of files that a table of one's own may be in, each as a frame.

A file is refused before it takes memory: by its size on disk, by the sizes that its own index
gives, and by the number of its cells. Nothing is unpickled.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.sources import CSV, Source

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_BYTES = 200_000_000  # of a file, and of what is packed in it
MOST_CELLS = 20_000_000  # rows x columns
SEPARATORS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}
FIRST_LINES = 50  # in which the separator is looked for
GAPS = ("", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL")  # texts of a CSV
ONE_BYTE = ("latin-1", "cp1252")  # encodings of one byte a letter
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Note = Callable[[str, str], None]


class Table(NamedTuple):
    """A file's content. columns: for each name of the file its columns in the frame, which are
    several for an array of an NPZ. shapes: of one example in such an array."""

    frame: "DataFrame"
    columns: Mapping[str, list[Any]]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def shape_of(self, inputs: Sequence[str]) -> tuple[int, ...]:
        """The shape of an example: of a picture its height and width."""
        if len(inputs) == 1 and len(self.shapes.get(inputs[0], ())) > 1:
            return self.shapes[inputs[0]]
        return (sum(len(self.columns[name]) for name in inputs),)


def read(path: Path, source: Source, note: Note) -> Table:
    """The table in a file; note: is told what was found out. Raises Mistake."""
    try:
        n = path.stat().st_size
        if path.is_dir():
            raise Mistake("is a folder", file=path, allowed="a file")
    except OSError as error:
        beside = [str(path.with_name(each.name)) for each in path.parent.glob("*")]
        raise Mistake(
            f"cannot be read: {error.strerror}", file=path, nearest=nearest(str(path), beside)
        ) from None
    _refuse_bytes(path, n)
    if path.suffix.lower() in CSV:
        return _csv(path, source, note)
    return {".npz": _npz, ".parquet": _parquet, ".arff": _arff}[path.suffix.lower()](path, note)


def refuse_large(path: Path | str, rows: int, columns: int, most: int = 0) -> None:
    """Raises Mistake where there are more cells than MOST_CELLS. most: so many of a set of which
    some examples can be taken."""
    hint = f"set examples: {most // columns}, or fewer" if most else ""
    most = most or MOST_CELLS
    if rows * columns > most:
        problem = f"has {rows:,} rows of {columns:,} columns"
        raise Mistake(problem, file=path, allowed=f"at most {most:,} cells", hint=hint)


def _refuse_bytes(path: Path, n: int) -> None:
    if n > MOST_BYTES:
        problem = f"holds {n / 1e6:,.0f} MB"
        raise Mistake(problem, file=path, allowed=f"at most {MOST_BYTES / 1e6:,.0f} MB")


def _refuse_names(path: Path, names: Sequence[str]) -> None:
    """Raises Mistake where a column has no name, or two have one. No first name is fine: the index
    of a table that pandas has written."""
    for i, name in enumerate(names):
        if not name and i:
            raise Mistake(f"column {i + 1} has no name", file=path)
        if not name.isprintable():
            raise Mistake(
                "is no name of a column: it holds a line break, or the like", file=path, value=name
            )
        if name in names[:i]:
            raise Mistake("is the name of two columns", file=path, value=name)


# CSV


def _csv(path: Path, source: Source, note: Note) -> Table:
    import pandas as pd

    text = _decoded(path, source.encoding)
    separator = "\t" if source.separator == "tab" else source.separator or _separator(path, text)
    names, n = _shape(path, text, separator)
    _refuse_names(path, names)
    refuse_large(path, n, len(names))
    frame = pd.read_csv(
        io.StringIO(text), sep=separator, decimal=source.decimal, names=names, header=0,
        index_col=False, skipinitialspace=True, keep_default_na=False,
        na_values=[*GAPS, *source.na], low_memory=False,
    )  # fmt: skip
    for name in frame.columns[[dtype.kind not in "biuf" for dtype in frame.dtypes]]:
        frame[name] = frame[name].map(lambda cell: cell.strip() if isinstance(cell, str) else cell)
    note("read", f"{path}: {n:,} rows, separated by {SEPARATORS.get(separator, 'blanks')}")
    if not names[0]:
        note("left out", "the first column, which has no name")
    return Table(frame, {name: [name] for name in names if name}, {})


def _decoded(path: Path, encoding: str) -> str:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError as error:
        other = "utf-16" if content[:2] in UTF_16 else "latin-1"
        where = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        hint = f"set encoding: {other}" if encoding == "utf-8" else ""
        raise Mistake(f"is no {encoding} text{where}", file=path, hint=hint) from None
    if encoding in ONE_BYTE and _is_utf_8(content):
        hint = f"set encoding: utf-8, or save it as {encoding}"
        raise Mistake(f"is utf-8 text, no {encoding}", file=path, hint=hint)
    if not text.strip():
        raise Mistake("is empty", file=path, allowed="a line of names, and lines of values")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    if "\0" in text:
        raise Mistake("holds zero bytes: it is no text", file=path, hint="set encoding: utf-16")
    return text


def _is_utf_8(content: bytes) -> bool:
    """Whether bytes have other letters than ASCII, and hold them as UTF-8 does: every text can be
    read in an encoding of one byte a letter, with other letters."""
    try:
        return not content.isascii() and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _rows_of(text: str, separator: str) -> Any:
    return csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)


def _separator(path: Path, text: str) -> str:
    """The one that cuts the first lines into equally many cells; raises Mistake."""
    head = "".join(islice(io.StringIO(text), FIRST_LINES))
    widths = {separator: _widths(head, separator) for separator in SEPARATORS}
    fitting = [s for s, found in widths.items() if len(found) == 1 and found[0] > 1]
    if not fitting:  # some line is longer than another: told by who reads it
        firsts = {s: found[0] for s, found in widths.items() if found and found[0] > 1}
        fitting = [s for s, n in firsts.items() if n == max(firsts.values())]
    if len(fitting) == 1:
        return fitting[0]
    told = " or ".join(SEPARATORS[s] for s in fitting)
    problem = (
        f"may be separated by {told}" if fitting else "has one column, or an unusual separator"
    )
    raise Mistake(problem, file=path, hint="set separator")


def _widths(head: str, separator: str) -> list[int]:
    """The numbers of cells of some lines, that of the first before the others."""
    widths: dict[int, None] = {}
    try:
        for row in _rows_of(head, separator):
            widths |= {len(row): None} if row else {}
    except csv.Error:
        pass
    return list(widths)


def _shape(path: Path, text: str, separator: str) -> tuple[list[str], int]:
    """The names in the first line, and the number of rows below; raises Mistake where one is of
    another length."""
    reader = _rows_of(text, separator)
    names, n = list[str](), 0
    try:
        for row in reader:
            if not names:
                names = [cell.strip() for cell in row]
                continue
            n += bool(row)
            if row and len(row) != len(names):
                problem = f"line {reader.line_num} has {len(row)} cells, the first {len(names)}"
                raise Mistake(problem, file=path, hint="is separator another one?")
    except csv.Error as error:
        raise Mistake(f"line {reader.line_num}: {error}", file=path) from None
    if not n:
        raise Mistake("has no rows", file=path, allowed="a line of names, and lines of values")
    return names, n


# Parquet


def _parquet(path: Path, note: Note) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
            _refuse_bytes(path, sum(group.total_byte_size for group in groups))
            names, n = file.schema_arrow.names, file.metadata.num_rows
            _refuse_names(path, names)
            refuse_large(path, n, len(names))
            frame = file.read().to_pandas()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        problem = f"cannot be read as Parquet: {str(error).splitlines()[0]}"
        raise Mistake(problem, file=path) from None
    note("read", f"{path}: {n:,} rows")
    if index := [name for name in frame.index.names if name]:
        note("left out", f"{', '.join(map(str, index))}, which is the frame's index")
    frame = frame.reset_index(drop=True)
    return Table(frame, {str(name): [name] for name in frame.columns}, {})


# NPZ


def _npz(path: Path, note: Note) -> Table:
    """Arrays (N, ...) by their names; each is one column or several."""
    import pandas as pd

    try:
        with zipfile.ZipFile(path) as archive:
            arrays = dict(_arrays(path, archive))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Mistake(f"cannot be read as NPZ: {error}", file=path) from None
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1 or not min(lengths.values()):
        told = ", ".join(f"{name} {n:,}" for name, n in lengths.items())
        problem = f"has arrays of different lengths or none ({told})"
        raise Mistake(problem, file=path, allowed="one entry for each example in all of them")
    frames, columns = [], {}
    for name, array in arrays.items():
        flat = array.reshape(len(array), -1)
        columns[name] = (
            [name] if array.ndim == 1 else [f"{name} {i + 1}" for i in range(flat.shape[1])]
        )
        frames.append(pd.DataFrame(flat, columns=columns[name]))
    frame = pd.concat(frames, axis=1)
    _refuse_names(path, ["", *frame.columns])
    note("read", f"{path}: {len(frame):,} rows")
    return Table(frame, columns, {name: array.shape[1:] for name, array in arrays.items()})


def _arrays(path: Path, archive: zipfile.ZipFile) -> Iterable[tuple[str, np.ndarray]]:
    members = [each for each in archive.infolist() if each.filename.endswith(".npy")]
    _refuse_bytes(path, sum(each.file_size for each in members))
    for member in members:
        name = member.filename.removesuffix(".npy")
        with archive.open(member) as file:
            shape, dtype = _header(path, name, file)
        if not shape or dtype.hasobject or dtype.kind not in "biufU":
            problem = f"is an array of shape {shape} and type {dtype}"
            allowed = "numbers or texts, one entry for each example"
            raise Mistake(problem, file=path, key=name, allowed=allowed)
        if prod(shape) * dtype.itemsize > member.file_size:
            raise Mistake("is not as large as it says", file=path, key=name)
        refuse_large(path, shape[0], prod(shape[1:]))
        with archive.open(member) as file:
            yield name, np.lib.format.read_array(file, allow_pickle=False)


def _header(path: Path, name: str, file: Any) -> tuple[tuple[int, ...], np.dtype]:
    try:
        version = np.lib.format.read_magic(file)
        reader = {(1, 0): "read_array_header_1_0", (2, 0): "read_array_header_2_0"}[version]
        shape, _, dtype = getattr(np.lib.format, reader)(file)
        return shape, dtype
    except (ValueError, KeyError):
        raise Mistake("is no array of NumPy", file=path, key=name) from None


# ARFF, by the reader that scikit-learn carries


def arff_kinds(path: Path) -> dict[str, str]:
    """What the columns of an ARFF hold: "number", "nominal" (named values) or "text". Raises
    Mistake."""
    return {name: _kind(said) for name, said in _opened_arff(path)["attributes"]}


def _kind(said: Any) -> str:
    if isinstance(said, list):
        return "nominal"
    return "text" if said.upper() == "STRING" else "number"


def _arff(path: Path, note: Note) -> Table:
    import pandas as pd

    content = _opened_arff(path)
    names, rows = [name for name, _ in content["attributes"]], []
    with _as_arff(path):
        for row in content["data"]:
            rows.append(row)
            if len(rows) % 1000 == 0:
                refuse_large(path, len(rows), len(names))
    if not rows:
        raise Mistake("has no rows", file=path)
    frame = pd.DataFrame(rows, columns=names)
    note("read", f"{path}: {len(rows):,} rows")
    return Table(frame, {name: [name] for name in names}, {})


def _opened_arff(path: Path) -> Any:
    """Its attributes, and its rows as they are asked for."""
    from sklearn.externals import _arff as arff

    with _as_arff(path):
        text = path.read_bytes().decode("utf-8-sig")
        return arff.loads(text, encode_nominal=False, return_type=arff.DENSE_GEN)


@contextmanager
def _as_arff(path: Path) -> Iterator[None]:
    """Raises Mistake for what the reader of ARFF says."""
    from sklearn.externals import _arff as arff

    try:
        yield
    except (arff.ArffException, ValueError, OSError) as error:
        told = str(error).splitlines() or [type(error).__name__]
        line = re.sub(r",? at line -1\.?| in line -1(?=:)", "", told[0])  # it does not know which
        raise Mistake(f"cannot be read as ARFF: {line}", file=path) from None
