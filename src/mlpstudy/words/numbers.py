"""How numbers look: the only place where digits are chosen. The decimal sign is the language's.

From five digits on, groups of three are parted by a narrow space in every language, as a comma
would be taken for that of a list or, in French, of the decimals.
"""

import math
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import NamedTuple

from babel.numbers import get_decimal_symbol

PLAIN = (1e-3, 1e6)  # the sizes that are written without a power of ten
MOST_DECIMALS = 6
GROUPED = 10_000  # from here on
MINUS, THIN, MISSING = "\u2212", "\u202f", "—"
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Measured(NamedTuple):
    """A value and its bounds as text, to the same precision; `power` is their common factor."""

    value: str
    low: str
    high: str
    power: str
    between: str = ", "  # the bounds

    def __str__(self) -> str:
        if {self.value, self.low, self.high} == {MISSING}:
            return MISSING
        interval = f"[{self.low}{self.between}{self.high}]"
        return " ".join(part for part in (self.value, interval, self.power) if part)


def measured(
    value: float, low: float, high: float, threshold: float = math.nan, language: str = "en"
) -> Measured:
    """Value and interval with two digits of the interval's half-width.

    More digits are given where rounding would move a bound across the threshold: what is printed
    always shows the verdict.
    """
    numbers = [float(number) for number in (value, low, high)]
    exponent = _power(numbers)
    decimals = 0 if exponent == 0 and _whole(numbers) else _decimals(numbers, exponent)
    decimals = _apart(numbers[1:], float(threshold), exponent, decimals)
    shown = [fixed(number, exponent, decimals, language) for number in numbers]
    return Measured(shown[0], shown[1], shown[2], _times(exponent), between(language))


def between(language: str) -> str:
    """What parts two numbers that stand side by side."""
    return f"{THIN}; " if language == "fr" else ", "


def number(
    value: float | int, digits: int | None = 3, language: str = "en", padded: bool = False
) -> str:
    """A number to `digits` significant digits, whole ones in full; None: every digit.

    padded: with the zeros at its end, which say how exact it is.
    """
    value = float(value) if not isinstance(value, int) else value
    exponent = 0 if isinstance(value, int) else _power([value])
    if not exponent and _whole([value]):
        return fixed(value, 0, 0, language)
    scaled = _decimal(value, exponent) if math.isfinite(value) else Decimal(0)
    if digits is None:
        decimals = _needed(scaled)
    else:
        decimals = max(0, digits - 1 - _magnitude(_scaled(value, exponent)))
        decimals = decimals if padded else min(decimals, _needed(_rounded(scaled, decimals)))
    shown = fixed(value, exponent, decimals, language)
    return f"{shown}{THIN}{_times(exponent)}" if exponent else shown


def percent(share: float, digits: int = 3, language: str = "en") -> str:
    """A share as a percentage: 0.125 is 12.5 %."""
    return f"{number(float(Decimal(repr(float(share))) * 100), digits, language)}{THIN}%"


def _needed(number: Decimal) -> int:
    """The decimals that a number has, without zeros at its end."""
    return max(0, -int(number.normalize().as_tuple().exponent))


def _power(numbers: list[float]) -> int:
    """The common power of ten: 0 where the largest number reads well without one."""
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    if largest == 0 or PLAIN[0] <= largest < PLAIN[1]:
        return 0
    return Decimal(repr(largest)).adjusted()


def _decimals(numbers: list[float], exponent: int) -> int:
    value, low, high = (_scaled(number, exponent) for number in numbers)
    half = (high - low) / 2
    known = math.isfinite(half) and half > 0
    wanted = 1 - _magnitude(half) if known else 2 - _magnitude(value)
    return min(max(wanted, 0), MOST_DECIMALS)


def _apart(bounds: list[float], threshold: float, exponent: int, decimals: int) -> int:
    """Decimals enough that no rounded bound stands on another side of the threshold."""
    if not math.isfinite(threshold):
        return decimals
    limit = _decimal(threshold, exponent)
    exact = [_decimal(bound, exponent) for bound in bounds if math.isfinite(bound)]
    for more in range(decimals, decimals + 2 * MOST_DECIMALS):
        rounded = [_rounded(bound, more) for bound in exact]
        if all(a.compare(limit) == b.compare(limit) for a, b in zip(exact, rounded, strict=True)):
            return more
    return decimals


def fixed(number: float | int, exponent: int, decimals: int, language: str) -> str:
    """A number, divided by a power of ten, to so many decimals."""
    if math.isnan(number):
        return MISSING
    if math.isinf(number):
        return "∞" if number > 0 else f"{MINUS}∞"
    rounded = _rounded(_decimal(number, exponent), decimals)
    grouping = "," if abs(rounded) >= GROUPED else ""
    text = f"{abs(rounded):{grouping}.{decimals}f}".translate(_signs(language))
    return f"{MINUS}{text}" if rounded < 0 else text


@cache
def _signs(language: str) -> dict[int, str]:
    """What stands for Python's own signs."""
    return str.maketrans({".": get_decimal_symbol(language), ",": THIN})


def _decimal(number: float | int, exponent: int) -> Decimal:
    return Decimal(repr(number)).scaleb(-exponent)


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)


def _scaled(number: float, exponent: int) -> float:
    return float(_decimal(number, exponent)) if math.isfinite(number) else number


def _magnitude(number: float) -> int:
    """The power of ten of the leading digit; 0 where there is none."""
    if not math.isfinite(number) or number == 0:
        return 0
    return Decimal(repr(number)).adjusted()


def _whole(numbers: list[float]) -> bool:
    return all(not math.isfinite(number) or number == int(number) for number in numbers)


def _times(exponent: int) -> str:
    return f"×{THIN}10{str(exponent).translate(SUPERSCRIPT)}" if exponent else ""
