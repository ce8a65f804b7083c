"""Answers follow their findings: sentences by hand, then findings that are altered."""

import math
from dataclasses import replace

import pytest
from example import finding

from mlpstudy.report.answers import Answer, anchor_of, answer, headlines
from mlpstudy.report.lecture import Claim
from mlpstudy.statistics.verdicts import Half
from mlpstudy.words import Words

ENGLISH, FRENCH = Words("en"), Words("fr")
DROPOUT = Claim(
    "C29", fr="limiter", en="Dropout limits overfitting.", weight=3,
    answers={
        "error_reduced": {
            "holds": {
                "en": "dropout lowers the test error by {size}",
                "fr": "le dropout abaisse l'erreur de test de {size}",
            },
            "fails": {"en": "dropout raises it by {size}", "fr": "le dropout la relève de {size}"},
        }
    },
)  # fmt: skip


def error(dataset, noise, value, half, **more):
    shared = dict(
        claim="C29", study="dropout", statistic="error_reduced", unit="test error", threshold=0.0,
        matters=0.005, decides=True, says="Dropout makes the test error smaller",
        condition={"dataset": dataset, "label_noise": noise},
    )  # fmt: skip
    return finding(value=value, low=value - half, high=value + half, **{**shared, **more})


FOUND = [
    error("digits", 0.0, 0.001, 0.002),
    error("digits", 0.3, -0.05, 0.01),
    error("wine", 0.0, -0.01, 0.05),
    error("wine", 0.3, -0.023, 0.01),
]


def flipped(findings):
    return [replace(f, value=-f.value, low=-f.high, high=-f.low) for f in findings]


def widened(findings):
    return [replace(f, low=f.low - 1, high=f.high + 1) for f in findings]


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        (
            FOUND,
            "Dropout lowers the test error by 2.3 to 5 points with 30 % of labels wrong; no "
            "difference that matters on digits with clean labels; undecided elsewhere "
            "(−1.0 point [−6.0, 4.0]).",
        ),
        (
            flipped(FOUND),
            "Dropout raises it by 2.3 to 5 points with 30 % of labels wrong; no difference that "
            "matters on digits with clean labels; undecided elsewhere (1.0 point [−4.0, 6.0]).",
        ),
        (
            widened(FOUND),
            "Undecided in all 4 settings: Dropout makes the test error smaller.",
        ),
        (FOUND[1::2], "Dropout lowers the test error by 2.3 to 5 points, in both settings."),
        (FOUND[1:2], "Dropout lowers the test error by 5 points [4.0, 6.0]."),
    ],
)
def test_the_sentence_follows_the_findings(findings, sentence):
    told = answer(DROPOUT, findings, ENGLISH).sentence.replace("\u202f", " ")
    assert told == sentence


def test_in_french_with_its_commas_and_spaces():
    told = answer(DROPOUT, FOUND, FRENCH).sentence
    assert told.startswith("Le dropout abaisse l'erreur de test de 2,3 à 5 points avec 30\u202f% ")
    assert "\u202f;" in told


def test_the_number_is_that_of_the_median_condition():
    """Of two the lower one; with its interval, in points, and always on its side of the threshold."""
    assert answer(DROPOUT, FOUND, ENGLISH).number == "−5.0 points [−6.0, −4.0]"


def test_what_stands_beside_the_sentence():
    told = answer(
        DROPOUT, [*FOUND, error("digits", 0.0, 1, 0, statistic="gap", decides=False)], ENGLISH
    )
    assert (told.claim, told.verdict, told.threshold, told.unit) == (
        "C29",
        "partly",
        0,
        "test error",
    )
    assert [(dot.condition, dot.value, dot.verdict) for dot in told.dots[:2]] == [
        ("digits, clean labels", 0.001, "negligible"),
        ("digits, 30\u202f% of labels wrong", -0.05, "supported"),
    ]
    assert len(told.dots) == 4  # what is also seen has no dot
    assert told.plain == "Dropout limits overfitting."


CLEAN, WRONG = FOUND[0].condition, FOUND[1].condition
MORE = error("digits", 0.0, 0.05, 0.01)


@pytest.mark.parametrize(
    ("found", "english", "french"),
    [
        (FOUND[1:2], "Dropout makes the test error smaller (−5.0 points [−6.0, −4.0]).",
         "Dropout makes the test error smaller (−5,0 points [−6,0\u202f; −4,0])."),
        ([FOUND[1], replace(FOUND[1], condition=CLEAN)],
         "Dropout makes the test error smaller, in both settings (−5 points).",
         "Dropout makes the test error smaller, dans les deux cas (−5 points)."),
        ([FOUND[1], MORE],
         "Dropout makes the test error smaller, with 30\u202f% of labels wrong "
         "(−5.0 points [−6.0, −4.0]); contradicted with clean labels (5.0 points [4.0, 6.0]).",
         "Dropout makes the test error smaller, avec 30\u202f% d'étiquettes fausses "
         "(−5,0 points [−6,0\u202f; −4,0])\u202f; contredit avec étiquettes intactes (5,0 points [4,0\u202f; 6,0])."),
        ([MORE, replace(MORE, condition=WRONG)],
         "Contradicted in both settings (5 points): Dropout makes the test error smaller.",
         "Contredit dans les deux cas (5 points)\u202f: Dropout makes the test error smaller."),
        (FOUND[:1], "No difference that matters: Dropout makes the test error smaller.",
         "Différence négligeable\u202f: Dropout makes the test error smaller."),
    ],
)  # fmt: skip
def test_a_claim_of_ones_own_is_told_in_its_own_words(found, english, french):
    """The claim itself where it holds; after what was found where it does not."""
    own = Claim("D1", fr="", en="Dropout makes the test error smaller")
    found = [replace(each, claim="D1") for each in found]
    assert answer(own, found, ENGLISH).sentence == english
    assert answer(own, found, FRENCH).sentence == french


@pytest.mark.parametrize(("kind", "verdict"), [("opinion", "opinion"), ("most", "untested")])
def test_a_claim_without_a_finding(kind, verdict):
    told = answer(Claim("C41", fr="", en="TensorFlow is faster.", kind=kind), FOUND, ENGLISH)
    assert (told.verdict, told.number, told.dots) == (verdict, "", [])
    assert "ot tested" in told.sentence and math.isnan(told.threshold)


def test_anchors_tell_findings_apart():
    anchors = [anchor_of(each) for each in FOUND]
    assert anchors[1] == "finding-dropout.error_reduced.digits.0.3"
    odd = replace(FOUND[0], condition="after a «pass»")
    assert len({*anchors, anchor_of(odd)}) == 5 and anchor_of(odd).isascii()


def given(claim, weight, verdicts) -> Answer:
    told = answer(DROPOUT, FOUND[:1], ENGLISH)
    dots = [told.dots[0]._replace(verdict=verdict) for verdict in verdicts]
    return told._replace(claim=claim, weight=weight, dots=dots)


def test_headlines_are_the_heaviest_then_the_most_decided():
    s, u = "supported", "undecided"
    answers = [
        given("C01", 1, [s]), given("C02", 3, [u]), given("C03", 1, [s, u]), given("C04", 3, [s]),
        given("C05", 2, [s]), given("C06", 1, [s]), given("C07", 2, [u]), given("C08", 1, []),
    ]  # fmt: skip
    assert [each.claim for each in headlines(answers, ENGLISH)] == [
        "C01",
        "C02",
        "C04",
        "C05",
        "C07",
    ]


def test_no_more_than_seven_headlines():
    answers = [given(f"C{n:02}", 3, ["supported"] * 2) for n in range(1, 10)]
    answers[0] = given("C01", 3, ["supported", "undecided"])
    assert [each.claim for each in headlines(answers, ENGLISH)] == [f"C{n:02}" for n in range(2, 9)]


def test_doubts_are_counted_among_what_decides():
    """eta at an edge, another sign at the control's eta, another verdict at half, not learned."""
    doubtful = [
        replace(FOUND[1], edge="lower"),
        replace(FOUND[3], common=(0.2, 0.1, 0.3)),
        replace(FOUND[0], learned=False),
        replace(FOUND[2], decides=False, edge="upper"),
    ]
    assert answer(DROPOUT, doubtful, ENGLISH).caveats == (
        "1 of 3 turns over where both sides have the control's eta",
        "1 of 3 has an eta at an edge of its grid",
        "in 1 of 3 the control does no better than guessing",
    )
    assert answer(DROPOUT, FOUND, ENGLISH).caveats == ()


def test_another_verdict_after_half_of_the_passes():
    half = Half(0.001, -0.002, 0.004, learned=True)
    found = [replace(FOUND[1], half=half), replace(FOUND[3], half=half._replace(learned=True))]
    told = answer(DROPOUT, found, ENGLISH).caveats
    assert told == ("2 of 2 have another verdict after half of the passes",)


@pytest.mark.parametrize(
    ("folds", "english", "french"),
    [
        ([5], "folds share training examples: other examples may vary more",
         "les plis partagent des exemples d'apprentissage\u202f: d'autres exemples peuvent varier plus"),
        ([5, 0], "1 of 2 rests on folds, which share training examples: other examples may vary more",
         "1 sur 2 repose sur des plis, qui partagent des exemples d'apprentissage\u202f: d'autres exemples peuvent varier plus"),
        ([5, 5], "2 of 2 rest on folds, which share training examples: other examples may vary more",
         "2 sur 2 reposent sur des plis, qui partagent des exemples d'apprentissage\u202f: d'autres exemples peuvent varier plus"),
    ],
)  # fmt: skip
def test_folds_are_a_doubt(folds, english, french):
    found = [replace(FOUND[i], folds=n) for i, n in zip((1, 3), folds)]
    assert answer(DROPOUT, found, ENGLISH).caveats == (english,)
    assert answer(DROPOUT, found, FRENCH).caveats == (french,)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_of_a_finding_alone_no_doubt_is_counted(language):
    half = Half(0.001, -0.002, 0.004, learned=True)
    doubtful = replace(
        FOUND[1], half=half, edge="lower", folds=5, learned=False, common=(0.2, 0.1, 0.3)
    )
    told = answer(DROPOUT, [doubtful], Words(language)).caveats
    assert len(told) >= 4 and not any(char.isdigit() for char in "".join(told))


def test_how_much_an_undecided_finding_would_have_to_be():
    found = [replace(FOUND[2], sees=0.034), replace(FOUND[1], sees=0.9), replace(FOUND[0], sees=1)]
    assert answer(DROPOUT, found, ENGLISH).caveats == (
        "where it is undecided, only an effect of 3.4 points or more would have been seen",
    )


def test_what_is_told_in_the_same_unit_is_told_once():
    errors = replace(FOUND[2], sees=0.034)
    shares = replace(FOUND[2], statistic="share", unit="share of runs", sees=0.32)
    assert answer(DROPOUT, [errors, shares], ENGLISH).caveats == (
        "where it is undecided, only an effect of 3.4 to 32 points or more would have been seen",
    )


def test_what_is_seen_only_at_each_sides_own_eta_is_a_doubt():
    told = [replace(f, common=(f.value / 10, -0.09, 0.09)) for f in FOUND]
    lines = answer(DROPOUT, told, ENGLISH).caveats
    assert "2 of 4 are seen only where each side has its own eta" in lines
    same = [replace(f, common=(f.value, f.low, f.high)) for f in FOUND]
    assert not any("its own eta" in line for line in answer(DROPOUT, same, ENGLISH).caveats)


def test_what_would_have_been_seen_is_a_distance_from_a_threshold_that_is_not_0():
    near = error("moons", 0.0, 0.1, 0.02, threshold=0.1, direction="above", sees=0.03)
    (line,) = answer(DROPOUT, [near], ENGLISH).caveats
    assert line.startswith("where it is undecided, only a value 3 points or more off the threshold")
