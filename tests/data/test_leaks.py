"""Columns that give the answer away, and numbers that are not what they look like."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.cli.datasets import dataset_lines
from mlpstudy.data.leaks import copies, counts, is_one_hot, names_rows
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.sources import Source

N = 60
U = np.random.default_rng(0).normal(size=N).round(3)
BASE = pd.DataFrame({"u": U, "v": np.roll(U, 1), "class": np.where(U > 0, "b", "a")})
NUMBERS = np.arange(1.0, N + 1)


@pytest.fixture
def said(tmp_path, monkeypatch):
    """said(table, **source) -> what `mlpstudy data` says of it, by what it is about, or a line."""
    monkeypatch.chdir(tmp_path)

    def said(table, **more):
        text = table if isinstance(table, str) else table.to_csv(index=False)
        Path("my.csv").write_text(text, encoding="utf-8", newline="")
        try:
            lines = list(
                dataset_lines("my", Source(**{"file": "my.csv", "target": "class"} | more))
            )
        except Mistake as mistake:
            lines = [str(mistake)]
            assert "\n" not in lines[0]
            return lines[0]
        assert not any("\n" in line for line in lines)
        return {line[:13].strip(): line[14:] for line in lines}

    return said


@pytest.mark.parametrize(
    ("values", "does"),
    [
        (np.arange(9), True),
        (np.arange(9)[::-1], True),
        (np.arange(9.0), True),
        (10 * np.arange(9), True),
        (np.arange(9) / 2, False),  # a grid of numbers
        (np.ones(9), False),
        (np.array([1, 2]), False),
        (np.array([1, 2, 3, 5]), False),
        (np.array([1.0, 2.0, np.nan]), False),
        (np.array(["1", "2", "3"]), False),
    ],
)
def test_a_column_that_counts_has_a_fixed_step_of_whole_numbers(values, does):
    assert counts(values) is does


def test_numbers_of_people_are_whole_and_all_different():
    shuffled = np.random.default_rng(1).permutation(20)
    assert names_rows(shuffled) and not names_rows(shuffled // 2) and not names_rows(shuffled / 2)


@pytest.mark.parametrize(
    ("column", "target", "is_class", "is_copy"),
    [
        (["x", "y"] * 10, [1, 0] * 10, True, True),
        ([0.5, 2.5] * 10, ["a", "b"] * 10, True, True),
        (["x", "y"] * 9 + ["x", "x"], [1, 0] * 10, True, False),
        ([1, 2, 3, 4] * 5, [1, 0] * 10, True, False),  # says more than the class
        (range(20), range(20), True, False),  # a class for each row: another mistake
        ([1.5, 2.5, 4.5] * 6, [30.0, 50.0, 90.0] * 6, False, True),
        ([1.5, 2.5, 4.5] * 6, [-30.0, -50.0, -90.0] * 6, False, True),
        ([1.5, 2.5, 4.5] * 6, [30.0, 50.0, 90.001] * 6, False, False),
        ([7.0] * 18, [30.0, 50.0, 90.0] * 6, False, False),
        ([1.0, np.nan, 4.5] * 6, [30.0, 50.0, 90.0] * 6, False, False),
        ([0, 1] * 3, [0, 1] * 3, True, False),  # six rows may agree by accident
    ],
)
def test_a_copy_says_the_target_of_every_row(column, target, is_class, is_copy):
    found = list(copies(pd.DataFrame({"c": list(column)}), pd.Series(list(target)), is_class))
    assert found == (["c"] if is_copy else [])


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"k": np.where(U > 0, 1, 0)}, "column k: says the target of every row; set drop: [k], or name it in columns"),
        ({"id": NUMBERS[::-1]}, "column id: counts the rows, 60 to 1; set drop: [id], or name it in columns"),
        ({"id": [2**62 + i * i for i in range(N)]}, "column id: has whole numbers that lose digits, in rows 2, "),
        ({"id": [str(2**70 + i * i) for i in range(N)]}, "column id: has whole numbers that lose digits, in rows 2, "),
        ({"p": [f"{i}.5%" for i in range(N)]}, "column p: '0.5%' is no number, in rows 1, 2, 3, 4, 5 and 55 more of 60; write the numbers without '%'"),
        ({"p": [f"$1{i % 3},000.00" for i in range(N)]}, "write the numbers without '$'"),
        ({"p": [f"{i + 1},{i * i % 900 + 100}" for i in range(N)]}, "set decimal: ',', or write thousands without ','"),
        ({"p": [f"0,{i:03}" for i in range(N)]}, "set decimal: ','"),
        ({"when": pd.date_range("2024-01-01", periods=N)}, "'2024-01-01' is no number"),
        ({"u": ["1e400", *map(str, U[1:])]}, "column u: is infinite, or too large for single precision, in row 1 of 60"),
    ],
)  # fmt: skip
def test_a_column_that_would_be_wrong_is_one_line(said, more, told):
    assert told in said(BASE.assign(**more))


def test_who_names_a_column_has_it(said):
    table = BASE.assign(k=np.where(U > 0, 1, 0), id=NUMBERS)
    assert said(table, columns=["u", "k", "id"])["inputs"] == "3: u, k and id"
    assert said(table, drop=["k", "id"])["inputs"] == "2: u and v"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "my.csv: is empty; a line of names, and lines of values"),
        ("\n \n", "my.csv: is empty"),
        ("u,v,class\n", "my.csv: has no rows"),
        ("u,v,class\n1,2,a\n", "has one class only, 'a'"),
        ('u,"v\nw",class\n1,2,a\n', "'v\\nw' is no name of a column: it holds a line break, or the like"),
        ("u,u,class\n1,2,a\n", "'u' is the name of two columns"),
        ("u,v,class,\n1,2,a,\n", "column 4 has no name"),
        ('u,v,class\n1,"2,a\n', "line 2: unexpected end of data"),
        ("<html><body>404</body></html>\n", "has one column, or an unusual separator"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_one_line(said, text, told):
    assert told in said(text)


def test_a_point_in_a_file_of_decimal_commas_is_a_mark_of_thousands(said):
    text = "u;v;class\n" + "".join(f"0,{i};{i}.{500 + i};{'ab'[i % 2]}\n" for i in range(1, 60))
    told = "column v: '1.501' is no number, in rows 1, 2, 3, 4, 5 and 54 more of 59; set decimal: '.', or write thousands without '.'"
    assert told in said(text, decimal=",")
    assert "column u: '0,1' is no number" in said(text)


def test_decimal_commas_beside_a_slip_are_still_numbers(said):
    text = "u;class\n" + "".join(f"0,{i};{'ab'[i % 2]}\n" for i in range(60)) + "x;a\n"
    told = said(text, decimal=",")
    assert "column u: 'x' is no number, in row 61 of 61; set na: ['x']" in told


def test_lines_of_an_old_mac_and_names_of_any_script(said):
    table = BASE.rename(columns={"u": "hauteur 高さ", "v": "Δx²"})
    assert said(table)["inputs"] == "2: hauteur 高さ and Δx²"
    assert said(table.to_csv(index=False).replace("\n", "\r"))["examples"] == "60"


def test_quoted_line_breaks_and_ten_thousand_columns(said):
    assert said(BASE.assign(text=["a\nb"] * N), drop="text")["examples"] == "60"
    wide = pd.DataFrame(np.random.default_rng(2).normal(size=(N, 10_000)).round(1))
    assert said(wide.assign(**{"class": BASE["class"]}))["inputs"].startswith("10000: 0, 1, 2")


def test_what_may_be_meant_otherwise_is_said(said):
    capitals = BASE.assign(**{"class": [c.upper() if i % 2 else c for i, c in enumerate(BASE["class"])]})  # fmt: skip
    told = said(capitals)["look at"]
    assert told == "classes that differ in capitals or blanks alone: A, B, a and b"
    numbers = np.random.default_rng(1).permutation(N)
    told = said(BASE.assign(id=numbers))["look at"]
    assert told == "id: another number in each row; set drop if it is a name"


def test_rows_of_the_test_part_that_are_learned_from_too_are_counted(said):
    part = ["test" if i % 5 == 0 else "train" for i in range(N)]
    twice = pd.concat([BASE.assign(part=part), BASE.head(10).assign(part="train")])
    told = said(twice, test={"column": "part", "value": "test"})["examples"]
    assert (
        told
        == "70, 10 of them with the inputs of another: parts may share those (2 of the test part with those of one outside of it)"
    )


@pytest.mark.parametrize(
    ("rows", "is_it"),
    [
        ([[1, 0], [0, 1]], True),
        ([[1, 1], [0, 1]], False),
        ([[0.5, 0.5]], False),
        ([["1", "0"]], False),
    ],
)
def test_one_hot_targets_are_classes_written_otherwise(rows, is_it):
    assert is_one_hot(pd.DataFrame(rows)) is is_it


def test_one_hot_targets_are_said(said):
    table = BASE.assign(b=(U > 0) * 1, a=(U <= 0) * 1).drop(columns="class")
    told = said(table, target=["a", "b"])
    assert told["look at"] == "one target of each row is 1: classes need a single column"


def test_labels_of_many_digits_are_not_rounded(said):
    told = said(BASE.assign(**{"class": np.where(np.arange(N) % 2, 2**62, 2**62 + 1)}))
    assert told["classes"] == f"2: {2**62} 30 (50.0%) and {2**62 + 1} 30 (50.0%)"


HEAD = "@relation r\n@attribute u numeric\n@attribute c {red,'dark blue'}\n@attribute class {a,b}\n@data\n"


def arff(said, text, **more):
    Path("my.arff").write_text(text, encoding="utf-8")
    return said("", file="my.arff", **more)


def test_an_arff_of_one_s_own(said):
    rows = [f"{u},{('red', chr(39) + 'dark blue' + chr(39))[i % 3 > 0]},{'ab'[i % 2]}" for i, u in enumerate(U)]  # fmt: skip
    told = arff(said, HEAD + "\n".join(rows), one_hot="c")
    assert told["inputs"] == "3: u, c=dark blue and c=red"
    assert told["classes"] == "2: a 30 (50.0%) and b 30 (50.0%)"
    rows[3] = "?,red,a"
    assert "column u: 1 value is missing, in row 4 of 60" in arff(
        said, HEAD + "\n".join(rows), drop="c"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD, "my.arff: has no rows"),
        (HEAD + "1,red\n", "cannot be read as ARFF: Bad @DATA instance format: 1,red"),
        (HEAD + "x,red,a\n", "cannot be read as ARFF: Invalid numerical value"),
        (HEAD + "1,green,a\n", "Data value green not found in nominal declaration"),
        ("", "cannot be read as ARFF: Invalid layout of the ARFF file"),
        ("@relation r\n@attribute d date 'yyyy'\n@data\n2001\n", "Bad @ATTRIBUTE type, at line 2"),
    ],
)
def test_an_arff_that_cannot_be_read_is_one_line(said, text, told):
    assert told in arff(said, text)
