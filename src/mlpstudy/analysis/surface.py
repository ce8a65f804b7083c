"""The error surface of tiny networks: its value and slope anywhere, its minima, its flat parts.

A tiny network has one hidden layer and one output: y = sigmoid(sum_j v_j g(w_j . x + b_j) + c). Its
parameters are one vector theta = (W by columns of units, b, v, c), without b and c where it has no
biases. Everything works on P points of the surface at once.
"""

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log1p

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

    def loss(self, theta: np.ndarray) -> np.ndarray:
        """(P, size) -> (P,) the mean cost of the examples, and the decay."""
        return self._pass(np.atleast_2d(theta))[0]

    def slope(self, theta: np.ndarray) -> np.ndarray:
        """(P, size) -> (P, size) the gradient of the loss."""
        theta = np.atleast_2d(theta)
        _, z, delta = self._pass(theta)
        _, _, v, _ = self.parts(theta)
        dg = 1 - z**2 if self.activation == "tanh" else z * (1 - z)
        below = delta[:, :, None] * v[:, None] * dg  # (P, N, n)
        dW = np.einsum("pni,nm->pim", below, self.x).reshape(len(theta), -1)
        dv = np.einsum("pn,pni->pi", delta, z)
        parts = [dW, dv]
        if self.biases:
            parts = [dW, below.sum(1), dv, delta.sum(1, keepdims=True)]
        return np.concatenate(parts, 1) / len(self.x) + self.decay * theta

    def _pass(self, theta: np.ndarray):
        """loss (P,), z of the hidden units (P, N, n), delta = dL/da of the output (P, N)."""
        W, b, v, c = self.parts(theta)
        h = self.x @ W + b[:, None]
        z = np.tanh(h) if self.activation == "tanh" else expit(h)
        a = np.einsum("pni,pi->pn", z, v) + c
        y = expit(a)
        if self.cost == "nll":
            terms = np.maximum(a, 0) - a * self.t + log1p(np.exp(-np.abs(a)))
            delta = y - self.t
        else:
            terms = (y - self.t) ** 2
            delta = 2 * (y - self.t) * y * (1 - y)
        return terms.mean(1) + self.decay / 2 * np.square(theta).sum(1), z, delta

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
        ends = [
            minimize(
                lambda p: (float(self.loss(p)[0]), self.slope(p)[0]),
                start,
                jac=True,
                method="BFGS",
                options={"gtol": level, "maxiter": 2000},
            ).x
            for start in starts
        ]
        level_ends = [end for end in ends if np.abs(self.slope(end)).max() < FLAT_ENOUGH]
        return np.array(level_ends).reshape(-1, self.size)

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
