"""The pages of a report as one document to print: title, contents, answers, claims, chapters.

A browser knows on which page a place stands only when it has printed it: the document is printed
twice, and the second time its contents have the numbers that the first one gave them.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mlpstudy.words import Words

HEAD = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
HEADING = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
LISTED = re.compile(r'<ol class="contents">.*?</ol>', re.DOTALL)
CHAPTER = re.compile(r'href="(chapters/[^"#]+)"')
ACROSS = re.compile(r'href="[^"#]+#')  # a link to a place on another page
WHOLE = re.compile(r'href="(?:\.\./)?(?:chapters|claims)/([^"#]+)\.html"')  # to one as a whole
ELSEWHERE = re.compile(r'(<a [^>]*?) ?href="[^"#][^"]*"')
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
UNKNOWN = "000"  # a page's number before it is known


class Entry(NamedTuple):
    """A line of the contents: the id of a place, and its title as HTML."""

    id: str
    title: str


def document(
    folder: Path, style: str, language: str, pages: Mapping[str, int] | None = None
) -> str:
    """The report in a folder as one document in a language. style: that of print alone.

    pages: where each entry of the contents stands, once that is known.
    """
    words, first = Words(language), _read(folder / "index.html")
    chapters = [_chapter(folder / path) for path in _paths(first)]
    sections = {name: _section(first, name) for name in ("headlines", "hero", "claims", "glossary",
                                                         "provenance")}  # fmt: skip
    claims = sections["claims"].replace('colspan="5"', 'colspan="4"')  # the strips are left out
    opening = [sections["headlines"], sections["hero"], claims]
    closing = [sections["glossary"], sections["provenance"].replace("<details>", "<details open>")]
    entries = [
        *_entries([sections["headlines"], claims]),
        *(Entry(_id(chapter), _title(chapter)) for chapter in chapters),
        *_entries(closing),
    ]
    source = re.search(r"<p>.*?</p>", _element(first, "footer", "foot"), re.DOTALL)
    title = _element(first, "header", "opening").removesuffix("</header>")
    body = [
        f'<article class="view index">{title}<div class="source">{source[0] if source else ""}</div></header>',
        _contents(entries, words.gettext("Contents"), pages or {}),
        *opening, "</article>", *chapters, '<article class="view index">', *closing, "</article>",
    ]  # fmt: skip
    return _page(first, style, language, "\n".join(body))


def pages(printed: bytes) -> dict[str, int]:
    """The page, from 1, of each place of a printed PDF to which a link in it leads."""
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(printed))
    places = reader.named_destinations.items()
    found = {name.removeprefix("/"): reader.get_destination_page_number(to) for name, to in places}
    return {name: number + 1 for name, number in found.items() if number is not None}


def _page(first: str, style: str, language: str, body: str) -> str:
    """A page without scripts and without links that lead out of it."""
    title = re.search(rf'<title[^>]*data-{language}="([^"]*)"', first)
    look = STYLE.search(first)
    whole = (
        f'<!DOCTYPE html>\n<html lang="{language}" data-theme="light">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>{title[1] if title else ''}</title>\n<style>{look[1] if look else ''}{style}</style>\n"
        f'</head>\n<body class="document">\n<main>\n{body}\n</main>\n</body>\n</html>\n'
    )
    inside = WHOLE.sub(lambda link: f'href="#{_place(link)}"', ACROSS.sub('href="#', whole))
    return ELSEWHERE.sub(r"\1", inside)


def _place(link: re.Match[str]) -> str:
    """Where the document has what stood on a page: a chapter, or the row of a claim."""
    return f"{'chapter' if 'chapters/' in link[0] else 'verdict'}-{link[1]}"


def _paths(first: str) -> Sequence[str]:
    """The files of the chapters, in order."""
    listed = LISTED.search(first)
    return list(dict.fromkeys(CHAPTER.findall(listed[0] if listed else "")))


def _chapter(path: Path) -> str:
    """A chapter's page without the data and the charts behind its figures."""
    text = _element(_read(path), "article", "view chapter")
    for kind in ("rows", "explored"):
        text = _without(text, "details", kind)
    return text


def _entries(sections: Sequence[str]) -> Iterator[Entry]:
    """Sections by their headings."""
    for found in map(HEADING.search, sections):
        if found:
            yield Entry(found[1], found[2])


def _id(article: str) -> str:
    found = re.search(r' id="([^"]+)"', article)
    return found[1] if found else ""


def _title(article: str) -> str:
    found = HEAD.search(article)
    return found[1] if found else ""


def _contents(entries: Sequence[Entry], title: str, pages: Mapping[str, int]) -> str:
    lines = [
        f'<li><a href="#{entry.id}"><span class="name">{entry.title}</span><span class="leader"></span>'
        f'<span class="page">{pages.get(entry.id, UNKNOWN)}</span></a></li>'
        for entry in entries
    ]
    return f'<nav class="pages"><h2>{title}</h2><ol>{"".join(lines)}</ol></nav>'


def _section(page: str, name: str) -> str:
    """A section by its class or its id; "" where there is none."""
    return _element(page, "section", name)


def _element(page: str, tag: str, name: str) -> str:
    """The first element of a kind whose class or id begins with a name; "" where there is none."""
    return next((page[start:end] for start, end in _elements(page, tag, name)), "")


def _without(page: str, tag: str, name: str) -> str:
    parts, last = [], 0
    for start, end in _elements(page, tag, name):
        parts.append(page[last:start])
        last = end
    return "".join([*parts, page[last:]])


def _elements(page: str, tag: str, name: str) -> Iterator[tuple[int, int]]:
    """Where elements of a kind begin and end, with what stands in them, of the same kind too."""
    opening = re.compile(rf'<{tag} [^>]*(?:class|id)="{name}')
    either = re.compile(rf"<(/?){tag}[ >]")
    end = 0
    while begun := opening.search(page, end):
        depth = 0
        for each in either.finditer(page, begun.start()):
            depth += -1 if each[1] else 1
            if not depth:
                end = page.index(">", each.start()) + 1
                break
        else:
            return
        yield begun.start(), end


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
