"""A commented study to begin with."""

import re
from pathlib import Path

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study import RESERVED
from mlpstudy.files import write_atomically

TEMPLATE = Path(__file__).with_name("new_study.yaml")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def new_study(name: str, folder: Path) -> Path:
    """Write config/studies/NAME.yaml and give its path. Raises Mistake where the name cannot be one,
    or its file is there already."""
    if not NAME.fullmatch(name) or name in RESERVED:
        allowed = "1 to 64 of A-Z, a-z, 0-9, _ and -, no word of the workflow"
        raise Mistake("is not a name", file="command line", key="NAME", value=name, allowed=allowed)
    path = folder / f"{name}.yaml"
    if path.exists():
        raise Mistake("is there already", file=path, allowed="another name")
    text = TEMPLATE.read_text(encoding="utf-8").replace("NAME", name)
    write_atomically(path, text.encode("utf-8"))
    return path
