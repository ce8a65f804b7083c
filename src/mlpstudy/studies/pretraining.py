"""Does pretraining layer by layer help? Against a control with as many passes in all."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, paired, rate, share_difference, summarise
from mlpstudy.studies.contrast import GUESSED, Contrast, contrast, learns
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import levels, trained, with_chosen
from mlpstudy.studies.view import View

# more: beyond the control's budget
CELL = ["dataset", "depth", "kind", "corruption", "more"]
STATISTICS = ["error_saved_shallow", "error_saved_deep", "share_gained", "share_gained_with_more"]
FACTORS = [*CELL, "pretraining", "pretraining_epochs", "pretraining_eta", "epochs", "eta"]
NEEDS = {"levels": ["dataset number"]}
OPTIONS = {"control": "text"}
MORE = "more"  # the block whose networks are pretrained on top of the whole budget


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run, when it is there, and whether its settings are the chosen ones.
    shares: of those that train, cell by cell. errors: on test, cell by cell. compared: the control's
    test error less that of each pretrained cell, paired by seed.
    """
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    rows = []
    for key, treated, control in _pairs(view, by_run):
        value = _error_saved(treated[treated["chosen"]], control[control["chosen"]])
        seeds = treated["seed"].nunique()
        rows.append({**dict(zip(CELL, key, strict=True)), **value._asdict(), "n": seeds})
    return {
        "by_run": by_run,
        "shares": _shares(best),
        "errors": summarise(best, CELL, "test_error"),
        "compared": pd.DataFrame(rows, columns=[*CELL, "value", "low", "high", "n"]),
    }


def _by_run(view: View) -> pd.DataFrame:
    frame = trained(view, levels(view.option("levels", [])))
    fields = view.runs[["run_id", "depth", "pretraining", "pretraining_eta", "corruption"]]
    frame = frame.merge(fields, on="run_id").rename(columns={"pretraining": "kind"})
    frame["more"] = frame["run_id"].isin(view.blocks.get(MORE, []))
    return with_chosen(frame, CELL, ("eta", "pretraining_eta"))


def _shares(best: pd.DataFrame) -> pd.DataFrame:
    """The share that trains, beside the chosen etas, the budget and what diverged."""
    others = best.groupby(CELL, as_index=False).agg(
        eta=("eta", "first"),
        pretraining_eta=("pretraining_eta", "first"),
        epochs=("epochs", "first"),
        spent=("spent", "first"),
        diverged=("status", lambda s: int((s == "diverged").sum())),
    )
    return rate(best, CELL, "reached").merge(others, on=CELL)


def _pairs(view: View, by_run: pd.DataFrame) -> Iterator[tuple[tuple, pd.DataFrame, pd.DataFrame]]:
    """(cell, its runs, those of the control of its dataset and depth), at every eta."""
    alone = by_run["kind"] == view.option("control", "none")
    for key, treated in by_run[~alone].groupby(CELL):
        control = _of(by_run[alone], dataset=key[0], depth=key[1])
        if len(control):
            yield key, treated, control


def _of(runs: pd.DataFrame, **values) -> pd.DataFrame:
    for column, value in values.items():
        runs = runs[runs[column] == value]
    return runs


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C28 comes to, dataset by dataset and kind by kind."""
    by_run = frames["by_run"]
    shallowest, deepest = by_run["depth"].min(), by_run["depth"].max()
    measured = {statistic: [] for statistic in STATISTICS}
    for key, treated, control in _pairs(view, by_run):
        dataset, depth, *_, more = key
        sides = _condition(key, by_run), treated, control
        if depth == shallowest and not more:
            measured["error_saved_shallow"].append(_contrast(*sides, _error_saved))
        if depth != deepest:
            continue
        easy = _of(by_run, dataset=dataset, depth=shallowest, kind=control["kind"].iloc[0])
        learned = _learnable(easy[easy["chosen"]])
        share = _contrast(*sides, _share_gained, learned)
        measured["share_gained_with_more" if more else "share_gained"].append(share)
        if not more:
            measured["error_saved_deep"].append(_contrast(*sides, _error_saved, learned))
    return [f for statistic, made in measured.items() for f in view.findings(statistic, made)]


def _learnable(easy: pd.DataFrame) -> bool:
    """Whether the shallowest control learns the task: deep ones that do not are what is asked."""
    known = set(easy.columns) >= GUESSED
    return bool(easy["reached"].any()) and (learns(easy) if known else True)


def _contrast(
    condition: str, treated: pd.DataFrame, control: pd.DataFrame, compare, learned=None
) -> Contrast:
    return contrast(
        condition, treated, control, compare, learned=learned, alone=["pretraining_eta"]
    )


def _error_saved(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    return paired(control, treated, "test_error")


def _share_gained(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    return share_difference(treated["reached"], control["reached"])


def _condition(key: tuple, by_run: pd.DataFrame) -> str:
    """A cell in words; its corruption only where its kind has several."""
    dataset, depth, kind, corruption, _ = key
    amounts = by_run.loc[by_run["kind"] == kind, "corruption"].nunique()
    corrupted = f", corruption {corruption:g}" if amounts > 1 else ""
    return f"{dataset}, {kind.replace('_', ' ')}{corrupted}, depth {depth}"


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    shares = frames["shares"].assign(more=np.where(frames["shares"]["more"], "more", "equal"))
    compared = frames["compared"].assign(more=np.where(frames["compared"]["more"], "more", "equal"))
    return [
        {
            "name": "shares",
            "title": Said(
                en="Share of networks that train, pretrained or not",
                fr="Part des réseaux qui apprennent, pré-appris ou non",
            ),
            "caption": Said(
                en="value: share of the seeds that reach the accuracy within the budget, with "
                "Wilson's 95 % interval, at the settings with the least mean validation error; "
                "epochs: passes of the whole network; spent: what pretraining costs, in such "
                "passes; budget: as much in all as the control, or more.",
                fr="valeur : part des graines qui atteignent l'exactitude dans le budget, avec "
                "l'intervalle de Wilson à 95 %, aux réglages dont l'erreur moyenne en validation "
                "est la plus petite ; passes : du réseau entier ; dépensé : ce que coûte le "
                "pré-apprentissage, en passes semblables ; budget : autant en tout que le témoin, "
                "ou davantage.",
            ),
            "frame": shares.rename(columns={"more": "budget"}),
        },
        {
            "name": "compared",
            "title": Said(
                en="Test error saved by pretraining",
                fr="Erreur de test gagnée par le pré-apprentissage",
            ),
            "caption": Said(
                en="The control's test error after the last pass less that of the pretrained "
                "networks, paired by seed, with its 95 % interval: above 0 pretraining helps.",
                fr="Erreur de test du témoin après la dernière passe moins celle des réseaux "
                "pré-appris, appariée par graine, avec son intervalle à 95 % : au-dessus de 0 le "
                "pré-apprentissage aide.",
            ),
            "frame": compared.rename(columns={"more": "budget"}),
        },
    ]
