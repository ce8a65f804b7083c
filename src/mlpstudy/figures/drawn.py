"""A figure and what is said of it."""

from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawn:
    """One figure of a study. n: networks behind it."""

    name: str
    figure: Figure
    title: str  # the answer, in one line
    caption: str  # what was swept, what is fixed, what to see
    alt: str  # what the figure shows, for those who do not see it
    n: int

    def description(self) -> dict:
        """All but the picture, for figures.json."""
        texts = {name: getattr(self, name) for name in ("name", "title", "caption", "alt")}
        return texts | {"n": int(self.n)}
