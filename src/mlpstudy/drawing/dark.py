"""The dark side of a colour: what it becomes on dark paper.

Greys change places, ink for paper. A colour keeps its hue and stays as it is, unless it would stand
out less from dark paper than it does from white; then it is lighter. A style sheet says so, by
attributes: no figure is drawn twice.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
from matplotlib import colors

PAPER = "#15181c"
KNOWN = {  # white, and the greys of style.py
    "#ffffff": PAPER,
    "#222222": "#e3e6e8",
    "#666666": "#a3abb3",
    "#e4e4e4": "#2e343b",
}
GREY = 0.02  # chroma: less has no hue
INK = 0.94  # lightness of black's partner
MOST = 4.5  # contrast that suffices for a colour
LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)  # Ottosson (2020), OKLab


@cache
def dark(color: str) -> str:
    """The partner of a colour, "#rrggbb"."""
    if color in KNOWN:
        return KNOWN[color]
    light, a, b = _oklab(color)
    if np.hypot(a, b) < GREY:
        paper = _oklab(PAPER)[0]
        return _hex(np.array([paper + (1 - light) * (INK - paper), a, b]))
    least = min(contrast(color, "#ffffff"), MOST)
    while contrast(found := _hex(np.array([light, a, b])), PAPER) < least:
        light += 0.01
    return found


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2: 1 (none) to 21 (black and white)."""
    low, high = sorted(_luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def rules(used: Iterable[str], scope: str = "svg") -> str:
    """A style sheet for dark paper: the fills and strokes of `used` ("#rrggbb") within a scope.

    What a figure writes as rgb() is not met: colours that stand for values (a map, and the
    numbers on it).
    """
    parts = []
    for color in sorted(set(used)):
        partner = dark(color)
        for what in ("fill", "stroke"):
            parts.append(f'{scope} [{what}="{color}"]{{{what}:{partner}}}')
    return "".join(parts)


def _linear(color: str) -> np.ndarray:
    c = np.array(colors.to_rgb(color))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _luminance(color: str) -> float:
    return float(_linear(color) @ (0.2126, 0.7152, 0.0722))


def _oklab(color: str) -> np.ndarray:
    return LAB @ np.cbrt(LMS @ _linear(color))


def _hex(oklab: np.ndarray) -> str:
    linear = np.clip(np.linalg.solve(LMS, np.linalg.solve(LAB, oklab) ** 3), 0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return colors.to_hex(np.clip(rgb, 0, 1))
