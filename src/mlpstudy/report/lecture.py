"""The lecture as config/lecture.yaml has it: its claims, and the words in which they are answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlpstudy.bilingual import Bilingual
from mlpstudy.design import yaml_file
from mlpstudy.statistics.verdicts import KINDS

PHRASES = ("holds", "fails", "nothing")  # of a statistic: what a supported finding says, ...
BRIEF = "brief"  # beside them: shorter ones, for an answer that is told in brief
Phrases = Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """One sentence of the lecture, or of a user's own study (then without a chapter).

    kind: what its findings must do, one of finding.KINDS. plain: the French in plain words. weight:
    how much the lecture hangs on it. answers: of each statistic, in the order of the answer, the
    phrases in which its findings are told. Raises ValueError for an unknown kind or phrase.
    """

    id: str
    fr: str
    en: str | Bilingual
    chapter: str = ""
    kind: str = "most"
    plain: str = ""
    weight: float = 1
    answers: Mapping[str, Phrases] = field(default_factory=dict, hash=False)

    @property
    def in_plain_words(self) -> str | Bilingual:
        """The claim as anyone understands it, in each language."""
        if isinstance(self.en, Mapping):
            return self.en
        return {"en": self.en, "fr": self.plain or self.fr or self.en}

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"claim {self.id}: kind {self.kind!r}: allowed are {', '.join(KINDS)}")
        for statistic, phrases in self.answers.items():
            self._check(f"answers.{statistic}", phrases, (*PHRASES, BRIEF))
            self._check(f"answers.{statistic}.{BRIEF}", phrases.get(BRIEF, {}), PHRASES)

    def _check(self, place: str, phrases: Phrases, allowed: tuple[str, ...]) -> None:
        if unknown := sorted(set(phrases) - set(allowed)):
            raise ValueError(
                f"claim {self.id}: {place}: {', '.join(unknown)}: allowed are {', '.join(allowed)}"
            )


def read_lecture(path: Path) -> dict[str, Any]:
    """The file as it is, its claims as Claim."""
    document = yaml_file.read(path)
    return document | {"claims": [Claim(**claim) for claim in document["claims"]]}
