"""Texts of a study: in one language, or in each as {en, fr}."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.design.mistakes import refuse


def said_like(pattern: str, allowed: str) -> Any:
    """The type of a text, or of one for each language, that a regular expression matches."""

    def check(text: Any) -> Any:
        for language, each in text.items() if isinstance(text, dict) else [("", text)]:
            key = (language,) if language else ()
            if language and language not in LANGUAGES:
                raise refuse("unknown key", key=key, allowed="one of " + ", ".join(LANGUAGES))
            if not (isinstance(each, str) and re.fullmatch(pattern, each, re.DOTALL)):
                raise refuse("is not allowed", key=key, allowed=allowed)
        if isinstance(text, dict) and (missing := set(LANGUAGES) - set(text)):
            raise refuse("is missing", key=(min(missing),), allowed=allowed)
        return text

    return Annotated[Any, AfterValidator(check), Field(json_schema_extra={"allowed": allowed})]


Line = said_like(r"[^\x00-\x1f\x7f\u2028\u2029]{1,300}", "one line of 1 to 300 characters")
Text = said_like(r".{1,4000}", "text of 1 to 4000 characters")
