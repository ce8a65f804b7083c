"""A report in several processes: what its parts are made of is handed over, and so are mistakes."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlpstudy.design import parts

Map = Callable[..., Iterator[Any]]  # as the built-in one: results come in the order of arguments

KILLED = "a process of the report was killed, as a rule for want of memory: give it fewer --threads"


@contextmanager
def mapped(processes: int) -> Iterator[Map]:
    """`map`, with calls in so many processes at a time; an error of a call is raised here.

    Raises ChildProcessError where a process was killed.
    """
    if processes == 1:
        yield map
        return
    plugins = parts.files()
    try:
        with ProcessPoolExecutor(processes, initializer=_begin, initargs=(plugins,)) as pool:
            yield pool.map
    except BrokenProcessPool:
        raise ChildProcessError(KILLED) from None


def _begin(plugins: tuple[Path, ...]) -> None:
    """Know the user's own parts, leave Ctrl-C to the first process, and end when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parts.use(plugins)
    if first := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(first,), daemon=True).start()


def _end_with(first: Any) -> None:
    first.join()
    os._exit(1)
