"""The design of a study in a line, by hand."""

import pytest

from mlpstudy.report.plan import Plan, datasets, plans


def study(block, **more) -> dict:
    return {"base": {"width": 16}, "seeds": [0, 1, 2], "sweep": {"start": block}, **more}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            {"grid": {"depth": [1, 2], "permuted": [True]}, "base": {"eta": 0.1}},
            Plan(
                "start",
                (("depth", "1, 2"), ("permuted", "true")),
                (),
                (("width", "16"), ("eta", "0.1")),
                3,
            ),
        ),
        (
            {"grid": {"depth": list(range(1, 13))}},
            Plan("start", (("depth", "1, 2, 3, 4, 5, 6, …, 12"),), (), (("width", "16"),), 3),
        ),
        (
            {"zip": {"width": [8, 16], "eta": [0.1, 1e-05]}, "seeds": [7]},
            Plan("start", (), (("width + eta", "8 + 0.1, 16 + 1e-05"),), (), 1),
        ),
        (
            {"cells": [{"activation": "relu", "train_size": None}, {"activation": "tanh"}]},
            Plan(
                "start",
                (),
                (("activation + train_size", "relu + null, tanh + null"),),
                (("width", "16"),),
                3,
            ),
        ),
    ],
)
def test_plan(block, expected):
    assert plans(study(block)) == (expected,)


def test_a_study_that_trains_nothing_has_no_plan():
    assert plans({"name": "x", "sweep": {}, "seeds": None}) == ()
    assert datasets({"sweep": {}}) == []


@pytest.mark.parametrize(
    ("block", "names"),
    [
        ({}, ["digits"]),  # what a run has where nothing is said
        ({"base": {"dataset": "iris"}}, ["iris"]),
        ({"grid": {"dataset": ["wine", "xor"]}}, ["wine", "xor"]),
        ({"zip": {"dataset": ["wine", "xor"], "eta": [1.0, 2.0]}}, ["wine", "xor"]),
        (
            {"base": {"dataset": "iris"}, "cells": [{"depth": 1}, {"dataset": "xor"}]},
            ["iris", "xor"],
        ),
    ],
)
def test_datasets(block, names):
    assert datasets(study(block)) == names
