"""What stands in README and docs: links lead somewhere, commands and YAML are what the tool takes.

Guides are run from end to end elsewhere: see tests/workflow (tutorial, own data, own parts),
tests/runs/test_guide.py, tests/stages/test_own_studies.py.
"""

import re
from pathlib import Path

import pytest
import typer
import yaml

from mlpstudy.cli.command import app
from mlpstudy.design import parts
from mlpstudy.design.command_line import run_of
from mlpstudy.design.settings import Settings
from mlpstudy.design.study import Study
from mlpstudy.design.study_file import load

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "config/README.md"])
TEXTS = {path: path.read_text(encoding="utf-8") for path in PAGES}
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]
OWN = {"dataset": ("my_trees", "prices"), "activation": ("snake",)}  # of the guides
ELSEWHERE = ("#", "mailto:", "../benchmarks/")  # measurements are made by commands


def of_pages(pattern: str) -> list:
    """(page, text) of what matches in any page."""
    return [
        pytest.param(page, text, id=f"{page.name}: {text.strip().splitlines()[0][:60]}")
        for page, content in TEXTS.items()
        for text in re.findall(pattern, content, re.DOTALL | re.MULTILINE)
    ]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", TEXTS[page], flags=re.DOTALL)):  # fmt: skip
        if "://" in target or target.startswith(ELSEWHERE):
            continue
        file, _, anchor = target.partition("#")
        assert (page.parent / file).exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", (page.parent / file).read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in heads}


def test_every_page_is_in_the_index():
    index = TEXTS[ROOT / "docs/README.md"]
    pages = {path.name for path in PAGES if path.parent == ROOT / "docs"} - {"README.md"}
    assert {name for name in pages if f"]({name}" not in index} == set(), "add it"


@pytest.mark.parametrize(("page", "words"), of_pages(r"^\$ (?:.venv/bin/)?mlpstudy ([^#&\n]*)"))
def test_a_command_is_one_of_ours(page, words):
    group = typer.main.get_command(app)
    given = words.split()
    while given[0] in ("-C", "--config", "--file"):
        given = given[2:]
    command = group.commands[given[0]]
    command.make_context(given[0], given[1:])  # raises where words are not taken
    if given[0] == "run" and "rely" not in words:
        fields = [w for w in given[1:] if "=" in w and not w.startswith("-")]
        ours = [w for w in fields if w.partition("=")[0] not in OWN and "_he" not in w and "huber" not in w]  # fmt: skip
        run_of(ours)


def test_the_layout_names_every_module_and_folder_of_the_package():
    package = ROOT / "src/mlpstudy"
    modules = {path.stem for path in package.glob("[a-z]*.py")}
    folders = {f"src/mlpstudy/{path.parent.name}" for path in package.glob("*/__init__.py")}
    named = set(re.findall(r"`([\w./]+)`", TEXTS[ROOT / "docs/layout.md"]))
    assert (modules | folders) - named == set()


def test_what_is_cited_is_the_last_release():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    last = re.search(r"^## \[(\d[\d.]+)\] - (\S+)$", TEXTS[ROOT / "CHANGELOG.md"], re.MULTILINE)
    assert last and (cited["version"], cited["date-released"]) == last.groups()


@pytest.mark.parametrize(("page", "text"), of_pages(r"```yaml\n(.*?)```"))
def test_yaml_is_what_the_tool_takes(page, text, tmp_path):
    document = yaml.safe_load(text)
    if "study" not in document:
        assert set(document) <= {*Settings.model_fields, *Study.model_fields, "contrast"}
        return
    (tmp_path / "parts.py").write_text(
        "ACTIVATIONS = {'snake': 1}\nINITIALIZATIONS = {'half_he': 1}\nCOSTS = {'huber': 1}\n"
        "MEASURES = {'half_life': 1}\nFIGURES = {'bars': 1}\n", encoding="utf-8",
    )  # fmt: skip
    file = tmp_path / f"{document['study']}.yaml"
    file.write_text(text, encoding="utf-8")
    parts.use([tmp_path / "parts.py"])
    try:
        study = load(file, datasets=OWN["dataset"])
        assert study.runs and study.claims and study.figures
    finally:
        parts.use(())
