"""What is trained, kept under a key of what trained it (code and device), the fingerprint of the data
that it was trained on and the run's id.

A job that was killed, a grown sweep and a study that asks for the same run find it here again.
A file that is damaged counts as missing and is trained again.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from mlpstudy.archive import load_arrays, save_arrays
from mlpstudy.design.run import Run, canonical, run_id
from mlpstudy.files import DamagedFile
from mlpstudy.tables.record import Record

NUMBERS = (
    "n_parameters",
    "n_inputs",
    "input_mean_square",
    "classes",
    "majority",
    "diverged_at",
)
ARRAYS = ("curves", "probed", "layers")


class Trained:
    """The records below one folder.

    key: gives that of what trains a run now. fingerprint: gives that of a dataset, by its name.
    """

    def __init__(
        self, folder: str | Path, key: Callable[[Run], str], fingerprint: Callable[[str], str]
    ):
        self.folder, self.key = Path(folder), key
        self.fingerprint = cache(fingerprint)

    def path(self, run: Run) -> Path:
        return self.folder / self.key(run) / self.fingerprint(run.dataset) / f"{run_id(run)}.npz"

    def save(self, record: Record) -> None:
        kept = {name: getattr(record, name) for name in (*NUMBERS, *ARRAYS)}
        # A run says how many there are, unless its length is in steps.
        kept |= {} if record.run.steps is None else {"passes": record.passes}
        # To wait for the disk takes longer than a small network; what a failure of the power damages
        # is found by its checksum and trained again.
        content = {"run": canonical(record.run), **kept}
        save_arrays(self.path(record.run), content, durable=False)

    def load(self, run: Run) -> Record | None:
        """The record of a run, or None where it is missing, damaged or of another run."""
        try:
            stored = load_arrays(self.path(run))
        except (FileNotFoundError, DamagedFile):
            return None
        if str(stored["run"]) != canonical(run):
            return None
        return Record(
            run=run,
            **{name: stored[name].item() for name in NUMBERS},
            **{name: stored[name] for name in ARRAYS},
            passes=int(stored["passes"]) if "passes" in stored else run.epochs,
        )
