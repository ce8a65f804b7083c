"""The seam between the recorder and who trains a stack: what an engine is given, and what it gives.

`torch` is the reference: the lecture's modules, and the GPU. `native` is fast and gives the same
bits on every machine. Neither is imported before it is asked for.
"""

import ctypes
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Literal, NamedTuple, Protocol

import numpy as np

from mlpstudy.data.split import Split
from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run, run_id

Engine = Literal["native", "torch"]
Keep = Literal["nothing", "last", "best"]
MODULES = {"native": "mlpstudy.core.native.engine", "torch": "mlpstudy.core.torch_engine"}
DRIVERS = ("libcuda.so.1", "nvcuda.dll")


class Task(NamedTuple):
    """What an engine learns: R runs of one shape and their examples."""

    runs: list[Run]
    dims: tuple[int, ...]  # of one example
    classes: int  # 0 for a regression
    targets: int  # real outputs of a regression
    splits: list[Split]  # the distinct ones
    which: list[int]  # (R) the split of each run


class Learned(NamedTuple):
    """What came of a task. Numbers of a run after it diverged mean nothing."""

    n_parameters: int
    # (R, passes + 1, 3, 2) float64: loss and accuracy, or R2, of the parts; after a stop anything
    curves: np.ndarray
    diverged_at: np.ndarray  # (R,) the pass, -1 where it did not
    probed: dict[int, np.ndarray]  # pass -> (R, layers, measures), in the order of LAYER_MEASURES
    weights: list[dict[str, np.ndarray] | None]  # W1 (fan_in, fan_out), b1 (1, fan_out), ...
    weights_epoch: np.ndarray  # (R,) the pass that the weights are from, -1 without weights
    stopped_at: np.ndarray  # (R,) the pass after which `patience` ended it, -1 where it did not
    # (R, 2, 3, classes, classes) int32: who is taken for whom (see core/confusion.py) after the last
    # pass and after that of the least validation loss, in each part
    confusion: np.ndarray


class EngineModule(Protocol):
    """What the module of an engine holds."""

    def learn(
        self, task: Task, keep: Keep, progress: Callable[[int], None], device: str
    ) -> Learned:
        """Train a task. progress: told of passes that are done, each run's counted: R for a pass
        of all of them, passes + 1 of each run in total."""

    def networks_that_fit(
        self, run: Run, dims: tuple[int, ...], classes: int, targets: int, device: str
    ) -> int:
        """How many networks like that of a run one task should hold."""


def load(engine: Engine) -> EngineModule:
    """The module of an engine."""
    return import_module(MODULES[engine])


def unserved(run: Run) -> str:
    """What of a run the native engine does not train, in words; "" where it trains it."""
    if run.kernel:
        return "convolutions (kernel)"
    if run.norm != "none":
        return f"normalised layers (norm: {run.norm})"
    for field in ("activation", "cost"):
        if parts.file_of(field, getattr(run, field)):
            return f"{field}s of one's own ({getattr(run, field)})"
    both = run.input_noise and run.input_dropout
    return "noise and dropout of the inputs together" if both else ""


def serves(run: Run) -> bool:
    """Whether the native engine trains a run: a function of the run alone."""
    return not unserved(run)


def engine_of(run: Run, device: str, setting: str) -> Engine:
    """Who trains a run on a device, cpu or cuda. setting: auto, native or torch.

    Raises Mistake where the native engine is asked for and does not serve the run or the device.
    """
    lacks = unserved(run) if device == "cpu" else f"device: {device}"
    if setting == "native" and lacks:
        problem = f"does not train {lacks}, which {run_id(run)} asks for"
        raise Mistake(
            problem, file="settings", key="engine", value="native", allowed="auto or torch"
        )
    return "torch" if setting == "torch" or lacks else "native"


def engines_of(device: str, setting: str) -> tuple[Engine, ...]:
    """Those that may train runs under two settings. device: auto, cpu or cuda."""
    if setting == "native":
        return ("native",)
    return ("native", "torch") if setting == "auto" and device != "cuda" else ("torch",)


def device_of(name: str) -> str:
    """The device behind auto, cpu or cuda; raises ValueError where there is no GPU."""
    there = name != "cpu" and _has_driver() and import_module(MODULES["torch"]).has_gpu()
    if name == "cuda" and not there:
        raise ValueError("cuda was asked for and this machine has no CUDA device")
    return "cuda" if there else "cpu"


def _has_driver() -> bool:
    """Whether CUDA's driver is there: without one nobody waits for torch to say so."""
    for name in DRIVERS:
        with suppress(OSError):
            return bool(ctypes.CDLL(name))
    return False
