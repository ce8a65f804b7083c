"""The report in Markdown: the same record, for readers on a code host."""

import re
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from mlpstudy.report.answers import answer, chapter, headlines
from mlpstudy.report.collect import Chapter, Picture, Report
from mlpstudy.report.jinja import environment
from mlpstudy.words import Words

ROWS = 8  # of a table: a code host shows no file that is much larger than this makes it
FRONT = "../README.md"  # from a chapter
MOST_LOST = 20  # rows of networks that diverged
SPACES = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
MARKS = re.compile(r"([\\`*_\[\]~#$])")
LINKS = re.compile(r"(://|\bwww\.)", re.IGNORECASE)
STARTS = re.compile(r"^(\d*)([-+=.)])(?=[\s=-]|$)")  # of a list, a rule or an underline


def readme(report: Report, templates: Path, language: str) -> dict[str, str]:
    """The README in one language and its chapters, by their paths.

    Commands stand beside the findings that decide; the pages have those of all.
    """
    words = Words(language, report.labels)
    answers = {v.claim.id: answer(v.claim, v.findings, words) for v in report.verdicts}
    claims = [verdict.claim for verdict in report.verdicts]
    shared = {
        "report": report,
        "language": language,
        "french": Words("fr").typeset,
        "answers": answers,
        "title_of": {chapter.name: chapter.study["title"] for chapter in report.chapters},
        "answered": lambda of: chapter(of.name, of.findings, words, claims),
    }
    opening = {"headlines": headlines(answers.values(), words), "figures": _figures(report)}
    pages = {"README.md": _template(templates, words, "README.md.j2").render(**shared, **opening)}
    for each in report.chapters:  # which name what they measure in their own way
        own = Words(language, report.labels | each.study.get("labels", {}))
        told = _template(templates, own, "chapter.md.j2").render(chapter=each, **shared)
        pages[path_of(each.name)] = told
    return pages


def _template(templates: Path, words: Words, name: str) -> Template:
    drawn = environment(
        templates, lambda text: text(words), plain
    )  # Markdown's marks before HTML's
    drawn.globals |= {"ROWS": ROWS, "MOST_LOST": MOST_LOST, "front": FRONT}
    drawn.globals |= {"code": code, "path": path_of, "picture": picture}
    return drawn.get_template(name)


def path_of(study: str) -> str:
    """The chapter of a study, from the README."""
    return f"chapters/{study}.md"


def picture(chapter: Chapter, figure: Picture) -> str:
    """A figure's file; the dot, which no name holds, keeps study and figure apart."""
    return f"{chapter.name}.{figure.name}.svg"


def _figures(report: Report) -> list[tuple[Chapter, Picture]]:
    """The figures with which the lecture's file opens the report, as far as they are drawn."""
    drawn = {f"{c.name}.{f.name}": (c, f) for c in report.chapters for f in c.figures}
    return [drawn[name] for name in report.lecture.get("figures", ()) if name in drawn]


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
