"""The pages: whole, self-contained, made of nothing but their inputs."""

import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import PurePosixPath

import pandas as pd
import pytest
from example import LECTURE, TEMPLATES, finding
from markup import english, read_html, row_of

from mlpstudy.design import yaml_file
from mlpstudy.files import write_summed_json
from mlpstudy.report.build import build_single
from mlpstudy.report.collect import STATUSES
from mlpstudy.report.statuses import SYMBOLS, verdict
from mlpstudy.statistics.verdicts import IDENTITY, Half, as_dict
from mlpstudy.tables.files import write_tables
from mlpstudy.words import LANGUAGES, Words

CHAPTERS = [f"chapters/{name}.html" for name in ("passes", "pytorch", "vanishing")]
CLAIMS = [f"claims/C{n:02}.html" for n in range(1, 42)]


def test_the_pages(pages):
    assert sorted(pages) == [*CHAPTERS, *CLAIMS, "explore.html", "index.html"]


def test_structure(pages):
    for page in pages.values():
        (html,) = page.all("html")
        assert html.attributes["lang"] == "en"
        for landmark in ("header", "main", "h1", "title"):
            assert page.all(landmark)
        assert len(page.all("h1")) == len(page.all("main")) == 1
        ids = [e.attributes["id"] for e in page.all("*") if "id" in e.attributes]
        assert len(set(ids)) == len(ids)
        named = {i for e in page.all("*") for i in e.attributes.get("aria-labelledby", "").split()}
        assert named <= set(ids)
        assert all(image.attributes["alt"] for image in page.all("img"))


def test_every_link_leads_to_a_place_that_is_there(pages):
    places = {
        path: {e.attributes["id"] for e in page.all("*") if "id" in e.attributes}
        for path, page in pages.items()
    }
    for path, page in pages.items():
        for link in page.all("a"):
            target, _, anchor = link.attributes["href"].partition("#")
            parts = PurePosixPath(path).parent.joinpath(target).parts if target else ()
            file = "/".join(parts[2:] if parts[1:2] == ("..",) else parts) or path
            assert not anchor or anchor in places[file], (path, link.attributes["href"])


def test_headings_descend_one_at_a_time(pages):
    for page in pages.values():
        levels = [int(e.name[1]) for e in page.all("*") if re.fullmatch("h[1-6]", e.name)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_nothing_is_loaded(built_once, pages):
    for path, page in pages.items():
        source = built_once[path]
        assert not re.search(r"https?:(?!//www\.w3\.org)", source)
        assert not page.all("link") and not page.all("iframe")
        assert all(e.attributes["src"].startswith("data:image/") for e in page.all("img"))
        assert [e for e in page.all("script") if "src" in e.attributes] == []
        assert "@import" not in source and "url(" not in source


def test_policy_names_exactly_what_is_there(pages):
    for page in pages.values():
        (meta,) = [m for m in page.all("meta") if m.attributes.get("http-equiv")]
        policy = dict(part.split(" ", 1) for part in meta.attributes["content"].split("; "))
        assert policy["default-src"] == "'none'"
        run = [s for s in page.all("script") if "type" not in s.attributes]
        for kind, elements in (("style-src", page.all("style")), ("script-src", run)):
            sources = [element.text.encode() for element in elements]
            digests = [base64.b64encode(hashlib.sha256(s).digest()).decode() for s in sources]
            assert policy[kind].split() == [f"'sha256-{digest}'" for digest in digests]
        odd = [a for e in page.all("*") for a in e.attributes if a == "style" or a.startswith("on")]
        assert odd == []


# The first page


def test_all_claims_stand_under_the_lecture_s_chapters_with_their_slips(page):
    told = yaml_file.read(LECTURE)
    (table,) = page.all("table", class_="verdicts")
    parts = table.all("tbody")
    names = [name for name in told["chapters"] if any(c["chapter"] == name for c in told["claims"])]
    assert [part.attributes["id"] for part in parts] == [f"part-{name}" for name in names]
    for name, part in zip(names, parts, strict=True):
        rows = [row.all("th")[0].text for row in part.all("tr") if "data-status" in row.attributes]
        assert rows == [c["id"] for c in told["claims"] if c["chapter"] == name]
        slips = [li.attributes["id"] for li in part.all("li")]
        assert slips == [f"erratum-{e['id']}" for e in told["errata"] if e["chapter"] == name]


def test_rows_by_hand(page):
    one = row_of(page, "C16")
    assert one[2] == "✗ contradicted"
    assert "37" in one[3] and one[3].endswith("passes")
    several = row_of(page, "C22")
    assert several[2] == "± depends"
    assert several[4] == "✓ 1 supported ✗ 1 contradicted"
    assert row_of(page, "C30")[2] == "? undecided"
    assert row_of(page, "C01")[2:4] == ["– not tested", "Not tested in this report."]
    assert row_of(page, "C41")[2:4] == ["“” opinion", "An opinion: not tested."]


def test_words_in_both_languages(page):
    (claim,) = [c for c in yaml_file.read(LECTURE)["claims"] if c["id"] == "C21"]
    words = row_of(page, "C21")[1]
    assert "plus le réseau est profond plus il est dur à entraîner" in words
    assert claim["en"] in words


def test_a_verdict_is_a_symbol_and_a_word(page):
    badges = page.all("span", class_="badge")
    assert len(badges) >= 41
    for badge in badges:
        status = badge.attributes["class"].split()[1]
        assert english(badge) == f"{SYMBOLS[status]} {verdict(Words('en'), status)}"
    assert len(set(SYMBOLS.values())) == len(SYMBOLS) == len(STATUSES)


def test_a_dot_for_each_condition_that_decides(page):
    (table,) = page.all("table", class_="verdicts")
    (row,) = [r for r in table.all("tr") if r.all("th", id="verdict-C22")]
    (strip,) = row.all("svg")
    assert [g.attributes["class"] for g in strip.all("g")] == ["supported", "contradicted"]
    assert strip.attributes["aria-hidden"] == "true"


def test_a_claim_that_the_lecture_does_not_make_has_a_row_too(built, results):
    path = results / "studies" / "passes" / "findings.json"
    (record,) = json.loads(path.read_text())
    write_summed_json(path, [record | {"claim": "U-wide", "says": "Wide is fast."}])
    made = built()
    row = row_of(read_html(made[0]), "U-wide")
    assert row[1] == "Wide is fast. a claim of this project"
    assert row[2] == "✗ contradicted"
    assert "Wide is fast." in english(read_html(made["claims/U-wide.html"]))


def test_first_screen_counts(page):
    (opening,) = page.all("header", class_="opening")
    text = english(opening)
    for part in ("41 claims", "3312 networks", "2 datasets", "3 studies", "12 slips"):
        assert part in text
    (section,) = page.all("section", id="provenance")
    for part in ("66\u202f240 passes", "3 diverged", "0 failed", "digits, mnist1d"):
        assert part.replace("\u202f", " ") in english(section)


def test_the_answers_in_short_lead_to_their_claims(page):
    (section,) = page.all("section", class_="headlines")
    cards = section.all("a", class_="card")
    assert 3 <= len(cards) <= 7
    for card in cards:
        (id,) = [e.text for e in card.all("span", class_="id")]
        assert card.attributes["href"] == f"claims/{id}.html"


# A chapter, a claim


def chapter(built, name):
    return read_html(built()[f"chapters/{name}.html"])


def chapter_of(made, name):
    return read_html(made[f"chapters/{name}.html"])


def part_of(page, title) -> str:
    """The English text of a section."""
    for section in page.all("section"):
        if any(english(h) == title for h in section.all("h2")):
            return english(section)
    return ""


def test_a_chapter_begins_with_its_question_its_answer_and_a_figure(pages):
    (lead,) = pages["chapters/vanishing.html"].all("header", class_="lead")
    assert english(lead.all("h1")[0]) == "The study vanishing"
    assert "What does vanishing ask?" in english(lead)
    (answer,) = lead.all("p", class_="answer")
    assert "−0.41" in english(answer)
    assert [f.attributes["id"] for f in lead.all("figure")] == ["figure-vanishing.deltas"]


def test_a_design_is_a_table(pages):
    (table,) = pages["chapters/vanishing.html"].all("table", class_="design")
    rows = [[english(cell) for cell in row.parts if not isinstance(cell, str)]
            for row in table.all("tr")]  # fmt: skip
    assert rows[:3] == [
        ["Factor", "Values"],
        ["dataset", "digits, mnist1d"],
        ["hidden layers", "1, 2, 3, 4, 5, 6, …, 10"],
    ]
    assert "8 seeds" in english(table.all("caption")[0])


def test_what_did_not_hold_is_computed(built, results):
    held = part_of(chapter(built, "vanishing"), "What did not hold")
    assert "digits, relu" in held and "digits, sigmoid" not in held
    assert "C30" in held and "? 1 undecided" in held
    everything = part_of(chapter(built, "pytorch"), "What did not hold")
    assert everything.endswith("Every claim tested in this chapter is supported.")
    path = results / "studies" / "pytorch" / "study.json"
    announced = {"id": "C40", "statistic": "cost_ratio", "says": "It is dear."}
    write_summed_json(path, json.loads(path.read_text()) | {"claims": [announced]})
    held = part_of(chapter(built, "pytorch"), "What did not hold")
    assert "C40 It is dear. (announced, without a finding: cost ratio)" in held


def copied(page) -> list[str]:
    return [code.attributes["data-copy"] for code in page.all("code", class_="command")]


def test_each_finding_is_run_again_by_a_command_of_its_own(pages):
    commands = copied(pages["chapters/vanishing.html"])
    assert ".venv/bin/snakemake --cores 2 vanishing" in commands
    assert ".venv/bin/mlpstudy replay digits-d8-1" in commands
    assert copied(pages["claims/C30.html"]) == [".venv/bin/mlpstudy replay digits-d8-relu"]
    assert ".venv/bin/" in english(pages["claims/C30.html"].all("footer")[0])


def test_a_claim_has_what_decides_first_and_what_is_exact_apart(built, results):
    path = results / "studies" / "vanishing" / "findings.json"
    found = [
        finding("C22", -1, -2, -0.5, condition="seen", statistic="other"),
        finding("C22", -1, -2, -0.5, condition="first", decides=True),
        finding("C22", 0, 0, 0, condition="law", nature=IDENTITY, decides=True),
    ]
    write_summed_json(path, [as_dict(each) for each in found])
    page = read_html(built()["claims/C22.html"])
    titles = [english(h) for h in page.all("h2")]
    assert titles == ["What decides", "Also seen", "Exact: theorems and tests of the code"]
    conditions = ["first", "seen", "law"]
    for title, condition in zip(titles, conditions, strict=True):
        assert [c for c in conditions if c in part_of(page, title)] == [condition]


def test_the_neighbours_of_a_claim_are_those_of_the_lecture(pages):
    (turn,) = pages["claims/C22.html"].all("nav", class_="turn")
    assert [a.attributes["href"] for a in turn.all("a")] == [
        "../claims/C21.html",
        "../claims/C23.html",
    ]


# Every number comes from the tables: changed there, it is changed here.


def altered(path, place, **changes):
    """Change the record at a place of a JSON list, or the mapping itself."""
    content = json.loads(path.read_text())
    target = content if place is None else content[place]
    target.update(changes)
    write_summed_json(path, content)


CHAPTER, CLAIM, FIRST = "chapters/vanishing.html", "claims/C22.html", "index.html"


@pytest.mark.parametrize(
    ("file", "place", "changes", "gone", "new", "where"),
    [
        ("findings", 0, {"value": -0.417}, "−0.412 [", "−0.417 [", [CHAPTER, CLAIM]),
        ("findings", 0, {"low": -0.437}, "[−0.431, −0.393]", "[−0.437, −0.393]", [CHAPTER, CLAIM]),
        ("findings", 0, {"high": -0.387}, "−0.393]", "−0.387]", [CHAPTER, CLAIM]),
        ("findings", 0, {"n": 777}, "", "777", [CHAPTER, CLAIM]),
        ("findings", 2, {"threshold": -0.25}, "? undecided", "✗ contradicted", [CHAPTER, FIRST]),
        ("findings", 2, {"high": -0.0712}, "? undecided", "✓ supported", [CHAPTER, FIRST]),
        ("findings", 2, {"direction": "above"}, "< −0.05", "> −0.05", [CHAPTER]),
        ("counts", None, {"networks": 787}, "160 networks", "787 networks", [CHAPTER]),
        ("counts", None, {"diverged": 787}, "3 diverged", "787 diverged", [CHAPTER, FIRST]),
        ("figures", 0, {"n": 787}, "n = 24 networks", "n = 787 networks", [CHAPTER]),
    ],
)
def test_an_altered_number_is_shown(pages, built, results, file, place, changes, gone, new, where):
    altered(results / "studies" / "vanishing" / f"{file}.json", place, **changes)
    made = built()
    for path in where:
        before, now = english(pages[path]), english(read_html(made[path]))
        assert before.count(new) < now.count(new), path
        assert not gone or before.count(gone) > now.count(gone), path


def tally(page) -> list[str]:
    (group,) = page.all("div", class_="tally")
    return [english(button) for button in group.all("button")]


def test_altered_verdicts_change_the_tally(page, built, results):
    assert tally(page) == [
        "all",
        "✓ 2 supported",
        "± 1 depends",
        "✗ 1 contradicted",
        "? 1 undecided",
        "– 35 not tested",
        "“” 1 opinion",
    ]
    altered(results / "studies" / "vanishing" / "findings.json", 1, low=-0.3, high=-0.2)
    altered(results / "studies" / "passes" / "findings.json", 0, high=144)
    assert tally(read_html(built()[0]))[1:4] == [
        "✓ 3 supported",
        "? 2 undecided",
        "– 35 not tested",
    ]


def test_altered_tables_and_provenance_are_shown(built_once, built, results):
    frame = pd.DataFrame({"activation": ["gelu"], "slope": [-0.7373], "networks": [24]})
    write_tables(results / "studies" / "vanishing" / "tables", {"slopes": frame}, {"code": "0"})
    after = built(networks=98765, passes=5432)
    for path, texts in ((CHAPTER, (">GELU<", "−0.737")), (FIRST, ("98\u202f765", "5432"))):
        assert all(text in after[path] and text not in built_once[path] for text in texts)
    assert "−0.412<" in built_once[CHAPTER].partition('<table class="data"')[2]
    assert "−0.412<" not in after[CHAPTER].partition('<table class="data"')[2]


def test_a_figure_comes_in_both_languages_with_its_dark_side(pages, results):
    page = pages["chapters/vanishing.html"]
    (figure,) = page.all("figure", id="figure-vanishing.deltas")
    drawings = [s for s in figure.all("svg") if "lang" in s.attributes]
    assert [s.attributes["lang"] for s in drawings] == ["en", "fr"]
    assert all(s.attributes["aria-label"] and s.attributes["width"] for s in drawings)
    drawn = (results / "studies/vanishing/figures/deltas.svg").read_text()
    colours = set(re.findall(r'stroke="(#[0-9a-f]{6})"', drawn))
    (style,) = page.all("style")
    assert colours and all(f'[stroke="{colour}"]' in style.text for colour in colours)


def files_in(folder) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_the_same_inputs_make_the_same_bytes(built):
    one, two = (built(folder=name).folder for name in ("one", "two"))
    assert files_in(one) == files_in(two)
    assert set(files_in(one)) >= {*CHAPTERS, *CLAIMS, "index.html", "README.md"}
    for file in files_in(one):
        assert (one / file).read_bytes() == (two / file).read_bytes()


def test_what_earlier_reports_had_more_of_is_removed(built, tmp_path):
    old = ["figures/gone.deltas.svg", "chapters/gone.html", "claims/C99.html"]
    kept = ["figures/mine.txt", "notes.html", "chapters/mine.txt"]
    for name in [*old, *kept]:
        (tmp_path / "report" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "report" / name).write_text("old")
    there = files_in(built().folder)
    assert set(kept) <= set(there) and not set(old) & set(there)


def test_it_opens_in_the_chosen_language(built):
    page = read_html(built("fr")[0])
    assert page.all("html")[0].attributes["lang"] == "fr"
    (title,) = page.all("title")
    assert title.text == title.attributes["data-fr"] != title.attributes["data-en"]
    pressed = [b for b in page.all("button") if b.attributes.get("data-language")]
    assert [b.attributes["aria-pressed"] for b in pressed] == ["false", "true"]
    twice = page.all("span", class_="t")
    assert {s.attributes["lang"] for s in twice} == {"en", "fr"}


def doubtful(path):
    """The findings of a study, of which one has an eta at an edge and one changed late."""
    half = Half(-0.2, -0.4, 0.1)
    found = [
        finding("C22", -1, -2, -0.5, condition="first", decides=True, edge="upper"),
        finding("C22", -1, -2, -0.5, condition="second", decides=True, half=half),
        finding("C22", -0.1, -0.3, 0.1, condition="third", decides=True, matters=0.05, sees=0.2),
    ]
    write_summed_json(path, [as_dict(each) for each in found])


def test_what_a_sceptic_should_know_stands_at_the_claim_and_in_its_chapter(built, results):
    doubtful(results / "studies" / "vanishing" / "findings.json")
    made = built()
    doubts = part_of(read_html(made["claims/C22.html"]), "What a sceptic should know")
    (line,) = chapter_of(made, "vanishing").all("p", class_="caveats")
    for text in ("1 of 3 has an eta at an edge", "1 of 3 has another verdict after half"):
        assert text in doubts and text in english(line)
    assert "What would settle it: more passes (1 condition) and more seeds (1 condition)" in doubts
    (settled,) = read_html(made[0]).all("ul", class_="unsettled")
    assert [a.attributes["href"] for a in settled.all("a")] == ["claims/C22.html"]


def test_where_nothing_is_doubtful_nothing_is_said(pages):
    for path in ("claims/C40.html", "chapters/pytorch.html"):
        assert not pages[path].all("*", class_="caveats")


def test_claims_of_the_project_are_counted_apart(built, results):
    path = results / "studies" / "passes" / "findings.json"
    (record,) = json.loads(path.read_text())
    write_summed_json(path, [record, record | {"claim": "U-wide", "says": "Wide is fast."}])
    made = built()
    assert tally(read_html(made[0]))[-1] == "+ 1 of this project"
    assert re.search(r"\*\*41\*\* claims: .* · \+ \*\*1\*\* of this project", made[1])
    assert sum(int(text.split()[1]) for text in tally(read_html(made[0]))[1:-1]) == 41


LOST = [{"dataset": "digits", "depth": 12, "diverged": 787, "in_pass": "3–9", "run": "digits-d12"}]
WORK = [{"study": "vanishing", "networks": 4321}]


def test_what_diverged_and_what_it_took_is_shown(built_once, built):
    old, new = built_once[0], built(lost=LOST, work=WORK)[0]
    for text in ("3–9", "mlpstudy replay digits-d12", "4321"):
        assert text in new and text not in old
    assert old.count("None did.") == 1


CELLS = pd.DataFrame(
    {"depth": [1, 2], "value": [0.1, 0.2], "low": [0.0, 0.1], "high": [0.2, 0.3], "n": 6,
     "networks": 6, "diverged": 0, "measure": "test_error"}
)  # fmt: skip
LINE = {"name": "deltas", "kind": "line", "x": "depth", "y": ["test_error"]}


@pytest.fixture
def interactive(results):
    """The first figure of a study has a chart."""
    folder = results / "studies" / "vanishing"
    told = json.loads((folder / "study.json").read_text())
    write_summed_json(folder / "study.json", told | {"module": "", "figures": [LINE]})
    write_tables(folder / "tables", {"figure_deltas": CELLS}, {"code": "0"})
    write_summed_json(folder / "tables.json", [])


def test_vega_lies_beside_the_chapters_and_is_named_by_those_with_charts(built, interactive):
    made = built()
    assert "vegaEmbed" in made["vega.js"]
    for name, has in (("vanishing", True), ("passes", False)):
        page = read_html(made[f"chapters/{name}.html"])
        tables = [s.attributes["data-vega"] for s in page.all("script", id="explored")]
        assert tables == (["../vega.js"] if has else [])
        (meta,) = [m for m in page.all("meta") if m.attributes.get("http-equiv")]
        assert ("script-src 'self'" in meta.attributes["content"]) == has


def test_the_data_of_a_figure_stand_behind_it(built, interactive):
    (figure,) = chapter(built, "vanishing").all("figure", id="figure-vanishing.deltas")
    (fold,) = figure.all("details", class_="rows")
    heads = ("hidden layers", "couches cachées")
    for table, language, head in zip(fold.all("table"), LANGUAGES, heads, strict=True):
        rows = [[cell.text for cell in row.all("th") + row.all("td")] for row in table.all("tr")]
        assert rows[0][0] == head and len(rows) == 1 + len(CELLS)
        assert rows[1][1:] == [Words(language).number(x) for x in (0.1, 0.0, 0.2, 6, 6)]


def test_a_figure_that_is_a_map_says_where_its_points_are(pages):
    (figure,) = pages["chapters/vanishing.html"].all("figure", id="figure-vanishing.phases")
    (fold,) = figure.all("details", class_="rows")
    assert "results/studies/vanishing/tables" in english(fold)


def test_all_pages_as_one(results, interactive, provenance, tmp_path):
    made = [
        build_single(results, tmp_path / name, TEMPLATES, LECTURE, "en", provenance)
        for name in ("one.html", "two.html")
    ]
    texts = [path.read_text(encoding="utf-8") for path in made]
    assert texts[0] == texts[1]
    page = read_html(texts[0])
    ids = [e.attributes["id"] for e in page.all("*") if "id" in e.attributes]
    assert [id for id in set(ids) if ids.count(id) > 1] == []
    links = [a.attributes["href"] for a in page.all("a")]
    assert {link[0] for link in links} == {"#"} and {link[1:] for link in links} <= set(ids)
    assert len(page.all("article")) == 1 + 3 + 41 + 1
    assert page.all("script", id="vega") and page.all("script", id="explored")
    assert not [s for s in page.all("script") if "src" in s.attributes]
