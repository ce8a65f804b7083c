"""The torch engine: stacks of the lecture's modules, on a CPU or a GPU (see engines.py).

A stack of one pays Python's overhead at every operation; a stack whose arrays leave the cache pays
for memory at every operation. Between the two lies the largest stack whose weights, gradient,
optimizer state, rates, activations and patches together stay within BUDGET. The bits of a run do
not depend on it.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from mlpstudy.core import probes
from mlpstudy.core.batches import Examples
from mlpstudy.core.confusion import counted_by_part
from mlpstudy.core.engines import Keep, Learned, Task
from mlpstudy.core.measures import LAYER_MEASURES, PARTS, PROBED, is_probed
from mlpstudy.core.network import Network
from mlpstudy.core.outputs import outputs
from mlpstudy.core.threads import one_thread
from mlpstudy.core.train import train
from mlpstudy.design.length import passes
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import layer_sizes

BUDGET = {"cpu": 8 * 2**20, "cuda": 2**30}  # bytes: a core's share of the caches; a part of a GPU
LARGEST = {"cpu": 128, "cuda": 4096}
NUMBER = 4  # bytes
ARRAYS = 5  # of the size of the parameters: theta, its last finite copy, gradient, v, eta
OUTPUTS = 4  # of the size of a layer's outputs: a, z, delta and what is multiplied with it
PATCHES = 2  # what a kernel sees at all its places, and the delta that comes back to them
FULL_BATCH = 256  # examples that count for a batch of all of them


def has_gpu() -> bool:
    return torch.cuda.is_available()


def networks_that_fit(
    run: Run, dims: tuple[int, ...], classes: int, targets: int = 1, device: str = "cpu"
) -> int:
    """How many networks like that of a run stay together within the device's budget.

    dims: of one example; classes: 0 for a regression with `targets` outputs.
    """
    batch = run.batch_size or FULL_BATCH
    layers = layer_sizes(run, tuple(dims), outputs(run.cost, classes, targets))
    units = layers[0].fan_in + layers.units
    numbers = ARRAYS * layers.n_parameters + batch * (OUTPUTS * units + PATCHES * layers.patches)
    return max(1, min(LARGEST[device], BUDGET[device] // (NUMBER * numbers)))


@one_thread()
def learn(task: Task, keep: Keep, progress: Callable[[int], None], device: str) -> Learned:
    """Train a stack, with one thread, and watch its losses, layers and weights."""
    network = _network(task, torch.float32, device)
    network.initialize()
    parts = {p: Examples([getattr(s, p) for s in task.splits], task.which, network) for p in PARTS}
    evaluations = [probes.Evaluation(network, parts[p]) for p in PARTS]
    layers = LayerProbe(task)
    curves, probed = [], {}
    kept, ends, answers = Kept(network, keep), Ends(task.runs), Answers(task)
    for epoch, frozen in train(network, parts["train"]):
        scores, named = zip(*(evaluation.answered() for evaluation in evaluations), strict=True)
        curve = np.stack([np.stack(score, 1) for score in scores], 1)
        curves.append(curve)
        lost = frozen.cpu().numpy() | ~np.isfinite(curve).all((1, 2))
        validation = curve[:, PARTS.index("validation"), 0]
        learned = ends.see(epoch, validation, lost)
        kept.see(epoch, validation, learned)
        answers.see(named, learned, learned & (ends.best == epoch))
        if is_probed(epoch):
            probed[epoch] = layers.measure(network)
        progress(network.R)
        if ends.ended.all():
            break
    left = passes(task.runs[0], parts["train"].N) + 1 - len(curves)
    progress(network.R * left)
    return Learned(
        network.n_parameters,
        np.pad(np.stack(curves, 1), ((0, 0), (0, left), (0, 0), (0, 0)), constant_values=np.nan),
        ends.diverged_at,
        probed,
        kept.weights(),
        kept.epoch,
        ends.stopped_at,
        answers.confusion(),
    )


def _network(task: Task, dtype: torch.dtype, device: str) -> Network:
    return Network(task.runs, task.dims, task.classes, task.targets, dtype, device)


class LayerProbe:
    """Probes the layers in float64, which keeps what float32 would lose below 1e-38."""

    def __init__(self, task: Task):
        self.twin = _network(task, torch.float64, "cpu")
        parts = [split.train.first(PROBED) for split in task.splits]
        self.examples = Examples(parts, task.which, self.twin)

    def measure(self, network: Network) -> np.ndarray:
        """(R, layers, measures)"""
        self.twin.theta.copy_(network.theta)
        measured = probes.layers(self.twin, self.examples)
        return np.stack([measured[name] for name in LAYER_MEASURES], 2)


class Ends:
    """How the runs of a stack end before their last pass: they diverge, or `patience` stops them. The
    stack trains them on, as long as one of it goes on; what comes after does not count."""

    def __init__(self, runs: list[Run]):
        self.patience = np.array([run.patience or np.inf for run in runs])
        self.lowest, self.best = np.full(len(runs), np.inf), np.zeros(len(runs))
        self.diverged_at, self.stopped_at = np.full((2, len(runs)), -1)

    @property
    def ended(self) -> np.ndarray:
        """(R,)"""
        return (self.diverged_at >= 0) | (self.stopped_at >= 0)

    def see(self, epoch: int, loss: np.ndarray, lost: np.ndarray) -> np.ndarray:
        """Of a pass, the validation loss (R,) and whether a run is lost (R,); (R,) the runs that
        learned in it."""
        goes_on = ~self.ended
        self.diverged_at[goes_on & lost] = epoch
        goes_on &= ~lost
        lower = goes_on & (loss < self.lowest)
        self.lowest[lower], self.best[lower] = loss[lower], epoch
        self.stopped_at[goes_on & (epoch - self.best >= self.patience)] = epoch
        return goes_on


class Answers:
    """The classes that each run names the examples of its parts, after its last pass and after that of
    the least validation loss."""

    def __init__(self, task: Task):
        self.task = task
        splits = [task.splits[i] for i in task.which]
        self.labels = [[getattr(split, part).y for part in PARTS] for split in splits]
        N = sum(map(len, self.labels[0])) if task.classes else 0
        self.last, self.best = np.zeros((2, len(splits), N), np.int32)

    def see(self, named: Sequence[np.ndarray], learned: np.ndarray, lower: np.ndarray) -> None:
        """After a pass: named (R, N) of each part; the runs (R,) that learned in it, and those whose
        validation loss is lower than ever."""
        answers = np.concatenate(named, 1)
        self.last[learned], self.best[lower] = answers[learned], answers[lower]

    def confusion(self) -> np.ndarray:
        """(R, 2, parts, classes, classes)"""
        both = zip(self.labels, self.last, self.best, strict=True)
        return np.stack([counted_by_part(y, answers, self.task.classes) for y, *answers in both])


class Kept:
    """The weights of each run after the pass that is asked for: those of pass 0 to begin with."""

    def __init__(self, network: Network, keep: Keep):
        self.network, self.keep = network, keep
        self.loss = np.full(network.R, np.inf)
        self.epoch = np.full(network.R, -1)

    def see(self, epoch: int, loss: np.ndarray, finite: np.ndarray) -> None:
        """Keep the weights of the runs (R,) that are finite and, for the best ones, whose loss (R,)
        is lower than ever."""
        if self.keep == "nothing":
            return
        if epoch == 0:
            self.theta, self.epoch[:] = self.network.theta.clone(), 0
        taken = finite & (loss < self.loss) if self.keep == "best" else finite
        self.loss[taken], self.epoch[taken] = loss[taken], epoch
        which = torch.from_numpy(taken).to(self.theta.device)
        self.network.copy_runs(which, self.network.theta, self.theta)

    def weights(self) -> list[dict[str, np.ndarray] | None]:
        """W1, b1, W2, ... of each run, and what normalises its layers: gain1, shift1, ..."""
        if self.keep == "nothing":
            return [None] * self.network.R
        return _weights(self.network, self.theta)


def _weights(network: Network, theta: torch.Tensor) -> list[dict[str, np.ndarray] | None]:
    blocks = [block.cpu().numpy() for block in network.blocks(theta)]
    return [
        {name: b[r].copy() for name, b in zip(network.names, blocks, strict=True)}
        for r in range(network.R)
    ]
