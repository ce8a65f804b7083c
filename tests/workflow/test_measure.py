"""A study that only measures, from its YAML to the report; and one that trains and measures."""

import json

import pytest

from mlpstudy.tables.files import made_by, read_table


def results(measured, place):
    return json.loads((measured.folder / "results/smoke" / place).read_text(encoding="utf-8"))


def test_tables_are_measured_with_the_overlays_seeds(measured):
    folder = measured.folder / "results/smoke/measured/only"
    draws = read_table(folder, "draws")
    assert draws["seed"].tolist() == list(range(6))
    assert set(made_by(folder)) == {"measure"}
    assert not (folder / "outputs.parquet").exists()


def test_networks_of_the_sweep_are_trained_and_measured(measured):
    outputs = read_table(measured.folder / "results/smoke/measured/both", "outputs")
    assert len(outputs) == 6 and outputs["value"].nunique() == 6
    assert results(measured, "studies/both/counts.json")["networks"] == 6
    assert results(measured, "studies/both/counts.json")["measurements"] == 12


def test_a_finding_tells_how_to_measure_it_again(measured):
    [finding] = results(measured, "studies/only/findings.json")
    assert (finding["n"], finding["runs"]) == (6, [])
    assert finding["rerun"] == "mlpstudy measure only"
    assert finding["verdict"] == "supported"
    assert results(measured, "studies/only/counts.json") == {"measurements": 6}


def test_the_report_shows_it(measured):
    page = (measured.folder / "results/smoke/report/chapters/only.html").read_text(encoding="utf-8")
    assert "mlpstudy measure only" in page and "What are the draws?" in page


def test_measured_again_it_is_the_same(measured):
    done = measured.mlpstudy("measure", "both")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2 and all("the same as before, bit for bit" in line for line in lines)


def test_the_plan_and_the_list_know_it(measured):
    assert "only: measurements\n" in measured.mlpstudy("plan").stdout
    assert "both: 6 networks and measurements in 1 jobs\n" in measured.mlpstudy("plan").stdout
    assert "What are the draws? (measurements)" in measured.mlpstudy("list", "studies").stdout


def planned(measured, *more):
    """The rules that would run for the two studies."""
    done = measured.run(
        "snakemake", "--cores", "1", "--dry-run", "--config", "size=smoke", "studies=only,both"
    )
    assert done.returncode == 0, done.stderr
    rules = ("prepare", "train", "measure", "summarise", "draw")
    return [rule for rule in rules if f"rule {rule}:" in done.stdout + done.stderr]


@pytest.mark.parametrize(
    ("file", "old", "new", "rules"),
    [
        ("config/studies/only.yaml", "threshold: 1", "threshold: 2", ["summarise", "draw"]),
        ("config/studies/only.yaml", "below one,", "under one,", ["summarise", "draw"]),
        (
            "config/studies/only.yaml",
            "smoke: {seeds: 6}",
            "smoke: {seeds: 8}",
            ["measure", "summarise", "draw"],
        ),
        (
            "src/mlpstudy/studies/drawing/measure.py",
            ".random()",
            ".uniform()",
            ["measure", "summarise", "draw"],
        ),
        ("src/mlpstudy/statistics/intervals.py", '"""', '"""Altered. ', []),
    ],
    ids=["threshold", "words", "seeds", "module", "comment"],
)
def test_what_is_measured_again(measured, file, old, new, rules):
    undo = measured.edit(file, old, new)
    try:
        assert planned(measured) == rules
    finally:
        undo()


def test_a_study_that_is_not_measured_yet_says_so(measured):
    done = measured.run("mlpstudy", "-C", "studies=only", "summarise", "only")  # another size
    assert done.returncode == 2
    assert "'only' is not measured yet; first: mlpstudy measure only" in done.stderr
