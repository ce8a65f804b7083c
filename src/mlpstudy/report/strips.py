"""Dots with their intervals beside a threshold, as small pictures: SVG in the colours of the page.

What is drawn has value, low, high and verdict: a finding, or a condition of an answer. The numbers
stand in the text beside each picture, which is hidden from screen readers.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from mlpstudy.statistics.verdicts import CONTRADICTED

WIDTH, ROW = 200, 18  # of a picture, and the height of one condition that has a row for itself
MARGIN = 8  # at both sides, for the dots
PITCH, HIGHEST, LOWEST = 7.0, 60.0, 18  # of the conditions of a claim in one picture
FAR = 2.0  # an interval reaches so many times the span of all values beyond them, and is cut there
RATIO = 30.0  # from here on, positive values are shown by their logarithms


class Scale(NamedTuple):
    """Where numbers stand in a picture: low at its left, high at its right."""

    low: float
    high: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a number, in dots from the left; beyond the ends, at them."""
        position = (_in(value, self.log) - self.low) / (self.high - self.low)
        return round(MARGIN + (WIDTH - 2 * MARGIN) * min(max(position, 0.0), 1.0), 1)

    def holds(self, value: float) -> bool:
        """Whether a number lies between the ends."""
        return self.low <= _in(value, self.log) <= self.high


def scale(dots: Iterable[Any], thresholds: Iterable[float]) -> Scale:
    """A scale on which all values, the thresholds, and the intervals as far as they fit, are seen."""
    known = [dot for dot in dots if math.isfinite(dot.value)]
    values = [*(dot.value for dot in known), *filter(math.isfinite, thresholds)]
    if not values:
        return Scale(0.0, 1.0)
    log = min(values) > 0 and max(values) / min(values) > RATIO
    places = [_in(value, log) for value in values]
    least, most = min(places), max(places)
    ends = [_in(end, log) for dot in known for end in (dot.low, dot.high)]
    ends = [end for end in ends if math.isfinite(end)]
    room = FAR * (most - least) or max(map(abs, [*places, *ends])) or 1.0
    low = max(min([*places, *ends]), least - room)
    high = min(max([*places, *ends]), most + room)
    if low == high:
        low, high = low - (abs(low) or 1.0), high + (abs(high) or 1.0)
    return Scale(low, high, log)


def _in(value: float, log: bool) -> float:
    if not log:
        return value
    return math.log10(value) if value > 0 else -math.inf


def strip(dots: Sequence[Any], threshold: float) -> Markup:
    """All conditions of a claim in one picture, one below the other; "" where there are none."""
    if not dots:
        return Markup("")
    on = scale(dots, [threshold])
    pitch = min(PITCH, HIGHEST / len(dots))
    height = max(LOWEST, round(pitch * len(dots) + 6))
    top = (height - pitch * (len(dots) - 1)) / 2
    size = 3.2 if pitch >= 5 else max(1.6, pitch * 0.6)
    marks = [_dot(dot, on, round(top + pitch * i, 1), size) for i, dot in enumerate(dots)]
    return _picture(Markup("").join([_line(on, threshold, 0, height), *marks]), height, "strip")


def row(dot: Any, on: Scale, threshold: float) -> Markup:
    """One condition, on the scale of those that stand above and below it in a table."""
    line = _line(on, threshold, -ROW, 2 * ROW)
    return _picture(line + _dot(dot, on, ROW / 2, 3.6), ROW, "strip row")


def _picture(content: Markup, height: int, kind: str) -> Markup:
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">{}</svg>'
    ).format(kind, WIDTH, height, WIDTH, height, content)


def _line(on: Scale, threshold: float, top: float, bottom: float) -> Markup:
    if not math.isfinite(threshold):
        return Markup("")
    return Markup('<path class="at" d="M{0} {1}V{2}"/>').format(on(threshold), top, bottom)


def _dot(dot: Any, on: Scale, y: float, size: float) -> Markup:
    """A dot and its interval; an arrow where an end lies beyond the picture."""
    if not math.isfinite(dot.value):
        return Markup("")
    low, high = (dot.value if math.isnan(end) else end for end in (dot.low, dot.high))
    left, right = on(low), on(high)
    path = f"M{left} {y}H{right}" if right > left else ""
    if not on.holds(low):
        path += f"m0 0M{left + 3} {y - 2}l-3 2 3 2"
    if not on.holds(high):
        path += f"M{right - 3} {y - 2}l3 2-3 2"
    interval = Markup('<path d="{}"/>').format(path) if path else Markup("")
    return Markup('<g class="{}">{}{}</g>').format(
        dot.verdict, interval, _mark(dot.verdict, on(dot.value), y, round(size, 1))
    )


def _mark(verdict: str, x: float, y: float, size: float) -> Markup:
    """A dot; a cross where the claim is contradicted."""
    if verdict == CONTRADICTED:
        shape = '<path class="x" d="M{} {}l{s} {s}m0-{s}l-{s} {s}"/>'
        return Markup(shape).format(round(x - size, 1), round(y - size, 1), s=round(2 * size, 1))
    return Markup('<circle cx="{}" cy="{}" r="{}"/>').format(x, y, size)


def table_scale(findings: Sequence[Any]) -> Scale:
    """The scale of findings that stand in one table."""
    return scale(findings, {finding.threshold for finding in findings})
