"""The catalogues: locale/LANGUAGE/LC_MESSAGES/mlpstudy.po, read as they are, compiled in memory.

English is the language of the code and has none. Another language is one more catalogue.
"""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from mlpstudy.bilingual import LANGUAGES

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "mlpstudy"
SOURCE, *TRANSLATED = LANGUAGES


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language. Raises ValueError where there is none."""
    if language not in TRANSLATED:
        raise ValueError(f"no catalogue for {language!r}: there are {', '.join(TRANSLATED)}")
    path = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN, abort_invalid=True)


@cache
def translations(language: str) -> NullTranslations:
    """The messages of a language, for gettext. Raises ValueError for one without a catalogue."""
    if language == SOURCE:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)
