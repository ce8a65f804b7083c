"""A small project in a folder of its own: two studies that train, with the sources of now."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Snakefile", "workflow", "profiles", "src", "config/lecture.yaml")
STUDY = """\
study: {name}
title: Does {factor} help?
question: Does a large {factor} learn better than a small one?
base: {{dataset: {dataset}, activation: {activation}, width: 4, epochs: 3}}
seeds: 6
sweep: {{levels: {{grid: {{{factor}: [{low}, {high}], eta: [0.01, 0.1]}}}}}}
claims:
  - id: {id}
    name: error
    says: Networks of a large {factor} err less
    contrast: {{measure: test_error, factor: {factor}, of: {high}, against: {low}}}
    for_each: [eta]
    direction: below
    threshold: {threshold}
    decides: true
figures:
  - {{name: errors, kind: line, x: eta, y: test_error, hue: {factor}, title: Errors}}
"""
STUDIES = (
    dict(name="widths", id="WIDTH", dataset="iris", activation="tanh", factor="width", low=2, high=8),
    dict(name="depths", id="DEPTH", dataset="wine", activation="relu", factor="depth", low=1, high=3),
)  # fmt: skip
RESULTS = ("results", "report")
# What differs from run to run: seconds, logs, and when something was made.
UNLIKE = (
    "logs",
    "usage",
    "made_by",
    "timings.json",
    "timings.json.sha256",
    ".snakemake_timestamp",
)


class Project:
    """Its folder, and the commands that are run in it."""

    def __init__(self, folder: Path):
        self.folder = folder
        for part in PARTS:
            target = folder / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / part).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / part, target, ignore=ignored)
            else:
                shutil.copy(ROOT / part, target)
        (folder / "config/config.yaml").write_text("job_seconds: 0.05\n", encoding="utf-8")
        (folder / "config/studies").mkdir()
        self.write(threshold=0)

    def write(self, threshold: float) -> None:
        """The studies, with a threshold of their claims."""
        for study in STUDIES:
            path = self.folder / "config/studies" / f"{study['name']}.yaml"
            path.write_text(STUDY.format(threshold=threshold, **study), encoding="utf-8")

    def start(self, *words: str) -> subprocess.Popen:
        """python -m mlpstudy WORDS, in a process group of its own; what it says goes to a file."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MLPSTUDY")}
        environment |= {"PYTHONPATH": str(self.folder / "src"), "NO_COLOR": "1"}
        with (self.folder / "said").open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "mlpstudy", *words],
                cwd=self.folder,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, *words: str) -> tuple[int, str]:
        """The same to its end: the exit code, and what it said."""
        return self.start(*words).wait(), self.said

    def resume(self, *targets: str) -> tuple[int, str]:
        return self.run("resume", "--cores", "2", *targets)

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text(encoding="utf-8", errors="replace")

    def results(self) -> dict[str, bytes]:
        """All results and the report, but for what differs from run to run."""
        paths = (path for part in RESULTS for path in (self.folder / part).rglob("*"))
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(paths)
            if path.is_file() and not set(path.parts) & set(UNLIKE) and path.suffix != ".tmp"
        }

    def clear(self) -> None:
        for part in (*RESULTS, ".snakemake"):
            shutil.rmtree(self.folder / part, ignore_errors=True)
