"""What is made before a training is the same on a processor without the newer instructions.

NumPy, the C library and Numba choose their code by the processor; all can be told to do without some.
This file, run as a script, prints what it makes.
"""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from mlpstudy import rng
from mlpstudy.core import draws
from mlpstudy.core.initializers import INITIALIZERS, draw_parameters
from mlpstudy.core.schedules import SCHEDULES
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.run import Run

FANS = [(64, 64), (3, 100), (256, 10)]


def digest(*arrays) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()


def of_dataset(name: str) -> str:
    data = DATASETS[name]()
    parts = split(data, Run(dataset=name, train_size=50 if data.divided else None))
    numbers = [
        (part.x, part.target, part.y) for part in (parts.train, parts.validation, parts.test)
    ]
    return digest(data.x, data.y, *(array for part in numbers for array in part))


def of_initialization(name: str) -> str:
    weights, biases = draw_parameters(name, 1.3, rng.stream(0, "init"), FANS)
    return digest(*(array.astype(np.float32) for array in (*weights, *biases)))


def of_schedule(name: str) -> str:
    return digest(np.array([SCHEDULES[name](t, 60) for t in range(1, 61)], np.float32))


def of_draws(name: str) -> str:
    return digest(getattr(draws, name)(rng.key(0, "noise")[None], 0, 1000, 50))


def made() -> dict[str, str]:
    """A digest of everything, by what it is of."""
    tables = {
        of_dataset: DATASETS,
        of_initialization: INITIALIZERS,
        of_schedule: SCHEDULES,
        of_draws: ("levels", "uniforms", "normals"),
    }
    return {f"{of.__name__} {name}": of(name) for of, names in tables.items() for name in names}


def switched_off() -> list[str]:
    return [name for name in __cpu_dispatch__ if __cpu_features__[name]]


@pytest.mark.skipif(not switched_off(), reason="this processor has no newer instructions")
def test_what_is_made_before_a_training_does_not_depend_on_the_processor():
    old = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(switched_off()),
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
    }
    command = [sys.executable, __file__]
    done = subprocess.run(command, env=os.environ | old, capture_output=True, check=True, text=True)
    there = json.loads(done.stdout)
    assert there.pop("features") == []
    assert there == made()


if __name__ == "__main__":
    print(json.dumps({"features": switched_off(), **made()}))
