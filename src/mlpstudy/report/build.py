"""Results -> the report's folder: pages, a README and the README's figures."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mlpstudy.files import SUMS, json_bytes, sha256, write_atomically, write_sums
from mlpstudy.report.answers_file import as_json
from mlpstudy.report.collect import Report, collect
from mlpstudy.report.page import pages, single, vega_file
from mlpstudy.report.processes import mapped
from mlpstudy.report.readme import picture, readme
from mlpstudy.words import LANGUAGES

MADE = (  # by this report or an earlier one
    "chapters/*.html", "chapters/*.md", "claims/*.html", "figures/*.*.svg", "figures/*.*.png",
)  # fmt: skip


def build(
    results_dir: Path,
    report_dir: Path,
    templates: Path,
    lecture: Path,
    language: str,
    provenance: Mapping[str, Any],
    processes: int = 1,
) -> list[Path]:
    """Write the report and say which files it has; the same inputs make the same bytes, in however
    many processes.

    results_dir: holds studies/<study>/ for each study that provenance["studies"] names, in the
    order of the chapters. language: "en" or "fr", that of the README and of the pages at first.
    provenance: studies, networks, passes, settings, versions, machine, digests, commands; where
    known datasets, diverged, failed, seconds. What earlier reports had more of is removed.
    """
    with mapped(processes) as each:
        report = collect(results_dir, lecture, provenance, each)
        texts = _texts(report, templates, _known(language), processes)
        files = {
            report_dir / "answers.json": json_bytes(as_json(report)),
            **{
                report_dir / path: text.encode()
                for some in each(_called, texts)
                for path, text in some.items()
            },
            **_figures(report, report_dir / "figures", language),
        }
    for path, content in files.items():
        write_atomically(path, content)
    sums = {path.relative_to(report_dir).as_posix(): sha256(text) for path, text in files.items()}
    write_sums(report_dir / SUMS, sums, {})
    old = {path for pattern in MADE for path in report_dir.glob(pattern)}
    for path in old - set(files):
        path.unlink(missing_ok=True)
    return [*files, report_dir / SUMS]


def build_single(
    results_dir: Path,
    path: Path,
    templates: Path,
    lecture: Path,
    language: str,
    provenance: Mapping[str, Any],
) -> Path:
    """Write the whole report as one page, for the same inputs as `build`."""
    report = collect(results_dir, lecture, provenance)
    write_atomically(path, single(report, templates, _known(language)).encode())
    return path


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: allowed are {', '.join(LANGUAGES)}")
    return language


def _texts(
    report: Report, templates: Path, language: str, parts: int
) -> list[Callable[[], dict[str, str]]]:
    """What writes all pages, in `parts` parts, Vega and the README: the texts by their paths."""
    return [
        *(partial(pages, report, templates, language, slice(n, None, parts)) for n in range(parts)),
        vega_file,
        partial(readme, report, templates, language),
    ]


def _called(texts: Callable[[], dict[str, str]]) -> dict[str, str]:
    return texts()


def _figures(report: Report, folder: Path, language: str) -> dict[Path, bytes]:
    """Each figure as it stands alone."""
    return {
        folder / picture(chapter, figure): figure.svg[language].encode()
        for chapter in report.chapters
        for figure in chapter.figures
    }
