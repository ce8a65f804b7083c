"""The document to print: what is in it, in which order, and on which pages."""

import io

import pypdf
import pytest
from markup import english, read_html

from mlpstudy.report.document import UNKNOWN, document, pages


@pytest.fixture(scope="module")
def folder(built_once):
    return built_once.folder


@pytest.fixture(scope="module")
def printed(folder):
    return read_html(document(folder, "body { margin: 0 }", "en"))


def entries(page) -> list[str]:
    (contents,) = page.all("nav", class_="pages")
    return [link.attributes["href"] for link in contents.all("a")]


def test_its_contents_are_answers_claims_chapters_glossary_and_provenance(printed):
    assert entries(printed) == [
        "#answers", "#claims-title", "#chapter-passes", "#chapter-vanishing", "#chapter-pytorch",
        "#glossary-title", "#provenance-title",
    ]  # fmt: skip
    ids = {e.attributes["id"] for e in printed.all("*") if "id" in e.attributes}
    assert {entry[1:] for entry in entries(printed)} <= ids


def test_the_title_page_says_what_was_asked_and_of_which_lecture(printed):
    (title,) = printed.all("header", class_="opening")
    for text in ("The lecture, put to the test", "41 claims", "On the lecture"):
        assert text in english(title)


def test_page_numbers_stand_where_they_are_known(folder):
    page = read_html(document(folder, "", "en", {"answers": 3, "chapter-vanishing": 17}))
    numbers = [span.text for span in page.all("span", class_="page")]
    assert numbers[0] == "3" and numbers[3] == "17" and numbers[1] == UNKNOWN


def test_it_has_no_script_and_leads_nowhere_else(printed):
    assert not printed.all("script")
    links = [a.attributes["href"] for a in printed.all("a") if "href" in a.attributes]
    assert links and all(link.startswith("#") for link in links)


def test_data_and_charts_behind_figures_are_left_out(printed):
    assert printed.all("figure")
    assert not [
        d for d in printed.all("details") if d.attributes.get("class") in ("rows", "explored")
    ]


@pytest.mark.parametrize(("language", "title"), [("en", "Contents"), ("fr", "Sommaire")])
def test_it_is_in_one_language(folder, language, title):
    page = read_html(document(folder, "", language))
    assert page.all("html")[0].attributes["lang"] == language
    (contents,) = page.all("nav", class_="pages")
    assert english(contents.all("h2")[0]) == title


def test_the_pages_of_places_are_read_from_a_pdf():
    writer = pypdf.PdfWriter()
    for _ in range(3):
        writer.add_blank_page(100, 100)
    writer.add_named_destination("answers", 0)
    writer.add_named_destination("chapter-xor", 2)
    made = io.BytesIO()
    writer.write(made)
    assert pages(made.getvalue()) == {"answers": 1, "chapter-xor": 3}
