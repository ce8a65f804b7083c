"""A figure drawn once, for pictures of several kinds and sizes.

Most of what a picture costs is the walk over the figure's artists, which decide what to draw. Here
they draw on nothing: each call is kept, and made again, in another scale, on a renderer of dots and
on one of SVG.
"""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, TransformedBbox, TransformedPath
from PIL import Image

Call = Callable[[RendererBase, Affine2D], None]  # on a renderer, in a scale


class Recorded(RendererBase):
    """What a figure draws, in the dots of its own dpi. Images, which have dots of their own, are
    kept with these."""

    def __init__(self, figure: Figure):
        super().__init__()
        self.dpi = figure.dpi
        self.width, self.height = figure.bbox.size
        self.calls: list[Call] = []
        self._measure = RendererAgg(1, 1, figure.dpi)  # of texts
        figure.draw(self)

    def dots(self, dpi: float) -> np.ndarray:
        """The picture in dots (rows, columns, 4), as Agg has it."""
        width, height = np.array([self.width, self.height]) * (dpi / self.dpi)
        return np.asarray(self._drawn(RendererAgg(width, height, dpi), dpi).buffer_rgba())

    def svg(self) -> str:
        """The picture as SVG, without a date."""
        text, (width, height) = io.StringIO(), np.array([self.width, self.height]) * (72 / self.dpi)
        nothing = {"Date": None, "Creator": None}
        to = RendererSVG(width, height, text, image_dpi=self.dpi, metadata=nothing)
        self._drawn(to, 72).finalize()
        return text.getvalue()

    def _drawn(self, renderer: Any, dpi: float) -> Any:
        """A renderer of so many dots per inch, with all of it drawn."""
        scale = Affine2D().scale(dpi / self.dpi)
        for call in self.calls:
            call(renderer, scale)
        return renderer

    # What artists ask

    def option_image_nocomposite(self) -> bool:
        return True

    def points_to_pixels(self, points: Any) -> Any:
        return points * self.dpi / 72

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def get_text_width_height_descent(self, s, prop, ismath):
        return self._measure.get_text_width_height_descent(s, prop, ismath)

    # What they draw

    def draw_path(self, gc, path, transform, rgbFace=None):
        gc, transform = copied(gc), transform.frozen()
        self.calls.append(lambda to, s: to.draw_path(scaled(gc, s), path, transform + s, rgbFace))

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        gc, shape, places = copied(gc), marker_trans.frozen(), trans.frozen()
        self.calls.append(
            lambda to, s: to.draw_markers(
                scaled(gc, s), marker_path, shape + s, path, places + s, rgbFace
            )
        )

    def draw_path_collection(
        self, gc, master_transform, paths, all_transforms, offsets, offset_trans, *looks, **more
    ):
        gc, shape, places = copied(gc), master_transform.frozen(), offset_trans.frozen()
        self.calls.append(
            lambda to, s: to.draw_path_collection(
                scaled(gc, s), shape + s, paths, all_transforms, offsets, places + s, *looks, **more
            )
        )

    def draw_quad_mesh(
        self, gc, master_transform, width, height, coordinates, offsets, offset_trans, *looks
    ):
        gc, shape, places = copied(gc), master_transform.frozen(), offset_trans.frozen()
        self.calls.append(
            lambda to, s: to.draw_quad_mesh(
                scaled(gc, s), shape + s, width, height, coordinates, offsets, places + s, *looks
            )
        )

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        gc = copied(gc)
        self.calls.append(
            lambda to, scale: to.draw_text(
                scaled(gc, scale), *scale.transform((x, y)), s, prop, angle, ismath, mtext
            )
        )

    def draw_image(self, gc, x, y, im, transform=None):
        gc = copied(gc)
        self.calls.append(
            lambda to, s: to.draw_image(scaled(gc, s), *s.transform((x, y)), to_size(im, to, s))
        )


def copied(gc: GraphicsContextBase) -> GraphicsContextBase:
    """What an artist draws with, as it is now."""
    kept = GraphicsContextBase()
    kept.copy_properties(gc)
    return kept


def to_size(dots: np.ndarray, renderer: RendererBase, scale: Affine2D) -> np.ndarray:
    """An image with as many dots as it covers of a renderer; one of SVG stretches it."""
    size = scale.get_matrix()[0, 0]
    if not isinstance(renderer, RendererAgg) or size == 1:
        return dots
    rows, columns = np.rint(np.array(dots.shape[:2]) * size).astype(int)
    return np.array(Image.fromarray(dots).resize((columns, rows), Image.Resampling.BILINEAR))


def scaled(gc: GraphicsContextBase, scale: Affine2D) -> GraphicsContextBase:
    """The same, clipped in another scale. Widths of lines are in points."""
    new = copied(gc)
    if (box := gc.get_clip_rectangle()) is not None:
        new.set_clip_rectangle(TransformedBbox(box, scale))
    path, transform = gc.get_clip_path()
    if path is not None:
        new.set_clip_path(TransformedPath(path, transform + scale))
    return new
