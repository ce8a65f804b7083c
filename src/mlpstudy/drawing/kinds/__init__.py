"""The kinds of figure, each drawn twice from one description: as a picture and in the page.

A kind is a module with `static(spec, frame, words)`, a figure of Matplotlib, and, where it has
one, `interactive(spec, frame, words)`, a chart of Vega-Altair. It is imported when it is drawn.
"""

import importlib
from types import ModuleType

KINDS = ("line", "point", "forest", "heatmap", "survival", "profile", "scatter", "regions")


def kind(name: str) -> ModuleType:
    """The module of a kind. Raises ValueError for what is none."""
    if name not in KINDS:
        raise ValueError(f"kind {name!r}: allowed are {', '.join(KINDS)}")
    return importlib.import_module(f"mlpstudy.drawing.kinds.{name}")
