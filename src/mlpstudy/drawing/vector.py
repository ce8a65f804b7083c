"""A figure as SVG: small, with texts that are texts, in light and dark.

A text stands in the reader's own letters and in the width that it was laid out in. Nothing has an
id, a style attribute or a class of its own, so that any number of figures can stand in one page
under a strict policy. What is drawn as dots (a map, a relief) is a PNG inside.
"""

import base64
import io
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from matplotlib import colors
from matplotlib.backend_bases import FigureCanvasBase, GraphicsContextBase, RendererBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from PIL import Image

from mlpstudy.drawing import dark, letters

DPI = 96  # a unit is a pixel of a page
DOTS = 2  # of a map for each of these pixels, both ways
FIXED = "fixed"  # the gid of an artist whose colours stand for values, in light and dark the same
VALUES = 256  # colours of a map, at most
CODES = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}
TAKEN = {Path.MOVETO: 1, Path.LINETO: 1, Path.CURVE3: 2, Path.CURVE4: 3}
CIRCLE = Path.unit_circle().codes
FITTED = 3  # letters: a text that is longer is fitted into its width

COLOUR = re.compile(r'(?:fill|stroke)="(#[0-9a-f]{6})"')
ROOT = re.compile(
    r'<svg [^>]*viewBox="0 (?P<top>-?[\d.]+) (?P<width>[\d.]+) (?P<height>[\d.]+)"[^>]*>'
)
HEADED = re.compile(r'<style>.*?</style><rect [^>]*/>(<g class="head".*?</g>)?', re.DOTALL)
TITLE, NOTE = 16.5, 13.6  # pixels: the type above a picture
HEAD_LINE, HEAD_GAP, HEAD_SIDE = 1.3, 8.0, 4.0  # heights of the type, pixels
INK, FAINT = "#222222", "#666666"


class Canvas(FigureCanvasBase):
    """Lays a figure out with the letters that it is shown in."""

    def get_renderer(self) -> "Vector":
        return Vector(self.figure)


class Vector(RendererBase):
    """Collects elements of SVG in the pixels of a figure, (0, 0) above and left."""

    def __init__(self, figure: Figure):
        super().__init__()
        self.width, self.height = figure.bbox.size
        self._dots = figure.dpi / 72
        self._up = Affine2D().scale(1, -1).translate(0, self.height)
        self._parts: list[str] = []
        self._box: tuple[float, ...] | None = None  # what all is cut to since it was opened
        self._last = ""  # the attributes of the last path, into which the next can be written
        self._groups: list[str | None] = []

    def body(self) -> str:
        """All elements."""
        self._cut_to(None)
        return "".join(self._parts)

    # What artists ask

    def option_image_nocomposite(self) -> bool:
        return True

    def get_image_magnification(self) -> float:
        return DOTS

    def points_to_pixels(self, points: Any) -> Any:
        return points * self._dots

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def get_text_width_height_descent(self, s, prop, ismath):
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        size = self.points_to_pixels(prop.get_size_in_points())
        wide = letters.width_of(s, size, is_bold(prop))
        return wide, (letters.ASCENT + letters.DESCENT) * size, letters.DESCENT * size

    def open_group(self, s, gid=None):
        self._groups.append(gid)

    def close_group(self, s):
        self._groups.pop()

    # What they draw

    def draw_path(self, gc, path, transform, rgbFace=None):
        straight = rgbFace is None and (path.codes is None or path.codes.max() <= Path.LINETO)
        placed = path.cleaned(transform + self._up, True, simplify=straight, curves=True)
        seen = placed.vertices[placed.codes != Path.STOP]
        if len(seen) and (drawn := outline(placed)):
            self._cut_to(self._needed(gc, seen))
            self._write(self._look(gc, rgbFace), drawn, apart=circle(placed) is None)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        shape = outline(Path(marker_trans.transform(marker_path.vertices) * (1, -1),
                             marker_path.codes), relative=True)  # fmt: skip
        places = self._up.transform(trans.transform(path.vertices))
        places = places[np.isfinite(places).all(axis=1)]
        if len(places):
            self._cut_to(self._needed(gc, places))
            drawn = "".join(f"M{number(x)} {number(y)}{shape}" for x, y in places)
            self._write(self._look(gc, rgbFace), drawn)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if ismath:
            self._draw_text_as_path(gc, x, y, s, prop, angle, ismath, mtext)
            return
        size = self.points_to_pixels(prop.get_size_in_points())
        look = {"x": number(x), "y": number(y), "font-size": number(size)}
        if is_bold(prop):
            look["font-weight"] = "700"
        if len(s) > FITTED:
            look["textLength"] = number(letters.width_of(s, size, is_bold(prop)))
            look["lengthAdjust"] = "spacingAndGlyphs"
        if angle:
            look["transform"] = f"rotate({number(-angle)} {look['x']} {look['y']})"
        self._cut_to(None)
        color, opacity = self._color(gc.get_rgb(), gc.get_alpha())
        look |= {"fill": color} | ({"fill-opacity": number(opacity)} if opacity < 1 else {})
        self._parts.append(f"<text{attributes(look)}>{escape(s)}</text>")
        self._last = ""

    def draw_image(self, gc, x, y, im, transform=None):
        high, wide = (side / DOTS for side in im.shape[:2])
        box = {"x": x, "y": self.height - y - high, "width": wide, "height": high}
        place = {name: number(value) for name, value in box.items()}
        self._cut_to(None)
        source = f"data:image/png;base64,{base64.b64encode(png(im[::-1])).decode()}"
        self._parts.append(
            f'<image{attributes(place)} preserveAspectRatio="none" href="{source}"/>'
        )
        self._last = ""

    # How it is written

    def _write(self, look: str, drawn: str, apart: bool = True) -> None:
        """A path, or more of the last one where it looks the same and nothing is filled.

        apart: whether what is filled must be; dots without an edge need not.
        """
        joined = 'fill="none"' in look or not (apart or "stroke" in look)
        if look and look == self._last and joined:
            self._parts[-1] = f'{self._parts[-1][:-3]}{drawn}"/>'
        elif look:
            self._parts.append(f'<path{look} d="{drawn}"/>')
            self._last = look

    def _look(self, gc: GraphicsContextBase, face: Any) -> str:
        """The attributes of a path; "" where nothing of it is seen."""
        look: dict[str, str] = {"fill": "none"}
        if face is not None:
            color, opacity = self._color(face, gc.get_alpha() if gc.get_forced_alpha() else None)
            if opacity > 0:
                look["fill"] = color
                look |= {"fill-opacity": number(opacity)} if opacity < 1 else {}
        width = self.points_to_pixels(gc.get_linewidth())
        color, opacity = self._color(gc.get_rgb(), gc.get_alpha())
        if width > 0 and opacity > 0:
            look |= {"stroke": color, "stroke-width": number(width)}
            look |= {"stroke-opacity": number(opacity)} if opacity < 1 else {}
            look |= self._dashes(gc)
            if gc.get_capstyle() in ("round", "projecting"):
                look["stroke-linecap"] = {"projecting": "square"}.get(gc.get_capstyle(), "round")
        return attributes(look) if len(look) > 1 or look["fill"] != "none" else ""

    def _dashes(self, gc: GraphicsContextBase) -> dict[str, str]:
        offset, dashes = gc.get_dashes()
        if dashes is None:
            return {}
        look = {"stroke-dasharray": " ".join(number(self.points_to_pixels(d)) for d in dashes)}
        return look | (
            {"stroke-dashoffset": number(self.points_to_pixels(offset))} if offset else {}
        )

    def _color(self, color: Any, alpha: float | None) -> tuple[str, float]:
        """A colour without what is seen through it, and that; as rgb() where it is fixed."""
        *rgb, opacity = colors.to_rgba(color)
        shown = colors.to_hex(rgb)
        if FIXED in self._groups:
            shown = f"rgb({','.join(str(round(255 * share)) for share in rgb)})"
        return shown, opacity if alpha is None or opacity < 1 else alpha

    def _needed(self, gc: GraphicsContextBase, points: np.ndarray) -> tuple[float, ...] | None:
        """The box that a path is to be cut to (x, y, width, height); None where it lies inside."""
        box = gc.get_clip_rectangle()
        if box is None:
            return None
        x0, y0, x1, y1 = box.extents
        (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
        inside = left >= x0 - 1 and right <= x1 + 1
        if inside and low >= self.height - y1 - 1 and high <= self.height - y0 + 1:
            return None
        return x0, self.height - y1, x1 - x0, y1 - y0

    def _cut_to(self, box: tuple[float, ...] | None) -> None:
        """From here on all is cut to a box: an inner picture, which needs no id."""
        if box == self._box:
            return
        if self._box is not None:
            self._parts.append("</svg>")
        if box is not None:
            place = dict(zip(("x", "y", "width", "height"), map(number, box), strict=True))
            view = " ".join(place.values())
            self._parts.append(f'<svg{attributes(place)} viewBox="{view}">')
        self._box, self._last = box, ""


def outline(path: Path, relative: bool = False) -> str:
    """A path as SVG has it; relative to where its first point is, for a marker."""
    if round_ := circle(path):
        (x, y), radius = round_
        r = number(radius)
        start = f"m-{r} 0" if relative else f"M{number(x - float(r))} {number(y)}"
        return f"{start}a{r} {r} 0 1 0 {number(2 * float(r))} 0a{r} {r} 0 1 0 -{number(2 * float(r))} 0z"
    parts, at, here = [], 0, np.zeros(2)
    vertices = path.vertices
    codes = path.codes
    if codes is None:
        codes = np.full(len(vertices), Path.LINETO, np.uint8)
        codes[:1] = Path.MOVETO
    lifted = True
    while at < len(vertices):
        code = codes[at]
        if code in (Path.CLOSEPOLY, Path.STOP):
            parts += ["z"] if code == Path.CLOSEPOLY and not lifted else []
            at += 1
            continue
        points = vertices[at : at + TAKEN[code]]
        at += TAKEN[code]
        if not np.isfinite(points).all():
            lifted = True
            continue
        letter = "M" if lifted else CODES[code]
        points = points[-1:] if lifted else points
        shown = points - here if relative else points
        parts.append(
            (letter.lower() if relative else letter)
            + " ".join(f"{number(x)} {number(y)}" for x, y in shown)
        )
        here, lifted = points[-1], False
    return "".join(parts)


def circle(path: Path) -> tuple[np.ndarray, float] | None:
    """Centre and radius of a path that is a circle as matplotlib draws it, of eight arcs."""
    if path.codes is None or not np.array_equal(path.codes[: len(CIRCLE)], CIRCLE):
        return None
    points = path.vertices[: len(CIRCLE) - 1]
    low, high = points.min(axis=0), points.max(axis=0)
    sides = (high - low) / 2
    return ((low + high) / 2, sides[0]) if abs(sides[0] - sides[1]) < 0.01 * sides[0] else None


def number(value: float) -> str:
    """A length to a tenth of a pixel, as short as it can be; shares of 1 to a hundredth."""
    text = f"{value:.2f}" if abs(value) < 2 else f"{value:.1f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def attributes(of: dict[str, str]) -> str:
    """As they stand in an element."""
    return "".join(f" {name}={quoteattr(value)}" for name, value in of.items())


def is_bold(prop: Any) -> bool:
    """Whether a font is."""
    weight = prop.get_weight()
    return weight == "bold" if isinstance(weight, str) else weight >= letters.BOLD


def png(dots: np.ndarray) -> bytes:
    """A map (rows, columns, 4) as a small PNG, of few colours where it has no clear parts."""
    buffer, image = io.BytesIO(), Image.fromarray(np.ascontiguousarray(dots))
    if dots[..., 3].min() == 255:
        image = image.convert("RGB").quantize(VALUES, dither=Image.Dither.NONE)
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


# The whole picture


class Texts(NamedTuple):
    """What is written around a picture: above it, below its title, and for those who do not see
    it."""

    title: str = ""
    note: str = ""
    label: str = ""
    language: str = "en"


def svg(figure: Figure, texts: Texts | None = None) -> str:
    """A figure as a file of SVG, laid out now."""
    figure.set_dpi(DPI)
    figure.set_canvas(Canvas(figure))
    if (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    figure.patch.set_visible(False)
    vector = Vector(figure)
    inches = figure.get_size_inches()
    figure.draw(MixedModeRenderer(figure, *inches, DPI * DOTS, vector))
    return whole(vector.body(), vector.width, vector.height, texts or Texts())


def whole(body: str, width: float, height: float, texts: Texts) -> str:
    """A picture that stands alone: paper, title, body, and what all becomes on dark paper."""
    named, high = _head(texts, width)
    box = {
        "x": "0",
        "y": number(-high),
        "width": number(width),
        "height": number(height + high),
    }
    root = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": " ".join(box.values()),
        "width": box["width"],
        "height": box["height"],
        "lang": texts.language,
        "role": "img",
        "aria-label": texts.label,
        "font-family": letters.FAMILY,
        "stroke-linejoin": "round",
    }
    paper = f'<rect{attributes(box)} fill="#ffffff"/>'
    used = COLOUR.findall(paper + named + body)
    at_night = f"<style>@media(prefers-color-scheme:dark){{{dark.rules(used)}}}</style>"
    return f"<svg{attributes(root)}>{at_night}{paper}{named}{body}</svg>\n"


def _head(texts: Texts, width: float) -> tuple[str, float]:
    """Title and note, above 0, and how high they are."""
    kinds = ((texts.title, TITLE, INK, True), (texts.note, NOTE, FAINT, False))
    lines = [
        (line, size, color, bold)
        for text, size, color, bold in kinds
        if text
        for line in letters.lines_of(text, width - 2 * HEAD_SIDE, size, bold)
    ]
    high = sum(HEAD_LINE * size for _, size, *_ in lines) + HEAD_GAP * bool(lines)
    parts, y = [], -high
    for line, size, color, bold in lines:
        y += HEAD_LINE * size
        look = {"x": number(HEAD_SIDE), "y": number(y - 0.3 * size), "fill": color}
        look |= {"font-size": number(size)} | ({"font-weight": "700"} if bold else {})
        parts.append(f"<text{attributes(look)}>{escape(line)}</text>")
    return (f'<g class="head">{"".join(parts)}</g>' if parts else ""), high


def bare(text: str) -> str:
    """The picture for a page that has a title, paper and a style sheet of its own: body alone."""
    opening = ROOT.match(text)
    if opening is None:
        raise ValueError("no picture of these")
    top, width, height = opening["top"], opening["width"], opening["height"]
    inner = f"0 0 {width} {number(float(height) + float(top))}"
    root = opening[0].replace(f'viewBox="0 {top} {width} {height}"', f'viewBox="{inner}"')
    root = root.replace(f' height="{height}"', f' height="{inner.split()[-1]}"')
    body = HEADED.sub("", text[opening.end() :], count=1)
    return root.replace(' xmlns="http://www.w3.org/2000/svg"', "") + body


def colours(texts: Iterable[str]) -> set[str]:
    """The colours of pictures that have another side, for `dark.rules`."""
    return {color for text in texts for color in COLOUR.findall(text)}
