"""The error surface of tiny networks: its value and slope anywhere, its minima, its flat parts.

A tiny network has one hidden layer and one output: y = sigmoid(sum_j v_j g(w_j . x + b_j) + c). Its
parameters are one vector theta = (W by columns of units, b, v, c), without b and c where it has no
biases. Everything works on P points of the surface at once: a stack of the core's networks.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product

import numpy as np
import torch
from scipy.optimize import minimize

from mlpstudy.analysis.gradients import vectors
from mlpstudy.core.network import Network
from mlpstudy.core.threads import one_thread
from mlpstudy.design.run import Run

COSTS = {"nll": "binary_nll", "mse": "mse_sigmoid"}  # of the lecture's single output
TOGETHER = 256  # points in a stack
FLAT_ENOUGH = 1e-5  # of the slope at the end of a search, to call it a stationary point
SAME = 1e-3  # of two losses, and of two sets of parameters, that are one minimum


@dataclass(frozen=True)
class Tiny:
    """x (N, n_in), t (N,) of 0 and 1; cost: nll or mse; decay: of decay / 2 |theta|^2."""

    x: np.ndarray
    t: np.ndarray
    hidden: int
    activation: str = "tanh"  # or sigmoid
    cost: str = "mse"
    biases: bool = True
    decay: float = 0.0

    @property
    def size(self) -> int:
        """Numbers in theta."""
        return self.hidden * (self.x.shape[1] + 1) + (self.hidden + 1 if self.biases else 0)

    def parts(self, theta: np.ndarray):
        """theta (P, size) -> W (P, n_in, n), b (P, n), v (P, n), c (P, 1); views, or zeros."""
        (P, _), n, m = theta.shape, self.hidden, self.x.shape[1]
        W = theta[:, : n * m].reshape(P, n, m).transpose(0, 2, 1)
        if not self.biases:
            return W, np.zeros((P, n)), theta[:, n * m :], np.zeros((P, 1))
        at = n * m
        return W, theta[:, at : at + n], theta[:, at + n : at + 2 * n], theta[:, -1:]

    @cached_property
    def places(self) -> np.ndarray:
        """(size,) where the numbers of theta stand in the core's vector W1, b1, W2, b2."""
        n, m = self.hidden, self.x.shape[1]
        W = (n * np.arange(m) + np.arange(n)[:, None]).ravel()
        b, v, c = n * m + np.arange(n), n * (m + 1) + np.arange(n), [n * (m + 2)]
        return np.concatenate([W, b, v, c] if self.biases else [W, v])

    def loss(self, theta: np.ndarray) -> np.ndarray:
        """(P, size) -> (P,) the mean cost of the examples, and the decay."""
        return self.loss_and_slope(theta)[0]

    def slope(self, theta: np.ndarray) -> np.ndarray:
        """(P, size) -> (P, size) the gradient of the loss."""
        return self.loss_and_slope(theta)[1]

    @one_thread()
    def loss_and_slope(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(P, size) -> (P,) and (P, size): one pass of the core, forth and back."""
        theta = np.atleast_2d(theta)
        blocks = [self._pass(theta[i : i + TOGETHER]) for i in range(0, len(theta), TOGETHER)]
        loss, slope = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        return loss + self.decay / 2 * np.square(theta).sum(1), slope + self.decay * theta

    def _pass(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        network, x, t, places = self._stack(len(theta))
        network.theta.numpy()[places] = theta
        network.learn_from(x, t, len(self.x))
        loss = network.cost.loss(network.last, t).numpy()
        return loss, network.gradient.numpy()[places]

    def _stack(self, P: int) -> tuple[Network, torch.Tensor, torch.Tensor, np.ndarray]:
        """A network for each of P points, x (P, N, n_in), t (P, N, 1), and where theta stands in
        its parameters (P, size)."""
        if P not in self._stacks:
            run = Run(depth=1, width=self.hidden, activation=self.activation, cost=COSTS[self.cost])
            network = Network([run] * P, self.x.shape[1:], 2, dtype=torch.float64)
            x, t = torch.from_numpy(self.x), torch.from_numpy(self.t)[:, None]
            places = vectors(network, torch.arange(len(network.theta))).numpy()[:, self.places]
            self._stacks[P] = network, x.repeat(P, 1, 1), t.repeat(P, 1, 1), places
        return self._stacks[P]

    @cached_property
    def _stacks(self) -> dict:
        return {}

    def descend(self, theta: np.ndarray, eta: float, steps: int) -> np.ndarray:
        """Gradient descent from theta (P, size): the path (steps + 1, P, size)."""
        path = [np.atleast_2d(theta)]
        for _ in range(steps):
            path.append(path[-1] - eta * self.slope(path[-1]))
        return np.array(path)

    def minima(self, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Searches (BFGS) from starts (P, size): the ends that are minima (M, size), their losses.

        A search that ends on a slope or on a saddle (a curvature below -FLAT_ENOUGH) is left out.
        """
        ends = self.ends(starts, FLAT_ENOUGH / 10)
        kept = [end for end in ends if self.curvature(end).min() > -FLAT_ENOUGH]
        found = np.array(kept).reshape(-1, self.size)
        return found, self.loss(found) if len(found) else np.empty(0)

    def ends(self, starts: np.ndarray, level: float) -> np.ndarray:
        """Searches (BFGS) from starts (P, size) until no slope is above a level: (M, size) places.

        A search that ends on a slope of FLAT_ENOUGH or more is left out.
        """
        how = {"jac": True, "method": "BFGS", "options": {"gtol": level, "maxiter": 2000}}
        ends = np.array([minimize(self._at, start, **how).x for start in starts])
        return ends[np.abs(self.slope(ends)).max(1) < FLAT_ENOUGH]

    def _at(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        (loss,), (slope,) = self.loss_and_slope(theta)
        return float(loss), slope

    def is_strict(self, theta: np.ndarray) -> bool:
        """Whether a stationary place (size,) is a minimum that rises on every side.

        Where the loss only levels off towards infinite weights some direction is flat, and it is not.
        """
        return bool(self.curvature(theta).min() > FLAT_ENOUGH)

    def curvature(self, theta: np.ndarray, step: float = 1e-4) -> np.ndarray:
        """Eigenvalues (size,) of the second derivatives at theta (size,), by differences of slopes."""
        around = theta + step * np.concatenate([np.eye(self.size), -np.eye(self.size)])
        ahead, behind = np.split(self.slope(around), 2)
        second = (ahead - behind) / (2 * step)
        return np.linalg.eigvalsh((second + second.T) / 2)

    def twins(self, theta: np.ndarray) -> np.ndarray:
        """theta (size,) -> (K, size): all parameters of the same function, by exchange of units and,
        for tanh, by change of a unit's signs (Sussmann 1992). Without biases as well."""
        W, b, v, c = (part[0] for part in self.parts(theta[None]))
        signs = (1, -1) if self.activation == "tanh" else (1,)
        result = []
        for order in permutations(range(self.hidden)):
            for flip in product(signs, repeat=self.hidden):
                turned = np.array(flip)
                Wt = (W[:, order] * turned).T.ravel()
                rest = [b[list(order)] * turned] if self.biases else []
                rest += [v[list(order)] * turned] + ([c] if self.biases else [])
                result.append(np.concatenate([Wt, *rest]))
        return np.array(result)

    def distinct(self, minima: np.ndarray) -> list[int]:
        """Minima (M, size), best first -> places of those that are no other's twin."""
        kept: list[int] = []
        for i, theta in enumerate(minima):
            twins = self.twins(theta)
            near = SAME * (1 + np.abs(theta).max()) * 10
            if not any(np.abs(twins - minima[k]).max(1).min() < near for k in kept):
                kept.append(i)
        return kept


def flat_share(slopes: np.ndarray, share: float) -> float:
    """The share of the places (P, size) whose slope is shorter than `share` of the longest one."""
    steep = np.linalg.norm(slopes, axis=1)
    return float(np.mean(steep < share * steep.max()))


def plane_through(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The plane through three places (size,): its origin a, and two orthonormal axes (2, size)."""
    u = (b - a) / np.linalg.norm(b - a)
    v = (c - a) - ((c - a) @ u) * u
    return a, np.stack([u, v / np.linalg.norm(v)])


def bent_down(surface: np.ndarray, share: float = 0.1) -> float:
    """The share of the inside of a square picture (side, side) of losses that is not convex.

    Where the smaller of the two curvatures is below -share times the larger one in size.
    """
    f = surface
    xx = f[1:-1, 2:] - 2 * f[1:-1, 1:-1] + f[1:-1, :-2]
    yy = f[2:, 1:-1] - 2 * f[1:-1, 1:-1] + f[:-2, 1:-1]
    xy = (f[2:, 2:] - f[2:, :-2] - f[:-2, 2:] + f[:-2, :-2]) / 4
    middle, spread = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    low, high = middle - spread, np.maximum(np.abs(middle - spread), np.abs(middle + spread))
    return float(np.mean(low < -share * high))
