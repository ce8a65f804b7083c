"""All findings of a report in one file, for programs: its form is findings.schema.json; and as a
table, for spreadsheets."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from mlpstudy.design.mistakes import Mistake
from mlpstudy.files import (
    DamagedFile,
    json_bytes,
    read_summed_json,
    sha256,
    sums_of,
    write_atomically,
    write_sums,
)
from mlpstudy.statistics.verdicts import Finding, as_dict

NAME = "findings.json"
SCHEMA, VERSION = "mlpstudy findings", 2
COLUMNS = (*(field.name for field in fields(Finding)), "verdict")
SCHEMA_FILE = Path(__file__).with_name("findings.schema.json")


def write(path: Path, findings: Sequence[Finding], labels: Mapping[str, Any]) -> None:
    """Write findings as JSON, and as CSV beside it; the same findings make the same bytes.

    labels: what the studies call what they measure, and the levels of what they vary.
    """
    records = [as_dict(finding) for finding in findings]
    head = {"schema": SCHEMA, "version": VERSION, "labels": dict(labels)}
    files = {
        path: json_bytes({**head, "findings": records}),
        path.with_suffix(".csv"): as_csv(records).encode(),
    }
    for file, content in files.items():
        write_atomically(file, content)
    write_sums(sums_of(path), {file.name: sha256(content) for file, content in files.items()}, {})


def read(path: Path) -> list[dict[str, Any]]:
    """The findings of a file, one mapping each. Raises Mistake where it is none or of another form."""
    return _whole(path)["findings"]


def read_labels(path: Path) -> dict[str, Any]:
    """The labels beside the findings. Raises Mistake where it is no such file."""
    return _whole(path)["labels"]


def _whole(path: Path) -> dict[str, Any]:
    try:
        summed = sums_of(path).exists()  # not where a copy of the file stands alone
        told = read_summed_json(path) if summed else json.loads(path.read_bytes())
    except DamagedFile:
        raise
    except FileNotFoundError:
        raise Mistake("is not made yet; first: snakemake --cores 2", file=path) from None
    except ValueError as error:
        raise Mistake(f"is not JSON: {error}", file=path) from None
    form = (told.get("schema"), told.get("version")) if isinstance(told, dict) else None
    if form != (SCHEMA, VERSION):
        problem = "is of another form; make it again: snakemake --cores 2"
        raise Mistake(problem, file=path, allowed=f"schema {SCHEMA!r}, version {VERSION}")
    return told


def as_csv(records: Sequence[Mapping[str, Any]]) -> str:
    """One finding a row: what is nested as text (a condition: dataset=digits; depth=8)."""
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _flat(value) for name, value in record.items()} for record in records)
    return table.getvalue()


def _flat(value: Any) -> Any:
    """A value of a finding as one cell. What is said in several languages: in the first."""
    if isinstance(value, Mapping):
        if "en" in value:
            return value["en"]
        return "; ".join(f"{name}={_flat(level)}" for name, level in value.items())
    if isinstance(value, list | tuple):
        return " ".join(str(_flat(part)) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return value
