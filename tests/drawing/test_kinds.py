"""Each kind of figure draws its rows, all of them and nothing else, in the words of a language."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from numpy.testing import assert_allclose

from mlpstudy.drawing import facets, style, tiles
from mlpstudy.drawing.axes import Along
from mlpstudy.drawing.kinds import KINDS, forest, kind
from mlpstudy.words import LANGUAGES, Words
from mlpstudy.words.catalogue import read_catalogue
from tests.drawing import drawn


@pytest.fixture(autouse=True)
def untouched():
    with mpl.rc_context():
        yield


def figure_of(name, language="en"):
    spec, frame = drawn.FRAMES[name]
    return kind(name).static(spec, frame, Words(language))


def texts(figure):
    figure.draw_without_rendering()
    return {text.get_text() for text in figure.findobj(Text) if text.get_text().strip()}


def curves(ax, **wanted):
    """The lines of a panel with at least a point, as lists of (x, y)."""
    return [
        line.get_xydata().tolist()
        for line in ax.get_lines()
        if len(line.get_xydata())
        and all(getattr(line, f"get_{k}")() == v for k, v in wanted.items())
    ]


def test_each_kind_is_tried():
    assert set(drawn.FRAMES) == set(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_drawn_and_written(name, language, tmp_path):
    files = style.save(figure_of(name, language), tmp_path / name)
    assert [file.suffix for file in files] == [".png", ".svg"]
    assert all(file.stat().st_size > 2000 for file in files)


@pytest.mark.parametrize("name", KINDS)
def test_no_english_word_is_left_in_a_french_figure(name):
    english = {}
    for message in read_catalogue("fr"):
        forms = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        english |= {form: said[0] for form in forms if form and form not in said}
    left = {text for text in texts(figure_of(name, "fr")) if text in english}
    assert not left


def test_a_panel_for_each_measure_and_dataset_a_line_for_each_noise():
    figure = figure_of("line")
    spec, frame = drawn.FRAMES["line"]
    assert len(figure.axes) == 4
    for ax, (measure, dataset) in zip(
        figure.axes, [(m, d) for m in spec.y for d in drawn.DATASETS], strict=True
    ):
        cell = frame[(frame["measure"] == measure) & (frame["dataset"] == dataset)]
        wanted = [
            cell.loc[cell["label_noise"] == noise, ["dropout", "value"]].to_numpy().tolist()
            for noise in drawn.NOISES
        ]
        assert curves(ax) == wanted
    assert {"test loss (nats)", "test error", "clean labels"} <= texts(figure)


def test_the_rows_of_panels_of_two_measures_have_a_scale_each():
    axes = np.array(figure_of("line").axes).reshape(2, 2)
    assert axes[0, 0].get_ylim() == axes[0, 1].get_ylim() != axes[1, 0].get_ylim()


@pytest.mark.parametrize(("apart", "moved"), [(0.0, True), (0.01, False)])
def test_lines_stand_beside_each_other_only_where_they_would_meet(apart, moved):
    """Six lines, too many for bands; apart: how far the places of one are from those of the next."""
    names = np.repeat(list("abcdef"), 2)
    places = np.tile([0.0, 0.5], 6) + apart * np.repeat(np.arange(6), 2)
    frame = pd.DataFrame({"dataset": names, "dropout": places, "value": 1.0, "n": 6, "networks": 6})
    figure = kind("line").static(drawn.spec(hue="dataset"), frame, Words("en"))
    line = figure.axes[0].get_lines()[0]
    straight = figure.axes[0].transData.transform(line.get_xydata())
    assert (line.get_transform().transform(line.get_xydata()) != straight).any() == moved


@pytest.mark.parametrize(
    ("levels", "log", "share"),
    [((0, 1, 10), False, 0.1), ((0.01, 0.1, 10.0), True, 1 / 3), (("a", "b"), False, 0.5),
     ((3,), False, 1.0)],
)  # fmt: skip
def test_lines_beside_each_other_take_a_part_of_the_way_to_the_next_place(levels, log, share):
    assert Along("x", levels, log).nearest() == pytest.approx(share)


def test_no_line_is_moved_to_where_another_place_is():
    """Six lines with points at 0, 0.01 and 1: none stands further right than a quarter of 0.01."""
    names, places = np.repeat(list("abcdef"), 3), np.tile([0.0, 0.01, 1.0], 6)
    frame = pd.DataFrame({"dataset": names, "dropout": places, "value": 1.0, "n": 6, "networks": 6})
    ax = kind("line").static(drawn.spec(hue="dataset"), frame, Words("en")).axes[0]
    for line in ax.get_lines():
        at = line.get_transform().transform(line.get_xydata())
        seen = ax.transData.inverted().transform(at)[:, 0]
        assert_allclose(seen, [0, 0.01, 1], atol=0.0025)


def test_points_stand_side_by_side_and_are_not_joined():
    ax = figure_of("point").axes[0]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["digits", "moons"]
    assert curves(ax, linestyle="None") == [[[0, 1.0], [1, 1.5]], [[0, 1.25], [1, 1.75]]]


@pytest.mark.parametrize(("x", "marker"), [("dataset", "_"), ("initialization", "|")])
def test_theory_beside_points_is_a_bar_upright_where_values_go_to_the_right(x, marker):
    names = {
        name: f"{name} and a text that is as long as two panels are" for name in drawn.DATASETS
    }
    frame = drawn.lines().query("dropout == 0").assign(predicted=0.5)
    frame = frame.assign(initialization=frame["dataset"].map(names))
    spec = drawn.spec("point", x=x, col="label_noise", theory="predicted")
    figure = kind("point").static(spec, frame, Words("en"))
    bars = [line for ax in figure.axes for line in ax.get_lines() if line.get_marker() == marker]
    place = 1 if marker == "_" else 0
    assert len(bars) == 2 and {0.5} == {v for bar in bars for v in bar.get_xydata()[:, place]}
    assert "theory" in texts(figure)


def test_lines_share_the_place_with_those_of_their_panel_alone():
    spec = drawn.spec(hue="label_noise", col="dataset")
    frame = drawn.lines().query("dataset == 'digits' or label_noise == 0.3")
    picture = facets.picture(spec, frame, Words("en"))
    panels = [picture.series(panel) for _, panel in picture.panels()]
    assert [[(s.place, s.of, s.lines) for s in panel] for panel in panels] == [
        [(0, 2, 2), (1, 2, 2)],
        [(0, 1, 2)],
    ]


def test_a_forest_has_a_row_for_each_finding_under_its_heading():
    figure, frame = figure_of("forest"), drawn.findings()
    (ax,) = figure.axes
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [
        "digits", "clean labels, rate 0.2", "clean labels, rate 0.5",
        "30\u202f% of labels wrong, rate 0.2", "30\u202f% of labels wrong, rate 0.5",
        "moons", "clean labels, rate 0.2", "clean labels, rate 0.5",
        "30\u202f% of labels wrong, rate 0.2", "30\u202f% of labels wrong, rate 0.5",
    ]  # fmt: skip
    points = {tuple(point) for line in curves(ax) for point in line}
    places = [1, 2, 3, 4, 6, 7, 8, 9]
    assert set(zip(frame["value"], places, strict=True)) <= points
    assert set(zip(frame["common_value"], places, strict=True)) <= points
    assert {"supported", "undecided", "contradicted", "too small to matter", "†"} <= texts(figure)


def test_panels_below_each_other_are_as_high_as_their_rows_need():
    frame = drawn.findings()
    few = frame[frame["dataset"] == "digits"].head(1).assign(name="loss_reduced")
    figure = kind("forest").static(drawn.spec("forest"), pd.concat([frame, few]), Words("en"))
    figure.draw_without_rendering()
    high, low = (ax.get_window_extent().height for ax in figure.axes)
    rows = [len(ax.get_yticklabels()) + 0.4 for ax in figure.axes]
    assert high / low == pytest.approx(rows[0] / rows[1], rel=0.02)


def test_a_finding_far_out_stands_at_the_edge_with_its_value():
    frame = drawn.findings()
    frame.loc[0, ["value", "low", "high"]] = [-90.0, -95.0, -85.0]
    figure = kind("forest").static(drawn.spec("forest"), frame, Words("fr"))
    left, right = figure.axes[0].get_xlim()
    assert -1 < left < right < 2
    assert "−90" in texts(figure)


def test_values_far_out_in_one_row_stand_beside_each_other():
    figure, axes = style.panels()
    rows = pd.DataFrame({"value": [90.0, 70.0], "_at": [0.1, -0.1]})
    look, taken = forest.LOOKS["supported"], {}
    for at in range(2):
        forest._far(axes[0, 0], rows[at : at + 1], look, (0, 1), Words("en"), taken)
    texts(figure)
    there = [text for text in figure.findobj(Text) if text.get_text() in ("90", "70")]
    ends = sorted((text.get_window_extent().x0, text.get_window_extent().x1) for text in there)
    assert len(ends) == 2 and ends[0][1] < ends[1][0]


def test_the_panel_of_a_claim_is_called_by_its_label_or_by_what_it_says():
    frame = pd.DataFrame({"name": ["gain", "loss"], "says_fr": ["A vaut 0.5.", "B."]})
    own = {"loss": {"en": "cost", "fr": "perte"}}
    assert forest.claims(frame, Words("fr", own)) == {("gain",): "A vaut 0,5.", ("loss",): "perte"}


def test_no_finding_stands_at_the_edge_where_that_saves_little():
    frame = drawn.findings()
    frame.loc[0, ["value", "low", "high"]] = [2.0, 1.9, 2.1]
    assert forest.limits(frame, drawn.spec("forest"))[1] < 1
    frame.loc[0, ["value", "low", "high"]] = [1.5, 1.4, 1.6]
    assert forest.limits(frame, drawn.spec("forest"))[1] > 1.6


def test_several_measures_of_a_scatter_have_no_name_at_their_axis():
    spec = drawn.spec("scatter", y=["test_loss", "test_error"], y_as="hue", x="dropout")
    figure = kind("scatter").static(spec, drawn.lines(spec.y), Words("en"))
    assert [ax.get_ylabel() for ax in figure.axes] == [""]


def test_tiles_are_ordered_by_their_means_and_say_their_numbers():
    frame = drawn.tiles()
    assert tiles.ranked(frame, "activation") == ["relu", "sigmoid"]
    sides = {name: tiles.ranked(frame, name) for name in ("activation", "initialization")}
    found = tiles.pivot(frame, "activation", "initialization", sides)
    assert_allclose(found, [[0.1, 0.5], [0.3, np.nan]])
    assert {"0.100", "0.300", "0.500", "test error"} <= texts(figure_of("heatmap"))


def test_two_values_for_one_tile_are_refused():
    frame = drawn.tiles()
    twice = frame.iloc[[0, 0]]
    with pytest.raises(ValueError, match="two values for initialization he_normal"):
        tiles.pivot(twice, "activation", "initialization", {
            "activation": ["relu"], "initialization": ["he_normal"]})  # fmt: skip


def test_survival_goes_by_steps_to_the_last_pass():
    (ax,) = figure_of("survival").axes
    assert curves(ax) == [[[0, 1], [3, 0.5], [9, 0]], [[0, 1], [9, 0.75]]]
    assert {line.get_drawstyle() for line in ax.get_lines()} == {"steps-post"}
    assert ax.get_xlim() == (0, 9)


def test_theory_is_a_thin_dashed_line_and_what_is_measured_are_points():
    (ax,) = figure_of("profile").axes
    frame = drawn.layers()
    for depth, line, points in zip((4, 8), ax.get_lines()[::2], ax.get_lines()[1::2], strict=True):
        cell = frame[frame["depth"] == depth]
        assert line.get_linestyle() == "--"
        assert_allclose(line.get_ydata(), cell["predicted"])
        assert points.get_linestyle() == "None"
        assert_allclose(points.get_ydata(), cell["value"])


def test_points_stand_where_theory_says_and_not_beside_it():
    (ax,) = figure_of("profile").axes
    for points in ax.get_lines()[1::2]:
        assert_allclose(points.get_transform().transform((1, 0)), ax.transData.transform((1, 0)))


def test_a_colour_has_a_handle_where_points_are_not_joined():
    spec = drawn.spec("point", x="dataset", hue="label_noise", style="dropout")
    (legend,) = kind("point").static(spec, drawn.lines(), Words("en")).legends
    shown = {handle.get_marker() for handle in legend.legend_handles}
    assert shown - {"None"} == {"^", "o", "s"}  # some places are empty


def test_a_scatter_has_the_line_on_which_both_are_equal():
    (ax,) = figure_of("scatter").axes
    frame = drawn.cells()
    assert frame[["predicted", "measured"]].to_numpy().tolist() in curves(ax)
    assert any(getattr(line, "_slope", None) == 1 for line in ax.get_lines())


def test_numbers_go_from_light_to_dark_and_names_have_colours():
    for name, ordered in (("profile", True), ("survival", False)):
        spec, frame = drawn.FRAMES[name]
        found = facets.channels(spec, frame)
        shown = [facets.look(found, i, 0).color for i in range(2)]
        assert (style.contrast(shown[0]) < style.contrast(shown[1])) is ordered or not ordered
        assert (shown == [style.COLOURS[0], style.COLOURS[1]]) is not ordered


def test_a_logarithmic_axis_has_ticks_at_its_levels_as_the_language_writes_them():
    frame = drawn.lines().rename(columns={"dropout": "eta"}).replace({"eta": {0.0: 0.01}})
    spec = drawn.spec(x="eta", hue="label_noise", col="dataset", log=["x"])
    ax = kind("line").static(spec, frame, Words("fr")).axes[0]
    assert ax.get_xscale() == "log"
    ax.figure.draw_without_rendering()
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0,01", "0,2", "0,5"]


def test_a_level_that_is_missing_comes_last_and_is_called():
    frame = drawn.lines().assign(
        batch_size=lambda f: f["dropout"].map({0.0: None, 0.2: 8, 0.5: 64})
    )
    spec = drawn.spec(x="batch_size", hue="label_noise", col="dataset")
    ax = kind("line").static(spec, frame, Words("en")).axes[0]
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["8", "64", "all examples in each step"]


def test_panels_of_whole_numbers_with_a_missing_one():
    frame = drawn.lines()[:3].assign(batch_size=pd.array([8, 64, None], "Int64"))
    figure = kind("line").static(drawn.spec(col="batch_size"), frame, Words("en"))
    assert [len(ax.get_lines()[0].get_xdata()) for ax in figure.axes] == [1, 1, 1]


def test_nothing_to_draw_is_an_error_that_names_the_figure():
    with pytest.raises(ValueError, match="figure line: no row to draw"):
        kind("line").static(drawn.spec(), drawn.lines()[:0], Words("en"))
    with pytest.raises(ValueError, match="kind 'bar': allowed are line"):
        kind("bar")


def test_names_stand_in_the_order_in_which_a_description_lists_them():
    spec = drawn.spec("point", x="dataset", hue="label_noise", col="dropout",
                      where={"dataset": ["moons", "digits"]})  # fmt: skip
    ax = kind("point").static(spec, drawn.lines(), Words("en")).axes[0]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["moons", "digits"]


def test_long_names_stand_below_each_other_and_values_go_to_the_right():
    frame = drawn.lines().replace({"dataset": {"digits": "a" * 50, "moons": "b" * 50}})
    spec = drawn.spec("point", x="dataset", hue="label_noise", col="dropout")
    ax = kind("point").static(spec, frame, Words("en")).axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a" * 50, "b" * 50]
    (first, second) = curves(ax, linestyle="None")
    assert [point[0] for point in first] == [1.0, 1.5] and [point[0] for point in second] == [
        1.25,
        1.75,
    ]
    assert np.round([point[1] for point in first], 2).tolist() == [-0.12, 0.88]
    assert ax.get_xlabel() == "" and ax.figure.get_supxlabel() == "test error"


def test_a_row_is_named_at_its_first_panel_and_a_column_numbered_at_its_last():
    frame = drawn.lines()
    frame = frame[(frame["dataset"] == "moons") | (frame["label_noise"] == 0.0)]
    frame = frame[(frame["dataset"] == "digits") | (frame["label_noise"] > 0)]
    spec = drawn.spec(row="dataset", col="label_noise")
    figure = kind("line").static(spec, frame, Words("en"))
    axes = np.array(figure.axes).reshape(2, 2)
    assert [[ax.get_visible() for ax in row] for row in axes] == [[True, False], [False, True]]
    assert (axes[0, 0].get_ylabel(), axes[1, 1].get_ylabel()) == ("digits", "moons")
    titles = [axes[0, 0].get_title("left"), axes[1, 1].get_title("left")]
    assert titles == ["clean labels", "30\u202f% of labels wrong"]
    assert axes[0, 0].xaxis.get_tick_params()["labelbottom"] is True


def test_no_heading_stands_over_one_row_alone():
    frame = drawn.findings()
    frame["depth"] = [1, *[2] * 6, 4]
    frame["dataset"] = "digits"
    frame["train_size"] = range(len(frame))
    labels = [each.get_text() for each in kind("forest").static(
        drawn.spec("forest"), frame, Words("en")).axes[0].get_yticklabels()]  # fmt: skip
    assert "clean labels" in labels and "1 hidden layer" not in labels


def test_a_logarithmic_axis_that_begins_at_0_has_no_room_below():
    frame = (
        drawn.lines().rename(columns={"dropout": "epoch"}).replace({"epoch": {0.2: 1.0, 0.5: 50.0}})
    )
    ax = kind("line").static(drawn.spec(x="epoch", hue="label_noise", col="dataset", log=["x"]),
                             frame, Words("en")).axes[0]  # fmt: skip
    assert -0.5 < ax.get_xlim()[0] < 0 and ax.get_xscale() == "symlog"


def test_an_interval_down_to_0_ends_at_the_foot_of_a_logarithmic_axis():
    frame = drawn.lines()
    frame = frame.assign(low=frame["low"].where(frame["dropout"] > 0, -1.0))
    ax = kind("line").static(drawn.spec(hue="label_noise", col="dataset", log=["y"]),
                             frame, Words("en")).axes[0]  # fmt: skip
    assert ax.get_yscale() == "log" and 0 < ax.get_ylim()[0] < frame["value"].min()


@pytest.mark.parametrize(
    ("ends", "inches", "subs"), [((100, 20_000), 1.2, 1), ((100, 900), 4.0, 3)]
)
def test_a_logarithmic_axis_has_as_many_ticks_as_have_room(ends, inches, subs):
    levels = np.geomspace(*ends, 12)
    figure, axes = style.panels()
    Along("parameters", tuple(levels), log=True).put(axes[0, 0], "x", Words("en"), inches)
    axes[0, 0].set_xlim(*ends)
    ticks = [tick for tick in axes[0, 0].get_xticks() if 100 <= tick < 1000]
    assert len(ticks) == subs


@pytest.mark.parametrize("name", ["survival", "profile"])
def test_a_kind_that_says_what_is_along_the_axis_needs_no_x(name):
    spec, frame = drawn.FRAMES[name]
    figure = kind(name).static(spec.model_copy(update={"x": None}), frame, Words("en"))
    assert texts(figure) == texts(figure_of(name))
