"""The README and its chapters: the pages' content for a code host."""

import re

import pytest
from markup import english, read_markdown, spaceless

from mlpstudy.design.command_line import BIN
from mlpstudy.report.readme import MOST_LOST

LARGEST = 60_000  # bytes of the README


def rows(tree, place) -> list[list[str]]:
    """The texts of the cells of a table, row by row, without its head."""
    table = tree.all("table")[place]
    return [[spaceless(c.text) for c in row.all("td")] for row in table.all("tr")][1:]


@pytest.fixture(scope="session")
def front(built_once):
    """The README's tree."""
    return read_markdown(built_once["README.md"])


@pytest.fixture(scope="session")
def chapters(built_once):
    """The trees of the chapters, by name."""
    files = sorted(built_once.folder.glob("chapters/*.md"))
    return {path.stem: read_markdown(path.read_text(encoding="utf-8")) for path in files}


def test_all_claims_with_their_answers_by_hand(front):
    by_part = [rows(front, n) for n in range(7)]
    verdicts = {row[0]: row for part in by_part for row in part}
    assert sorted(verdicts) == [f"C{i:02}" for i in range(1, 42)]
    assert all(len(row) == 5 for row in verdicts.values())
    assert verdicts["C16"][1:] == [
        "✗ contradicted",
        "Training typically takes several hundred passes.Contradicted (37 passes [31, 44]): "
        "The delta shrinks from layer to layer.",
        "37 passes [31, 44]",
        "The study passes",
    ]
    assert verdicts["C22"][1] == "± depends"
    assert "; contradicted " in verdicts["C22"][2] and "yes" not in verdicts["C22"][2]
    assert verdicts["C01"][2].endswith("Not tested in this report.")
    assert verdicts["C41"][1] == "“” opinion"


def test_findings_by_hand(chapters):
    findings = rows(chapters["vanishing"], 0)
    assert len(findings) == 3
    told = "C22 The delta shrinks from layer to layer. (slope per layer)"
    assert [row[:2] for row in findings[:2]] == [[told, "digits, sigmoid"], ["", "digits, relu"]]
    assert findings[1][2] == "0.031 [0.010, 0.052]" and findings[1][5] == "✗ contradicted"
    assert findings[2] == [
        "C30 The delta shrinks from layer to layer. (slope per layer)",
        "",
        "−0.061 [−0.110, −0.012]",
        "< −0.05",
        "48",
        "? undecided",
        "mlpstudy replay digits-d8-relu",
    ]


def test_the_design_is_a_table(chapters):
    design = dict(rows(chapters["vanishing"], 1))
    assert design["dataset"] == "digits, mnist1d"
    assert design["hidden layers"] == "1, 2, 3, 4, 5, 6, …, 10"
    assert "width 64" in design["fixed"]


def test_the_headlines_open_it(front):
    """At least five, each with a link to its row."""
    links = [a.attributes["href"] for a in front.all("a") if "href" in a.attributes]
    heads = [link for link in links if link.startswith("#claim-")]
    assert 1 <= len(heads) <= 7 and len(set(heads)) == len(heads)


def test_it_says_what_the_page_says(page, chapters):
    """Values, verdicts and commands of the page's chapters are in those of the README too."""
    text = "\n".join(spaceless(tree.text) for tree in chapters.values())
    for table in page.all("table", class_="findings"):
        for cell in [*table.all("td", class_="measured"), *table.all("code")]:
            assert english(cell).removeprefix(BIN) in text
    assert ". .venv/bin/activate" in text  # which makes the two the same


def test_figures_lie_beside_it(built, tmp_path):
    built()
    chapter = (tmp_path / "report" / "chapters" / "vanishing.md").read_text(encoding="utf-8")
    images = re.findall(r"!\[[^]]*\]\(\.\./([^)]*)\)", chapter)
    assert [path.split(".")[:2] for path in images] == [
        ["figures/vanishing", "deltas"],
        ["figures/vanishing", "phases"],
    ]
    assert all((tmp_path / "report" / path).stat().st_size for path in images)


def test_links_lead_to_places_and_files(front, chapters, built_once):
    links = [a.attributes for a in front.all("a")]
    places = {a["id"] for a in links if "id" in a}
    targets = {a["href"] for a in links if "href" in a}
    assert {t.removeprefix("#") for t in targets if t.startswith("#")} <= places
    files = {t for t in targets if not t.startswith("#")}
    assert files == {f"chapters/{name}.md" for name in chapters}
    assert all((built_once.folder / path).exists() for path in files)


def test_tables_are_whole(front, chapters):
    for tree in [front, *chapters.values()]:
        for table in tree.all("table"):
            widths = {len(row.all("td")) + len(row.all("th")) for row in table.all("tr")}
            assert len(widths) == 1
    assert rows(chapters["vanishing"], 2) == [["sigmoid", "−0.412", "24"], ["ReLU", "—", "24"]]


def test_no_tags_but_anchors_breaks_and_code(built_once):
    tags = set(re.findall(r"<(/?\w+)", built_once[1]))
    assert tags <= {"a", "/a", "br", "code", "/code"}


def test_in_french(built):
    text = read_markdown(built("fr")[1]).text
    assert "Le cours à l'épreuve" in text and "confirmée" in text and "dépend" in text
    assert "supported" not in text and "The gradient vanishes." not in text


def test_it_is_small_however_many_networks_diverge(built):
    """A code host shows no file of half a megabyte, and a reader none of that length."""
    lost = [{"dataset": "digits", "eta": 0.1, "diverged": n, "run": f"r{n}"} for n in range(900)]
    text = built(lost=lost)["README.md"]
    assert len(text.encode()) < LARGEST
    assert text.count("mlpstudy replay r") == MOST_LOST and "of 900 rows" in text
