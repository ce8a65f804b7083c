"""Studies -> the pool of their runs, each once -> jobs, cut by what makes arrays alike."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from mlpstudy.design.examples import EXAMPLES, Examples
from mlpstudy.design.length import passes, steps_of_pass, used
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run, short_digest
from mlpstudy.design.seedless import Seeded
from mlpstudy.design.sizes import LayerSizes, layer_sizes
from mlpstudy.design.used import used_by

if TYPE_CHECKING:  # a stage reads its job, and waits for no study
    from mlpstudy.design.study import Study


@dataclass(frozen=True)
class Job:
    """Runs that one process trains. Its id is made of their ids: another cut, another id."""

    id: str
    seeded: tuple[Seeded, ...] = field(compare=False)

    @classmethod
    def of(cls, seeded: Iterable[Seeded]) -> "Job":
        """The job of some runs, which are at least one."""
        seeded = tuple(seeded)
        first, *others = sorted({each.dataset for each in seeded})
        datasets = f"{first}-and-{len(others)}" if others else first
        ids = "\n".join(sorted(each.id for each in seeded))
        return cls(f"{datasets}-{short_digest(ids)}", seeded)

    @property
    def runs(self) -> list[Run]:
        """Its runs in full."""
        return [each.run for each in self.seeded]

    @property
    def datasets(self) -> list[str]:
        """The datasets of its runs."""
        return sorted({each.dataset for each in self.seeded})

    @property
    def seconds(self) -> float:
        """Of one core, estimated."""
        alike = Counter(id(each.seedless) for each in self.seeded)
        known = {id(each.seedless): each.seedless.run for each in self.seeded}
        trained = sum(n * estimated_seconds(known[key]) for key, n in alike.items())
        return START_SECONDS + trained

    @property
    def megabytes(self) -> int:
        """Of memory on one thread, estimated."""
        alike = Counter(id(each.seedless) for each in self.seeded)
        known = {id(each.seedless): each.seedless.run for each in self.seeded}
        kept = sum(n * _kept_bytes(known[key]) for key, n in alike.items())
        stack = max(
            min(n * _bytes(known[key]), max(STACK_BYTES, _bytes(known[key])))
            for key, n in alike.items()
        )
        return PROCESS_MB + round((kept + stack) / 1e6)

    @property
    def uses(self) -> str:
        """The entries of tables that its runs use, and the fields that they set."""
        return used_by({id(each.seedless): each.seedless.run for each in self.seeded}.values())


def pool(studies: Iterable["Study"]) -> dict[str, Seeded]:
    """All runs that the studies ask for by run id, each once, sorted by id.

    Raises Mistake where two different runs share an id.
    """
    runs: dict[str, Seeded] = {}
    for study in studies:
        for each in study.pool:
            known = runs.setdefault(each.id, each)
            if known is not each and known.seedless.text != each.seedless.text:
                problem = f"two different runs share the name {each.id}: change a value"
                raise Mistake(problem, file=study.file)
    return dict(sorted(runs.items()))


def jobs(studies: Iterable["Study"], job_seconds: float = 60.0) -> list[Job]:
    """The pool cut into jobs of about `job_seconds` on one core; every run is in one job.

    All runs of a job are asked for by the same studies, so that the jobs of a study train nothing
    else. Runs of one shape stay together where they fit; where they do not, they are cut in the
    order of their seeds.
    """
    chosen = sorted(studies, key=lambda study: study.name)
    askers: dict[str, tuple[str, ...]] = {}
    for study in chosen:
        for each in study.pool:
            askers[each.id] = (*askers.get(each.id, ()), study.name)
    alike: dict[tuple[str, ...], dict[tuple, list[Seeded]]] = {}
    for id, each in pool(chosen).items():
        stacks = alike.setdefault(askers[id], {})
        stacks.setdefault(each.seedless.shape, []).append(each)
    return [
        Job.of(cut)
        for _, stacks in sorted(alike.items(), key=itemgetter(0))
        for cut in _cuts(_sorted(stacks), job_seconds)
    ]


def jobs_of(study: "Study", jobs: Iterable[Job]) -> list[Job]:
    """The jobs that train what a study asks for."""
    wanted = {each.id for each in study.pool}
    # Who asks for one run of a job asks for all of them.
    return [job for job in jobs if job.seeded[0].id in wanted]


def _sorted(stacks: dict[tuple, list[Seeded]]) -> Iterable[list[Seeded]]:
    """The runs of each shape by seed, and those of a seed by id, as they are given."""
    for _, stack in sorted(stacks.items(), key=lambda item: _sortable(item[0])):
        yield sorted(stack, key=attrgetter("seed"))


def _sortable(shape: tuple) -> tuple:
    """A shape as something to sort by: None comes before every number."""
    return tuple((value is not None, value) for value in shape)


def _cuts(stacks: Iterable[list[Seeded]], job_seconds: float) -> Iterable[list[Seeded]]:
    """The runs of each job: stack after stack, a stack that is too long in equal pieces."""
    open_: list[Seeded] = []
    filled = 0.0
    for stack in stacks:
        alike = stack[0].seedless.run  # in what counts
        seconds = len(stack) * estimated_seconds(alike, len(stack))
        if open_ and filled + seconds > job_seconds:
            yield open_
            open_, filled = [], 0.0
        if seconds > job_seconds:
            yield from _pieces(stack, math.ceil(seconds / job_seconds))
        else:
            open_, filled = open_ + stack, filled + seconds
    if open_:
        yield open_


def _pieces(stack: Sequence[Seeded], n: int) -> Iterable[list[Seeded]]:
    n = min(n, len(stack))
    ends = [len(stack) * i // n for i in range(n + 1)]
    return [list(stack[start:end]) for start, end in zip(ends, ends[1:])]


# How much memory a run takes: an estimate that a cluster is told, and never a result.

PROCESS_MB = 700  # Python, its libraries (torch for convolutions) and the datasets
STACK_BYTES = 32 * 2**20  # of a stack, unless one network takes more: see `networks_that_fit`
NUMBER = 4  # bytes
PARAMETERS = 5  # arrays of the size of the parameters
OUTPUTS, PATCHED = 4, 2  # arrays of the size of a layer's outputs, and of a convolution's patches
PROBED_PASSES = 10  # in which layers are probed, about
ROW_BYTES = 300  # of the tables: a pass and a part, while they are made


def _bytes(run: Run) -> int:
    """Of one network while it learns."""
    data = EXAMPLES.get(run.dataset, UNKNOWN)
    layers = layer_sizes(run, data.shape, data.outputs)
    batch = run.batch_size or used(run, data.train)
    outputs = batch * (OUTPUTS * (layers[0].fan_in + layers.units) + PATCHED * layers.patches)
    return NUMBER * (PARAMETERS * layers.n_parameters + outputs)


def _kept_bytes(run: Run) -> int:
    """Of the rows that one run adds to the tables: of its curves, and of its layers."""
    return ROW_BYTES * (3 * estimated_passes(run) + PROBED_PASSES * (run.depth + 1))


# How long a run takes. An estimate decides only where the pool is cut, never a result.

# One core. To calibrate: fit the seconds of jobs (results/usage/train) to the terms below, those
# of dense networks, which the native engine trains, and of convolutions, which torch does, apart.
START_SECONDS = 1.8  # of a job: its libraries, data and tables
# Dense networks: whatever the stack.
RUN_SECONDS = 0.0018  # recording one network
STEP_SECONDS = 1e-6  # one layer in one step
UNIT_SECONDS = 0.24e-9  # activation of one unit for one example, forth and back
RATE = 111e9  # floating point operations a second in the products
# The same where weights are drawn and layers probed, in double precision, and where hidden layers are
# pretrained, counted as if their outputs were computed once for each example and pass.
PROBED_RATE = 12.5e9
PROBED, PROBED_FIRST = 128, (1, 2, 5)  # examples; passes, and ten times those, and so on
PRETRAINED_RATE = {"rbm": 27e9}
AUTOENCODED_RATE = 7e9  # of the others
# Convolutions.
CONVOLUTION_SECONDS = 0.02  # what RUN_SECONDS is
PRETRAINED_PASSES = 2  # that one of pretraining takes as long as
PASS_SECONDS = 5e-3  # calls of a pass and its measures, whatever the stack and the examples
LAYER_SECONDS = 25e-6  # calls for one layer in one step, whatever the stack
CHANNEL_SECONDS = 6e-9  # activation of one unit for one example, forth and back
PATCH_SECONDS = 2e-9  # a number of a convolution's patches, copied once
CONVOLUTION_RATE = 70e9  # floating point operations a second in the products of a stack
UNKNOWN = Examples(1000, (64,), 10, 10)  # a dataset that is not in the table
STACK_UNITS, STACK_MOST = 2048, 128  # a stack holds about this many networks over their width
ROWS = 64  # examples that are measured together
MOST_MEASURED = 500  # validation and test examples, each


def estimated_passes(run: Run) -> int:
    """Passes of a run; of one whose length is in steps on a dataset that is not in the table: about
    so many."""
    return passes(run, used(run, EXAMPLES.get(run.dataset, UNKNOWN).train))


def estimated_seconds(run: Run, alike: int = 64) -> float:
    """Seconds of one core for one run, trained in a stack of at most `alike` runs."""
    data = EXAMPLES.get(run.dataset, UNKNOWN)
    examples = used(run, data.train)
    part = min(data.train // 3, MOST_MEASURED)  # validation, and test
    measured = examples + 2 * part  # after each pass
    layers = layer_sizes(run, data.shape, data.outputs)
    n = estimated_passes(run)
    if run.kernel:
        n += PRETRAINED_PASSES * run.pretraining_epochs if run.depth else 0
        return _convolution_seconds(run, layers, examples, measured, n, alike)
    return _dense_seconds(run, layers, examples, measured, n)


def _dense_seconds(run: Run, layers: LayerSizes, examples: int, measured: int, n: int) -> float:
    # Forward, delta and gradient for an example that is learned, forward for one that is measured.
    learned = 2 * 3 * examples * layers.products / RATE + 2 * examples * layers.units * UNIT_SECONDS
    learned += steps_of_pass(run, examples) * len(layers) * STEP_SECONDS
    scored = measured * (2 * layers.products / RATE + layers.units * UNIT_SECONDS)
    once = RUN_SECONDS + _probed_seconds(layers, n) + _pretrained_seconds(run, layers, examples)
    return once + n * learned + (n + 1) * scored


def _probed_seconds(layers: LayerSizes, n: int) -> float:
    times = 1 + sum(n >= first * 10**k for k in range(len(str(n))) for first in PROBED_FIRST)
    return times * 2 * 3 * PROBED * layers.products / PROBED_RATE


def _pretrained_seconds(run: Run, layers: LayerSizes, examples: int) -> float:
    hidden = sum(layer.products for layer in layers[:-1])
    rate = PRETRAINED_RATE.get(run.pretraining, AUTOENCODED_RATE)
    return run.pretraining_epochs * examples * 2 * hidden / rate


def _convolution_seconds(
    run: Run, layers: LayerSizes, examples: int, measured: int, n: int, alike: int
) -> float:
    stacked = max(1, min(alike, STACK_MOST, STACK_UNITS // run.width))
    calls = (steps_of_pass(run, examples) + measured / ROWS) * len(layers) * LAYER_SECONDS
    # Patches are made forth, made again and added up back, and made once more to measure.
    times = 3 * examples + measured
    one_pass = (
        (PASS_SECONDS + calls) / stacked
        + (2 * examples + measured) * layers.units * CHANNEL_SECONDS
        + times * (2 * layers.products / CONVOLUTION_RATE + layers.patches * PATCH_SECONDS)
    )
    return CONVOLUTION_SECONDS + n * one_pass
