"""The page on intervals holds what the package's intervals do now."""

import pytest

from benchmarks.intervals import PAGE, POPULATIONS, SIZES, coverage, ours, seen

CELLS = {
    tuple(row[:2]): row[2:]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if len(row := [cell.strip() for cell in line.strip("|").split("|")]) > 4
}


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", POPULATIONS)
def test_how_often_ours_holds_is_what_the_page_says(name, n):
    held = coverage(*POPULATIONS[name], n, ours)
    assert CELLS[name, str(n)][-1] == f"{100 * held:.1f}"


@pytest.mark.parametrize("name", [name for name in POPULATIONS if name != "one in ten fails"])
def test_sixteen_hold_in_93_percent(name):
    assert float(CELLS[name, "16"][-1]) >= 93


def test_what_so_many_see_is_what_the_page_says():
    assert seen() in PAGE.read_text(encoding="utf-8")
