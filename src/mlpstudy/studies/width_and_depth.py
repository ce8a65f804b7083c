"""Wide or deep? Test error at (nearly) equal numbers of parameters, eta chosen on validation.

Each block of the sweep is one number of parameters, its budget: depths whose widths make the
networks equally large. Budgets of a dataset are told apart by the median of their real numbers.
"""

import numpy as np
import pandas as pd

from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, paired, summarise
from mlpstudy.studies.contrast import GUESSED, Contrast, contrast, learns
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View

# A cell, but for the eta that is chosen within it.
CELL = ["dataset", "activation", "initialization", "budget", "depth", "width", "n_parameters"]
RECIPE = ["dataset", "activation", "initialization"]
GROUP = [*RECIPE, "budget"]  # what is equally large
STATISTICS = [
    "gained_by_parameters", "gained_by_second_layer", "gained_by_depth", "interaction",
]  # fmt: skip
FACTORS = [*CELL, "eta"]
OPTIONS = {}


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run at its end, its budget, and whether its eta is the chosen one.
    errors: test error of each cell. gains: what each depth gains over the smallest, by budget.
    etas: test error of each cell at every eta. shares: of the spread between cells, by cause.
    """
    runs = view.runs.assign(budget=_budgets(view))
    by_run = with_chosen(outcomes(view, runs, [*CELL, "eta", "seed", "status"]), CELL)
    best = by_run[by_run["chosen"]]
    return {
        "by_run": by_run,
        "errors": _errors(best),
        "gains": _gains(best),
        "etas": summarise(by_run, [*CELL, "eta", "chosen"], "test_error"),
        "shares": _shares(best),
    }


def _budgets(view: View) -> pd.Series:
    """For each run, the median number of parameters of the networks in its block."""
    block = view.runs["run_id"].map(view.block_of())
    return view.runs.groupby(block)["n_parameters"].transform("median").round().astype(int)


def _errors(best: pd.DataFrame) -> pd.DataFrame:
    """Test error of each cell at its chosen eta, beside its training error and its best pass."""
    frame = summarise(best, [*CELL, "eta"], "test_error")
    others = best.groupby(CELL, as_index=False)[["train_error", "at_best_error"]].mean()
    diverged = best.assign(diverged=best["status"].eq("diverged"))
    return frame.merge(others, on=CELL).merge(
        diverged.groupby(CELL, as_index=False)["diverged"].sum(), on=CELL
    )


def _gains(best: pd.DataFrame) -> pd.DataFrame:
    """Test error of the smallest depth less that of each other one, budget by budget."""
    rows = []
    for key, group in best.groupby(GROUP):
        shallow = group[group["depth"] == group["depth"].min()]
        for depth, deep in group.groupby("depth"):
            if depth > group["depth"].min():
                gain = paired(shallow, deep, "test_error")
                named = dict(zip(GROUP, key, strict=True))
                rows.append({**named, "depth": depth, **gain._asdict(), "n": len(deep)})
    return pd.DataFrame(rows, columns=[*GROUP, "depth", "value", "low", "high", "n"])


def _shares(best: pd.DataFrame) -> pd.DataFrame:
    """How much of the spread of the cells' mean test errors is due to what, recipe by recipe.

    parameters and depth: the sums of squares of the two effects in a table of budget x depth, and
    interaction: what they leave, each as a share of the whole; spread: the whole, as a deviation.
    """
    rows = []
    for key, recipe in best.groupby(RECIPE):
        table = recipe.pivot_table(index="budget", columns="depth", values="test_error")
        table = table - table.to_numpy().mean()
        by_budget, by_depth = table.mean(axis=1), table.mean(axis=0)
        whole = float((table**2).to_numpy().sum())
        first = float((by_budget**2).sum() * table.shape[1])
        second = float((by_depth**2).sum() * table.shape[0])
        parts = {"parameters": first, "depth": second, "interaction": whole - first - second}
        shares = {name: part / whole if whole else np.nan for name, part in parts.items()}
        spread = float(np.sqrt(whole / table.size))
        rows.append({**dict(zip(RECIPE, key, strict=True)), **shares, "spread": spread})
    return pd.DataFrame(rows, columns=[*RECIPE, "parameters", "depth", "interaction", "spread"])


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C19 comes to, dataset by dataset."""
    measures = {
        "gained_by_parameters": _by_parameters,
        "gained_by_second_layer": _by_second_layer,
        "gained_by_depth": _by_depth,
        "interaction": _interaction,
    }
    measured = {statistic: [] for statistic in measures}
    for (dataset, activation, _), runs in frames["by_run"].groupby(RECIPE):
        for statistic, measure in measures.items():
            made = measure(runs, f"{dataset}, {activation}")
            measured[statistic] += [made] if made else []
    return [f for statistic, made in measured.items() for f in view.findings(statistic, made)]


def _by_parameters(runs: pd.DataFrame, where: str) -> Contrast | None:
    """Test error with the fewest parameters less that with the most, over all depths."""
    few, many = _ends(runs["budget"])
    if few == many:
        return None
    sides = [runs[runs["budget"] == budget] for budget in (many, few)]
    return _saved(f"{where}, {many:,} parameters against {few:,}", *sides, "depth")


def _by_second_layer(runs: pd.DataFrame, where: str) -> Contrast | None:
    return _deeper(runs, where, 1, 2)


def _by_depth(runs: pd.DataFrame, where: str) -> Contrast | None:
    return _deeper(runs, where, *_ends(runs["depth"]))


def _deeper(runs: pd.DataFrame, where: str, shallow: int, deep: int) -> Contrast | None:
    """Test error at one depth less that at another, over all budgets."""
    sides = [runs[runs["depth"] == depth] for depth in (deep, shallow)]
    if shallow == deep or any(side.empty for side in sides):
        return None
    return _saved(f"{where}, depth {deep} against {shallow}", *sides, "budget")


def _interaction(runs: pd.DataFrame, where: str) -> Contrast | None:
    """What depth gains with the most parameters less what it gains with the fewest, per seed."""
    (few, many), (shallow, deep) = _ends(runs["budget"]), _ends(runs["depth"])
    if few == many or shallow == deep:
        return None
    corners = runs[runs["budget"].isin([few, many])]
    sides = [corners[corners["depth"] == depth] for depth in (deep, shallow)]
    condition = f"{where}, depth {deep} against {shallow}, {many:,} parameters against {few:,}"
    return _saved(condition, *sides, "budget", _more_saved)


def _saved(
    condition: str, treated: pd.DataFrame, control: pd.DataFrame, within: str, compare=None
) -> Contrast:
    """The contrast of several cells with as many others, pair by pair: of one depth, or budget.

    In common: both cells of a pair at the eta of the control's.
    """
    sides = [side.assign(pair=side[within].astype(str)) for side in (treated, control)]
    return contrast(
        condition,
        *sides,
        compare or _error_saved,
        settings=["pair", "eta"],
        learned=_learns(control[control["chosen"]]),
    )


def _error_saved(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    return paired(control, treated, "test_error", within=["pair"])


def _more_saved(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    """What is saved with the most parameters less what is saved with the fewest."""
    few, many = (str(budget) for budget in _ends(control["budget"]))
    errors = [
        side.pivot(index="seed", columns="pair", values="test_error") for side in (control, treated)
    ]
    saved = errors[0] - errors[1]
    return interval(saved[many] - saved[few])


def _learns(control: pd.DataFrame) -> bool:
    """Whether the networks of several cells learn their task: by the mean of each seed."""
    if not set(control.columns) >= GUESSED:
        return True
    return learns(control.groupby("seed")[sorted(GUESSED)].mean())


def _ends(values: pd.Series) -> tuple[int, int]:
    return int(values.min()), int(values.max())


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    columns = ["dataset", "activation", "depth", "width", "n_parameters", "eta"]
    results = ["value", "low", "high", "n", "train_error", "at_best_error", "diverged"]
    return [
        {
            "name": "errors",
            "title": Said(
                en="Test error of equally large networks",
                fr="Erreur en test de réseaux de même taille",
            ),
            "caption": Said(
                en="value: mean test error after the last pass, with its 95 % interval, at the "
                "eta chosen by the mean validation error; train_error: the same on the training "
                "examples; at_best_error: on test after the pass with the smallest validation "
                "loss.",
                fr="valeur : erreur en test moyenne après la dernière passe, avec son intervalle "
                "à 95 %, à l'eta choisi par l'erreur moyenne en validation ; erreur "
                "d'apprentissage : la même sur les exemples d'apprentissage ; erreur à la "
                "meilleure passe : en test, après la passe au plus petit coût en validation.",
            ),
            "frame": frames["errors"].sort_values(GROUP + ["depth"])[columns + results],
        },
        {
            "name": "shares",
            "title": Said(
                en="What the spread of the test errors is due to",
                fr="À quoi tient la dispersion des erreurs en test",
            ),
            "caption": Said(
                en="Shares of the sum of squares between the cells (number of parameters x "
                "depth) of a dataset; spread: its standard deviation, in test error.",
                fr="Parts de la somme des carrés entre les cellules (nombre de paramètres x "
                "profondeur) d'un jeu de données ; dispersion : son écart type, en erreur en "
                "test.",
            ),
            "frame": frames["shares"],
        },
    ]
