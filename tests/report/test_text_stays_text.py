"""Whatever a user writes is shown as it was written, on the page and in the README.

Each hostile text is put wherever a user's or a study's text goes. Then the markup must have the
shape that it has with a harmless text, and show the hostile one letter by letter.
"""

import json
import re

import pandas as pd
import pytest
from example import study
from markup import read_html, read_markdown, skeleton, spaceless

from mlpstudy.files import write_summed_json
from mlpstudy.report.readme import code, plain
from mlpstudy.tables.files import write_tables

HARMLESS = "plain words"
HOSTILE = [
    "<script>alert(1)</script>",
    "</script></style></title><b>bold</b>",
    "<!-- a comment",
    "]]> <![CDATA[ x",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "${7*7} {{ 7*7 }} {% raw %} {# c #} {x} {0}",
    "&lt;b&gt; &amp; &#60;",
    "a | b || c",
    "a \\| b \\\\| c \\",
    "`code` ``more`` `",
    "`",
    "# heading #",
    "- item",
    "+ item",
    "1. item",
    "2) item",
    "> quoted",
    "---",
    "===",
    "- - -",
    "*** ** * __init__ _x_ ~~gone~~",
    "[text](http://example.org) ![image](x.png) [ref]: x",
    "http://example.org www.example.org",
    "line\n\n# heading\n- item\n| a | b |\n| - | - |",
    "    indented",
    "```\nfenced\n```",
    "$x^2$ $$y$$",
    "a\u2028b\u2029c\u0085d\fe",
    "«é» “ü” δ 日本 🙂",
]
EVERYWHERE = [  # what matters at a start, and all of them in one
    "<script>alert(1)</script>",
    "# heading",
    "- item",
    "1. item",
    "---",
    "`",
    "line\n\n# heading\n- item\n| a | b |\n| - | - |",
    " ".join(HOSTILE),
]


def write(results, text):
    """Put a text everywhere."""
    folder = results / "studies" / "vanishing"
    told = study(
        "vanishing",
        title=text,
        question=text,
        limits=text,
        lecture={"fr": text, "en": text},
        claims=[{"id": text, "statistic": text, "says": text}],
    )
    told["sweep"] = {text: {"grid": {"dataset": [text]}}, "other": {"zip": {"dataset": [text]}}}
    records = json.loads((folder / "findings.json").read_text())
    for record in records:
        record |= dict.fromkeys(("statistic", "condition", "unit", "says", "rerun"), text)
        record["runs"] = [text]
    records[2]["claim"] = text
    figures = json.loads((folder / "figures.json").read_text())
    for figure in figures:
        figure |= dict.fromkeys(("title", "caption", "alt"), text)
    tables = [{"name": "slopes", "title": text, "caption": {"en": text, "fr": text}}]
    counts = {"networks": 1, text: 2}
    for name, content in {
        "study": told,
        "findings": records,
        "figures": figures,
        "tables": tables,
        "counts": counts,
    }.items():
        write_summed_json(folder / f"{name}.json", content)
    frame = pd.DataFrame({text: [text, "other"], "value": [0.5, 1.5]})
    write_tables(folder / "tables", {"slopes": frame}, {"code": "0"})


def provenance(text) -> dict:
    return {
        "datasets": [text],
        "settings": {text: [text]},
        "versions": {text: text},
        "machine": text,
        "digests": {text: text},
        "commands": [text],
    }


@pytest.fixture
def shown(built, results):
    """shown(text) -> the trees of the pages and of the README with the text everywhere."""

    def shown(text):
        write(results, text)
        made = built(**provenance(text))
        (own,) = [p.name for p in (made.folder / "claims").iterdir() if len(p.stem) == 12]
        names = ("index.html", "chapters/vanishing.html", f"claims/{own}", "claims/C22.html")
        return [read_html(made[name]) for name in names], read_markdown(made[1])

    return shown


@pytest.fixture(scope="module")
def expected() -> list:
    """The shapes with a harmless text, made once."""
    return []


@pytest.mark.parametrize("text", EVERYWHERE, ids=range(len(EVERYWHERE)))
def test_text_stays_text(shown, expected, text):
    if not expected:
        pages, readme = shown(HARMLESS)
        expected += [skeleton(tree) for tree in (*pages, readme)]
    pages, readme = shown(text)
    assert [skeleton(tree) for tree in (*pages, readme)] == expected
    assert sum(page.text.count(text) for page in pages) >= 40
    assert spaceless(readme.text).count(spaceless(text)) >= 20
    links = [a.attributes["href"] for page in pages for a in page.all("a")]
    assert all(re.match(r"#|(\.\./)?(index|(claims|chapters)/[\w.-]+)\.html", to) for to in links)


@pytest.mark.parametrize("name", ["../out", "a/b", "", "<script>", ".hidden", "x" * 65])
def test_a_name_that_goes_into_a_path_is_checked(built, name):
    with pytest.raises(ValueError, match="is not a name"):
        built(studies=[name])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_one_text_alone_as_a_paragraph_a_cell_and_code(text):
    (paragraph,) = read_markdown(f"{plain(text)}\n").all("p")
    assert spaceless(paragraph.text) == spaceless(text)
    source = f"| a | b |\n| - | - |\n| {plain(text)} | {code(text)} |\n"
    cells = read_markdown(source).all("td")
    assert [spaceless(cell.text) for cell in cells] == [spaceless(text)] * 2


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a_b [c]", r"a\_b \[c\]"),
        ("1. x", r"1\. x"),
        ("1.5", "1.5"),
        ("- x", r"\- x"),
        ("-x", "-x"),
        ("a | b", "a &#124; b"),
        ("http://x www.y", r"http\://x www\.y"),
    ],
)
def test_markdown_by_hand(text, written):
    assert plain(text) == written
    assert plain(plain(text)) == written
