"""How wide texts are, in the letters that most machines have.

Figures hold their texts as texts, in the reader's own sans serif. Helvetica, Arial and Liberation
Sans have the same widths, those that are measured here; whatever is shown instead is fitted into
them (see vector.py), so that nothing overlaps that did not when the figure was laid out.
"""

from functools import cache

import matplotlib as mpl
from fontTools.afmLib import AFM
from fontTools.agl import toUnicode

FAMILY = "Helvetica Neue, Helvetica, Arial, Liberation Sans, Roboto, system-ui, sans-serif"
ASCENT, DESCENT = 0.74, 0.22  # of a line, in heights of the type
USUAL = 0.58  # of a letter that the font lacks: Greek, superscripts
BOLD = 600  # weights from here on are bold


@cache
def _widths(bold: bool) -> dict[str, float]:
    """How wide each letter is, in heights of the type."""
    name = "Helvetica-Bold" if bold else "Helvetica"
    font = AFM(str(mpl.get_data_path()) + f"/fonts/pdfcorefonts/{name}.afm")
    return {toUnicode(glyph): font[glyph][1] / 1000 for glyph in font.chars()}


@cache
def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is, in the unit of its size."""
    widths = _widths(bold)
    return size * sum(widths.get(letter, USUAL) for letter in text)


def lines_of(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """The lines of a text that is `width` wide, in the unit of its size; no word is cut."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
