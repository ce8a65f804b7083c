"""How numbers look in the report: the only place where digits are chosen."""

import math
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

PLAIN = (1e-3, 1e6)  # the sizes that are written without a power of ten
MOST_DECIMALS = 6
MINUS, THIN, MISSING = "\u2212", "\u202f", "—"
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Measured(NamedTuple):
    """A value and its bounds as text, to the same precision; `power` is their common factor."""

    value: str
    low: str
    high: str
    power: str

    def __str__(self) -> str:
        if {self.value, self.low, self.high} == {MISSING}:
            return MISSING
        interval = f"[{self.low}, {self.high}]"
        return " ".join(part for part in (self.value, interval, self.power) if part)


def measured(value: float, low: float, high: float, threshold: float = math.nan) -> Measured:
    """Value and interval with two digits of the interval's half-width.

    More digits are given where rounding would move a bound across the threshold: what is printed
    always shows the verdict.
    """
    numbers = [float(number) for number in (value, low, high)]
    exponent = _power(numbers)
    decimals = 0 if exponent == 0 and _whole(numbers) else _decimals(numbers, exponent)
    decimals = _apart(numbers[1:], float(threshold), exponent, decimals)
    low_to_high = (_fixed(number, exponent, decimals) for number in numbers)
    return Measured(*low_to_high, power=_times(exponent))


def number(value: float | int, digits: int | None = 3) -> str:
    """A single number to `digits` significant digits, whole ones in full; None: every digit."""
    value = float(value) if not isinstance(value, int) else value
    if isinstance(value, int):
        return _fixed(value, 0, 0)
    exponent = _power([value])
    if not exponent and _whole([value]):
        return _fixed(value, 0, 0)
    if digits is None:
        decimals = max(0, -int(_decimal(value, exponent).normalize().as_tuple().exponent))
    else:
        decimals = max(0, digits - 1 - _magnitude(_scaled(value, exponent)))
    return f"{_fixed(value, exponent, decimals)} {_times(exponent)}".rstrip()


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


def _fixed(number: float | int, exponent: int, decimals: int) -> str:
    if math.isnan(number):
        return MISSING
    if math.isinf(number):
        return "∞" if number > 0 else f"{MINUS}∞"
    rounded = _rounded(_decimal(number, exponent), decimals)
    grouped = f"{abs(rounded):,.{decimals}f}"
    text = grouped.replace(",", THIN if abs(rounded) >= 10_000 else "")
    return f"{MINUS}{text}" if rounded < 0 else text


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
    return f"× 10{str(exponent).translate(SUPERSCRIPT)}" if exponent else ""
