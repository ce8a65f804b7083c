"""What the first use costs, in processes of their own: importing the native engine, compiling it,
and finding what was compiled."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
FIRST_USE = """
import json, sys, time
start = time.process_time()
from mlpstudy.core.native import engine
imported = time.process_time()
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run
from mlpstudy.tables.record import Recorder
runs = [Run(depth=2, width=16, activation=activation, optimizer=optimizer, dropout=dropout, epochs=1)
        for activation in ("relu", "tanh") for optimizer in ("sgd", "adam") for dropout in (0.0, 0.5)]
digits = DATASETS["digits"]()
recorder = Recorder(lambda name: digits, engine=lambda run: "native")
ready = time.process_time()
list(recorder.record(runs))
done = time.process_time()
print(json.dumps({"import": imported - start, "first use": done - ready, "torch": "torch" in sys.modules}))
"""


def measure() -> dict[str, float | bool]:
    """Seconds of the processor: `import`, `compile` (first use in an empty cache) and
    `cached` (the same in another process); `torch`: whether it was imported."""
    with tempfile.TemporaryDirectory() as cache:
        first, again = _first_use(cache), _first_use(cache)
    return {
        "import": again["import"],
        "compile": first["first use"],
        "cached": again["first use"],
        "torch": again["torch"],
    }


def _first_use(cache: str) -> dict[str, float | bool]:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USE],
        cwd=FOLDER,
        env=os.environ | {"NUMBA_CACHE_DIR": cache},
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)
