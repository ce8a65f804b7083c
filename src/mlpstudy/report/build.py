"""Results -> the report's folder: a page, a README and the README's figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlpstudy.files import json_bytes, write_atomically
from mlpstudy.report.answers_file import as_json
from mlpstudy.report.collect import Report, collect
from mlpstudy.report.page import page
from mlpstudy.report.readme import picture, readme
from mlpstudy.words import LANGUAGES


def build(
    results_dir: Path,
    report_dir: Path,
    templates: Path,
    lecture: Path,
    language: str,
    provenance: Mapping[str, Any],
) -> list[Path]:
    """Write the report and say which files it has; the same inputs make the same bytes.

    results_dir: holds studies/<study>/ for each study that provenance["studies"] names, in the
    order of the chapters. language: "en" or "fr", that of the README and of the page at first.
    provenance: studies, networks, passes, settings, versions, machine, digests, commands; where
    known datasets, diverged, failed, seconds. Figures of earlier reports are removed.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: allowed are {', '.join(LANGUAGES)}")
    report = collect(results_dir, lecture, provenance)
    files = {
        report_dir / "index.html": page(report, templates, language).encode(),
        report_dir / "answers.json": json_bytes(as_json(report)),
        **{
            report_dir / path: t.encode() for path, t in readme(report, templates, language).items()
        },
        **_figures(report, report_dir / "figures", language),
    }
    for path, content in files.items():
        write_atomically(path, content)
    for path in set((report_dir / "figures").glob("*.*.png")) - set(files):
        path.unlink(missing_ok=True)
    return list(files)


def _figures(report: Report, folder: Path, language: str) -> dict[Path, bytes]:
    """The PNG of each figure."""
    return {
        folder / picture(chapter, figure): figure.in_language(language)
        for chapter in report.chapters
        for figure in chapter.figures
    }
