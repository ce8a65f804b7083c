"""What the modules of the studies say of themselves, and what is refused by it before training."""

import ast
import re
from pathlib import Path

import pytest

from mlpstudy.design import block, study
from mlpstudy.design.modules import KINDS, fits, is_module, known_by, pooled
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.run import Run
from mlpstudy.design.study import load
from mlpstudy.statistics import intervals

STUDIES = Path(__file__).parents[2] / "config/studies"
MODULES = sorted(file for file in (PACKAGE / "studies").glob("*.py") if is_module(file))
ALL = sorted(STUDIES.glob("*.yaml"))
FILES = [path for path in ALL if (PACKAGE / "studies" / f"{path.stem}.py").exists()]
SIZES = ("smoke", "default", "full")


@pytest.fixture
def shipped(modules, monkeypatch):
    """The modules that there are, in place of the empty ones."""
    monkeypatch.setattr(study, "MODULES", PACKAGE / "studies")


def names(paths):
    return [path.stem for path in paths]


def test_all_modules_are_found_and_nothing_else():
    assert set(names(FILES)) <= set(names(MODULES))
    assert not {"finding", "view", "outcomes", "__init__"} & set(names(MODULES))


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_a_module_says_what_it_measures_and_tells_apart(module):
    known = known_by(module)
    assert known.statistics and known.options is not None and known.factors is not None
    for kind in known.options.values():
        words = (kind[0] if isinstance(kind, list) else kind).split()
        assert any(word in KINDS for word in words)
        assert all(word in KINDS or not word.isalnum() for word in words)


def _texts(module):
    """Patterns of all texts of a file but those of its STATISTICS and of what is documented."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in tree.body:
        targets = getattr(node, "targets", [])
        if (
            targets
            and getattr(targets[0], "id", "") == "STATISTICS"
            and isinstance(node.value, ast.List)
        ):
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.JoinedStr):
                fixed = [
                    re.escape(v.value) if isinstance(v, ast.Constant) else ".+" for v in part.values
                ]
                if any(isinstance(v, ast.Constant) and "_" in v.value for v in part.values):
                    yield "".join(fixed)
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield re.escape(part.value)


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_each_statistic_that_a_module_declares_is_one_that_it_makes(module):
    made = "|".join(set(_texts(module)))
    assert [s for s in known_by(module).statistics if not re.fullmatch(made, s)] == []


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_each_statistic_that_a_module_names_is_declared(module):
    """Those that stand as text in a call of view.findings."""
    calls = [n for n in ast.walk(ast.parse(module.read_text())) if isinstance(n, ast.Call)]
    calls = [c for c in calls if getattr(c.func, "attr", "") == "findings" and c.args]
    named = {c.args[0].value for c in calls if isinstance(c.args[0], ast.Constant)}
    assert named <= set(known_by(module).statistics)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ALL, ids=names(ALL))
def test_the_studies_that_are_there_ask_for_what_their_modules_know(shipped, path, size):
    assert load(path, size).resolved()["size"] == size


SWEEPING = [path for path in FILES if "\nsweep:" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", SWEEPING, ids=names(SWEEPING))
def test_a_field_that_no_module_knows_is_refused(shipped, path):
    """Momentum is swept nowhere: every cell twice, with two of its values."""
    asked = load(path, "smoke")
    cells = {
        name: [run.model_copy(update={"momentum": m}) for run in runs for m in (0.1, 0.2)]
        for name, runs in asked.blocks.items()
        if runs[0].seed == 0
    }
    cells = {name: [r for r in runs if r.seed == runs[0].seed] for name, runs in cells.items()}
    found = pooled(cells, asked.module_file)
    assert found == (next(iter(cells)), "momentum")


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
        (["recipe > recipe"], ["relu+he_normal > tanh+zeros"], True),
        (["recipe > recipe"], ["relu+he_normal+scaled > tanh+zeros"], True),
        (["recipe > recipe"], ["relu+he_normal < tanh+zeros"], False),
        (["recipe > recipe"], ["rely+he_normal > tanh+zeros"], False),
        ("recipe", "relu", False),
        ("field", "momentum", True),
        ("field", "moment", False),
    ],
)
def test_the_kinds_of_options(kind, value, right):
    assert fits(kind, value) is right


MODULE = """\
CELL = ["dataset", "depth"]
STATISTICS = {"gap": 1, "loss": 2}
FACTORS = [*CELL, "kind", "eta"]
NEEDS = {"rates": ["number"]}
OPTIONS = {"control": "block", "accuracy": "number"}
BLOCKS = ["rates"]
def summary(view): ...
"""
GOOD = """\
study: asks
title: t
question: q
options: {rates: [0.5], control: rates}
base: {dataset: iris, epochs: 1}
seeds: 6
sweep: {rates: {grid: {depth: [1, 2], eta: [0.1, 0.2]}}}
claims: [{id: C1, says: s, statistic: gap, direction: above, threshold: 0}]
"""


def test_what_a_module_says_is_read_from_its_literals(modules):
    (modules / "asks.py").write_text(MODULE + "X = len([1])\n")
    known = known_by(modules / "asks.py")
    assert list(known.statistics) == ["gap", "loss"]
    assert known.factors == ["dataset", "depth", "kind", "eta"]
    assert set(known.options) == {"rates", "control", "accuracy"} and set(known.needs) == {"rates"}
    assert known.blocks == ["rates"] and known.keys == ()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("statistic: gap", "statistic: gab", "claims[0].statistic: 'gab' is nothing that the module "
         "asks measures; one of gap, loss; did you mean 'gap'?"),
        ("rates: [0.5],", "rate: [0.5],", "options.rate: the module asks has no such option; "
         "one of rates, control, accuracy; did you mean 'rates'?"),
        ("rates: [0.5],", "", "options.rates: is missing: the module asks needs it; "
         "a list, each a number"),
        ("rates: [0.5],", "rates: 0.5,", "options.rates: 0.5 is not allowed; a list, each a number"),
        ("control: rates", "control: rate", "options.control: 'rate' is no block of the sweep; "
         "one of rates; did you mean 'rates'?"),
        ("{rates: {grid", "{rats: {grid", "options.control: 'rates' is no block of the sweep; "
         "one of rats; did you mean 'rats'?"),
        ("eta: [0.1, 0.2]", "momentum: [0.0, 0.9]", "sweep.rates: momentum is swept, and the module "
         "asks does not tell its values apart; it tells apart dataset, depth, eta"),
        ("seeds: 6", "seeds: 3", "seeds: 3 give no interval and no verdict on a claim; at least 6"),
        ("0.2]}}}", "0.2]}, seeds: [0, 1]}}", "sweep.rates.seeds: 2 give no interval and no verdict"),
    ],
)  # fmt: skip
def test_what_is_asked_in_vain_is_one_line_before_anything_is_built(
    modules, write, line_of, old, new, line
):
    (modules / "asks.py").write_text(MODULE)
    assert load(write(GOOD)).runs
    assert old in GOOD
    path = write(GOOD.replace(old, new))
    assert line_of(lambda: load(path).runs).startswith(f"{path}: {line}")


def test_a_block_that_is_missing_and_one_that_is_not_known(modules, write, line_of):
    (modules / "asks.py").write_text(MODULE)
    path = write(GOOD.replace("control: rates", "").replace("{rates: {", "{rats: {"))
    assert line_of(lambda: load(path)) == (
        f"{path}: sweep.rates: is missing: the module asks needs it; did you mean 'rats'?"
    )
    (modules / "asks.py").write_text(MODULE.replace("BLOCKS", "ONLY_BLOCKS"))
    assert line_of(lambda: load(path)) == (
        f"{path}: sweep.rats: is no block that the module asks knows; one of rates; "
        "did you mean 'rates'?"
    )


def test_few_seeds_are_enough_where_nothing_is_claimed_and_at_the_smoke_size(modules, write):
    (modules / "asks.py").write_text(MODULE)
    few = GOOD.replace("seeds: 6", "seeds: 2")
    assert load(write(few.partition("claims")[0])).runs
    assert load(write(GOOD + "smoke: {seeds: 2}\n"), "smoke").runs


def test_blocks_that_are_kept_apart_may_differ_in_anything(modules):
    one, other = [Run(momentum=0.0)], [Run(momentum=0.5)]
    file = modules / "asks.py"
    for said, apart in (("[]", False), ('["block"]', True), ('["b"]', True), ('["c"]', False)):
        file.write_text(f"FACTORS = {said}\n" + "# " * len(said))
        assert (pooled({"a": one, "b": other}, file) is None) is apart
    assert pooled({"a": one, "b": one}, file) is None
    file.write_text("\n")
    assert pooled({"a": [*one, *other]}, file) is None
