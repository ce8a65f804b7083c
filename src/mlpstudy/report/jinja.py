"""What every template of the report can call."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mlpstudy.analysis.terms import named, said, spaced
from mlpstudy.report import phrases
from mlpstudy.report.collect import STATUSES
from mlpstudy.report.numbers import number
from mlpstudy.report.words import BIN, SYMBOLS, WORDS

FILTERS = {
    "by_sentence": phrases.by_sentence,
    "by_statistic": phrases.by_statistic,
    "cell": phrases.cell,
    "common_of": phrases.common_of,
    "needed_by": phrases.needed_by,
    "networks_of": phrases.networks_of,
    "number": number,
    "numbers_of": phrases.numbers_of,
    "says_of": phrases.says_of,
    "named": named,
    "said": said,
    "side_of": phrases.side_of,
    "spaced": spaced,
    "statistics_of": phrases.statistics_of,
    "tally_of": phrases.tally_of,
    "value_of": phrases.value_of,
}


def environment(folder: Path, finalize: Callable[[Any], Any] | None = None) -> Environment:
    """The templates in a folder. All text is escaped; a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals |= {"BIN": BIN, "STATUSES": STATUSES, "SYMBOLS": SYMBOLS, "WORDS": WORDS}
    made.globals |= {"anchor": anchor}
    made.filters |= FILTERS
    return made


def anchor(kind: str, *names: Any) -> Markup:
    """An id for a place in the report; a name that does not fit into one is hashed."""
    text = ".".join(str(name) for name in names)
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text):
        text = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Markup(f"{kind}-{text}")
