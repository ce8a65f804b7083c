"""Which classes of a table are learned: counted by hand, and against the rows that pandas keeps."""

import numpy as np
import pandas as pd
import pytest

from mlpstudy.cli.datasets import dataset_lines
from mlpstudy.data.tables import read
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.sources import Source
from mlpstudy.stages.read import learnable

SIZES = {"elm": 20, "oak": 14, "yew": 8}
KIND = [kind for kind, n in SIZES.items() for _ in range(n)]


@pytest.fixture
def table(tmp_path, monkeypatch):
    """table(**source) -> the Read of trees.csv, of which every seventh row is of the test part."""
    monkeypatch.chdir(tmp_path)
    drawn = np.random.default_rng(0).permutation(len(KIND))
    frame = pd.DataFrame({"u": np.arange(len(KIND)) / 7.0, "kind": KIND}).iloc[drawn]
    frame.insert(0, "part", ["test" if i % 7 == 0 else "train" for i in range(len(frame))])

    def read_it(reader=read, edit=lambda frame: frame, **more):
        edit(frame.copy()).to_csv("trees.csv", index=False)
        return reader(
            "trees", Source(**{"file": "trees.csv", "target": "kind", "drop": "part", **more})
        )

    read_it.frame = frame
    return read_it


@pytest.mark.parametrize(
    ("classes", "kept"),
    [
        (["yew", "elm"], ("elm", "yew")),
        ({"at_least": 14}, ("elm", "oak")),
        ({"at_least": 8}, ("elm", "oak", "yew")),
        (None, ("elm", "oak", "yew")),
    ],
)
def test_rows_of_other_classes_are_left_out(table, classes, kept):
    data, notes = table(classes=classes)
    there = table.frame[table.frame["kind"].isin(kept)]
    assert data.labels == kept and data.classes == len(kept)
    assert data.x[:, 0].tolist() == there["u"].tolist()
    assert [kept[code] for code in data.y] == there["kind"].tolist()
    n = len(KIND) - len(there)
    (other,) = set(SIZES) - set(kept) or {""}
    said = ("left out", f"{n} of 42 rows, of class '{other}'; see classes")
    assert (said in notes) == bool(n)


@pytest.mark.parametrize(
    ("values", "classes", "labels"),
    [
        ((1, 2, 3), [3, 1], ("1", "3")),
        ((1, 2, 3), ["3", "1"], ("1", "3")),
        ((0.5, 1.5, 2), [0.5, 2], ("0.5", "2")),
        (("1", "2", "?"), [1, 2], ("1", "2")),
        ((-1, 0, 1), [-1, 1], ("-1", "1")),
    ],
)
def test_a_class_is_named_as_the_table_has_it(table, values, classes, labels):
    called = dict(zip(SIZES, values))
    data, _ = table(
        edit=lambda frame: frame.assign(kind=frame["kind"].map(called)), classes=classes
    )
    assert data.labels == labels


def gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """Without a value in four rows of oaks and in all of yews; without a kind in one row of an elm."""
    frame.loc[frame.index[frame["kind"] == "oak"][:4], "u"] = np.nan
    frame.loc[frame["kind"] == "yew", "u"] = np.nan
    frame.loc[frame.index[frame["kind"] == "elm"][0], "kind"] = None
    return frame


def test_gaps_are_judged_in_the_rows_that_are_left_and_counted_as_the_file_has_them(table):
    kinds = gaps(table.frame.copy())
    rows = [i + 1 for i, kind in enumerate(kinds["kind"]) if kind != "yew" and (pd.isna(kind) or pd.isna(kinds["u"].iloc[i]))]  # fmt: skip
    with pytest.raises(Mistake) as caught:
        table(edit=gaps, classes=["elm", "oak"])
    listed = ", ".join(map(str, rows[:4])) + f" and {rows[4]} of 42"
    assert f"5 values are missing, in rows {listed}" in str(caught.value)


@pytest.mark.parametrize(("least", "kept"), [(10, ("elm", "oak")), (11, "1 of 3 classes")])
def test_what_is_left_out_for_its_gaps_is_not_counted(table, least, kept):
    asked = {"edit": gaps, "missing": "drop", "classes": {"at_least": least}}
    if isinstance(kept, tuple):
        assert table(**asked).dataset.labels == kept
        return
    with pytest.raises(Mistake, match=f"{least} leaves {kept}; at most 10$"):
        table(**asked)


def test_a_given_test_part_is_not_counted_and_loses_its_rows_too(table):
    test = {"column": "part", "value": "test"}
    there = table.frame[table.frame["part"] == "train"]["kind"].value_counts()
    least = int(there.sort_values().iloc[1])
    data, _ = table(drop=(), test=test, classes={"at_least": least})
    kept = table.frame[table.frame["kind"].isin(data.labels)]
    assert data.labels == ("elm", "oak") and data.held_out == (kept["part"] == "test").sum()
    with pytest.raises(Mistake, match=f"{least + 1} leaves 1 of 3 classes; at most {least}$"):
        table(drop=(), test=test, classes={"at_least": least + 1})


def test_a_test_part_that_would_be_empty_is_refused(table):
    def yews_alone(frame):
        return frame.assign(part=np.where(frame["kind"] == "yew", "test", "train"))

    test = {"column": "part", "value": "test"}
    with pytest.raises(Mistake, match="classes: none has an example in test$"):
        table(edit=yews_alone, drop=(), test=test, classes=["elm", "oak"])


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        (["elm", "oaks"], "classes: 'oaks' is no class; one of 'elm', 'oak' and 'yew'; did you mean 'oak'?"),
        (["elm", 3], "classes: 3 is no class; one of 'elm', 'oak' and 'yew'"),
        ({"at_least": 15}, "classes.at_least: 15 leaves 1 of 3 classes; at most 14"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_one_line(table, classes, told):
    with pytest.raises(Mistake) as caught:
        table(classes=classes)
    assert str(caught.value) == f"trees.csv (dataset trees): {told}"


def test_who_has_a_rare_class_is_told_how_to_leave_it_out(table):
    with pytest.raises(Mistake) as caught:
        table(reader=learnable)
    assert str(caught.value).endswith(
        "class 'yew' has 8 examples, 10 are needed for training, validation and test; "
        "classes: {at_least: 10} leaves such classes out"
    )
    assert table(reader=learnable, classes={"at_least": 10}).dataset.labels == ("elm", "oak")


def test_data_says_what_is_left_out(table):
    table()
    source = Source(file="trees.csv", target="kind", drop="part", classes={"at_least": 10})
    told = list(dataset_lines("trees", source))
    assert "left out      8 of 42 rows, of class 'yew'; see classes" in told
    assert "classes       2: elm 20 (58.8%) and oak 14 (41.2%)" in told
