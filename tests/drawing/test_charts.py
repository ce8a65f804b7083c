"""The charts of the page: valid, the same in each language but for their words, and not too large."""

import json
import math
import subprocess
import sys

import pandas as pd
import pytest
import vl_convert

from mlpstudy.design.claims import FigureSpec
from mlpstudy.drawing import charts
from mlpstudy.words import LANGUAGES, Words
from tests.drawing import drawn

STATED = ("line", "point", "forest", "profile", "survival", "scatter", "heatmap", "regions")


def made(kind, language="en", **more):
    spec, frame = drawn.FRAMES[kind]
    return charts.chart(
        spec, frame.assign(run="digits-d2-w8-relu-s0-12345678", **more), Words(language)
    )


def rows_of(chart):
    return json.loads(chart.rows.to_json(orient="records"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", STATED)
def test_a_chart_is_drawn(kind, language):
    chart = made(kind, language)
    rows = rows_of(chart)
    spec = {**chart.spec, "datasets": {"rows": rows}, "width": 500, "autosize": "pad"}
    svg = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    assert svg.count("<path") > len(rows)


@pytest.mark.parametrize("kind", STATED)
def test_the_rows_are_one_table_for_both_languages(kind):
    english, french = made(kind), made(kind, "fr")
    pd.testing.assert_frame_equal(english.rows, french.rows)
    assert english.spec != french.spec or kind == "regions"  # which has no word
    assert english.spec == made(kind).spec
    _, frame = drawn.FRAMES[kind]
    assert len(english.rows) == (len(frame) if kind != "regions" else 1)


def test_what_parts_panels_is_chosen_from_and_levels_are_called():
    params = {each["name"]: each for each in made("line", "fr").spec["params"]}
    assert params["row"]["bind"]["labels"] == ["coût en test (nats)", "erreur en test"]
    assert params["col"]["bind"] == {
        "input": "select", "name": "jeu de données", "options": [0, 1], "labels": ["digits", "moons"],
    }  # fmt: skip
    text = json.dumps(made("line", "fr").spec, ensure_ascii=False)
    assert "étiquettes intactes" in text and "datum.row == row" in text


def test_a_number_is_chosen_by_a_slider_that_stands_at_its_end():
    param = next(each for each in made("point").spec["params"] if each["name"] == "col")
    assert param["bind"] == {
        "input": "range", "min": 0, "max": 2, "step": 1, "name": "share of hidden units switched off",
    }  # fmt: skip
    assert param["value"] == 2
    assert "no dropout" in json.dumps(made("point").spec["title"])


@pytest.mark.parametrize("missing", [math.nan, math.inf])
def test_the_line_where_both_are_equal_spans_the_points_that_are_there(missing):
    """A network of zeros has no slope."""
    spec, frame = drawn.spec("scatter", reference="identity"), drawn.cells()
    frame.loc[0, "measured"] = missing
    table = {"figure_scatter": frame}
    [chart] = charts.charts({"figures": [spec.model_dump()]}, table, Words("en"))
    [line] = [each for each in chart.spec["layer"] if each["mark"]["type"] == "line"]
    assert line["data"]["values"] == [{"x": 0.19, "y": 0.19}, {"x": 0.41, "y": 0.41}]


def test_a_point_says_its_cell_value_interval_n_and_command():
    points = next(each for each in made("line").spec["layer"] if "tooltip" in each["encoding"])
    titles = [each["title"] for each in points["encoding"]["tooltip"]]
    assert titles == [
        "share of wrong labels", "dataset", "measure", "share of hidden units switched off", "value",
        "95\u202f% interval", "n", "run again",
    ]  # fmt: skip
    calculated = {each["as"]: each["calculate"] for each in points["transform"] if "as" in each}
    assert calculated["command"] == "'.venv/bin/mlpstudy replay ' + datum.run"


@pytest.mark.parametrize("kind", ["line", "point"])
def test_a_series_that_is_not_picked_from_the_legend_fades(kind):
    spec = made(kind).spec
    data = {"data": {"values": rows_of(made(kind))}, "width": 500, "autosize": "pad"}

    def faded(value):
        params = [{**p, "value": value} if p["name"] == "picked" else p for p in spec["params"]]
        return vl_convert.vegalite_to_svg(
            {**spec, **data, "params": params}, vl_version="6.4"
        ).count('opacity="0.08"')

    assert faded([]) == 0 < faded([{"hue": 0}])


def test_one_measure_has_one_scale_whatever_is_chosen():
    layers = made("line").spec["layer"]
    scale = next(
        each["encoding"]["y"]["scale"] for each in layers if "scale" in each["encoding"]["y"]
    )
    assert all(end["expr"].endswith("[row]") for end in scale["domain"])


def test_the_rows_of_a_forest_stand_where_they_stand_in_the_picture():
    assert list(made("forest").rows["y"]) == [1, 2, 3, 4, 6, 7, 8, 9]


def test_a_study_has_a_chart_for_each_of_its_figures_that_has_rows_and_few_enough():
    spec, frame = drawn.FRAMES["line"]
    figures = [spec.model_copy(update={"name": name}) for name in ("few", "many", "none", "still")]
    figures[3] = figures[3].model_copy(update={"interactive": False})
    given = [json.loads(figure.model_dump_json()) for figure in figures]
    given.append({"name": "own", "kind": "python"})
    many = pd.concat([frame] * (charts.MOST_ROWS // len(frame) + 1))
    tables = {"figure_few": frame, "figure_many": many, "figure_still": frame, "figure_own": frame}
    found = list(charts.charts({"figures": given}, tables, Words("en")))
    assert [chart.name for chart in found] == ["few"]
    own = drawn.spec("line").model_copy(update={"kind": "python"})
    with pytest.raises(ValueError, match="kind 'python': allowed are line"):
        charts.chart(own, frame, Words("en"))


def test_charts_are_made_without_what_draws_pictures():
    code = (
        "import sys; from tests.drawing import test_charts as t; [t.made(k) for k in t.STATED]; "
        "print({'matplotlib', 'seaborn', 'scipy', 'torch'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_picture_of_regions_is_one_row_of_sureness_and_examples():
    (row,) = rows_of(made("regions"))
    assert (row["side"], row["left"], row["bottom"], row["dx"], row["dy"]) == (5, -2, -2, 1, 1)
    assert len(row["cells"]) == 25 and row["cells"][12] == 0
    assert row["cells"][0] == -row["cells"][24] == round(50 * math.tanh(-4 / 4))
    assert row["dots"] == [[1, 1, 1], [-1, -1, 0]]


def test_a_large_raster_is_thinned():
    side = 100
    frame = pd.DataFrame(
        [(x, y, 1.0, None) for y in range(side) for x in range(side)],
        columns=["x1", "x2", "value", "label"],
    )
    (row,) = rows_of(charts.chart(drawn.spec("regions"), frame, Words("en")))
    assert row["side"] == 34 and len(row["cells"]) == 34**2 and row["dx"] == 3


@pytest.mark.parametrize(
    ("kind", "x", "y"), [("survival", "passes", []), ("profile", "layer", ["a"])]
)
def test_a_kind_that_leaves_no_choice_of_x_needs_none(kind, x, y):
    spec = FigureSpec.model_validate({"name": "a", "kind": kind, "y": y})
    assert spec.x == x
    assert charts.chart(spec, drawn.FRAMES[kind][1], Words("en")).rows["x"].notna().all()


def test_at_first_there_is_something_to_see():
    frame = drawn.lines()
    frame = frame[(frame["dataset"] == "moons") | (frame["label_noise"] == 0.0)]
    frame = frame[(frame["dataset"] == "digits") | (frame["label_noise"] > 0)]
    spec = drawn.spec(row="dataset", col="label_noise")
    params = {each["name"]: each for each in charts.chart(spec, frame, Words("en")).spec["params"]}
    assert (params["row"]["value"], params["col"]["value"]) in [(0, 0), (1, 1)]


@pytest.mark.parametrize("kind", ["survival", "profile"])
def test_a_kind_that_says_what_is_along_the_axis_needs_no_x(kind):
    spec, frame = drawn.FRAMES[kind]
    spec = spec.model_copy(update={"x": None})
    assert len(charts.chart(spec, frame, Words("en")).rows) == len(frame)


def test_bands_and_lines_are_parted_by_style_and_by_units():
    spec = drawn.spec("survival", hue="activation", style="depth", units=["width"])
    steps = drawn.steps()
    frame = pd.concat([steps.assign(depth=d, width=w) for d, w in ((2, 8), (4, 8), (4, 16))])
    chart = charts.chart(spec, frame, Words("en"))
    marks = [each for each in chart.spec["layer"] if each["mark"]["type"] in ("area", "line")]
    assert len(marks) == 2
    for each in marks:
        assert [part["field"] for part in each["encoding"]["detail"]] == ["style", "unit"]
    assert sorted(chart.rows["unit"].unique()) == [0, 1]
