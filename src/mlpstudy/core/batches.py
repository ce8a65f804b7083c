"""The examples of a stack: each distinct split once, and every run's place among them."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from mlpstudy.core.class_weights import balanced
from mlpstudy.core.modules import Buffers
from mlpstudy.core.network import Network
from mlpstudy.data.split import Part

# Batches are filled up with empty rows to a multiple of this. The vector units take 32 numbers at a
# time and hand the rest to other code with other last bits: so no run's numbers are ever the rest,
# wherever it stands in a stack.
ROWS_TOGETHER = 32


class Rows:
    """Inputs and targets of a stack, and where each of its R runs finds its own N.

    x (n + 1, n_in), t (n + 1, C): the last row is empty; offset (R, 1): of each run's first row.
    """

    def __init__(self, x: Tensor, t: Tensor, offset: Tensor, N: int):
        self.x, self.t, self.offset, self.N = x, t, offset, N
        self.buffer = Buffers()

    def rows(self, order: Tensor) -> Tensor:
        """Places in x of the examples `order` (R, B) of every run."""
        return order + self.offset

    def class_weights(self) -> Tensor | None:
        """(R, 1, classes) balanced weights of the classes: none where there are no classes."""
        return None

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """x (R, B + empty rows, n_in) and t (R, B + empty rows, C) of the given places.

        They hold until the next call: a batch of pictures is large, and memory that is asked for
        anew at every step costs as much as the products that it is for.
        """
        if empty := -rows.shape[1] % ROWS_TOGETHER:
            rows = pad(rows, (0, empty), value=len(self.x) - 1)
        return self._taken("x", self.x, rows), self._taken("t", self.t, rows)

    def _taken(self, name: str, source: Tensor, rows: Tensor) -> Tensor:
        taken = self.buffer(name, (rows.numel(), source.shape[1]), source)
        torch.index_select(source, 0, rows.reshape(-1), out=taken)
        return taken.view(*rows.shape, -1)


class Examples(Rows):
    """One part (train, validation or test) of every run's data.

    parts: the distinct parts, of N examples each; which: for each of the R runs, its part.
    """

    def __init__(self, parts: Sequence[Part], which: Sequence[int], network: Network):
        like, N = network.like, len(parts[0].x)
        as_like = {"dtype": like.dtype, "device": like.device}
        x = with_blank(torch.cat([torch.from_numpy(p.x) for p in parts]).to(**as_like))
        targets = torch.cat([torch.from_numpy(p.target) for p in parts]).to(**as_like)
        offset = torch.tensor(which, device=like.device)[:, None] * N
        super().__init__(x, with_blank(network.targets(targets)), offset, N)
        self.y = torch.cat([torch.from_numpy(p.y) for p in parts]).to(like.device)
        self.classes, self.labelled = network.classes, [parts[i].y for i in which]

    def class_weights(self) -> Tensor | None:
        if not self.classes:
            return None
        weights = [balanced(y, self.classes) for y in self.labelled]
        return self.x.new_tensor(np.stack(weights))[:, None]

    def labels(self, rows: Tensor) -> Tensor:
        """(R, B)"""
        return self.y.index_select(0, rows.reshape(-1)).view(rows.shape)


def with_blank(rows: Tensor) -> Tensor:
    """The rows and, last, an empty one."""
    return torch.cat([rows, torch.zeros_like(rows[:1])])
