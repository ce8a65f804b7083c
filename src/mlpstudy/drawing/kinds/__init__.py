"""The kinds of figure, each drawn twice from one description: as a picture and in the page.

A kind is a module with `static(spec, frame, words)`, a figure of Matplotlib, and, where it has
one, `interactive(spec, frame, words)`, a chart of Vega-Altair. It is imported when it is drawn. A
plugin's kind is a pair of such functions.
"""

import importlib
from typing import Any

from mlpstudy.design import parts
from mlpstudy.drawing.plugin_kinds import plugged

KINDS = ("line", "point", "forest", "heatmap", "survival", "profile", "scatter", "regions")


def kind(name: str) -> Any:
    """The module of a kind, or what a plugin has. Raises ValueError for what is none."""
    if name in parts.names("figure"):
        return plugged(name)
    if name not in KINDS:
        raise ValueError(f"kind {name!r}: allowed are {', '.join(KINDS)}")
    return importlib.import_module(f"mlpstudy.drawing.kinds.{name}")
