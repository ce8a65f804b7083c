"""The pages of the report: where each stands, and how one is reached from another."""

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple

FOLDERS = {"chapter": "chapters", "claim": "claims"}  # of the kinds of which there are many


class Place(NamedTuple):
    """A page: "index", "explore", a "chapter" or a "claim"; the last two by a name."""

    kind: str
    name: str = ""

    @property
    def path(self) -> str:
        """Its file in the report's folder."""
        if self.kind in FOLDERS:
            return f"{FOLDERS[self.kind]}/{in_path(self.name)}.html"
        return f"{self.kind}.html"

    @property
    def id(self) -> str:
        """What it is called where all pages are one."""
        return f"{self.kind}-{in_path(self.name)}" if self.name else self.kind

    @property
    def up(self) -> str:
        """From here to the report's folder."""
        return "../" if self.kind in FOLDERS else ""


INDEX, EXPLORE = Place("index"), Place("explore")
Address = Callable[..., str]  # of a page and an anchor on it, as a link has it


def addresses(at: Place) -> Address:
    """How links on a page lead to others."""

    def address(to: Place, anchor: str = "") -> str:
        if to == at:
            return f"#{anchor or to.id}"
        return f"{at.up}{to.path}{f'#{anchor}' if anchor else ''}"

    return address


def inside(to: Place, anchor: str = "") -> str:
    """How links lead from page to page where all of them are one."""
    return f"#{anchor or to.id}"


def in_path(name: str) -> str:
    """A name as part of a file's; one that does not fit is hashed."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        return name
    return hashlib.sha256(name.encode()).hexdigest()[:12]
