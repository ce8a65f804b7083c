"""The report as a README: the same record, for readers on a code host."""

import re
from pathlib import Path
from typing import Any

from markupsafe import Markup

from mlpstudy.report.collect import Report
from mlpstudy.report.jinja import environment
from mlpstudy.words import Words

ROWS = 8  # of a table: a code host shows no file that is much larger than this makes it
SPACES = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
MARKS = re.compile(r"([\\`*_\[\]~#$])")
LINKS = re.compile(r"(://|\bwww\.)", re.IGNORECASE)
STARTS = re.compile(r"^(\d*)([-+=.)])(?=[\s=-]|$)")  # of a list, a rule or an underline


def readme(report: Report, templates: Path, language: str) -> str:
    """The README in one language. Its figures are figures/<study>.<figure>.png beside it.

    Commands stand beside the findings that decide; the page has those of all.
    """
    words = Words(language, report.labels)
    drawn = environment(
        templates, lambda text: text(words), plain
    )  # Markdown's marks before HTML's
    drawn.globals |= {"ROWS": ROWS, "code": code}
    return drawn.get_template("README.md.j2").render(
        report=report, language=language, french=Words("fr").typeset
    )


def plain(value: Any) -> Markup:
    """Text as Markdown that shows exactly this text, on one line, also in a table."""
    if isinstance(value, Markup):
        return value
    text = SPACES.sub(" ", str(value)).strip(" ")
    text = MARKS.sub(r"\\\1", text)
    text = "".join(ENTITIES.get(character, character) for character in text)
    text = LINKS.sub(lambda link: link[0].replace(":", r"\:").replace(".", r"\."), text)
    return Markup(STARTS.sub(r"\1\\\2", text))


def code(value: Any) -> Markup:
    """Text as a code span that shows exactly this text, also in a table."""
    text = SPACES.sub(" ", str(value)).strip(" ")
    if not text:
        return Markup("")
    if "|" in text:  # a table would end its cell here, whatever stands before it
        return Markup(f"<code>{plain(text)}</code>")
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    edge = " " if "`" in (text[0], text[-1]) else ""
    return Markup(f"{fence}{edge}{text}{edge}{fence}")
