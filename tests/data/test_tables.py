"""Tables as people bring them: what is read right, and what is one line that says what to set."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlpstudy.data import table_files, tables
from mlpstudy.data.split import split, split_sizes
from mlpstudy.data.store import load, save
from mlpstudy.data.tables import read
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.design.settings import load as load_settings
from mlpstudy.design.sources import Source
from mlpstudy.stages.read import learnable

N = 30
U = [f"{i % 7}.25" for i in range(N)]
V = [f"{-2 * (7 * i % 31)}" for i in range(N)]  # in no order


def lines(*columns, sep=",", header="u,v,class") -> str:
    """A CSV with a header of three names and three columns."""
    rows = [sep.join(map(str, row)) for row in zip(*columns, strict=True)]
    return "\n".join([header.replace(",", sep), *rows]) + "\n"


def labelled(*labels, sep=",") -> str:
    return lines(U, V, [labels[i % len(labels)] for i in range(N)], sep=sep)


@pytest.fixture
def table(tmp_path, monkeypatch):
    """table(content, **source) -> the Read of my.csv, or of another file that is there."""
    monkeypatch.chdir(tmp_path)

    def table(content, target="class", encoding=None, reader=read, **more):
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode(encoding or "utf-8")
            Path("my.csv").write_bytes(data)
        given = {"file": "my.csv", "target": target, **more}
        return reader("my", Source(**given))

    return table


@pytest.fixture
def line(table):
    """line(content, **source) -> the one line with which it is refused."""

    def line(content, **source) -> str:
        with pytest.raises(Mistake) as caught:
            table(content, reader=learnable, **source)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return line


TREES = "".join(
    f"{i};{i // 4},{25 * (i % 4):02};{-i},5;{('épicéa', 'hêtre')[i % 2]}\n" for i in range(N)
)


@pytest.mark.parametrize(
    ("encoding", "given"),
    [
        ("utf-8", {}),
        ("utf-8-sig", {}),
        ("latin-1", {"encoding": "latin-1"}),
        ("cp1252", {"encoding": "cp1252"}),
        ("utf-16", {"encoding": "utf-16"}),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_table_of_another_country(tmp_path, monkeypatch, encoding, given, ends):
    monkeypatch.chdir(tmp_path)
    text = (";hauteur;âge;espèce\n" + TREES).replace("\n", ends)
    Path("arbres.csv").write_bytes(text.encode(encoding))
    source = Source(file="arbres.csv", target="espèce", decimal=",", **given)
    data, notes = read("arbres", source)
    assert data.columns == ("hauteur", "âge") and data.labels == ("hêtre", "épicéa")
    assert data.x[5].tolist() == [1.25, -5.5] and data.y[:2].tolist() == [1, 0]
    assert ("left out", "the first column, which has no name") in notes
    assert dict(notes)["task"].startswith("classification, for the target has texts")


def test_a_table_in_utf_8_is_not_read_letter_by_letter(tmp_path, monkeypatch):
    """Each of its bytes would be a letter of latin-1."""
    monkeypatch.chdir(tmp_path)
    Path("arbres.csv").write_text(";hauteur;âge;espèce\n" + TREES, encoding="utf-8")
    source = Source(file="arbres.csv", target="espèce", decimal=",", encoding="latin-1")
    with pytest.raises(Mistake, match="is utf-8 text, no latin-1; set encoding: utf-8"):
        read("arbres", source)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"encoding": "latin-1"}, "is no utf-8 text (byte 9); set encoding: latin-1"),
        ({"encoding": "utf-16"}, "is no utf-8 text (byte 0); set encoding: utf-16"),
        ({}, "column hauteur: '0,00' is no number, in rows 1, 2, 3, 4, 5 and 25 more of 30; set decimal: ','"),
    ],
)  # fmt: skip
def test_a_table_of_another_country_says_what_to_set(tmp_path, monkeypatch, given, told):
    monkeypatch.chdir(tmp_path)
    text = ";hauteur;âge;espèce\n" + TREES
    Path("arbres.csv").write_bytes(text.encode(given.get("encoding", "utf-8")))
    with pytest.raises(Mistake) as caught:
        read("arbres", Source(file="arbres.csv", target="espèce"))
    assert str(caught.value).endswith(told)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ((1, 2, 3), ("1", "2", "3")),
        ((-1, 1), ("-1", "1")),
        ((2, 10), ("2", "10")),
        ((1.0, 2), ("1", "2")),
        (("true", "false"), ("False", "True")),
        (("oak", " oak ", "elm"), ("elm", "oak")),
        (("None", "some"), ("None", "some")),
    ],
)
def test_labels_become_classes(table, labels, names):
    data = table(labelled(*labels)).dataset
    assert data.labels == names and set(data.y.tolist()) == set(range(len(names)))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(table, separator):
    data = table(labelled("a", "b", sep=separator)).dataset
    assert data.x[:, 0].tolist() == [float(u) for u in U]


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (range(20), "classification"),
        (range(21), "regression"),
        ((0.5, 1.5), "regression"),
        ((1.0, 2.0), "classification"),
    ],
)
def test_the_task_is_found_out_and_told(table, values, task):
    text = lines(U * 9, V * 9, [[*values][i % len(values)] for i in range(9 * N)])
    found = table(text)
    assert bool(found.dataset.classes) == (task == "classification")
    assert dict(found.notes)["task"].startswith(task)
    given = table(text, task="regression")
    assert not given.dataset.classes and "task" not in dict(given.notes)


def test_several_targets_are_a_regression(table):
    data = table(lines(U, V, range(N)), target=["v", "class"]).dataset
    assert data.y.tolist() == [[float(v), i] for i, v in enumerate(V)] and data.columns == ("u",)


GAPS = lines(["" if i in (3, 16) else u for i, u in enumerate(U)], V, [i % 2 for i in range(N)])


def test_gaps_are_refused_by_column_and_row(line):
    told = "column u: 2 values are missing, in rows 4 and 17 of 30; missing: drop leaves these rows out, missing: mean fills inputs in"
    assert line(GAPS) == f"my.csv (dataset my): {told}"


def test_gaps_are_left_out(table):
    found = table(GAPS, missing="drop")
    assert len(found.dataset.x) == N - 2 and not found.dataset.gaps
    assert ("missing", "2 of 30 rows of my.csv with gaps are left out") in found.notes


@pytest.mark.parametrize("standardise", [True, False])
def test_gaps_get_the_mean_of_the_training_part(table, tmp_path, standardise):
    data = table(GAPS, missing="mean", standardise=standardise).dataset
    save(data, tmp_path / "my.npz")
    data = load(tmp_path / "my.npz")
    complete = data.x[~np.isnan(data.x).any(axis=1)]
    for seed in range(3):
        parts = split(data, Run(dataset="iris", seed=seed))
        ids = [
            [V.index(str(int(v))) for v in back]
            for back in _second_column(table, seed, [len(p.x) for p in vars(parts).values()])
        ]
        raw = [data.x[i] for i in ids]
        steps = [SimpleImputer(), *([StandardScaler()] if standardise else [])]
        oracle = make_pipeline(*steps).fit(raw[0])
        for part, x in zip(vars(parts).values(), raw, strict=True):
            np.testing.assert_allclose(part.x, oracle.transform(x), rtol=1e-5, atol=1e-6)
    assert len(complete) == N - 2


def _second_column(table, seed: int, sizes: list[int]) -> list[np.ndarray]:
    """The values of v in each part, which say which rows are in it."""
    data = table(GAPS, missing="mean", standardise=False).dataset
    parts = split(data, Run(dataset="iris", seed=seed))
    assert [len(part.x) for part in vars(parts).values()] == sizes
    return [part.x[:, 1] for part in vars(parts).values()]


def test_inputs_that_are_not_standardised_stay_as_they_are(table):
    data = table(labelled(0, 1), standardise=False).dataset
    seen = np.concatenate([part.x for part in vars(split(data, Run())).values()])
    assert sorted(map(tuple, seen.tolist())) == sorted(map(tuple, data.x.tolist()))


# The test part


def test_a_column_marks_the_test_part(table):
    marks = ["test" if i % 3 == 0 else "train" for i in range(90)]
    text = lines(U * 3, marks, [i % 2 for i in range(90)], header="u,part,class")
    data = table(text, test={"column": "part", "value": "test"}).dataset
    assert data.held_out == 30 and data.columns == ("u",)
    assert split_sizes(data) == (48, 12, 30)
    for seed in (0, 1):
        test = split(data, Run(seed=seed)).test
        assert test.y.tolist() == [i % 2 for i in range(0, 90, 3)]


@pytest.mark.parametrize("marks", [(0, 1), ("false", "true"), (0.0, 1.0)])
def test_a_mark_may_be_a_number_or_true(table, marks):
    text = lines(
        U, [marks[i >= 20] for i in range(N)], [i % 2 for i in range(N)], header="u,part,class"
    )
    value = True if marks[0] == "false" else 1
    assert table(text, test={"column": "part", "value": value}).dataset.held_out == 10


def test_a_second_file_is_the_test_part(table):
    Path("more.csv").write_text("class,v,u,w\nb,1,2,x\na,3,4,y\n")
    data = table(labelled("a", "b"), test={"file": "more.csv"}).dataset
    assert split_sizes(data) == (24, 6, 2)
    assert data.x[-2:].tolist() == [[2, 1], [4, 3]] and data.y[-2:].tolist() == [1, 0]


def test_columns_of_text_become_columns_of_0_and_1(table):
    text = lines(U, ["red", "blue", "green"] * 10, [0, 1] * 15)
    data = table(text, one_hot=["v"]).dataset
    assert data.columns == ("u", "v=blue", "v=green", "v=red")
    assert data.x[:3, 1:].tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]


# Other files


def test_parquet_is_read_as_csv_is(table):
    expected = table(labelled("a", "b")).dataset
    pd.read_csv("my.csv").set_index(pd.RangeIndex(N, name="n")).to_parquet("my.parquet")
    data = table(None, file="my.parquet").dataset
    assert np.array_equal(data.x, expected.x) and data.labels == expected.labels


@pytest.mark.parametrize("shape", [(2,), (3, 4)])
def test_arrays_of_an_npz(table, shape):
    x = np.arange(N * np.prod(shape), dtype=np.float32).reshape(N, *shape)
    np.savez_compressed("my.npz", x=x, label=np.array(["a", "b", "c"] * 10))
    data = table(None, file="my.npz", target="label").dataset
    assert data.shape == shape and np.array_equal(data.x, x.reshape(N, -1))


def bomb(says: tuple[int, ...]) -> None:
    """An NPZ with an array that says it is larger than it is."""
    header = io.BytesIO()
    told = {"descr": "<f8", "fortran_order": False, "shape": says}
    np.lib.format.write_array_header_1_0(header, told)
    with zipfile.ZipFile("my.npz", "w") as archive:
        archive.writestr("x.npy", header.getvalue() + b"0" * 800)


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ((10**9,), "x: is not as large as it says"),
        ((10**5, 10**9), "x: is not as large as it says"),
    ],
)
def test_an_npz_cannot_say_it_is_larger_than_it_is(line, says, told):
    bomb(says)
    assert line(None, file="my.npz") == f"my.npz: {told}"


def test_a_packed_file_is_refused_before_it_is_unpacked(line, monkeypatch):
    np.savez_compressed("my.npz", x=np.zeros(10**6), y=np.zeros(10**6))
    monkeypatch.setattr(table_files, "MOST_BYTES", 10**6)
    assert line(None, file="my.npz") == "my.npz: holds 16 MB; at most 1 MB"


def test_nothing_is_unpickled(line):
    np.savez("my.npz", x=np.array([{}, {}], object), y=np.arange(2))
    assert "x: is an array of shape (2,) and type object" in line(None, file="my.npz")


@pytest.mark.parametrize("name", ["my.npz", "my.parquet"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"PK\x03\x04 no archive", b"u,v\n1,2\n"])
def test_a_file_that_is_not_what_it_is_called(line, name, content):
    Path(name).write_bytes(content)
    assert line(None, file=name).startswith(f"{name}: cannot be read as ")


def test_too_many_cells_are_refused(line, monkeypatch):
    monkeypatch.setattr(table_files, "MOST_CELLS", 80)
    told = "my.csv: has 30 rows of 3 columns; at most 80 cells"
    assert line(labelled("a", "b")) == told


# One line


@pytest.mark.parametrize(
    ("text", "source", "told"),
    [
        ("", {}, "is empty; a line of names, and lines of values"),
        ("u,v,class\n", {}, "has no rows"),
        ("u,v,class\n1,2,3\n1,2\n", {}, "line 3 has 2 cells, the first 3"),
        ("u,v,class\n1,2,3\n1,2,3,4\n", {}, "line 3 has 4 cells, the first 3"),
        ('u,v,class\n1,"2,3\n', {"separator": ","}, "line 2: unexpected end of data"),
        ("u,u,class\n1,2,3\n", {}, "'u' is the name of two columns"),
        ("u,,class\n1,2,3\n", {}, "column 2 has no name"),
        ("u v class\n1 2 3\n", {}, "has one column, or an unusual separator; set separator"),
        ("u;v,x;class,y\n1;2,3;4,5\n", {}, "may be separated by ',' or ';'; set separator"),
        ("a\0b", {}, "holds zero bytes: it is no text; set encoding: utf-16"),
        ("1.5,2,3\n1,2,3\n", {}, "target: 'class' is no column; one of 1.5, 2 and 3; the first line must name the columns"),
        (labelled(0, 1), {"target": "klass"}, "target: 'klass' is no column; one of u, v and class; did you mean 'class'?"),
        (labelled(0, 1), {"columns": ["U"]}, "columns: 'U' is no column; one of u, v and class; did you mean 'u'?"),
        (labelled(0, 1), {"drop": ["w"]}, "drop: 'w' is no column"),
        (labelled(0, 1), {"drop": ["u", "v"]}, "has no column but the target; one input or more"),
        (labelled(0), {}, "has one class only, '0'; two or more, to be told apart"),
        (lines(U, V, [0] * 2 + [1] * 28), {}, "class '0' has 2 examples, 10 are needed for training, validation and test"),
        (lines(U, V, [7] * N), {"task": "regression"}, "target: is the same in all rows"),
        (lines(U, V, ["a", "b"] * 15), {"task": "regression"}, "column class: 'a' is no number, in rows 1, 2, 3, 4, 5 and 25 more of 30; set task: classification"),
        (lines(U, ["red", "blue"] * 15, [0, 1] * 15), {}, "column v: 'red' is no number, in rows 1, 2, 3, 4, 5 and 25 more of 30; set drop: [v], or one_hot: [v]"),
        (lines(U, ["?", *V[1:]], [0, 1] * 15), {}, "column v: '?' is no number, in row 1 of 30; set na: ['?'] where it means a gap"),
        (lines(U, ["1_000", *V[1:]], [0, 1] * 15), {}, "column v: '1_000' is no number, in row 1"),
        (lines(U, ["inf", *V[1:]], [0, 1] * 15), {}, "column v: is infinite, or too large for single precision, in row 1 of 30"),
        (lines(U, ["1e39", *V[1:]], [0, 1] * 15), {}, "column v: is infinite, or too large for single precision, in row 1 of 30"),
        (lines(U, range(5, N + 5), [0, 1] * 15), {}, "column v: counts the rows, 5 to 34; set drop: [v], or name it in columns"),
        (lines(U, V, ["", *[0, 1] * 14, 1]), {"missing": "mean"}, "column class: 1 value is missing, in row 1 of 30; missing: drop leaves these rows out (mean: of inputs that are numbers)"),
        (lines([""] * N, V, [0, 1] * 15), {"missing": "mean"}, "column u: holds no value at all"),
        (lines([""] * N, V, [0, 1] * 15), {"missing": "drop"}, "has no rows left"),
        (labelled(0, 1), {"test": {"column": "v", "value": "x"}}, "test.value: 'x' no row is of the test part; one of '-10', "),
        (labelled(0, 1), {"test": {"file": "none.csv"}}, "none.csv: cannot be read: No such file or directory"),
        (labelled(0, 1), {"file": "me.csv"}, "me.csv: cannot be read: No such file or directory; did you mean 'my.csv'?"),
        (lines(U, [f"w{i}" for i in range(N)], [0, 1] * 15), {"one_hot": ["v"]}, ""),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_line(line, table, text, source, told):
    if not told:
        assert len(table(text, **source).dataset.columns) == 1 + N
        return
    said = line(text, **source)
    assert told in said and ".csv" in said


def test_a_test_file_without_a_column_is_one_line(line):
    Path("more.csv").write_text("u,class\n1,a\n")
    told = "more.csv (dataset my): 'v' is no column; one of u and class"
    assert line(labelled("a", "b"), test={"file": "more.csv"}) == told


def test_a_class_of_the_test_file_alone_is_one_line(line):
    Path("more.csv").write_text("u,v,class\n1,2,c\n")
    told = "class 'c' has 0 examples outside of the test part, 10 are needed"
    assert told in line(labelled("a", "b"), test={"file": "more.csv"})


def test_too_many_classes_and_values_are_one_line(line, monkeypatch):
    monkeypatch.setattr(tables, "MOST_CLASSES", 2)
    told = "target: has 3 classes; at most 2; set task: regression"
    assert told in line(labelled(1, 2, 3))
    monkeypatch.setattr(tables, "MOST_LEVELS", 2)
    text = lines(U, ["red", "blue", "green"] * 10, [0, 1] * 15)
    assert "one_hot: column v: has 3 different values; at most 2" in line(text, one_hot="v")


def test_noise_with_a_rare_class_has_no_leak(table):
    """Inputs and labels are independent; every example is in one part."""
    text = lines(U * 6, V * 6, ([0, 1] * 80 + [2] * 20))
    parts = vars(split(table(text, columns=["u", "v"]).dataset, Run())).values()
    assert [len(part.x) for part in parts] == [108, 36, 36]


# What config.yaml may say


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("digits: {file: a.csv, target: y}", "datasets.digits: is a dataset of the package (digits); another name"),
        ("Digits: {file: a.csv, target: y}", "datasets.Digits: is a dataset of the package (digits); another name"),
        ("{a: {file: a.csv, target: y}, A: {file: a.csv, target: y}}", "datasets.A: differs from a in capitals alone"),
        ("a b: {file: a.csv, target: y}", "datasets.'a b': 'a b' is not allowed; 1 to 32 of A-Z, a-z, 0-9, _ and -"),
        ("../a: {file: a.csv, target: y}", "'../a' is not allowed; 1 to 32 of A-Z"),
        ("$(ls): {file: a.csv, target: y}", "'$(ls)' is not allowed; 1 to 32 of A-Z"),
        ("a: {file: a.csv}", "datasets.a.target: is missing"),
        ("a: {target: y}", "datasets.a.file: is missing"),
        ("a: {file: a.csv, target: y, taget: z}", "datasets.a.taget: unknown key; one of file, target"),
        ("a: {file: a.xlsx, target: y}", "datasets.a.file: ends in '.xlsx'; one of .csv, .tsv, .txt, .parquet, .npz"),
        ("a: {file: -a.csv, target: y}", "datasets.a.file: '-a.csv' is not allowed; the path of a file"),
        ("a: {file: 'http://a/b.csv', target: y}", "'http://a/b.csv' is not allowed; the path of a file"),
        ("a: {file: 'a{b}.csv', target: y}", "'a{b}.csv' is not allowed; the path of a file"),
        ("a: {file: a.csv, target: 5}", "datasets.a.target: 5 is not allowed"),
        ("a: {file: a.csv, target: []}", "datasets.a.target: is missing; the column to learn"),
        ("a: {file: a.csv, target: y, task: clasification}", "did you mean 'classification'?"),
        ("a: {file: a.csv, target: y, missing: men}", "'men' is not allowed; one of refuse, drop, mean; did you mean 'mean'?"),
        ("a: {file: a.csv, target: y, standardise: yes}", "datasets.a.standardise: 'yes' is not allowed; true or false"),
        ("a: {file: a.csv, target: y, columns: [y]}", "datasets.a.columns[0]: y is the target"),
        ("a: {file: a.csv, target: y, columns: [u, u]}", "datasets.a.columns[1]: u is there twice"),
        ("a: {file: a.csv, target: y, columns: [u], drop: [v]}", "datasets.a.drop: goes without columns"),
        ("a: {file: a.csv, target: y, columns: [u], one_hot: [v]}", "datasets.a.one_hot[0]: v is no input"),
        ("a: {file: a.npz, target: y, decimal: ','}", "datasets.a.decimal: is for CSV alone"),
        ("a: {file: a.csv, target: y, test: {}}", "datasets.a.test: {} is one of both; {file: ...} or {column: ..., value: ...}"),
        ("a: {file: a.csv, target: y, test: {column: v}}", "datasets.a.test.value: goes with column"),
        ("a: {file: a.csv, target: y, test: {file: b.xls}}", "datasets.a.test.file: ends in '.xls'"),
        ("a: {openml: 61, pictures: MNIST}", "datasets.a.pictures: goes without openml"),
        ("a: {file: a.csv, target: y, openml: 61}", "datasets.a.openml: goes without file"),
        ("a: {openml: -1}", "datasets.a.openml.id: -1 is not allowed; a whole number >= 1"),
        ("a: {openml: iris}", "datasets.a.openml.id: 'iris' is not allowed; a whole number"),
        ("a: {openml: {name: iris}}", "datasets.a.openml.version: goes with name, and name with it"),
        ("a: {openml: {name: '../iris', version: 1}}", "name: '../iris' is not allowed; the name of a set of OpenML"),
        ("a: {openml: 61, encoding: latin-1}", "datasets.a.encoding: is for CSV alone"),
        ("a: {openml: 61, test: {file: b.csv}}", "datasets.a.test.file: is for tables of your own"),
        ("a: {openml: 61, mirror: 'file:///etc'}", "'file:///etc' is not allowed; an address that begins with http:// or https://"),
        ("a: {pictures: MINST}", "'MINST' is not allowed; one of MNIST, FashionMNIST, KMNIST, CIFAR10 or null; did you mean 'MNIST'?"),
        ("a: {pictures: MNIST, target: y}", "datasets.a.target: is for tables: pictures have their classes and parts"),
        ("a: {pictures: MNIST, examples: 5}", "datasets.a.examples: 5 is not allowed"),
        ("a: {file: a.csv, target: y, mirror: 'http://a'}", "datasets.a.mirror: is for what is downloaded"),
        ("a: {file: a.csv, target: y, classes: {at_least: 1}}", "datasets.a.classes.at_least: 1 is not allowed; a whole number >= 2"),
        ("a: {file: a.csv, target: y, classes: {minimum: 9}}", "datasets.a.classes.minimum: unknown key; one of names, at_least; did you mean 'at_least'?"),
        ("a: {file: a.csv, target: y, classes: {}}", "datasets.a.classes: {} is one of both; a list of names, or {at_least: 10}"),
        ("a: {file: a.csv, target: y, classes: [b]}", "datasets.a.classes.names: are two or more, to be told apart"),
        ("a: {file: a.csv, target: y, classes: [b, c, b]}", "datasets.a.classes.names[2]: b is there twice"),
        ("a: {file: a.csv, target: y, classes: 10}", "datasets.a.classes.names: are two or more, to be told apart; a list of names, or {at_least: 10}"),
        ("a: {file: a.csv, target: y, task: regression, classes: [b, c]}", "datasets.a.classes: is for classification"),
        ("a: {file: a.csv, target: [y, z], classes: [b, c]}", "datasets.a.classes: is for classification"),
        ("a: {file: a.csv, target: y, categories: [b, c]}", "datasets.a.categories: unknown key; one of file, "),
        ("a: {pictures: MNIST, classes: [3, 8]}", "datasets.a.classes: is for tables: pictures have their classes and parts"),
        ("a: 5", "datasets.a: 5 is not allowed"),
        ("[a]", "datasets: [\"a\"] is not allowed"),
    ],
)  # fmt: skip
def test_a_slip_in_the_config_is_one_line(tmp_path, entry, told):
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies/asks.yaml").touch()
    inner = entry if entry.startswith(("{", "[")) else f"{{{entry}}}"
    config = tmp_path / "config.yaml"
    config.write_text(f"config_dir: {tmp_path}\ndatasets:\n  {inner}\n", encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        load_settings(config)
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {"file": "a.csv", "target": "y", "test": {"column": "p", "value": 1}, "na": "?"},
        {"file": "a.parquet", "target": "y"},
        {"file": "a.csv", "target": "y", "classes": [1, True, "b", 0.5]},
        {"file": "a.csv", "target": "y", "classes": {"at_least": 10}},
        {"file": "a.npz", "target": "y", "standardise": False},
        {"openml": 61, "mirror": "http://localhost:1"},
        {"openml": {"name": "iris", "version": 1}, "drop": "u"},
        {"pictures": "MNIST", "examples": 100},
    ],
)
def test_a_source_is_the_same_after_json(given):
    source = Source(**given)
    assert Source.model_validate_json(source.model_dump_json()) == source
    with pytest.raises(ValidationError):
        Source(file="a.csv", target="y", task="both")
