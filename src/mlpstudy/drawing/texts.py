"""How wide a text is, and how it is made to fit."""

import math
import textwrap
from collections.abc import Sequence

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from mlpstudy.drawing import style

BOLD = 1.12  # how much wider bold letters are


def width_of(text: str, size: float = style.SMALL) -> float:
    """How wide a text is, in points."""
    font = FontProperties(family=style.RC["font.sans-serif"], size=size)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]


def fitted(titles: Sequence[str], inches: float) -> tuple[float, list[str]]:
    """A size for all titles of panels, and the titles, over several lines where they must be."""
    sizes = (style.TITLE, style.TEXT)
    for size in sizes:
        if all(BOLD * width_of(title, size) < 72 * inches for title in titles):
            return size, list(titles)
    return style.TEXT, [wrapped(title, inches, BOLD * style.TEXT) for title in titles]


def wrapped(text: str, inches: float, size: float) -> str:
    """A text in as many lines as it needs to be no wider."""
    share = width_of(text, size) / (72 * inches)
    if share <= 1:
        return text
    letters = math.ceil(len(text) / share)
    while True:
        lines = textwrap.wrap(text, letters, break_long_words=False)
        longest = max(width_of(line, size) for line in lines)
        if longest <= 72 * inches or letters <= max(map(len, text.split())):
            return "\n".join(lines)
        letters -= 1
