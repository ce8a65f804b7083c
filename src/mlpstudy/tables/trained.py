"""What is trained, in packs of many runs, under a key of what trained it (code and device) and the
fingerprint of the data that it was trained on.

    KEY/DATA/PACK.npz   PACK is a digest of the ids of its runs

A job that was killed, a grown sweep and a study that asks for the same run find it here again. A
pack never changes: it is there whole, or not at all, whoever else writes. Each stack is a pack when
it is done; when its job is done those of the job become one, so that there is a file for each job
and key, and not for each run. A pack that is damaged counts as missing and is trained again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from mlpstudy.archive import load_array, load_arrays, save_arrays
from mlpstudy.design.run import Run, run_id
from mlpstudy.files import DamagedFile, sha256
from mlpstudy.tables.packs import lines, packed, unpacked
from mlpstudy.tables.record import Record

DIGITS = 16  # of the name of a pack
FAST = 1  # of zlib's levels: numbers that look like noise hardly get smaller at a higher one
ATTEMPTS = 3  # to list a folder from which another job has taken a pack meanwhile


class Trained:
    """The records below one folder.

    key: gives that of what trains a run now. fingerprint: gives that of a dataset, by its name.
    """

    def __init__(
        self, folder: str | Path, key: Callable[[Run], str], fingerprint: Callable[[str], str]
    ):
        self.folder, self.key = Path(folder), key
        self.fingerprint = cache(fingerprint)

    def place(self, run: Run) -> Path:
        """The folder of the packs that a run may be in."""
        return self.folder / self.key(run) / self.fingerprint(run.dataset)

    def load(self, runs: Mapping[str, Run]) -> dict[str, Record]:
        """The records of some runs, by id, but for those that are missing, damaged or of another
        run."""
        found: dict[str, Record] = {}
        for place, some in self._by_place(list(runs.values())):
            found |= _load(place, {run_id(run): run for run in some})
        return found

    def save(self, records: Sequence[Record]) -> None:
        """Keep the records of a stack."""
        of = {run_id(record.run): record for record in records}
        for place, runs in self._by_place([record.run for record in records]):
            # To wait for the disk takes longer than a small stack; what a failure of the power
            # damages is found by its checksum and trained again.
            _save(place, [of[run_id(run)] for run in runs], durable=False)

    def merge(self, records: Sequence[Record]) -> None:
        """Make one pack of those that hold nothing but these records, which are all kept."""
        of = {run_id(record.run): record for record in records}
        for place, runs in self._by_place([record.run for record in records]):
            wanted = {run_id(run) for run in runs}
            held = {path: set(ids_of(path)) for path in packs(place)}
            parts = {path: ids for path, ids in held.items() if ids and ids <= wanted}
            if len(parts) > 1:
                whole = _save(place, [of[name] for name in set().union(*parts.values())])
                for path in parts.keys() - {whole}:
                    path.unlink(missing_ok=True)

    def _by_place(self, runs: Sequence[Run]) -> Iterator[tuple[Path, list[Run]]]:
        places: dict[Path, list[Run]] = {}
        for run in runs:
            places.setdefault(self.place(run), []).append(run)
        yield from places.items()


def packs(place: Path) -> list[Path]:
    return sorted(place.glob("*.npz"))


def ids_of(path: Path) -> list[str]:
    """The runs in a pack; none where it is not there, or not to be read. It is not verified."""
    try:
        return lines(load_array(path, "ids"))
    except (FileNotFoundError, DamagedFile):
        return []


def ids_in(place: Path) -> set[str]:
    """The runs in all packs of a folder; they are not verified."""
    return {name for path in packs(place) for name in ids_of(path)}


def _load(place: Path, runs: Mapping[str, Run]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for _ in range(ATTEMPTS):
        gone = False
        for path in packs(place):
            lacking = runs.keys() - found.keys()
            if not lacking:
                break
            try:
                if lacking & set(lines(load_array(path, "ids"))):
                    found |= {run_id(r.run): r for r in unpacked(load_arrays(path), runs)}
            except DamagedFile:
                continue
            except FileNotFoundError:
                gone = True
        if not gone:
            break
    return found


def _save(place: Path, records: Sequence[Record], durable: bool = True) -> Path:
    """Write a pack: the same records are the same bytes."""
    ordered = sorted(records, key=lambda record: run_id(record.run))
    ids = " ".join(run_id(record.run) for record in ordered)
    path = place / f"{sha256(ids.encode())[:DIGITS]}.npz"
    save_arrays(path, packed(ordered), durable, FAST)
    return path
