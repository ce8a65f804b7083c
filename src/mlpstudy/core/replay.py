"""A step on a GPU as one graph: its kernels are recorded once and replayed, without Python."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

import torch

T = TypeVar("T")

RECORDED = {"cuda"}  # the kinds of device whose work is recorded

_one_recording = Lock()  # at a time: stacks may train on several threads


class Replay(Generic[T]):
    """function(), and on a CUDA device from the second call on a replay of what that call did.

    function reads and writes tensors that stay where they are, and depends on nothing else that
    changes; it neither waits for the device nor copies from the host. What it returns holds until
    the next call. The first call allocates what is kept, and lets CUDA's libraries set themselves
    up. On the CPU every call is a call.
    """

    def __init__(self, function: Callable[[], T], device: torch.device):
        self.function, self.records = function, device.type in RECORDED
        self.warm = False
        self.replay: Callable[[], None] | None = None
        self.result: T

    def __call__(self) -> T:
        if not (self.records and self.warm):
            self.warm = True
            return self.function()
        if self.replay is None:
            self.result, self.replay = record(self.function)
        self.replay()
        return self.result


def record(function: Callable[[], T]) -> tuple[T, Callable[[], None]]:
    """What function() returns, without its numbers, and the replay that makes them."""
    graph = torch.cuda.CUDAGraph()
    # Other threads may allocate meanwhile.
    with _one_recording, torch.cuda.graph(graph, capture_error_mode="thread_local"):
        result = function()
    return result, graph.replay
