"""The pipeline at the smoke size, from a study's YAML to the report, with its numbers checked."""

import json
import math
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.pool import jobs, pool
from mlpstudy.design.run import run_id
from mlpstudy.design.study_file import load
from mlpstudy.report.page import localized
from mlpstudy.statistics.intervals import wilson
from mlpstudy.tables.files import read_table

ROOT = Path(__file__).resolve().parents[2]
RESULTS = "results/smoke"
STUDIES = sorted(path.stem for path in (ROOT / "config/studies").glob("*.yaml"))


@pytest.fixture(scope="module")
def studies(smoke):
    return [load(smoke.folder / f"config/studies/{name}.yaml", "smoke") for name in STUDIES]


@pytest.fixture(scope="module")
def tables(smoke):
    """All runs, curves and layers of all jobs."""
    folders = sorted((smoke.folder / RESULTS / "jobs").iterdir())
    return {
        name: pd.concat([read_table(folder, name) for folder in folders], ignore_index=True)
        for name in ("runs", "curves", "layers")
    }


def read(smoke, place):
    return json.loads((smoke.folder / RESULTS / place).read_text(encoding="utf-8"))


def test_every_run_of_the_pool_is_in_the_tables_once(studies, tables):
    wanted = pool(studies)
    assert sorted(tables["runs"]["run_id"]) == sorted(wanted)
    assert len(list(jobs(studies))) >= 2


def test_every_run_has_every_pass_of_its_curve(tables):
    runs = tables["runs"].set_index("run_id")
    rows = tables["curves"].groupby("run_id").size().reindex(runs.index, fill_value=0)
    finished = runs["status"] == "finished"
    assert (rows[finished] == 3 * (runs["epochs"][finished] + 1)).all()
    assert (rows[~finished] == 3 * runs["diverged_at"][~finished]).all()


def test_every_layer_is_probed_at_the_same_passes(tables):
    runs = tables["runs"].set_index("run_id")
    layers = tables["layers"]
    assert set(layers["epoch"]) <= {0, 1, 2, 5, 10, 20, 50, 100, 200, 500}
    deepest = layers.groupby("run_id")["layer"].max()
    assert (deepest == runs["depth"].reindex(deepest.index) + 1).all()


def test_the_share_that_trains_is_that_of_the_curves(smoke, tables, studies):
    """One finding, recomputed from the raw curves with plain pandas."""
    study = next(study for study in studies if study.name == "trainability")
    level = study.reach.level["digits"]
    runs, curves = tables["runs"], tables["curves"]
    mine = runs["run_id"].isin([run_id(run) for run in study.runs])
    cells = runs[mine & (runs["activation"] == "relu") & (runs["initialization"] == "he_normal")]
    cells = cells[cells["residual"] == "none"]
    validation = curves[curves["split"] == "validation"].sort_values("epoch")
    by_run = validation.groupby("run_id")
    assert (cells["status"] == "finished").all()
    accuracy, loss = by_run["accuracy"].last(), by_run["loss"].last()
    reached = by_run["accuracy"].max() >= level
    shares = {}
    for depth, cell in cells.groupby("depth"):
        ends = {
            eta: (-accuracy.reindex(part["run_id"]).mean(), loss.reindex(part["run_id"]).mean())
            for eta, part in cell.groupby("eta")
        }
        best = min(sorted(ends), key=ends.get)
        shares[depth] = reached.reindex(cell.loc[cell["eta"] == best, "run_id"])
    told = read_table(smoke.folder / RESULTS / "studies/trainability/tables", "figure_shares")
    told = told[(told["activation"] == "relu") & (told["initialization"] == "he_normal")]
    told = told[told["residual"] == "none"]
    assert len(told) == 2
    for row in told.itertuples():
        share = wilson(int(shares[row.depth].sum()), len(shares[row.depth]))
        assert (row.value, row.low, row.high) == pytest.approx(share)


def test_the_loss_of_delta_is_the_slope_of_its_logarithm(smoke, tables):
    told = read_table(smoke.folder / RESULTS / "studies/vanishing/tables", "rates")
    row = told[(told["epoch"] == 0) & told["decades"].notna() & (told["depth"] > 2)].iloc[7]
    layers = tables["layers"]
    profile = layers[(layers["run_id"] == row["run_id"]) & (layers["epoch"] == 0)]
    profile = profile[profile["layer"] <= row["depth"]]
    slope = np.polyfit(profile["layer"], np.log10(profile["delta_rms"]), 1)[0]
    assert row["decades"] == pytest.approx(slope)


@pytest.mark.parametrize("study", STUDIES)
def test_a_study_counts_its_networks(smoke, studies, study):
    counted = read(smoke, f"studies/{study}/counts.json")
    asked = next(s for s in studies if s.name == study)
    assert counted.get("networks", 0) == len(asked.runs)
    assert counted.get("finished", 0) + counted.get("diverged", 0) == len(asked.runs)
    assert ("measurements" in counted) == asked.is_measured


# Claims about blocks, or about conditions, that the smoke size does not have.
NOT_IN_SMOKE = {
    "between_deep_over_shallow",
    "loss_reduction_in_half_the_passes",
    "as_published",
    "gained_by_convolution",
    "error_at_the_bump",
    "loss_at_the_bump",
    "error_saved_by_excess",
}


def test_every_claim_has_a_finding_with_a_verdict(smoke, studies):
    findings = read(smoke, "findings.json")["findings"]
    for study in studies:
        for claim in study.claims:
            mine = [
                f for f in findings if (f["claim"], f["statistic"]) == (claim.id, claim.statistic)
            ]
            assert bool(mine) == (claim.statistic not in NOT_IN_SMOKE), claim.statistic
            for finding in mine:
                for key in ("threshold", "direction", "matters"):
                    assert finding[key] == getattr(claim, key)
                again = (
                    "replay" if finding["runs"] else "measure" if study.is_measured else "snakemake"
                )
                assert finding["n"] > 0 and again in finding["rerun"]
                assert finding["verdict"] == expected(finding)


def expected(finding: dict) -> str:
    """The verdict, from the finding's interval and threshold."""
    if not finding["learned"]:
        return "not_learned"
    low, high = (math.nan if finding[k] is None else float(finding[k]) for k in ("low", "high"))
    threshold, matters = finding["threshold"], finding["matters"]
    if matters is not None and max(abs(low - threshold), abs(high - threshold)) <= matters:
        return "negligible"
    over, under = low > threshold, high < threshold
    holds, fails = (over, under) if finding["direction"] == "above" else (under, over)
    fails = fails or low == high == threshold  # without any doubt not beyond it
    return "supported" if holds else "contradicted" if fails else "undecided"


def test_the_report_names_the_networks_and_shows_every_figure(smoke, studies):
    page = (smoke.folder / RESULTS / "report/index.html").read_text(encoding="utf-8")
    text = (smoke.folder / RESULTS / "report/README.md").read_text(encoding="utf-8")
    assert str(len(pool(studies))) in page and str(len(pool(studies))) in text
    assert len(text.encode()) < 60_000
    for study in STUDIES:
        chapter = smoke.folder / RESULTS / f"report/chapters/{study}.html"
        page = chapter.read_text(encoding="utf-8")
        for figure in read(smoke, f"studies/{study}/figures.json"):
            for title in localized(figure["title"]).values():
                assert title.split()[0] in unescape(page)
            assert (
                smoke.folder / RESULTS / f"studies/{study}/figures/{figure['name']}.svg"
            ).exists()
        assert page.count("<svg") >= 2 * len(read(smoke, f"studies/{study}/figures.json"))
