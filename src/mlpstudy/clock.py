"""A clock that was set back: what was made before it is later than all that is made now, and would
pass for up to date. So the times of results are set back with it, in their order."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

SLACK = 60.0  # seconds by which the clocks of several machines may differ


def follow(folders: Iterable[str | Path]) -> str:
    """Set the times of all files below some folders back by as much as the latest is in the future; a
    line that says so, "" where none is."""
    paths = [path for folder in map(Path, folders) for path in (folder, *folder.rglob("*"))]
    times = {}
    for path in paths:
        with suppress(OSError):  # it is gone meanwhile
            times[path] = path.lstat().st_mtime_ns
    ahead = max(times.values(), default=0) - time.time_ns()
    if ahead < SLACK * 1e9:
        return ""
    for path, made in times.items():
        with suppress(OSError):
            os.utime(path, ns=(made - ahead, made - ahead), follow_symlinks=False)
    return f"the clock was set back: the times of {len(times):,} files of results are set back by {ahead / 1e9:.0f} s"
