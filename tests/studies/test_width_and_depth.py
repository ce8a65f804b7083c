"""Wide or deep: equally large networks, told apart by the number of parameters of their block."""

from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.core.network import Network
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study_file import load
from mlpstudy.studies.view import View
from mlpstudy.studies.width_and_depth.derive import derive

FILE = Path(__file__).resolve().parents[2] / "config/studies/width_and_depth.yaml"


def test_a_budget_is_the_median_of_its_block():
    sizes = {"a": [98, 100, 105], "b": [400], "c": [50, 52]}
    datasets = {"a": "digits", "b": "digits", "c": "spirals"}
    runs = pd.DataFrame(
        {"run_id": f"{block}-{n}", "dataset": datasets[block], "n_parameters": n}
        for block, each in sizes.items()
        for n in each
    )
    blocks = {block: [f"{block}-{n}" for n in each] for block, each in sizes.items()}
    made = derive(View({}, blocks, runs, pd.DataFrame(), pd.DataFrame()))["runs"]
    assert made["budget"].tolist() == [100, 100, 100, 400, 51, 51]
    assert made["most"].tolist() == [False, False, False, True, True, True]


@pytest.mark.parametrize(
    ("named", "left", "forgotten"),
    [
        ("for_each: [dataset, depth]", "for_each: [dataset]", "depth"),
        ("over: [budget]", "over: []", "budget"),
    ],
)
def test_a_forgotten_factor_is_refused(named, left, forgotten, tmp_path):
    text = FILE.read_text(encoding="utf-8").replace(named, left)
    (tmp_path / FILE.name).write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match=f"{forgotten} (varies|differs)"):
        load(tmp_path / FILE.name).resolved()


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_networks_of_a_block_are_equally_large(size):
    for name, runs in load(FILE, size).blocks.items():
        data = EXAMPLES[runs[0].dataset]
        cells = {(run.depth, run.width): run for run in runs}.values()
        sizes = [Network([run], data.shape, data.classes).n_parameters for run in cells]
        assert len(sizes) > 1 and max(sizes) <= 1.06 * min(sizes), name
