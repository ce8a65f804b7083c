"""How a command leaves: with one line and an exit code, and never with a traceback."""

import atexit
import gc
import sys
from typing import Any

import typer

from mlpstudy import caches
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.files import FULL, DamagedFile, FullDisk, StaleFile

UsageError: Any = typer.BadParameter.__mro__[1]  # typer carries a click of its own
STOPPED = 130  # the exit code after Ctrl-C
EXIT_CODES = {
    0: "all went well, and nothing is damaged, or `verify --repair` has removed what was",
    1: "a result is damaged, missing or made by other code (`verify`, and whatever reads it); a job "
    "failed or was killed (`resume`); the disk is full; runs differ (`replay`, `continue`); a finding "
    "is weak (`check --strict`)",
    2: "a mistake in what was written, before anything is done: a setting, a study, a table, a plugin, "
    "a word of the command line, a name of what is not there or not made yet",
    STOPPED: "stopped by Ctrl-C; what was trained is kept",
}
AGAIN = "mlpstudy resume (a single run: mlpstudy run)"
YOUNG = 100_000  # objects between two looks for garbage: what is imported, and drawn, is none


def leave(app: typer.Typer, name: str, arguments: list[str] | None = None) -> None:
    """Run a command; a mistake is one line and exit code 2, a failure one line and 1."""
    caches.keep_in_reach()
    gc.set_threshold(YOUNG)
    atexit.register(gc.freeze)  # nor is it looked through at the end: a tenth of a short job
    try:
        code = app(args=arguments, prog_name=name, standalone_mode=False)
        if code == STOPPED:  # typer turns Ctrl-C into this code, without a word
            raise KeyboardInterrupt
        sys.exit(code)
    except Mistake as mistake:
        _leave(str(mistake), 2)
    except UsageError as error:
        _leave(_usage(error, app), 2)
    except typer.Abort:
        _leave("stopped", STOPPED)
    except KeyboardInterrupt:
        _leave("stopped; what was trained is kept", STOPPED)
    except (DamagedFile, OSError) as error:
        _leave(_failure(error), 1)


def _usage(error: Any, app: typer.Typer) -> str:
    """click's message on one line, with the nearest subcommand where one was mistyped."""
    message = " ".join(error.format_message().split())
    unknown = getattr(error, "message", "").partition("No such command '")[2].partition("'")[0]
    close = nearest(
        unknown, [c.name or c.callback.__name__ for c in app.registered_commands if c.callback]
    )
    hint = (
        f"; did you mean {close!r}?" if unknown and close and "Did you mean" not in message else ""
    )
    return f"command line: {message}{hint}"


def _failure(error: DamagedFile | OSError) -> str:
    if isinstance(error, StaleFile):
        return f"{error}; to make it again: mlpstudy resume"
    if isinstance(error, DamagedFile):
        return f"{error}; to make it again: mlpstudy verify --repair, then {AGAIN}"
    if isinstance(error, FullDisk):
        return f"{error}; make room, then: mlpstudy resume"
    if error.errno in FULL:
        return _failure(FullDisk(error, error.filename or "results"))
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _leave(line: str, code: int) -> Any:
    print(f"mlpstudy: {line}", file=sys.stderr)
    sys.exit(code)
