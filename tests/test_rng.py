"""Streams depend on their seed, their purpose and their part, and on nothing else."""

import random
from itertools import combinations, product

import numpy as np
import pytest
import torch

from mlpstudy.rng import PURPOSES, stream


def draws(*key) -> list[int]:
    return stream(*key).integers(0, 2**62, 4).tolist()


def test_a_stream_is_the_same_whoever_asked_before():
    first = draws(3, "init")
    draws(3, "order"), draws(4, "init")
    assert draws(3, "init") == first
    half = stream(3, "init")
    assert half.integers(0, 2**62, 2).tolist() + half.integers(0, 2**62, 2).tolist() == first


def test_the_first_numbers_are_pinned():
    """Another number here would be another draw of everything in every study."""
    assert stream(0, "init").integers(0, 1000, 5).tolist() == [348, 661, 200, 757, 818]
    assert stream(7, "dropout", 2).integers(0, 1000, 5).tolist() == [602, 774, 458, 667, 150]


def test_seeds_purposes_and_parts_have_streams_of_their_own():
    keys = list(product((0, 1, 2**32 - 1), PURPOSES, (0, 1, 7)))
    assert len({tuple(draws(*key)) for key in keys}) == len(keys)


@pytest.mark.parametrize(
    ("one", "other"), list(combinations(["init", "order", "dropout", "noise"], 2))
)
def test_streams_of_one_seed_are_not_correlated(one, other):
    n = 20_000
    x, y = (stream(5, purpose).standard_normal(n) for purpose in (one, other))
    assert abs(np.corrcoef(x, y)[0, 1]) < 5 / np.sqrt(n)


def test_an_unknown_purpose_is_an_error_that_names_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown purpose 'luck': known are data, split, .*study"):
        stream(0, "luck")


@pytest.mark.parametrize("key", [(-1, "init"), (0, "init", -1)], ids=["seed", "part"])
def test_a_negative_seed_or_part_is_an_error(key):
    with pytest.raises(ValueError, match="non-negative"):
        stream(*key)


def test_no_global_generator_is_touched():
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    stream(0, "init").standard_normal(1000)
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert after == before
