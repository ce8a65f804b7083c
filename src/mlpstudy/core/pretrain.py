"""Greedy layer-wise pretraining: the hidden layers learn one after the other, without labels.

Every hidden layer becomes for a while the first layer of a machine, a small network of its own
that learns to give back its inputs: the training examples for the first layer, and for the next
one what the layers below make of them, without dropout or noise. The machine is trained by the
loop that trains the network, with plain SGD at the run's pretraining_eta, momentum and batch size,
without weight decay. Then the layer keeps its W and b, and the rest of the machine is forgotten.

Bengio et al. 2007; Vincent et al. 2010 (denoising); Hinton 2002, Hinton and Salakhutdinov 2006
(RBM).
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from mlpstudy import rng
from mlpstudy.core.batches import Rows, with_blank
from mlpstudy.core.draws import Draws, uniforms
from mlpstudy.core.initializers import draw_layers
from mlpstudy.core.modules import Activate, Linear, Masking, Noise, Tied, drawn
from mlpstudy.core.network import Network
from mlpstudy.core.stack import Stack
from mlpstudy.design.run import Run, machine_run

ROWS = 64  # examples that go through a pretrained layer at a time: fixed, whatever the stack


def pretraining(network: Stack, examples: Rows) -> Iterator[tuple[Stack, "Inputs"]]:
    """For each hidden layer, from below: a machine, and the inputs to train it on.

    Who takes a machine trains it before asking for the next; then the layer takes over what the
    machine has learned. Nothing where the runs do not ask for pretraining.
    """
    runs, kind = network.runs, network.runs[0].pretraining
    if kind == "none" or not isinstance(network, Network):
        return
    inputs = Inputs(examples.x, examples.offset, examples.N)
    *hidden, _ = network.layers
    for layer, module in enumerate(hidden):
        machine = MACHINES[kind](runs, layer, inputs.x.shape[1], network.like)
        machine.layers[0].copy_from(module)
        yield machine, inputs
        module.copy_from(machine.layers[0])
        if layer + 1 < len(hidden):
            inputs = inputs.through(network, layer)


class Inputs(Rows):
    """What a layer sees of the examples, and their own targets."""

    def __init__(self, x: Tensor, offset: Tensor, N: int):
        super().__init__(x, x, offset, N)

    def through(self, network: Network, layer: int) -> "Inputs":
        """What the layer above sees: every run has its own."""
        R, device, parts = network.R, self.x.device, []
        for order in torch.arange(self.N, device=device).split(ROWS):
            z, _ = self.batch(self.rows(order.expand(R, -1)))
            # copied, as the module will use its buffer again
            parts.append(network.through(layer, z)[:, : len(order)].clone())
        offset = torch.arange(R, device=device)[:, None] * self.N
        return Inputs(with_blank(torch.cat(parts, 1).flatten(0, 1)), offset, self.N)


def autoencoder(runs: list[Run], layer: int, n_in: int, like: Tensor, *corrupt: Any) -> Network:
    """x -> g(x W + b) -> a linear decoder, drawn as the run draws its layers, -> x.

    corrupt: modules that its inputs go through, while it is to give back the clean ones.
    """
    machines = [machine_run(run) for run in runs]
    machine = Network(machines, (n_in,), 0, n_in, like.dtype, like.device, corrupt)
    decoder = machine.layers[1]
    for r, run in enumerate(runs):
        stream = rng.stream(run.seed, "pretrain-init", layer)
        (W,), (b,) = draw_layers(run, stream, [decoder.fans])
        decoder.W[r].copy_(torch.from_numpy(W.copy()))
        decoder.b[r, 0].copy_(torch.from_numpy(b))
    return machine


def denoising_masking(runs: list[Run], layer: int, n_in: int, like: Tensor) -> Network:
    """An autoencoder some of whose inputs are set to 0."""
    shares, seeds = [run.corruption for run in runs], [run.seed for run in runs]
    masking = Masking(shares, seeds, like, "pretrain-noise", layer)
    return autoencoder(runs, layer, n_in, like, masking)


def denoising_gaussian(runs: list[Run], layer: int, n_in: int, like: Tensor) -> Network:
    """An autoencoder to whose inputs Gaussian noise is added."""
    sigmas, seeds = [run.corruption for run in runs], [run.seed for run in runs]
    noise = Noise(sigmas, seeds, like, "pretrain-noise", layer)
    return autoencoder(runs, layer, n_in, like, noise)


class Boltzmann(Stack):
    """A restricted Boltzmann machine of sigmoid hidden units h, trained by CD-1.

    P(h = 1 | v) = sigmoid(v W + b). Given h, a visible unit has the input h W' + c: its mean where
    it is Gaussian with variance 1, and the argument of its sigmoid where it is Bernoulli. Visible
    units are Gaussian where the inputs are real numbers (the standardised examples, and sums of
    residual layers), Bernoulli where they are outputs of sigmoid units. c starts at 0.

    A step goes along <v h> - <v' h'>, where v is a batch, h = P(h | v), the reconstruction v' comes
    from a sample of h (the mean where v' is Gaussian, else a sample, as in sklearn's BernoulliRBM),
    and h' = P(h | v').
    """

    def __init__(self, runs: list[Run], layer: int, n_in: int, like: Tensor):
        self.gaussian = layer == 0 or (layer > 1 and runs[0].residual != "none")
        self.up = Linear(n_in, runs[0].width)
        self.down = Tied(self.up)
        self.positive, self.negative = Activate("sigmoid"), Activate("sigmoid")
        self.reconstruct = Activate("identity" if self.gaussian else "sigmoid")
        seeds = [run.seed for run in runs]
        self.draws = Draws(uniforms, seeds, "pretrain-noise", layer)
        super().__init__([machine_run(run) for run in runs], [self.up, self.down], [], like)

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
        v1[:, B:].zero_()
        up, dW = self.up, self.up.whole.dW
        torch.bmm(up.filled(v1, 0, "v1").mT, up.filled(h1, 1, "h1"), out=dW)
        dW.baddbmm_(up.filled(v, 0, "v").mT, up.filled(h, 1, "h"), alpha=-1).div_(B)
        h1.sub_(h)[:, B:].zero_()
        torch.sum(h1, 1, keepdim=True, out=self.up.db).div_(B)
        torch.sum(v1.sub_(v), 1, keepdim=True, out=self.down.db).div_(B)

    def _draw(self, v: Tensor) -> tuple[Tensor, Tensor]:
        """Uniform numbers for the hidden units and for the visible ones that need them."""
        n_in, width = self.up.fans
        n = width if self.gaussian else width + n_in
        draws = drawn(self.draws, v.new_empty(()).expand(*v.shape[:2], n))
        return draws[..., :width], draws[..., width:]


MACHINES: dict[str, Callable[[list[Run], int, int, Tensor], Stack]] = {
    "autoencoder": autoencoder,
    "denoising_masking": denoising_masking,
    "denoising_gaussian": denoising_gaussian,
    "rbm": Boltzmann,
}
