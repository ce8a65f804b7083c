"""How runs are cut into stacks that learn together."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from mlpstudy.design.run import Run, shape


def chunks(runs: Sequence[Run], largest: Callable[[Run], int]) -> Iterator[list[Run]]:
    """Cut runs into stacks of one shape and at most largest(run) runs, equal seeds together."""
    ordered = sorted(runs, key=lambda run: (repr(shape(run)), run.seed))
    for _, group in groupby(ordered, key=shape):
        stack = list(group)
        pieces = -(-len(stack) // largest(stack[0]))
        size = -(-len(stack) // pieces)  # equal pieces, rather than a tail of a single run
        yield from (stack[i : i + size] for i in range(0, len(stack), size))
