"""How many networks train together: as many as fit into the cache.

A stack of one pays Python's overhead at every operation; a stack whose arrays leave the cache pays
for memory at every operation. Between the two lies the largest stack whose weights, gradient,
optimizer state, rates, activations and patches together stay within BUDGET. The bits of a run do not depend
on it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from mlpstudy.core.network import Network
from mlpstudy.design.run import Run, shape

BUDGET = {"cpu": 8 * 2**20, "cuda": 2**30}  # bytes: a core's share of the caches; a part of a GPU
LARGEST = {"cpu": 128, "cuda": 4096}
ARRAYS = 5  # of the size of the parameters: theta, its last finite copy, gradient, v, eta
OUTPUTS = 4  # of the size of a layer's outputs: a, z, delta and what is multiplied with it
PATCHES = 2  # what a kernel sees at all its places, and the delta that comes back to them
FULL_BATCH = 256  # examples that count for a batch of all of them


def networks_that_fit(network: Network, device: str = "cpu") -> int:
    """How many networks like this one (a stack of one) stay within the device's budget."""
    batch = network.runs[0].batch_size or FULL_BATCH
    layers = network.layer_sizes
    units = layers[0].fan_in + layers.units
    patches = PATCHES * layers.patches
    numbers = ARRAYS * network.n_parameters + batch * (OUTPUTS * units + patches)
    fit = BUDGET[device] // (network.like.element_size() * numbers)
    return max(1, min(LARGEST[device], fit))


def chunks(runs: Sequence[Run], largest: Callable[[Run], int]) -> Iterator[list[Run]]:
    """Cut runs into stacks of one shape and at most largest(run) runs, equal seeds together."""
    ordered = sorted(runs, key=lambda run: (repr(shape(run)), run.seed))
    for _, group in groupby(ordered, key=shape):
        stack = list(group)
        pieces = -(-len(stack) // largest(stack[0]))
        size = -(-len(stack) // pieces)  # equal pieces, rather than a tail of a single run
        yield from (stack[i : i + size] for i in range(0, len(stack), size))
