"""Where libraries keep what they have worked out: in the project's folder where there is no home."""

import os
from collections.abc import MutableMapping
from pathlib import Path

HERE = Path(".snakemake", "caches")
VARIABLES = ("XDG_CACHE_HOME", "MPLCONFIGDIR")


def keep_in_reach(environment: MutableMapping[str, str] = os.environ) -> None:
    """Have Snakemake, matplotlib and numba write below the working folder where the home is not there,
    or not to be written. What the environment says already is left as it is."""
    if not _is_writable(Path("~/.cache").expanduser()):
        for name in VARIABLES:
            environment.setdefault(name, str(HERE.absolute()))


def _is_writable(folder: Path) -> bool:
    """Whether a folder is one to write in, or could be made."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return there.is_dir() and os.access(there, os.W_OK)
