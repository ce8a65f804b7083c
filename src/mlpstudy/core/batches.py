"""The examples of a stack: each distinct split once, and every run's place among them."""

from collections.abc import Sequence

import torch
from torch import Tensor

from mlpstudy.core.network import Network
from mlpstudy.data.split import Part


class Examples:
    """One part (train, validation or test) of every run's data.

    parts: the distinct parts, of N examples each; which: for each of the R runs, its part.
    """

    def __init__(self, parts: Sequence[Part], which: Sequence[int], network: Network):
        like = network.like
        as_like = {"dtype": like.dtype, "device": like.device}
        self.N = len(parts[0].x)
        self.x = torch.cat([torch.from_numpy(p.x) for p in parts]).to(**as_like)
        targets = torch.cat([torch.from_numpy(p.target) for p in parts]).to(**as_like)
        self.t = network.targets(targets).contiguous()
        self.y = torch.cat([torch.from_numpy(p.y) for p in parts]).to(like.device)
        self.offset = torch.tensor(which, device=like.device)[:, None] * self.N

    def rows(self, order: Tensor) -> Tensor:
        """Places in x of the examples `order` (R, B) of every run."""
        return order + self.offset

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """x (R, B, n_in) and t (R, B, C) of the given places."""
        flat = rows.reshape(-1)
        x = self.x.index_select(0, flat).view(*rows.shape, -1)
        return x, self.t.index_select(0, flat).view(*rows.shape, -1)

    def labels(self, rows: Tensor) -> Tensor:
        return self.y.index_select(0, rows.reshape(-1)).view(rows.shape)
