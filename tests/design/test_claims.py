"""Claims are read in one form, and what was read is read again the same."""

import pytest

from mlpstudy.design.claims import ContrastSpec


@pytest.mark.parametrize(
    "spec",
    [
        {"measure": "gap"},
        {"kind": "slope", "measure": "gap", "along": "depth"},
        {"measure": "gap", "factor": "dropout", "of": [0.2, 0.5], "against": 0.0},
        {"measure": "gap", "factor": "dropout", "against": 0.0},
        {"kind": "interaction", "measure": "gap", "against": {"dropout": 0.0}, "across": {"depth": [1, 4]}},
    ],
)  # fmt: skip
def test_a_contrast_of_the_resolved_study_is_the_same(spec):
    contrast = ContrastSpec.model_validate(spec)
    assert ContrastSpec.model_validate(contrast.model_dump(mode="json")) == contrast


@pytest.mark.parametrize(
    ("spec", "unit"),
    [
        ({"measure": "gap", "factor": "dropout", "against": 0.0}, "gap"),
        ({"kind": "ratio", "measure": "a + b", "factor": "dropout", "against": 0.0}, "(a + b) / (a + b)"),
        ({"kind": "slope", "measure": "gap", "along": "depth", "log": True}, "gap / log10(depth)"),
        ({"kind": "slope", "measure": "gap", "along": "depth"}, "gap / depth"),
    ],
)  # fmt: skip
def test_what_the_values_of_a_contrast_are_of(spec, unit):
    assert ContrastSpec.model_validate(spec).unit == unit
