"""The report as pages that open from disk and need nothing but each other."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from mlpstudy.drawing import dark, vector
from mlpstudy.report import phrases, strips
from mlpstudy.report.bundle import as_json, packed, policy
from mlpstudy.report.collect import Report, Verdict
from mlpstudy.report.explore import libraries
from mlpstudy.report.glossary import Glossary
from mlpstudy.report.jinja import anchor, environment
from mlpstudy.report.places import EXPLORE, INDEX, Address, Place, addresses, inside
from mlpstudy.report.search import synonyms
from mlpstudy.report.view import View, in_words, parted
from mlpstudy.words import LANGUAGES, Words

VEGA = "// Vega, Vega-Lite, Vega-Embed: University of Washington and others, BSD 3-Clause License"
SCRIPTS = {"index": ("claims.js",), "explore": ("explore.js",), "chapter": ("charts.js",)}


def pages(
    report: Report, templates: Path, language: str, some: slice = slice(None)
) -> dict[str, str]:
    """The text of each page, or of some of them, by its path in the report's folder.

    All pages are in both languages; in `language` for readers whose browser prefers neither.
    """
    site = Site(report, templates, language)
    return {place.path: site.page(place) for place in site.places[some]}


def vega_file() -> dict[str, str]:
    """The script beside the pages, by its path."""
    return {"vega.js": vega()}


def single(report: Report, templates: Path, language: str) -> str:
    """All pages as one file, with Vega inside."""
    return Site(report, templates, language).whole()


def vega() -> str:
    """Vega as a script of its own."""
    return f"{VEGA}\n{libraries()}"


class Site:
    """The pages of a report, drawn from the templates in a folder."""

    def __init__(self, report: Report, templates: Path, language: str):
        self.report, self.language, self.folder = report, language, templates
        self.view, self.maps = View(report), report.maps
        self.glossary = Glossary(self.view.speakers)
        self.environment = self._environment()

    @property
    def places(self) -> list[Place]:
        """The pages: the first one, those of the chapters, of the claims, and the sweeps."""
        chapters = [Place("chapter", chapter.name) for chapter in self.report.chapters]
        claims = [Place("claim", verdict.claim.id) for verdict in self.view.in_order]
        return [INDEX, *chapters, *claims, EXPLORE]

    def page(self, place: Place) -> str:
        """One page."""
        charts = self._charts(place)
        return self._drawn(
            [place],
            addresses(place),
            SCRIPTS.get(place.kind, ()),
            at=place,
            charts=charts,
            vega_at=f"{place.up}vega.js",
            maps=self.maps.packed() if place == EXPLORE and self.maps else "",
        )

    def whole(self) -> str:
        """All of them."""
        charts: dict[str, Any] = {}
        for place in self.places:
            charts |= self._charts(place)
        scripts = tuple(name for names in SCRIPTS.values() for name in names)
        return self._drawn(
            self.places,
            inside,
            scripts,
            at=None,
            charts=charts,
            vega_at="",
            vega=packed(vega()) if charts else "",
            maps=self.maps.packed() if self.maps else "",
        )

    def _drawn(
        self,
        views: Sequence[Place],
        to: Address,
        scripts: Sequence[str],
        charts: Mapping[str, Any],
        vega: str = "",
        maps: str = "",
        **values: Any,
    ) -> str:
        names = ("page.css", "opening.js", "page.js", *scripts)
        style, opening, *rest = (_source(self.folder / name) for name in names)
        style += dark_side(self._figures(views))
        terms = as_json(self.glossary.texts())
        known = [opening, *rest, *([_vega_source()] if vega else [])]
        self.environment.globals |= {"to": to}
        return self.environment.get_template("frame.html.j2").render(
            views=views,
            charts=Markup(packed(as_json(charts))) if charts else "",
            vega=Markup(vega),
            maps=Markup(maps),
            terms=Markup(terms),
            style=Markup(style),
            opening=Markup(opening),
            scripts=[Markup(script) for script in rest],
            policy=policy(style, known, beside=bool(charts) and not vega),
            titles=self._titles(views[0]),
            **values,
        )

    def _figures(self, views: Sequence[Place]) -> Iterator[str]:
        """The drawings on some pages."""
        for place in views:
            figures = self.view.chapter_of[place.name].figures if place.kind == "chapter" else ()
            if place == INDEX and self.view.hero:
                figures = (self.view.hero[1],)
            for figure in figures:
                yield from figure.svg.values()

    def _charts(self, place: Place) -> dict[str, Any]:
        """What Vega draws on a page."""
        if place.kind != "chapter":
            return {}
        chapter = self.view.chapter_of[place.name]
        return {
            str(anchor("explore", chapter.name, each.name)): each.as_json()
            for each in chapter.explored
        }

    def _titles(self, place: Place) -> dict[str, str]:
        return {name: self._title(place, words) for name, words in self.view.speakers.items()}

    def _title(self, place: Place, words: Words) -> str:
        own = {
            "chapter": lambda: words.said(self.view.chapter_of[place.name].study["title"]),
            "claim": lambda: place.name,
            "explore": lambda: words.gettext("Explore"),
        }
        parts = [own[place.kind]()] if place.kind in own else []
        return " · ".join([*parts, phrases.title(words), "mlpstudy"])

    def _environment(self) -> Any:
        shown = environment(self.folder, lambda text: both(_each(self.view.speakers, text)))
        shown.globals |= {name: getattr(self.view, name) for name in VIEWED}
        shown.globals |= self._places() | self._texts() | self._drawings()
        shown.globals |= {
            "report": self.report,
            "language": self.language,
            "synonyms": json.dumps(synonyms(), ensure_ascii=False),
        }
        return shown

    def _places(self) -> dict[str, Any]:
        """Where a template's links lead."""
        return {
            "INDEX": INDEX,
            "EXPLORE": EXPLORE,
            "chapter_at": lambda name: Place("chapter", name),
            "claim_at": lambda id: Place("claim", id),
            "explorable": bool(self.maps),
            "maps_of": self.maps,
        }

    def _texts(self) -> dict[str, Any]:
        """What a template says, in each language."""
        view = self.view
        return {
            "glossary": self.glossary.terms,
            "local": lambda text: both(localized(text)),
            "french": Words("fr").typeset,
            "in_language": lambda text, language: Words(language).said(text),
            "in_words": in_words,
            "parted": self._parted,
            "sentence": self._sentence,
            "detail": self._detail,
            "lead": self._lead,
            "number_of": lambda verdict: self._said(lambda w: view.answer(verdict, w).number),
            "answered": Answered(self),
            "explained": self._explained,
            "caveats_of": lambda verdict: [
                self._with_terms(each) for each in view.caveats(verdict)
            ],
        }

    def _drawings(self) -> dict[str, Any]:
        """What a template shows in pictures."""
        explored = ((c.name, each.name) for c in self.report.chapters for each in c.explored)
        return {
            "drawing": lambda figure, once: Markup("").join(map(Markup, figure.drawn(once))),
            "drawable": {str(anchor("explore", *names)) for names in explored},
            "strip": lambda group: strips.strip(group, group[0].threshold),
            "strip_of": self._strip,
            "scale_of": strips.table_scale,
            "row": lambda finding, on: strips.row(finding, on, finding.threshold),
        }

    def _said(self, text: Any) -> Markup:
        return both(_each(self.view.speakers, text))

    def _parted(self, verdict: Verdict) -> Iterator[tuple]:
        return ((part, self._said(title), findings) for part, title, findings in parted(verdict))

    def _strip(self, verdict: Verdict, first: bool = False) -> Markup:
        """The deciding conditions, in a picture for each statistic; first: only that told first."""
        answer = self.view.answer(verdict, self.view.speakers[LANGUAGES[0]])
        statistics = dict.fromkeys(dot.statistic for dot in answer.dots)
        groups = ([f for f in verdict.deciding if f.statistic == name] for name in statistics)
        drawn = [strips.strip(group, group[0].threshold) for group in groups if group]
        return Markup("").join(drawn[:1] if first else drawn)

    def _lead(self, verdict: Verdict) -> Markup:
        """The first sentence of an answer."""
        return self._said(lambda words: self.view.answer(verdict, words).lead)

    def _sentence(self, verdict: Verdict, plain: bool = False) -> Markup:
        """The sentence that answers a claim; plain: without links to the glossary."""
        texts = {
            name: self.view.answer(verdict, words).sentence
            for name, words in self.view.speakers.items()
        }
        return both(texts) if plain else self._with_terms(texts)

    def _detail(self, verdict: Verdict) -> Markup:
        """All that is found where the sentence tells it in brief."""
        texts = {
            name: self.view.answer(verdict, words).detail
            for name, words in self.view.speakers.items()
        }
        return self._with_terms(texts) if any(texts.values()) else Markup("")

    def _explained(self, text: Any) -> Markup:
        return self._with_terms(localized(text))

    def _with_terms(self, texts: Mapping[str, str]) -> Markup:
        to = self.environment.globals["to"]
        return both(
            {
                name: self.glossary.linked(text, name, lambda term: to(INDEX, anchor("term", term)))
                for name, text in texts.items()
            }
        )


class Answered:
    """The two sentences of each chapter, by its name."""

    def __init__(self, site: Site):
        self.site = site

    def __getitem__(self, name: str) -> Markup:
        view = self.site.view
        chapter = view.chapter_of[name]
        texts = _each(view.speakers, lambda words: view.chapter_answer(chapter, words))
        return self.site._with_terms(texts)


# What templates find under the names that it has in a view
VIEWED = (
    "parts", "order", "beside", "beside_claims", "chapter_part", "searched", "headlines",
    "verdict_of", "chapter_of", "hero", "unsettled",
)  # fmt: skip


def dark_side(drawings: Iterable[str]) -> str:
    """A style sheet for drawings on dark paper: the reader's own, or as the switch has it."""
    used = vector.colours(drawings)
    system = dark.rules(used, scope=':root:not([data-theme="light"]) .drawing')
    chosen = dark.rules(used, scope=':root[data-theme="dark"] .drawing')
    return f"@media screen and (prefers-color-scheme: dark){{{system}}}@media screen{{{chosen}}}"


def _each(speakers: Mapping[str, Words], text: Any) -> dict[str, Any]:
    return {name: text(words) for name, words in speakers.items()}


def both(texts: Mapping[str, str]) -> Markup:
    """A text in both languages, of which the style sheet shows the page's.

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


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _vega_source() -> str:
    return vega()
