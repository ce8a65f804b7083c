"""FIELD=VALUE words of a command line -> a Run."""

from collections.abc import Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import Mistake, mistake_in, nearest
from mlpstudy.design.run import FIELDS, Run

PLACE = "command line"


def run_of(words: Sequence[str]) -> Run:
    """The run that words such as depth=8 describe; raises Mistake."""
    given: dict[str, Any] = {}
    for word in words:
        field, equals, text = word.partition("=")
        if not equals:
            raise Mistake("is not FIELD=VALUE", file=PLACE, value=word, allowed="such as depth=8")
        if field not in FIELDS:
            some = "one of " + ", ".join(FIELDS)
            close = nearest(field, FIELDS)
            raise Mistake("is unknown", file=PLACE, value=field, allowed=some, nearest=close)
        if field in given:
            raise Mistake("is given twice", file=PLACE, key=field)
        given[field] = _value(field, text)
    try:
        run = Run(**given)
    except ValidationError as error:
        raise mistake_in(error, Run, PLACE) from None
    for field, reason in misfits(run):
        raise Mistake(reason, file=PLACE, key=field)
    return run


def _value(field: str, text: str) -> Any:
    """A value as YAML reads it, and numbers such as 1e-3 too."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    if isinstance(value, str) and Run.model_fields[field].annotation is float:
        try:
            return float(value)
        except ValueError:
            return text
    return value
