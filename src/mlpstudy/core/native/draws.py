"""The numbers drawn while training: which units are switched off, what noise the inputs get.

A number depends on the seed of its run, on what it is for and on its place alone: it is the same in
any stack, at any batch size, on any machine and in every engine. This is the specification. Four
words of 32 bits are Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011) of

    key      mlpstudy.rng.key(seed, purpose, part), two words
    counter  (example, block, step mod 2^32, step div 2^32)

`example` is the position in the batch. `step` counts the batches of one training from 0, be it of a
network or of a machine that pretrains one of its layers. `block` counts blocks of units:

    levels    8 units a block: 8 block + 2 w is the lower half of word w, the next one the upper
              half. Integers of equal probability, 0 .. LEVELS - 1.
    uniforms  4 units a block: 4 block + w is floor(word w / 2^8) / 2^24. In [0, 1).
    normals   4 units a block: 4 block + w is +-q((m + 1/2) / 2^32), where q is the quantile of the
              upper tail, m the lower 31 bits of word w and + where its highest bit is 0. From
              -6.34 to 6.34.

Units are those of the layer that draws: the outputs that dropout switches off, the inputs that noise
is added to or that are masked; of an RBM the hidden ones and, after them, those of its visible units
that are Bernoulli. Arrays lie as [unit][example]: unit u and example b at u * stride + b.
"""

import numpy as np

from mlpstudy.core.native.compiled import entry, inlined, jit, part
from mlpstudy.core.native.functions import horner, log

LEVELS = 2**16  # of a draw that decides whether a number is switched off
LANES = 16  # examples are drawn in multiples of this

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


@inlined
def _round(c0, c1, c2, c3, k0, k1):
    product0, product1 = _MULTIPLIERS[0] * (c0 & _LOW), _MULTIPLIERS[1] * (c2 & _LOW)
    return (product1 >> _HALF) ^ c1 ^ k0, product1, (product0 >> _HALF) ^ c3 ^ k1, product0


@inlined
def _next(k0, k1):
    return k0 + _WEYL[0], k1 + _WEYL[1]


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Philox4x32-10: four words of a counter of four words and a key of two, all uint64.

    Words are the lower halves: what the upper ones hold does not matter. So nothing is cut in
    between, and a vector holds as many words as products. The rounds are written out: a loop within
    that over the examples would keep it from becoming vectors.
    """
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    k0, k1 = _next(k0, k1)
    return _round(c0, c1, c2, c3, k0, k1)


@jit
def _words(key, step, first, block, words):
    """words (4, lanes) uint32: those of one block of units, from an example on."""
    k0, k1, block, step = np.uint64(key[0]), np.uint64(key[1]), np.uint64(block), np.uint64(step)
    words0, words1, words2, words3 = words[0], words[1], words[2], words[3]
    for b in range(words.shape[1]):
        w0, w1, w2, w3 = philox(np.uint64(first + b), block, step, step >> _HALF, k0, k1)
        words0[b], words1[b] = np.uint32(w0), np.uint32(w1)
        words2[b], words3[b] = np.uint32(w2), np.uint32(w3)


@jit
def _scratch(B):
    return np.empty((4, -(-B // LANES) * LANES), np.uint32)


@jit
def levels(key, step, first, n, B, stride, out):
    """The levels of n units and B examples, from the first on, at a step: into out, of integers.

    key (2,) uint32. Whole lanes are written: stride is at least B rounded up to a multiple of LANES.
    """
    words = _scratch(B)
    for unit in range(n):
        if unit % 8 == 0:
            _words(key, step, first, unit // 8, words)
        _half(words[unit % 8 // 2], np.uint32(unit % 2 * 16), part(out, unit * stride, stride))


@jit
def _half(words, shift, out):
    for b in range(len(words)):
        out[b] = (words[b] >> shift) & np.uint32(0xFFFF)


@jit
def uniforms(key, step, first, n, B, stride, out):
    """The same of uniform numbers: out is float32."""
    words = _scratch(B)
    for unit in range(n):
        if unit % 4 == 0:
            _words(key, step, first, unit // 4, words)
        _fraction(words[unit % 4], part(out, unit * stride, stride))


@jit
def _fraction(words, out):
    for b in range(len(words)):
        out[b] = np.float32(np.int32(words[b] >> np.uint32(8))) * np.float32(2**-24)


@jit
def normals(key, step, first, n, B, stride, out):
    """The same of standard Gaussian numbers: out is float32."""
    words = _scratch(B)
    for unit in range(n):
        if unit % 4 == 0:
            _words(key, step, first, unit // 4, words)
        _quantile(words[unit % 4], part(out, unit * stride, stride))


@jit
def _quantile(words, out):
    for b in range(len(words)):
        out[b] = normal(words[b])


# The quantile over 1 - 2 p: a minimax quotient of two polynomials of w, see `normal`, for a w from 0
# to 21.5; to 1.2e-7.
# fmt: off
_ABOVE = tuple(map(np.float32, (
    1.25331428, 0.452578606, 0.0898878175, 0.0118849673, 0.00100053924, 2.92599551e-05,
)))
_BELOW = tuple(map(np.float32, (
    1, 0.0993088899, 0.0326781689, 0.00228405291, 0.000169771493, 1.0067062e-06,
)))
# fmt: on


@inlined
def normal(word):
    """The standard Gaussian number of a word of 32 bits, float32.

    A tail p and the centre x = 1 - 2 p both come from the integer, so that neither loses bits. With
    w = -log(4 p (1 - p)) = -log(1 - x^2) the quantile is x times a smooth function of w.
    """
    m = np.int32(word & np.uint32(0x7FFFFFFF))
    half = np.float32(0.5)
    p = (np.float32(m) + half) * np.float32(2**-32)
    x = (np.float32(np.int32(0x7FFFFFFF) - m) + half) * np.float32(2**-31)
    w = -log(np.float32(4) * p * (np.float32(1) - p))
    q = x * (horner(w, _ABOVE) / horner(w, _BELOW))
    return q if word < np.uint32(0x80000000) else -q


# What Python calls: of several seeds at once, with the units of an example together.


@entry
def levels_of(keys, step, out):
    """Levels for keys (S, 2) at a step, into out (S, B, n) of integers."""
    rows, stride = _rows(out)
    for s in range(len(keys)):
        levels(keys[s], step, 0, out.shape[2], out.shape[1], stride, rows)
        _transpose(rows, stride, out[s])
    return out


@entry
def uniforms_of(keys, step, out):
    """The same of uniform numbers: out is float32."""
    rows, stride = _rows(out)
    for s in range(len(keys)):
        uniforms(keys[s], step, 0, out.shape[2], out.shape[1], stride, rows)
        _transpose(rows, stride, out[s])
    return out


@entry
def normals_of(keys, step, out):
    """The same of standard Gaussian numbers: out is float32."""
    rows, stride = _rows(out)
    for s in range(len(keys)):
        normals(keys[s], step, 0, out.shape[2], out.shape[1], stride, rows)
        _transpose(rows, stride, out[s])
    return out


@jit
def _rows(out):
    stride = -(-out.shape[1] // LANES) * LANES
    return np.empty(out.shape[2] * stride, out.dtype), stride


@jit
def _transpose(rows, stride, out):
    for b in range(out.shape[0]):
        for unit in range(out.shape[1]):
            out[b, unit] = rows[unit * stride + b]
