"""Elementary functions of one number, the same bits on every machine.

They are made of + - * / fma, comparisons and bit operations alone, without a branch, so that the
loop around them is vectorised: no function of the C library, whose bits depend on the machine.
Each serves float32 and float64 by the type of its argument, keeps the relative accuracy of tiny
arguments (expm1(x), tanh(x), log1p(x) near x), underflows gradually, and follows IEEE 754 at 0,
infinity and NaN. Largest error in float32 and float64, in units of the last place: see the tests.

Every function is written once, for the `Precision` that its argument has. The coefficients are
minimax polynomials (Remez exchange, mpmath with 50 digits), rounded; their error is below a
quarter of a unit of the last place.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from mlpstudy.core.native.compiled import INSIDE


class Precision(NamedTuple):
    """What differs between float32 and float64."""

    number: type[np.floating]
    bits: int  # of the fraction
    ln2: tuple[float, float]  # two parts; the first times a whole number below 2^11 is exact
    exp: tuple[float, ...]  # (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2
    log: tuple[float, ...]  # ((log(1 + s) - log(1 - s)) / s - 2) / y, of y = s^2 for s <= 0.172
    erf: tuple[float, ...]  # erf(x) / x - 1, of x^2 for x <= 1
    erfc: tuple[float, ...]  # -log(erfc(x)) / x for 1 <= x <= erf_end
    erf_end: float  # from here on erf is 1

    def __call__(self, *values: float) -> Any:
        """The values as numbers of this precision: one, or a tuple of them."""
        numbers = tuple(map(self.number, values))
        return numbers if len(numbers) > 1 else numbers[0]


# fmt: off
SINGLE = Precision(
    np.float32, 23,
    ln2=(0.693145751953125, 1.42860676533018e-6),
    exp=(
        0.500000004, 0.166666664, 0.0416663598, 0.00833338958, 0.00139407201, 0.000198458804,
    ),
    log=(0.666667767, 0.399774956, 0.298730735),
    erf=(
        0.128379166, -0.376126258, 0.112835851, -0.026853812, 0.00518832775, -0.00080101941,
        7.85386268e-5,
    ),
    erfc=(
        1.12869433, 0.63496954, 0.106530851, -0.0240100564, 0.00375747095, -0.000350590566,
        1.3962294e-5,
    ),
    erf_end=3.93,
)
DOUBLE = Precision(
    np.float64, 52,
    ln2=(0.6931471803691238, 1.9082149292705877e-10),
    exp=(
        0.5, 0.16666666666666677, 0.041666666666666507, 0.0083333333333216073,
        0.0013888888888962915, 0.00019841269886208223, 2.4801587171818531e-5,
        2.7557244103886047e-6, 2.7557402958736881e-7, 2.510908151061585e-8,
        2.0875323472910517e-9,
    ),
    log=(
        0.66666666666667349, 0.39999999999411092, 0.2857142874326251, 0.22222198476009957,
        0.18183569738561149, 0.15313903275646564, 0.14797507459083643,
    ),
    erf=(
        0.12837916709551257, -0.37612638903183748, 0.11283791670954857, -0.026866170645072895,
        0.0052239776247808641, -0.00085483269787420621, 0.00012055331036894576,
        -1.4925593506769312e-5, 1.6460972815068244e-6, -1.6350025201711346e-7,
        1.4657879700537581e-8, -1.136566541350748e-9, 5.9452608242108906e-11,
    ),
    erfc=(
        1.1283791108547943, 0.63662025270466607, 0.10277082699398835, -0.019124964518803053,
        -0.0002120366001095355, 0.0016926080115249443, -0.00057465862931389382,
        -9.7508653400570296e-7, 9.5486872918852685e-5, -5.6038793970720211e-5,
        2.0351515548705421e-5, -5.3853042383882034e-6, 1.078145343935422e-6,
        -1.6302720061058072e-7, 1.8131158164485739e-8, -1.4024550696700193e-9,
        6.7449054537589482e-11, -1.5188755239609067e-12,
    ),
    erf_end=5.93,
)

PER_LN2 = 1.4426950408889634
LIFT = 64  # 2^LIFT times the smallest number above 0 is a normal one
# Rational functions P / Q for the quantile of the normal distribution (after Wichura, AS 241), by
# Lawson's iteration: relative error 4.6e-8 and 1.1e-8.
CENTRE = (  # x / q, of 0.180625 - q^2, with q = u - 1/2
    (3.3871327195112885, 50.435927039358194, 159.30405966461511, 59.117842319727226),
    (1.0, 17.895658250826025, 78.763032151557678, 67.195550308771889),
)
TAIL = (  # -x, of sqrt(-log(u)) - 1.6, down to the smallest float32
    (
        1.4234371260874238, 3.1188377270078534, 1.9729789079889012, 0.44705452351355704,
        0.029436474560352868,
    ),
    (1.0, 0.99132582347584901, 0.28318900744274571, 0.020810282060006939),
)
# fmt: on


def by_precision(build: Callable[[Precision], Callable]) -> Callable:
    """The function of numbers that `build` writes for the precision that they have.

    Compiled code calls it, Python cannot.
    """
    single, double = build(SINGLE), build(DOUBLE)

    def function(*numbers):
        raise TypeError(f"{build.__name__} is for compiled code")

    @overload(function, jit_options=INSIDE, strict=False)
    def _choose(*numbers):
        return {types.float32: single, types.float64: double}.get(numbers[0])

    function.__name__, function.__doc__ = build.__name__, build.__doc__
    return function


# -- what has no word in Python: fused products and bits --------------------------------------


@intrinsic
def fma(typing, x, y, z):
    """x y + z, rounded once."""
    return x(x, y, z), lambda context, builder, signature, args: builder.fma(*args)


@intrinsic
def horner(typing, x, coefficients):
    """c[0] + c[1] x + c[2] x^2 + ... by fma, the last one first; without a loop."""
    highest = len(coefficients) - 1

    def generate(context, builder, signature, args):
        x, c = args
        total = builder.extract_value(c, highest)
        for k in reversed(range(highest)):
            total = builder.fma(total, x, builder.extract_value(c, k))
        return total

    return x(x, coefficients), generate


def _layout(number) -> tuple[ir.IntType, int, int]:
    """The integer of the size of a number, the bits of its fraction, and the bits of 1."""
    width, fraction = {types.float32: (32, 23), types.float64: (64, 52)}[number]
    return ir.IntType(width), fraction, ((1 << (width - fraction - 2)) - 1) << fraction


def _power(lift: int) -> Callable:
    """2^(n + lift) for a whole n of which it is a normal number."""

    @intrinsic
    def power(typing, n):
        integer, fraction, one = _layout(n)

        def generate(context, builder, signature, args):
            whole = ir.Constant(
                args[0].type, 1.5 * 2.0**fraction
            )  # n lies in the lowest bits of n + it
            bits = builder.bitcast(builder.fadd(args[0], whole), integer)
            exponent = builder.shl(bits, integer(fraction))
            lifted = integer(one + (lift << fraction))
            return builder.bitcast(builder.add(exponent, lifted), args[0].type)

        return n(n), generate

    return power


power_of_two, lifted_power_of_two = _power(0), _power(LIFT)


@intrinsic
def split(typing, x):
    """(k, m) with x = 2^k m and m between the root of 1/2 and that of 2, for a normal x > 0."""
    integer, fraction, one = _layout(x)
    root = {types.float32: 0x3F3504F3, types.float64: 0x3FE6A09E667F3BCD}[x]  # of 1/2

    def generate(context, builder, signature, args):
        bits = builder.sub(builder.bitcast(args[0], integer), integer(root))
        k = builder.sitofp(builder.ashr(bits, integer(fraction)), args[0].type)
        m = builder.add(builder.and_(bits, integer((1 << fraction) - 1)), integer(root))
        return context.make_tuple(
            builder, signature.return_type, [k, builder.bitcast(m, args[0].type)]
        )

    return types.UniTuple(x, 2)(x), generate


def _of_llvm(name: str) -> Callable:
    """The code of a call of one of LLVM's functions, which has an instruction of its own."""

    def generate(context, builder, signature, args):
        kind = args[0].type
        shape = ir.FunctionType(kind, [kind] * len(args))
        return builder.call(builder.module.declare_intrinsic(name, [kind], shape), args)

    return generate


@intrinsic
def with_sign(typing, x, y):
    """|x| with the sign of y, that of zeros included."""
    return x(x, y), _of_llvm("llvm.copysign")


@intrinsic
def sqrt(typing, x):
    """The root; Numba's calls the C library where x is negative."""
    return x(x), _of_llvm("llvm.sqrt")


# -- exponentials -----------------------------------------------------------------------------


@by_precision
def _reduced(precision):
    """(n, expm1(x - n ln 2)) with the whole n nearest to x / ln 2."""
    per_ln2, whole = precision(PER_LN2, 1.5 * 2.0**precision.bits)
    high, low = precision(*(-part for part in precision.ln2))
    tail = precision(*precision.exp)

    def _reduced(x):
        n = fma(x, per_ln2, whole) - whole
        r = fma(n, low, fma(n, high, x))
        return n, fma(r * r, horner(r, tail), r)

    return _reduced


@by_precision
def exp(precision):
    """e to the x."""
    one, half, whole = precision(1, 0.5, 1.5 * 2.0**precision.bits)
    zero_at, infinite_at = precision(*((-104, 89) if precision is SINGLE else (-746, 710)))

    def exp(x):
        above = zero_at if x < zero_at else x
        n, rest = _reduced(infinite_at if above > infinite_at else above)
        m = fma(n, half, whole) - whole  # in two steps: 2^n may be no normal number
        return (one + rest) * power_of_two(m) * power_of_two(n - m)

    return exp


@by_precision
def exp_below_one(precision):
    """The same bits of x <= 0, faster: 2^LIFT e^x is a normal number, and is rounded once."""
    one, lowered = precision(1, 2.0**-LIFT)
    zero_at = precision(-104 if precision is SINGLE else -746)

    def exp_below_one(x):
        n, rest = _reduced(zero_at if x < zero_at else x)
        return (one + rest) * lifted_power_of_two(n) * lowered

    return exp_below_one


@by_precision
def expm1(precision):
    """exp(x) - 1."""
    zero, one, half, two = precision(0, 1, 0.5, 2)
    low, high = precision(*((-18, 89) if precision is SINGLE else (-38, 710)))

    def expm1(x):
        clipped = low if x < low else x
        n, rest = _reduced(high if clipped > high else clipped)
        scale = power_of_two(n - one)  # by a half, as 2^n may be too large
        full = fma(scale, rest, scale - half) * two
        return with_sign(rest if n == zero else full, x)

    return expm1


@by_precision
def tanh(precision):
    """The hyperbolic tangent, e / (e + 2) with e = expm1(2 |x|)."""
    one, two = precision(1, 2)
    high = precision(20 if precision is SINGLE else 40)

    def tanh(x):
        t = two * abs(x)
        n, rest = _reduced(high if t > high else t)
        scale = power_of_two(n)
        e = fma(scale, rest, scale - one)
        return with_sign(e / (e + two), x)

    return tanh


@by_precision
def sigmoid(precision):
    """1 / (1 + exp(-x)), accurate on both sides."""
    zero, one = precision(0, 1)

    def sigmoid(x):
        e = exp_below_one(-abs(x))
        return (e if x < zero else one) / (one + e)

    return sigmoid


# -- logarithms -------------------------------------------------------------------------------


@by_precision
def _log_near(precision):
    """log(2^k (1 + f)) for -0.3 < f < 0.42.

    With s = f / (2 + f) it is log(1 + f) = log(1 + s) - log(1 - s) = 2 s + s r, and written as
    f - (f^2 / 2 - s (f^2 / 2 + r)) it has the error of f.
    """
    half, two = precision(0.5, 2)
    high, low = precision(*precision.ln2)
    series = precision(*precision.log)

    def _log_near(k, f):
        s = f / (two + f)
        y, h = s * s, half * f * f
        rest = fma(s, fma(y, horner(y, series), h), k * low)
        return fma(k, high, f - (h - rest))

    return _log_near


@by_precision
def log(precision):
    """The natural logarithm."""
    zero, one, lift, lifted = precision(0, 1, 2.0**precision.bits, precision.bits)
    tiny, infinity, nan = precision(np.finfo(precision.number).tiny, math.inf, math.nan)

    def log(x):
        k, m = split(x * lift if x < tiny else x)
        finite = _log_near(k - (lifted if x < tiny else zero), m - one)
        other = -infinity if x == zero else (nan if x < zero else x)  # x: infinity or NaN
        return (finite if x < infinity else other) if x > zero else other

    return log


@by_precision
def log1p(precision):
    """log(1 + x)."""
    one, infinity, nan = precision(1, math.inf, math.nan)
    large = precision(2 * precision.bits)

    def log1p(x):
        k, m = split(one + x)
        scale = power_of_two(-k)
        f = (
            fma(x, scale, scale - one) if k < large else m - one
        )  # what 1 + x has lost is in the first
        finite = with_sign(_log_near(k, f), x)
        other = -infinity if x == -one else (nan if x < -one else x)
        return (finite if x < infinity else other) if x > -one else other

    return log1p


# -- the normal distribution ------------------------------------------------------------------


@by_precision
def erf(precision):
    """The error function: twice the share of a normal distribution of variance 1/2 in [0, x]."""
    one, end = precision(1, precision.erf_end)
    close, far = precision(*precision.erf), precision(*precision.erfc)

    def erf(x):
        t = abs(x)
        t = end if t > end else t
        near_zero = fma(t, horner(t * t, close), t)
        return with_sign(near_zero if t < one else one - exp_below_one(-t * horner(t, far)), x)

    return erf


@by_precision
def normal_quantile(precision):
    """The x below which a share u in (0, 1) of the standard normal distribution lies, to 2e-7."""
    zero, half, one, infinity = precision(0, 0.5, 1, math.inf)
    inside, square, shift = precision(0.425, 0.180625, 1.6)
    (centre, under_centre), (tail, under_tail) = (
        [precision(*side) for side in sides] for sides in (CENTRE, TAIL)
    )

    def normal_quantile(u):
        q = u - half
        t = fma(-q, q, square)
        p = one - u if u > half else u
        r = sqrt(-log(p)) - shift
        outer = infinity if p == zero else horner(r, tail) / horner(r, under_tail)
        middle = q * horner(t, centre) / horner(t, under_centre)
        return middle if abs(q) <= inside else with_sign(outer, q)

    return normal_quantile
