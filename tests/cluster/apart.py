"""The workflow where no filesystem is shared: as on Kubernetes, on this machine.

    .venv/bin/python tests/cluster/apart.py

Each job runs in an empty folder: its sources, settings, plan and inputs come from a storage, which
snakemake-storage-plugin-fs keeps in another folder (with rsync), and its outputs go there. Every
table is compared with those of an ordinary run.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from slurm import JOB_SECONDS, ROOT, made, project

HERE = Path(__file__).resolve().parent


def snakemake(folder: Path, *words: str) -> subprocess.CompletedProcess:
    places = [str(HERE / "plugins"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", *words]
        + ["--config", f"job_seconds={JOB_SECONDS}"],
        cwd=folder, env=os.environ | {"PYTHONPATH": os.pathsep.join(places)},
        capture_output=True, text=True,
    )  # fmt: skip


def checkout(folder: Path) -> Path:
    """The project with the workflow in it: sources travel from the working folder alone."""
    project(folder)
    shutil.copy(ROOT / "Snakefile", folder)
    shutil.copytree(ROOT / "workflow", folder / "workflow")
    return folder


def main() -> None:
    if not shutil.which("rsync"):
        subprocess.run(["apt-get", "-qq", "install", "-y", "rsync"], check=True)
    asked = str(ROOT / "tests/cluster/requirements.txt")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--requirement", asked]
    try:
        import snakemake_storage_plugin_fs  # noqa: F401
    except ModuleNotFoundError:
        subprocess.run(pip, check=True)
    place = Path(tempfile.mkdtemp(prefix="mlpstudy-apart-"))
    usual, apart = checkout(place / "usual"), checkout(place / "apart")
    storage = ("--default-storage-provider", "fs", "--default-storage-prefix", str(place / "store"))
    apart_from_all = ("--executor", "apart", "--jobs", "2", "--shared-fs-usage", "none")
    runs = [snakemake(usual), snakemake(apart, *storage, *apart_from_all)]
    for done in runs:
        if done.returncode:
            sys.exit(done.stdout[-6000:] + done.stderr[-6000:])
    right, found = made(usual), made(place / "store")
    wrong = sorted(name for name in right if found.get(name) != right[name])
    for name in wrong:
        print(f"{name}: {'differs' if name in found else 'is not there'}")
    print(f"{len(right)} files compared, {len(wrong)} lost or wrong")
    if not wrong:
        shutil.rmtree(place)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
