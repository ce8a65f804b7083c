"""Cells of tables, designs and conditions, by hand."""

import pytest
from example import finding

from mlpstudy.report.phrases import (
    cell,
    condition_of,
    entry,
    hanging_lines,
    heading,
    is_flagged,
    notes_of,
    swept,
)
from mlpstudy.report.plan import Levels
from mlpstudy.words import Words


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.25, "0.250", "0,250"),
        (12345, "12\u202f345", "12\u202f345"),
        ([0.1, 2], "0.100, 2", "0,100\u202f; 2"),
        (True, "yes", "oui"),
        (None, "—", "—"),
        ("test error", "test error", "erreur en test"),
        ("share_gained", "share_gained", "part gagnée"),  # a name of the code that has words
        ("mnist_1d", "mnist_1d", "mnist_1d"),
        ("tensor([0.5, 1])", "tensor([0.5, 1])", "tensor([0.5, 1])"),  # a program's own words
        ("w = 0.5", "w = 0.5", "w = 0.5"),
    ],
)
def test_cell(value, english, french):
    assert (cell(Words("en"), value), cell(Words("fr"), value)) == (english, french)


def test_a_table_of_all_studies_is_in_the_words_of_none():
    own = Words("en", {"epochs": "passes to near the lowest", "depth=0": "logistic model"})
    assert own.label("epochs") == "passes to near the lowest"
    assert (heading(own, "epochs"), entry(own, 0, "depth")) == ("passes", "0")
    assert (entry(own, 0.003, "eta"), entry(own, "mnist_1d", "dataset")) == ("0.003", "MNIST-1D")


def test_a_level_in_a_column_of_its_field():
    assert cell(Words("en"), "mse", "cost") == "squared error"
    assert cell(Words("fr"), ["sgd", "adam"], "optimizer") == "descente de gradient, Adam"
    assert cell(Words("en"), None, "train_size") == "—"


@pytest.mark.parametrize(
    ("levels", "english", "french"),
    [
        (
            Levels(("dropout",), ((0.0,), (0.25,))),
            "0, 0.25",
            "0\u202f; 0,25",
        ),
        (
            Levels(("initialization",), (("he_normal",), ("orthogonal",), ("my_own",))),
            "He (he_normal), orthogonal, my_own",
            "He (he_normal), orthogonale (orthogonal), my_own",
        ),
        (
            Levels(("width", "train_size"), ((8, None), (16, 200))),
            "(width 8, all training examples), (width 16, 200 examples)",
            "(largeur 8, tous les exemples d'apprentissage)\u202f; (largeur 16, 200 exemples)",
        ),
        (
            Levels(("depth",), tuple((n,) for n in range(1, 13))),
            "1, 2, 3, 4, 5, 6, …, 12",
            "1, 2, 3, 4, 5, 6, …, 12",
        ),
    ],
)
def test_what_is_swept(levels, english, french):
    assert (swept(Words("en"), levels), swept(Words("fr"), levels)) == (english, french)


def test_a_condition_that_is_data_is_put_into_words():
    found = finding("C29", 0, -1, 1, condition={"dataset": "digits", "dropout": 0.5})
    assert condition_of(Words("fr"), found) == "digits, taux 0,5"


def test_folds_are_said_and_no_verdict_hangs_on_them():
    found = finding("C29", 0, -1, 1, folds=5, decides=True)
    assert [note(Words("en")) for note in notes_of(found)] == [
        "folds share training examples: other examples may vary more"
    ]
    assert not is_flagged(found)
    assert not notes_of(finding("C29", 0, -1, 1, decides=True))


@pytest.mark.parametrize(
    ("sees", "english"),
    [
        ((0.03, 0.005), "The seeds: 1 of 2 undecided deciding findings has too few of them to see "
                        "what matters."),
        ((0.03, 0.02), "The seeds: 2 of 2 undecided deciding findings have too few of them to see "
                       "what matters."),
        ((0.01,), "The seeds: 1 undecided deciding finding has enough of them to see what matters."),
        ((None,), "Nothing here was chosen by how well it did."),
    ],
)  # fmt: skip
def test_a_chapter_says_whose_seeds_are_too_few_to_see_what_matters(sees, english):
    undecided = [
        finding("C23", -0.05, -0.1, 0.0, sees=seen, matters=0.01, decides=True) for seen in sees
    ]
    decided = finding("C23", 0.5, 0.4, 0.6, sees=9.0, matters=0.01, decides=True)
    assert [line(Words("en")) for line in hanging_lines([*undecided, decided])] == [english]
