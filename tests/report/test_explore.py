"""The interactive figures: what stands in their rows, and the same bytes each time."""

import json

import pandas as pd
import pytest
from explored import FIGURES, put, tables

from mlpstudy.files import write_summed_json
from mlpstudy.report.bundle import as_json
from mlpstudy.report.explore import explored, libraries
from mlpstudy.tables.files import write_tables

HOSTILE = "</script><!-- \" ' \\"


@pytest.fixture(params=FIGURES)
def study(request, tmp_path):
    return tmp_path / "tables", put(tmp_path, request.param, HOSTILE)


def test_all_charts_of_a_study_are_made_the_same_each_time(study):
    folder, told = study
    once, again = (explored(folder, told) for _ in range(2))
    assert [each.name for each in once] == [figure["name"] for figure in told["figures"]]
    assert [as_json(e.as_json()) for e in once] == [as_json(e.as_json()) for e in again]
    for each in once:
        assert set(each.specs) == set(each.title) == set(each.caption) == {"en", "fr"}
        text = as_json(each.as_json())
        assert "<" not in text and json.loads(text)["columns"] == list(each.rows.columns)


def test_what_is_not_there_makes_no_chart(tmp_path):
    figures = FIGURES["trainability"]
    assert explored(tmp_path / "tables", {"figures": figures}) == ()
    assert explored(tmp_path / "tables", {}) == ()
    put(tmp_path, "trainability", "x")
    frames = {name: frame.iloc[:0] for name, frame in tables("trainability", "x").items()}
    write_tables(tmp_path / "tables", frames, {"code": "0"})
    assert explored(tmp_path / "tables", {"figures": figures}) == ()


def test_the_libraries_are_the_same_script_each_time():
    first = libraries()
    libraries.cache_clear()
    assert libraries() == first and "vegaEmbed" in first


def test_the_figures_that_a_study_describes_have_charts_with_their_texts(tmp_path):
    frame = pd.DataFrame(
        {"dropout": [0.0, 0.5], "value": [0.2, 1 / 3], "low": [0.1, 0.2], "high": [0.3, float("nan")],
         "n": 6, "networks": 6, "run": "digits-s0"}
    )  # fmt: skip
    figure = {"name": "rates", "kind": "line", "x": "dropout", "y": ["test_error"]}
    figures = [figure, {**figure, "name": "gone"}, {"name": "own", "kind": "python"}]
    study = {"module": None, "figures": figures, "labels": {"test_error": "mistakes"}}
    write_tables(tmp_path / "tables", {"figure_rates": frame, "runs": frame}, {"code": "0"})
    text = {"en": "Rates", "fr": "Taux"}
    entry = {"name": "rates", "title": text, "caption": text, "alt": text, "n": 12}
    write_summed_json(tmp_path / "figures.json", [entry], {"code": "0"})
    (chart,) = explored(tmp_path / "tables", study)
    assert (chart.name, chart.title, set(chart.specs)) == ("rates", text, {"en", "fr"})
    told = chart.as_json()
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    assert [(row["x"], row["value"], row["high"]) for row in rows] == [
        (0, 0.2, 0.3),
        (0.5, 0.3333, None),
    ]
    assert "mistakes" in json.dumps(chart.specs["fr"])
