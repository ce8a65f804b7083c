"""A SLURM of this machine alone, and the workflow run on it while things go wrong.

    .venv/bin/python tests/cluster/slurm.py [--kills 20] [--to docs/cluster-injections.md]

On a Debian machine, as root, without systemd, database or cgroups: it installs slurmctld, slurmd,
slurm-client and munge, starts them on the loopback with virtual nodes, runs a small project by
profiles/slurm, does harm to it, and compares every table with those of an undisturbed run without
SLURM. What it starts ends with it; /etc is left alone.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
NODES = 3
PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
COMMANDS = ("sbatch", "srun", "squeue", "scancel", "scontrol", "sinfo")
CONF = """\
ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort=16817
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmctldTimeout=30
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdSpoolDir={folder}/spool-%n
SlurmdTimeout=10
StateSaveLocation={folder}/state
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=2
MinJobAge=600
ReturnToService=2
JobRequeue=1
MpiDefault=none
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[17001-{last}] CPUs=1 RealMemory=16000
PartitionName=main Nodes=ALL Default=YES PriorityTier=1 MaxTime=UNLIMITED
PartitionName=urgent Nodes=ALL PriorityTier=9 PreemptMode=OFF MaxTime=UNLIMITED
"""
STUDY = """\
study: {name}
title: Does a second layer help?
question: Networks of one and of two layers.
base: {{dataset: {dataset}, width: 8, epochs: {epochs}, eta: 0.1}}
seeds: 6
sweep: {{depths: {{grid: {{depth: [1, 2], activation: [{activation}]}}}}}}
claims:
  - {{id: DEEP, name: depth, says: Two layers err less, direction: below, threshold: 0,
     contrast: {{measure: test_error, factor: depth, of: 2, against: 1}}}}
figures:
  - {{name: errors, kind: point, x: depth, y: test_error, title: Test errors}}
"""
HEAD = """\
# What was done to the workflow on SLURM

Written by `.venv/bin/python tests/cluster/slurm.py`, each row the last time that this was done: every
file of the results is compared with those of an undisturbed run without SLURM.

"""
STUDIES = (("first", "iris", "relu", 30), ("second", "wine", "tanh", 30))
JOB_SECONDS = "0.02"  # some jobs for each study


class Outcome(NamedTuple):
    """Of one kind of harm: how often it was done, how often it met a job, how often Snakemake was
    started, and the files that are not those of an undisturbed run."""

    kind: str
    done: int
    met: int
    starts: int
    files: int
    wrong: list[str]


# SLURM


class Cluster:
    """A SLURM in a folder: its daemons are children of this process."""

    def __init__(self, folder: Path):
        self.folder, self.daemons = folder, {}
        self.bin = folder / "bin"
        host = subprocess.check_output(["hostname", "-s"], text=True).strip()
        self.conf = folder / "slurm.conf"
        last = 17000 + NODES
        self.conf.write_text(CONF.format(folder=folder, host=host, nodes=NODES, last=last))
        (folder / "state").mkdir()
        self._wrappers()

    def _wrappers(self) -> None:
        """Commands that know the configuration: inside a job the plugin takes it from the
        environment."""
        self.bin.mkdir()
        for name in COMMANDS:
            wrapper = self.bin / name
            wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.conf} exec /usr/bin/{name} "$@"\n')
            wrapper.chmod(0o755)

    def start(self) -> None:
        Path("/run/munge").mkdir(exist_ok=True)
        shutil.chown("/run/munge", "munge", "munge")
        self._daemon("munged", "runuser", "-u", "munge", "--", "/usr/sbin/munged", "--foreground")
        self._daemon("slurmctld", "/usr/sbin/slurmctld", "-D", "-f", str(self.conf))
        for node in self.nodes():
            self.start_node(node)
        wait(lambda: "idle" in self("sinfo", "-h", "-o", "%t"), 60)

    @staticmethod
    def nodes() -> list[str]:
        return [f"n{i + 1}" for i in range(NODES)]

    def start_node(self, node: str) -> None:
        (self.folder / f"spool-{node}").mkdir(exist_ok=True)
        self._daemon(node, "/usr/sbin/slurmd", "-D", "-N", node, "-f", str(self.conf))

    def _daemon(self, name: str, *words: str) -> None:
        log = (self.folder / f"{name}.out").open("ab")
        environment = os.environ | {"SLURM_CONF": str(self.conf)}
        self.daemons[name] = subprocess.Popen(
            words, stdout=log, stderr=log, env=environment, start_new_session=True
        )

    def stop(self) -> None:
        with suppress(subprocess.SubprocessError):
            self("scancel", "--user=root")
            wait(lambda: not self("squeue", "-h", "-t", "R,CG"), 30)
        for daemon in reversed(self.daemons.values()):
            daemon.terminate()
        for daemon in self.daemons.values():
            with suppress(subprocess.TimeoutExpired):
                daemon.wait(10)
            daemon.kill()

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            [str(self.bin / words[0]), *words[1:]], capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip()

    def running(self) -> list[str]:
        """The jobs that run, but for those that are only there to be in the way."""
        lines = self("squeue", "-h", "-t", "R", "-p", "main", "-o", "%A").split()
        return sorted(lines, key=int)


def install() -> None:
    """What is missing of SLURM, from Debian, and of its plugin, from the package index."""
    if not all(map(shutil.which, ("slurmctld", "slurmd", "sbatch", "munged"))):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", "-qq", *words], check=True, env=environment)
    try:
        import snakemake_executor_plugin_slurm  # noqa: F401
    except ModuleNotFoundError:
        asked = ["--requirement", str(ROOT / "profiles/slurm/requirements.txt")]
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *asked], check=True)


def kill(process: subprocess.Popen) -> None:
    """End a process and those that it started, where it has not ended by itself."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait(until: Callable[[], object], seconds: float) -> bool:
    """Whether something came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():
            return True
        time.sleep(0.3)
    return False


# The project


def project(folder: Path) -> Path:
    """A small project: two studies."""
    (folder / "config/studies").mkdir(parents=True)
    shutil.copy(ROOT / "config/lecture.yaml", folder / "config")
    (folder / "config/config.yaml").write_text("{}\n")
    for name, dataset, activation, epochs in STUDIES:
        text = STUDY.format(name=name, dataset=dataset, activation=activation, epochs=epochs)
        (folder / f"config/studies/{name}.yaml").write_text(text)
    return folder


def made(folder: Path) -> dict[str, str]:
    """The checksum of each table, finding and figure."""
    places = [folder / "results" / name for name in ("jobs", "studies", "data")]
    files = [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]
    files += [folder / "results/findings.json", folder / "results/findings.csv"]
    kept = [path for path in files if not path.name.startswith(".snakemake")]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept
    }


class Workflow:
    """Snakemake on the project, started as often as it is stopped."""

    def __init__(self, folder: Path, cluster: Cluster | None):
        self.folder, self.cluster, self.starts = folder, cluster, 0
        self.log = folder / "snakemake.log"
        self.process: subprocess.Popen | None = None

    def start(self) -> subprocess.Popen:
        self.starts += 1
        environment = dict(os.environ)
        words = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
        if self.cluster:
            environment["PATH"] = f"{self.cluster.bin}:{environment['PATH']}"
            words += ["--profile", str(ROOT / "profiles/slurm"), "--jobs", "6"]
            words += ["--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "10"]
            words += ["--slurm-no-account", "--default-resources", "slurm_partition=main"]
            words += ["--slurm-jobname-prefix", "mlpstudy"]
        else:
            words += ["--cores", "2"]
        words += ["--config", f"job_seconds={JOB_SECONDS}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words, cwd=self.folder, env=environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        return self.process

    def stop(self) -> None:
        """Leave no Snakemake behind."""
        if self.process:
            kill(self.process)

    def said(self, words: str) -> int:
        """How often Snakemake has said something."""
        return self.log.read_text().count(words)

    def unlock(self) -> None:
        subprocess.run(
            [sys.executable, "-m", "mlpstudy", "unlock"], cwd=self.folder, capture_output=True
        )

    def finish(self, process: subprocess.Popen | None = None, tries: int = 4) -> bool:
        """Go on until all is done."""
        for _ in range(tries):
            process = process or self.start()
            if process.wait(1800) == 0:
                return True
            self.unlock()
            process = None
        return False


# Harm. Each gives how often it was done and how often it met a job.


def kill_submitter(flow: Workflow, cluster: Cluster, times: int, draw: random.Random):
    """Kill Snakemake while a job of it runs, at random moments; its jobs live on, and some are
    submitted a second time."""
    met = 0
    for _ in range(3 * times):
        if met == times:
            break
        process = flow.start()
        wait(lambda: cluster.running() or process.poll() is not None, 120)  # noqa: B023
        with suppress(subprocess.TimeoutExpired):
            process.wait(draw.uniform(0, 15))
        wait(lambda: cluster.running() or process.poll() is not None, 60)  # noqa: B023
        met += bool(cluster.running())
        kill(process)
        if process.returncode == 0:  # it was done: once more from the beginning
            shutil.rmtree(flow.folder / "results")
        flow.unlock()
    return met, met


def kill_node(flow: Workflow, cluster: Cluster, times: int, draw: random.Random):
    """Kill the daemon of a node and what it runs, and start it again when SLURM has noticed."""
    process, met = flow.start(), 0
    for node in cluster.nodes()[:times]:
        if not wait(lambda: cluster("squeue", "-h", "-t", "R", "-w", node), 120):  # noqa: B023
            break
        met += 1
        os.killpg(cluster.daemons[node].pid, signal.SIGKILL)
        for job in cluster("squeue", "-h", "-t", "R", "-w", node, "-o", "%A").split():
            for pid in (*_processes(job), *_stepds(job)):
                os.kill(pid, signal.SIGKILL)
        wait(lambda: "down" in cluster("sinfo", "-h", "-n", node, "-o", "%t"), 90)  # noqa: B023
        cluster.start_node(node)
    return times, met, process


def _processes(job: str, word: bytes = b"") -> Iterator[int]:
    """The processes of a job, those whose command line holds a word."""
    of_job = f"SLURM_JOB_ID={job}\0".encode()
    for pid, command in _commands():
        with suppress(OSError):
            if word in command and of_job in Path(f"/proc/{pid}/environ").read_bytes():
                yield pid


def _stepds(job: str) -> Iterator[int]:
    """The daemons of a job's steps."""
    return (pid for pid, command in _commands() if f"slurmstepd: [{job}.".encode() in command)


def _commands() -> Iterator[tuple[int, bytes]]:
    """All processes, and their command lines."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield int(entry.name), (entry / "cmdline").read_bytes()


def preempt(flow: Workflow, cluster: Cluster, times: int, draw: random.Random):
    """Queue jobs that come before all others, on all nodes."""
    process, met = flow.start(), 0
    for _ in range(times):
        if not wait(cluster.running, 120):
            break
        before = set(cluster.running())
        asked = f"--array=1-{NODES}"
        cluster("sbatch", "-p", "urgent", asked, "-o", "/dev/null", "--wrap", "sleep 5")
        met += wait(lambda: before - set(cluster.running()), 30)  # noqa: B023
        wait(lambda: not cluster("squeue", "-h", "-p", "urgent"), 120)
    return times, met, process


def requeue(flow: Workflow, cluster: Cluster, times: int, draw: random.Random):
    """Have SLURM put a running job back in the queue."""
    return _each_running(flow, cluster, times, draw, "scontrol", "requeue")


def cancel(flow: Workflow, cluster: Cluster, times: int, draw: random.Random):
    """Cancel running jobs behind Snakemake's back."""
    return _each_running(flow, cluster, times, draw, "scancel")


def _each_running(flow: Workflow, cluster: Cluster, times: int, draw: random.Random, *words: str):
    process, met = flow.start(), 0
    for _ in range(times):
        if not wait(cluster.running, 120):
            break
        time.sleep(draw.uniform(0, 6))
        if jobs := cluster.running():
            cluster(*words, draw.choice(jobs))
            met += 1
        time.sleep(2)
    return times, met, process


def end_time(flow: Workflow, cluster: Cluster, times: int, draw: random.Random):
    """Let the time of running jobs be over: stop what they do, and give them a minute. It has met
    a job where Snakemake says that its time was over."""
    process = flow.start()
    for _ in range(times):
        if not wait(lambda: _at_work(cluster), 120):
            break
        job, pids = draw.choice(_at_work(cluster) or [("0", [])])
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        cluster("scontrol", "update", f"JobId={job}", "TimeLimit=1")
        said = f"'{job}' failed, SLURM status is: 'TIMEOUT'"
        wait(lambda: flow.said(said) or process.poll() is not None, 240)  # noqa: B023
    return times, flow.said("SLURM status is: 'TIMEOUT'"), process


def _at_work(cluster: Cluster) -> list[tuple[str, list[int]]]:
    """The running jobs that are in the middle of a rule, and its processes."""
    jobs = [(job, list(_processes(job, b"mlpstudy.rules"))) for job in cluster.running()]
    return [(job, pids) for job, pids in jobs if pids]


HARM = {
    "undisturbed": (lambda flow, *_: (0, 0, flow.start()), 0),
    "submitter killed": (kill_submitter, 20),
    "node killed": (kill_node, 3),
    "job preempted": (preempt, 3),
    "job requeued": (requeue, 4),
    "job cancelled (scancel)": (cancel, 4),
    "time limit hit": (end_time, 2),
}


def injected(kind: str, times: int, place: Path, cluster: Cluster, right: dict[str, str]):
    """Do harm of a kind, go on until all is done, and compare."""
    flow = Workflow(project(place / kind.replace(" ", "-")), cluster)
    harm, _ = HARM[kind]
    try:
        done, met, *process = harm(flow, cluster, times, random.Random(kind))
        finished = flow.finish(*process)
    finally:
        flow.stop()
    found = made(flow.folder) if finished else {}
    wrong = sorted(name for name in right if found.get(name) != right[name])
    return Outcome(kind, done, met, flow.starts, len(right), wrong)


def table(outcomes: list[Outcome], before: str = "") -> str:
    """The outcomes, and those of other kinds that an earlier table has."""
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in before.splitlines()}
    for each in outcomes:
        counts = (each.done, each.met, each.starts, each.files, len(each.wrong))
        rows[each.kind] = f"| {each.kind} | " + " | ".join(map(str, counts)) + " |"
    lines = [
        "| injected | times | while a job ran | Snakemake started | files compared | lost or wrong |",
        "|---|---|---|---|---|---|",
        *(rows[kind] for kind in HARM if kind in rows),
    ]
    return "\n".join(lines) + "\n"


def write(path: Path, outcomes: list[Outcome]) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(HEAD + table(outcomes, before), encoding="utf-8")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--kills", type=int, default=20, help="how often Snakemake is killed")
    words.add_argument("--only", nargs="*", choices=HARM, default=list(HARM))
    words.add_argument("--to", type=Path, help="a file for the table, too; keeps other kinds")
    asked = words.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    install()
    place = Path(tempfile.mkdtemp(prefix="mlpstudy-slurm-"))
    cluster = Cluster(place)
    reference = Workflow(project(place / "reference"), None)
    if not reference.finish(tries=1):
        sys.exit(f"the run without SLURM failed: see {reference.log}")
    right, outcomes = made(reference.folder), []
    try:
        cluster.start()
        for kind in asked.only:
            times = asked.kills if kind == "submitter killed" else HARM[kind][1]
            outcomes.append(injected(kind, times, place, cluster, right))
            print(outcomes[-1], flush=True)
            if asked.to:
                write(asked.to, outcomes)
    finally:
        cluster.stop()
    print(table(outcomes), end="")
    if any(each.wrong for each in outcomes):
        sys.exit(f"not all is as it should be: see {place}")
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
