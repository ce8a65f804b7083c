"""The closures of the installed package, kept beside its bytecode for as long as no file changes.

To read all syntax trees takes a third of a second, which every process of the workflow would wait
for, mostly for answers that another one has found.
"""

import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from mlpstudy.design.used import Used
from mlpstudy.files import sha256
from mlpstudy.provenance.closure import Closure, Entry, Package
from mlpstudy.provenance.data_files import LEFT_BEHIND
from mlpstudy.provenance.module import Module

SUFFIX = ".closures"  # of a file of lines, each a question and its answer


class KeptPackage(Package):
    """A package that asks what is kept before it reads. Where nothing may be written nothing is."""

    def closure(self, entries: Iterable[Entry], used: Used | None = None) -> Closure:
        entries = tuple(entries)
        question = _question(entries, used)
        if question not in self._answers:
            self._answers[question] = super().closure(entries, used)
            with suppress(OSError):
                self._keep(question)
        return self._answers[question]

    def module(self, name: str) -> Module | None:
        self._file  # noqa: B018 - named by what the files were before any was read
        return super().module(name)

    @cached_property
    def _file(self) -> Path:
        """The name says what all files hold, and which Python reads them."""
        return self.root / "__pycache__" / f"{_fingerprint(self.root)}{SUFFIX}"

    @cached_property
    def _answers(self) -> dict[str, Closure]:
        found = {}
        with suppress(OSError):
            for line in self._file.read_text().splitlines():
                with suppress(ValueError):  # a line that was not written whole
                    question, code, packages = json.loads(line)
                    found[question] = Closure(tuple(code), tuple(packages))
        return found

    def _keep(self, question: str) -> None:
        """Add a line, unless a file has changed since; answers for other files are removed."""
        if _fingerprint(self.root) != self._file.stem:
            return
        if not self._file.exists():
            self._file.parent.mkdir(exist_ok=True)
            for old in self._file.parent.glob(f"*{SUFFIX}"):
                old.unlink(missing_ok=True)
        with self._file.open("a") as file:
            file.write(json.dumps([question, *self._answers[question]]) + "\n")


def _question(entries: Iterable[Entry], used: Used | None) -> str:
    named = used and {field: sorted(names) for field, names in used.items()}
    text = json.dumps([sorted(entries), named], sort_keys=True)
    return sha256(text.encode())[:32]


def _fingerprint(root: Path) -> str:
    """Of the bytes of all files below a folder that are not made by running it."""
    paths = (path for path in sorted(root.rglob("*")) if "__pycache__" not in path.parts)
    read = [path for path in paths if path.is_file() and not path.name.endswith(LEFT_BEHIND)]
    sums = [f"{path.relative_to(root)} {sha256(path.read_bytes())}" for path in read]
    return sha256("\n".join([sys.version, *sums]).encode())[:16]
