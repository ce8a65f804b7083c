"""The only source of randomness: one stream per seed and purpose.

A stream depends on its seed and its purpose and on nothing else: not on the stack a run is
trained in, its place there, its treatment or the order of calls. So the same seed gives the same
split, the same initial draws and the same batches under every treatment, and comparisons between
treatments are paired.
"""

import zlib

import numpy as np

PURPOSES = (
    "data",  # generated datasets: the points themselves
    "split",  # train / validation / test, and the part of the training set that is used
    "folds",  # which fold an example is in: for all seeds of one round through the folds
    "labels",  # which labels are replaced, and by what
    "permutation",  # the fixed shuffling of the inputs
    "init",  # weights and biases; a part for each restart
    "order",  # the order of the examples in each pass
    "dropout",  # which units are switched off
    "input-dropout",  # which inputs are switched off
    "noise",  # what is added to the inputs
    "pretrain-init",  # the parts of a pretrained layer that are thrown away afterwards
    "pretrain-order",  # the order of the examples while pretraining
    "pretrain-noise",  # corruption, and the Gibbs sampling of an RBM
    "bootstrap",  # resampling in the statistics
    "study",  # draws of a study that does not train
)


def stream(seed: int, purpose: str, part: int = 0) -> np.random.Generator:
    """A fresh NumPy generator for one seed (>= 0), one of PURPOSES and one part (>= 0) of it.

    Parts tell apart what has a number of its own, such as the dropout of each layer.
    Raises ValueError where the purpose is unknown: missing randomness is an error.
    """
    return np.random.Generator(np.random.PCG64DXSM(_entropy(seed, purpose, part)))


def key(seed: int, purpose: str, part: int = 0) -> np.ndarray:
    """Two words (2,) uint32 for numbers that are a function of their place, such as the masks of
    dropout: `core/native/draws.py`. The arguments and errors are those of `stream`."""
    return _entropy(seed, purpose, part).generate_state(2, np.uint32)


def _entropy(seed: int, purpose: str, part: int) -> np.random.SeedSequence:
    if purpose not in PURPOSES:
        raise ValueError(f"unknown purpose {purpose!r}: known are {', '.join(PURPOSES)}")
    return np.random.SeedSequence([seed, zlib.crc32(purpose.encode()), part])
