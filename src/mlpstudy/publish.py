"""The report of a project, with where its numbers come from."""

import csv
import os
import platform
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.project import Project
from mlpstudy.digests import STAGES, digest, made_by
from mlpstudy.files import check_made_by, read_summed_json, sums_of, write_atomically, write_json
from mlpstudy.machine import machine
from mlpstudy.report.build import build
from mlpstudy.tables.files import read_table

LECTURE = Path("config/lecture.yaml")
TEMPLATES = PACKAGE / "report" / "templates"
PACKAGES = ("torch", "numpy", "pandas", "scikit-learn", "seaborn", "matplotlib", "snakemake")


def report(project: Project) -> list[Path]:
    """Build the report, all findings in one file, and how long it took in another; what was written.

    Raises StaleFile where a study was summarised or drawn by other code.
    """
    for name in project.studies:
        for file, stage in (("findings.json", "summarise"), ("figures.json", "draw")):
            check_made_by(sums_of(project.study_dir(name) / file), made_by(stage))
    findings = [finding for name in project.studies for finding in _read(project, name, "findings")]
    write_json(project.results / "findings.json", findings)
    write_json(project.report / "timings.json", timings(project))
    return build(
        project.results,
        project.report,
        TEMPLATES,
        LECTURE,
        project.settings.language,
        provenance(project),
    )


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The browser's path; "" where there is none."""
    given = os.environ.get("MLPSTUDY_CHROMIUM", "")
    return given or next(filter(None, map(shutil.which, BROWSERS)), "")


def pdf(project: Project) -> Path:
    """The page, printed by Chromium in the report's language: report.pdf beside it.

    Raises Mistake where the page or Chromium is missing.
    """
    page = project.report / "index.html"
    if not page.exists():
        raise Mistake("is not made yet; first: snakemake --cores 2", file=str(page))
    if not (browser := chromium()):
        problem = "no Chromium found: install it, or set MLPSTUDY_CHROMIUM to its path"
        raise Mistake(problem, file="PDF")
    target = page.with_name("report.pdf")
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "report.pdf"
        command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer",
                   f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}",
                   f"--accept-lang={project.settings.language}"]  # fmt: skip
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start its sandbox as root
        done = subprocess.run([*command, page.resolve().as_uri()], capture_output=True, text=True)
        if done.returncode or not printed.exists():
            told = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Mistake(f"Chromium printed nothing: {told}", file="PDF")
        write_atomically(target, printed.read_bytes())
    return target


def _read(project: Project, study: str, name: str) -> Any:
    return read_summed_json(project.study_dir(study) / f"{name}.json")


def provenance(project: Project) -> dict:
    """Versions, machine, settings and digests; networks, each counted once, and their passes."""
    size, lost = project.settings.size, _diverged(project)
    config = "" if size == "default" else f" --config size={size}"
    return {
        "studies": list(project.studies),
        "networks": len(project.pool),
        "passes": sum(each.seedless.run.epochs for each in project.pool.values()),
        "diverged": len(lost),
        "lost": _lost(lost),
        "work": _work(project),
        "settings": project.settings.model_dump(mode="json"),
        "versions": {
            "Python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        "machine": machine(),
        "digests": {stage: digest(stage) for stage in STAGES},
        "commands": [
            f"snakemake --cores 2{config}",
            *(f"snakemake --cores 2 {name}{config}" for name in project.studies),
        ],
    }


LOST = ("dataset", "depth", "width", "activation", "initialization", "optimizer", "eta")


def _diverged(project: Project) -> pd.DataFrame:
    """Runs that diverged, each once, whoever asks for it."""
    columns = ["run_id", "status", "diverged_at", *LOST]
    tables = [read_table(project.job_dir(job), "runs", columns) for job in project.jobs]
    runs = pd.concat(tables) if tables else pd.DataFrame(columns=columns)
    return runs[runs["status"] == "diverged"].drop_duplicates("run_id")


def _lost(runs: pd.DataFrame) -> list[dict]:
    """The cells of runs that diverged: how many of them, in which pass, and one to run again."""
    rows = []
    for key, cell in runs.groupby(list(LOST), observed=True, sort=True):
        named = dict(zip(LOST, key, strict=True))
        first, last = int(cell["diverged_at"].min()), int(cell["diverged_at"].max())
        told = str(first) if first == last else f"{first}–{last}"
        run = {"diverged": len(cell), "in_pass": told, "run": cell["run_id"].min()}
        rows.append({name: _plain(value) for name, value in {**named, **run}.items()})
    return rows


def _plain(value):
    return value.item() if hasattr(value, "item") else value


def _work(project: Project) -> list[dict]:
    """For each study: networks, passes, and what diverged.

    A job that two studies need counts in both.
    """
    rows = []
    for name in project.studies:
        counts = _read(project, name, "counts")
        told = {kind: counts.get(kind) for kind in ("networks", "passes", "diverged")}
        rows.append({"study": name, **told})
    return rows


def timings(project: Project) -> dict[str, dict[str, int | None]]:
    """CPU seconds of each study, None where they are not known.

    They differ from run to run, so they stand in no other file of the report. A job that two
    studies need counts in both.
    """
    seconds = {}
    for name, study in project.studies.items():
        steps = [f"train/{job}" for job in project.jobs_of(name)]
        steps += [f"measure/{name}"] if study.is_measured else []
        seconds[name] = _seconds(project, [*steps, f"summarise/{name}", f"draw/{name}"])
    return {"cpu_seconds": seconds}


def _seconds(project: Project, steps: list[str]) -> int | None:
    """CPU seconds of some steps, as Snakemake measured them; None where one was run without it."""
    total = 0.0
    for step in steps:
        path = project.results / "benchmarks" / f"{step}.tsv"
        try:
            with path.open(encoding="utf-8", newline="") as file:
                total += float(next(csv.DictReader(file, delimiter="\t"))["cpu_time"])
        except (FileNotFoundError, StopIteration, KeyError, ValueError):
            return None
    return round(total)
