"""Which networks train, and after how many passes? eta is chosen for every cell on validation."""

import pandas as pd

from mlpstudy.analysis import theory
from mlpstudy.analysis.statistics import rate, share_difference, summarise
from mlpstudy.analysis.survival import median_passes, passes_to_threshold, survival
from mlpstudy.said import Said
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import levels, outcomes, with_chosen, with_lost_starts
from mlpstudy.studies.view import View

# A cell, but for the eta that is chosen within it.
CELL = ["dataset", "activation", "initialization", "init_gain", "residual", "depth", "width"]
RECIPE = ["activation", "initialization", "init_gain", "residual"]


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run, with passes to the threshold, and whether its eta is the chosen one.
    chosen: the eta of each cell. shares: of its runs that train. passes: survival curves.
    medians: passes after which half of them are there. accuracy: on test, after the last pass.
    reach: the largest depth at which half of the runs train, and the depth scale of theory.
    """
    level = _level(view)
    curves = with_lost_starts(view)
    passes = passes_to_threshold(curves, "validation", "accuracy", level, "above", view.runs)
    passes["level"] = passes["run_id"].map(level)
    fields = [*CELL, "eta", "seed", "status", "epochs", "n_inputs", "input_mean_square"]
    # By the loss alone, a step that overfits would lose against one that has not begun to learn.
    by_run = with_chosen(outcomes(view, view.runs, fields).merge(passes, on="run_id"), CELL)
    best = by_run[by_run["chosen"]]
    shares = rate(best, CELL, "reached")
    return {
        "by_run": by_run,
        "chosen": best[[*CELL, "eta"]].drop_duplicates(ignore_index=True),
        "shares": shares,
        "passes": survival(best, CELL),
        "medians": median_passes(best, CELL),
        "accuracy": summarise(best, CELL, "test_accuracy"),
        "reach": _reach(shares),
    }


def _level(view: View) -> pd.Series:
    """For each run, the validation accuracy at which it trains: its dataset's own, or that of all."""
    own = levels(view.option("levels", []))
    usual = float(view.option("accuracy", 0.9))
    return view.runs["dataset"].map(lambda name: own.get(name, usual)).set_axis(view.runs["run_id"])


def _reach(shares: pd.DataFrame) -> pd.DataFrame:
    """The largest depth at which at least half of the runs train, beside 6 xi of theory.

    Of networks without residual layers: with them, signals do not decay exponentially.
    """
    rows = []
    plain = shares[shares["residual"] == "none"]
    for key, cells in plain.groupby(["dataset", *RECIPE, "width"], observed=True):
        named = dict(zip(["dataset", *RECIPE, "width"], key, strict=True))
        good = cells.loc[cells["value"] >= 0.5, "depth"]
        how = theory.INITIALIZERS[named["initialization"]]
        n = named["width"]
        sw2 = n * (named["init_gain"] * how.deviation(n, n)) ** 2
        scale = theory.phase(named["activation"], sw2, how.bias(n, n) ** 2).depth_scale
        depths = {"largest_depth": int(good.max()) if len(good) else 0}
        depths |= {
            "deepest_tried": int(cells["depth"].max()),
            "xi": scale,
            "six_xi": 6 * abs(scale),
        }
        rows.append({**named, **depths})
    columns = ["dataset", *RECIPE, "width", "largest_depth", "deepest_tried", "xi", "six_xi"]
    return pd.DataFrame(rows, columns=columns)


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C21, C30, C31 and C33 come to, dataset by dataset and recipe by recipe."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    found = []
    for dataset in sorted(best["dataset"].unique()):
        here = best[best["dataset"] == dataset]
        found += view.findings("share_lost_with_depth", _lost(dataset, here))
        deep = here[here["depth"] == here["depth"].max()]
        for statistic, option in (
            ("share_gained_by_activation", "activation_pairs"),
            ("share_gained_by_initialization", "initialization_pairs"),
            ("share_gained_by_residual", "residual_pairs"),
        ):
            pairs = view.option(option, [])
            found += view.findings(statistic, [m for p in pairs for m in _gained(dataset, deep, p)])
    return found


def _lost(dataset: str, runs: pd.DataFrame) -> list[tuple]:
    """Share that trains at the smallest depth less that at the greatest, for each recipe."""
    measured = []
    several = runs["width"].nunique() > 1
    for (*key, width), recipe in runs.groupby([*RECIPE, "width"], observed=True):
        ends = [
            recipe[recipe["depth"] == depth]
            for depth in (recipe["depth"].min(), recipe["depth"].max())
        ]
        value = share_difference(ends[0]["reached"], ends[1]["reached"])
        span = f"depth {ends[0]['depth'].iloc[0]} against {ends[1]['depth'].iloc[0]}"
        told = _told(key) + (f", width {width}" if several else "")
        measured.append((f"{dataset}, {told}, {span}", value, pd.concat(ends)))
    return measured


def _gained(dataset: str, deep: pd.DataFrame, pair: str) -> list[tuple]:
    """Share that trains with one recipe less that with another, "a+i > b+j+scaled", at the greatest depth."""
    sides = [_recipe(deep, name.strip()) for name in pair.split(">")]
    if any(side.empty for side in sides):
        return []
    value = share_difference(sides[0]["reached"], sides[1]["reached"])
    names = [_told(side[RECIPE].iloc[0]) for side in sides]
    condition = f"{dataset}, depth {deep['depth'].iloc[0]}, {names[0]} against {names[1]}"
    return [(condition, value, pd.concat(sides))]


def _recipe(runs: pd.DataFrame, name: str) -> pd.DataFrame:
    """The runs of "activation+initialization" or "activation+initialization+residual"."""
    activation, initialization, residual = (*name.split("+"), "none")[:3]
    same = (runs["activation"] == activation) & (runs["initialization"] == initialization)
    return runs[same & (runs["residual"] == residual) & (runs["init_gain"] == 1.0)]


def _told(key) -> str:
    activation, initialization, gain, residual = key
    told = f"{activation} {initialization}" + (f" x {gain:g}" if gain != 1 else "")
    return told + (f", residual {residual}" if residual != "none" else "")


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    columns = [*CELL, "eta", "value", "low", "high", "n"]
    shares = frames["shares"].merge(frames["chosen"], on=CELL)[columns]
    return [
        {
            "name": "shares",
            "title": Said(
                en="Share of runs that train, at the eta chosen on validation",
                fr="Part des réseaux qui s'entraînent, au eta choisi en validation",
            ),
            "caption": Said(
                en="value: share of the seeds that reach the accuracy within the budget, with "
                "Wilson's 95 % interval.",
                fr="valeur : part des graines qui atteignent l'exactitude voulue dans le budget, "
                "avec l'intervalle de Wilson à 95 %.",
            ),
            "frame": shares,
        },
        {
            "name": "reach",
            "title": Said(
                en="The largest depth that trains", fr="La plus grande profondeur qui s'entraîne"
            ),
            "caption": Said(
                en="largest_depth: the largest depth swept at which at least half of the runs "
                "train; xi: depth scale of mean-field theory, in layers; training is expected to reach "
                "about six_xi = 6 xi (Schoenholz et al. 2017).",
                fr="plus grande profondeur : la plus grande de celles essayées où la moitié au "
                "moins des réseaux s'entraînent ; xi : échelle de profondeur de la théorie du "
                "champ moyen, en couches ; on attend que l'apprentissage atteigne environ 6 xi "
                "(Schoenholz et al. 2017).",
            ),
            "frame": frames["reach"],
        },
    ]
