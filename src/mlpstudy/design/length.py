"""How long a run learns: in passes over its examples, or in steps."""

from mlpstudy.design.run import Run


def used(run: Run, there: int) -> int:
    """Training examples that a run uses, of so many that are there."""
    return min(run.train_size or there, there)


def steps_of_pass(run: Run, examples: int) -> int:
    """Steps that see each of the training examples once."""
    return -(-examples // min(run.batch_size or examples, examples))


def passes(run: Run, examples: int) -> int:
    """Passes over so many training examples; the last may be cut short, see `steps_left`."""
    return run.epochs if run.steps is None else -(-run.steps // steps_of_pass(run, examples))


def steps_left(run: Run, examples: int, before: int) -> int:
    """Steps of the pass that comes after so many."""
    whole = steps_of_pass(run, examples)
    return whole if run.steps is None else min(whole, run.steps - before * whole)
