"""The workflow as a module of another one, and started from another folder."""

from dataclasses import replace
from pathlib import Path

import pytest

MODULE = """\
module mlpstudy:
    snakefile:
        {snakefile!r}{prefix}
    config:
        {config!r}


use rule * from mlpstudy as lecture_*
"""
OTHER = """

rule mine:
    input:
        rules.lecture_only.input[0],
    output:
        "mine/{study}.txt",
    shell:
        "cp {input:q} {output:q}"
"""


@pytest.fixture
def elsewhere(measured, tmp_path):
    """A folder of another workflow, and the project that it uses."""
    return replace(measured, folder=tmp_path)


def written(elsewhere, measured, prefix="", more="", **config):
    """Write a workflow that uses the project as a module."""
    text = MODULE.format(
        snakefile=str(measured.folder / "workflow/Snakefile"),
        prefix=f"\n    prefix:\n        {prefix!r}" if prefix else "",
        config={"size": "smoke", **config},
    )
    (elsewhere.folder / "Snakefile").write_text(text + more, encoding="utf-8")


def snakemake(elsewhere, measured, *arguments):
    sources = str(measured.folder / "src")
    return elsewhere.run("snakemake", "--cores", "1", *arguments, sources=sources)


def test_a_module_has_all_rules_under_its_names(elsewhere, measured):
    written(elsewhere, measured)
    done = snakemake(elsewhere, measured, "--dry-run", "lecture_all")
    assert done.returncode == 0, done.stderr
    each = {
        "prepare": 1,
        "train": 1,
        "measure": 2,
        "summarise": 2,
        "draw": 2,
        "report": 1,
        "all": 1,
    }
    found = elsewhere.counted(done.stdout + done.stderr)
    assert found == {f"lecture_{rule}": often for rule, often in each.items()}


def test_a_module_writes_below_its_prefix_and_leaves_the_rest_alone(elsewhere, measured):
    """Its own wildcards and constraints are not those of the workflow around it."""
    written(elsewhere, measured, "a lecture", OTHER, studies="only")
    done = snakemake(elsewhere, measured, "mine/a b.c.txt")
    assert done.returncode == 0, done.stderr
    result = Path("smoke/studies/only/study.json")
    below = elsewhere.folder / "a lecture/results" / result
    assert below.read_bytes() == (elsewhere.folder / "mine/a b.c.txt").read_bytes()
    assert below.read_bytes() == (measured.folder / "results" / result).read_bytes()
    there = {path.name for path in elsewhere.folder.iterdir()} - {".snakemake"}
    assert there == {"Snakefile", "a lecture", "mine"}


def test_what_a_module_downloads_is_read_where_it_was_downloaded_to(elsewhere, measured):
    """In the working folder: what others have published is no result of the module."""
    datasets = {"flowers": {"openml": 61}}
    written(elsewhere, measured, "a lecture", datasets=datasets)
    done = snakemake(elsewhere, measured, "--dry-run", "a lecture/results/data/flowers.npz")
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    assert elsewhere.counted(said) == {"lecture_fetch": 2, "lecture_read": 1}
    arff, description = (
        f"results/downloads/openml-61/{name}" for name in ("data.arff", "description.json")
    )
    assert f"    output: {arff}\n" in said and f"    output: {description}\n" in said
    read = said.partition("rule lecture_read:")[2].partition("output:")[0]
    assert "a lecture/results/made_by/prepare/flowers" in read
    assert read.rstrip().endswith(f"{description}, {arff}")


def test_the_workflow_runs_from_another_folder(elsewhere, measured):
    """With the settings and studies that came with the code, where the folder has none."""
    place = ("-s", str(measured.folder / "Snakefile"), "-d", str(elsewhere.folder), "--dry-run")
    done = snakemake(replace(elsewhere, folder=measured.folder.parent), measured, *place)
    assert done.returncode == 0, done.stderr
    assert {"train": 1, "measure": 2}.items() <= elsewhere.counted(
        done.stdout + done.stderr
    ).items()
    assert (elsewhere.folder / "results/plan/plan.json").exists()


def test_a_mistake_of_who_uses_the_module_is_one_line(elsewhere, measured):
    written(elsewhere, measured, sise="smoke")
    done = snakemake(elsewhere, measured, "--dry-run")
    assert done.returncode == 1, done.stdout
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "mlpstudy: " in line]
    assert len(lines) == 1 and "sise: unknown key" in lines[0] and "'size'" in lines[0]
    assert "Traceback" not in done.stdout + done.stderr
