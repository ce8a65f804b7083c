"""What every template of the report can call."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mlpstudy.design.command_line import BIN
from mlpstudy.report import phrases, statuses
from mlpstudy.report.answers import anchor_of
from mlpstudy.report.collect import STATUSES
from mlpstudy.report.doubts import settled_by
from mlpstudy.words import Words
from mlpstudy.words.labels import spaced

Speak = Callable[[Callable[[Words], str]], Any]  # a text of each language, as it is shown

# Of a finding or the like, in a language: {{ finding|value_of }}
PHRASES = (
    phrases.cell,
    phrases.condition_of,
    phrases.edge_of,
    phrases.entry,
    phrases.hanging,
    phrases.heading,
    phrases.hangs_on,
    phrases.named,
    phrases.needed_by,
    phrases.networks_of,
    phrases.numbers_of,
    phrases.slips,
    phrases.side_of,
    phrases.supported_if,
    phrases.swept,
    phrases.united,
    phrases.unmeasured,
    phrases.value_of,
    settled_by,
)
# Of a language itself: {{ gettext("...") }}
SPOKEN = ("gettext", "pgettext", "level")
# The same in every language
GROUPS = (
    anchor_of,
    phrases.by_sentence,
    phrases.by_statistic,
    phrases.says_of,
    phrases.shortened,
    phrases.statistics_of,
    phrases.tally_of,
    spaced,
)


def environment(
    folder: Path, speak: Speak, finalize: Callable[[Any], Any] | None = None
) -> Environment:
    """The templates in a folder. All text is escaped; a name that is not there is an error.

    speak: shows a text, which it is given as a function of the language.
    """
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals |= {"BIN": BIN, "STATUSES": STATUSES, "SYMBOLS": statuses.SYMBOLS}
    made.globals |= {"anchor": anchor, "title": _spoken(speak, phrases.title)}
    made.globals |= {name: _spoken(speak, getattr(Words, name)) for name in SPOKEN}
    made.tests["flagged"] = phrases.is_flagged
    made.globals |= {"_": made.globals["gettext"], "local": _spoken(speak, Words.said)}
    made.filters |= {function.__name__: function for function in GROUPS}
    made.filters |= {function.__name__: _spoken(speak, function) for function in PHRASES}
    made.filters |= {
        "hanging_lines": lambda chapter: [
            speak(line) for line in phrases.hanging_lines(chapter.findings)
        ],
        "notes_of": lambda finding: [speak(note) for note in phrases.notes_of(finding)],
        "condition": _spoken(speak, Words.condition),
        "label": _spoken(speak, Words.label),
        "number": _spoken(speak, Words.number),
        "verdict": _spoken(speak, statuses.verdict),
        "counted": _spoken(speak, lambda words, n, kind: statuses.counted(words, kind, n)),
    }
    return made


def _spoken(speak: Speak, function: Callable[..., str]) -> Callable[..., Any]:
    """A function of a language, for templates, which do not know which one they are drawn in."""

    return lambda *args, **values: speak(lambda words: function(words, *args, **values))


def anchor(kind: str, *names: Any) -> Markup:
    """An id for a place in the report; a name that does not fit into one is hashed."""
    text = ".".join(str(name) for name in names)
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text):
        text = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Markup(f"{kind}-{text}")
