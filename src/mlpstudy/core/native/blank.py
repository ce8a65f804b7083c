"""Inputs that are 0 in every example of a group, such as the border of a picture: its networks are
trained without them.

What such an input adds to a sum is 0, and so is the gradient of its weights: they stay as they were
drawn, and all others have the same bits with it and without it.
"""

import numpy as np

from mlpstudy.core.measures import PARTS
from mlpstudy.core.native.group import Group
from mlpstudy.core.native.layout import layer, net_of, numbers, zeros
from mlpstudy.data.split import Split
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import LayerSizes

EVERY = slice(None)
FEWEST = 0.02  # share of the inputs: below it the rest is hardly faster
Inputs = np.ndarray | slice  # their places, or EVERY


def inputs_met(runs: list[Run], split: Split) -> Inputs:
    """The inputs that the networks of some runs have to be trained with."""
    if any(_changes_all(run) for run in runs):
        return EVERY
    met = np.any([(getattr(split, name).x != 0).any(0) for name in PARTS], axis=0)
    return np.flatnonzero(met) if met.mean() < 1 - FEWEST and met.any() else EVERY


def _changes_all(run: Run) -> bool:
    """Whether something comes to an input that is 0, or to its weights, or counts the inputs."""
    drawn = run.input_noise or run.input_dropout or run.corruption
    return bool(drawn or run.weight_decay or run.pretraining != "none")


def narrowed(sizes: LayerSizes, met: Inputs) -> LayerSizes:
    """The layers of networks that have only some of the inputs."""
    if isinstance(met, slice):
        return sizes
    return LayerSizes([sizes[0]._replace(fan_in=len(met)), *sizes[1:]])


class Whole:
    """The networks of a group with all their inputs: sizes are theirs, met are the group's."""

    def __init__(self, group: Group, sizes: LayerSizes, met: Inputs = EVERY):
        self.group, self.sizes, self.met = group, sizes, met
        self.net = net_of(group.runs[0], sizes)
        self.complete = isinstance(met, slice)
        self.theta = zeros((0 if self.complete else len(group.runs), numbers(self.net)))

    def put(self, r: int, W: np.ndarray) -> None:
        """Keep the first W (fan_in, fan_out) of run r as it is drawn."""
        if not self.complete:
            layer(self.net, self.theta[r], 0)[:-1, : W.shape[1]] = W

    def of(self, r: int) -> np.ndarray:
        """theta of run r as it is now."""
        theta = self.group.state.theta[r]
        if self.complete:
            return theta
        first, learned = layer(self.net, self.theta[r], 0), layer(self.group.net, theta, 0)
        first[self.met], first[-1] = learned[:-1], learned[-1]
        self.theta[r, first.size :] = theta[learned.size :]
        return self.theta[r]
