"""The shipped studies as experiments: what decides, and grids of eta that are fair to both sides."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from mlpstudy.design import yaml_file
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import FIELDS
from mlpstudy.design.study import Study
from mlpstudy.design.study_file import load

STUDIES = sorted(Path("config/studies").glob("*.yaml"))
LECTURE = {claim["id"]: claim["kind"] for claim in yaml_file.read("config/lecture.yaml")["claims"]}
MEASURED_AT_EVERY_ETA = {"vanishing", "xor"}  # nothing is chosen there,
BLOCKS_AT_EVERY_ETA = {("overfitting", "width")}  # and in these blocks


def test_every_claim_of_the_lecture_has_something_that_decides_it():
    decided = {claim.id for path in STUDIES for claim in load(path).claims if claim.decides}
    of_lecture = {id for id in decided if id in LECTURE}  # a study may ask a question of its own
    assert of_lecture == {id for id, kind in LECTURE.items() if kind != "opinion"}


def test_every_experiment_says_what_matters():
    claims = [(path.stem, c) for path in STUDIES for c in load(path).claims]
    assert not [(study, c.name) for study, c in claims if not c.identity and c.matters is None]


def test_every_study_has_its_section_in_the_note_on_design():
    note = Path("docs/design-of-studies.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\w+)$", note, flags=re.MULTILINE)
    assert sections == [path.stem for path in STUDIES]


def etas(study: Study) -> dict[tuple, set[float]]:
    """The values of eta of each cell of each block."""
    others = [field for field in FIELDS if field not in ("eta", "seed", "restart")]
    grids = defaultdict(set)
    for block, runs in study.blocks.items():
        for run in runs if (study.name, block) not in BLOCKS_AT_EVERY_ETA else ():
            grids[(block, *(getattr(run, field) for field in others))].add(run.eta)
    return grids


@pytest.mark.parametrize(
    "path",
    [path for path in STUDIES if path.stem not in MEASURED_AT_EVERY_ETA],
    ids=lambda path: path.stem,
)
def test_a_choice_of_eta_is_one_of_four_and_more_a_factor_of_two_or_three_apart(path):
    for cell, grid in etas(load(path)).items():
        ordered = sorted(grid)
        ratios = [larger / smaller for smaller, larger in zip(ordered, ordered[1:])]
        assert len(grid) == 1 or len(grid) >= 4, (cell, ordered)
        assert all(1.9 < ratio <= 4 for ratio in ratios), (cell, ordered)


@pytest.mark.parametrize(
    ("name", "right", "wrong", "problem"),
    [
        ("autograd", "for_each: [depth, width, examples]", "for_each: [depth, width]", "examples varies here and is named nowhere"),
        ("autograd", "[4, 16, 1], ", "[4, 16], ", "options.networks"),
        ("backpropagation", "for_each: [kind]\n    over: [name]", "for_each: [kind]", "name varies here and is named nowhere"),
        ("complexity", "for_each: [grown, timed]", "for_each: [grown]", "timed varies here and is named nowhere"),
        ("complexity", "[4, 32], ", "[4, 32, 1], ", "options.along_width"),
        ("error_surface", "for_each: [network, cost]", "for_each: [cost]", "network varies here and is named nowhere"),
    ],
)  # fmt: skip
def test_a_slip_in_a_study_that_measures_is_refused(tmp_path, name, right, wrong, problem):
    text = Path(f"config/studies/{name}.yaml").read_text(encoding="utf-8")
    assert right in text
    file = tmp_path / f"{name}.yaml"
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(Mistake, match=problem):
        len(load(file).runs)
