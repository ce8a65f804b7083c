"""Every phrase of the lecture's file in a sentence, in both languages, as findings alter."""

from dataclasses import replace

import pytest
from example import LECTURE, finding

from mlpstudy.report.answers.answer import answer
from mlpstudy.report.answers.places import box_of
from mlpstudy.report.answers.sentences import beyond, brief, in_a_breath, sentence
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
        assert not set("{}") & set(text) and not any(twice in text for twice in ("  ", "..", ",,"))
    everywhere = words.gettext("in all {n} settings", n=3)
    assert [everywhere in sentence for sentence in said] == [True] * 4 + [False]


def test_fewer_conditions_need_fewer_words():
    claim = next(claim for claim in CLAIMS if claim.id == "C29")
    above, below = found(claim, "error_reduced", 2.0), found(claim, "error_reduced", 0.25)
    words = Words("en")

    def place(findings) -> str:
        return answer(claim, findings, words).lead.split("times")[1].split(" [")[0]

    assert place(above) == ", in all 3 settings."
    assert place(above[:2]) == ", in both settings."
    assert place([*above[:2], below[2]]).startswith(" on digits and wine;")


DEEP = Claim(
    "C1", fr="", en="A net",
    answers={
        "s": {
            "holds": "with pains the net gains {size}",
            "fails": "with pains the net loses {size}",
            "nothing": "with pains the net stays",
            "brief": {"holds": "the net gains {size}", "fails": "loses"},
        },
    },
)  # fmt: skip


def scattered(gains: int, loses: int, stays: int) -> list:
    """Findings of one cell each, in an order that no few levels tell apart."""
    above, below = found(DEEP, "s", 2.0)[0], found(DEEP, "s", 0.25)[0]
    kinds = [above] * gains + [below] * loses + negligible([above]) * stays
    cells = [(n * 7 % 12 % 4, n * 7 % 12 // 4) for n in range(12)]
    return [replace(f, condition={"dataset": d, "eta": e}) for f, (d, e) in zip(kinds, cells)]


def test_in_brief_what_comes_first_and_how_often_the_contrary():
    assert brief(Words("en"), scattered(6, 2, 4), DEEP) == (
        "The net gains 2 times in 6 of 12 settings; loses in 2."
    )
    assert brief(Words("en"), scattered(0, 8, 4), DEEP) == (
        "With pains the net loses 0.25 times in 8 of 12 settings."
    )


def test_what_is_short_stays_whole():
    few = found(CLAIMS[0], "gained_by_hidden_layer", 2.0)
    assert brief(Words("en"), few, CLAIMS[0]) == sentence(Words("en"), few, CLAIMS[0])


def test_only_answers_that_take_more_than_a_breath_are_told_in_brief():
    told, words = (scattered(6, 2, 4), DEEP), Words("en")
    whole, short = sentence(words, *told), brief(words, *told)
    assert in_a_breath(words, [told]) == [whole]  # alone it is read in one
    assert in_a_breath(words, [told, told, told])[-1] in (whole, short)
    assert short in in_a_breath(words, [told, told, told])
    gains = found(CLAIMS[0], "gained_by_hidden_layer", 2.0)
    text = answer(CLAIMS[0], gains, words)
    assert text.detail == ""


@pytest.mark.parametrize(
    ("threshold", "said"),
    [(1.0, "(1.00 times [0.10, 1.90], threshold 1)"), (0.0, "(1.0 times [−0.1, 1.9])")],
)
def test_a_single_undecided_finding_has_its_value_and_what_it_is_close_to(threshold, said):
    gains, maybe = found(DEEP, "s", 2.0)[:2]
    low = 0.1 if threshold else -0.1
    maybe = replace(maybe, value=1.0, low=low, high=1.9, threshold=threshold, matters=None)
    assert said in sentence(Words("en"), [gains, maybe], DEEP)


def test_a_level_of_what_is_no_share_is_no_percentage():
    claim = Claim("C1", fr="", en="An output falls")
    low = finding(
        "C1", 0.0094, 0.007, 0.012, direction="below", threshold=0.2, unit="mean output",
        matters=0.05, decides=True,
    )  # fmt: skip
    assert "%" not in sentence(Words("en"), [low], claim)
