"""The data files of the package: each counts by its bytes."""

from collections.abc import Iterator
from pathlib import Path

from mlpstudy.files import sha256
from mlpstudy.provenance.module import Node
from mlpstudy.provenance.syntax import Fragment, digest_of

LEFT_BEHIND = (".pyc", ".mo", ".so", ".orig", ".rej", ".bak", ".swp", "~")


def data_in(folder: Path, top: str = "") -> Iterator[tuple[str, Node]]:
    """The data files of a folder and of those in it, each by its name and by that of the highest
    folder without code that it stands in."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")) or path.name.endswith((".py", *LEFT_BEHIND)):
            continue
        if path.is_dir():
            coded = any(path.glob("*.py"))
            yield from data_in(path, "" if coded else top or path.name)
        else:
            node = Node(Fragment(digest_of([path.name, sha256(_content(path))])))
            yield from ((name, node) for name in {path.name, top or path.name})


def _content(path: Path) -> bytes:
    """What a file says: of a catalogue, not its comments and dates."""
    content = path.read_bytes()
    if path.suffix != ".po":
        return content
    passing = (b"# ", b"#:", b"#.", b"#~", b'"POT-Creation-Date', b'"PO-Revision-Date')
    lines = (line for line in content.splitlines() if line and not line.startswith(passing))
    return b"\n".join(lines)
