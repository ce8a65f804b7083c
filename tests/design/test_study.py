import re
import subprocess
import sys
from collections import Counter
from itertools import product
from pathlib import Path

import pytest
import yaml

from mlpstudy.design import yaml_file
from mlpstudy.design.block import MAX_RUNS, Block
from mlpstudy.design.claims import Claim
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run, canonical
from mlpstudy.design.settings import Settings
from mlpstudy.design.study import RESERVED, Lecture, Study
from mlpstudy.design.study_file import load, load_all

ROOT = Path(__file__).parents[2]
FILE = "config/studies/asks.yaml"
HEAD = "study: asks\ntitle: t\nquestion: q\n"
GOOD = """\
study: asks
title: Does the gradient vanish with depth?
question: Is it smaller below?
lecture: {fr: "le gradient s'évapore", en: the gradient vanishes}
module: wonders
options: {accuracy: 0.9, depths: [2, 4], strict: true}
base: {dataset: digits, width: 64}
seeds: 8
sweep:
  start:
    base: {epochs: 0}
    grid: {depth: [2, 4], activation: [sigmoid, relu]}
    zip: {width: [16, 32, 48], eta: [0.1, 0.05, 1]}
    cells: [{initialization: glorot_uniform}, {initialization: he_normal, init_gain: 2.0}]
    exclude: [{activation: relu, depth: 4}]
    seeds: 20
  train:
    grid: {depth: [1, 2, 3]}
claims:
  - id: C22
    says: delta shrinks from layer to layer
    name: delta_slope
    contrast: {table: slopes, measure: slope}
    direction: below
    threshold: 0
    unit: per layer
smoke:
  seeds: 2
  sweep: {start: {seeds: [5], grid: {depth: [4]}}, train: null}
full:
  seeds: 30
  sweep: {train: {grid: {depth: [1, 2, 3, 4]}}}
"""


@pytest.fixture
def study_of(write):
    """study_of(text) -> the study of a text, which may leave its head out."""
    return lambda text: load(write(text if "study:" in text else HEAD + text))


@pytest.fixture
def cells_of(study_of):
    """cells_of(block) -> the values of some fields of its cells, in order."""

    def cells(block, *fields):
        runs = study_of(f"seeds: 1\nsweep: {{block: {block}}}").runs
        return [tuple(getattr(run, field) for field in fields) for run in runs]

    return cells


# What a study holds


def test_every_key_of_a_file_arrives(study_of):
    study = study_of(GOOD)
    assert study.name == study.study == "asks"
    assert study.file == FILE
    assert study.title == "Does the gradient vanish with depth?"
    assert study.lecture == Lecture(fr="le gradient s'évapore", en="the gradient vanishes")
    assert study.module == "wonders"
    assert study.options == {"accuracy": 0.9, "depths": [2, 4], "strict": True}
    assert study.seeds == tuple(range(8))
    assert study.sweep["start"].seeds == tuple(range(20))
    assert study.claims == [
        Claim(
            id="C22",
            says="delta shrinks from layer to layer",
            name="delta_slope",
            contrast={"table": "slopes", "measure": "slope"},
            direction="below",
            threshold=0.0,
            unit="per layer",
        )
    ]


def test_a_study_that_trains_nothing_needs_no_sweep(study_of):
    study = study_of("claims: []")
    assert (study.runs, study.blocks, study.module) == ((), {}, "asks")
    assert study.lecture == Lecture(fr="", en="")


def test_the_default_module_has_the_name_of_the_study(write):
    text = HEAD.replace("asks", "train-ability").replace("-", "")
    assert load(write(text, "config/studies/trainability.yaml")).module == "trainability"


def test_what_was_asked_is_plain_values(study_of):
    resolved = study_of(GOOD).resolved()
    assert resolved["name"] == "asks"
    assert resolved["lecture"] == {"fr": "le gradient s'évapore", "en": "the gradient vanishes"}
    assert resolved["claims"][0]["id"] == "C22"
    assert (resolved["size"], resolved["networks"]) == ("default", 18 * 20 + 3 * 8)
    assert yaml.safe_load(yaml.safe_dump(resolved)) == resolved
    assert not {"smoke", "full", "study"} & set(resolved)


# Blocks -> runs


def test_runs_counted_by_hand(study_of):
    study = study_of(GOOD)
    # grid 4 x zip 3 x cells 2 = 24 cells, less the 6 of relu at depth 4; 20 seeds
    assert {name: len(runs) for name, runs in study.blocks.items()} == {
        "start": 18 * 20,
        "train": 3 * 8,
    }
    assert len(study.runs) == 384


def test_a_base_is_shared_and_a_block_comes_before_it(study_of):
    blocks = study_of(GOOD).blocks
    assert {(run.width, run.epochs) for run in blocks["train"]} == {(64, 20)}
    assert {(run.width, run.epochs) for run in blocks["start"]} == {(16, 0), (32, 0), (48, 0)}


def test_a_grid_takes_each_with_each(cells_of):
    block = "{grid: {depth: [1, 2], eta: [0.1, 1]}}"
    assert cells_of(block, "depth", "eta") == [(1, 0.1), (1, 1.0), (2, 0.1), (2, 1.0)]


def test_columns_of_a_zip_are_walked_together(cells_of):
    block = "{zip: {width: [16, 32], eta: [0.1, 0.05]}}"
    assert cells_of(block, "width", "eta") == [(16, 0.1), (32, 0.05)]


def test_cells_are_listed_and_need_not_name_the_same_fields(cells_of):
    block = "{base: {eta: 0.5}, cells: [{activation: relu, eta: 0.2}, {activation: tanh}]}"
    assert cells_of(block, "activation", "eta") == [("relu", 0.2), ("tanh", 0.5)]


def test_grid_zip_and_cells_multiply(cells_of):
    block = """{grid: {depth: [1, 2]}, zip: {width: [16, 32], eta: [0.1, 0.2]},
                cells: [{activation: relu}, {activation: tanh}]}"""
    expected = [
        (depth, *row, activation)
        for depth, row, activation in product([1, 2], [(16, 0.1), (32, 0.2)], ["relu", "tanh"])
    ]
    assert cells_of(block, "depth", "width", "eta", "activation") == expected


def test_an_empty_block_is_the_base_alone(cells_of):
    assert cells_of("{}", "depth", "width") == [(2, 32)]


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ("[{depth: 1}]", [(2, "relu"), (2, "tanh"), (3, "relu"), (3, "tanh")]),
        ("[{depth: [1, 2]}]", [(3, "relu"), (3, "tanh")]),
        ("[{depth: [1, 2], activation: relu}]", [(1, "tanh"), (2, "tanh"), (3, "relu"), (3, "tanh")]),
        ("[{depth: 1}, {activation: relu}]", [(2, "tanh"), (3, "tanh")]),
        ("[{width: 32, depth: [1, 3]}]", [(2, "relu"), (2, "tanh")]),
        ("[]", [(d, a) for d in (1, 2, 3) for a in ("relu", "tanh")]),
    ],
)  # fmt: skip
def test_an_exclusion_leaves_out_the_cells_that_have_all_its_values(cells_of, exclude, left):
    block = f"{{grid: {{depth: [1, 2, 3], activation: [relu, tanh]}}, exclude: {exclude}}}"
    assert cells_of(block, "depth", "activation") == left


def test_an_exclusion_goes_before_the_question_whether_fields_fit(cells_of):
    block = """{grid: {pretraining: [autoencoder, rbm], activation: [sigmoid, tanh]},
                base: {pretraining_epochs: 5}, exclude: [{pretraining: rbm, activation: tanh}]}"""
    assert len(cells_of(block, "depth")) == 3


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [("seeds: 3", [0, 1, 2]), ("seeds: [7, 5]", [7, 5]), ("seeds: [0]", [0])],
)
def test_seeds_are_counted_or_listed(study_of, seeds, expected):
    assert [run.seed for run in study_of(f"{seeds}\nsweep: {{block: {{}}}}").runs] == expected


def test_seeds_of_a_block_come_before_those_of_the_study(study_of):
    text = "seeds: 2\nsweep: {one: {seeds: [9]}, two: {grid: {depth: [3]}}}"
    assert [(run.depth, run.seed) for run in study_of(text).runs] == [(2, 9), (3, 0), (3, 1)]


def test_every_seed_of_a_cell_is_a_valid_run_of_that_cell(study_of):
    for run in study_of(GOOD).runs:
        assert Run(**dict(run)) == run
        assert isinstance(run.eta, float)


def test_a_run_of_two_blocks_is_in_both_and_counted_once(study_of):
    study = study_of("seeds: 2\nsweep: {a: {grid: {depth: [1, 2]}}, b: {grid: {depth: [2, 3]}}}")
    assert [len(runs) for runs in study.blocks.values()] == [4, 4]
    assert len(study.runs) == 6
    assert max(Counter(map(canonical, study.runs)).values()) == 1


def test_the_order_of_keys_in_a_block_changes_nothing(study_of):
    one = study_of("seeds: 2\nsweep: {a: {grid: {depth: [1, 2], eta: [0.1, 0.2]}}}").runs
    other = study_of("seeds: 2\nsweep: {a: {grid: {eta: [0.1, 0.2], depth: [1, 2]}}}").runs
    assert one == other


# Overlays


def test_an_overlay_merges_replaces_and_deletes(write):
    smoke = load(write(GOOD), "smoke")
    assert smoke.sweep["start"].grid == {"depth": [4], "activation": ["sigmoid", "relu"]}
    assert smoke.sweep["start"].seeds == (5,)
    assert list(smoke.sweep) == ["start"]
    assert len(smoke.runs) == 1 * 1 * 3 * 2  # relu at depth 4 is out
    assert smoke.resolved()["size"] == "smoke"


def test_each_size_has_its_own_overlay(write):
    path = write(GOOD)
    assert [len(load(path, size).blocks.get("train", ())) for size in ("smoke", "default", "full")] == [
        0,
        3 * 8,
        4 * 30,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("overlay", "batch_size", "train_size"),
    [
        ("{base: {batch_size: null}}", None, 100),
        ("{base: {train_size: null}}", 16, None),
        ("{base: null}", 32, None),
        ("{sweep: {a: {base: {batch_size: null}}}}", None, 100),
        ("", 16, 100),
    ],
)
def test_null_in_a_base_is_a_value_of_the_fields_that_have_it(
    write, overlay, batch_size, train_size
):
    text = f"{HEAD}base: {{batch_size: 16, train_size: 100}}\nseeds: 1\nsweep: {{a: {{}}}}\n"
    [run] = load(write(f"{text}smoke: {overlay}"), "smoke").runs
    assert (run.batch_size, run.train_size) == (batch_size, train_size)


def test_null_deletes_an_axis_of_a_field_that_may_be_null(write):
    text = f"{HEAD}seeds: 1\nsweep: {{a: {{grid: {{batch_size: [8, null]}}}}}}\n"
    path = write(f"{text}smoke: {{sweep: {{a: {{grid: {{batch_size: null}}}}}}}}")
    assert [run.batch_size for run in load(path).runs] == [8, None]
    assert [run.batch_size for run in load(path, "smoke").runs] == [32]


SMOKE = "base: {depth: 3}\nseeds: 1\nsweep: {start: {grid: {eta: [0.1]}}}\nsmoke: "


@pytest.mark.parametrize(
    ("overlay", "line"),
    [
        ("{swep: {}}", "smoke.swep: unknown key; "),
        ("{seeds: 0}", "smoke.seeds: 0 is not allowed; "),
        ("{base: {dept: 3}}", "smoke.base.dept: unknown key; "),
        ("{base: {depth: -3}}", "smoke.base.depth: -3 is not allowed; "),
        ("{sweep: {start: {grid: {eta: [1, x]}}}}", "smoke.sweep.start.grid.eta[1]: 'x' is not "),
        ("{sweep: {start: {gird: {eta: [1]}}}}", "smoke.sweep.start.gird: unknown key; "),
        ("{sweep: {other: {grid: 5}}}", "smoke.sweep.other.grid: 5 is not allowed; "),
        ("{claims: [{id: C01}]}", "smoke.claims[0].says: is missing; "),
        ("{title: null}", "smoke.title: is missing; "),
        ("{swep: null}", "smoke.swep: there is nothing to delete; did you mean 'sweep'?"),
        ("{sweep: {strat: null}}", "smoke.sweep.strat: there is nothing to delete; did you mean"),
        ("{study: other}", "smoke.study: cannot be changed by an overlay"),
        ("{smoke: {}}", "smoke.smoke: cannot be changed by an overlay"),
        ("5", "smoke: 5 is not allowed; a mapping"),
        (
            "{sweep: {start: {exclude: [{depth: 9}]}}}",
            "smoke.sweep.start.exclude[0]: {depth: 9} matches no cell (size: smoke)",
        ),
    ],
)
def test_a_slip_in_an_overlay_is_found_there(write, line_of, overlay, line):
    path = write(HEAD + SMOKE + overlay)
    assert line_of(lambda: load(path, "smoke").runs).startswith(f"{FILE}: {line}")


def test_a_slip_below_an_overlay_is_found_where_it_was_written(write, line_of):
    path = write(HEAD + SMOKE.replace("depth: 3", "depth: x") + "{base: {width: 3}}")
    assert line_of(lambda: load(path, "smoke")).startswith(f"{FILE}: base.depth: 'x' is not ")


def test_an_exclusion_that_only_an_overlay_robs_of_its_cells_is_told_with_the_size(write, line_of):
    sweep = "seeds: 1\nsweep: {a: {grid: {depth: [1, 2]}, exclude: [{depth: 2}]}}\n"
    path = write(f"{HEAD}{sweep}smoke: {{sweep: {{a: {{grid: {{depth: [1]}}}}}}}}")
    assert len(load(path).runs) == 1
    assert line_of(lambda: load(path, "smoke").runs) == (
        f"{FILE}: sweep.a.exclude[0]: {{depth: 2}} matches no cell (size: smoke)"
    )


def test_a_size_that_is_none(write, line_of):
    path = write(GOOD)
    assert line_of(lambda: load(path, "smok")) == (
        "'smok' is not a size; one of smoke, default, full; did you mean 'smoke'?"
    )


# Mistakes: what stands in the good study, what is put there instead, the line that results

NAME = "1 to 64 of A-Z, a-z, 0-9, _ and -, not _ or - first"
WORD = "a word of letters, digits and _"
LINE = "one line of 1 to 300 characters"
TEXT = "text of 1 to 4000 characters"
SEEDS = "a whole number >= 1 or a list, each a whole number >= 0"
OPTION = "a number, text, true or false, or a list of these"
ETA = "a number >= 1e-38 and <= 1e+38"
ACTIVATIONS = "one of sigmoid, tanh, relu, "

SLIPS = [
    # names
    ("study: asks", "study: ../x", f"study: '../x' is not allowed; {NAME}"),
    ("study: asks", "study: <script>", f"study: '<script>' is not allowed; {NAME}"),
    ("study: asks", "study: _x", f"study: '_x' is not allowed; {NAME}"),
    ("study: asks", f"study: {'x' * 65}", f"study: '{'x' * 56}... is not allowed; {NAME}"),
    ("study: asks", 'study: "asks\\n"', f"study: 'asks\\n' is not allowed; {NAME}"),
    ("study: asks", "study: 2024", f"study: 2024 is not allowed; {NAME}"),
    ("study: asks", "study: all", "study: 'all' is a word of the workflow; another name"),
    ("study: asks", "study: report", "study: 'report' is a word of the workflow; another name"),
    ("study: asks", "study: wonders", "study: 'wonders' is not allowed; the name of its file: asks"),
    ("study: asks\n", "", f"study: is missing; {NAME}"),
    ("study: asks", "stuDy: asks", "stuDy: unknown key; one of study, title, "),
    ("module: wonders", "module: wonder", "module: 'wonder' is not a module of mlpstudy.studies; "
        "one of asks, trainability, wonders; did you mean 'wonders'?"),
    ("module: wonders", "module: finding", "module: 'finding' is not a module of mlpstudy.studies"),
    ("module: wonders", "module: ../asks", f"module: '../asks' is not allowed; {WORD}"),
    ("module: wonders", "module: os.path", f"module: 'os.path' is not allowed; {WORD}"),
    ("  train:", "  ../train:", f"sweep.'../train': '../train' is not allowed; {NAME}"),
    ("  train:", "  <script>:", f"sweep.'<script>': '<script>' is not allowed; {NAME}"),
    # types
    ("title: Does", "title: {en: Does} #", f"title.fr: is missing; {LINE}"),
    ("title: Does", "title: {en: a, fr: 5} #", f"title.fr: is not allowed; {LINE}"),
    ("title: Does", "title: {en: a, fr: b, de: c} #", "title.de: unknown key; one of en, fr"),
    ("title: Does", "title: 5 #", f"title: 5 is not allowed; {LINE}"),
    ("title: Does", "title: true #", f"title: true is not allowed; {LINE}"),
    ("title: Does", "title: '' #", f"title: '' is not allowed; {LINE}"),
    ("title: Does", "title: #", f"title: null is not allowed; {LINE}"),
    ("question: Is it smaller below?\n", "", f"question: is missing; {TEXT}"),
    ("{fr: ", "{de: x, fr: ", "lecture.de: unknown key; one of fr, en"),
    (", en: the gradient vanishes", "", "lecture.en: is missing; text"),
    ("base: {dataset: digits, width: 64}", "base: 5", "base: 5 is not allowed; a mapping"),
    ("base: {dataset: digits, width: 64}", "base:", "base: null is not allowed; a mapping"),
    ("{dataset: digits,", "{dataset: digit,", "base.dataset: 'digit' is not allowed; one of digits, "),
    ("width: 64}", "width: 6.5}", "base.width: 6.5 is not allowed; a whole number >= 1 and <= 65536"),
    ("width: 64}", "width: 0}", "base.width: 0 is not allowed; a whole number >= 1 and <= 65536"),
    ("width: 64}", "width: true}", "base.width: true is not allowed; a whole number >= 1"),
    ("width: 64}", "width: '64'}", "base.width: '64' is not allowed; a whole number >= 1 and <= 65536; write 64"),
    ("width: 64}", "width: [64]}", "base.width: [64] is not allowed; a whole number >= 1"),
    ("width: 64}", "seed: 1}", "base.seed: unknown key; one of dataset, train_size, "),
    ("width: 64}", "eta: .nan}", "base.eta: .nan is not allowed; a number >= 1e-38"),
    ("width: 64}", "eta: .inf}", "base.eta: .inf is not allowed; a number >= 1e-38"),
    ("width: 64}", "eta: '1e-3'}", f"base.eta: '1e-3' is not allowed; {ETA}; write 1e-3 without quotes"),
    ("width: 64}", "width: 0x40}", "base.width: '0x40' is not allowed; a whole number >= 1 and <= 65536; write 64"),
    ("width: 64}", "width: 1:30}", "base.width: '1:30' is not allowed; a whole number >= 1 and <= 65536"),
    ("width: 64}", "residual: no}", "base.residual: 'no' is not allowed; one of none, plain, scaled"),
    ("width: 64}", "width: 64, width: 32}", "base.width: is given twice, in lines 7 and 7"),
    ("width: 64}", "<<: {width: 3}}", "base.'<<': unknown key; one of dataset, "),
    ("base: {dataset", "base: &b {dataset", "line 7, column 7: anchors and aliases are not used here"),
    # seeds
    ("seeds: 8", "seeds: 0", "seeds: 0 is not allowed; a whole number >= 1 and <= 200000, or a list"),
    ("seeds: 8", "seeds: -1", "seeds: -1 is not allowed; a whole number >= 1 and <= 200000, or a list"),
    ("seeds: 8", "seeds: 1000000000000", "seeds: 1000000000000 is not allowed; a whole number >= 1 and <= 200000"),
    ("seeds: 8", "seeds: true", f"seeds: true is not allowed; {SEEDS}"),
    ("seeds: 8", "seeds: '8'", f"seeds: '8' is not allowed; {SEEDS}"),
    ("seeds: 8", "seeds: 8.0", f"seeds: 8.0 is not allowed; {SEEDS}"),
    ("seeds: 8", "seeds: []", f"seeds: [] is not allowed; {SEEDS}"),
    ("seeds: 8", "seeds: [0, -1]", "seeds[1]: -1 is not allowed; a whole number >= 0"),
    ("seeds: 8", "seeds: [0, 4294967296]", "seeds[1]: 4294967296 is not allowed; a whole number >= 0"),
    ("seeds: 8", "seeds: [0, 1.5]", "seeds[1]: 1.5 is not allowed; a whole number >= 0"),
    ("seeds: 8", "seeds: [4, 5, 4]", "seeds[2]: the seed 4 is given twice"),
    ("seeds: 8\n", "", "sweep.train.seeds: is missing; a whole number >= 1 or a list of seeds, here or"),
    ("    seeds: 20", "    seeds: none", f"sweep.start.seeds: 'none' is not allowed; {SEEDS} or null"),
    # blocks
    ("sweep:\n", "swep:\n", "swep: unknown key; one of study, title, question, lecture, module, options, "
        "base, seeds, sweep, tune, reach, measures, labels, claims, figures, limits, smoke, full; did you mean 'sweep'?"),
    ("    grid: {depth: [1, 2, 3]}", "", "sweep.train: null is not allowed; a mapping"),
    ("    grid: {depth: [1", "    gird: {depth: [1", "sweep.train.gird: unknown key; "
        "one of base, grid, zip, cells, exclude, seeds; did you mean 'grid'?"),
    ("[1, 2, 3]", "3", "sweep.train.grid.depth: 3 is not allowed; a list of one or more, each a whole"),
    ("[1, 2, 3]", "[]", "sweep.train.grid.depth: [] is not allowed; a list of one or more"),
    ("[1, 2, 3]", "[1, two]", "sweep.train.grid.depth[1]: 'two' is not allowed; a whole number >= 0"),
    ("[1, 2, 3]", "[1, [2]]", "sweep.train.grid.depth[1]: [2] is not allowed; a whole number >= 0"),
    ("{depth: [1, 2, 3]}", "{depht: [1]}", "sweep.train.grid.depht: unknown key; one of dataset, "),
    ("[1, 2, 3]", "[1, 2, 1]", "sweep.train: the cell {depth: 1} is there twice"),
    ("{depth: [1, 2, 3]}", "{eta: [1, 1.0]}", "sweep.train: the cell {eta: 1.0} is there twice"),
    ("relu]}", "rely]}", f"sweep.start.grid.activation[1]: 'rely' is not allowed; {ACTIVATIONS}"),
    ("0.05, 1]", "0.05, 1_0]", f"sweep.start.zip.eta[2]: '1_0' is not allowed; {ETA}; write 10"),
    ("0.05, 1]", "0.05]", "sweep.start.zip: columns of different lengths: width has 3, eta has 2 values"),
    ("zip: {width", "zip: {depth: [2, 4, 6], width", "sweep.start.zip: depth is given in grid too"),
    ("he_normal,", "he_normal, depth: 3,", "sweep.start.cells: depth is given in grid too"),
    ("he_normal,", "he,", "sweep.start.cells[1].initialization: 'he' is not allowed; one of zeros, "),
    (", init_gain: 2.0}", "}, {}", "sweep.start.cells[2]: {} is not allowed; a mapping"),
    ("cells: [{initialization: glorot_uniform}, {initialization: he_normal, init_gain: 2.0}]", "cells: []",
        "sweep.start.cells: [] is not allowed; a list of one or more, each a mapping or null"),
    ("[{activation: relu, depth: 4}]", "[{}]", "sweep.start.exclude[0]: {} is not allowed; a mapping"),
    ("[{activation: relu, depth: 4}]", "{depth: 4}", "sweep.start.exclude: {\"depth\": 4} is not allowed; a list"),
    ("relu, depth: 4}]", "relu, depth: 5}]", "sweep.start.exclude[0]: {depth: 5, activation: relu} matches no cell"),
    ("relu, depth: 4}]", "rely}]", f"sweep.start.exclude[0].activation: 'rely' is not allowed; {ACTIVATIONS}"),
    ("relu, depth: 4}]", "[relu, rely]}]", f"sweep.start.exclude[0].activation[1]: 'rely' is not allowed; {ACTIVATIONS}"),
    ("[{activation: relu, depth: 4}]", "[{epochs: 0}]", "sweep.start.exclude: no cell is left"),
    # fields that do not fit
    ("{epochs: 0}", "{stride: 2}", "sweep.start: kernel: stride and padding belong to a convolution: give a "
        "kernel, in the cell {depth: 2, activation: sigmoid, width: 16, eta: 0.1, initialization: glorot_uniform}"),
    ("{epochs: 0}", "{train_size: 1080}", "sweep.start: train_size: 1080 is more than the 1079 that digits has, "),
    ("{dataset: digits,", "{dataset: sine,", "sweep.start: cost: sine is a regression: use mse_raw"),
    ("{epochs: 0}", "{kernel: 9}", "sweep.start: kernel: 9 is more than is left of the inputs of digits, in the cell"),
    # claims and options
    ("id: C22", "id: c22", "claims[0].id: 'c22' is not allowed; a capital, then letters, digits, _ and -"),
    ("below\n", "under\n", "claims[0].direction: 'under' is not allowed; one of above, below"),
    ("below\n", "belwo\n", "claims[0].direction: 'belwo' is not allowed; one of above, below; did you mean 'below'?"),
    ("threshold: 0", "threshold: 0b1", "claims[0].threshold: '0b1' is not allowed; a number; write 1"),
    ("threshold: 0", "threshold: .nan", "claims[0].threshold: .nan is not allowed; a number"),
    ("    threshold: 0\n", "", "claims[0].threshold: is missing; a number"),
    ("name: delta_slope", "name: delta slope", f"claims[0].name: 'delta slope' is not allowed; {WORD}"),
    ("claims:\n  - id", "claims:\n  - {id: C22, says: s, name: delta_slope, contrast: {table: slopes, measure: slope}, direction: above, threshold: 1}\n  - id",
        "claims[1]: C22 with the statistic delta_slope is there twice"),
    ("accuracy: 0.9", "accuracy: .inf", f"options.accuracy: .inf is not allowed; {OPTION}"),
    ("accuracy: 0.9", "accuracy: {a: 1}", f"options.accuracy: {{\"a\": 1}} is not allowed; {OPTION}"),
    ("accuracy: 0.9", "accuracy: [[[1]]]", f"options.accuracy: [[[1]]] is not allowed; {OPTION}"),
    ("accuracy: 0.9", "accuracy: ", f"options.accuracy: null is not allowed; {OPTION}"),
    ("accuracy: 0.9", "a-b: 0.9", f"options.a-b: 'a-b' is not allowed; {WORD}"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line"), SLIPS, ids=range(len(SLIPS)))
def test_a_slip_is_told_in_one_line_that_names_file_key_and_way_out(write, line_of, old, new, line):
    assert GOOD.count(old) >= 1
    path = write(GOOD.replace(old, new, 1))
    assert line_of(lambda: load(path).runs).startswith(f"{FILE}: {line}")


PARTS = "a new one: plugins: [my_parts.py] in config.yaml, docs/own-parts.md"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("[sigmoid, relu]", "[snake, relu]", f"identity; {PARTS}"),
        ("[sigmoid, relu]", "[rely, relu]", f"identity; {PARTS}; did you mean 'relu'?"),
        ("he_normal,", "half,", f"orthogonal; {PARTS}"),
        ("{epochs: 0}", "{cost: huber}", f"hinge; {PARTS}"),
        ("{epochs: 0}", "{optimizer: lion}", "adamw, rmsprop"),
        ("digits,", "trees,", "radial; a new one: datasets: in config.yaml, docs/own-data.md"),
    ],
)
def test_who_names_what_is_not_there_yet_is_told_how_to_add_it(write, line_of, old, new, line):
    path = write(GOOD.replace(old, new, 1))
    assert line_of(lambda: load(path).runs).endswith(line)


def test_too_many_runs_are_counted_before_any_is_built(study_of, line_of):
    values = [i / 1000 for i in range(1, 1001)]
    study = study_of(f"seeds: 300\nsweep: {{a: {{grid: {{eta: {values}}}}}, b: {{seeds: 5}}}}")
    assert line_of(lambda: study.runs) == (
        f"{FILE}: sweep: asks for 300,005 runs (a 300,000, b 5); at most 200,000"
    )
    huge = f"{{depth: {list(range(1000))}, width: {list(range(1, 1001))}, eta: {values}}}"
    study = study_of(f"seeds: 1\nsweep: {{a: {{grid: {huge}}}}}")
    assert "1,000,000,000 runs" in line_of(lambda: study.runs)
    assert MAX_RUNS == 200_000


# Whatever is written: a study or one line

NASTY = [None, True, -1, 0.5, float("nan"), "1e-3", "../x\n", [], [[]], {}, {"x": None}]


def places(value, place=()):
    yield place
    for key in (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    ):
        yield from places(value[key], (*place, key))  # fmt: skip


def replaced(document, place, value):
    if not place:
        return value
    copy = document.copy()
    copy[place[0]] = replaced(document[place[0]], place[1:], value)
    return copy


@pytest.mark.parametrize("value", NASTY, ids=map(repr, NASTY))
def test_any_value_anywhere_makes_a_study_or_one_line(monkeypatch, value):
    document = yaml.safe_load(GOOD)
    for place in list(places(document))[1:]:
        monkeypatch.setattr(
            yaml_file, "read", lambda _, place=place: replaced(document, place, value)
        )
        for size in ("default", "smoke"):
            try:
                assert load(FILE, size).resolved()["name"] == "asks"
            except Mistake as mistake:
                assert str(mistake).startswith(f"{FILE}: ")
                assert str(mistake).isprintable()


def test_a_file_cut_anywhere_makes_a_study_or_one_line(write):
    for end in range(0, len(GOOD), 23):
        path = write(GOOD[:end])
        try:
            assert load(path).name == "asks"
        except Mistake as mistake:
            assert str(mistake).startswith(f"{FILE}: ")
            assert str(mistake).isprintable()


# The shipped files, the workflow and the guide


def test_chosen_studies_are_read_at_the_chosen_size(write):
    write(GOOD)
    write(HEAD.replace("asks", "wonders"), "config/studies/wonders.yaml")
    studies = load_all(Settings(size="full"))
    assert [study.name for study in studies] == ["asks", "wonders"]
    assert len(studies[0].runs) == 18 * 20 + 4 * 30
    assert [study.name for study in load_all(Settings(studies=("wonders",)))] == ["wonders"]


def test_no_rule_of_the_workflow_is_a_permitted_name():
    texts = [file.read_text() for file in (ROOT / "workflow").rglob("*") if file.is_file()]
    rules = {rule for text in texts for rule in re.findall(r"^\s*rule (\w+):", text, re.MULTILINE)}
    assert {"all", *rules} <= RESERVED


@pytest.mark.parametrize("place", ["docs/own-question.md", "config/README.md"])
def test_the_studies_that_are_shown_to_the_user_load(place, tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / place).read_text(encoding="utf-8"), re.DOTALL)
    shown = [block for block in blocks if re.search("^study: ", block, re.MULTILINE)]
    assert shown
    for block in shown:
        name = re.search(r"^study: (\S+)", block, re.MULTILINE)[1]
        path = tmp_path / f"{name}.yaml"
        path.write_text(block, encoding="utf-8")
        assert load(path).runs


def guide():
    return (ROOT / "config/README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "key", sorted({*Study.model_fields, *Block.model_fields, *Claim.model_fields})
)
def test_every_key_is_explained_to_the_user(key):
    assert re.search(rf"^\| .*`{key}`.* \|", guide(), re.MULTILINE)


@pytest.mark.parametrize("field", [f for f in Run.model_fields if f != "seed"])
def test_every_field_is_explained_to_the_user_with_its_default(field):
    default = Run.model_fields[field].default
    text = {None: "null", False: "false"}.get(default, default) if default != 0 else default
    text = "false" if default is False else text
    [row] = re.findall(rf"^\| `{field}` \| `{re.escape(str(text))}` \| .*$", guide(), re.MULTILINE)
    assert Run.model_fields[field].description.replace("|", "\\|") in row


def test_the_example_of_the_guide_is_a_study(write):
    text = re.search(r"```yaml\n(.*?)```", guide(), re.DOTALL)[1]
    path = write(text, "config/studies/my_question.yaml")
    assert len(load(path).runs) == 2 * 2 * 5 * 8
    assert len(load(path, "smoke").runs) == 2 * 2 * 5 * 2


def test_asking_costs_no_heavy_import():
    code = (
        "import sys, mlpstudy.design.study, mlpstudy.design.pool, mlpstudy.design.settings;"
        "print([m for m in ('torch', 'pandas', 'numpy', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


# A study that measures


def test_what_a_measurement_depends_on(study_of, modules):
    (modules / "asks/measure.py").write_text(
        'COLUMNS = {"draws": ["a"]}\ndef measure(study, networks): pass\n'
    )
    text = HEAD + "options: {steps: [1, 2]}\nseeds: 6\nsmoke: {options: {steps: [1]}}\n"
    study = study_of(text)
    assert study.is_measured and study.extent == "measurements"
    assert study.asked["options"] == {"steps": [1, 2]} and study.asked["seeds"] == [*range(6)]
    said = study_of(text.replace("title: t", "title: other") + CLAIM)
    assert said.claims and said.asked == study.asked
    smaller = load(FILE, "smoke")
    assert smaller.asked["options"] == {"steps": [1]} and smaller.asked["size"] == "smoke"


def test_a_module_without_measure_measures_nothing(study_of, modules):
    (modules / "asks/measure.py").write_text("def other():\n    def measure(): pass\n")
    study = study_of(HEAD + "seeds: 3\nsweep: {a: {}}\n")
    assert not study.is_measured and study.extent == "3 networks"


CLAIM = """\
claims:
  - {id: C1, says: s, name: t, contrast: {table: draws, measure: a}, direction: below, threshold: 1}
"""


def test_texts_in_both_languages(study_of):
    both = '{en: "Is it deep?", fr: "Est-ce profond ?"}'
    study = study_of(GOOD.replace("title: Does the gradient vanish with depth?", f"title: {both}"))
    assert study.title == {"en": "Is it deep?", "fr": "Est-ce profond ?"}
    assert study.resolved()["title"] == study.title
