"""Does pretraining layer by layer help? Against a control with as many passes in all."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.statistics import paired, rate, share_difference, summarise
from mlpstudy.said import Said
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import levels, trained, with_chosen
from mlpstudy.studies.view import View

CELL = ["dataset", "depth", "kind", "more"]  # more: beyond the control's budget
STATISTICS = ["error_saved_shallow", "error_saved_deep", "share_gained", "share_gained_with_more"]
FACTORS = [
    *CELL, "pretraining", "pretraining_epochs", "pretraining_eta", "corruption", "epochs", "eta",
]  # fmt: skip
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
    rows = [
        {**dict(zip(CELL, key, strict=True)), **value._asdict(), "n": len(runs)}
        for key, value, runs in _compared(view, best)
    ]
    return {
        "by_run": by_run,
        "shares": _shares(best),
        "errors": summarise(best, CELL, "test_error"),
        "compared": pd.DataFrame(rows, columns=[*CELL, "value", "low", "high", "n"]),
    }


def _by_run(view: View) -> pd.DataFrame:
    frame = trained(view, levels(view.option("levels", [])))
    fields = view.runs[["run_id", "depth", "pretraining", "pretraining_eta"]]
    frame = frame.merge(fields, on="run_id").rename(columns={"pretraining": "kind"})
    frame["more"] = frame["run_id"].isin(view.blocks.get(MORE, []))
    return with_chosen(frame, CELL, ("eta", "cell_id"))


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


def _compared(view: View, best: pd.DataFrame):
    """(cell, interval, runs behind it): the control's test error less the pretrained ones'."""
    control = best[best["kind"] == view.option("control", "none")]
    for key, runs in best[best["kind"] != view.option("control", "none")].groupby(CELL):
        dataset, depth, *_ = key
        side = control[(control["dataset"] == dataset) & (control["depth"] == depth)]
        if len(side):
            yield key, paired(side, runs, "test_error"), pd.concat([side, runs])


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C28 comes to, dataset by dataset and kind by kind."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    deepest, none = best["depth"].max(), view.option("control", "none")
    found = []
    for (dataset, depth, kind, more), value, runs in _compared(view, best):
        told = f"{dataset}, {_told(kind)}, depth {depth}"
        if depth == best["depth"].min() and not more:
            found += view.findings("error_saved_shallow", [(told, value, runs)])
        if depth != deepest:
            continue
        pretrained = runs["kind"] != none
        share = share_difference(runs.loc[pretrained, "reached"], runs.loc[~pretrained, "reached"])
        if more:
            found += view.findings("share_gained_with_more", [(told, share, runs)])
        else:
            found += view.findings("share_gained", [(told, share, runs)])
            found += view.findings("error_saved_deep", [(told, value, runs)])
    return found


def _told(kind: str) -> str:
    return kind.replace("_", " ")


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
                "Wilson's 95 % interval, at the settings chosen on validation; epochs: passes of "
                "the whole network; spent: what pretraining costs, in such passes; budget: as much "
                "in all as the control, or more.",
                fr="valeur : part des graines qui atteignent l'exactitude dans le budget, avec "
                "l'intervalle de Wilson à 95 %, aux réglages choisis en validation ; passes : du "
                "réseau entier ; dépensé : ce que coûte le pré-apprentissage, en passes "
                "semblables ; budget : autant en tout que le témoin, ou davantage.",
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
