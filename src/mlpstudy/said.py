"""What is said to a reader, in the languages of the report."""

from typing_extensions import TypedDict

LANGUAGES = ("en", "fr")


class Said(TypedDict):
    """One text in both languages: Said(en="deep networks", fr="les réseaux profonds").

    It is a plain mapping, also in YAML and JSON. Wherever a Said may stand a plain string may too,
    which is then shown in both languages.
    """

    en: str
    fr: str
