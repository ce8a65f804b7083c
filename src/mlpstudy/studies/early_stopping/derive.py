"""What each rule for stopping spends on each run, and how good the weights are that it gives."""

import pandas as pd

from mlpstudy.statistics.stopping import CRITERIA, stops
from mlpstudy.statistics.tuning import LOSS, choose
from mlpstudy.studies.view import View

COLUMNS = {
    "rules": [
        "run_id", "seed", "dataset", "label_noise", "eta", "epochs", "setting", "noisy", "family",
        "level", "rule", "spent", "fired", "mean_spent", "test_loss", "test_error",
        "validation_loss", "validation_error", "lowest_loss", "excess", "loss_of_fastest",
        "slowness", "badness",
    ],
    "families": [
        "run_id", "seed", "dataset", "label_noise", "eta", "epochs", "setting", "noisy", "family",
        "spent", "test_loss", "test_error", "validation_loss", "validation_error", "at_best_loss",
        "guess_loss", "guess_error", "loss_of_all", "loss_of_passes", "loss_of_threshold",
    ],
}  # fmt: skip
FACTORS = {"rules": ["setting", "family", "level"], "families": ["setting", "family"]}
NEEDS = {"passes": ["whole"], "training_loss": ["number"]}
CELL = ["setting", "dataset", "label_noise"]
# Families of rules, beside Prechelt's three, and the column with the mean loss of their cells.
ALL, PASSES, TRAINING_LOSS = "all passes", "passes", "training loss"
REFERENCES = {ALL: "loss_of_all", PASSES: "loss_of_passes", TRAINING_LOSS: "loss_of_threshold"}
OF_RUN = [
    "run_id", "seed", "dataset", "label_noise", "eta", "epochs", "at_best_loss", "guess_loss",
    "guess_error",
]  # fmt: skip
MEASURED = [
    "test_loss",
    "test_error",
    "validation_loss",
    "validation_error",
]  # at the weights given


def derive(view: View) -> dict[str, pd.DataFrame]:
    """rules: one row per run and rule: passes spent, losses and errors at the weights that it gives,
    and how far the test loss is above the lowest of its cell, in percent. families: one row per run
    and family: the mean of Prechelt's criteria of it, or the one simple rule that suits the setting
    best, on the test loss itself. Each rule has its own eta, where a setting has several: that of
    the least validation loss at its weights.
    """
    runs = view.runs.assign(
        setting=view.runs["optimizer"] + ", " + view.runs["cost"],
        noisy=view.runs["label_noise"] > 0,
    )[[*OF_RUN, "setting", "noisy"]]
    passes, shares = view.option("passes", []), view.option("training_loss", [])
    stopped = [
        _criteria(view.curves),
        _after(runs, runs["epochs"], ALL),
        *(_after(runs[runs["epochs"] >= n], n, PASSES) for n in passes),
        *(_below_training_loss(view, runs, share) for share in shares),
    ]
    rows = _scored(pd.concat(stopped, ignore_index=True).merge(runs, on="run_id"), view.curves)
    return {"rules": _rules(rows), "families": _families(rows)}


# Where a rule stops (spent), and the pass whose weights it gives (at)


def _criteria(curves: pd.DataFrame) -> pd.DataFrame:
    """Prechelt's criteria go back to the best pass on validation."""
    names = {"criterion": "rule", "best": "at", "epoch": "spent"}
    criteria = stops(curves).rename(columns=names)
    parts = criteria["rule"].str.split("_")
    return criteria.assign(family=parts.str[0], level=parts.str[1].astype(float))


def _after(runs: pd.DataFrame, n: int | pd.Series, family: str) -> pd.DataFrame:
    """So many passes; the last weights are taken."""
    rule = {"rule": f"{n} passes" if family == PASSES else family, "family": family, "level": n}
    return pd.DataFrame({"run_id": runs["run_id"], "spent": n, "fired": True, "at": n, **rule})


def _below_training_loss(view: View, runs: pd.DataFrame, share: float) -> pd.DataFrame:
    """The first pass with at most this share of the training loss before training."""
    train = view.curves[view.curves["split"] == "train"]
    start = train[train["epoch"] == 0].set_index("run_id")["loss"]
    below = train[train["loss"] <= share * train["run_id"].map(start)]
    first = runs["run_id"].map(below.groupby("run_id", observed=True)["epoch"].min())
    spent = first.fillna(runs["epochs"]).astype(int)
    rule = {"rule": f"{share:g} of the first", "family": TRAINING_LOSS, "level": share}
    frame = {"run_id": runs["run_id"], "spent": spent, "fired": first.notna(), "at": spent}
    return pd.DataFrame(frame | rule)


# How good its weights are


def _scored(rows: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """With MEASURED at the pass `at`; lowest_loss, the least test loss of the whole curve; excess;
    chosen, whether eta is the one that suits the rule.

    A run that diverged keeps its last finite weights, so their loss holds until its budget ends.
    """
    for split in ("test", "validation"):
        part = curves[curves["split"] == split]
        for column, values in (("loss", part["loss"]), ("error", 1 - part["accuracy"])):
            matrix = _matrix(part.assign(value=values))
            run = matrix.index.get_indexer(rows["run_id"])
            at = rows["at"].clip(upper=matrix.shape[1] - 1)
            rows[f"{split}_{column}"] = matrix.to_numpy()[run, at]
    lowest = curves[curves["split"] == "test"].groupby("run_id", observed=True)["loss"].min()
    rows = rows.assign(lowest_loss=rows["run_id"].map(lowest))
    return _with_excess(choose(rows, [*CELL, "family", "rule"], ["eta"], LOSS))


def _matrix(part: pd.DataFrame) -> pd.DataFrame:
    return part.pivot(index="run_id", columns="epoch", values="value").ffill(axis=1)


def _with_excess(rows: pd.DataFrame) -> pd.DataFrame:
    """With excess: how far the test loss is above the lowest that any eta of its cell comes to, in
    percent of the mean over the seeds: where a clean test set is learned to the last example, a
    run's own lowest loss is next to nothing, and says more about its luck than about the rule."""
    lowest = rows.groupby([*CELL, "eta"])["lowest_loss"].mean().groupby(CELL).min()
    best = lowest.reindex(pd.MultiIndex.from_frame(rows[CELL])).to_numpy()
    return rows.assign(excess=100 * (rows["test_loss"] / best - 1))


def _rules(rows: pd.DataFrame) -> pd.DataFrame:
    """With mean_spent, the mean share of the passes that a rule spends with a setting;
    loss_of_fastest, the mean loss of a cell with the first criterion of a family; slowness and
    badness, of a criterion."""
    chosen, by = rows[rows["chosen"]], ["setting", "noisy", "rule"]
    share = (chosen["spent"] / chosen["epochs"]).groupby([chosen[name] for name in by]).mean()
    fastest = chosen[chosen["level"] == chosen.groupby("family")["level"].transform("min")]
    means = fastest.groupby([*CELL, "family"])["test_loss"].mean().rename("loss_of_fastest")
    rows = rows.join(share.rename("mean_spent"), on=by).join(means, on=[*CELL, "family"])
    return _beside_the_best(rows).drop(columns="chosen")


def _beside_the_best(rows: pd.DataFrame) -> pd.DataFrame:
    """With slowness and badness of each criterion, as Prechelt (1998) has them: its passes, and its
    test loss in percent above, beside those of the criterion that ends lowest on the same run; of
    equal ones the fastest."""
    criteria = rows[rows["rule"].isin(CRITERIA)].sort_values(["run_id", "test_loss", "spent"])
    best = criteria.drop_duplicates("run_id").set_index("run_id")[["spent", "test_loss"]]
    ours = best.reindex(rows["run_id"]).set_index(rows.index)
    slowness = rows["spent"].clip(lower=1) / ours["spent"].clip(lower=1)
    badness = 100 * (rows["test_loss"] / ours["test_loss"] - 1)
    return rows.assign(slowness=slowness, badness=badness)


def _families(rows: pd.DataFrame) -> pd.DataFrame:
    """With loss_of_all, loss_of_passes and loss_of_threshold: the mean loss of a cell, at the eta
    that suits the rule, after all passes, after the best number of them, and at the best threshold
    on the training loss."""
    criteria = rows["rule"].isin(CRITERIA)
    measured = [*MEASURED, "spent"]
    means = rows[criteria].groupby(["run_id", "family"], as_index=False)[measured].mean()
    of_run = rows.drop_duplicates("run_id")[[*OF_RUN, "setting", "noisy"]]
    simple = _best(rows[~criteria])
    losses = simple[simple["chosen"]].groupby([*CELL, "family"])["test_loss"].mean().unstack()
    references = losses.rename(columns=REFERENCES)[list(REFERENCES.values())]
    families = pd.concat([means.merge(of_run, on="run_id"), simple])
    kept = ["family", *measured, *OF_RUN, "setting", "noisy"]
    return families[kept].join(references, on=CELL).reset_index(drop=True)


def _best(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the rule of each family that has the lowest mean excess with a setting, each cell
    at the eta that suits the rule."""
    by = ["setting", "family"]
    mean = rows[rows["chosen"]].groupby([*by, "rule"], as_index=False)["excess"].mean()
    best = mean.loc[mean.groupby(by)["excess"].idxmin(), [*by, "rule"]]
    return rows.merge(best, on=[*by, "rule"])
