"""Readers of the report's markup, independent of what writes it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

VOID = frozenset(["br", "hr", "img", "input", "link", "meta", "path", "circle", "rect"])


@dataclass
class Element:
    name: str
    attributes: dict
    parts: list = field(default_factory=list)  # texts and elements

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def all(self, name: str, **attributes) -> list["Element"]:
        """The elements below with a name and attributes; class_ is one of its classes."""
        found = []
        for part in self.parts:
            if isinstance(part, Element):
                found += [part] if part._fits(name, attributes) else []
                found += part.all(name, **attributes)
        return found

    def _fits(self, name, attributes) -> bool:
        wanted = {key.strip("_"): value for key, value in attributes.items()}
        classes = (self.attributes.get("class") or "").split()
        kind = wanted.pop("class", None)
        return (
            name in ("*", self.name)
            and (kind is None or kind in classes)
            and all(self.attributes.get(key) == value for key, value in wanted.items())
        )


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {tag} {attrs}"
        element = Element(tag, dict(attrs))
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].parts.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data[:80]}")


def read_html(source: str) -> Element:
    """The tree of a page; every element has to be closed in its place."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    assert len(reader.open) == 1, f"left open: {[element.name for element in reader.open[1:]]}"
    return reader.open[0]


def read_markdown(source: str) -> Element:
    """The tree of a README as a code host shows it."""
    return read_html(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source))


def skeleton(element: Element) -> list:
    """Elements and the names of their attributes, without texts and values."""
    return [
        (part.name, sorted(part.attributes), skeleton(part))
        for part in element.parts
        if isinstance(part, Element)
    ]


def spaceless(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def row_of(page, claim) -> list[str]:
    """The texts of a claim's row, in English."""
    (table,) = page.all("table", class_="verdicts")
    (row,) = [r for r in table.all("tr") if r.all("th", id=f"verdict-{claim}")]
    return [english(cell) for cell in row.parts if not isinstance(cell, str)]


def english(element) -> str:
    """The text that an English reader sees."""
    kinds = (element.attributes.get("class") or "").split()
    if "t" in kinds and element.attributes.get("lang") == "fr":
        return ""
    parts = (part if isinstance(part, str) else english(part) for part in element.parts)
    return spaceless("".join(parts))
