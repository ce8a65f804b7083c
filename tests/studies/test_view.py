"""Which run of a finding is named to be run again."""

import pandas as pd
import pytest

from mlpstudy.statistics.intervals import Interval
from mlpstudy.studies.contrast import Contrast
from mlpstudy.studies.view import View

CLAIM = {
    "id": "C22",
    "statistic": "gain",
    "unit": "",
    "direction": "above",
    "threshold": 0,
    "says": "",
}
EMPTY = pd.DataFrame()


def again(*measured) -> list[tuple[str, ...]]:
    """The runs of each finding; the first is the one in the command."""
    view = View({"name": "remedies", "claims": [CLAIM], "options": {}}, {}, EMPTY, EMPTY, EMPTY)
    found = view.findings("gain", list(measured))
    assert [f.rerun for f in found] == [f"mlpstudy replay {f.runs[0]}" for f in found]
    return [finding.runs for finding in found]


def runs(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"run_id": names, "seed": range(len(names))})


ONE = Interval(1, 1, 1)


def test_a_finding_names_a_run_that_no_other_has():
    """All share the baseline, whose id comes first in the alphabet."""
    base = ["baseline-0", "baseline-1"]
    measured = [(name, ONE, runs(*base, f"{name}-1", f"{name}-0")) for name in ("gain", "rbm")]
    assert again(*measured) == [
        ("gain-0", "gain-1", "baseline-0", "baseline-1"),
        ("rbm-0", "rbm-1", "baseline-0", "baseline-1"),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_contrast_it_is_one_of_the_treated_side(order):
    control, treated = runs("a-0", "a-1"), runs("z-1", "z-0")
    both = pd.concat([control, treated][::order], ignore_index=True)
    made = Contrast(condition="", value=ONE, runs=both, treated=treated)
    assert again(made) == [("z-0", "z-1")]


def test_of_a_treated_side_that_is_shared_it_is_what_is_not():
    first = Contrast(condition="1", value=ONE, runs=runs("a", "b"), treated=runs("a", "b"))
    second = Contrast(condition="2", value=ONE, runs=runs("a", "c"), treated=runs("a", "c"))
    assert again(first, second) == [("b", "a"), ("c", "a")]


def test_each_run_is_named_once():
    assert again(("", ONE, runs("b", "a", "b"))) == [("a", "b")]


def test_what_is_not_a_run_is_measured_again():
    view = View({"name": "remedies", "claims": [CLAIM], "options": {}}, {}, EMPTY, EMPTY, EMPTY)
    (finding,) = view.findings("gain", [("", ONE, pd.DataFrame({"x": [1]}))])
    assert (finding.runs, finding.rerun) == ((), "mlpstudy measure remedies")
