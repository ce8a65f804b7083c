"""What a reader does with the page, at the width of a desk and of a phone."""

from types import SimpleNamespace

import pytest
from reading import DESKTOP, HOSTILE, PHONE, serious

from mlpstudy import publish
from mlpstudy.design.mistakes import Mistake

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


def ids(page) -> list[str]:
    """The claims that the verdict table shows, in order."""
    return page.locator("#verdict-table tbody tr:visible > th").all_inner_texts()


@SIZES
def test_it_fits_and_names_stay_text(opened, size):
    page = opened(size).page
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.locator("b", has_text='"bold"').filter(has_not_text="<b>").count() == 0
    assert page.locator(".chapter h2").first.text_content() == HOSTILE
    assert page.locator("figure img").first.get_attribute("alt") == HOSTILE
    assert page.locator("script").count() == page.evaluate("document.scripts.length")
    assert HOSTILE in page.locator("#provenance").text_content()


@SIZES
def test_claims_are_filtered_by_verdict_and_by_words(opened, size):
    page = opened(size).page
    everything = ids(page)
    assert len(everything) == 42 and everything[:3] == ["C21", "C30", "C33"]
    page.locator("button[data-only=contradicted]").click()
    assert ids(page) == ["C21", "U-mine"]
    page.locator("button[data-only='']").click()
    page.locator("#search").fill("EVAPORE")  # neither case nor accents matter
    assert ids(page) == ["C22"]
    assert page.locator("#shown").inner_text() == "1"
    page.locator("#search").fill("")
    assert ids(page) == everything


def test_claims_are_sorted_by_a_click_on_a_head(opened):
    page = opened().page
    head = page.locator("#verdict-table th[data-by]").first
    for order, first in (("ascending", "C01"), ("descending", "U-mine")):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == order
        assert ids(page)[0] == first
    page.locator("#verdict-table th[data-by] button").nth(1).focus()
    page.keyboard.press("Enter")  # by verdict
    assert ids(page)[0] == "C33"


@SIZES
def test_the_language_is_switched_and_kept(opened, size):
    page = opened(size).page
    assert page.locator("h1").inner_text() == "The lecture, put to the test"
    page.locator("button[data-language=fr]").click()
    assert page.locator("h1").inner_text() == "Le cours à l'épreuve"
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.get_by_text("Cela aide.").first.is_visible()
    assert not page.get_by_text("It helps.").first.is_visible()
    page.reload()
    assert page.locator("h1").inner_text() == "Le cours à l'épreuve"


ENGLISH, FRENCH = "The lecture, put to the test", "Le cours à l'épreuve"


@pytest.mark.parametrize(
    ("locale", "title"), [("fr-CA", FRENCH), ("en-GB", ENGLISH), ("de-DE", ENGLISH)]
)
def test_it_opens_in_the_browser_s_language(opened, locale, title):
    page = opened(locale=locale).page
    assert page.locator("h1").inner_text() == title
    assert page.title().startswith(title)
    shown = page.locator("html").get_attribute("lang")
    assert page.locator("button[data-language][aria-pressed=true]").inner_text() == shown.upper()
    other = {"en": "fr", "fr": "en"}[shown]
    page.locator(f"button[data-language={other}]").click()
    page.locator(f"html[lang={other}]").wait_for(state="attached")
    page.reload()  # what was chosen counts more
    assert page.locator("html").get_attribute("lang") == other


def test_without_a_script_it_opens_in_the_report_s_language(opened):
    page = opened(locale="fr-FR", java_script_enabled=False).page
    assert page.locator("h1").inner_text() == ENGLISH


@SIZES
def test_a_jump_ends_where_it_leads(opened, size):
    """Chapters are not laid out before they are near; a place in a later one is found all the same."""
    page = opened(size).page
    links = page.locator("#chapters a[href^='#claim-']")
    for place in (links.count() - 1, 0, links.count() // 2):
        target = links.nth(place).get_attribute("href")
        links.nth(place).evaluate("link => link.click()")
        page.wait_for_timeout(500)
        top = page.evaluate(
            "id => document.getElementById(id).getBoundingClientRect().top", target[1:]
        )
        assert 0 <= top <= 150, target


@SIZES
def test_the_theme_is_switched(opened, size):
    page = opened(size, color_scheme="light").page
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.locator("button[data-theme=dark]").click()
    assert page.evaluate(colour) != light


@SIZES
def test_a_command_is_copied(opened, size):
    seen = opened(size)
    button = seen.page.locator(".again .copy").first
    button.scroll_into_view_if_needed()
    button.click()
    assert seen.clipboard() == ".venv/bin/snakemake --cores 2 trainability"
    assert button.inner_text() == "Copied"


def test_the_keyboard_reaches_the_verdicts_first(opened):
    page = opened().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#verdicts")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@SIZES
def test_accessibility(opened, axe, size, scheme):
    seen = opened(size, color_scheme=scheme, bypass_csp=True)
    for place in seen.page.locator(".chart").all():  # drawn, with its sliders and lists
        place.scroll_into_view_if_needed()
        place.locator("canvas").wait_for()
    assert serious(seen.page, axe) == []


def test_it_prints(opened):
    """All of it: also the chapters that were never on the screen."""
    page = opened().page
    pdf = page.pdf()
    assert pdf.startswith(b"%PDF") and len(pdf) > 50_000
    page.emulate_media(media="print")
    seen = "each => getComputedStyle(each).contentVisibility"
    assert {each.evaluate(seen) for each in page.locator(".chapter").all()} == {"visible"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_command_prints_a_pdf(built, language):
    settings = SimpleNamespace(language=language)
    project = SimpleNamespace(report=built.parent, settings=settings)
    assert publish.pdf(project) == built.with_name("report.pdf")
    printed = built.with_name("report.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert f"/Lang ({language})".encode() in printed


def test_what_is_missing_for_a_pdf_is_told_in_one_line(built, monkeypatch, tmp_path):
    with pytest.raises(Mistake, match="index.html: is not made yet"):
        publish.pdf(SimpleNamespace(report=tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MLPSTUDY_CHROMIUM", raising=False)
    with pytest.raises(Mistake, match="no Chromium found: install it"):
        publish.pdf(SimpleNamespace(report=built.parent))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_verdict_table_is_seen_whole(opened, language):
    page = opened().page
    page.locator(f"button[data-language={language}]").click()
    box = page.locator("#verdicts .scroll")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
