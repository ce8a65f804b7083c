"""What a step cost, by the system's own account of its process.

Snakemake's `benchmark:` looks at a process now and then: it misses what is done after the last look,
and takes a thirtieth of the processor's time while it looks.
"""

import json
import resource
import sys
from pathlib import Path

from mlpstudy.files import write_json

KILOBYTE = 1 if sys.platform == "darwin" else 1024  # bytes in the unit of ru_maxrss


def write_usage(path: Path) -> None:
    """Write CPU seconds and peak memory of this process and of those that it has waited for."""
    accounts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(account.ru_utime + account.ru_stime for account in accounts)
    peak = max(account.ru_maxrss for account in accounts) * KILOBYTE
    write_json(path, {"cpu_seconds": round(seconds, 2), "megabytes": round(peak / 1e6)})


def cpu_seconds(path: Path) -> float | None:
    """CPU seconds of a step that was written down; None where nothing readable is."""
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["cpu_seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
