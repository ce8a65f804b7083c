"""Measures and kinds of figure of a user's own: checked, computed, drawn, and known by their bytes."""

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design import parts
from mlpstudy.design.claims import FigureSpec
from mlpstudy.design.mistakes import Mistake
from mlpstudy.drawing.charts import charts
from mlpstudy.drawing.kinds import kind
from mlpstudy.planning import plugins
from mlpstudy.provenance.digests import of_report, of_study
from mlpstudy.statistics.plugin_measures import with_plugins
from mlpstudy.studies.view import View
from mlpstudy.words import Words
from tests.drawing import drawn

MINE = """\
import altair as alt
from mlpstudy.drawing import style


def half_life(run, curves, layers):
    loss = curves.loc[curves["split"] == "train", "loss"].to_numpy()
    return float((loss > loss[0] / 2).sum())


def dots(spec, frame, words):
    figure, [[ax]] = style.panels()
    ax.plot(frame[spec.x], frame["value"], "o", label=words.label(spec.y[0]))
    return figure


def dots_to_explore(spec, frame, words):
    chart = alt.Chart().mark_point().encode(x=f"{spec.x}:Q", y="value:Q")
    return chart, frame[[spec.x, "value"]]


MEASURES = {"half_life": half_life, "deep": lambda run, curves, layers: run["depth"] > 2}
FIGURES = {"dots": (dots, dots_to_explore), "still": dots}
"""
STUDY = {"name": "mine", "options": {}, "module": "", "claims": [{"measure": "half_life"}]}


@pytest.fixture
def use(tmp_path):
    def used(text: str = MINE) -> list[str]:
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
        plugins.check([str(tmp_path / "mine.py")])
        return [str(tmp_path / "mine.py")]

    yield used
    parts.use(())


def view(study=STUDY) -> View:
    """Two runs: a loss that falls 8, 6, 3, 1 and one that falls 8, 7."""
    runs = pd.DataFrame({"run_id": ["b", "a"], "depth": [2, 3], "eta": [0.1, 0.2]})
    rows = [("b", e, loss) for e, loss in enumerate((8.0, 6.0, 3.0, 1.0))]
    rows += [("a", 0, 8.0), ("a", 1, 7.0)]
    curves = pd.DataFrame(rows, columns=["run_id", "epoch", "loss"]).assign(split="train")
    layers = pd.DataFrame({"run_id": [], "epoch": [], "layer": []})
    return View(study, {}, runs, curves, layers)


def test_a_measure_is_a_column_of_the_runs_that_a_study_names(use):
    use()
    seen = view()
    found = with_plugins(seen.runs, seen)
    assert found["half_life"].tolist() == [2.0, 2.0] and "deep" not in found
    both = view({**STUDY, "measures": {"late": "half_life > 1 and deep"}})
    assert with_plugins(both.runs, both)["deep"].tolist() == [False, True]
    assert with_plugins(both.runs, both)["deep"].dtype == np.bool_


def test_without_plugins_nothing_is_measured():
    seen = view()
    assert with_plugins(seen.runs, seen).equals(seen.runs)


def test_a_measure_that_fails_on_a_run_names_it(use):
    use(MINE.replace("loss[0] / 2", "loss[0] / (2 // (3 - run['depth']))"))
    seen = view()
    with pytest.raises(Mistake, match=r"MEASURES\['half_life'\]: half_life fails: ZeroDivision"):
        with_plugins(seen.runs.assign(depth=[2, 3]), seen)


def test_a_kind_is_drawn_and_has_its_twin(use):
    use()
    spec = FigureSpec(name="shown", kind="dots", x="dropout", y="test_error", hue="dataset")
    frame = drawn.lines()
    figure = kind("dots").static(spec, frame, Words("fr"))
    [line] = figure.axes[0].get_lines()
    assert line.get_ydata().tolist() == frame["value"].tolist()
    study = {"figures": [spec.model_dump(), {**spec.model_dump(), "kind": "still"}]}
    [chart] = charts(study, {"figure_shown": frame}, Words("en"))
    assert chart.spec["encoding"]["x"]["field"] == "dropout" and len(chart.rows) == len(frame)


def test_a_kind_needs_its_file():
    with pytest.raises(ValueError, match="dots"):
        FigureSpec(name="shown", kind="dots", x="dropout", y="test_error")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("return chart, frame", "return frame", "gives no chart of Altair with its rows"),
        ('[[spec.x, "value"]]', '[[spec.x]]', "shows 'value', which is no column of its rows"),
        ('y="value:Q"', 'y="value:Q", size=alt.value(float("nan"))', "a chart that cannot be written"),
        ('frame[[spec.x, "value"]]', 'frame[[spec.x, "value"]].assign(w=words.label("eta"))', "other rows in another language"),
        ("return figure", "return 1", "gives no figure of Matplotlib"),
    ],
)  # fmt: skip
def test_a_wrong_kind_is_refused_in_one_line(use, old, new, says):
    assert old in MINE
    with pytest.raises(Mistake) as mistake:
        use(MINE.replace(old, new))
    assert says in str(mistake.value) and "FIGURES['dots']" in str(mistake.value)
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize(
    ("named", "changed"),
    [
        ({"claims": [{"measure": "half_life"}]}, {"summarise"}),
        ({"figures": [{"kind": "dots"}]}, {"draw", "report"}),
        ({"claims": [{"measure": "test_error"}]}, set()),
    ],
)
def test_a_changed_file_changes_the_digests_of_what_uses_it(use, named, changed):
    def digests(text: str) -> dict[str, str]:
        study = {**STUDY, "claims": [], **named, "plugins": use(text)}
        made = {stage: of_study(stage, study) for stage in ("measure", "summarise", "draw")}
        return {**made, "report": of_report([study])}

    before, after = digests(MINE), digests(MINE + "# changed\n")
    assert {stage for stage in before if before[stage] != after[stage]} == changed


def test_the_check_is_a_command(tmp_path, capsys):
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(MINE, encoding="utf-8")
    bad.write_text("MEASURES = {'m': 1}", encoding="utf-8")
    plugins.main([str(good)])
    with pytest.raises(SystemExit) as left:
        plugins.main([str(bad)])
    parts.use(())
    assert left.value.code == 2 and capsys.readouterr().err.count("\n") == 1
