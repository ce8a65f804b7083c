"""Greedy layer-wise pretraining: the hidden layers learn one after the other, without labels.

Every hidden layer becomes for a while the first layer of a machine, a small network of its own
that learns to give back its inputs: the training examples for the first layer, and for the next
one what the layers below make of them, without dropout or noise. The machine is trained by the
loop that trains the network, with plain SGD at the run's pretraining_eta, momentum and batch size,
without weight decay. Then the layer keeps its W and b, and the rest of the machine is forgotten.

Bengio et al. 2007; Vincent et al. 2010 (denoising); Hinton 2002, Hinton and Salakhutdinov 2006
(RBM).
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor

from mlpstudy import rng
from mlpstudy.core.batches import Examples, with_blank
from mlpstudy.core.costs import COSTS
from mlpstudy.core.initializers import draw_parameters
from mlpstudy.core.modules import (
    Activate,
    Buffers,
    Linear,
    Noise,
    Residual,
    _Draws,
    _levels,
    _normals,
    thresholds,
)
from mlpstudy.core.network import Network
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import examples_of
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.run import Run, machine_run
from mlpstudy.design.sizes import LayerSizes, layer_sizes

ROWS = 64  # examples that go through a pretrained layer at a time: fixed, whatever the stack


def pretraining(network: Network, examples: Examples) -> Iterator[tuple[Network, "Inputs"]]:
    """For each hidden layer, from below: a machine, and the inputs to train it on.

    Who takes a machine trains it before asking for the next; then the layer takes over what the
    machine has learned. Nothing where the runs do not ask for pretraining.
    """
    runs = network.runs
    if runs[0].pretraining == "none":
        return
    inputs = Inputs(examples.x, examples.offset, examples.N)
    blocks = _hidden_blocks(network)
    for layer, block in enumerate(blocks):
        machine = MACHINES[runs[0].pretraining](runs, layer, inputs.x.shape[1], network.like)
        own, learned = network.layers[layer], machine.layers[0]
        learned.W.copy_(own.W)
        learned.b.copy_(own.b)
        yield machine, inputs
        own.W.copy_(learned.W)
        own.b.copy_(learned.b)
        if layer + 1 < len(blocks):
            inputs = inputs.through(block, network.R)


class Inputs(Examples):
    """What a layer sees of the examples, and their own targets.

    x (parts * N + 1, n_in), the last row empty; offset (R, 1): where each run's N examples begin.
    """

    def __init__(self, x: Tensor, offset: Tensor, N: int):
        self.x, self.t, self.offset, self.N = x, x, offset, N
        self.buffer = Buffers()

    def through(self, block: list, R: int) -> "Inputs":
        """What the layer above sees: every run has its own."""
        parts = []
        for order in torch.arange(self.N, device=self.x.device).split(ROWS):
            z, _ = self.batch(self.rows(order.expand(R, -1)))
            for module in block:
                z = module.forward(z)
            parts.append(z[:, : len(order)].clone())  # the module will use its buffer again
        offset = torch.arange(R, device=self.x.device)[:, None] * self.N
        return Inputs(with_blank(torch.cat(parts, 1).flatten(0, 1)), offset, self.N)


def _hidden_blocks(network: Network) -> list[list]:
    """The modules of each hidden layer, but for what is random."""
    modules = [m for m in network.modules[:-1] if m not in network.random]
    ends = [i + 1 for i, m in enumerate(modules) if isinstance(m, Activate | Residual)]
    return [modules[start:end] for start, end in pairwise([0, *ends])]


def _autoencoder(runs: list[Run], layer: int, n_in: int, like: Tensor) -> Network:
    """x -> g(x W + b) -> a linear decoder, drawn as the run draws its layers, -> x."""
    machine = Network([machine_run(run) for run in runs], (n_in,), 0, n_in, like.dtype, like.device)
    decoder = machine.layers[1]
    for r, run in enumerate(runs):
        stream = rng.stream(run.seed, "pretrain-init", layer)
        (W,), (b,) = draw_parameters(run.initialization, run.init_gain, stream, [decoder.fans])
        decoder.W[r].copy_(torch.from_numpy(W.copy()))
        decoder.b[r, 0].copy_(torch.from_numpy(b))
    return machine


def _denoising(corruption):
    """An autoencoder that sees corrupted inputs and is to give back the clean ones."""

    def machine(runs: list[Run], layer: int, n_in: int, like: Tensor) -> Network:
        autoencoder = _autoencoder(runs, layer, n_in, like)
        module = corruption([r.corruption for r in runs], [r.seed for r in runs], layer, like)
        autoencoder.modules.insert(0, module)
        autoencoder.random.append(module)
        return autoencoder

    return machine


class Masking:
    """x m: each input is set to 0 with its run's share, the others stay as they are.

    A share is a number of LEVELS. Runs of one seed see the same draws, whatever their shares.
    """

    STEPS = 8

    def __init__(self, shares: list[float], seeds: list[int], layer: int, like: Tensor):
        self.off = thresholds(shares, like)
        purposes = ("pretrain-noise", "pretrain-fine")
        self.draws = _Draws(seeds, purposes, layer, self.STEPS, _levels)
        self.learning = False
        self.buffer = Buffers()

    def forward(self, x: Tensor) -> Tensor:
        if not self.learning:
            return x
        kept = torch.ge(self.draws.next(x), self.off, out=self.buffer("kept", x.shape, x))
        return kept.mul_(x)


def _gaussian(sigmas: list[float], seeds: list[int], layer: int, like: Tensor) -> Noise:
    """x + sigma e with draws that belong to the layer."""
    noise = Noise(sigmas, seeds, like)
    noise.draws = _Draws(seeds, ("pretrain-noise",), layer, noise.STEPS, _normals)
    return noise


class Boltzmann(Network):
    """A restricted Boltzmann machine of sigmoid hidden units h, trained by CD-1.

    P(h = 1 | v) = sigmoid(v W + b). Given h, a visible unit has the input h W' + c: its mean where
    it is Gaussian with variance 1, and the argument of its sigmoid where it is Bernoulli. Visible
    units are Gaussian where the inputs are real numbers (the standardised examples, and sums of
    residual layers), Bernoulli where they are outputs of sigmoid units. c starts at 0.

    A step goes along <v h> - <v' h'>, where v is a batch, h = P(h | v), the reconstruction v' comes
    from a sample of h (the mean where v' is Gaussian, else a sample, as in sklearn's BernoulliRBM),
    and h' = P(h | v').
    """

    STEPS = 8

    def __init__(self, runs: list[Run], layer: int, n_in: int, like: Tensor):
        self.runs, self.R, self.like = [machine_run(run) for run in runs], len(runs), like
        self.gaussian = layer == 0 or (layer > 1 and runs[0].residual != "none")
        self.up, self.down = Linear(n_in, runs[0].width), Linear(0, n_in)  # of its own only c
        self.positive, self.negative = Activate("sigmoid"), Activate("sigmoid")
        self.reconstruct = Activate("identity" if self.gaussian else "sigmoid")
        self.layers, self.random = [self.up, self.down], []
        self._bind()
        _, c, _, dc = self.down.whole
        W, _, dW, _ = self.up.whole
        self.down.fans, self.down.room = self.up.fans[::-1], self.up.room[::-1]
        self.down.whole = W.mT, c, dW.mT, dc
        seeds = [run.seed for run in runs]
        self.draws = _Draws(seeds, ("pretrain-noise",), layer, self.STEPS, _uniforms)

    def learn_from(self, v: Tensor, _, B: int) -> None:
        """The gradient of a batch v (R, B or more, n_in): what CD-1 ascends, with its sign turned.

        Rows beyond B are empty, and are made so again wherever they are added up.
        """
        h = self.positive.forward(self.up.forward(v))
        for_h, for_v = self._draw(v)
        sample = torch.lt(for_h, h, out=torch.empty_like(h))
        v1 = self.reconstruct.forward(self.down.forward(sample))
        if not self.gaussian:
            torch.lt(for_v, v1, out=v1)
        h1 = self.negative.forward(self.up.forward(v1))
        v1[:, B:] = 0
        up, (_, _, dW, _) = self.up, self.up.whole
        torch.bmm(up.filled(v1, 0, "v1").mT, up.filled(h1, 1, "h1"), out=dW)
        dW.baddbmm_(up.filled(v, 0, "v").mT, up.filled(h, 1, "h"), alpha=-1).div_(B)
        h1.sub_(h)[:, B:] = 0
        torch.sum(h1, 1, keepdim=True, out=self.up.db).div_(B)
        torch.sum(v1.sub_(v), 1, keepdim=True, out=self.down.db).div_(B)

    def _draw(self, v: Tensor) -> tuple[Tensor, Tensor]:
        """Uniform numbers for the hidden units and for the visible ones that need them."""
        n_in, width = self.up.fans
        n = width if self.gaussian else width + n_in
        draws = self.draws.next(v.new_empty(()).expand(*v.shape[:2], n))
        return draws[..., :width], draws[..., width:]


def _uniforms(shape, stream) -> Tensor:
    return torch.from_numpy(stream.random(shape, dtype="float32"))


MACHINES = {
    "autoencoder": _autoencoder,
    "denoising_masking": _denoising(Masking),
    "denoising_gaussian": _denoising(_gaussian),
    "rbm": Boltzmann,
}


def passes_spent(run: Run) -> float:
    """What a run's pretraining costs, in passes of the training that follows it.

    The cost is counted in multiply-adds of the weights: it grows with |w| as time does, but
    depends on no computer, and a pass over one layer is not a pass over the network. A pass over
    a layer of w weights takes 5 w for each example: an autoencoder 2 w forward, 2 w for the
    gradients of its two layers, w for the delta between them; an RBM w up, w down and w up again,
    2 w for the products of its step. The inputs of the next layer take another w, once. A pass of
    the network takes 3 w for each layer, and 2 w for the first, which sends no delta back.
    """
    if run.pretraining == "none":
        return 0.0
    *hidden, last = (layer.weights for layer in _layers(run))
    machines = run.pretraining_epochs * 5 * sum(hidden) + sum(hidden[:-1])
    return machines / (3 * (sum(hidden) + last) - hidden[0])


def _layers(run: Run) -> LayerSizes:
    data = EXAMPLES.get(run.dataset) or examples_of(DATASETS[run.dataset]())
    return layer_sizes(run, data.shape, COSTS[run.cost].outputs(data.classes, data.outputs))
