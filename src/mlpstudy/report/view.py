"""What templates see of a report: claims by chapter of the lecture, neighbours, answers, searches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.report.answers import Answer, answer, headlines
from mlpstudy.report.answers import chapter as chapter_answer
from mlpstudy.report.collect import Chapter, Picture, Report, Verdict
from mlpstudy.report.doubts import Unsettled, unsettled
from mlpstudy.report.lecture import Claim
from mlpstudy.report.search import found_by
from mlpstudy.statistics.verdicts import IDENTITY, Finding
from mlpstudy.words import Words

HERO = ("rescues", "shares")  # the figure to begin with: study and figure; else the first one


class Part(NamedTuple):
    """A chapter of the lecture: its claims, and the slips in its slides."""

    name: str
    title: Mapping[str, str] | None  # None: claims that the lecture does not make
    verdicts: tuple[Verdict, ...]
    slips: tuple[Mapping[str, str], ...]


class View:
    """A report as templates ask for it; its answers in each language."""

    def __init__(self, report: Report):
        self.report = report
        self.speakers = {name: Words(name, report.labels) for name in LANGUAGES}
        self.verdict_of = {verdict.claim.id: verdict for verdict in report.verdicts}
        self.chapter_of = {chapter.name: chapter for chapter in report.chapters}

    @cached_property
    def parts(self) -> list[Part]:
        """The lecture's chapters in order; at the end what it does not claim, if there is any."""
        lecture, found = self.report.lecture, self.report.verdicts
        made = [
            Part(name, title, self._of(name, found), self._slips(name))
            for name, title in lecture["chapters"].items()
        ]
        made.append(Part("", None, self._of("", found), ()))
        return [part for part in made if part.verdicts or part.slips]

    @staticmethod
    def _of(part: str, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in verdicts if verdict.claim.chapter == part)

    def _slips(self, part: str) -> tuple[Mapping[str, str], ...]:
        slips = self.report.lecture.get("errata") or ()
        return tuple(slip for slip in slips if slip["chapter"] == part)

    @cached_property
    def in_order(self) -> list[Verdict]:
        """All claims, part by part."""
        return [verdict for part in self.parts for verdict in part.verdicts]

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each claim."""
        return {verdict.claim.id: place for place, verdict in enumerate(self.in_order)}

    @cached_property
    def beside_claims(self) -> dict[str, tuple[Verdict | None, Verdict | None]]:
        """The claims before and after each."""
        pairs = zip(self.in_order, neighbours(self.in_order), strict=True)
        return {verdict.claim.id: both for verdict, both in pairs}

    @cached_property
    def beside(self) -> dict[str, tuple[Chapter | None, Chapter | None]]:
        """The chapters before and after each."""
        chapters = self.report.chapters
        return {c.name: both for c, both in zip(chapters, neighbours(chapters), strict=True)}

    @cached_property
    def chapter_part(self) -> dict[str, Mapping[str, str] | None]:
        """The lecture's chapter in which the first claim of each study stands."""
        claimed = {verdict.claim.id: verdict.claim.chapter for verdict in self.in_order}
        titles = self.report.lecture["chapters"]
        return {
            chapter.name: next(
                (titles[claimed[id]] for id in claimed if claimed[id] and id in chapter.tests), None
            )
            for chapter in self.report.chapters
        }

    @cached_property
    def searched(self) -> dict[str, str]:
        """What each claim is found by."""
        return {verdict.claim.id: found_by(verdict, self.report) for verdict in self.in_order}

    @cached_property
    def answers(self) -> dict[str, dict[str, Answer]]:
        """By language and claim."""
        return {
            language: {
                verdict.claim.id: answer(verdict.claim, verdict.findings, words)
                for verdict in self.in_order
            }
            for language, words in self.speakers.items()
        }

    @cached_property
    def unsettled(self) -> list[tuple[Verdict, Unsettled]]:
        """The claims with conditions that need more passes or more seeds, and how many do."""
        counted = ((verdict, unsettled(verdict.deciding)) for verdict in self.in_order)
        return [(verdict, needs) for verdict, needs in counted if needs.passes or needs.seeds]

    def caveats(self, verdict: Verdict) -> list[dict[str, str]]:
        """What speaks against believing an answer as it stands, each in every language."""
        spoken = {
            name: self.answer(verdict, words).caveats for name, words in self.speakers.items()
        }
        return [
            dict(zip(spoken, texts, strict=True)) for texts in zip(*spoken.values(), strict=True)
        ]

    def answer(self, verdict: Verdict, words: Words) -> Answer:
        """That of a claim, or of what one chapter found for it."""
        known = self.verdict_of.get(verdict.claim.id)
        if known is not None and known.findings == verdict.findings:
            return self.answers[words.language][verdict.claim.id]
        return answer(verdict.claim, verdict.findings, words)

    @cached_property
    def headlines(self) -> list[str]:
        """The claims that answer the lecture."""
        language = LANGUAGES[0]
        known = list(self.answers[language].values())
        return [each.claim for each in headlines(known, self.speakers[language])]

    def chapter_answer(self, chapter: Chapter, words: Words) -> str:
        """What a chapter found, in two sentences."""
        claims = [verdict.claim for verdict in self.in_order]
        return chapter_answer(chapter.name, chapter.findings, words, claims)

    @cached_property
    def hero(self) -> tuple[Chapter, Picture] | None:
        """The figure to begin with."""
        pictures = [(c, figure) for c in self.report.chapters for figure in c.figures]
        named = (each for each in pictures if (each[0].name, each[1].name) == HERO)
        return next(named, next(iter(pictures), None))


def neighbours(items: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """What stands before and after each; None at the ends."""
    padded = [None, *items, None]
    return ((before, after) for (before, _), (_, after) in pairwise(pairwise(padded)))


def parted(verdict: Verdict) -> list[tuple[str, Callable[[Words], str], tuple[Finding, ...]]]:
    """A claim's findings: those that decide, those seen beside, and what is exact by itself."""
    exact = tuple(f for f in verdict.findings if f.nature == IDENTITY)
    rest = [f for f in verdict.findings if f.nature != IDENTITY]
    decides = tuple(f for f in rest if f in verdict.deciding)
    also = tuple(f for f in rest if f not in verdict.deciding)
    return [
        ("decides", lambda words: words.gettext("What decides"), decides),
        ("also", lambda words: words.gettext("Also seen"), also),
        ("exact", lambda words: words.gettext("Exact: theorems and tests of the code"), exact),
    ]


def in_words(claim: Claim) -> Any:
    """A claim as one text for each language."""
    return {"en": claim.en, "fr": claim.fr} if claim.fr else claim.en
