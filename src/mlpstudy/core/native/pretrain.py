"""Greedy layer-wise pretraining, run by run: what is learned, and from which draws, is said in
mlpstudy.core.pretrain."""

from collections.abc import Callable

import numpy as np

from mlpstudy import rng
from mlpstudy.core.initializers import draw_layers
from mlpstudy.core.native import boltzmann
from mlpstudy.core.native.compiled import borrowed, entry, part
from mlpstudy.core.native.group import Group, Purposes
from mlpstudy.core.native.layout import rows_of, work_for, zeros
from mlpstudy.core.native.network import copied, layer
from mlpstudy.core.native.passes import MEASURED, filled
from mlpstudy.core.native.products import rounded, taken, turned, up
from mlpstudy.design.run import Run, machine_run
from mlpstudy.design.sizes import layer_sizes

Trained = tuple[np.ndarray, np.ndarray, bool]  # W, b and whether they stayed finite


def pretrain(group: Group, x: np.ndarray) -> None:
    """Prepare the hidden layers of every run on its examples x (N, n_in), where they ask for it.

    A run that diverges keeps its last finite weights, and counts as diverged at pass 0.
    """
    kind = group.runs[0].pretraining
    if kind == "none":
        return
    outputs = Outputs(group)
    for r in range(len(group.runs)):
        if not _prepare(group, r, x, MACHINES[kind], outputs):
            group.state.diverged_at[r] = 0


def _prepare(group: Group, r: int, x: np.ndarray, train: Callable, outputs: "Outputs") -> bool:
    """Train the hidden layers of one run one after the other; whether all stayed finite."""
    theta, hidden, finite = group.state.theta[r], len(group.sizes) - 1, True
    for k in range(hidden):
        W, b, stayed = train(group.runs[r], k, x, *group.get(theta, k))
        group.put(r, k, W, b)
        finite &= stayed
        if k + 1 < hidden:
            x = outputs(theta, k, x)
    return finite


def autoencoder(run: Run, k: int, x: np.ndarray, W, b, sigma=0.0, masks=False) -> Trained:
    """W and b of layer k after they have learned to give back x (N, n).

    sigma: of the noise on the inputs; masks: whether some of them are set to 0.
    """
    machine = machine_run(run).model_copy(update={"input_noise": sigma})
    sizes = layer_sizes(machine, (x.shape[1],), x.shape[1])
    purposes = Purposes("pretrain-order", "pretrain-noise", k)
    group = Group([machine], sizes, x, x, purposes=purposes, masks=masks)
    stream = rng.stream(run.seed, "pretrain-init", k)
    (V,), (c,) = draw_layers(run, stream, [sizes[1].fans])
    group.put(0, 0, W, b)
    group.put(0, 1, V, c)
    group.learn(0, machine.epochs)
    return *group.get(group.state.theta[0], 0), bool(group.state.diverged_at[0] < 0)


def denoising_masking(run: Run, k: int, x: np.ndarray, W, b) -> Trained:
    """The same of inputs some of which are set to 0."""
    return autoencoder(run, k, x, W, b, masks=run.corruption > 0)


def denoising_gaussian(run: Run, k: int, x: np.ndarray, W, b) -> Trained:
    """The same of inputs with Gaussian noise."""
    return autoencoder(run, k, x, W, b, sigma=run.corruption)


MACHINES: dict[str, Callable[..., Trained]] = {
    "autoencoder": autoencoder,
    "denoising_masking": denoising_masking,
    "denoising_gaussian": denoising_gaussian,
    "rbm": boltzmann.train,
}


class Outputs:
    """What a layer of a group's networks makes of its inputs, without dropout."""

    def __init__(self, group: Group):
        self.net, self.work = group.net, work_for(group.net, MEASURED)
        self.starts = np.zeros(MEASURED, np.int64)

    def __call__(self, theta: np.ndarray, k: int, x: np.ndarray) -> np.ndarray:
        """(N, fan_out) of layer k of one run, of inputs x (N, fan_in)."""
        n, N = int(self.net.fans[k + 1]), len(x)
        z = zeros((N, up(n)))
        through(self.net, theta, k, rows_of(x), N, self.starts, self.work, z.reshape(-1))
        return z[:, :n]


@entry
def through(net, theta, k, x, N, starts, work, out):
    """out = what layer k hands on, of N inputs x; both are rows, rounded up."""
    net, work = borrowed(net), borrowed(work)
    n, above, stride = net.fans[k], net.fans[k + 1], work.stride
    wide, room, at = rounded(n), rounded(above), net.rows[k] * stride
    for first in range(0, N, stride):
        count = min(stride, N - first)
        used = rounded(count)
        for b in range(stride):
            starts[b] = (first + b if b < count else N) * wide
        taken(x, wide, n, starts, work.e, 0, stride)
        filled(part(work.e, n * stride, stride))
        layer(net, theta, k, work.e, 0, work, used)
        copied(part(work.z, at, above * stride), work.d)
        turned(work.d, above, stride, used, work.lines, work.turned)
        copied(part(work.turned, 0, count * room), part(out, first * room, count * room))
