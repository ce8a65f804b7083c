"""What is trained again and what is not, and a study as a target."""

import shutil

import pytest


def test_a_new_seed_trains_only_the_new_runs(smoke):
    undo = smoke.edit(
        "config/studies/trainability.yaml", "  seeds: 6\n  sweep", "  seeds: 7\n  sweep"
    )
    try:
        plan = smoke.mlpstudy("plan").stdout
    finally:
        undo()
    assert "for the 36 that are missing" in plan  # 2 depths x 2 etas x 9 recipes


def test_what_is_trained_is_not_trained_again(smoke):
    """Tables that are lost are made again from the runs that are kept, byte for byte."""
    table = next((smoke.folder / "results/smoke/jobs").glob("*/curves.parquet"))
    before = table.read_bytes()
    table.unlink()
    done = smoke.cold.snakemake(str(table.relative_to(smoke.folder)))
    assert done.returncode == 0, done.stderr
    assert "0 of 0 networks" in done.stdout + done.stderr
    assert table.read_bytes() == before
    smoke.snakemake()  # summarise and draw what depends on it, so that other tests find it whole


@pytest.mark.parametrize("name", ["vanishing", "trainability"])
def test_a_study_is_a_target_that_trains_nothing_else(smoke, name):
    project = smoke.project()
    dry = smoke.dry_run("--forceall", name)
    assert f"studies/{name}/findings.json" in dry
    assert not any(f"studies/{other}/" in dry for other in set(project.studies) - {name})
    assert smoke.counted(dry)["train"] == len(project.jobs_of(name))


def test_two_datasets_are_targets_where_nothing_was_made(checkout):
    """Snakemake looks through the folder of the first one's stamp before the second one's is there."""
    shutil.rmtree(checkout.folder / "results/made_by", ignore_errors=True)
    files = ("results/data/iris.npz", "results/data/wine.npz")
    assert checkout.planned("--forceall", *files) == {"prepare": 2}
