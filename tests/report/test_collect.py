"""What the report is drawn from."""

import re

import pandas as pd
import pytest
from example import LECTURE, finding, put, study, sum_up

from mlpstudy.files import DamagedFile, write_summed_json
from mlpstudy.report.collect import ROWS, STATUSES, Claim, Picture, Verdict, collect
from mlpstudy.tables.files import write_tables


@pytest.fixture
def report(results, provenance):
    return collect(results, LECTURE, provenance)


def vanishing(report):
    (chapter,) = [chapter for chapter in report.chapters if chapter.name == "vanishing"]
    return chapter


@pytest.mark.parametrize(
    ("tested", "order"),
    [
        # C12 is of an earlier part of the lecture than C06, C40 of the last one
        ({"a": ["C40"], "b": ["C06"], "c": ["C12"]}, "cba"),
        ({"a": ["C06", "C12"], "b": ["C13"]}, "ab"),  # the first claim counts, not the first named
        ({"a": ["C21", "C27"], "b": ["C21"]}, "ba"),  # the one that tests nothing else
        ({"a": ["mine"], "b": [], "c": ["C01", "other"]}, "cab"),  # own studies last, as given
        ({"b": ["C22"], "a": ["C22"]}, "ba"),
    ],
)
def test_chapters_come_in_the_lecture_s_order(tmp_path, tested, order):
    for name, claims in tested.items():
        put(tmp_path, study(name), [finding(c, 0, 0, 0, study=name) for c in claims], {})
    report = collect(tmp_path, LECTURE, {"studies": list(tested)})
    assert "".join(chapter.name for chapter in report.chapters) == order


def test_a_claim_that_is_announced_places_a_chapter_too(results, provenance):
    announced = {"id": "C01", "statistic": "gain", "says": "It gains."}
    put(results, study("first", claims=[announced]), [], {})
    report = collect(results, LECTURE, {**provenance, "studies": ["vanishing", "first"]})
    assert [chapter.name for chapter in report.chapters] == ["first", "vanishing"]


@pytest.mark.parametrize(
    ("findings", "kind", "status"),
    [
        ([], "most", "untested"),
        ([], "question", "untested"),
        ([], "opinion", "opinion"),
        ([(-2, -1)], "most", "supported"),
        ([(-2, -1)], "question", "question"),
        ([(-2, -1), (1, 2)], "most", "depends"),
        ([(-2, -1), (1, 2)], "some", "supported"),
        ([(-2, -1), (1, 2)], "all", "contradicted"),
        ([(-2, -1), (-1, 1)], "most", "partly"),
    ],
)
def test_status(findings, kind, status):
    there = tuple(finding("C01", 0, low, high) for low, high in findings)
    assert Verdict(Claim("C01", "", "", kind=kind), there).status == status


def test_an_unknown_kind_of_claim():
    with pytest.raises(ValueError, match="claim C01: kind 'any': allowed are all, some, most"):
        Claim("C01", "", "", kind="any")


def test_what_decides_stands_apart_from_what_is_also_seen():
    seen = tuple(finding("C01", 0, -2, -1, decides=decides) for decides in (False, True))
    verdict = Verdict(Claim("C01", "", ""), seen)
    assert (verdict.deciding, verdict.also_seen) == (seen[1:], seen[:1])
    assert (Verdict(verdict.claim, seen[:1]).deciding, verdict.status) == (seen[:1], "supported")


def test_a_chapter_has_no_verdict_of_a_claim_that_another_chapter_decides(results, provenance):
    for name, decides in (("one", True), ("other", False)):
        found = finding("C01", 0, -2, -1, study=name, statistic=name, decides=decides)
        put(results, study(name, sweep={}), [found], {"networks": 1})
    report = collect(results, LECTURE, {**provenance, "studies": ["one", "other"]})
    aside = {c.name: report.aside(v) for c in report.chapters for v in c.verdicts}
    assert aside == {"one": False, "other": True}


def test_tally_counts_every_status(report):
    assert list(report.tally) == list(STATUSES)
    assert sum(report.tally.values()) == len(report.verdicts) == 41
    assert report.tally["opinion"] == 1


def test_totals_are_those_of_the_whole_or_else_the_sum(results, provenance):
    assert collect(results, LECTURE, provenance).total("diverged") == 3
    assert collect(results, LECTURE, {**provenance, "diverged": 2}).total("diverged") == 2
    assert collect(results, LECTURE, provenance).total("exploded") is None


def test_datasets_are_those_of_the_studies_or_as_told(results, provenance):
    assert collect(results, LECTURE, provenance).datasets == ("digits", "mnist1d")
    assert collect(results, LECTURE, {**provenance, "datasets": ["xor"]}).datasets == ("xor",)


def test_a_claim_of_two_studies_has_one_row_and_a_part_in_each_chapter(results, provenance):
    put(results, study("second"), [finding("C22", -9, -9, -9, study="second")], {})
    report = collect(results, LECTURE, {**provenance, "studies": ["vanishing", "second"]})
    (verdict,) = [v for v in report.verdicts if v.claim.id == "C22"]
    assert verdict.studies == ("second", "vanishing")
    assert [len(c.verdicts[0].findings) for c in report.chapters] == [1, 2]
    assert report.chapters[0].verdicts[0].status == "supported" != verdict.status


def test_a_long_table_is_cut_and_counted(results, provenance):
    frame = pd.DataFrame({"row": range(ROWS + 7), "name": ["x"] * (ROWS + 7)})
    write_tables(results / "studies" / "vanishing" / "tables", {"slopes": frame}, {"code": "0"})
    (table,) = vanishing(collect(results, LECTURE, provenance)).tables
    assert (len(table.rows), table.length) == (ROWS, ROWS + 7)
    assert table.rows[3] == (3, "x")
    assert table.numeric == (True, False)


def test_a_damaged_table_does_not_reach_the_report(results, provenance):
    path = results / "studies" / "vanishing" / "tables" / "slopes.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match=r"slopes\.parquet"):
        collect(results, LECTURE, provenance)


def test_a_figure_that_is_no_drawing_is_refused(report, results, provenance):
    assert [text.count("<svg") for text in vanishing(report).figures[0].drawn(False)] == [1, 1]
    folder = results / "studies" / "vanishing" / "figures"
    (folder / "deltas.svg").write_text("GIF89a")
    with pytest.raises(DamagedFile, match=r"deltas\.svg"):
        collect(results, LECTURE, provenance)
    sum_up(folder)
    figure = vanishing(collect(results, LECTURE, provenance)).figures[0]
    with pytest.raises(ValueError, match="no picture"):
        figure.drawn()


def test_what_is_the_same_in_both_languages_stands_once():
    cloud = f'<path d="{"M1 2h0" * 200}"/>'
    texts = {
        name: f'<svg lang="{name}" viewBox="0 0 9 9" width="9" height="9">{cloud}<text>{name}</text></svg>'
        for name in ("en", "fr")
    }
    shared, *drawn = Picture("f", "", "", "", None, texts).drawn()
    assert shared.count("M1 2h0") == 200 and len(drawn) == 2
    (name,) = re.findall(r'id="([^"]+)"', shared)
    assert all(f'<use href="#{name}"/>' in text and "M1 2h0" not in text for text in drawn)


def test_figure_names_are_checked(results, provenance):
    path = results / "studies" / "vanishing" / "figures.json"
    write_summed_json(path, [{"name": "../../x", "alt": "x"}])
    with pytest.raises(ValueError, match="is not a name"):
        collect(results, LECTURE, provenance)


def test_a_study_without_results_is_named(results, provenance):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        collect(results, LECTURE, {**provenance, "studies": ["nowhere"]})


@pytest.mark.parametrize("name", ["study", "findings", "counts", "figures", "tables"])
def test_a_flipped_bit_of_any_json_is_found_and_its_file_named(results, provenance, name):
    path = results / "studies" / "vanishing" / f"{name}.json"
    content = path.read_bytes()
    path.write_bytes(content[:20] + bytes([content[20] ^ 1]) + content[21:])
    with pytest.raises(DamagedFile, match=f"vanishing/{name}.json: damaged"):
        collect(results, LECTURE, provenance)
