"""Gains over the better straight border, mistakes pass by pass, and labellings one by one."""

import pandas as pd

from mlpstudy.bilingual import Bilingual
from mlpstudy.statistics.tuning import choose
from mlpstudy.studies.perceptron_limits.measure import HIDDEN, model_of
from mlpstudy.studies.view import View

EXAMPLES = 120  # on a picture
LEAST = ["validation_error", "validation_loss"]  # what eta is chosen by, as the study's YAML says
COLUMNS = {
    "ends": ["run_id", "seed", "dataset", "model", "test_accuracy", "gain"],
    "pictures": ["dataset", "model", "x1", "x2", "a", "label"],
    "mistakes": ["examples", "seed", "separable", "epoch", "mistaken"],
    "trials": ["weights", "per_weight", "separated"],
}
ENDS = ["run_id", "seed", "dataset", "model", "test_accuracy", "diverged"]
FACTORS = {
    "ends": ["model"], "pictures": ["model"], "mistakes": ["examples", "epoch"],
    "trials": ["weights", "per_weight"],
}  # fmt: skip


def derive(view: View) -> dict[str, pd.DataFrame]:
    """ends: each run at its model's eta, with its gain over the better straight border of its seed.
    pictures: planes with examples on them. mistakes: of the perceptron rule, as shares of the
    examples. trials: each random labelling, and whether a neuron separates it."""
    measured = view.measured
    return {
        "ends": _ends(view.runs),
        "pictures": _pictures(measured["planes"], measured["points"]),
        "mistakes": _mistakes(measured["rule"], measured["passes"]),
        "trials": _trials(measured["labellings"]),
        "rules": _rules(measured["rule"]),
    }


def _ends(runs: pd.DataFrame) -> pd.DataFrame:
    models = [model_of(*key) for key in zip(runs["depth"], runs["cost"], strict=True)]
    runs = choose(runs.assign(model=models), ["dataset", "model"], ["eta"], LEAST)
    ends = runs.loc[runs["chosen"], ENDS]
    straight = ends[ends["model"] != HIDDEN].groupby(["dataset", "seed"])["test_accuracy"].max()
    ends = ends.join(straight.rename("straight"), on=["dataset", "seed"])
    return ends.assign(gain=ends["test_accuracy"] - ends.pop("straight"))


def _pictures(planes: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    examples = points.groupby(["dataset", "model"]).head(EXAMPLES).rename(columns={"y": "label"})
    return pd.concat([planes, examples.drop(columns="right")], ignore_index=True)


def _mistakes(rule: pd.DataFrame, passes: pd.DataFrame) -> pd.DataFrame:
    """Of pairs of classes; an order that has come to an end makes no more mistakes, until that of
    its examples which takes longest has."""
    sizes = rule[rule["kind"] == "pair"].drop_duplicates("examples").set_index("examples")
    counts = passes[passes["examples"].isin(sizes.index)].rename(columns={"pass": "epoch"})
    counts = counts.pivot(index=["examples", "epoch"], columns="seed", values="mistakes").fillna(0)
    counts = counts.stack().rename("mistaken").reset_index()
    counts["mistaken"] /= counts["examples"].map(sizes["n_examples"])
    return counts.assign(separable=counts["examples"].map(sizes["separable"]))


def _trials(labellings: pd.DataFrame) -> pd.DataFrame:
    """A row for each labelling, without a seed: each is drawn by itself."""
    each = labellings.loc[labellings.index.repeat(labellings["drawn"])]
    separated = each.groupby(level=0).cumcount() < each["separable"]
    return each[["weights", "per_weight"]].assign(separated=separated).reset_index(drop=True)


def _rules(rule: pd.DataFrame) -> pd.DataFrame:
    """For each set of examples: its mistakes, their bound, and what is left of them."""
    key = ["examples", "n_examples", "separable", "bound"]
    named = {"mistakes": "mean", "most": "max", "converged": "mean", "in_last_pass": "mean"}
    columns = {name: ("mistakes" if name == "most" else name, how) for name, how in named.items()}
    return rule.groupby(key, as_index=False).agg(**columns, n=("seed", "size"))


def shown(tables: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    title = Bilingual(en="Mistakes of the perceptron rule", fr="Erreurs de la règle du perceptron")
    caption = Bilingual(
        en="mistakes: mean over orders of presentation, from w = 0 until a pass without any, or until "
        "the last one; most: of any order; bound: Novikoff's (R / gamma)^2 with the largest margin "
        "gamma; converged: share of the orders that ended without a mistake; in the last pass: share "
        "of the examples that were mistaken then.",
        fr="erreurs : moyenne sur les ordres de présentation, de w = 0 jusqu'à une passe sans erreur, "
        "ou jusqu'à la dernière ; au plus : du pire des ordres ; borne : celle de Novikoff, "
        "(R / gamma)^2, avec la plus grande marge gamma ; convergés : part des ordres qui ont fini "
        "sans erreur ; à la dernière passe : part des exemples alors mal classés.",
    )
    return [{"name": "rules", "title": title, "caption": caption, "frame": tables["rules"]}]
