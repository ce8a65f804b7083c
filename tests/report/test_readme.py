"""The README: the page's content for a code host."""

import re

from markup import english, read_markdown, spaceless

from mlpstudy.design.command_line import BIN


def rows(tree, place) -> list[list[str]]:
    """The texts of the cells of a table, row by row, without its head."""
    table = tree.all("table")[place]
    return [[spaceless(c.text) for c in row.all("td")] for row in table.all("tr")][1:]


def test_all_claims_with_words_by_hand(readme):
    verdicts = {row[0]: row for row in rows(readme, 0)}
    assert sorted(verdicts) == [f"C{i:02}" for i in range(1, 42)]
    assert all(len(row) == 7 for row in verdicts.values())
    assert verdicts["C16"][1] == "✗ contradicted"
    assert verdicts["C16"][3:] == ["slope per layer", "37 [31, 44] passes", "24", "passes"]
    assert verdicts["C22"][1] == "± depends"
    assert verdicts["C22"][4] == "✓ 1 · ✗ 1"
    assert verdicts["C01"][3] == "not tested in this report"
    assert verdicts["C41"][1] == "“” opinion"


def test_findings_by_hand(readme):
    findings = rows(readme, 2)  # of the second chapter
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


def test_it_says_what_the_page_says(page, readme):
    """Values, verdicts and commands of the page's chapters are in the README too."""
    text = spaceless(readme.text)
    for table in page.all("table", class_="findings"):
        for cell in [*table.all("td", class_="measured"), *table.all("code")]:
            assert english(cell).removeprefix(BIN) in text
    assert ". .venv/bin/activate" in text  # which makes the two the same


def test_figures_lie_beside_it(built, tmp_path, results):
    _, readme = built()
    images = re.findall(r"!\[[^]]*\]\(([^)]*)\)", readme)
    assert images == ["figures/vanishing.deltas.png", "figures/vanishing.phases.png"]
    original = results / "studies" / "vanishing" / "figures" / "deltas.png"
    assert (tmp_path / "report" / images[0]).read_bytes() == original.read_bytes()


def test_links_lead_to_places_in_it(readme):
    links = [a.attributes for a in readme.all("a")]
    places = {a["id"] for a in links if "id" in a}
    assert {a["href"].removeprefix("#") for a in links if "href" in a} == places
    assert len(places) == 3


def test_tables_are_whole(readme):
    for table in readme.all("table"):
        widths = {len(row.all("td")) + len(row.all("th")) for row in table.all("tr")}
        assert len(widths) == 1
    assert rows(readme, 3) == [["sigmoid", "−0.412", "24"], ["relu", "—", "24"]]


def test_no_tags_but_anchors_breaks_and_code(built_once):
    tags = set(re.findall(r"<(/?\w+)", built_once[1]))
    assert tags <= {"a", "/a", "br", "code", "/code"}


def test_in_french(built):
    text = read_markdown(built("fr")[1]).text
    assert "Le cours à l'épreuve" in text and "confirmée" in text and "dépend" in text
    assert "supported" not in text and "The gradient vanishes." not in text
