"""Convolutions, permutations and RBM features: pairs of equally large networks."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.core.network import Network
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study_file import load
from mlpstudy.studies.architectures.derive import COLUMNS, derive
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/architectures.yaml"


def test_a_network_says_its_pair_its_size_and_what_it_is():
    sizes = {"a": (1954, 1930), "b": (4602, 4663)}
    runs = pd.DataFrame(
        {
            "run_id": f"{pair}-{kernel}-{permuted}",
            "kernel": kernel,
            "permuted": permuted,
            "n_parameters": n,
        }
        for pair, each in sizes.items()
        for kernel, n in zip((3, 0), each)
        for permuted in (False, True)
    )
    blocks = {pair: [run for run in runs["run_id"] if run.startswith(pair)] for pair in sizes}
    made = derive(View({"options": {}}, blocks, _complete(runs), curves(runs), pd.DataFrame()))[
        "runs"
    ]
    assert made["pair"].tolist() == [*"aaaabbbb"]
    assert made["budget"].tolist() == [1900] * 4 + [4600] * 4
    kinds = ["convolution", "convolution_permuted", "dense", "dense_permuted"]
    assert made["network"].tolist() == kinds * 2


def _complete(runs: pd.DataFrame) -> pd.DataFrame:
    """With what else a table of runs holds."""
    others = dict.fromkeys((name for name in COLUMNS["equal"] if name not in runs), 0.0)
    named = {"cell_id": runs["run_id"], "dataset": "digits", "activation": "relu"}
    return runs.assign(**others | named)


def curves(runs: pd.DataFrame) -> pd.DataFrame:
    """Two passes of each run, at whose ends all losses are 0.5 and 0.05."""
    return pd.DataFrame(
        {"run_id": run, "epoch": epoch, "split": split, "loss": loss, "accuracy": 0.5}
        for run in runs["run_id"]
        for epoch, loss in enumerate((2.0, 0.5, 0.05))
        for split in ("train", "validation", "test")
    )


@pytest.mark.parametrize(("level", "spent"), [(0.1, 2), (0.5, 1)])
def test_a_pair_is_compared_at_an_equal_training_loss(level, spent):
    runs = _complete(
        pd.DataFrame({"run_id": ["a-0"], "kernel": 3, "permuted": False, "n_parameters": 9})
    )
    study = {"options": {"fits": level}}
    made = derive(View(study, {"a": ["a-0"]}, runs, curves(runs), pd.DataFrame()))["equal"]
    assert made[["spent", "fits"]].to_numpy().tolist() == [[spent, True]]


@pytest.mark.parametrize(
    ("named", "forgotten"),
    [
        ("for_each: [dataset, trained]", "trained"),
        ("across: {permuted: [false, true]}", "permuted"),
    ],
)
def test_a_forgotten_factor_is_refused(named, forgotten, tmp_path):
    fewer = {"trained": "for_each: [dataset]", "permuted": "across: {depth: [1, 2]}"}[forgotten]
    text = FILE.read_text(encoding="utf-8").replace(named, fewer)
    (tmp_path / FILE.name).write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match=f"{forgotten} varies here and is named nowhere"):
        load(tmp_path / FILE.name).resolved()


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_networks_of_a_pair_are_equally_large(size):
    for name, runs in load(FILE, size).blocks.items():
        data = EXAMPLES[runs[0].dataset]
        cells = {(r.kernel, r.width): r for r in runs}.values()
        sizes = [Network([run], data.shape, data.classes).n_parameters for run in cells]
        assert max(sizes) <= 1.03 * min(sizes), name
        if not name.startswith("rbm"):
            assert {bool(r.kernel) for r in runs} == {True, False}
            both = size == "full" or name != "mnist_5k_8000"
            assert np.unique([r.permuted for r in runs]).tolist() == [False, True][: 1 + both]


@pytest.mark.parametrize("size", ["default", "full"])
def test_both_sides_have_five_etas_a_factor_of_three_apart(size):
    for name, runs in load(FILE, size).blocks.items():
        sides = {(r.kernel, r.permuted, r.pretraining, r.trained) for r in runs}
        grids = {
            side: sorted(
                {r.eta for r in runs if (r.kernel, r.permuted, r.pretraining, r.trained) == side}
            )
            for side in sides
        }
        (grid,) = {tuple(grid) for grid in grids.values()}
        assert len(grid) >= 5 and max(b / a for a, b in pairwise(grid)) < 3.5, name
