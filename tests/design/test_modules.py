"""What the folders of studies say of themselves, and what is refused by it before training."""

from pathlib import Path

import pytest

from mlpstudy.design import block, study
from mlpstudy.design.modules import KINDS, fits, is_part, known_by
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.settings import SIZES
from mlpstudy.design.study_file import load
from mlpstudy.statistics import intervals

STUDIES = sorted((Path(__file__).parents[2] / "config/studies").glob("*.yaml"))
FOLDERS = sorted({f.parent for f in (PACKAGE / "studies").glob("[!_]*/*.py") if is_part(f)})


@pytest.fixture
def shipped(modules, monkeypatch):
    """The folders that there are, in place of the empty ones."""
    monkeypatch.setattr(study, "MODULES", PACKAGE / "studies")


def names(paths):
    return [path.stem for path in paths]


def test_every_folder_belongs_to_a_study():
    assert set(names(FOLDERS)) <= set(names(STUDIES))


def simple(kind):
    """The words of a kind, whatever it is a list of."""
    return kind.split() if isinstance(kind, str) else [w for part in kind for w in simple(part)]


@pytest.mark.parametrize("folder", FOLDERS, ids=names(FOLDERS))
def test_the_kinds_of_a_folder_s_options_are_known(folder):
    known = known_by(folder)
    words = [word for kind in known.options.values() for word in simple(kind)]
    assert all(word in KINDS or not word.isalnum() for word in words)
    assert set(known.needs) <= set(known.options) and set(known.factors) <= set(known.columns)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", STUDIES, ids=names(STUDIES))
def test_the_studies_that_are_there_can_be_asked_at_each_size(shipped, path, size):
    asked = load(path, size)
    assert asked.resolved()["size"] == size and (asked.runs or asked.is_measured)


def test_an_interval_needs_as_many_seeds_as_the_statistics_say():
    assert block.FEWEST == intervals.FEWEST


@pytest.mark.parametrize(
    ("kind", "value", "right"),
    [
        ("number", 0.5, True),
        ("number", True, False),
        ("number", "0.5", False),
        ("whole", 3, True),
        ("whole", 3.5, False),
        ("text", "relu", True),
        (["number"], [1, 0.5], True),
        (["number"], 1, False),
        (["number"], ["a"], False),
        (["dataset number"], ["digits 0.8"], True),
        (["dataset number"], ["digits"], False),
        (["dataset number"], ["digit 0.8"], False),
        (["dataset number"], ["digits x"], False),
        (["whole whole"], ["4 16"], True),
        (["whole whole"], ["4 1.5"], False),
        ([["whole", "whole"]], [[4, 16], [1, 8]], True),
        ([["whole", "whole"]], [[4, 16], [1, 1.5]], False),
        ([["whole", "whole"]], [[4, 16], [4]], False),
        ([["whole", "whole"]], [4, 16], False),
        ([["whole", "whole"]], 4, False),
        (["recipe"], ["relu+he_normal"], True),
        (["recipe"], ["rely+he_normal"], False),
        ("recipe", "relu", False),
        ("flag", True, True),
        ("flag", 1, False),
        ("field", "momentum", True),
        ("field", "moment", False),
    ],
)
def test_the_kinds_of_options(kind, value, right):
    assert fits(kind, value) is right


DERIVE = """\
RULES = ["first", "last"]
COLUMNS = {"stops": ["rule", "spent"]}
FACTORS = {"stops": ["rule"]}
NEEDS = {"rates": ["number"]}
OPTIONS = {"control": "block", "accuracy": "number"}
BLOCKS = ["rates"]
def derive(view): ...
"""
GOOD = """\
study: asks
title: t
question: q
options: {rates: [0.5], control: rates}
base: {dataset: iris, epochs: 1}
seeds: 6
sweep: {rates: {grid: {depth: [1, 2]}}}
claims: [{id: C1, name: gap, says: s, contrast: {table: stops, measure: spent}, for_each: rule, direction: above, threshold: 0}]
"""


def test_what_a_folder_says_is_read_from_its_literals(modules):
    (modules / "asks/derive.py").write_text(DERIVE + "X = len([1])\n")
    (modules / "asks/figures.py").write_text("def arc(tables, study, words): ...\n")
    (modules / "asks/measure.py").write_text('COLUMNS = {"draws": ["a"]}\n')
    known = known_by(modules / "asks")
    assert known.columns == {"draws": ["a"], "stops": ["rule", "spent"]}
    assert known.factors == {"stops": ["rule"]} and known.drawn == ("arc",)
    assert set(known.options) == {"rates", "control", "accuracy"} and set(known.needs) == {"rates"}
    assert known.blocks == ["rates"] and known.keys == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("measure: spent", "measure: spend", "claims[0].contrast.measure: 'spend' is no column or "
         "measure there; did you mean 'spent'?"),
        ("table: stops", "table: stop", "claims[0].contrast.table: 'stop' is no table of this study"),
        ("for_each: rule, ", "", "claims[0]: rule varies here and is named nowhere"),
        ("rates: [0.5],", "rate: [0.5],", "options.rate: the module asks has no such option; "
         "one of rates, control, accuracy; did you mean 'rates'?"),
        ("rates: [0.5],", "", "options.rates: is missing: the module asks needs it; "
         "a list, each a number"),
        ("rates: [0.5],", "rates: 0.5,", "options.rates: 0.5 is not allowed; a list, each a number"),
        ("control: rates", "control: rate", "options.control: 'rate' is no block of the sweep; "
         "one of rates; did you mean 'rates'?"),
        ("{rates: {grid", "{rats: {grid", "options.control: 'rates' is no block of the sweep; "
         "one of rats; did you mean 'rats'?"),
        ("seeds: 6", "seeds: 3", "seeds: 3 give no interval and no verdict on a claim; at least 6"),
        ("2]}}}", "2]}, seeds: [0, 1]}}", "sweep.rates.seeds: 2 give no interval and no verdict"),
    ],
)  # fmt: skip
def test_what_is_asked_in_vain_is_one_line_before_anything_is_built(
    modules, write, line_of, old, new, line
):
    (modules / "asks/derive.py").write_text(DERIVE)
    assert load(write(GOOD)).runs
    assert old in GOOD
    path = write(GOOD.replace(old, new))
    assert line_of(lambda: load(path).runs).startswith(f"{path}: {line}")


def test_a_block_that_is_missing(modules, write, line_of):
    (modules / "asks/derive.py").write_text(DERIVE)
    path = write(GOOD.replace("control: rates", "").replace("{rates: {", "{rats: {"))
    assert line_of(lambda: load(path)) == (
        f"{path}: sweep.rates: is missing: the module asks needs it; did you mean 'rats'?"
    )


def test_few_seeds_are_enough_where_nothing_is_claimed_and_at_the_smoke_size(modules, write):
    (modules / "asks/derive.py").write_text(DERIVE)
    few = GOOD.replace("seeds: 6", "seeds: 2")
    assert load(write(few.partition("claims")[0])).runs
    assert load(write(GOOD + "smoke: {seeds: 2}\n"), "smoke").runs
