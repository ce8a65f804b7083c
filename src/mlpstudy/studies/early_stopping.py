"""When to stop? Prechelt's fourteen criteria and simpler rules, asked of the same curves."""

import numpy as np
import pandas as pd

from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, summarise
from mlpstudy.statistics.stopping import CRITERIA, stops
from mlpstudy.studies.contrast import GUESSED, Contrast, learns
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes
from mlpstudy.studies.view import View

SETTING = ["optimizer", "cost"]
CELL = [*SETTING, "dataset", "label_noise"]
STATISTICS = [
    "test_loss_reduction", "test_error_reduction", "share_of_passes",
    "test_loss_reduction_by_slow", "times_longer", "test_loss_reduction_over_passes",
    "test_loss_reduction_over_training_loss",
]  # fmt: skip
FACTORS = CELL
NEEDS = {
    "fast": ["text"], "slow": ["text"], "passes": ["whole"], "training_loss": ["number"],
}  # fmt: skip
GROUP = [*SETTING, "noisy"]  # the datasets of a setting, clean or with replaced labels
FAMILIES = ("GL", "PQ", "UP")  # these three look at the validation loss
PASSES, TRAINING_LOSS = "passes", "training loss"
MEASURES = ("loss_reduction", "error_reduction", "passes")  # of early stopping, by problem
NAMES = {"sgd": "SGD", "rprop": "RPROP", "adam": "Adam", "nll": "NLL", "mse": "squared error"}


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every rule on every run: passes spent, test loss and error at the weights it gives.
    benefit: of each family of criteria over full training, by cell. rules: cost and test loss of
    every rule, over the datasets of a group. curves: median loss of a cell, with its quartiles.
    """
    by_run = _by_run(view)
    return {
        "by_run": by_run,
        "benefit": _benefit(by_run),
        "rules": _rules(by_run),
        "curves": _curves(view),
    }


def _by_run(view: View) -> pd.DataFrame:
    """One row per run and rule; `at` is the pass whose weights the rule gives."""
    passes = [int(n) for n in view.option("passes", [])]
    shares = [float(share) for share in view.option("training_loss", [])]
    criteria = stops(view.curves).rename(columns={"criterion": "rule", "best": "at"})
    family = criteria["rule"].str.split("_").str[0]
    stopped = [
        criteria.assign(family=family, level=criteria["rule"].str.split("_").str[1].astype(float)),
        *(_after_passes(view.runs, n) for n in passes),
        *(_below_training_loss(view, share) for share in shares),
    ]
    fields = ["run_id", *CELL, "seed", "status", "epochs"]
    rows = pd.concat(stopped, ignore_index=True).merge(view.runs[fields], on="run_id")
    rows = rows.assign(noisy=rows["label_noise"] > 0).rename(columns={"epoch": "spent"})
    return _scored(view, rows).sort_values(["run_id", "family", "level"], ignore_index=True)


def _after_passes(runs: pd.DataFrame, n: int) -> pd.DataFrame:
    """So many passes, where the budget holds as many; the last weights are taken."""
    kept = runs.loc[runs["epochs"] >= n, "run_id"]
    rule = {"rule": f"{n} passes", "family": PASSES, "level": n}
    return pd.DataFrame({"run_id": kept, "epoch": n, "fired": True, "at": n, **rule})


def _below_training_loss(view: View, share: float) -> pd.DataFrame:
    """The first pass with at most this share of the training loss before training."""
    part = view.curves[view.curves["split"] == "train"]
    start = part[part["epoch"] == 0].set_index("run_id")["loss"]
    below = part[part["loss"] <= share * part["run_id"].map(start)]
    first = view.runs["run_id"].map(below.groupby("run_id", observed=True)["epoch"].min())
    epoch = first.fillna(view.runs["epochs"]).astype(int)
    rule = {"rule": f"{share:g} of the first", "family": TRAINING_LOSS, "level": share}
    frame = {"run_id": view.runs["run_id"], "epoch": epoch, "fired": first.notna(), "at": epoch}
    return pd.DataFrame({**frame, **rule})


def _scored(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """With loss, error: on test at the pass `at`; full_*: after all passes; best_*: the lowest;
    excess: of the loss over its lowest, in percent.

    A run that diverged keeps its last finite weights, so their loss holds until its budget ends.
    """
    test = view.curves[view.curves["split"] == "test"]
    test = test.assign(error=1 - test["accuracy"])
    for column in ("loss", "error"):
        curves = test.pivot(index="run_id", columns="epoch", values=column).ffill(axis=1)
        run = curves.index.get_indexer(rows["run_id"])
        matrix = curves.to_numpy()
        rows[column] = matrix[run, np.minimum(rows["at"], matrix.shape[1] - 1)]
        rows[f"full_{column}"] = matrix[run, np.minimum(rows["epochs"], matrix.shape[1] - 1)]
        rows[f"best_{column}"] = matrix.min(axis=1)[run]
    excess = _percent_of(rows, rows["loss"] - rows["best_loss"], "best_loss")
    return rows.assign(excess=excess)


def _percent_of(rows: pd.DataFrame, difference: pd.Series, reference: str) -> pd.Series:
    """A difference of losses in percent of the mean reference of its cell, which is taken as known.

    Not of the run's own: where a clean test set is learned to the last example, single losses are
    next to nothing, and a ratio to them says more about its luck than about the rule.
    """
    return 100 * difference / rows.groupby(CELL)[reference].transform("mean")


def _benefit(by_run: pd.DataFrame) -> pd.DataFrame:
    """By cell, family and measure: value, low, high, n; a run counts with the mean of the family."""
    runs = _means_of_criteria(by_run, [*CELL, "family", "seed"])
    by = [*CELL, "family"]
    parts = [summarise(runs, by, measure).assign(measure=measure) for measure in MEASURES]
    return pd.concat(parts, ignore_index=True)


def _means_of_criteria(by_run: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """MEASURES, averaged over Prechelt's criteria."""
    criteria = by_run[by_run["rule"].isin(CRITERIA)]
    measured = criteria.assign(
        loss_reduction=_percent_of(criteria, criteria["full_loss"] - criteria["loss"], "full_loss"),
        error_reduction=100 * (criteria["full_error"] - criteria["error"]),
        passes=criteria["spent"] / criteria["epochs"],
    )
    return measured.groupby(by, as_index=False)[list(MEASURES)].mean()


def _rules(by_run: pd.DataFrame) -> pd.DataFrame:
    """By group and rule: value, low, high of the excess of the test loss over the curve's lowest,
    in percent, over the datasets; spent: mean share of the passes; fired: share of the runs that
    it stopped; n: networks.
    """
    keys = [*GROUP, "family", "level", "rule"]
    rows = by_run.assign(share=by_run["spent"] / by_run["epochs"])
    seeds = rows.groupby([*keys, "seed"], as_index=False)["excess"].mean()
    rules = summarise(seeds, keys, "excess").drop(columns="n")
    groups = rows.groupby(keys, as_index=False)
    spent = groups.agg(spent=("share", "mean"), fired=("fired", "mean"), n=("seed", "size"))
    return rules.merge(spent, on=keys)


def _curves(view: View) -> pd.DataFrame:
    """CELL, split, epoch, value, low, high, n: median and quartiles of the loss over the seeds."""
    curves = view.curves.merge(view.runs[["run_id", *CELL]], on="run_id")
    groups = curves.groupby([*CELL, "split", "epoch"], observed=True)["loss"]
    quartiles = groups.quantile([0.25, 0.5, 0.75]).unstack()
    quartiles.columns = ["low", "value", "high"]
    return quartiles.assign(n=groups.size()).reset_index()


# What the claims come to


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """C25 by problem, setting and family; its cost, and C11, by setting and family for clean and
    for noisy labels."""
    by_run = frames["by_run"]
    learned = _learned(view)
    found = []
    for key, runs in by_run.groupby(CELL):
        for family in FAMILIES:
            seeds = _means_of_criteria(runs[runs["family"] == family], ["seed"])
            for measure in ("loss_reduction", "error_reduction"):
                reduced = Contrast(
                    condition=f"{_problem(*key[2:])}; {setting_name(*key[:2])}; {family}",
                    value=interval(seeds[measure]),
                    runs=_each_once(runs),
                    learned=learned[key],
                )
                found += view.findings(f"test_{measure}", [reduced])
    for key, runs in by_run.groupby(GROUP):
        group = f"{'noisy' if key[2] else 'clean'} labels; {setting_name(*key[:2])}"
        for family in FAMILIES:
            criteria = runs[runs["family"] == family]
            condition = f"{group}; {family}"
            share = interval(_means_of_criteria(criteria, ["seed"])["passes"])
            found += view.findings("share_of_passes", [(condition, share, _each_once(runs))])
            found += _trade_off(view, criteria, condition)
            found += _against_simple_rules(view, by_run, runs, family, condition)
    return found


def _learned(view: View) -> dict[tuple, bool]:
    """By cell: whether full training, with which stopping is compared, learns the task."""
    ends = outcomes(view, view.runs, [*CELL, "seed"])
    known = set(ends) >= GUESSED
    return {key: learns(runs) if known else True for key, runs in ends.groupby(CELL)}


def setting_name(optimizer: str, cost: str) -> str:
    return f"{NAMES.get(optimizer, optimizer)}, {NAMES.get(cost, cost)}"


def _problem(dataset: str, noise: float) -> str:
    return f"{dataset}, {noise:.0%} of the labels replaced" if noise else f"{dataset}, clean labels"


def _each_once(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop_duplicates("run_id")


def _trade_off(view: View, criteria: pd.DataFrame, condition: str) -> list[Finding]:
    """The slowest of a family against its fastest: test loss in percent, and times longer."""
    fast, slow = (criteria["rule"].isin(view.option(side, [])) for side in ("fast", "slow"))
    if not fast.any() or not slow.any():
        return []
    pairs = _compared(criteria, fast, slow)
    seeds = pairs.groupby("seed")[["percent", "log_times"]].mean()
    longer = Interval(*(float(np.exp(end)) for end in interval(seeds["log_times"])))
    behind = _each_once(criteria)
    percent = interval(seeds["percent"])
    return [
        *view.findings("test_loss_reduction_by_slow", [(condition, percent, behind)]),
        *view.findings("times_longer", [(condition, longer, behind)]),
    ]


def _compared(runs: pd.DataFrame, before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """By run: percent by which the test loss falls from some rules to others, each averaged.

    log_times: logarithm of the passes spent with the latter over those with the former.
    """
    sides = [
        runs[side]
        .assign(log_spent=np.log(runs.loc[side, "spent"].clip(lower=1)))
        .groupby([*CELL, "seed"])[["loss", "log_spent"]]
        .mean()
        for side in (before, after)
    ]
    both = (
        sides[0]
        .reset_index()
        .merge(sides[1].reset_index(), on=[*CELL, "seed"], suffixes=("", "_after"))
    )
    percent = _percent_of(both, both["loss"] - both["loss_after"], "loss")
    return both.assign(percent=percent, log_times=both["log_spent_after"] - both["log_spent"])


def _against_simple_rules(
    view: View, by_run: pd.DataFrame, runs: pd.DataFrame, criteria: str, condition: str
) -> list[Finding]:
    """A family of criteria against the number of passes, or the training loss, that suits all
    problems.

    That one is chosen on the test loss itself, for its setting: the comparison favours it.
    """
    of_setting = by_run[(by_run[SETTING] == runs[SETTING].iloc[0]).all(axis=1)]
    found = []
    for family, statistic in (
        (PASSES, "test_loss_reduction_over_passes"),
        (TRAINING_LOSS, "test_loss_reduction_over_training_loss"),
    ):
        rule = best_rule(of_setting[of_setting["family"] == family])
        compared = _compared(runs, runs["rule"] == rule, runs["family"] == criteria)
        value = interval(compared.groupby("seed")["percent"].mean())
        where = f"{condition}; the best is {rule}"
        found += view.findings(statistic, [(where, value, _each_once(runs))])
    return found


def best_rule(rows: pd.DataFrame) -> str:
    """The rule with the lowest mean excess of the test loss."""
    return rows.groupby("rule")["excess"].mean().idxmin()


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    benefit = frames["benefit"]
    index = [*CELL, "family"]
    wide = benefit.pivot(index=index, columns="measure", values=["value", "low", "high"])
    columns = {
        "loss_reduction": ("value", "loss_reduction"),
        "low": ("low", "loss_reduction"),
        "high": ("high", "loss_reduction"),
        "error_reduction": ("value", "error_reduction"),
        "low of error": ("low", "error_reduction"),
        "high of error": ("high", "error_reduction"),
        "passes": ("value", "passes"),
    }
    problems = pd.DataFrame({name: wide[column] for name, column in columns.items()})
    return [
        {
            "name": "problems",
            "title": Said(
                en="What early stopping gives and costs, problem by problem",
                fr="Ce que l'arrêt prématuré apporte et coûte, problème par problème",
            ),
            "caption": Said(
                en="Mean of the criteria of a family: by how many percent the test loss, and by how "
                "many percentage points the test error, is lower than after all passes (with 95 % "
                "intervals; negative: higher), and the share of the passes that is spent.",
                fr="Moyenne des critères d'une famille : de combien de pour cent le coût en test, et de"
                " combien de points de pourcentage l'erreur en test, sont plus bas qu'après "
                "toutes les passes (avec leurs intervalles à 95 % ; négatif : plus haut), et "
                "part des passes effectuées.",
            ),
            "frame": problems.reset_index(),
        },
        {
            "name": "rules",
            "title": Said(
                en="What each rule costs, and how far from the lowest test loss it ends",
                fr="Ce que coûte chaque règle, et à quelle distance du plus bas coût en test elle "
                "finit",
            ),
            "caption": Said(
                en="excess: by how many percent of the mean lowest test loss of a problem the test "
                "loss at the weights of the rule is above the lowest of its own curve (mean over the "
                "datasets, with its 95 % interval); spent: share of the passes; fired: share of the "
                "networks that the rule stopped.",
                fr="excès : de combien de pour cent du plus bas coût en test moyen d'un problème "
                "le coût en test aux poids de la règle dépasse le plus bas de sa propre courbe "
                "(moyenne sur les jeux de données, avec son intervalle à 95 %) ; dépensé : part"
                " des passes ; arrêtés : part des réseaux que la règle a arrêtés.",
            ),
            "frame": _rules_table(frames["rules"]),
        },
    ]


def _rules_table(rules: pd.DataFrame) -> pd.DataFrame:
    labels = np.where(rules["noisy"], "noisy", "clean")
    setting = [setting_name(*pair) for pair in zip(rules["optimizer"], rules["cost"])]
    columns = ["setting", "labels", "rule", "excess", "low", "high", "spent", "fired", "n"]
    named = rules.rename(columns={"value": "excess"})
    return named.assign(setting=setting, labels=labels)[columns]
