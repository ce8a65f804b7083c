"""A folder with a study in it, and a way to catch a user's mistake."""

from textwrap import dedent

import pytest

from mlpstudy.design import study
from mlpstudy.design.mistakes import Mistake

DERIVE = """\
COLUMNS = {"slopes": ["slope"]}
OPTIONS = {"accuracy": "number", "depths": ["whole"], "strict": "flag", "steps": ["whole"]}
def derive(view): ...
"""


@pytest.fixture(autouse=True)
def modules(tmp_path_factory, monkeypatch):
    """Folders of studies, for tests that must not depend on which ones there are."""
    folder = tmp_path_factory.mktemp("modules")
    for name in ("asks", "wonders", "trainability", "_hidden"):
        (folder / name).mkdir()
        (folder / name / "derive.py").write_text(DERIVE)
    (folder / "finding.py").write_text("def read(path): ...\n")
    monkeypatch.setattr(study, "MODULES", folder)
    return folder


@pytest.fixture
def write(tmp_path, monkeypatch):
    """write(text, name) -> the path of a file below the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config/studies").mkdir(parents=True)

    def written(text, name="config/studies/asks.yaml"):
        data = text if isinstance(text, bytes) else dedent(text).encode()
        (tmp_path / name).write_bytes(data)
        return name

    return written


@pytest.fixture
def line_of():
    """line_of(call) -> the one line of the Mistake that a call raises."""

    def line(call):
        with pytest.raises(Mistake) as caught:
            call()
        text = str(caught.value)
        assert text.isprintable(), "one line, nothing that moves the cursor"
        return text

    return line
