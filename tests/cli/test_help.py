"""`mlpstudy --help`: every command in a panel, in the order in which people need them, on one line."""

import re

import pytest
import typer
from typer.testing import CliRunner

from mlpstudy.cli.command import PANELS, app, name_of

COMMANDS = typer.main.get_command(app).commands
NAMES = [name_of(function) for functions in PANELS.values() for function in functions]
LONGEST = 66  # of a line in a panel of 80 columns, beside the names


def shown(*words: str) -> str:
    told = CliRunner().invoke(app, [*words], env={"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"})
    assert told.exit_code == 0, told.output
    return told.output


def test_every_command_has_one_panel():
    assert list(COMMANDS) == NAMES


def test_commands_stand_in_the_order_of_their_panels():
    lines = re.findall(r"^│ (\w+) +[A-Z]", shown("--help"), flags=re.M)
    assert lines == NAMES


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_told_in_one_line(name):
    first, _, _ = COMMANDS[name].help.partition("\n\n")
    assert len(first) <= LONGEST and first.endswith(".") and "\n" not in first


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name):
    assert f"Usage: mlpstudy {name}" in shown(name, "-h").replace("root", "mlpstudy")


def test_the_version_is_said():
    assert re.fullmatch(r"mlpstudy \d+\.\d+\.\d+\S*\n", shown("--version"))
