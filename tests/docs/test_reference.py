"""docs/reference.md says what the models and the commands say."""

from pathlib import Path

import pytest

from mlpstudy.cli import reference
from mlpstudy.cli.command import app
from mlpstudy.cli.reference import FILE, MODELS
from mlpstudy.design.run import Run

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / FILE).read_text(encoding="utf-8")


def test_the_page_is_in_step_with_the_models():
    assert reference.text(app) == PAGE, "run: mlpstudy schema"


@pytest.mark.parametrize("model", [Run, *(model for model, _ in MODELS.values())])
def test_every_key_has_a_meaning(model):
    assert [key for key, info in model.model_fields.items() if not info.description] == []


@pytest.mark.parametrize("command", app.registered_commands)
def test_every_command_is_there(command):
    name = command.name or command.callback.__name__
    assert f"### mlpstudy {name}\n\n{command.callback.__doc__.splitlines()[0]}" in PAGE


@pytest.mark.parametrize(
    "line",
    [
        "| `threads` | a whole number >= 1 and <= 1024 | `1` | threads of one job |",
        "| `seed` | a whole number >= 0 and < 4294967296 | `0` | each, data, draw | which draw of everything random |",
        "| `name` | a word of letters, digits and _ | *needed* | the claim's own name in the study, written as `name` |",
        "| `--weights last\\|best` | after the last pass, or the best on validation | `last` |",
    ],
)  # fmt: skip
def test_a_line(line):
    assert f"\n{line}\n" in PAGE
