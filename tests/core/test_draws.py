"""Draws are those of the specification: of Philox, of the place, and of the law."""

import re
from math import sqrt

import numba
import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import kstest

from mlpstudy.core import draws
from mlpstudy.core.native.compiled import HOW, entry
from mlpstudy.core.native.draws import levels, normal, normals, philox, uniforms
from mlpstudy.rng import key

KINDS = {"levels": draws.levels, "uniforms": draws.uniforms, "normals": draws.normals}
KEYS = np.stack([key(seed, "dropout", 3) for seed in (0, 7)])


def rounds(counter: list[int], keys: list[int]) -> list[int]:
    """Philox4x32-10 in whole numbers, as the paper writes it."""
    (L0, R0, L1, R1), (k0, k1) = counter, keys
    for _ in range(10):
        (high0, low0), (high1, low1) = (
            divmod(0xD2511F53 * L0, 2**32),
            divmod(0xCD9E8D57 * L1, 2**32),
        )
        L0, R0, L1, R1 = high1 ^ R0 ^ k0, low1, high0 ^ R1 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return [L0, R0, L1, R1]


@entry
def words(counter, keys):
    return philox(counter[0], counter[1], counter[2], counter[3], keys[0], keys[1])


def ours(counter, keys) -> list[int]:
    drawn = words(np.array(counter, np.uint64), np.array(keys, np.uint64))
    return [word % 2**32 for word in drawn]


# Random123, kat_vectors
KNOWN = [
    ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ([2**32 - 1] * 4, [2**32 - 1] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


@pytest.mark.parametrize(("counter", "keys", "answer"), KNOWN)
def test_philox_gives_the_known_answers(counter, keys, answer):
    for made in (ours(counter, keys), rounds(counter, keys)):
        assert " ".join(f"{word:08x}" for word in made) == answer


def specified(kind: str, keys, step: int, b: int, unit: int):
    """The number of one place, by the docstring of native/draws.py."""
    per_block = 8 if kind == "levels" else 4
    block, i = divmod(unit, per_block)
    drawn = rounds([b, block, step % 2**32, step // 2**32], [int(k) for k in keys])
    if kind == "levels":
        return drawn[i // 2] >> 16 * (i % 2) & 0xFFFF
    if kind == "uniforms":
        return (drawn[i] >> 8) / 2**24
    upper, m = divmod(drawn[i], 2**31)
    return ndtri((m + 0.5) / 2**32) * (1 if upper else -1)


@pytest.mark.parametrize("step", [0, 1, 2**32 - 1, 2**32, 5 * 2**32 + 3])
@pytest.mark.parametrize("kind", KINDS)
def test_each_number_is_the_one_of_its_place(kind, step):
    made = KINDS[kind](KEYS, step, 19, 11)
    assert made.shape == (2, 19, 11)
    for (s, b, unit), value in np.ndenumerate(made):
        expected = specified(kind, KEYS[s], step, b, unit)
        assert value == pytest.approx(expected, rel=1e-6 if kind == "normals" else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_depends_on_neither_the_batch_nor_the_units_nor_the_seeds_beside_it(kind):
    whole = KINDS[kind](KEYS, 4, 100, 64)
    for B, n in [(1, 1), (7, 3), (16, 9), (33, 64), (100, 5)]:
        assert KINDS[kind](KEYS[1:], 4, B, n).tobytes() == whole[1:, :B, :n].tobytes()


@entry
def of_one_step(kind, keys, step, first, n, B, stride, out):
    if kind == 0:
        levels(keys, step, first, n, B, stride, out)
    elif kind == 1:
        uniforms(keys, step, first, n, B, stride, out)
    else:
        normals(keys, step, first, n, B, stride, out)


@pytest.mark.parametrize("stride", [16, 48])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kernel_gets_the_same_unit_by_unit(kind, stride):
    dtype = np.uint16 if kind == "levels" else np.float32
    out = np.full(13 * stride, 7, dtype)
    of_one_step(list(KINDS).index(kind), KEYS[0], 9, 0, 13, 5, stride, out)
    out = out.reshape(13, stride)
    assert (KINDS[kind](KEYS[:1], 9, 5, 13)[0] == out[:, :5].T).all()
    assert (out[:, 16:] == 7).all(), "beyond the lanes of the batch"
    of_one_step(list(KINDS).index(kind), KEYS[0], 9, 3, 13, 2, stride, out.reshape(-1))
    assert (KINDS[kind](KEYS[:1], 9, 5, 13)[0, 3:] == out[:, :2].T).all(), "from the fourth on"


def test_levels_are_uniform():
    made = draws.levels(KEYS, 0, 256, 1024).ravel()
    assert made.min() >= 0 and made.max() < draws.LEVELS
    for shift in (0, 8):
        counts = np.bincount(made >> shift & 0xFF, minlength=256)
        assert np.square(counts - 2048).sum() / 2048 < 255 + 5 * sqrt(2 * 255)


@pytest.mark.parametrize(("kind", "law"), [("uniforms", "uniform"), ("normals", "norm")])
def test_numbers_follow_their_law(kind, law):
    made = KINDS[kind](KEYS, 0, 256, 256).ravel().astype(float)
    assert kstest(made, law).pvalue > 1e-3
    assert np.abs(np.corrcoef(made.reshape(-1, 16), rowvar=False) - np.eye(16)).max() < 0.06


@entry
def quantiles(words, out):
    for i in range(len(words)):
        out[i] = normal(words[i])


def test_normals_are_symmetric_and_right_in_their_tails():
    tail = np.r_[0 : 2**31 : 65_521, :100, 2**31 - 100 : 2**31].astype(np.uint32)
    above, below = (np.empty(len(tail), np.float32) for _ in "+-")
    quantiles(tail, above)
    quantiles(tail + np.uint32(2**31), below)
    assert (above == -below).all()
    p = (tail + 0.5) / 2**32
    centre = (2**31 - 1 - tail + 0.5) / 2**32  # 1/2 - p, of which ndtri sees no more than 16 digits
    expected = np.where(centre < 1e-6, sqrt(2 * np.pi) * centre, -ndtri(p))
    np.testing.assert_allclose(above, expected, rtol=5e-7)
    assert above.max() == pytest.approx(6.338, abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "dtype"), [(levels, "uint16"), (uniforms, "float32"), (normals, "float32")]
)
def test_the_loop_over_the_examples_becomes_vectors(kind, dtype):
    """Nothing else would show that it does not, but that it takes four times as long."""
    arrays = numba.uint32[::1], getattr(numba, dtype)[::1]
    kind = numba.njit(**HOW)(kind.py_func)
    kind.compile((arrays[0], *[numba.int64] * 5, arrays[1]))
    made = kind.inspect_llvm(kind.signatures[-1])
    assert re.search(r"mul nuw <\d+ x i64>", made)
    assert not re.search(r"call .*@\w*(exp|log|pow)", made)
