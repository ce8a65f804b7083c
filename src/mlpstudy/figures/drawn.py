"""A figure and what is said of it."""

from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Drawn:
    """One figure of a study. n: networks behind it; None where it shows something else."""

    name: str
    figure: Figure
    title: str  # the answer, in one line
    caption: str  # what was swept, what is fixed, what to see
    alt: str  # what the figure shows, for those who do not see it
    n: int | None = None

    def description(self) -> dict:
        """All but the picture, for figures.json."""
        texts = {name: getattr(self, name) for name in ("name", "title", "caption", "alt")}
        return texts | {"n": None if self.n is None else int(self.n)}
