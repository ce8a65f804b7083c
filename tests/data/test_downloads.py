"""Published sets, from a server on this machine: what is downloaded, read, refused and said.

OpenML's answers are those that scikit-learn keeps for its own tests. Pictures are made here.
"""

import gzip
import hashlib
import io
import json
import struct
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from sklearn.datasets import load_iris

from mlpstudy.core.batches import Examples
from mlpstudy.core.network import Network
from mlpstudy.core.train import train
from mlpstudy.data import downloads, pictures
from mlpstudy.data.split import examples_of, split
from mlpstudy.data.subset import rows_of
from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.design.sources import PICTURES, Source
from mlpstudy.provenance.digests import of_source
from mlpstudy.stages.read import learnable

RECORDED = resources.files("sklearn.datasets.tests.data.openml")
IRIS, TITANIC, ZOO, EMOTIONS = 61, 40945, 62, 40589
FILE_IDS = {IRIS: 61, TITANIC: 16826755, ZOO: 52352, EMOTIONS: 4644182}


def recorded(number: int, name: str) -> bytes:
    return gzip.decompress((RECORDED / f"id_{number}" / name).read_bytes())


class Server(ThreadingHTTPServer):
    """answers: by path, a status, headers and bytes. asked: the paths that were asked for."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.answers, self.asked = {}, []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def openml(self, number: int) -> None:
        """What OpenML says of a set."""
        file = FILE_IDS[number]
        self.answers |= {
            f"/api/v1/json/data/{number}": recorded(number, f"api-v1-jd-{number}.json.gz"),
            f"/data/v1/download/{file}": recorded(number, f"data-v1-dl-{file}.arff.gz"),
        }


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802 (the name that http.server calls)
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path, (404, {}, b""))
        status, headers, content = (200, {}, answer) if isinstance(answer, bytes) else answer
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def line(source: Source) -> str:
    """The one line with which a source is refused; nothing half is left behind."""
    with pytest.raises(Mistake) as caught:
        learnable("mine", source)
    assert "\n" not in str(caught.value)
    assert not [*Path().rglob("*.part"), *Path().rglob("found.json")]
    return str(caught.value)


# OpenML


def test_a_set_of_openml_by_its_number(server):
    server.openml(IRIS)
    source = Source(openml=IRIS, mirror=server.address)
    data, notes = learnable("mine", source)
    x, y = load_iris(return_X_y=True)
    different = np.abs(data.x - x).max(axis=1) > 0.01  # of two flowers the two publishers differ
    assert different.sum() <= 3 and data.y.tolist() == y.tolist()
    assert data.labels == ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
    assert data.columns == ("sepallength", "sepalwidth", "petallength", "petalwidth")
    assert data.source == "OpenML 61: iris, version 1 (https://www.openml.org/d/61)"
    assert dict(notes)["licence"] == "Public"
    assert dict(notes)["MD5"] == "data.arff ad484452702105cbf3d30f8deaba39a9"
    assert server.asked == ["/api/v1/json/data/61", "/data/v1/download/61"]
    learnable("mine", source)
    assert len(server.asked) == 2


def test_a_set_of_openml_by_name_and_version(server):
    server.openml(IRIS)
    listed = "/api/v1/json/data/list/data_name/iris/limit/2/data_version/1"
    server.answers[listed] = recorded(IRIS, "api-v1-jdl-dn-iris-l-2-dv-1.json.gz")
    source = Source(openml={"name": "iris", "version": 1}, mirror=f"{server.address}/")
    assert len(learnable("mine", source).dataset.y) == 150
    assert server.asked[0] == listed
    assert Path("results/downloads/openml-iris-1/data.arff").exists()
    server.answers[listed] = b'{"data": {"dataset": []}}'
    Path("results/downloads/openml-iris-1/description.json").unlink()
    assert line(source) == "openml: 'iris, version 1' is no set of OpenML"


def test_columns_that_openml_ignores_are_no_inputs(server):
    server.openml(ZOO)
    told = line(Source(openml=ZOO, mirror=server.address))
    assert "class 'amphibian' has 4 examples" in told
    source = Source(openml=ZOO, mirror=server.address, target="backbone", columns=["hair", "legs"])
    data, notes = learnable("mine", source)
    assert data.columns == ("hair=false", "hair=true", "legs")
    source = Source(openml=ZOO, mirror=server.address, target="backbone")
    assert not [c for c in learnable("mine", source).dataset.columns if c.startswith("animal")]


def test_texts_and_gaps_of_openml_are_a_line_each(server):
    server.openml(TITANIC)
    given = {"openml": TITANIC, "mirror": server.address}
    texts = "name, ticket, cabin, boat and home.dest"
    told = f"results/downloads/openml-40945/data.arff: {texts} are texts; set drop: [name, ticket, cabin, boat, home.dest]"
    assert line(Source(**given)) == told
    drop = ["name", "ticket", "cabin", "boat", "home.dest", "body"]
    assert "values are missing, in rows" in line(Source(**given, drop=drop))
    data, notes = learnable("mine", Source(**given, drop=drop, missing="drop"))
    assert data.columns[:3] == ("pclass", "sex=female", "sex=male")
    assert data.labels == ("0", "1") and len(data.y) == 1043
    assert dict(notes)["missing"].startswith("266 of 1,309 rows")


def test_several_targets_of_openml(server):
    server.openml(EMOTIONS)
    assert "target: has 6 columns; one column" in line(
        Source(openml=EMOTIONS, mirror=server.address, task="classification")
    )
    source = Source(openml=EMOTIONS, mirror=server.address, target="amazed.suprised", columns="Mean_Acc1298_Mean_Mem40_Rolloff")  # fmt: skip
    assert "class" in line(source)  # the recorded part has too few of it


# What can go wrong on the way


def test_without_a_network_the_line_says_what_to_do(server):
    server.server_close()
    url = f"{server.address}/api/v1/json/data/61"
    told = line(Source(openml=IRIS, mirror=server.address))
    assert told.startswith("results/downloads/openml-61/description.json: cannot be downloaded: ")
    assert told.endswith(f"without a network put {url} there")


def test_files_that_a_user_has_put_there_need_no_network(server):
    server.openml(IRIS)
    folder = Path("results/downloads/openml-61")
    folder.mkdir(parents=True)
    (folder / "description.json").write_bytes(server.answers["/api/v1/json/data/61"])
    (folder / "data.arff").write_bytes(server.answers["/data/v1/download/61"])
    assert len(learnable("mine", Source(openml=IRIS)).dataset.y) == 150
    assert server.asked == []


DESCRIPTION, ARFF = "/api/v1/json/data/61", "/data/v1/download/61"


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        (ARFF, lambda b: b[:-1], "data.arff: is not what was published: its MD5 is "),
        (ARFF, lambda b: (200, {"Content-Length": "99999"}, b), "data.arff: cannot be downloaded: "),
        (ARFF, lambda b: (404, {}, b""), "data.arff: cannot be downloaded: Not Found; without"),
        (ARFF, lambda b: (500, {}, b""), "data.arff: cannot be downloaded: Internal Server Error"),
        (ARFF, lambda b: (302, {"Location": "file:///etc/hostname"}, b""), "data.arff: cannot be downloaded: "),
        (ARFF, lambda b: (302, {"Location": "ftp://127.0.0.1/x"}, b""), "data.arff: cannot be downloaded: "),
        (DESCRIPTION, lambda b: b"<html>", "description.json: is no description of OpenML; remove"),
        (DESCRIPTION, lambda b: b"[]", "description.json: is no description of OpenML; remove"),
        (DESCRIPTION, lambda b: b'{"data_set_description": null}', "is no description of OpenML"),
        (DESCRIPTION, lambda b: b.replace(b'"61"', b'"62"'), "describes set 62, iris, version 1; OpenML 61"),
        (DESCRIPTION, lambda b: b" " * 6_000_000, "description.json: is too large; at most 5 MB"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_right_is_one_line_and_not_kept(server, path, change, told):
    server.openml(IRIS)
    server.answers[path] = change(server.answers[path])
    assert told in line(Source(openml=IRIS, mirror=server.address))
    assert not Path("results/downloads/openml-61", told.split(":")[0]).exists()
    server.openml(IRIS)
    assert len(learnable("mine", Source(openml=IRIS, mirror=server.address)).dataset.y) == 150


def test_a_file_that_has_changed_since_is_not_read(server):
    server.openml(IRIS)
    source = Source(openml=IRIS, mirror=server.address)
    learnable("mine", source)
    with Path(source.downloads[1]).open("ab") as file:
        file.write(b"9,9,9,9,Iris-setosa\n")
    assert "data.arff: is not what was published" in line(source)


def test_too_large_a_file_stops(server, monkeypatch):
    server.openml(IRIS)
    monkeypatch.setattr(downloads, "BLOCK", 1000)
    monkeypatch.setattr(downloads._download, "__defaults__", (5000,))
    told = line(Source(openml=IRIS, mirror=server.address))
    assert told == "results/downloads/openml-61/data.arff: is too large; at most 0 MB"


def test_the_mirror_is_no_part_of_what_a_dataset_is_made_by():
    plain, mirrored = Source(openml=IRIS), Source(openml=IRIS, mirror="http://localhost:1/x")
    assert of_source("mine", plain) == of_source("mine", mirrored)
    assert of_source("mine", plain) != of_source("mine", Source(openml=IRIS, standardise=False))


# Pictures

PER_CLASS, TESTS_PER_CLASS, SIDE = 20, 10, 4


def idx(array: np.ndarray) -> bytes:
    return gzip.compress(struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes(), mtime=0)  # fmt: skip


def digits_like() -> dict[str, bytes]:
    """Files as those of MNIST: each picture holds its own number, and its class in the corner."""
    files = {}
    for part, each in (("train", PER_CLASS), ("t10k", TESTS_PER_CLASS)):
        y = np.tile(np.arange(10, dtype=np.uint8), each)
        x = np.arange(len(y), dtype=np.uint8)[:, None, None] * np.ones((SIDE, SIDE), np.uint8)
        x[:, 0, 0] = y
        files[f"{part}-images-idx3-ubyte.gz"] = idx(x)
        files[f"{part}-labels-idx1-ubyte.gz"] = idx(y)
    return files


def cifar_like(**more: bytes) -> dict[str, bytes]:
    """An archive as that of CIFAR-10: 20 pictures in each batch, red 1, green 2, blue 3."""
    rows = np.repeat([[0, 1, 2, 3]], 20, axis=0).repeat([1, 1024, 1024, 1024], axis=1)
    rows = rows.astype(np.uint8)
    rows[:, 0] = np.tile(np.arange(10), 2)
    members = {f"cifar-10-batches-bin/{name}": rows.tobytes() for name in pictures.BATCHES}
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, data in (members | {"../../evil.txt": b"evil"} | more).items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return {"cifar-10-binary.tar.gz": content.getvalue()}


@pytest.fixture
def published(server, monkeypatch):
    """published(name, files) -> a source of these files, which are taken for the published ones."""

    def published(name: str, files: dict[str, bytes], **more) -> Source:
        server.answers = {f"/{file}": content for file, content in files.items()}
        sums = {file: hashlib.md5(content).hexdigest() for file, content in files.items()}
        monkeypatch.setitem(PICTURES, name, sums)
        return Source(pictures=name, mirror=server.address, **more)

    return published


@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST", "KMNIST"])
def test_pictures_of_idx_files(published, server, name):
    data, notes = learnable("mine", published(name, digits_like()))
    assert data.shape == (SIDE, SIDE) and data.classes == 10 and len(data.labels) == 10
    assert data.held_out == 10 * TESTS_PER_CLASS
    assert (data.x[:, 0] * 255).round().astype(int).tolist() == data.y.tolist()
    numbers = [*range(10 * PER_CLASS), *range(10 * TESTS_PER_CLASS)]
    assert (data.x[:, -1] * 255).round().astype(int).tolist() == numbers
    assert dict(notes)["licence"] and len(server.asked) == 4
    assert "train-images-idx3-ubyte.gz" in dict(notes)["MD5"] and "drawn" not in dict(notes)


def test_pictures_in_colour(published):
    data, _ = learnable("mine", published("CIFAR10", cifar_like()))
    assert data.shape == (32, 32, 3) and data.held_out == 20 and len(data.y) == 120
    assert data.labels[0] == "airplane" and data.y[:11].tolist() == [*range(10), 0]
    colours = data.x[0].reshape(data.shape) * 255
    assert [np.unique(colours[..., i].round()).tolist() for i in range(3)] == [[1], [2], [3]]
    assert not Path("../../evil.txt").exists() and not [*Path().rglob("evil*")]


def test_a_convolution_learns_from_pictures_in_colour(published):
    data, _ = learnable("mine", published("CIFAR10", cifar_like()))
    run = Run(depth=2, width=2, kernel=8, stride=4, kernel_above=3, epochs=1)
    assert not [*misfits(run, examples_of(data))]
    network = Network([run], data.shape, classes=10)
    assert [layer.W.shape[1:] for layer in network.layers] == [
        (8 * 8 * 3, 2),
        (3 * 3 * 2, 2),
        (50, 10),
    ]
    network.initialize()
    learned = Examples([split(data, run).train], which=[0], network=network)
    assert [frozen.item() for _, frozen in train(network, learned)] == [False, False]


def test_some_of_the_pictures_with_the_shares_of_classes_and_parts(published):
    data, notes = learnable("mine", published("MNIST", digits_like(), examples=150))
    assert len(data.y) == 150 and data.held_out == 50
    assert np.bincount(data.y[:100]).tolist() == [10] * 10
    assert np.bincount(data.y[100:]).tolist() == [5] * 10
    assert dict(notes)["drawn"].startswith("150 of 300 examples")
    again, _ = learnable("mine", published("MNIST", digits_like(), examples=150))
    assert np.array_equal(data.x, again.x)
    told = line(published("MNIST", digits_like(), examples=301))
    assert told == "dataset mine: examples: 301 has 300 examples"


def test_rows_are_drawn_without_repeats():
    y = np.repeat([0, 1, 2], [60, 30, 30])
    rows, tests = rows_of("mine", y, 24, 40)
    assert (
        tests == 8 and len(set(rows)) == 40 and (rows[:32] < 96).all() and (rows[32:] >= 96).all()
    )


def _bomb() -> bytes:
    """A head of one picture, and ten million zeros behind it."""
    return gzip.compress(struct.pack(">4I", 0x803, 1, SIDE, SIDE) + bytes(10_000_000), mtime=0)


IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        (IMAGES, _bomb(), "cannot be read as IDX: it does not hold 16 bytes"),
        (IMAGES, gzip.compress(b"\0\0\x08\3" + b"\xff" * 12, mtime=0), "cannot be read as IDX: its head says 0x803 and"),
        (IMAGES, digits_like()[IMAGES][:-9], "cannot be read as IDX: "),
        (IMAGES, b"no gzip", "cannot be read as IDX: Not a gzipped file"),
        (IMAGES, gzip.compress(b"abc", mtime=0), "cannot be read as IDX: "),
        (LABELS, idx(np.zeros(7, np.uint8)), "has 200 pictures, and there are 7 labels"),
    ],
)  # fmt: skip
def test_files_that_are_not_what_they_say_are_one_line(published, file, content, told):
    assert told in line(published("MNIST", digits_like() | {file: content}))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (cifar_like(**{"x/test_batch.bin": b"1234"}), "cannot be read as a tar: x/test_batch.bin has 4"),
        ({"cifar-10-binary.tar.gz": b"no tar"}, "cannot be read as a tar: "),
        ({"cifar-10-binary.tar.gz": gzip.compress(b"", mtime=0)}, "cannot be read as a tar: "),
    ],
)  # fmt: skip
def test_an_archive_that_is_not_what_it_says_is_one_line(published, content, told):
    assert told in line(published("CIFAR10", content))


def test_published_checksums_are_md5s_of_known_files():
    assert {len(name) for files in PICTURES.values() for name in files.values()} == {32}
    assert PICTURES.keys() == downloads.SERVERS.keys() == pictures.PUBLISHED.keys()
    labels = {len(each.labels) for each in pictures.PUBLISHED.values()}
    assert labels == {10}
    assert json.dumps(PICTURES)  # plain data
