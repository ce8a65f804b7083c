"""The report as one HTML file that needs nothing but itself."""

import base64
import gzip
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from PIL import Image

from mlpstudy.report import phrases
from mlpstudy.report.collect import Report
from mlpstudy.report.explore import libraries
from mlpstudy.report.jinja import anchor, environment
from mlpstudy.words import LANGUAGES, Words

STEP = 5  # of the levels of each channel on the page: 255 is one of them, and no eye sees a step
PICTURES = 6_000_000  # characters of all figures together, so that the page stays under 9 MB
VEGA = "// Vega, Vega-Lite, Vega-Embed: University of Washington and others, BSD 3-Clause License"


def page(report: Report, templates: Path, language: str) -> str:
    """The page in both languages; in `language` for readers whose browser prefers neither."""
    files = ("page.css", "opening.js", "page.js")
    style, opening, script = (_source(templates / name) for name in files)
    charts = {
        str(anchor("explore", chapter.name, each.name)): each.as_json()
        for chapter in report.chapters
        for each in chapter.explored
    }
    vega = f"{VEGA}\n{libraries()}" if charts else ""
    speakers = [Words(each, report.labels) for each in LANGUAGES]
    drawn = environment(templates, lambda text: both({w.language: text(w) for w in speakers}))
    drawn.globals |= {
        "french": Words("fr").typeset,
        "in_language": lambda text, language: Words(language).said(text),
        "local": lambda text: both(localized(text)),
        "pictures": pictures(report, language),
        "titles": {each: phrases.title(Words(each)) for each in LANGUAGES},
    }
    return drawn.get_template("index.html.j2").render(
        report=report,
        language=language,
        style=Markup(style),
        opening=Markup(opening),
        script=Markup(script),
        vega=Markup(packed(vega)),
        charts=Markup(packed(_json(charts))) if charts else "",
        policy=_policy(style, [opening, script, *([vega] if charts else [])]),
    )


def packed(text: str) -> str:
    """Text for the page's script to unpack: gzip in base64, a quarter of its size or less."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def both(texts: Mapping[str, str]) -> Markup:
    """A text in both languages, of which the style sheet shows the page's; or as it is told.

    What is the same in both (a name, a number) stands there once.
    """
    if len(texts) > 1 and len(set(texts.values())) == 1:
        return escape(next(iter(texts.values())))
    kind = Markup(' class="t"') if set(texts) == set(LANGUAGES) else ""
    spans = (
        Markup('<span{} lang="{}">{}</span>').format(kind, language, text) if language else text
        for language, text in texts.items()
    )
    return Markup("").join(spans)


def localized(text: str | Mapping[str, str] | None) -> dict[str, str]:
    """A study's text by language; the key "" for a text that is the same in both."""
    if not isinstance(text, Mapping):
        return {} if text in (None, "") else {"": str(text)}
    texts = {each: text[each] for each in LANGUAGES if text.get(each)}
    if len(texts) == len(LANGUAGES) and len(set(texts.values())) == 1:
        return {"": texts["en"]}
    return {each: Words(each).typeset(said) for each, said in texts.items()}


def pictures(report: Report, language: str) -> dict[tuple[str, str], dict[str, str]]:
    """By chapter and figure, the address of its picture in each language.

    Where all of them are more than PICTURES the largest come in the page's own language alone: they
    are maps and surfaces, with few words in them.
    """
    drawn = {
        (chapter.name, figure.name): {name: data_uri(png) for name, png in figure.png.items()}
        for chapter in report.chapters
        for figure in chapter.figures
    }
    total = sum(len(uri) for uris in drawn.values() for uri in uris.values())
    for key, uris in sorted(drawn.items(), key=lambda item: -max(map(len, item[1].values()))):
        if total > PICTURES and len(uris) > 1:
            kept = uris[language]
            total -= sum(map(len, uris.values())) - len(kept)
            drawn[key] = {"": kept}
    return drawn


def data_uri(png: bytes) -> str:
    """The picture itself, as the address of an image.

    No channel of any pixel moves by more than half a STEP; WebP without loss then takes a third of
    the bytes: a page with sixty figures stays small.
    """
    small = io.BytesIO()
    drawn = Image.open(io.BytesIO(png)).convert("RGB").point(3 * _levels())
    drawn.save(small, "WEBP", lossless=True, quality=75, method=4)
    return f"data:image/webp;base64,{base64.b64encode(small.getvalue()).decode()}"


def _levels() -> list[int]:
    """For each of the 256 values of a channel the nearest level."""
    return [round(value / STEP) * STEP for value in range(256)]


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _json(content: Any) -> str:
    """JSON that no markup can begin or end in."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(style: str, scripts: Sequence[str]) -> str:
    """What the page may do: show its own images, use its own style and scripts, nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src '{_digest(style)}'",
            "script-src " + " ".join(f"'{_digest(script)}'" for script in scripts),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
