"""The design of a study, block by block, by hand."""

import pytest

from mlpstudy.report.plan import Levels, Plan, datasets, plans


def study(block, **more) -> dict:
    return {"base": {"width": 16}, "seeds": [0, 1, 2], "sweep": {"start": block}, **more}


def levels(*fields, rows) -> Levels:
    return Levels(fields, tuple(rows))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            {"grid": {"depth": [1, 2], "permuted": [True]}, "base": {"eta": 0.1}},
            Plan(
                "start",
                (levels("depth", rows=[(1,), (2,)]), levels("permuted", rows=[(True,)])),
                (),
                {"width": 16, "eta": 0.1},
                3,
            ),
        ),
        (
            {"zip": {"width": [8, 16], "eta": [0.1, 1e-05]}, "seeds": [7]},
            Plan("start", (), (levels("width", "eta", rows=[(8, 0.1), (16, 1e-05)]),), {}, 1),
        ),
        (
            {"cells": [{"activation": "relu", "train_size": 9}, {"activation": "tanh"}]},
            Plan(
                "start",
                (),
                (levels("activation", "train_size", rows=[("relu", 9), ("tanh", None)]),),
                {"width": 16},
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
