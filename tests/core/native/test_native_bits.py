"""The bits of a run are its own: in any stack, on any thread, in any number of calls, in vectors of
any width and on any processor."""

import os
import subprocess
import sys
from csv import DictReader
from itertools import pairwise
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
import pytest

from mlpstudy.core.engines import Learned, serves
from mlpstudy.core.native.activations import ACTIVATIONS
from mlpstudy.core.native.engine import initialize
from mlpstudy.core.native.group import Group
from mlpstudy.core.native.lanes import VECTOR
from mlpstudy.core.native.layout import part_of
from mlpstudy.core.native.passes import learn
from mlpstudy.design.names import names_of
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import layer_sizes
from tests.core.native import golden

ROOT = Path(__file__).parents[3]
PINNED = Path(golden.__file__).with_suffix(".csv")
# A processor without fused products, one of ten years ago, and this one.
VECTORS = {
    "4": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "8": {},
    "16": {},
}
STACKS = {
    "plain": {},
    "chunks": {"dataset": "digits", "batch_size": 70, "width": 5},
    "blocks": {"dataset": "digits", "batch_size": 1, "epochs": 2, "width": 5},
    "full batch": {"batch_size": None},
    "adam": {"optimizer": "adam", "eta": 0.01},
    "rprop": {"optimizer": "rprop", "eta": 0.01},
    "drawn": {"dropout": 0.3, "input_noise": 0.2, "residual": "scaled"},
    "smooth": {"label_noise": 0.3, "label_smoothing": 0.1},
}


def rows(text: str) -> dict[str, dict[str, str]]:
    return {row.pop("run"): row for row in DictReader(text.splitlines())}


def test_the_bits_are_those_that_are_pinned():
    assert rows(golden.table()) == rows(PINNED.read_text())


def test_what_is_pinned_holds_every_line_of_the_tables():
    assert len(golden.RUNS) >= 40 and all(map(serves, golden.RUNS.values()))
    for field in golden.TABLES:
        assert {getattr(run, field) for run in golden.RUNS.values()} == set(names_of(field))
    assert ACTIVATIONS.keys() == set(names_of("activation"))


@pytest.mark.parametrize("lanes", VECTORS)
def test_the_width_of_the_vectors_and_the_processor_change_no_bit(lanes):
    command = [sys.executable, "-m", "tests.core.native.golden"]
    env = os.environ | {"MLPSTUDY_LANES": lanes, **VECTORS[lanes]}
    made = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=True, text=True)
    assert rows(made.stdout) == rows(PINNED.read_text())


def test_machine_code_is_kept_by_the_width_of_its_vectors():
    """Nothing else would show that code of another width is loaded: its bits are the same."""
    assert Path(learn.stats.cache_path).name.endswith(f"-{VECTOR}")


def stack(name: str) -> list[Run]:
    """Runs of one shape, some of them with a common seed; the fourth diverges."""
    fields = {**golden.BASE, **golden.OPTIONS["plain"], **STACKS[name]}
    differing = [
        {},
        {"eta": fields.get("eta", 0.1) / 3},
        {"seed": 4, "initialization": "he_normal"},
        {"eta": 1e30},
        {"schedule": "cosine", "init_gain": 0.5},
        {"seed": 4, "restart": 1},
    ]
    return [Run(**{**fields, **changes}) for changes in differing]


def bits(learned: Learned) -> list[tuple[str, ...]]:
    return [golden.digests(learned, r) for r in range(len(learned.weights))]


@pytest.mark.parametrize("name", STACKS)
def test_a_run_is_the_same_alone_and_at_any_place_of_any_stack(name):
    runs = stack(name)
    alone = [bits(golden.learn([run]))[0] for run in runs]
    assert len(set(alone)) == len(runs)
    assert bits(golden.learn(runs)) == alone
    assert bits(golden.learn(runs[::-1])) == alone[::-1]
    assert bits(golden.learn(runs[1:4])) == alone[1:4]


def test_threads_change_no_bit():
    stacks = [stack(name) for name in STACKS]
    with ThreadPool(2) as pool:
        together = pool.map(golden.learn, stacks, chunksize=1)
    assert [bits(learned) for learned in together] == [bits(golden.learn(runs)) for runs in stacks]


@pytest.mark.parametrize("name", STACKS)
def test_many_calls_of_one_pass_are_one_call(name):
    at_once, one_by_one = (group_of(stack(name)[:2]) for _ in range(2))
    epochs = at_once.runs[0].epochs
    at_once.learn(0, epochs)
    for before, after in pairwise(range(epochs + 1)):
        one_by_one.learn(before, after)
    for field, array in at_once.state._asdict().items():
        assert array.tobytes() == getattr(one_by_one.state, field).tobytes(), field


def group_of(runs: list[Run]) -> Group:
    """As the engine makes it."""
    task = golden.task(runs)
    parts = [task.splits[0].train, task.splits[0].validation, task.splits[0].test]
    x, t = parts[0].x, parts[0].target
    measured = tuple(part_of(part.x, part.target, part.y, task.classes) for part in parts)
    group = Group(runs, layer_sizes(runs[0], task.dims, t.shape[1]), x, t, measured)
    initialize(group)
    group.measure()
    return group


def test_memory_between_the_rows_is_not_read():
    """Weights that fill up a row stay 0, whatever is learned."""
    group = group_of(stack("plain")[:1])
    group.learn(0, 4)
    for k, wide in enumerate(group.net.room):
        fan_in, fan_out = group.net.fans[k : k + 2]
        at = group.net.W[k]
        W = group.state.theta[0][at : at + (fan_in + 1) * wide].reshape(-1, wide)
        assert np.any(W[:, :fan_out]) and not np.any(W[:, fan_out:])
