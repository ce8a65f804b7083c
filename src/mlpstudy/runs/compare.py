"""Several runs side by side: the settings in which they differ, their results, their curves."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import FIELDS
from mlpstudy.design.yaml_file import written
from mlpstudy.drawing import style
from mlpstudy.drawing.single import compared
from mlpstudy.runs.known import KnownRun

FEWEST, MOST = 2, 8  # runs: more cannot be told apart in one picture
PARTS = ("train", "validation", "test")


def compare(runs: Sequence[KnownRun]) -> RenderableType:
    """The differences of some runs; raises Mistake where there are too few or too many."""
    check(runs)
    names = Table("", "run", box=box.SIMPLE_HEAD)
    for label, known in labelled(runs).items():
        names.add_row(label, known.id)
    return Group(names, differences(runs), results(runs))


def check(runs: Sequence[KnownRun]) -> None:
    ids = [known.id for known in runs]
    if not FEWEST <= len(set(ids)) == len(ids) <= MOST:
        allowed = f"{FEWEST} to {MOST} different ones"
        raise Mistake(
            "cannot be compared", file="command line", key="runs", value=ids, allowed=allowed
        )


def labelled(runs: Sequence[KnownRun]) -> dict[str, KnownRun]:
    """The runs by the letters that stand for them: A, B, ..."""
    return {chr(ord("A") + i): known for i, known in enumerate(runs)}


def differences(runs: Sequence[KnownRun]) -> RenderableType:
    """The settings that are not the same for all."""
    table = Table("setting", *labelled(runs), box=box.SIMPLE_HEAD)
    for name in FIELDS:
        values = [written(getattr(known.run, name)) for known in runs]
        if len(set(values)) > 1:
            table.add_row(name, *values)
    return table if table.row_count else Text("the same settings")


def results(runs: Sequence[KnownRun]) -> Table:
    """What each came to: the last pass, and the test part at the best pass on validation."""
    rows: dict[str, list[str]] = {
        "weights": [f"{int(known.row['n_parameters']):,}" for known in runs],
        "status": [str(known.row["status"]) for known in runs],
        "passes": [f"{known.curve('test', 'loss').index.max()}" for known in runs],
    }
    for part in PARTS:
        for column in ("loss", "accuracy"):
            rows[f"{part} {column}"] = [_last(known, part, column) for known in runs]
    rows["best pass on validation"] = [str(known.best_pass) for known in runs]
    table = Table("result", *labelled(runs), box=box.SIMPLE_HEAD)
    for name, values in rows.items():
        table.add_row(name, *values)
    return table


def _last(known: KnownRun, part: str, column: str) -> str:
    curve = known.curve(part, column)
    return f"{curve.iloc[-1]:.4g}" if len(curve) else "none"


def picture(runs: Sequence[KnownRun], path: Path) -> Path:
    """Their curves in one picture, a PNG."""
    with style.context():
        figure = compared(
            {label: known.tables["curves"] for label, known in labelled(runs).items()}
        )
        style.save(figure, path.with_suffix(""))
    return path
