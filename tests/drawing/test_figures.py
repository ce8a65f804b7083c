"""A study's figures: pictures and texts in each language, of what kinds draw and of its own."""

import json
import sys
from types import ModuleType

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from mlpstudy.drawing.figures import drawn
from tests.drawing.drawn import FRAMES
from tests.drawing.test_captions import FINDINGS, STUDY


@pytest.fixture
def study(monkeypatch):
    spec, _ = FRAMES["line"]
    own = {"name": "net", "kind": "python", "title": {"en": "A net", "fr": "Un réseau"},
           "note": "See.", "alt": {"en": "Circles.", "fr": "Des ronds."}}  # fmt: skip
    figures = [json.loads(spec.model_dump_json()), own, {**own, "name": "gone", "kind": "regions"}]
    figures[2] |= {"x": "x1", "y": ["x2"]}
    module = ModuleType("mlpstudy.studies.wonder.figures")

    def net(tables, study, words):
        figure = Figure()
        figure.text(0, 0, f"{words.language} {study['module']} {sorted(tables)}")
        return figure

    module.net = net
    monkeypatch.setitem(sys.modules, "mlpstudy.studies.wonder", ModuleType("wonder"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return {**STUDY, "module": "wonder", "figures": figures, "labels": {"test_error": "mistakes"}}


def test_each_figure_that_has_rows_is_drawn_and_described_in_each_language(study, tmp_path):
    _, frame = FRAMES["line"]
    before = mpl.rcParams["axes.grid"]
    made = list(drawn(study, {"figure_line": frame}, FINDINGS, tmp_path))
    assert mpl.rcParams["axes.grid"] == before
    assert [entry["name"] for entry, _ in made] == ["line", "net"]
    line, net = (entry for entry, _ in made)
    assert (
        line["title"]["en"]
        == "Test loss (nats) and mistakes against share of hidden units switched off"
    )
    assert line["caption"]["fr"].startswith("Moyenne sur les graines")
    assert line["n"] == 72
    assert net == {
        "name": "net", "n": None, "title": {"en": "A net", "fr": "Un réseau"},
        "caption": {"en": "See.", "fr": "See."}, "alt": {"en": "Circles.", "fr": "Des ronds."},
    }  # fmt: skip
    for entry, files in made:
        names = [file.relative_to(tmp_path).as_posix() for file in files]
        assert names == [f"{entry['name']}.svg", f"fr/{entry['name']}.svg"]
        assert all(file.exists() for file in files)
