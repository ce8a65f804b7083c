"""The report of a project, with where its numbers come from."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

from mlpstudy.design.project import Project
from mlpstudy.digests import STAGES, digest
from mlpstudy.files import write_json
from mlpstudy.report.build import build
from mlpstudy.tables.files import read_table

LECTURE = Path("config/lecture.yaml")
TEMPLATES = Path("report/templates")
PACKAGES = ("torch", "numpy", "pandas", "scikit-learn", "seaborn", "matplotlib", "snakemake")


def report(project: Project) -> list[Path]:
    """Build the report and all findings in one file; what was written."""
    findings = [finding for name in project.studies for finding in _read(project, name, "findings")]
    write_json(project.results / "findings.json", findings)
    return build(
        project.results,
        project.report,
        TEMPLATES,
        LECTURE,
        project.settings.language,
        provenance(project),
    )


def _read(project: Project, study: str, name: str):
    return json.loads((project.study_dir(study) / f"{name}.json").read_text(encoding="utf-8"))


def provenance(project: Project) -> dict:
    """Versions, machine, settings and digests; networks, each counted once, and their passes."""
    size = project.settings.size
    config = "" if size == "default" else f" --config size={size}"
    return {
        "studies": list(project.studies),
        "networks": len(project.pool),
        "passes": sum(run.epochs for run in project.pool.values()),
        "diverged": _diverged(project),
        "settings": project.settings.model_dump(mode="json"),
        "versions": {
            "Python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "digests": {stage: digest(stage) for stage in STAGES},
        "commands": [
            f"snakemake --cores 2{config}",
            *(f"snakemake --cores 2 {name}{config}" for name in project.studies),
        ],
    }


def _diverged(project: Project) -> int:
    """Runs that diverged, each counted once, whoever asks for it."""
    tables = [read_table(project.job_dir(job), "runs", ["status"]) for job in project.jobs]
    return sum(int((table["status"] == "diverged").sum()) for table in tables)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
