"""The workflow where no filesystem is shared: as on Kubernetes, on this machine.

    .venv/bin/python tests/cluster/apart.py [--executor kubernetes]

Each job runs in an empty folder: its sources, settings, plan and inputs come from a storage, which
snakemake-storage-plugin-fs keeps in another folder (with rsync), and its outputs go there. Every
table is compared with those of an ordinary run. With --executor kubernetes it is Snakemake's executor
of that name that starts the jobs, by an API of this machine's own (pods.py).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from pods import Api
from slurm import ROOT, made, project

HERE = Path(__file__).resolve().parent
APART = HERE / "plugins"
KUBERNETES = ROOT / "profiles/kubernetes/requirements.txt"
PLUGINS = ("snakemake-storage-plugin-fs", "snakemake-storage-plugin-s3")
# A user's own table, which travels with the settings.
OWN = "datasets: {trees: {file: trees.csv, target: kind}}\n"
ROWS = [f"{i % 7}.5,{-i % 11},{'oak' if i % 2 else 'elm'}" for i in range(60)]
STUDY = """\
study: third
title: Does a wider layer help?
question: Networks of one layer.
base: {dataset: trees, depth: 1, epochs: 3, eta: 0.1}
seeds: 6
sweep: {widths: {grid: {width: [4, 8]}}}
claims:
  - {id: WIDE, name: width, says: A wider layer errs less, direction: below, threshold: 0,
     contrast: {measure: test_error, factor: width, of: 8, against: 4}}
figures:
  - {name: errors, kind: point, x: width, y: test_error, title: Test errors}
"""


def snakemake(folder: Path, *words: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"TMPDIR": str(folder.parent)}
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", *words],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def checkout(folder: Path) -> Path:
    """The project with the workflow in it: sources travel from the working folder alone."""
    project(folder)
    (folder / "config/config.yaml").write_text(OWN)
    (folder / "config/studies/third.yaml").write_text(STUDY)
    (folder / "trees.csv").write_text("\n".join(["height,age,kind", *ROWS, ""]))
    shutil.copy(ROOT / "Snakefile", folder)
    shutil.copytree(ROOT / "workflow", folder / "workflow")
    return folder


def install(executor: str) -> None:
    """What is missing: rsync from Debian, the storage and the executor from the package index."""
    if not shutil.which("rsync"):
        subprocess.run(["apt-get", "-qq", "install", "-y", "rsync"], check=True)
    needed = {"snakemake_storage_plugin_fs": HERE / "requirements.txt"}
    if executor == "kubernetes":
        needed["snakemake_executor_plugin_kubernetes"] = KUBERNETES
    for module, asked in needed.items():
        if not find_spec(module):
            words = ["-m", "pip", "install", "--quiet", "--requirement", str(asked)]
            subprocess.run([sys.executable, *words], check=True)


def prepare(place: Path) -> None:
    """What jobs and Snakemake find: the executor `apart`, and Python. A pod installs the storage
    plugin, here from a folder, as in the image of the Containerfile."""
    places = [str(APART), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(places)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    plugins = [name for name in PLUGINS if find_spec(name.replace("-", "_"))]
    versions = [f"{name}=={version(name)}" for name in plugins]
    words = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place / "wheels")]
    subprocess.run([sys.executable, *words, *versions], check=True)
    links = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_FIND_LINKS": str(place / "wheels")}
    os.environ.update(links)


def left_at_home(apart: Path) -> list[str]:
    """What lies among the results where Snakemake was started: the plan and its stamps alone."""
    files = [path for path in (apart / "results").rglob("*") if path.is_file()]
    return sorted({file.relative_to(apart / "results").parts[0] for file in files})


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--executor", choices=("apart", "kubernetes"), default="apart")
    executor = words.parse_args().executor
    install(executor)
    place = Path(tempfile.mkdtemp(prefix="mlpstudy-apart-"))
    prepare(place)
    api = Api(place)
    os.environ["KUBECONFIG"] = str(api.config)
    usual, apart = checkout(place / "usual"), checkout(place / "apart")
    storage = ("--default-storage-provider", "fs", "--default-storage-prefix", str(place / "store"))
    apart_from_all = ("--executor", executor, "--jobs", "2", "--shared-fs-usage", "none")
    try:
        for done in (snakemake(usual), snakemake(apart, *storage, *apart_from_all)):
            if done.returncode:
                sys.exit(done.stdout[-6000:] + done.stderr[-6000:])
    finally:
        api.stop()
    if not compared(place, usual, apart):
        sys.exit(f"not all is as it should be: see {place}")
    shutil.rmtree(place)


def compared(place: Path, usual: Path, apart: Path) -> bool:
    """Say what came out; whether all of it is as in the ordinary run."""
    right, found = made(usual), made(place / "store")
    wrong = sorted(name for name in right if found.get(name) != right[name])
    for name in wrong:
        print(f"{name}: {'differs' if name in found else 'is not there'}")
    jobs = len(list(place.glob("apart-*.log")))
    print(f"{jobs} jobs, each in a folder of its own; {len(right)} files compared, ", end="")
    print(f"{len(wrong)} lost or wrong; made where Snakemake ran: {', '.join(left_at_home(apart))}")
    return bool(jobs) and not wrong


if __name__ == "__main__":
    main()
