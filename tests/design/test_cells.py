"""What claims and figures would pool without a word, and what they name that is not there."""

import re

import pytest

from mlpstudy.design.expansion import expand
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study_file import load

STUDY = """\
study: wonder
title: Does momentum help?
question: With and without.
base: {dataset: digits, activation: sigmoid}
seeds: 6
tune: {eta: {}}
reach: {measure: validation_accuracy, level: {digits: 0.8}}
measures:
  gap: test_loss - train_loss
sweep:
  momentum:
    grid: {depth: [2, 5], momentum: [0.0, 0.9], eta: [0.1, 0.03, 0.01]}
claims:
  - id: M
    name: error
    says: Momentum helps
    contrast: {measure: test_error, factor: momentum, of: 0.9, against: 0.0}
    for_each: [depth]
    direction: below
    threshold: 0
figures:
  - {name: errors, kind: point, x: depth, y: [test_error], hue: momentum}
"""
MORE = "    grid: {depth: [2, 5], "
CASES = [
    ("", "", ""),
    (MORE, MORE + "dropout: [0.0, 0.5], ", "claims[0]: dropout varies here and is named nowhere"),
    ("for_each: [depth]", "for_each: []", "claims[0]: depth varies here and is named nowhere"),
    ("for_each: [depth]", "over: [depth]", ""),
    ("for_each: [depth]", "for_each: [dept]", "claims[0].for_each: 'dept' is no factor there; did you mean 'depth'?"),
    ("measure: test_error,", "measure: test_eror,", "claims[0].contrast.measure: 'test_eror' is no column or measure there; did you mean 'test_error'?"),
    ("measure: test_error,", "measure: test_error - gap / 2,", ""),
    ("measure: test_error,", 'measure: "open(1)",', "claims[0].contrast.measure: 'open(1)' is not allowed: allowed are numbers, columns"),
    ("of: 0.9", "of: 0.8", "claims[0].contrast.of[0]: 0.8 is at no level of the sweep; momentum is one of 0.0, 0.9"),
    ("of: 0.9", "of: [0.9, largest]", ""),
    ("of: 0.9, against: 0.0", "of: {depth: 5}, against: {momentum: 0.0}", "claims[0].contrast.of: names other fields than against"),
    (", against: 0.0", "", ""),  # the level there
    ("factor: momentum, of: 0.9, against: 0.0", "factor: depth, of: 5, against: 2", "claims[0].for_each: depth is compared, and cannot be a condition too"),
    ("for_each: [depth]", "for_each: [depth]\n    block: momentm", "claims[0].block: 'momentm' is no block of the sweep; one of momentum; did you mean 'momentum'?"),
    ("for_each: [depth]", "where: {depth: 5}", ""),
    ("for_each: [depth]", "where: {depth: 3}", "claims[0].where.depth: matches no cell; there are 2, 5"),
    ("measure: test_error,", "measure: test_balanced_accuracy - at_best_f1,", ""),
    ("measure: test_error,", "measure: test_f2,", "claims[0].contrast.measure: 'test_f2' is no column or measure there; did you mean 'test_f1'?"),
    ("seeds: 6", "seeds: 3", "seeds: 3 give no interval and no verdict on a claim"),
    ("momentum: [0.0, 0.9]", f"momentum: {[i / 100 for i in range(99)]}", "figures[0]: 99 levels of hue: at most 40 can be told apart"),
    (", hue: momentum", "", "figures[0]: momentum varies here and is named nowhere"),
    (", hue: momentum", ", hue: momentum, style: dpth", "figures[0].style: 'dpth' is no factor there"),
    ("tune: {eta: {}}", "tune: {}", "claims[0]: eta varies here and is named nowhere"),
    ("for_each: [depth]", "for_each: [depth]\n    tune: {}", "claims[0]: eta varies here and is named nowhere"),
    ("for_each: [depth]", "for_each: [depth]\n    tune: {eta: {least: test_los}}", "claims[0].tune: 'test_los' is no column or measure there; did you mean 'test_loss'?"),
    ("gap: test_loss - train_loss", "gap: test_los - train_loss", "measures.gap: 'test_los' is no column there; did you mean 'test_loss'?"),
    ("digits: 0.8", "wine: 0.8", ""),
    ("measure: test_error,", "kind: share, measure: reached,", ""),
    ("digits: 0.8}}", "wine: 0.8}}\nlimits: none", ""),
]  # fmt: skip


def told(text, tmp_path) -> str:
    path = tmp_path / "wonder.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        assert load(path).runs
    except Mistake as mistake:
        return str(mistake).removeprefix(f"{path}: ")
    return ""


@pytest.mark.parametrize(("old", "new", "line"), CASES)
def test_what_would_be_pooled_or_is_not_there_is_one_line(old, new, line, tmp_path):
    assert STUDY.count(old) >= 1
    found = told(STUDY.replace(old, new), tmp_path)
    assert found.startswith(line) and bool(found) == bool(line), found


def test_a_share_that_is_reached_needs_a_level_for_each_dataset(tmp_path):
    text = STUDY.replace("measure: test_error,", "kind: share, measure: reached,")
    assert told(text, tmp_path) == ""
    without = re.sub(r"reach: .*\n", "", text)
    assert told(without, tmp_path).startswith("reach: is missing: which level is to be reached")
    other = text.replace("digits: 0.8", "wine: 0.8")
    assert told(other, tmp_path).startswith("reach.level: is missing for digits")


@pytest.mark.parametrize(
    ("old", "new"), [("measure: test_error,", "measure: half_life,"), ("kind: point", "kind: bars")]
)
def test_who_names_a_measure_or_kind_that_is_nowhere_is_told_how_to_add_it(tmp_path, old, new):
    assert old in STUDY
    told_how = "a new one: plugins: [my_parts.py] in config.yaml, docs/own-parts.md"
    assert told(STUDY.replace(old, new), tmp_path).endswith(told_how)


def test_a_regression_has_no_scores_of_classes(tmp_path):
    real = STUDY.replace("dataset: digits", "dataset: sine, cost: mse_raw")
    line = "claims[0].contrast.measure: 'test_f1' sine is a regression, it has no classes"
    assert told(real.replace("measure: test_error,", "measure: test_f1,"), tmp_path) == line
    made_of = real.replace("gap: test_loss -", "gap: test_balanced_accuracy -")
    line = "figures[0].y: 'gap' sine is a regression, it has no classes"
    assert told(made_of.replace("y: [test_error]", "y: [gap]"), tmp_path) == line


def test_sides_that_differ_in_more_than_the_factor_are_refused(tmp_path):
    text = STUDY.replace(
        "grid: {depth: [2, 5], momentum: [0.0, 0.9], eta",
        "zip: {momentum: [0.0, 0.9], width: [16, 64]}\n    grid: {depth: [2, 5], eta",
    )
    line = told(text, tmp_path)
    assert line.startswith("claims[0].contrast: width differs between the sides of the contrast")
    assert told(text.replace("of: 0.9,", "of: 0.9, together: [width],"), tmp_path) == ""


def test_a_field_that_goes_with_a_condition_is_told_apart_by_it(tmp_path):
    text = STUDY.replace(
        "grid: {depth: [2, 5], ", "zip: {depth: [2, 5], width: [16, 64]}\n    grid: {"
    )
    assert told(text, tmp_path) == ""


def test_a_block_that_a_smaller_size_lacks_may_be_named(tmp_path):
    wide = (
        "  wide:\n    base: {width: 64}\n    grid: {depth: [2], momentum: [0.0, 0.9], eta: [0.1]}\n"
    )
    text = STUDY.replace("claims:\n", wide + "claims:\n").replace(
        "[depth]", "[depth]\n    block: [momentum, wide]\n    over: [width]"
    )
    text = text.replace("hue: momentum", "hue: momentum, block: momentum")
    path = tmp_path / "wonder.yaml"
    path.write_text(text + "smoke: {sweep: {wide: null}}\n", encoding="utf-8")
    assert set(expand(load(path))) == {"momentum", "wide"}
    assert set(expand(load(path, "smoke"))) == {"momentum"}
