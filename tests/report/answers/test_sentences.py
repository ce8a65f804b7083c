"""Every phrase of the lecture's file in a sentence, in both languages, as findings alter."""

from dataclasses import replace

import pytest
from example import LECTURE, finding

from mlpstudy.report.answers.answer import answer
from mlpstudy.report.answers.places import box_of
from mlpstudy.report.answers.sentences import beyond, sentence
from mlpstudy.report.lecture import Claim, read_lecture
from mlpstudy.words import LANGUAGES, Words

CLAIMS = read_lecture(LECTURE)["claims"]
DATA = ("digits", "wine", "moons")


def found(claim, statistic, value) -> list:
    """Findings of three datasets, whose whole intervals lie on one side of the threshold 1."""
    return [
        finding(
            claim.id, value + n / 8, value + n / 8 - 0.05, value + n / 8 + 0.05, statistic=statistic,
            condition={"dataset": name}, direction="above", threshold=1.0, matters=0.01,
            decides=True, unit="times",
        )
        for n, name in enumerate(DATA)
    ]  # fmt: skip


def undecided(findings) -> list:
    return [replace(each, low=-9.0, high=9.0) for each in findings]


def negligible(findings) -> list:
    return [replace(each, value=1.0, low=0.995, high=1.005) for each in findings]


@pytest.mark.parametrize(
    ("lead", "phrase", "said"),
    [
        ("dropout lowers it by {size}", "Dropout raises it by {size}", "raises it by {size}"),
        ("it needs {size} passes", "it needs only {size} passes", "only {size} passes"),
        ("l'écart est plus petit de {size}", "l'écart est plus grand de {size}", "est plus grand de {size}"),
        ("{percent} of them train", "{percent} of them fail", "{percent} of them fail"),
        ("it stays", "it stays", "stays"),
        ("", "it stays", "it stays"),
    ],
)  # fmt: skip
def test_a_clause_leaves_out_the_subject_that_was_said(lead, phrase, said):
    assert beyond(phrase, lead) == said


def test_after_an_undecided_clause_the_subject_is_said_again():
    phrases = {
        "holds": "the net gains {size}",
        "fails": "the net loses {size}",
        "nothing": "the net stays",
    }
    claim = Claim("C1", fr="", en="A net", answers={"s": phrases})
    gains, maybe, stays = found(claim, "s", 2.0)
    also = replace(stays, condition={"dataset": "xor_4"})
    some = [gains, *undecided([maybe]), *negligible([stays, also])]
    said = sentence(Words("en"), some, claim)
    assert said.count("the net") + said.count("The net") == 2
    loses = replace(maybe, value=0.5, low=0.4, high=0.6)
    said = sentence(Words("en"), [gains, loses, *negligible([stays])], claim)
    assert said.startswith("The net gains") and "; loses" in said and "; stays" in said


@pytest.mark.parametrize(
    ("language", "said"), [("en", "with no hidden layer"), ("fr", "sans couche cachée")]
)
def test_where_something_is_missing_is_said_without_with(language, said):
    assert box_of(Words(language), {"depth": (0,)}) == said


STATISTICS = [(claim, name) for claim in CLAIMS for name in claim.answers]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("claim", "statistic"), STATISTICS, ids=[f"{c.id}-{name}" for c, name in STATISTICS]
)
def test_a_sentence_follows_its_findings(claim, statistic, language):
    """Supported, contradicted, negligible or undecided: each time other words, whole ones."""
    words = Words(language)
    above, below = found(claim, statistic, 2.0), found(claim, statistic, 0.25)
    mixed = [above[0], below[1], *undecided(above[2:])]
    said = [
        answer(claim, findings, words).sentence
        for findings in (above, below, negligible(above), undecided(above), mixed)
    ]
    assert len(set(said)) == len(said)
    for text in said:
        assert text.endswith(".") and text[0] == text[0].upper()
        assert not set("{}") & set(text) and "  " not in text and ".." not in text
    everywhere = words.gettext("in all {n} settings", n=3)
    assert [everywhere in sentence for sentence in said] == [True] * 4 + [False]


def test_fewer_conditions_need_fewer_words():
    claim = next(claim for claim in CLAIMS if claim.id == "C29")
    above, below = found(claim, "error_reduced", 2.0), found(claim, "error_reduced", 0.25)
    words = Words("en")

    def place(findings) -> str:
        return answer(claim, findings, words).lead.split("times ")[1].split(" [")[0]

    assert place(above) == "in all 3 settings."
    assert place(above[:2]) == "in both settings."
    assert place([*above[:2], below[2]]).startswith("on digits and wine;")
