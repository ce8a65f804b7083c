"""A step on a GPU as one graph: its kernels are recorded once and replayed, without Python."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor

T = TypeVar("T")

RECORDED = {"cuda"}  # the kinds of device whose work is recorded

_one_recording = Lock()  # at a time: stacks may train on several threads
_now = local()  # .replay: the one whose function runs on this thread


class Replay(Generic[T]):
    """function(), and on a CUDA device from the second call on a replay of what that call did.

    function reads and writes tensors that stay where they are, and depends on nothing else that
    changes, but for `from_host`; it does not wait for the device. What it returns holds until the
    next call. The first call allocates what is kept, and lets CUDA's libraries set themselves up.
    On the CPU every call is a call.
    """

    def __init__(self, function: Callable[[], T], device: torch.device):
        self.function, self.records = function, device.type in RECORDED
        self.feeds: list[Feed] = []  # in the order in which function asks for them
        self.asked: Iterator[Feed] | None = None  # what is left of them while it is recorded
        self.warm = False
        self.replay: Callable[[], None] | None = None
        self.result: T

    def __call__(self) -> T:
        if not self.records:
            return self.function()
        if not self.warm:
            self.warm = True
            return self._run()
        for feed in self.feeds:
            feed.fill()
        if self.replay is None:
            self.asked = iter(self.feeds)
            self.result, self.replay = record(self._run)
        self.replay()
        return self.result

    def _run(self) -> T:
        _now.replay = self
        try:
            return self.function()
        finally:
            _now.replay = None


class Feed(NamedTuple):
    """Numbers of the host that are new for every replay, and the tensor that they are copied to."""

    make: Callable[[], np.ndarray]
    tensor: Tensor

    def fill(self) -> None:
        self.tensor.copy_(torch.from_numpy(self.make()))


def from_host(make: Callable[[], np.ndarray], device: torch.device) -> Tensor:
    """What make() gives, on the device: called once for every call of the Replay that is going on."""
    replay = getattr(_now, "replay", None)
    if replay is None:
        return torch.from_numpy(make()).to(device)
    if replay.asked is not None:
        return next(replay.asked).tensor
    replay.feeds.append(Feed(make, torch.from_numpy(make()).to(device)))
    return replay.feeds[-1].tensor


def record(function: Callable[[], T]) -> tuple[T, Callable[[], None]]:
    """What function() returns, without its numbers, and the replay that makes them."""
    graph = torch.cuda.CUDAGraph()
    # Other threads may allocate meanwhile.
    with (
        _one_recording,
        nothing_collected(),
        torch.cuda.graph(graph, capture_error_mode="thread_local"),
    ):
        result = function()
    return result, graph.replay


@contextmanager
def nothing_collected() -> Iterator[None]:
    """Without Python's garbage collector: the end of another graph would break a recording off."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
