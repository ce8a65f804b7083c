"""The page: whole, self-contained, and made of nothing but its inputs."""

import base64
import gzip
import hashlib
import io
import json
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from example import LECTURE
from markup import english, read_html, read_markdown, row_of
from PIL import Image, ImageChops

from mlpstudy.design import yaml_file
from mlpstudy.drawing import style
from mlpstudy.files import write_summed_json
from mlpstudy.report import page as pages
from mlpstudy.report.collect import STATUSES
from mlpstudy.report.statuses import SYMBOLS, verdict
from mlpstudy.tables.files import write_tables
from mlpstudy.words import Words


def test_structure(page):
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en"
    for landmark in ("header", "nav", "main", "h1", "title"):
        assert len(page.all(landmark)) == 1, landmark
    ids = [e.attributes["id"] for e in page.all("*") if "id" in e.attributes]
    assert len(set(ids)) == len(ids)
    targets = {a.attributes["href"] for a in page.all("a")}
    assert {t.removeprefix("#") for t in targets} <= set(ids)
    named = {i for e in page.all("*") for i in e.attributes.get("aria-labelledby", "").split()}
    assert named <= set(ids)
    assert all(image.attributes["alt"] for image in page.all("img"))
    assert [a.attributes["href"] for a in page.all("a", class_="skip")] == ["#verdicts"]


def test_headings_descend_one_at_a_time(page):
    levels = [int(e.name[1]) for e in page.all("*") if re.fullmatch("h[1-6]", e.name)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_nothing_is_loaded(built_once, page):
    source = built_once[0]
    assert not re.search(r"https?:", source)
    assert not page.all("link") and not page.all("iframe")
    assert all(i.attributes["src"].startswith("data:image/") for i in page.all("img"))
    sources = [e for e in page.all("*") if "src" in e.attributes]
    assert all(e.name == "img" for e in sources)
    assert "@import" not in source and "url(" not in source


def test_policy_names_exactly_what_is_there(page):
    (meta,) = [m for m in page.all("meta") if m.attributes.get("http-equiv")]
    policy = dict(part.split(" ", 1) for part in meta.attributes["content"].split("; "))
    assert policy["default-src"] == "'none'"
    for kind, name, n in (("style-src", "style", 1), ("script-src", "script", 2)):
        sources = [element.text.encode() for element in page.all(name)]
        digests = [base64.b64encode(hashlib.sha256(s).digest()).decode() for s in sources]
        assert len(sources) == n
        assert policy[kind].split() == [f"'sha256-{digest}'" for digest in digests]
    odd = [a for e in page.all("*") for a in e.attributes if a == "style" or a.startswith("on")]
    assert odd == []


def test_a_figure_comes_in_both_languages_where_it_differs(built, results):
    folder = results / "studies" / "vanishing" / "figures"
    assert [i.attributes.get("lang") for i in read_html(built()[0]).all("img")] == [None, None]
    (folder / "fr").mkdir()
    (folder / "fr" / "deltas.png").write_bytes((folder / "phases.png").read_bytes())
    (folder / "fr" / "phases.png").write_bytes((folder / "phases.png").read_bytes())
    shown = read_html(built()[0]).all("img")
    assert [i.attributes.get("lang") for i in shown] == ["en", "fr", None]
    assert shown[0].attributes["src"] != shown[1].attributes["src"] == shown[2].attributes["src"]


def test_a_figure_on_the_page_is_that_of_the_study(page, results):
    source = page.all("img")[0].attributes["src"].removeprefix("data:image/webp;base64,")
    drawn = Image.open(results / "studies" / "vanishing" / "figures" / "deltas.png")
    seen = Image.open(io.BytesIO(base64.b64decode(source)))
    difference = ImageChops.difference(drawn.convert("RGB"), seen.convert("RGB"))
    assert max(high for _, high in difference.getextrema()) <= 2


def test_the_colours_of_a_series_stay_among_many_others():
    """A line two pixels wide in each colour of the style, on a map of all colours."""
    y, x = np.mgrid[:256, :256].astype(np.uint8)
    drawn = np.stack([x, y, 255 - x], axis=-1)
    colours = [tuple(bytes.fromhex(colour[1:])) for colour in style.COLOURS]
    for place, colour in enumerate(colours):
        drawn[30 * place : 30 * place + 2] = colour
    png = io.BytesIO()
    Image.fromarray(drawn).save(png, "PNG")
    source = pages.data_uri(png.getvalue()).removeprefix("data:image/webp;base64,")
    seen = np.array(Image.open(io.BytesIO(base64.b64decode(source))).convert("RGB"))
    assert len(colours) == 7
    for place, colour in enumerate(colours):
        line = seen[30 * place : 30 * place + 2].astype(int)
        assert np.abs(line - colour).max() <= 2


def test_all_claims_of_the_lecture_have_a_row(page):
    (table,) = page.all("table", class_="verdicts")
    rows = [r for r in table.all("tr") if "data-status" in r.attributes]
    ids = [row.all("th")[0].text for row in rows]
    assert sorted(ids) == [f"C{i:02}" for i in range(1, 42)]
    tested = ["C16", "C22", "C30", "C34", "C35"]
    assert ids[:5] == tested
    assert ids[5:] == sorted(set(ids) - set(tested))


def test_rows_by_hand(page):
    one = row_of(page, "C16")
    assert one[1] == "✗ contradicted"
    assert one[3:] == ["slope per layer", "37 [31, 44] passes", "24", "passes"]
    several = row_of(page, "C22")
    assert several[1] == "± depends"
    assert several[4].startswith("✓ 1 supported ✗ 1 contradicted ")
    assert "−0.412 [−0.431, −0.393] digits, sigmoid" in several[4]
    assert row_of(page, "C30")[1] == "? undecided"
    assert row_of(page, "C01")[1] == "– not tested"
    assert row_of(page, "C01")[3] == "not tested in this report"
    assert row_of(page, "C41")[1] == "“” opinion"
    assert row_of(page, "C41")[3] == "an opinion: not tested"


def test_words_in_both_languages(page):
    told = yaml_file.read(LECTURE)
    (claim,) = [c for c in told["claims"] if c["id"] == "C21"]
    words = row_of(page, "C21")[2]
    assert "plus le réseau est profond plus il est dur à entraîner" in words
    assert claim["en"] in words


def test_a_verdict_is_a_symbol_and_a_word(page):
    badges = page.all("span", class_="badge")
    assert len(badges) > 41
    for badge in badges:
        status = badge.attributes["class"].split()[1]
        assert english(badge) == f"{SYMBOLS[status]} {verdict(Words('en'), status)}"
    assert len(set(SYMBOLS.values())) == len(SYMBOLS) == len(STATUSES)


def test_a_claim_that_the_lecture_does_not_make_has_a_row_too(built, results):
    path = results / "studies" / "passes" / "findings.json"
    (record,) = json.loads(path.read_text())
    write_summed_json(path, [record | {"claim": "U-wide", "says": "Wide is fast."}])
    row = row_of(read_html(built()[0]), "U-wide")
    assert row[1] == "✗ contradicted"
    assert row[2] == "Wide is fast. a claim of this project"


def test_first_screen_counts(page):
    (opening,) = page.all("div", class_="opening")
    text = english(opening)
    for part in ("3312 networks", "66\u202f240 passes", "3 diverged", "0 failed", "2 datasets"):
        assert part.replace("\u202f", " ") in text
    assert "digits, mnist1d" in text


def test_what_did_not_hold_is_computed(built, results):
    def chapter(name):
        (section,) = read_html(built()[0]).all("section", id=f"study-{name}")
        return english(section).partition("What did not hold")[2].partition("How to run")[0]

    held = chapter("vanishing")
    assert "± depends C22" in held and "digits, relu" in held and "digits, sigmoid" not in held
    assert "? undecided C30" in held
    assert "Every claim tested in this chapter is supported." in chapter("pytorch")
    path = results / "studies" / "pytorch" / "study.json"
    announced = {"id": "C40", "statistic": "cost_ratio", "says": "It is dear."}
    write_summed_json(path, json.loads(path.read_text()) | {"claims": [announced]})
    assert "C40 It is dear. (announced, without a finding: cost ratio)" in chapter("pytorch")


def test_commands_to_run_again(page):
    (section,) = page.all("section", id="study-vanishing")
    commands = [c.all("code")[0].text for c in section.all("span", class_="command")]
    assert ".venv/bin/snakemake --cores 2 vanishing" in commands
    assert ".venv/bin/mlpstudy replay digits-d8-1" in commands  # a run behind the first finding
    assert ".venv/bin/mlpstudy replay digits-d8-relu" in commands  # the finding's own
    assert "make setup puts the programs into .venv/bin/." in english(section)
    assert all(b.attributes["type"] == "button" for b in page.all("button"))


# Every number comes from the tables: changed there, it is changed here.


def altered(path, place, **changes):
    """Change the record at a place of a JSON list, or the mapping itself."""
    content = json.loads(path.read_text())
    target = content if place is None else content[place]
    target.update(changes)
    write_summed_json(path, content)


def texts(page, readme) -> tuple[str, str]:
    """What a reader of the page and one of the README see."""
    return english(read_html(page)), english(read_markdown(readme))


@pytest.mark.parametrize(
    ("file", "place", "changes", "gone", "new"),
    [
        ("findings", 0, {"value": -0.417}, "−0.412 [", "−0.417 ["),
        ("findings", 0, {"low": -0.437}, "[−0.431, −0.393]", "[−0.437, −0.393]"),
        ("findings", 0, {"high": -0.387}, "−0.393]", "−0.387]"),
        ("findings", 0, {"n": 777}, "", "777"),
        ("findings", 2, {"n": 777}, "48", "777"),
        ("findings", 2, {"threshold": -0.25}, "? undecided", "✗ contradicted"),
        ("findings", 2, {"direction": "above", "threshold": -0.25}, "< −0.05", "> −0.25"),
        ("findings", 2, {"high": -0.0712}, "? undecided", "✓ supported"),
        ("counts", None, {"networks": 787}, "160 networks", "787 networks"),
        ("counts", None, {"diverged": 787}, "3 diverged", "787 diverged"),
        ("figures", 0, {"n": 787}, "n = 24 networks", "n = 787 networks"),
    ],
)
def test_an_altered_number_is_shown(page, readme, built, results, file, place, changes, gone, new):
    before = english(page), english(readme)
    altered(results / "studies" / "vanishing" / f"{file}.json", place, **changes)
    for old, now in zip(before, texts(*built()), strict=True):
        assert old.count(new) < now.count(new)
        assert not gone or old.count(gone) > now.count(gone)


def tally(page) -> list[str]:
    (group,) = page.all("div", class_="tally")
    return [english(button) for button in group.all("button")]


def test_altered_verdicts_change_the_tally(page, built, results):
    assert tally(page) == [
        "41 all",
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
    for old, new in zip(built_once, after, strict=True):
        for text in ("gelu", "−0.737", "98\u202f765", "5432"):
            assert text in new and text not in old
        for text in ("−0.412</td>", "3312"):
            assert text not in new


def test_the_same_inputs_make_the_same_bytes(built, tmp_path):
    built(folder="one")
    built(folder="two")
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert [str(f) for f in files] == [
        "README.md",
        "answers.json",
        *(f"chapters/{name}.md" for name in ("passes", "pytorch", "vanishing")),
        "figures/vanishing.deltas.png",
        "figures/vanishing.phases.png",
        "index.html",
    ]
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_figures_of_earlier_reports_are_removed(built, tmp_path):
    figures = tmp_path / "report" / "figures"
    figures.mkdir(parents=True)
    (figures / "gone.deltas.png").write_bytes(b"old")
    (figures / "mine.txt").write_text("kept")
    built()
    assert sorted(p.name for p in figures.iterdir()) == [
        "mine.txt",
        "vanishing.deltas.png",
        "vanishing.phases.png",
    ]


def test_it_opens_in_the_chosen_language(built):
    page = read_html(built("fr")[0])
    assert page.all("html")[0].attributes["lang"] == "fr"
    (title,) = page.all("title")
    assert title.text == title.attributes["data-fr"] != title.attributes["data-en"]
    pressed = [b for b in page.all("button") if b.attributes.get("data-language")]
    assert [b.attributes["aria-pressed"] for b in pressed] == ["false", "true"]
    twice = page.all("span", class_="t")
    assert {s.attributes["lang"] for s in twice} == {"en", "fr"}


LOST = [{"dataset": "digits", "depth": 12, "diverged": 787, "in_pass": "3–9", "run": "digits-d12"}]
WORK = [{"study": "vanishing", "networks": 4321}]


def test_what_diverged_and_what_it_took_is_shown(built_once, built):
    for old, new in zip(built_once, built(lost=LOST, work=WORK), strict=True):
        for text in ("3–9", "mlpstudy replay digits-d12", "4321"):
            assert text in new and text not in old
    assert built_once[0].count("None did.") == 1


def test_a_table_of_theory_stands_at_the_end(built, results):
    path = results / "studies" / "vanishing" / "tables.json"
    altered(path, 0, theory=True)
    page, readme = built()
    (section,) = read_html(page).all("section", id="theory")
    assert "−0.412" in english(section) and "Each activation." in english(section)
    (chapter,) = read_html(page).all("section", id="study-vanishing")
    assert "Each activation." not in english(chapter)
    assert readme.index("Computed from the formulas alone") < readme.index("−0.412 | 24")


CELLS = pd.DataFrame(
    {"depth": [1, 2], "value": [0.1, 0.2], "low": [0.0, 0.1], "high": [0.2, 0.3], "n": 6,
     "networks": 6, "diverged": 0, "measure": "test_error"}
)  # fmt: skip
LINE = {"name": "errors", "kind": "line", "x": "depth", "y": ["test_error"]}


def test_two_builds_with_interactive_figures_are_the_same_bytes(built, results, tmp_path):
    for study in ("vanishing", "passes"):
        folder = results / "studies" / study
        told = json.loads((folder / "study.json").read_text())
        write_summed_json(folder / "study.json", told | {"module": "", "figures": [LINE]})
        write_tables(folder / "tables", {"figure_errors": CELLS}, {"code": "0"})
        write_summed_json(folder / "tables.json", [])
        entry = {"name": "errors", "title": "t", "caption": "c", "alt": "a", "n": 12}
        write_summed_json(folder / "figures.json", [entry])
        style.save(style.panels()[0], folder / "figures/errors")
    pages = [built(folder=folder)[0] for folder in ("one", "two")]
    assert pages[0] == pages[1] and len(pages[0]) < 6_000_000
    tree = read_html(pages[0])
    (rows,), (vega,) = (tree.all("script", id=name) for name in ("explored", "vega"))
    assert set(json.loads(unpacked(rows))) == {"explore-vanishing.errors", "explore-passes.errors"}
    (meta,) = [m for m in tree.all("meta") if m.attributes.get("http-equiv")]
    for script in tree.all("script"):
        source = unpacked(script) if script is vega else script.text
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert (f"'sha256-{digest}'" in meta.attributes["content"]) == (script is not rows)


def unpacked(script) -> str:
    return gzip.decompress(base64.b64decode(script.text)).decode()


def test_a_smaller_copy_of_a_picture_is_the_reports(built, results, tmp_path):
    folder = results / "studies" / "vanishing" / "figures"
    (folder / "small").mkdir()
    small = (folder / "phases.png").read_bytes()
    (folder / "small" / "deltas.png").write_bytes(small)
    page, readme = built()
    shown = {image.attributes["src"] for image in read_html(page).all("img")}
    assert len(shown) == 1  # phases, twice
    assert (tmp_path / "report" / "figures" / "vanishing.deltas.png").read_bytes() == small


def test_where_pictures_are_many_the_largest_come_in_one_language(built, results, monkeypatch):
    folder = results / "studies" / "vanishing" / "figures"
    (folder / "fr").mkdir()
    (folder / "fr" / "deltas.png").write_bytes((folder / "phases.png").read_bytes())
    (folder / "fr" / "phases.png").write_bytes((folder / "deltas.png").read_bytes())

    def shown(language):
        return [
            (i.attributes.get("lang"), i.attributes["src"])
            for i in read_html(built(language)[0]).all("img")
        ]

    both = shown("en")
    assert [lang for lang, _ in both] == ["en", "fr", "en", "fr"]
    monkeypatch.setattr(pages, "PICTURES", sum(len(uri) for _, uri in both) - 1)
    assert sorted(str(lang) for lang, _ in shown("en")) == ["None", "en", "fr"]
    monkeypatch.setattr(pages, "PICTURES", 1)
    assert shown("en") == [(None, uri) for lang, uri in both if lang == "en"]
    assert shown("fr") == [(None, uri) for lang, uri in both if lang == "fr"]
