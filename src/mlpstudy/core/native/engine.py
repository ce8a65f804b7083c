"""The native engine (see mlpstudy.core.engines): stacks of dense networks, on a CPU.

A run is trained by itself, whatever its stack: a stack only saves what its runs share.
"""

import sys
from collections.abc import Callable, Iterator
from threading import Lock

import numpy as np

from mlpstudy import rng
from mlpstudy.core.class_weights import balanced
from mlpstudy.core.confusion import counted_by_part
from mlpstudy.core.engines import Keep, Learned, Task
from mlpstudy.core.initializers import draw_layers
from mlpstudy.core.measures import LAYER_MEASURES, PARTS, PROBED, is_probed
from mlpstudy.core.native import passes
from mlpstudy.core.native.activations import ACTIVATIONS
from mlpstudy.core.native.blank import EVERY, Whole, inputs_met, narrowed
from mlpstudy.core.native.compiled import is_kept
from mlpstudy.core.native.group import Group
from mlpstudy.core.native.layout import chunks_of, numbers, part_of, work_for, zeros
from mlpstudy.core.native.pretrain import pretrain
from mlpstudy.core.native.probes import probe
from mlpstudy.core.native.products import up
from mlpstudy.core.outputs import outputs
from mlpstudy.data.split import Part, Split
from mlpstudy.design.length import passes as passes_of
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import LayerSizes, layer_sizes

BYTES = 32 * 2**20  # of the weights and their like in one stack
ARRAYS = 5  # of the size of the parameters: theta, its last finite copy, two of state, the best
LARGEST = 64
_COMPILING = Lock()


def networks_that_fit(
    run: Run, dims: tuple[int, ...], classes: int, targets: int = 1, device: str = "cpu"
) -> int:
    """How many networks like that of a run are one task: see torch_engine."""
    sizes = layer_sizes(run, tuple(dims), outputs(run.cost, classes, targets))
    return max(1, min(LARGEST, BYTES // (4 * ARRAYS * sizes.n_parameters)))


def learn(task: Task, keep: Keep, progress: Callable[[int], None], device: str) -> Learned:
    """Train a stack on one thread, and watch its losses, layers and weights."""
    compile_once()
    R, run = len(task.runs), task.runs[0]
    epochs = passes_of(run, len(task.splits[0].train.x))
    n_out = outputs(run.cost, task.classes, task.targets)
    sizes = layer_sizes(run, tuple(task.dims), n_out)
    probed = {
        p: np.full((R, len(sizes), len(LAYER_MEASURES)), np.nan)
        for p in range(epochs + 1)
        if is_probed(p)
    }
    learned = Learned(
        sizes.n_parameters,
        np.zeros((R, epochs + 1, len(PARTS), 2)),
        np.full(R, -1),
        probed,
        [None] * R,
        np.full(R, -1),
        np.full(R, -1),
        np.zeros((R, 2, len(PARTS), task.classes, task.classes), np.int32),
    )
    for places in _groups(task):
        runs, split = [task.runs[r] for r in places], task.splits[task.which[places[0]]]
        watched = Watched(runs, sizes, split, task.classes, keep)
        watched.train(progress)
        watched.leave(learned, places)
    return learned


def compile_once() -> None:
    """Compile, by training the smallest network on a single example: not in two threads at once."""
    with _COMPILING:
        if passes.learn.signatures:
            return
        if not is_kept(passes.learn):
            print(
                "compiling the native engine, once: about 20 seconds", file=sys.stderr, flush=True
            )
        part = Part(
            np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32), np.zeros(1, np.int64)
        )
        run = Run(depth=1, width=1, epochs=1, cost="mse_raw")
        sizes = layer_sizes(run, (1,), 1)
        Watched([run], sizes, Split(part, part, part), 0, "nothing").train(lambda passes: None)


def _groups(task: Task) -> Iterator[list[int]]:
    """The places of the runs that share a split and a seed."""
    groups: dict[tuple[int, int], list[int]] = {}
    for r, run in enumerate(task.runs):
        groups.setdefault((task.which[r], run.seed), []).append(r)
    yield from groups.values()


class Watched:
    """A group, what is measured of it and which of its weights are kept."""

    def __init__(self, runs: list[Run], sizes: LayerSizes, split: Split, classes: int, keep: Keep):
        n_out = sizes[-1].fan_out
        met = inputs_met(runs, split) if keep == "nothing" else EVERY
        parts = []
        for name in PARTS:
            part = getattr(split, name)
            parts.append(part_of(part.x[:, met], _as_cost(part.target, n_out), part.y, classes))
        t = _as_cost(split.train.target, n_out)
        self.keep = keep
        counts = balanced(split.train.y, classes) if runs[0].class_weights == "balanced" else ()
        x, few = split.train.x[:, met], narrowed(sizes, met)
        self.group = Group(runs, few, x, t, tuple(parts), keep == "best", weights=counts)
        whole = Whole(self.group, sizes, met)
        self.probe = Probe(self.group, split.train.x[:PROBED], t[:PROBED], whole)
        self.probed: dict[int, np.ndarray] = {}
        initialize(self.group, whole)
        pretrain(self.group, split.train.x)

    def train(self, progress: Callable[[int], None]) -> None:
        """All passes, stopping only where the layers are looked at."""
        group, epochs = self.group, self.group.passes
        group.measure()
        progress(len(group.runs))
        self.probed[0] = self.probe()
        stops = [p for p in range(1, epochs + 1) if is_probed(p) or p == epochs]
        for before, after in zip([0, *stops], stops, strict=False):
            group.learn(before, after, progress)
            if is_probed(after):
                self.probed[after] = self.probe()
            if group.ended:
                progress((epochs - after) * len(group.runs))
                break

    def leave(self, learned: Learned, places: list[int]) -> None:
        """Put what came of it in its places."""
        state = self.group.state
        learned.curves[places] = state.curves
        learned.diverged_at[places] = state.diverged_at
        learned.stopped_at[places] = state.stopped_at
        learned.confusion[places] = self._confusion()
        for epoch, measures in self.probed.items():
            learned.probed[epoch][places] = measures
        if self.keep == "nothing":
            return
        for r, place in enumerate(places):
            learned.weights[place] = self._weights(r)
            learned.weights_epoch[place] = self._kept_pass(r)

    def _confusion(self) -> np.ndarray:
        """(R, 2, parts, classes, classes)"""
        state, parts = self.group.state, self.group.parts
        labels, classes = [part.y for part in parts], parts[0].classes
        both = zip(state.answers, state.best_answers, strict=True)
        return np.stack([counted_by_part(labels, answers, classes) for answers in both])

    def _kept_pass(self, r: int) -> int:
        state = self.group.state
        if self.keep == "best":
            return max(0, state.best_pass[r])
        if state.stopped_at[r] >= 0:
            return state.stopped_at[r]
        diverged = state.diverged_at[r]
        return self.group.passes if diverged < 0 else max(0, diverged - 1)

    def _weights(self, r: int) -> dict[str, np.ndarray]:
        """W1, b1, W2, ..."""
        state = self.group.state
        best = self.keep == "best" and state.best_pass[r] >= 0
        theta = (state.best if best else state.theta)[r]
        weights = {}
        for k in range(len(self.group.sizes)):
            weights[f"W{k + 1}"], weights[f"b{k + 1}"] = self.group.get(theta, k)
        return weights


class Probe:
    """Looks at the layers of every run on some examples x (B, n_in), t (B, C), in float64.

    whole: the networks with all n_in inputs; None: the group's have them.
    """

    def __init__(self, group: Group, x: np.ndarray, t: np.ndarray, whole: Whole | None = None):
        self.group, self.B, self.whole = group, len(x), whole or Whole(group, group.sizes)
        net = self.whole.net
        stride = up(self.B)
        self.x = chunks_of(x, ones=1, stride=stride, dtype=np.float64)
        self.t = chunks_of(t, stride=stride, dtype=np.float64)
        self.work = work_for(net, stride, np.float64)
        self.theta = zeros(numbers(net), np.float64)
        self.steepest = ACTIVATIONS[group.runs[0].activation].slope

    def __call__(self) -> np.ndarray:
        """(R, layers, measures); nothing of a run that has diverged."""
        net, state = self.whole.net, self.group.state
        seen = np.full((len(state.theta), len(net.W), len(LAYER_MEASURES)), np.nan)
        for r in range(len(state.theta)):
            if state.diverged_at[r] < 0:
                probe(
                    net,
                    self.whole.of(r),
                    self.theta,
                    self.x,
                    self.t,
                    self.B,
                    self.steepest,
                    self.group.draws.units,
                    self.work,
                    seen[r],
                )
        return seen


def initialize(group: Group, whole: Whole | None = None) -> None:
    """Draw every run's weights and biases from its own stream. whole: see Probe."""
    whole = whole or Whole(group, group.sizes)
    fans = [layer.fans for layer in whole.sizes]
    for r, run in enumerate(group.runs):
        stream = rng.stream(run.seed, "init", run.restart)
        drawn = draw_layers(run, stream, fans)
        whole.put(r, drawn[0][0])
        for k, (W, b) in enumerate(zip(*drawn, strict=True)):
            group.put(r, k, W if k else W[whole.met], b)


def _as_cost(target: np.ndarray, n_out: int) -> np.ndarray:
    """Targets as the cost sees them: the second class alone where it has a single output."""
    return target[:, 1:] if n_out == 1 and target.shape[1] == 2 else target
