"""What a reader is told, in each language: one catalogue, and the labels of what is swept and seen.

Code says it in English: Words("fr").gettext("{n} networks were trained", n=12).
"""

from collections.abc import Mapping
from typing import Any

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.words import labels
from mlpstudy.words.messages import Messages

__all__ = ["LANGUAGES", "Words"]


class Words(Messages):
    """A language, with the labels of what is swept and measured."""

    def label(self, name: str) -> str:
        """A field of a run or a measure, with its unit; a name without a label as words."""
        return labels.label(self, name)

    def level(self, name: str, value: Any) -> str:
        """A level beside the label of its field, as on an axis: 0.3, "gradient descent"."""
        return labels.level(self, name, value)

    def value(self, name: str, value: Any) -> str:
        """A level of a field that says by itself what it is: "30 % of labels wrong"."""
        return labels.value(self, name, value)

    def condition(self, levels: Mapping[str, Any]) -> str:
        """The levels of several fields: "digits, clean labels, rate 0.2"."""
        return labels.condition(self, levels)
