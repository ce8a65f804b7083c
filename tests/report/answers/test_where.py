"""Where something was found, against the conditions themselves."""

from itertools import product

import numpy as np
import pytest

from mlpstudy.report.answers.where import MOST_WORDS, place, varied

DATA, NOISE, RATE = ("digits", "mnist_1d", "mnist_5k"), (0.0, 0.3), (0.2, 0.5)
ROWS = [{"dataset": d, "label_noise": n, "dropout": r} for d, n, r in product(DATA, NOISE, RATE)]


def flags(chosen) -> list[bool]:
    return [bool(chosen(row)) for row in ROWS]


def holds(found, row) -> bool:
    """Whether a place holds a row, read as a reader does."""
    within = lambda box: all(row[name] in levels for name, levels in box.items())  # noqa: E731
    inside = within(found.inside) and not any(map(within, found.besides))
    return inside or any(map(within, found.outside))


@pytest.mark.parametrize(
    ("chosen", "inside", "besides", "outside"),
    [
        (lambda r: True, {}, (), ()),
        (lambda r: r["label_noise"], {"label_noise": (0.3,)}, (), ()),
        (
            lambda r: r["label_noise"] and r["dataset"] != "digits",
            {"dataset": ("mnist_1d", "mnist_5k"), "label_noise": (0.3,)},
            (),
            (),
        ),
        (lambda r: r["dataset"] != "digits", {"dataset": ("mnist_1d", "mnist_5k")}, (), ()),
        (
            lambda r: (r["dataset"], r["dropout"]) != ("digits", 0.5),
            {},
            ({"dataset": ("digits",), "dropout": (0.5,)},),
            (),
        ),
        (
            lambda r: r["dropout"] == 0.2 and (r["label_noise"] or r["dataset"] != "mnist_5k"),
            {"dropout": (0.2,)},
            ({"dataset": ("mnist_5k",), "label_noise": (0.0,)},),
            (),
        ),
    ],
)
def test_the_fewest_words_by_hand(chosen, inside, besides, outside):
    found = place(ROWS, flags(chosen))
    assert (found.inside, found.besides, found.outside) == (inside, besides, outside)
    assert (found.count, found.n) == (sum(flags(chosen)), 12)


@pytest.mark.parametrize("seed", range(40))
def test_a_place_holds_what_was_chosen_and_nothing_else(seed):
    chosen = (np.random.default_rng(seed).random(len(ROWS)) < 0.5).tolist()
    found = place(ROWS, chosen)
    if found.inside is None:
        assert found.count == sum(chosen)
    else:
        assert [holds(found, row) for row in ROWS] == chosen
        assert found.words <= MOST_WORDS


def test_what_few_words_do_not_say_is_counted():
    rows = [{"x": i, "y": i * i % 7} for i in range(20)]
    found = place(rows, [i % 2 == 1 for i in range(20)])
    assert (found.inside, found.count, found.n) == (None, 10, 20)


def test_of_fields_that_change_together_the_first_tells():
    rows = [
        {"activation": a, "initialization": i, "width": 64}
        for a, i in (("tanh", "glorot"), ("relu", "he"))
    ]
    assert varied(rows) == ("activation",)


def test_conditions_that_share_no_field_are_counted():
    rows = [{"dataset": "digits"}, {"way": "rbm"}]
    assert place(rows, [True, False]).inside is None


def test_same_levels_told_apart_elsewhere_are_counted():
    """Two studies that measured under the same condition, with different outcomes."""
    rows = [{"dataset": "digits"}, {"dataset": "digits"}, {"dataset": "wine"}]
    assert place(rows, [True, False, True]).inside is None


def test_what_is_counted_is_counted_in_the_smallest_box_around_it():
    chosen = [
        (r["dataset"], r["label_noise"]) in (("digits", 0.0), ("mnist_1d", 0.3), ("mnist_5k", 0.3))
        and r["dropout"] == 0.5
        for r in ROWS
    ]
    found = place(ROWS, chosen)
    assert (found.count, found.of) == (3, 6) and found.within == {"dropout": (0.5,)}
