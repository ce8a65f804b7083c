"""The report of a project, with where its numbers come from."""

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.project import Project
from mlpstudy.files import (
    check_made_by,
    read_summed_json,
    read_sums,
    sums_of,
    write_atomically,
    write_summed_json,
)
from mlpstudy.machine import machine
from mlpstudy.provenance.digests import STAGES, of_stage, of_study
from mlpstudy.report import findings_file
from mlpstudy.report.build import build, build_single
from mlpstudy.report.document import document, pages
from mlpstudy.stages.summarise import TOLD
from mlpstudy.statistics.verdicts import families, read_findings
from mlpstudy.usage import cpu_seconds

TEMPLATES = PACKAGE / "report" / "templates"
PACKAGES = ("torch", "numpy", "pandas", "scikit-learn", "seaborn", "matplotlib", "snakemake")


def report(
    plan: Mapping[str, Any],
    lecture: Path,
    studies: Iterable[Path],
    usage: Path,
    out: Path,
    findings: Path,
    language: str,
    processes: int = 1,
) -> list[Path]:
    """Build the report, all findings in one file, and how long it took in another; what was written.

    plan: report.json of a plan. studies: what `summarise` and `draw` have written, a folder
    for each. usage: what their steps have cost, where that is known. out: the report's folder.
    Raises StaleFile where a study was summarised or drawn by other code.
    """
    folders, read = _current(studies)
    found = [f for folder in folders.values() for f in read_findings(folder / "findings.json")]
    labels = {k: text for each in read.values() for k, text in (each.get("labels") or {}).items()}
    findings_file.write(findings, families(found), labels)
    write_summed_json(out / "timings.json", timings(plan["steps"], usage))
    results = next(iter(folders.values())).parents[1]
    origin = provenance(plan, folders)
    return build(results, out, TEMPLATES, lecture, language, origin, processes)


def single(
    plan: Mapping[str, Any], lecture: Path, studies: Iterable[Path], out: Path, language: str
) -> Path:
    """Build the report as one page; see `report`. out: the page."""
    folders, _ = _current(studies)
    results = next(iter(folders.values())).parents[1]
    origin = provenance(plan, folders)
    return build_single(results, out, TEMPLATES, lecture, language, origin)


def _current(studies: Iterable[Path]) -> tuple[dict[str, Path], dict[str, Any]]:
    """The folders of studies and what their study.json says, by name; raises StaleFile."""
    folders = {folder.name: folder for folder in studies}
    read = {name: read_summed_json(folder / "study.json") for name, folder in folders.items()}
    parts.use(dict.fromkeys(file for study in read.values() for file in parts.listed_in(study)))
    for name, study in read.items():
        for file, stage in (("findings.json", "summarise"), ("figures.json", "draw")):
            check_made_by(sums_of(folders[name] / file), {stage: of_study(stage, study)})
    return folders, read


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The browser's path; "" where there is none."""
    given = os.environ.get("MLPSTUDY_CHROMIUM", "")
    return given or next(filter(None, map(shutil.which, BROWSERS)), "")


def pdf(project: Project) -> Path:
    """The report as a document, printed by Chromium in its language: report.pdf beside it.

    Raises Mistake where the page or Chromium is missing.
    """
    page = project.report / "index.html"
    if not page.exists():
        raise Mistake("is not made yet; first: snakemake --cores 2", file=str(page))
    if not (browser := chromium()):
        problem = "no Chromium found: install it, or set MLPSTUDY_CHROMIUM to its path"
        raise Mistake(problem, file="PDF")
    style = (TEMPLATES / "document.css").read_text(encoding="utf-8")
    language = project.settings.language
    numbers: dict[str, int] = {}
    for _ in range(2):  # the contents have their numbers when all pages are known
        printed = _print(browser, document(page.parent, style, language, numbers))
        numbers = pages(printed)
    target = page.with_name("report.pdf")
    write_atomically(target, printed)
    return target


def _print(browser: str, whole: str) -> bytes:
    """A page as Chromium prints it, with an outline of its headings. Raises Mistake."""
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder) / "document.html", Path(folder) / "report.pdf"
        page.write_text(whole, encoding="utf-8")
        command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer",
                   "--generate-pdf-document-outline", f"--user-data-dir={folder}/profile",
                   f"--print-to-pdf={printed}"]  # fmt: skip
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start its sandbox as root
        done = subprocess.run([*command, page.as_uri()], capture_output=True, text=True)
        if done.returncode or not printed.exists():
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Mistake(f"Chromium printed nothing: {reason}", file="PDF")
        return printed.read_bytes()


def provenance(plan: Mapping[str, Any], folders: Mapping[str, Path]) -> dict:
    """Versions, machine, settings and digests; networks, each counted once, and their passes.

    plan: its report.json. folders: that of each study.
    """
    size, lost = plan["settings"]["size"], _diverged(folders.values())
    config = "" if size == "default" else f" --config size={size}"
    return {
        "studies": list(folders),
        "networks": plan["networks"],
        "passes": plan["passes"],
        "diverged": len(lost),
        "lost": _lost(lost),
        "work": _work(folders),
        "settings": _set(plan["settings"]) | _trained_by(folders.values()),
        "versions": {
            "Python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        "machine": machine(),
        "digests": {stage: of_stage(stage) for stage in STAGES},
        "commands": [f"snakemake --cores 2{config}"],
    }


def _set(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that say something: an empty list of plugins does not."""
    return {name: value for name, value in settings.items() if value not in ("", [], None)}


def _trained_by(folders: Iterable[Path]) -> dict[str, str]:
    """The devices and engines that trained the studies' networks, where there are any."""
    makers = [read_sums(sums_of(folder / "study.json")).made_by for folder in folders]
    trained = {}
    for maker in ("device", "engine"):
        found = {name for each in makers for name in each.get(maker, "").split(",") if name}
        if found:
            trained[maker] = " and ".join(sorted(found))
    return trained


def _diverged(folders: Iterable[Path]) -> pd.DataFrame:
    """Runs that diverged, each once, whoever asks for it."""
    lost = [run for folder in folders for run in read_summed_json(folder / "diverged.json")]
    columns = ["run_id", "diverged_at", *TOLD]
    return pd.DataFrame(lost, columns=columns).drop_duplicates("run_id")


def _lost(runs: pd.DataFrame) -> list[dict]:
    """The cells of runs that diverged: how many of them, in which pass, and one to run again."""
    rows = []
    for key, cell in runs.groupby(list(TOLD), observed=True, sort=True):
        named = dict(zip(TOLD, key, strict=True))
        first, last = int(cell["diverged_at"].min()), int(cell["diverged_at"].max())
        epochs = str(first) if first == last else f"{first}–{last}"
        run = {"diverged": len(cell), "in_pass": epochs, "run": cell["run_id"].min()}
        rows.append({name: _plain(value) for name, value in {**named, **run}.items()})
    return rows


def _plain(value):
    return value.item() if hasattr(value, "item") else value


WORK = {"networks": "networks", "epochs": "passes", "diverged": "diverged"}  # column: count


def _work(folders: Mapping[str, Path]) -> list[dict]:
    """For each study: networks, passes, and what diverged.

    A job that two studies need counts in both.
    """
    rows = []
    for name, folder in folders.items():
        counts = read_summed_json(folder / "counts.json")
        known = {column: counts.get(kind) for column, kind in WORK.items()}
        rows.append({"chapter": name, **known})
    return rows


def timings(steps: Mapping[str, list[str]], usage: Path) -> dict[str, Any]:
    """CPU seconds of each study and of all, None where they are not known. steps: of each study.

    They differ from run to run, so they stand in no other file of the report. A job that two
    studies need counts in both, and once among all.
    """
    every = {step for of in steps.values() for step in of}
    of_studies = {name: _seconds(usage, of) for name, of in steps.items()}
    return {"cpu_seconds": of_studies, "all_cpu_seconds": _seconds(usage, every)}


def _seconds(usage: Path, steps: Iterable[str]) -> int | None:
    """CPU seconds of some steps; None where that of one is not known."""
    known = [cpu_seconds(usage / f"{step}.json") for step in steps]
    return None if None in known else round(sum(each for each in known if each is not None))
