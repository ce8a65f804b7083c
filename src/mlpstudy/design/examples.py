"""What is known of the datasets before one is loaded: their sizes, and which runs they refuse.

A dataset that is not in the table is judged when it is read, by the same rules.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mlpstudy.design.length import used
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import layer_sizes

COLOUR = 3  # axes of a picture in colour: height, width, channels


class Examples(NamedTuple):
    """Examples in the training part, the shape of one, outputs of a network, classes (0: none)."""

    train: int
    shape: tuple[int, ...]
    outputs: int
    classes: int


EXAMPLES = {
    "digits": Examples(1079, (8, 8), 10, 10),
    "breast_cancer": Examples(341, (30,), 2, 2),
    "wine": Examples(106, (13,), 3, 3),
    "iris": Examples(90, (4,), 3, 3),
    "diabetes": Examples(266, (10,), 1, 0),
    "mnist_5k": Examples(4000, (28, 28), 10, 10),
    "mnist_1d": Examples(4000, (40,), 10, 10),
    "mnist_1d_published": Examples(4000, (40,), 10, 10),
    "xor": Examples(600, (2,), 2, 2),
    "xor_4": Examples(4, (2,), 2, 2),
    "moons": Examples(600, (2,), 2, 2),
    "circles": Examples(600, (2,), 2, 2),
    "spirals": Examples(600, (2,), 2, 2),
    "blobs": Examples(540, (2,), 3, 3),
    "checkerboard": Examples(960, (2,), 2, 2),
    "parity": Examples(154, (8,), 2, 2),
    "ball": Examples(720, (8,), 2, 2),
    "sine": Examples(600, (1,), 1, 0),
    "sawtooth": Examples(600, (1,), 1, 0),
    "radial": Examples(960, (2,), 1, 0),
}
WITH_PARTS = ("xor_4", "mnist_1d_published")  # nothing is drawn, so there are no folds either
# The only cost whose outputs reach any number: standardised targets lie outside of a sigmoid's.
FOR_REAL_NUMBERS = "mse_raw"


def misfits(run: Run, data: Examples | None = None) -> Iterator[tuple[str, str]]:
    """The fields of a run that its dataset cannot serve, each with the reason.

    data: what is known of the dataset, with the folds of the run; else what the table says, which is
    of no folds, and nothing where it says nothing.
    """
    of_this_run, name = data is not None, run.dataset
    data = data or EXAMPLES.get(name)
    if data is None:
        return
    if run.folds and name in WITH_PARTS:
        yield "folds", f"{name} has parts of its own: use 0"
    if run.train_size and run.train_size > data.train and (of_this_run or not run.folds):
        yield "train_size", f"{run.train_size} is more than the {data.train} that {name} has"
    if not data.classes:
        for field in ("label_noise", "label_smoothing"):
            if getattr(run, field):
                yield field, f"{name} is a regression, it has no labels"
        if run.class_weights != "none":
            yield "class_weights", f"{name} is a regression, it has no classes"
        if run.cost != FOR_REAL_NUMBERS:
            yield "cost", f"{name} is a regression: use {FOR_REAL_NUMBERS}"
    if (of_this_run or not run.folds) and _has_batch_of_one(run, used(run, data.train)):
        yield (
            "batch_size",
            f"norm: batch, and the last of {used(run, data.train)} examples is alone",
        )
    if run.kernel and len(data.shape) > COLOUR:
        shape = " x ".join(map(str, data.shape))
        yield "kernel", f"{name} has examples of {shape}, neither lines nor pictures: use 0"
        return
    hidden = layer_sizes(run, data.shape, data.outputs)[:-1]
    for layer in hidden:
        if layer.convolves and min(layer.sides) < 1:
            field = "kernel" if layer is hidden[0] or not run.kernel_above else "kernel_above"
            yield field, f"{layer.side} is more than is left of the inputs of {name}"
            return


def _has_batch_of_one(run: Run, examples: int) -> bool:
    """Whether batch norm would meet a batch without a variance: the last one is the smallest."""
    size = min(run.batch_size or examples, examples)
    return run.norm == "batch" and (examples % size or size) == 1
