"""Train runs and record what is seen on the way, whichever engine trains them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from operator import itemgetter
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from mlpstudy.core.chunks import chunks
from mlpstudy.core.engines import Engine, Keep, Learned, Task, load
from mlpstudy.core.measures import PARTS, PROBED
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import Split, data_key, examples_of, split, split_sizes
from mlpstudy.design.examples import misfits
from mlpstudy.design.length import passes, used
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run

SPLITS_BYTES = 96 * 2**20  # of the splits that are kept for the next stacks
NOT_COUNTED = np.zeros((2, len(PARTS), 0, 0), np.int32)


@dataclass(frozen=True)
class Record:
    """What one run gave.

    curves: (passes + 1, 3 parts, 2) loss and accuracy, of a regression R2, up to the pass before it
    diverged, or after which its patience ended.
    probed: (k,) the passes at which its layers were probed.
    layers: (k, layers, measures) in the order of measures.LAYER_MEASURES.
    diverged_at: the pass in which it diverged, -1 where it did not.
    weights: W1, b1, W2, ... where they were asked for.
    weights_epoch: the pass that they are from, -1 without weights.
    passes: that were asked for, whether it diverged, or stopped before, or not.
    stopped_at: the pass after which its patience ended, -1 where it did not.
    confusion: (2, 3 parts, classes, classes) who is taken for whom after the last pass and after that
    of the least validation loss; of a regression, and where it diverged, nothing: (2, 3, 0, 0).
    """

    run: Run
    n_parameters: int
    n_inputs: int
    input_mean_square: float  # over the inputs of the examples that the layers are probed on
    classes: int  # 0 for a regression
    majority: float  # share of the test part that has the commonest training label; NaN: regression
    diverged_at: int
    curves: np.ndarray
    probed: np.ndarray
    layers: np.ndarray
    passes: int
    confusion: np.ndarray
    weights: dict[str, np.ndarray] | None = None
    weights_epoch: int = -1
    stopped_at: int = -1

    @property
    def kept_weights(self) -> dict[str, np.ndarray]:
        """W1, b1, W2, ...; raises ValueError where none were asked for."""
        if self.weights is None:
            raise ValueError(f"no weights were kept of {self.run}")
        return self.weights

    @property
    def status(self) -> str:
        return "finished" if self.diverged_at < 0 else "diverged"


class Stack(NamedTuple):
    """Runs of one shape that an engine trains together."""

    engine: Engine
    runs: list[Run]


class Recorder:
    """Trains runs, a stack at a time.

    dataset: gives a dataset by its name. keep: the weights after the last pass, or after the one
    with the lowest validation loss; of a run that diverges, the passes before that. progress: told
    (networks, passes) as they are done. threads: stacks that are trained at the same time. engine:
    gives who trains a run (see core/engines.py).
    """

    def __init__(
        self,
        dataset: Callable[[str], Dataset],
        device: str = "cpu",
        keep: Keep = "nothing",
        progress: Callable[[int, int], None] = lambda networks, passes: None,
        threads: int = 1,
        engine: Callable[[Run], Engine] = lambda run: "torch",
    ):
        self.threads, self.engine = threads, engine
        self.dataset = lru_cache(dataset)
        self.device, self.keep, self.progress = device, keep, progress
        self.splits: dict[tuple, Split] = {}
        self.splitting = Lock()

    def passes(self, run: Run) -> int:
        """Passes of a run, for which its dataset is asked where its length is in steps."""
        if run.steps is None:
            return run.epochs
        return passes(run, used(run, examples_of(self.dataset(run.dataset), run.folds).train))

    def record(self, runs: Sequence[Run]) -> Iterator[list[Record]]:
        """Train the runs and yield the records of each stack when it is done.

        Raises Mistake, before anything is trained, where a dataset cannot serve a run.
        """
        divided = {(run.dataset, run.folds) for run in runs}
        known = {key: examples_of(self.dataset(key[0]), key[1]) for key in divided}
        for run in runs:
            for field, reason in misfits(run, known[run.dataset, run.folds]):
                raise Mistake(reason, file=f"dataset {run.dataset}", key=field)
        stacks = list(self._stacks(runs))
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(self._record_stack, stacks)

    def _stacks(self, runs: Sequence[Run]) -> Iterator[Stack]:
        alike = itemgetter(0, 1)
        keyed = ((self.engine(run), self._parts(run), run) for run in runs)
        for (engine, _), group in groupby(sorted(keyed, key=alike), key=alike):
            fit = load(engine).networks_that_fit
            cut = chunks([run for *_, run in group], partial(self._fitting, fit))
            yield from (Stack(engine, stack) for stack in cut)

    def _fitting(self, fit: Callable[..., int], run: Run) -> int:
        return fit(run, *self._sizes(run), self.device)

    def _parts(self, run: Run) -> tuple[int, ...]:
        """The sizes of a run's parts, where its seed decides them: a stack has one size of each."""
        return split_sizes(self.dataset(run.dataset), run.folds, run.seed) if run.folds else ()

    def _sizes(self, run: Run) -> tuple[tuple[int, ...], int, int]:
        """The dimensions of an example, the classes, and the targets of a regression."""
        data = self.dataset(run.dataset)
        return data.shape, data.classes, 1 if data.classes else data.y.shape[1]

    def _split(self, run: Run) -> Split:
        key = data_key(run)
        with self.splitting:
            if key not in self.splits:
                made = split(self.dataset(run.dataset), run)
                room = SPLITS_BYTES - _bytes_of(made)
                while self.splits and sum(map(_bytes_of, self.splits.values())) > room:
                    del self.splits[next(iter(self.splits))]
                self.splits[key] = made
            self.splits[key] = self.splits.pop(key)  # the last to be given up
            return self.splits[key]

    def _record_stack(self, stack: Stack) -> list[Record]:
        runs = stack.runs
        shared = list({data_key(run): run for run in runs}.values())
        which = [[data_key(s) for s in shared].index(data_key(run)) for run in runs]
        task = Task(runs, *self._sizes(runs[0]), [self._split(run) for run in shared], which)
        learned = load(stack.engine).learn(
            task, self.keep, lambda passes: self.progress(0, passes), self.device
        )
        self.progress(len(runs), 0)
        return _records(task, learned)


def _records(task: Task, learned: Learned) -> list[Record]:
    seen = [_of_split(split, task.classes) for split in task.splits]
    return [
        Record(
            run=run,
            n_parameters=learned.n_parameters,
            **seen[task.which[r]],
            classes=task.classes,
            diverged_at=int(learned.diverged_at[r]),
            passes=len(learned.curves[r]) - 1,
            confusion=learned.confusion[r] if learned.diverged_at[r] < 0 else NOT_COUNTED,
            **_until(learned, r),
            weights=learned.weights[r],
            weights_epoch=int(learned.weights_epoch[r]),
            stopped_at=int(learned.stopped_at[r]),
        )
        for r, run in enumerate(task.runs)
    ]


def _of_split(split: Split, classes: int) -> dict[str, Any]:
    """What a record says of the examples."""
    x = split.train.first(PROBED).x
    return {
        "n_inputs": int(x.shape[1]),
        "input_mean_square": float(np.square(x, dtype=float).mean()),
        "majority": _majority(split) if classes else np.nan,
    }


def _bytes_of(split: Split) -> int:
    parts = [getattr(split, name) for name in PARTS]
    return sum(part.x.nbytes + part.target.nbytes + part.y.nbytes for part in parts)


def _majority(split: Split) -> float:
    """How often the commonest label of the training part is right on the test part."""
    return float(np.mean(split.test.y == np.bincount(split.train.y).argmax()))


def _until(learned: Learned, r: int) -> dict[str, Any]:
    """The curves and layers of one run of a stack, up to its end."""
    curves, lost, stopped = (
        each[r] for each in (learned.curves, learned.diverged_at, learned.stopped_at)
    )
    last = int(lost) if lost >= 0 else int(stopped) + 1 if stopped >= 0 else len(curves)
    passes = [epoch for epoch in learned.probed if epoch < last]
    _, layers, measures = learned.probed[0].shape
    return {
        "curves": curves[:last].copy(),
        "probed": np.array(passes, dtype=np.int64),
        "layers": np.array([learned.probed[e][r] for e in passes]).reshape(-1, layers, measures),
    }
