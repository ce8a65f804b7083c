"""The table behind a figure: what tells its rows apart, and what was measured, in a language."""

import pandas as pd
import pytest

from mlpstudy.drawing import behind
from mlpstudy.words import Words
from tests.drawing import drawn


def test_a_line_s_rows_say_their_cell_and_their_value_with_its_interval():
    spec, frame = drawn.FRAMES["line"]
    table = behind.rows(spec, {"figure_line": frame}, Words("fr"))
    assert table.columns == [
        "part d'étiquettes fausses", "jeu de données", "mesure",
        "part des unités cachées éteintes", "valeur", "borne basse", "borne haute", "n", "réseaux",
    ]  # fmt: skip
    assert len(table.rows) == len(frame) and table.more == 0
    assert table.rows[-1] == ["0,3", "moons", "erreur en test", "0,5", "2,875", "2,855", "2,905",
                              "6", "6"]  # fmt: skip


def test_a_forest_s_rows_say_claim_condition_and_verdict():
    spec, frame = drawn.FRAMES["forest"]
    table = behind.rows(spec.model_dump(), {"figure_forest": frame}, Words("en"))
    assert table.columns[:4] == [
        "claim", "dataset", "share of wrong labels", "share of hidden units switched off"
    ]  # fmt: skip
    assert table.rows[0][1:5] == ["digits", "0", "0.2", "0"] and table.rows[0][-1] == "supported"


def test_of_many_rows_the_first_are_shown_and_the_others_counted(monkeypatch):
    monkeypatch.setattr(behind, "MOST", 5)
    spec, frame = drawn.FRAMES["line"]
    table = behind.rows(spec, {"figure_line": frame}, Words("en"))
    assert (len(table.rows), table.more) == (5, len(frame) - 5)


@pytest.mark.parametrize("table", [None, "numbers"])
def test_a_map_has_none_and_a_study_s_own_figure_that_of_its_table(table):
    spec, frame = drawn.FRAMES["regions"]
    assert behind.rows(spec, {"figure_regions": frame}, Words("en")) is None
    own = drawn.spec("line").model_copy(update={"kind": "python", "table": table or "runs"})
    numbers = pd.DataFrame({"activation": ["relu"], "loss": [0.5]})
    found = behind.rows(own, {"numbers": numbers}, Words("en"))
    shown = behind.Behind(["activation", "loss (nats)"], [["ReLU", "0.5"]], 0)
    assert found == (shown if table else None)


def test_columns_of_numbers_are_known_also_where_some_are_missing():
    spec, frame = drawn.FRAMES["line"]
    frame = frame.assign(low=[float("nan"), *frame["low"][1:]])
    table = behind.rows(spec, {"figure_line": frame}, Words("fr"))
    assert table.rows[0][5] == "—" and table.numeric == (True, False, False, True, *[True] * 5)


@pytest.mark.parametrize(
    ("text", "known"), [("−0,25", True), ("12 500", True), ("1.2 × 10⁻³", True), ("1.2\u202f×\u202f10⁻³", True), ("relu", False),
                        ("0.3 nats", False), ("", False)],
)  # fmt: skip
def test_a_number_is_known_as_each_language_writes_it(text, known):
    assert behind.Behind(["a"], [[text]], 0).numeric == (known,)
