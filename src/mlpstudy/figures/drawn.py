"""A figure and what is said of it."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from mlpstudy.said import Said


@dataclass(frozen=True)
class Drawn:
    """One figure of a study. n: networks behind it; None where it shows something else."""

    name: str
    figure: Figure
    title: str | Said  # the answer, in one line
    caption: str | Said  # what was swept, what is fixed, what to see
    alt: str | Said  # what the figure shows, for those who do not see it
    n: int | None = None

    def description(self) -> dict:
        """All but the picture, for figures.json."""
        texts = {name: getattr(self, name) for name in ("name", "title", "caption", "alt")}
        return texts | {"n": None if self.n is None else int(self.n)}
