"""What others have published, downloaded once into results/downloads: as it was published, or not
there at all."""

import hashlib
import json
import os
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib import request
from urllib.error import HTTPError
from urllib.parse import quote
from uuid import uuid4

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.sources import ARFF, DESCRIPTION, PICTURES, Source

OPENML = "https://www.openml.org"
SERVERS = {
    "MNIST": "https://ossci-datasets.s3.amazonaws.com/mnist",
    "FashionMNIST": "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "KMNIST": "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
    "CIFAR10": "https://www.cs.toronto.edu/~kriz",
}
MOST_BYTES = 200_000_000
MOST_DESCRIBED = 5_000_000  # bytes of a description
SECONDS = 30  # without a byte
BLOCK = 2**20
AGAIN = "remove it, and it is downloaded again"

# No file:, ftp: or data:, not even where an answer redirects to one.
HANDLERS = (
    request.ProxyHandler,
    request.HTTPHandler,
    request.HTTPSHandler,
    request.HTTPDefaultErrorHandler,
    request.HTTPErrorProcessor,
    request.HTTPRedirectHandler,
)


class Described(NamedTuple):
    """What OpenML says of a set. targets: its own. unused: columns that are no inputs."""

    id: str
    name: str
    version: str
    licence: str
    file_id: str
    md5: str
    targets: tuple[str, ...]
    unused: tuple[str, ...]


def missing(source: Source) -> list[Path]:
    """The files of a published set that are not downloaded yet."""
    return [path for path in map(Path, source.downloads) if not path.exists()]


def fetch_missing(source: Source) -> None:
    """Download what is not there yet. Raises Mistake."""
    for path in missing(source):
        fetch(source, path)


def fetch(source: Source, path: Path) -> None:
    """Download one file of a published set. Raises Mistake, and leaves nothing, where that fails or
    it is not what was published."""
    if source.pictures:
        server = source.mirror or SERVERS[source.pictures]
        check = partial(_verify, PICTURES[source.pictures][path.name])
        _download(f"{server.rstrip('/')}/{path.name}", path, check)
    elif path.name == DESCRIPTION:
        url = f"{_openml(source)}/api/v1/json/data/{_number(source)}"
        _download(url, path, partial(_described, source), MOST_DESCRIBED)
    else:
        beside = path.with_name(DESCRIPTION)
        said = _described(source, beside, beside)
        url = f"{_openml(source)}/data/v1/download/{said.file_id}"
        _download(url, path, partial(_verify, said.md5))


def verify(source: Source) -> None:
    """Raises Mistake where a downloaded file is not what was published."""
    known = PICTURES[source.pictures] if source.pictures else {ARFF: described(source).md5}
    for name, published in known.items():
        path = source.folder / name
        _verify(published, path, path)


def described(source: Source) -> Described:
    """What OpenML says of a set that is downloaded. Raises Mistake."""
    path = source.folder / DESCRIPTION
    return _described(source, path, path)


def _described(source: Source, path: Path, shown: Path) -> Described:
    """What a file says, which a Mistake calls by another name."""
    try:
        said = json.loads(path.read_bytes())["data_set_description"]
        found = Described(
            id=str(said["id"]),
            name=str(said["name"]),
            version=str(said["version"]),
            licence=str(said.get("licence", "")) or "not stated",
            file_id=str(int(said["file_id"])),
            md5=str(said["md5_checksum"]).lower(),
            targets=_names(said.get("default_target_attribute")),
            unused=_names(said.get("ignore_attribute")) + _names(said.get("row_id_attribute")),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Mistake("is no description of OpenML", file=shown, hint=AGAIN) from None
    asked = source.openml
    named = (found.name.lower(), found.version)
    if asked and found.id != str(asked) and named != (str(asked.name).lower(), str(asked.version)):
        problem = f"describes set {found.id}, {found.name}, version {found.version}"
        raise Mistake(problem, file=shown, allowed=source.place, hint=AGAIN)
    return found


def md5(path: Path) -> str:
    """Of a file, in hexadecimal digits: it is what publishers give, and no secret hangs on it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()


def _names(said: Any) -> tuple[str, ...]:
    """Names of columns: none, one, a list, or several with commas."""
    listed = said if isinstance(said, list) else str(said or "").split(",")
    return tuple(name for each in listed if (name := str(each).strip()))


def _openml(source: Source) -> str:
    return (source.mirror or OPENML).rstrip("/")


def _number(source: Source) -> str:
    """The number of a set, asked for where it is given by its name."""
    if not (asked := source.openml) or not asked.name:
        return str(asked)
    url = f"{_openml(source)}/api/v1/json/data/list/data_name/{quote(str(asked.name))}"
    path = source.folder / "found.json"
    _download(f"{url}/limit/2/data_version/{asked.version}", path, lambda part, shown: None)
    try:
        return str(int(json.loads(path.read_bytes())["data"]["dataset"][0]["did"]))
    except (ValueError, LookupError, TypeError):
        raise Mistake("is no set of OpenML", key="openml", value=str(asked)) from None
    finally:
        path.unlink(missing_ok=True)


def _verify(published: str, path: Path, shown: Path) -> None:
    if (found := md5(path)) != published:
        problem = f"is not what was published: its MD5 is {found}, not {published}"
        raise Mistake(problem, file=shown, hint=AGAIN)


def _download(
    url: str, path: Path, check: Callable[[Path, Path], object], most: int = MOST_BYTES
) -> None:
    """check: raises Mistake where a file is not right, which is to be shown as another one."""
    part = path.with_name(f".{uuid4().hex}.part")
    opener = request.OpenerDirector()
    for handler in HANDLERS:
        opener.add_handler(handler())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with opener.open(url, timeout=SECONDS) as answer, part.open("xb") as file:
            _copy(answer, file, path, most)
        check(part, path)
        os.replace(part, path)
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, HTTPError):
            error.close()
        problem = f"cannot be downloaded: {getattr(error, 'reason', '') or error}"
        hint = f"without a network put {url} there"
        raise Mistake(problem, file=path, hint=hint) from None
    finally:
        part.unlink(missing_ok=True)


def _copy(answer: Any, file: BinaryIO, path: Path, most: int) -> None:
    """Raises Mistake where there is more than allowed, OSError where it ends too soon."""
    n, length = 0, answer.headers.get("Content-Length")
    while block := answer.read(BLOCK):
        n += len(block)
        if n > most:
            raise Mistake("is too large", file=path, allowed=f"at most {most / 1e6:,.0f} MB")
        file.write(block)
    if length is not None and n != int(length):
        raise OSError(f"it ended after {n:,} of {int(length):,} bytes")
