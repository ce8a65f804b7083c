"""Tables on disk: a folder of parquet files and the checksums that are verified on reading."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlpstudy.files import (
    SUMS,
    DamagedFile,
    read_sums,
    read_verified,
    sha256,
    write_atomically,
    write_sums,
)

KEY = b"mlpstudy"


def write_tables(
    folder: str | Path, tables: Mapping[str, pd.DataFrame], made_by: Mapping[str, str]
) -> None:
    """Write tables as folder/NAME.parquet; made_by, kept with them, says which code made them.

    The same tables are the same bytes.
    """
    folder = Path(folder)
    sums = {}
    for name, frame in sorted(tables.items()):
        content = _parquet(frame, made_by)
        write_atomically(folder / f"{name}.parquet", content)
        sums[f"{name}.parquet"] = sha256(content)
    write_sums(folder / SUMS, sums, made_by)


def read_table(folder: str | Path, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a table; raises DamagedFile where it is not what was written."""
    content = read_verified(Path(folder) / f"{name}.parquet")
    return pq.read_table(io.BytesIO(content), columns=columns).to_pandas()


def made_by(folder: str | Path) -> dict[str, str]:
    """Which code made the tables of a folder; raises DamagedFile where that is not to be read."""
    return read_sums(Path(folder) / SUMS).made_by


def checksums(folder: str | Path) -> dict[str, str]:
    """The tables of a folder and their checksums; none where it was never written whole."""
    try:
        files = read_sums(Path(folder) / SUMS).files
    except DamagedFile:
        return {}
    return {name.removesuffix(".parquet"): told for name, told in files.items()}


def _parquet(frame: pd.DataFrame, made_by: Mapping[str, str]) -> bytes:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    note = json.dumps(dict(made_by), sort_keys=True).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: note})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    return buffer.getvalue()
