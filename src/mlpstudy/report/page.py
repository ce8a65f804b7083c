"""The report as one HTML file that needs nothing but itself."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from mlpstudy.report import phrases
from mlpstudy.report.collect import STATUSES, Picture, Report
from mlpstudy.report.numbers import number
from mlpstudy.report.words import (
    LANGUAGES,
    SYMBOLS,
    WORDS,
    chosen,
    french,
    localized,
    spaced,
    word,
)


def page(report: Report, templates: Path, language: str) -> str:
    """The page in both languages; it opens in `language`."""
    style, script = (_source(templates / name) for name in ("page.css", "page.js"))
    return _environment(templates).get_template("index.html.j2").render(
        report=report,
        language=language,
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        chosen=lambda text: chosen(text, language),
    )


def both(texts: dict[str, str]) -> Markup:
    """A text in each of its languages; the style sheet shows the page's own."""
    if set(texts) != set(LANGUAGES):
        shown = [Markup('<span lang="{}">{}</span>').format(l, t) if l else t for l, t in texts.items()]
        return Markup("").join(shown)
    spans = (Markup('<span class="t" lang="{}">{}</span>').format(l, texts[l]) for l in LANGUAGES)
    return Markup("").join(spans)


def say(key: str, **values: Any) -> Markup:
    """The words for a key with values in their places, in both languages."""
    return both({l: _filled(word(key, l), l, values) for l in LANGUAGES})


def anchor(kind: str, *names: Any) -> str:
    """An id for a place in the page; a name that does not fit into one is hashed."""
    text = ".".join(str(name) for name in names)
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text):
        text = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{kind}-{text}"


def data_uri(picture: Picture) -> str:
    """The picture itself, as the address of an image."""
    media, content = picture.best
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def _filled(text: str, language: str, values: dict[str, Any]) -> Markup:
    return escape(text).format(**{name: chosen(value, language) for name, value in values.items()})


def _environment(templates: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "STATUSES": STATUSES,
        "SYMBOLS": SYMBOLS,
        "WORDS": WORDS,
        "anchor": anchor,
        "data_uri": data_uri,
        "local": lambda text: both(localized(text)),
        "say": say,
        "typeset": lambda text: both({l: french(text[l]) if l == "fr" else text[l] for l in LANGUAGES}),
        "word": word,
    }
    environment.filters |= {name: getattr(phrases, name) for name in _FILTERS}
    environment.filters |= {"french": french, "number": number, "spaced": spaced}
    return environment


_FILTERS = ("value_of", "needed_by", "networks_of", "statistics_of", "says_of", "tally_of", "cell")


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """What the page may do: show its own images, use its own style and script, nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
