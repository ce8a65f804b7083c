"""How deep linear networks learn: gradient descent on whitened data, and the law of their modes.

The cost is E|y - W_N ... W_1 x|^2 / 2 with E[x x^T] = I, so that all that is left of the data is
C = E[y x^T] = U diag(s) V^T. Time is the step times the number of steps (Saxe et al. 2014).
"""

from collections.abc import Sequence
from functools import reduce
from math import sqrt

import numpy as np
import torch
from scipy.integrate import solve_ivp

from mlpstudy.core.network import Network
from mlpstudy.core.threads import one_thread
from mlpstudy.design.run import Run


def whitened(x: np.ndarray, components: int) -> np.ndarray:
    """(N, k) the first principal components of x (N, n_in), each with mean 0 and variance 1;
    k = components, or fewer where x has no more."""
    x = x - x.mean(0)
    _, lengths, axes = np.linalg.svd(x, full_matrices=False)
    k = min(components, int((lengths > 1e-6 * lengths[0]).sum()))
    z = x @ axes[:k].T
    return z / z.std(0)


def modes(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """U (n_out, r), s (r,), V (n_in, r) of E[y x^T], y taken from its mean; x (N, n_in), y (N, n_out).
    The strongest s is scaled to 1: that is a unit of time and of y."""
    U, s, Vt = np.linalg.svd((y - y.mean(0)).T @ x / len(x), full_matrices=False)
    kept = s > 1e-9 * s[0]
    return U[:, kept], s[kept] / s[0], Vt[kept].T


def strengths(s: np.ndarray, matrices: int, start: float, times: np.ndarray) -> np.ndarray:
    """(T, r) strengths of the modes by the law da/dt = N a^(2 - 2/N) (s - a), from a(0) = start:
    exact for small steps where all factors share the modes and the strengths."""
    N = matrices

    def law(_, a):
        return N * np.maximum(a, 0) ** (2 - 2 / N) * (s - a)

    span = (0.0, float(times[-1]))
    found = solve_ivp(law, span, np.full(len(s), start), t_eval=times, rtol=1e-8, atol=1e-10)
    return found.y.T


def half_times(s: np.ndarray, start: np.ndarray) -> np.ndarray:
    """(R, r) times at which two matrices have learned half of each mode: of a' = 2 a (s - a), a(0) =
    start (R, r), whose solution is logistic (Saxe et al. 2014); 0 where they start beyond it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(np.log(s / start - 1) / (2 * s), 0.0)


def started(W: Sequence[np.ndarray], U: np.ndarray, V: np.ndarray) -> np.ndarray:
    """(R, r) strengths that the modes of two small random matrices grow from; W_1 (R, h, n_in), W_2
    (R, n_out, h).

    While the product is small, w_1 = W_1 v and w_2 = W_2^T u of a mode obey w_1' = s w_2 and w_2' =
    s w_1: their sum grows as e^(s t), their difference dies out, and w_1 . w_2 comes to
    |w_1 + w_2|^2 / 4 e^(2 s t).
    """
    below, above = np.einsum("khi,ir->khr", W[0], V), np.einsum("koh,or->khr", W[1], U)
    return np.square(below + above).sum(1) / 4


def on_modes(
    U: np.ndarray, V: np.ndarray, matrices: int, start: float, rng: np.random.Generator
) -> list[np.ndarray]:
    """W_1, ..., W_N whose product is U start V^T, with equal factors and random rotations between:
    W_l = R_l w R_(l-1)^T, w = start^(1/N), R_0 = V, R_N = U. U (n_out, r), V (n_in, r)."""
    r = V.shape[1]
    turns = [np.linalg.qr(rng.normal(size=(r, r)))[0] for _ in range(matrices - 1)]
    turns = [V, *turns, U]
    w = start ** (1 / matrices)
    return [w * up @ down.T for down, up in zip(turns, turns[1:])]


def at_random(
    sizes: Sequence[int], start: float, rngs: Sequence[np.random.Generator]
) -> list[np.ndarray]:
    """W_1, ..., W_N (R, n_l, n_(l-1)) of R networks: normal, of deviation start^(1/N) / sqrt(n_(l-1))."""
    w = start ** (1 / (len(sizes) - 1))
    draws = [
        [rng.normal(size=(up, down)) / np.sqrt(down) for down, up in zip(sizes, sizes[1:])]
        for rng in rngs
    ]
    return [w * np.stack(layer) for layer in zip(*draws, strict=True)]


@one_thread()
def descend(
    W: Sequence[np.ndarray], C: np.ndarray, step: float, steps: int, every: int
) -> np.ndarray:
    """(T, R, n_out, n_in) the product W_N ... W_1 before the first step and after each `every`-th.

    W: W_1, ..., W_N, each (R, n_l, n_(l-1)), with one width of the hidden layers; C: (n_out, n_in).
    The core's own passes, on inputs sqrt(n_in) e_i, for which E[x x^T] = I, with targets C x.
    """
    n_out, n_in = C.shape
    run = Run(depth=len(W) - 1, width=W[0].shape[1], activation="identity", cost="mse_raw")
    network = Network([run] * len(W[0]), (n_in,), 0, n_out, torch.float64)
    for module, w in zip(network.layers, W, strict=True):
        module.W.copy_(torch.from_numpy(w).mT)
    length = sqrt(n_in)
    x = length * torch.eye(n_in, dtype=torch.float64).repeat(network.R, 1, 1)
    t = length * torch.tensor(C.T).repeat(network.R, 1, 1)
    kept = []
    for at in range(steps + 1):
        network.learn_from(x, t, n_in)
        if at % every == 0:
            kept.append(network.last.mT.numpy() / length)
        for module in network.layers:
            module.W.sub_(module.dW, alpha=step / 2)  # mse_raw is twice the cost
    return np.stack(kept)


def product(W: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The one layer W (n_in, n_out), b (n_out,) that a stack of linear layers is:
    (x W_1 + b_1) W_2 + b_2 = x (W_1 W_2) + (b_1 W_2 + b_2)."""
    return reduce(
        lambda done, layer: (done[0] @ layer[0], done[1] @ layer[0] + layer[1]),
        zip(W[1:], b[1:], strict=True),
        (W[0], b[0]),
    )


def when(values: np.ndarray, times: np.ndarray, level: float) -> float:
    """The time at which values (T,) first reach a level, between two of them by a straight line;
    infinite where they never do."""
    above = np.flatnonzero(values >= level)
    if not len(above):
        return float("inf")
    k = above[0]
    if k == 0:
        return float(times[0])
    share = (level - values[k - 1]) / (values[k] - values[k - 1])
    return float(times[k - 1] + share * (times[k] - times[k - 1]))
