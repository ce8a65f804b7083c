"""Trained networks with their weights, for a study that looks at more than the tables hold:
on a grid, on a noisy test set, along a slice of the error surface.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch

from mlpstudy.core.engines import Keep
from mlpstudy.core.modules import Activate, Residual
from mlpstudy.core.network import Network
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import Split, split
from mlpstudy.design.run import Run, run_id
from mlpstudy.tables.record import Record, Recorder

Weights = Mapping[str, np.ndarray]  # W1 (fan_in, fan_out), b1 (1, fan_out), W2, ...


class Passed(NamedTuple):
    """What a forward pass leaves, layer by layer, in the lecture's names.

    a: a[k - 1] (N, n_k) is what goes into the activation of layer k; the last is the output's.
    z: z[0] (N, n_in) are the inputs and z[k] (N, n_k) is what hidden layer k hands on.
    """

    a: list[np.ndarray]
    z: list[np.ndarray]

    @property
    def output(self) -> np.ndarray:
        """(N, n_out) before any softmax or sigmoid: that one belongs to the cost."""
        return self.a[-1]


class Networks:
    """The networks of one study.

    recorder: gives a Recorder that keeps "last" or "best" weights. blocks: the runs of each block
    of the study's sweep; they are trained in the pool too, with the same bits.
    """

    def __init__(
        self,
        recorder: Callable[[Keep], Recorder],
        blocks: Mapping[str, Sequence[Run]] | None = None,
    ):
        self.recorder, self.blocks = recorder, dict(blocks or {})

    def train(self, runs: Sequence[Run], keep: Literal["last", "best"] = "last") -> list[Record]:
        """The records of some runs, in their order, with the weights after the last pass or after
        the one with the lowest validation loss. They need not stand in the sweep."""
        once = list({run_id(run): run for run in runs}.values())
        stacks = self.recorder(keep).record(once)
        records = {run_id(record.run): record for stack in stacks for record in stack}
        return [records[run_id(run)] for run in runs]

    def dataset(self, name: str) -> Dataset:
        return self.recorder("nothing").dataset(name)

    def split(self, run: Run) -> Split:
        """A run's training, validation and test examples, as it sees them."""
        return split(self.dataset(run.dataset), run)

    def stack(
        self, runs: Sequence[Run], weights: Sequence[Weights], dtype: torch.dtype = torch.float64
    ) -> Network:
        """A network of the core with given weights, one set for each run, to be probed or passed
        through. The runs share a shape; one run may stand there often, with other weights."""
        data = self.dataset(runs[0].dataset)
        targets = 1 if data.classes else data.y.shape[1]
        network = Network(list(runs), data.shape, data.classes, targets, dtype)
        for r, arrays in enumerate(weights):
            network.put(r, arrays)
        return network

    def forward(self, record: Record, x: np.ndarray, dtype: torch.dtype = torch.float64) -> Passed:
        """A trained network on any inputs x (N, n_in), standardised as those of its split."""
        return forward(self.stack([record.run], [record.kept_weights], dtype), x)


def forward(network: Network, x: np.ndarray, r: int = 0) -> Passed:
    """Run r of a stack on inputs x (N, n_in), without dropout or noise."""
    network.learning(False)
    z = torch.from_numpy(x).to(network.like).expand(network.R, *x.shape)
    outputs = [z]
    for module in network.modules:
        z = module.forward(z)
        if isinstance(module, Activate | Residual):
            outputs.append(z)
    a = [module.a for module in network.activations] + [z]
    return Passed(*([array[r].cpu().numpy().copy() for array in part] for part in (a, outputs)))
