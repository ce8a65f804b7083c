"""Train runs and record what is seen on the way: here the core is watched."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Literal

import numpy as np
import torch

from mlpstudy.core import probes
from mlpstudy.core.batches import Examples
from mlpstudy.core.chunks import chunks, networks_that_fit
from mlpstudy.core.measures import LAYER_MEASURES, PARTS
from mlpstudy.core.network import Network
from mlpstudy.core.train import train
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import Part, Split, data_key, examples_of, split
from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run

SPLITS_KEPT = 16


@dataclass(frozen=True)
class Record:
    """What one run gave.

    curves: (passes + 1, 3 parts, 2) loss and accuracy, of a regression R2, up to the pass in which
    it diverged.
    probed: (k,) the passes at which its layers were probed.
    layers: (k, layers, measures) in the order of measures.LAYER_MEASURES.
    diverged_at: the pass in which it diverged, -1 where it did not.
    weights: W1, b1, W2, ... where they were asked for.
    weights_epoch: the pass that they are from, -1 without weights.
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
    weights: dict[str, np.ndarray] | None = None
    weights_epoch: int = -1

    @property
    def status(self) -> str:
        return "finished" if self.diverged_at < 0 else "diverged"


def is_probed(epoch: int) -> bool:
    """Passes 0, 1, 2, 5, 10, 20, 50, ...: the same for every run."""
    return epoch == 0 or str(epoch).rstrip("0") in ("1", "2", "5")


def device_of(name: str) -> str:
    """The device behind auto | cpu | cuda; raises ValueError where there is no GPU."""
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise ValueError("cuda was asked for and this machine has no CUDA device")
    return "cuda" if name != "cpu" and there else "cpu"


class Recorder:
    """Trains runs, a stack at a time.

    dataset: gives a dataset by its name. threads: stacks that are trained at the same time, each
    by one thread: torch's own threads would change the last bits. keep: the weights after the last
    pass, or after the one with the lowest validation loss; of a run that diverges, the passes
    before that. progress: told (networks,
    passes) as they are done.
    """

    def __init__(
        self,
        dataset: Callable[[str], Dataset],
        device: str = "cpu",
        keep: Literal["nothing", "last", "best"] = "nothing",
        progress: Callable[[int, int], None] = lambda networks, passes: None,
        threads: int = 1,
    ):
        self.threads = threads
        self.dataset = lru_cache(dataset)
        self.device, self.keep, self.progress = device, keep, progress
        self.splits: dict[tuple, Split] = {}
        self.splitting = Lock()

    def record(self, runs: Sequence[Run]) -> Iterator[list[Record]]:
        """Train the runs and yield the records of each stack when it is done.

        Raises Mistake, before anything is trained, where a dataset cannot serve a run.
        """
        known = {name: examples_of(self.dataset(name)) for name in {run.dataset for run in runs}}
        for run in runs:
            for field, reason in misfits(run, known[run.dataset]):
                raise Mistake(reason, file=f"dataset {run.dataset}", key=field)
        stacks = chunks(runs, lambda run: networks_that_fit(self._network([run]), self.device))
        with ThreadPoolExecutor(
            self.threads, initializer=torch.set_num_threads, initargs=(1,)
        ) as p:
            yield from p.map(self._record_stack, stacks)

    def _network(self, runs: list[Run], dtype=torch.float32, device: str | None = None) -> Network:
        data = self.dataset(runs[0].dataset)
        targets = 1 if data.classes else data.y.shape[1]
        return Network(runs, data.shape, data.classes, targets, dtype, device or self.device)

    def _split(self, run: Run) -> Split:
        key = data_key(run)
        with self.splitting:
            if key not in self.splits:
                while len(self.splits) >= SPLITS_KEPT:
                    del self.splits[next(iter(self.splits))]
                self.splits[key] = split(self.dataset(run.dataset), run)
            return self.splits[key]

    def _record_stack(self, runs: list[Run]) -> list[Record]:
        network = self._network(runs)
        network.initialize()
        shared = list({data_key(run): run for run in runs}.values())
        splits = [self._split(run) for run in shared]
        which = [[data_key(s) for s in shared].index(data_key(run)) for run in runs]
        parts = {p: Examples([getattr(s, p) for s in splits], which, network) for p in PARTS}
        layers = LayerProbe(self._network(runs, torch.float64, "cpu"), splits, which)
        curves, probed = [], {}
        kept = Kept(network, self.keep)
        diverged_at = np.full(network.R, -1)
        for epoch, frozen in train(network, parts["train"]):
            scores = [probes.evaluate(network, parts[p]) for p in PARTS]
            curve = np.stack([np.stack(score, 1) for score in scores], 1)
            lost = frozen.cpu().numpy() | ~np.isfinite(curve).all((1, 2))
            diverged_at[(diverged_at < 0) & lost] = epoch
            curves.append(curve)
            kept.see(epoch, curve[:, PARTS.index("validation"), 0], diverged_at < 0)
            if is_probed(epoch):
                probed[epoch] = layers.measure(network)
            self.progress(0, network.R)
        self.progress(network.R, 0)
        weights = kept.weights()
        squares = [float(np.square(x, dtype=float).mean()) for x in layers.inputs]
        classes = self.dataset(runs[0].dataset).classes
        majorities = [_majority(s) if classes else np.nan for s in splits]
        return [
            Record(
                run=run,
                n_parameters=network.n_parameters,
                n_inputs=int(layers.inputs[0].shape[1]),
                input_mean_square=squares[which[r]],
                classes=classes,
                majority=majorities[which[r]],
                diverged_at=int(diverged_at[r]),
                **_until(int(diverged_at[r]), r, curves, probed),
                weights=weights[r],
                weights_epoch=int(kept.epoch[r]),
            )
            for r, run in enumerate(runs)
        ]


class LayerProbe:
    """Probes the layers in float64, which keeps what float32 would lose below 1e-38."""

    def __init__(self, twin: Network, splits: Sequence[Split], which: Sequence[int]):
        self.twin = twin
        parts = [_first(s.train, probes.PROBED) for s in splits]
        self.inputs = [part.x for part in parts]
        self.examples = Examples(parts, which, twin)

    def measure(self, network: Network) -> np.ndarray:
        """(R, layers, measures)"""
        self.twin.theta.copy_(network.theta)
        measured = probes.layers(self.twin, self.examples)
        return np.stack([measured[name] for name in LAYER_MEASURES], 2)


class Kept:
    """The weights of each run after the pass that is asked for: those of pass 0 to begin with."""

    def __init__(self, network: Network, keep: Literal["nothing", "last", "best"]):
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
        """W1, b1, W2, ... of each run."""
        if self.keep == "nothing":
            return [None] * self.network.R
        return _weights(self.network, self.theta)


def _majority(split: Split) -> float:
    """How often the commonest label of the training part is right on the test part."""
    return float(np.mean(split.test.y == np.bincount(split.train.y).argmax()))


def _first(part: Part, n: int) -> Part:
    return Part(part.x[:n], part.target[:n], part.y[:n])


def _weights(network: Network, theta: torch.Tensor) -> list[dict[str, np.ndarray]]:
    blocks = [block.cpu().numpy() for block in network.blocks(theta)]
    names = [f"{'Wb'[i % 2]}{i // 2 + 1}" for i in range(len(blocks))]
    return [
        {name: b[r].copy() for name, b in zip(names, blocks, strict=True)} for r in range(network.R)
    ]


def _until(diverged_at: int, r: int, curves: list, probed: dict) -> dict[str, np.ndarray]:
    """The curves and layers of one run of a stack, up to the pass before it diverged."""
    last = len(curves) if diverged_at < 0 else diverged_at
    passes = [epoch for epoch in probed if epoch < last]
    (_, parts, scores), (_, layers, measures) = curves[0].shape, probed[0].shape
    return {
        "curves": np.array([curve[r] for curve in curves[:last]]).reshape(-1, parts, scores),
        "probed": np.array(passes, dtype=np.int64),
        "layers": np.array([probed[e][r] for e in passes]).reshape(-1, layers, measures),
    }
