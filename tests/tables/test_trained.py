"""The store of trained runs: packs that are whole or not there, whoever writes and is killed."""

import numpy as np
import pytest

from mlpstudy.archive import save_arrays
from mlpstudy.design.run import Run, run_id
from mlpstudy.tables import trained as store
from mlpstudy.tables.packs import packed
from mlpstudy.tables.record import Record
from mlpstudy.tables.trained import Trained, ids_in, ids_of, packs


def record(seed: int, depth: int = 2, dataset: str = "iris", kind=np.float64) -> Record:
    """Numbers that only its run has; its arrays have lengths of their own."""
    run, rng = Run(dataset=dataset, depth=depth, seed=seed), np.random.default_rng((seed, depth))
    passes = 1 + seed % 3
    return Record(
        run=run,
        n_parameters=seed,
        n_inputs=4,
        input_mean_square=float(rng.random()),
        classes=3,
        majority=np.nan if seed % 2 else 0.1 + 0.2,
        diverged_at=seed - 2,
        curves=rng.random((passes + 1, 3, 2)).astype(kind),
        probed=np.arange(passes, dtype=np.int64),
        layers=rng.random((passes, depth + 1, 5)).astype(kind),
        passes=passes,
        confusion=rng.integers(0, 9, (2, 3, 3 * (seed % 2), 3 * (seed % 2)), np.int32),
    )


ARRAYS = ("curves", "probed", "layers", "confusion")


RECORDS = [record(seed, depth) for seed in range(5) for depth in (1, 2)]


def of(records) -> dict[str, Run]:
    return {run_id(r.run): r.run for r in records}


@pytest.fixture
def trained(tmp_path):
    return Trained(tmp_path, lambda run: f"key{run.depth}", str)


def same(a: Record, b: Record) -> bool:
    """All bits, and all types."""
    arrays = ((getattr(a, name), getattr(b, name)) for name in ARRAYS)
    numbers = [name for name in Record.__dataclass_fields__ if name not in ARRAYS]
    return all(x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes() for x, y in arrays) and all(
        repr(getattr(a, name)) == repr(getattr(b, name)) for name in numbers
    )  # fmt: skip


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("size", [1, 3, 10])
def test_what_is_trained_is_found_again_bit_for_bit(trained, size, kind):
    records = [record(r.run.seed, r.run.depth, kind=kind) for r in RECORDS]
    assert trained.load(of(records)) == {}
    for i in range(0, len(records), size):
        trained.save(records[i : i + size])
    for _ in range(2):
        found = trained.load(of(records))
        assert found.keys() == of(records).keys()
        assert all(same(found[run_id(r.run)], r) for r in records)
        trained.merge(records)


def test_other_code_and_other_data_find_nothing(tmp_path, trained):
    trained.save(RECORDS)
    assert not Trained(tmp_path, lambda run: "other code", str).load(of(RECORDS))
    assert not Trained(tmp_path, trained.key, lambda name: "other data").load(of(RECORDS))


def test_a_run_with_the_id_of_another_is_not_taken_for_it(trained):
    trained.save(RECORDS[:1])
    [name] = of(RECORDS[:1])
    assert trained.load({name: RECORDS[0].run}).keys() == {name}
    kept = packed(RECORDS[:1])
    kept["runs"] = np.frombuffer(b'{"eta":7}', np.uint8)
    [path] = packs(trained.place(RECORDS[0].run))
    save_arrays(path, kept)
    assert trained.load({name: RECORDS[0].run}) == {}


def test_a_job_that_is_done_is_one_file_for_each_key(tmp_path, trained):
    for one in RECORDS:
        trained.save([one])
    assert len(list(tmp_path.rglob("*.npz"))) == len(RECORDS)
    trained.merge(RECORDS)
    assert [len(packs(tmp_path / f"key{depth}/iris")) for depth in (1, 2)] == [1, 1]
    assert ids_in(tmp_path / "key1/iris") == of(r for r in RECORDS if r.run.depth == 1).keys()


def test_the_same_runs_are_the_same_bytes_whoever_cut_them(tmp_path):
    contents = []
    for name, size in (("a", 1), ("b", 4)):
        one = Trained(tmp_path / name, lambda run: "key", str)
        for i in range(0, len(RECORDS), size):
            one.save(RECORDS[::-1][i : i + size])
        one.merge(RECORDS)
        contents.append({p.name: p.read_bytes() for p in (tmp_path / name).rglob("*.npz")})
    assert contents[0] == contents[1] and len(contents[0]) == 1


def test_packs_of_other_jobs_stay(tmp_path, trained):
    """A pack that holds a run of another job is not this one's to take away."""
    ones = [r for r in RECORDS if r.run.depth == 1]
    trained.save(ones[:3])  # another cut: two are this job's, one is not
    trained.save(ones[1:4])
    trained.save(ones[4:])
    trained.merge(ones[1:])
    assert {frozenset(ids_of(path)) for path in packs(tmp_path / "key1/iris")} == {
        frozenset(of(ones[:3])),
        frozenset(of(ones[1:])),
    }
    assert trained.load(of(ones)).keys() == of(ones).keys()


def test_who_is_killed_while_packs_are_merged_has_lost_nothing(trained, monkeypatch):
    for one in RECORDS:
        trained.save([one])

    class Killed(type(trained.folder)):
        def unlink(self, missing_ok=False):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "packs", lambda place: [Killed(path) for path in packs(place)])
        with pytest.raises(KeyboardInterrupt):
            trained.merge(RECORDS)
    assert trained.load(of(RECORDS)).keys() == of(RECORDS).keys()
    trained.merge(RECORDS)
    assert len(list(trained.folder.rglob("*.npz"))) == 2


def test_a_reader_finds_what_is_merged_meanwhile(trained, monkeypatch):
    ones = [r for r in RECORDS if r.run.depth == 1]
    for one in ones:
        trained.save([one])
    listed = store.packs

    def listed_before(place):
        paths = listed(place)
        monkeypatch.setattr(store, "packs", listed)
        trained.merge(ones)
        return paths

    monkeypatch.setattr(store, "packs", listed_before)
    assert trained.load(of(ones)).keys() == of(ones).keys()


def test_no_flipped_bit_and_no_missing_end_is_read(trained):
    """Nor does any end in a traceback: the runs count as missing."""
    trained.save(RECORDS[:2:2])
    [path] = packs(trained.place(RECORDS[0].run))
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        for damaged in (
            content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :],
            content[:place],
        ):
            path.write_bytes(damaged)
            assert trained.load(of(RECORDS[:1])) == {}
            ids_of(path)
    path.write_bytes(content)
    assert trained.load(of(RECORDS[:1])).keys() == of(RECORDS[:1]).keys()


def test_a_damaged_pack_is_made_anew_and_nothing_else(trained):
    ones = [r for r in RECORDS if r.run.depth == 1]
    trained.save(ones[:2])
    trained.save(ones[2:])
    path = next(p for p in packs(trained.place(ones[0].run)) if run_id(ones[0].run) in ids_of(p))
    path.write_bytes(path.read_bytes()[:-1])
    assert trained.load(of(ones)).keys() == of(ones[2:]).keys()
    trained.save(ones[:2])
    trained.merge(ones)
    assert trained.load(of(ones)).keys() == of(ones).keys()
