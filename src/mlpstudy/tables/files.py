"""Tables on disk: a folder of parquet files and the checksums that are verified on reading.

SHA256SUMS has the form that `sha256sum --check` reads. It is written last, so a folder that was
left half-written does not pass for a whole one.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlpstudy.files import DamagedFile, write_atomically

SUMS = "SHA256SUMS"
KEY = b"mlpstudy"


def write_tables(
    folder: str | Path, tables: Mapping[str, pd.DataFrame], made_by: Mapping[str, str]
) -> None:
    """Write tables as folder/NAME.parquet; made_by, kept inside, says which code made them.

    The same tables are the same bytes.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    sums = []
    for name, frame in sorted(tables.items()):
        content = _parquet(frame, made_by)
        write_atomically(folder / f"{name}.parquet", content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}.parquet\n")
    write_atomically(folder / SUMS, "".join(sums).encode())


def read_table(folder: str | Path, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a table; raises DamagedFile where it is not what was written."""
    return pq.read_table(io.BytesIO(_verified(folder, name)), columns=columns).to_pandas()


def made_by(folder: str | Path, name: str) -> dict[str, str]:
    """Which code made a table; raises DamagedFile like read_table."""
    schema = pq.read_schema(io.BytesIO(_verified(folder, name)))
    return json.loads(schema.metadata[KEY])


def checksums(folder: str | Path) -> dict[str, str]:
    """The tables of a folder and their checksums; none where it was never written whole."""
    try:
        lines = _sums(Path(folder))
    except DamagedFile:
        return {}
    return {
        name.removesuffix(".parquet"): told for told, _, name in (s.partition("  ") for s in lines)
    }


def _parquet(frame: pd.DataFrame, made_by: Mapping[str, str]) -> bytes:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    note = json.dumps(dict(made_by), sort_keys=True).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: note})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    return buffer.getvalue()


def _verified(folder: str | Path, name: str) -> bytes:
    path = Path(folder) / f"{name}.parquet"
    content = path.read_bytes()
    expected = f"{hashlib.sha256(content).hexdigest()}  {name}.parquet"
    if expected not in _sums(Path(folder)):
        raise DamagedFile(path)
    return content


def _sums(folder: Path) -> list[str]:
    path = folder / SUMS
    try:
        return path.read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        raise DamagedFile(path, "the checksums are missing") from None
