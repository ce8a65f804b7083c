"""How wide a text is, and how it is made to fit."""

from collections.abc import Sequence

from mlpstudy.drawing import letters, style


def width_of(text: str, size: float = style.SMALL, bold: bool = False) -> float:
    """How wide a text is, in points."""
    return letters.width_of(text, size, bold)


def fitted(titles: Sequence[str], inches: float) -> tuple[float, list[str]]:
    """A size for all titles of panels, and the titles, over several lines where they must be."""
    for size in (style.TITLE, style.TEXT, style.SMALL):
        if all(width_of(title, size, bold=True) < 72 * inches for title in titles):
            return size, list(titles)
    return style.TEXT, [wrapped(title, inches, style.TEXT, bold=True) for title in titles]


def wrapped(text: str, inches: float, size: float, bold: bool = False) -> str:
    """A text in as many lines as it needs to be no wider; no word is cut."""
    return "\n".join(letters.lines_of(text, 72 * inches, size, bold))
