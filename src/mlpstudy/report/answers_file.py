"""All answers of a report in one file, for programs, in each language: report/answers.json."""

from collections.abc import Mapping
from typing import Any

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.report.answers import answer, headlines
from mlpstudy.report.collect import Report
from mlpstudy.words import Words

SCHEMA, VERSION = "mlpstudy answers", 1
TEXTS = ("plain", "sentence", "lead", "detail", "number", "caveats")


def as_json(report: Report) -> dict[str, Any]:
    """Every claim with its verdict and its texts; the ids of the headlines, in the lecture's order."""
    speakers = {language: Words(language, report.labels) for language in LANGUAGES}
    answered = {
        language: [answer(v.claim, v.findings, words) for v in report.verdicts]
        for language, words in speakers.items()
    }
    first, *_ = LANGUAGES
    answers = [
        {
            "claim": each[0].claim,
            "verdict": each[0].verdict,
            "conditions": len(each[0].dots),
            **{name: dict(zip(LANGUAGES, [getattr(a, name) for a in each])) for name in TEXTS},
        }
        for each in zip(*answered.values(), strict=True)
    ]
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "counts": counts(report),
        "headlines": [each.claim for each in headlines(answered[first], speakers[first])],
        "answers": answers,
    }


def counts(report: Report) -> Mapping[str, int]:
    """How much is behind the answers."""
    return {
        "claims": len(report.of_lecture),
        "findings": sum(len(verdict.findings) for verdict in report.verdicts),
        "networks": report.provenance["networks"],
        "studies": len(report.chapters),
    }
