"""The interactive figures: sliders, choices, what hovering shows and a click copies."""

import pytest
from reading import DESKTOP, HOSTILE, PHONE, cpu_ms

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
# Where the first point of a chart with a command is, seen from the chart's corner.
FIRST_POINT = """place => {
  const found = [];
  const walk = (item, x, y) => (item.items ?? []).forEach((each) => {
    const [u, v] = [x + (each.x ?? 0), y + (each.y ?? 0)];
    if (item.marktype === "group") walk({items: each.items}, u, v);
    else if (item.marktype === "symbol" && each.datum?.command) found.push([u, v]);
    else if (each.items) walk(each, x, y);
  });
  walk({items: [place.view.scenegraph().root]}, 0, 0);
  const [x, y] = place.view.origin();
  const {left, top} = place.view.padding();
  return [found[0][0] + x + left, found[0][1] + y + top];
}"""


def chart(page, name: str):
    """A chart that is opened and drawn."""
    place = page.locator(f"[data-chart='explore-{name}']")
    fold = page.locator("details.explored", has=place)
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    place.scroll_into_view_if_needed()
    place.locator("canvas").wait_for()
    page.wait_for_function("place => place.dataset.drawn", arg=place.element_handle())
    return place


def picture(place) -> str:
    return place.evaluate("async place => { await place.view.runAsync(); return "
                          "place.querySelector('canvas').toDataURL(); }")  # fmt: skip


def slide(place, name: str, to: int) -> None:
    """A slider by the keyboard."""
    slider = place.locator(f"input[name={name}]")
    slider.focus()
    for _ in range(6):
        slider.press("ArrowLeft")
    for _ in range(to):
        slider.press("ArrowRight")


def on(opened, size=DESKTOP, study: str = "trainability"):
    """The page of a chapter."""
    return opened(size, f"chapters/{study}.html")


@SIZES
def test_vega_is_not_loaded_before_a_chart_is_opened(opened, size):
    seen = on(opened, size)
    page = seen.page
    assert page.locator(".chart canvas").count() == 0
    assert not [url for url in seen.requests if url.endswith("vega.js")]
    place = chart(page, "trainability.shares")
    assert [url for url in seen.requests if url.endswith("vega.js")]
    box, width = place.bounding_box(), page.evaluate("document.documentElement.scrollWidth")
    assert box["width"] <= size["width"] and width <= size["width"]


@SIZES
@pytest.mark.parametrize(
    ("name", "slider"),
    [
        ("regions.training", "col"),
    ],
)
def test_a_slider_changes_the_picture(opened, size, name, slider):
    place = chart(on(opened, size, name.partition(".")[0]).page, name)
    seen = []
    for stop in (0, 1):
        slide(place, slider, stop)
        seen.append(picture(place))
    assert seen[0] != seen[1]


def test_choices_change_the_picture(opened):
    page = on(opened).page
    place = chart(page, "trainability.shares")
    before = picture(place)
    place.locator("select[name=col]").select_option(label="ReLU")
    assert picture(place) != before


@SIZES
def test_hovering_tells_and_a_click_copies(opened, size):
    seen = on(opened, size)
    place = chart(seen.page, "trainability.shares")
    x, y = place.evaluate(FIRST_POINT)
    canvas = place.locator("canvas")
    canvas.scroll_into_view_if_needed()
    canvas.hover(position={"x": x, "y": y})
    tooltip = seen.page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    told = tooltip.inner_text()
    for part in (HOSTILE, "0.5", "[0.25, 0.75]", "8", ".venv/bin/mlpstudy replay run-d"):
        assert part in told
    canvas.click(position={"x": x, "y": y})
    seen.page.locator("#toast").wait_for()
    assert seen.clipboard().startswith(".venv/bin/mlpstudy replay run-d")


def test_a_chart_is_drawn_again_in_the_other_language_as_it_was_left(opened):
    page = on(opened, study="regions").page
    place = chart(page, "regions.training")
    slide(place, "col", 1)
    assert "pass" in place.locator(".vega-bindings").inner_text()
    page.locator("button[data-language=fr]").click()
    page.wait_for_function("place => place.dataset.drawn === 'fr'", arg=place.element_handle())
    assert "passe" in place.locator(".vega-bindings").inner_text()
    assert place.locator("input[name=col]").input_value() == "1"


def test_it_answers_at_once(opened):
    """Six steps of the slider, until the picture stands: a tenth of a second of work each."""
    page = on(opened, study="regions").page
    chart(page, "regions.training")
    took = cpu_ms(
        page,
        """(async () => {
          const view = document.querySelector("[data-chart='explore-regions.training']").view;
          for (const pass of [0, 1, 2, 0, 1, 2]) await view.signal("col", pass).runAsync();
        })()""",
    )
    assert took < 6 * 100


@SIZES
def test_the_map_begins_where_there_is_something_and_shows_no_empty_column(opened, size):
    page = opened(size, "explore.html").page
    depth = page.locator("#atlas select[name=depth] option")
    assert page.locator("#cell-numbers .chosen dd").inner_text() == "0.5"
    assert depth.all_inner_texts() == ["1", "2", "4"]
    squares = page.locator("#map rect:not(.ring):visible")
    everywhere = squares.count()
    page.locator("#atlas select[name=measure]").select_option("passes")
    assert depth.all_inner_texts() == ["1", "2"]  # no network of four layers has a time
    assert squares.count() == everywhere * 2 // 3
    assert page.locator("#curves").is_visible() and page.locator("#layers").is_hidden()


def test_the_keyboard_goes_from_square_to_square(opened):
    page = opened(path="explore.html").page
    page.locator("#map svg").focus()
    page.keyboard.press("ArrowRight")
    assert (
        page.locator("#atlas select[name=depth]").evaluate("s => s.selectedOptions[0].text") == "4"
    )
    before = page.locator("#atlas select[name=initialization]").input_value()
    page.keyboard.press("ArrowRight")  # into the next block
    assert (
        page.locator("#atlas select[name=depth]").evaluate("s => s.selectedOptions[0].text") == "1"
    )
    assert page.locator("#atlas select[name=initialization]").input_value() != before
