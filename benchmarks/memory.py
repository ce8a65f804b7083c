"""The peak memory of one job, in a process of its own."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run, run_id
from mlpstudy.stages.train import give_memory_back
from mlpstudy.tables.files import write_tables
from mlpstudy.tables.record import Recorder
from mlpstudy.tables.schema import tables_of
from mlpstudy.tables.trained import Trained

HERE = Path(__file__).resolve().parent


def measure(networks: int) -> dict[str, float]:
    """MB before the job (Python and its libraries), and at the peak of training 4x64 networks with
    the native engine."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", str(networks)],
        cwd=HERE.parent,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def peak() -> float:
    """MB that this process has held at most, as Linux counts."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def job(networks: int) -> dict[str, float]:
    """What a rule does: train, keep each network's record, write the tables."""
    give_memory_back()
    before = peak()
    runs = [Run(depth=4, width=64, activation="relu", epochs=1, seed=s) for s in range(networks)]
    with tempfile.TemporaryDirectory() as folder:
        trained = Trained(folder, lambda run: "key", str)
        records = {}
        recorder = Recorder(lambda name: DATASETS[name](), engine=lambda run: "native")
        for stack in recorder.record(runs):
            trained.save(stack)
            records |= {run_id(record.run): record for record in stack}
        trained.merge(list(records.values()))
        write_tables(Path(folder) / "tables", tables_of(records.values()), {})
    return {"networks": networks, "before": before, "peak": peak()}


if __name__ == "__main__":
    print(json.dumps(job(int(sys.argv[1]))))
