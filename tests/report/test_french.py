"""The pages as a French reader sees them: no number is written as in English."""

import json
import re

import pytest
from markup import read_html, read_markdown

from mlpstudy.files import write_summed_json

ENGLISH = {
    "a decimal point": re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])"),
    "a comma between thousands": re.compile(r"(?<![\d,])[1-9]\d{0,2},\d{3}(?!\d)"),
    "a percent sign without its space": re.compile(r"[^\u202f]%"),
}
UNTOUCHED = ("code", "script", "style", "svg", "dd")  # dd: versions and settings


def texts(element) -> list[str]:
    """What is shown in French, place by place: neither programs nor what is not translated."""
    if element.name in UNTOUCHED or element.attributes.get("lang") not in (None, "fr"):
        return []
    found = []
    for part in element.parts:
        found += [part] if isinstance(part, str) else texts(part)
    return found


@pytest.fixture(params=["page", "readme"])
def shown(request, built, results) -> list[str]:
    """A report whose every kind of place has a number that is not written the same in both."""
    folder = results / "studies" / "vanishing"
    files = {name: folder / f"{name}.json" for name in ("findings", "figures", "tables")}
    caption = {"en": "1.25 times, 50%, 1,728 in all", "fr": "1.25 fois, 50%, 1\u202f728 en tout"}
    changes = {
        "findings": {"condition": {"eta": 0.3, "train_size": 17280, "label_noise": 0.3}},
        "figures": {"title": caption, "caption": caption, "alt": caption},
        "tables": {"title": caption, "caption": caption},
    }
    for name, change in changes.items():
        content = json.loads(files[name].read_text())
        write_summed_json(files[name], [{**content[0], **change}, *content[1:]])
    made = built("fr", lost=[{"eta": 0.5, "diverged": 1787, "run": "digits-d12"}])
    if request.param == "readme":
        return texts(read_markdown(made[1]))
    pages = [read_html(path.read_text(encoding="utf-8")) for path in made.folder.rglob("*.html")]
    return [text for page in pages for text in texts(page)]


@pytest.mark.parametrize("what", ENGLISH)
def test_numbers_are_french(shown, what):
    assert len(shown) > 200
    assert [text for text in shown if ENGLISH[what].search(text)] == []


def test_they_are_there(shown):
    """The numbers that were put in, in French."""
    text = " ".join(shown)
    for number in (
        "1,25 fois",
        "50\u202f%",
        "eta 0,3",
        "17\u202f280 exemples",
        "0,031 [0,010\u202f; 0,052]",
    ):
        assert number in text, number
