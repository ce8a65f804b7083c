"""Which networks train, and after how many passes? eta is chosen for every cell on validation."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlpstudy.analysis import theory
from mlpstudy.design.run import FIELDS
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, rate, share_difference, summarise
from mlpstudy.statistics.survival import median_passes, passes_to_threshold, survival
from mlpstudy.studies.contrast import Contrast, contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import levels, outcomes, with_chosen, with_lost_starts
from mlpstudy.studies.view import View

# A cell, but for the eta that is chosen within it, and for what else is swept (`cell_of`).
CELL = ["dataset", "activation", "initialization", "init_gain", "residual", "depth", "width"]
RECIPE = ["activation", "initialization", "init_gain", "residual"]
UNNAMED = dict(zip(RECIPE, ("", "", 1.0, "none"), strict=True))  # what a condition leaves out
STATISTICS = [
    "share_lost_with_depth", "share_gained_by_activation", "share_gained_by_initialization",
    "share_gained_by_residual", "gain_in_trained",
]  # fmt: skip
FACTORS = ["any"]
HALF = 0.5  # of the networks: a recipe fails where fewer train
OPTIONS = {
    "levels": ["dataset number"], "accuracy": "number", "gained_by": ["field"],
    "usual_recipes": ["recipe"], "activation_pairs": ["recipe > recipe"],
    "initialization_pairs": ["recipe > recipe"], "residual_pairs": ["recipe > recipe"],
}  # fmt: skip


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run, with passes to the threshold, and whether its eta is the chosen one.
    chosen: the eta of each cell. shares: of its runs that train. passes: survival curves.
    medians: passes after which half of them are there. accuracy: on test, after the last pass.
    reach: the largest depth at which half of the runs train, and the depth scale of theory.
    """
    level, runs = _level(view), _runs(view)
    cell = cell_of(runs)
    curves = with_lost_starts(view)
    passes = passes_to_threshold(curves, "validation", "accuracy", level, "above", view.runs)
    passes["level"] = passes["run_id"].map(level)
    fields = [*cell, "eta", "seed", "status", "epochs", "n_inputs", "input_mean_square"]
    ends = outcomes(view, runs, list(dict.fromkeys(fields))).merge(passes, on="run_id")
    # By the loss alone, a step that overfits would lose against one that has not begun to learn.
    by_run = with_chosen(ends, cell)
    best = by_run[by_run["chosen"]]
    shares = rate(best, cell, "reached")
    return {
        "by_run": by_run,
        "chosen": best[[*cell, "eta"]].drop_duplicates(ignore_index=True),
        "shares": shares,
        "passes": survival(best, cell),
        "medians": median_passes(best, cell),
        "accuracy": summarise(best, cell, "test_accuracy"),
        "reach": _reach(shares, [field for field in cell if field not in CELL]),
    }


def _runs(view: View) -> pd.DataFrame:
    """The runs; a batch of all examples has their number for its size."""
    if "batch_size" not in view.runs:
        return view.runs
    whole = view.runs["batch_size"].fillna(view.runs["train_size"])
    return view.runs.assign(batch_size=whole)


def cell_of(runs: pd.DataFrame) -> list[str]:
    """CELL, and every other field that varies within one of its cells, seed and eta aside: where
    momentum is swept, networks with and without it are not the same."""
    others = [f for f in FIELDS if f in runs and f not in (*CELL, "eta", "seed")]
    cells = runs.groupby(CELL, observed=True, dropna=False)
    return [*CELL, *(f for f in others if (cells[f].nunique(dropna=False) > 1).any())]


def _level(view: View) -> pd.Series:
    """For each run, the validation accuracy at which it trains: its dataset's own, or that of all."""
    own = levels(view.option("levels", []))
    usual = float(view.option("accuracy", 0.9))
    return view.runs["dataset"].map(lambda name: own.get(name, usual)).set_axis(view.runs["run_id"])


def _reach(shares: pd.DataFrame, beside: list[str]) -> pd.DataFrame:
    """The largest depth at which at least half of the runs train, beside 6 xi of theory; beside:
    the fields of a cell that are not in CELL.

    Of networks without residual layers: with them, signals do not decay exponentially.
    """
    rows, by = [], ["dataset", *RECIPE, "width", *beside]
    plain = shares[shares["residual"] == "none"]
    for key, cells in plain.groupby(by, observed=True):
        named = dict(zip(by, key, strict=True))
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
    return pd.DataFrame(rows, columns=[*by, "largest_depth", "deepest_tried", "xi", "six_xi"])


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C21, C30, C31 and C33 come to, dataset by dataset and recipe by recipe; and for a
    question of one's own, what each field that is swept beside CELL gains."""
    by_run = frames["by_run"]
    cell = [column for column in frames["chosen"] if column != "eta"]
    beside = [field for field in cell if field not in CELL]
    found = []
    for dataset in sorted(by_run["dataset"].unique()):
        runs = by_run[by_run["dataset"] == dataset]
        lost = _lost(dataset, runs, beside, view.option("usual_recipes", []))
        found += view.findings("share_lost_with_depth", lost)
        for statistic, option in (
            ("share_gained_by_activation", "activation_pairs"),
            ("share_gained_by_initialization", "initialization_pairs"),
            ("share_gained_by_residual", "residual_pairs"),
        ):
            pairs = view.option(option, [])
            gained = [each for pair in pairs for each in _gained(dataset, runs, pair, beside)]
            found += view.findings(statistic, gained)
        for field in view.option("gained_by", beside):
            gains = _gains(dataset, runs, field, cell, _ends(view, runs, field))
            found += view.findings("gain_in_trained", gains)
    return found


def _gain(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    return share_difference(treated["reached"], control["reached"])


def _loss(deep: pd.DataFrame, shallow: pd.DataFrame) -> Interval:
    return _gain(shallow, deep)


def _share(runs: pd.DataFrame) -> float:
    """Share that trains, at the chosen eta."""
    return float(runs.loc[runs["chosen"], "reached"].mean())


def _lost(dataset: str, runs: pd.DataFrame, beside: list[str], usual: list[str]) -> list[Contrast]:
    """Share that trains at the smallest depth less that at the greatest, for each recipe; the
    usual ones decide, where some are named."""
    measured, by = [], [*RECIPE, "width", *beside]
    several = runs["width"].nunique() > 1
    for key, cells in runs.groupby(by, observed=True, dropna=False):
        ends = cells["depth"].min(), cells["depth"].max()
        shallow, deep = (cells[cells["depth"] == depth] for depth in ends)
        recipe = _named(dict(zip(by, key, strict=True)), several, beside)
        condition = f"{dataset}, {recipe}, depth {ends[0]} against {ends[1]}"
        learned, decides = _share(shallow) > 0, not usual or _is_one_of(usual, cells)
        measured.append(contrast(condition, deep, shallow, _loss, learned=learned, decides=decides))
    return measured


def _is_one_of(names: list[str], runs: pd.DataFrame) -> bool:
    """Whether the runs of one recipe are of one that is named."""
    return any(len(_recipe(runs, name)) for name in names)


def _gained(dataset: str, runs: pd.DataFrame, pair: str, beside: list[str]) -> list[Contrast]:
    """Share that trains with one recipe less that with another, "a+i > b+j+scaled", at the greatest
    depth: for each width, and each value of the fields beside CELL. It decides where the other one
    fails: where fewer than half of its networks train."""
    measured, by = [], ["width", *beside]
    several = runs["width"].nunique() > 1
    depth = runs["depth"].max()
    for key, cells in runs.groupby(by, observed=True, dropna=False):
        recipes = [_recipe(cells, name.strip()) for name in pair.split(">")]
        treated, control = (each[each["depth"] == depth] for each in recipes)
        if treated.empty or control.empty:
            continue
        names = [_told(each[RECIPE].iloc[0]) for each in (treated, control)]
        apart = _apart(dict(zip(by, key, strict=True)), several, beside)
        condition = f"{dataset}, depth {depth}{apart}, {names[0]} against {names[1]}"
        # At any depth: what a shallow network learns can be learned.
        learned = _share(pd.concat(recipes)) > 0
        decides = _share(control) < HALF
        measured.append(
            contrast(condition, treated, control, _gain, learned=learned, decides=decides)
        )
    return measured


def _ends(view: View, runs: pd.DataFrame, field: str) -> tuple[Any, Any]:
    """The lowest and the highest value of a field; of names, the first and the last in the study."""
    by_id = runs.set_index("run_id")[field]
    if pd.api.types.is_numeric_dtype(by_id):
        return by_id.min(), by_id.max()
    named = [by_id[run] for ids in view.blocks.values() for run in ids if run in by_id.index]
    return named[0], named[-1]


def _gains(
    dataset: str, runs: pd.DataFrame, field: str, cell: list[str], ends: tuple[Any, Any]
) -> list[Contrast]:
    """Share that trains with the higher value of a field less that with the lower, all else equal."""
    measured, by = [], [name for name in cell if name not in ("dataset", field)]
    several = field != "width" and runs["width"].nunique() > 1
    for key, cells in runs.groupby(by, observed=True, dropna=False):
        low, high = (cells[cells[field] == end] for end in ends)
        if low.empty or high.empty or ends[0] == ends[1]:
            continue
        named = {**UNNAMED, **dict(zip(by, key, strict=True))}
        beside = [name for name in by if name not in CELL]
        depth = "" if field == "depth" else f", depth {named['depth']}"
        span = f"{field.replace('_', ' ')} {_value(ends[1])} against {_value(ends[0])}"
        condition = f"{dataset}, {_named(named, several, beside)}{depth}, {span}"
        learned = _share(runs) > 0
        measured.append(contrast(condition, high, low, _gain, learned=learned))
    return measured


def _named(cell: Mapping[str, Any], several: bool, beside: list[str]) -> str:
    """A recipe, its width where there are several, and its values of the fields beside CELL."""
    return _told([cell[field] for field in RECIPE]) + _apart(cell, several, beside)


def _apart(cell: Mapping[str, Any], several: bool, beside: list[str]) -> str:
    told = f", width {cell['width']}" if several else ""
    return told + "".join(f", {f.replace('_', ' ')} {_value(cell[f])}" for f in beside)


def _value(value: Any) -> str:
    if pd.isna(value):
        return "all"  # of the examples: no other field may be null
    return value if isinstance(value, str) else f"{value:g}"


def _recipe(runs: pd.DataFrame, name: str) -> pd.DataFrame:
    """The runs of "activation+initialization" or "activation+initialization+residual"."""
    activation, initialization, residual = (*name.split("+"), "none")[:3]
    same = (runs["activation"] == activation) & (runs["initialization"] == initialization)
    return runs[same & (runs["residual"] == residual) & (runs["init_gain"] == 1.0)]


def _told(key) -> str:
    activation, initialization, gain, residual = key
    told = f"{activation} {initialization}".strip() + (f" x {gain:g}" if gain != 1 else "")
    return told + (f", residual {residual}" if residual != "none" else "")


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    cell = [column for column in frames["chosen"] if column != "eta"]
    columns = [*cell, "eta", "value", "low", "high", "n"]
    shares = frames["shares"].merge(frames["chosen"], on=cell)[columns]
    return [
        {
            "name": "shares",
            "title": Said(
                en="Share of runs that train, at the eta chosen on validation",
                fr="Part des réseaux qui s'entraînent, à l'eta choisi en validation",
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
