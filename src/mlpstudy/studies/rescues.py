"""What makes a deep network train? Rescues side by side, each at the settings that suit it best.

Every block of the sweep but one is a rescue, under its own name; a block's runs differ in their
settings (eta, a rate, ...), of which validation chooses. The other block, `growth`, is of
untrained networks with and without residual layers: how delta grows on its way down.
"""

import numpy as np
import pandas as pd

from mlpstudy.analysis import theory
from mlpstudy.design.run import FIELDS
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import (
    Interval,
    interval,
    rate,
    share_difference,
    summarise,
    wilson,
)
from mlpstudy.statistics.stopping import stops
from mlpstudy.statistics.survival import survival
from mlpstudy.studies.contrast import Contrast, contrast, edge
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import levels, trained, with_chosen
from mlpstudy.studies.view import View

CELL = ["dataset", "rescue"]
SETTINGS = ("eta", "variant")  # variant: all that differs within a block but eta, see _variants
STOPPED = "early_stopping"
HALF = 0.5  # of the networks: the control fails where fewer train
NETWORK = ["activation", "initialization", "residual", "depth"]  # of the block `growth`
STATISTICS = [
    "share_with_remedy", "share_with_more_passes", "share_gained_by_activation",
    "share_gained_by_residual", "share_gained_by_initialization", "share_gained_by_pretraining",
    "decades_per_residual_layer",
]  # fmt: skip
FACTORS = [
    "block", "dataset", *NETWORK, "dropout", "input_noise", "weight_decay", "pretraining",
    "pretraining_epochs", "pretraining_eta", "corruption", "eta",
]  # fmt: skip
NEEDS = {"levels": ["dataset number"], "control": "block"}
OPTIONS = {
    "growth": "block", "stopped_by": "text", "longer": ["text"], "remedies": ["text"],
    "other_remedies": ["text"], "activation": ["text"], "residual": ["text"],
    "initialization": ["text"], "pretraining": ["text"],
}  # fmt: skip


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run of a rescue, when it is there, and whether its settings are the chosen
    ones. shares: of those that train. passes: survival curves, pretraining counted. growth and
    growth_by_run: decades that delta gains from the last layer down to the second.
    """
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    growth = _growth_by_run(view)
    return {
        "by_run": by_run,
        "shares": _shares(best),
        "passes": survival(best.assign(passes=best["total"]), CELL),
        "growth_by_run": growth,
        "growth": _with_theory(growth),
    }


def _by_run(view: View) -> pd.DataFrame:
    """One row for each run and rescue, early stopping being the control's runs once more."""
    outcomes = trained(view, levels(view.option("levels", [])))
    names = [
        pd.DataFrame({"run_id": runs, "rescue": name})
        for name, runs in view.blocks.items()
        if name != view.option("growth", "")
    ]
    frame = pd.concat(names, ignore_index=True).merge(outcomes, on="run_id")
    depth = view.runs.set_index("run_id")["depth"]
    frame = frame.assign(
        depth=frame["run_id"].map(depth), variant=frame["run_id"].map(_variants(view.runs))
    )
    control = frame[frame["rescue"] == view.option("control", "")]
    if STOPPED in view.option("remedies", []):
        frame = pd.concat([frame, _stopped(view, control)], ignore_index=True)
    return with_chosen(frame, CELL, SETTINGS)


def _variants(runs: pd.DataFrame) -> pd.Series:
    """For each run, a number for all its settings but eta and the seed."""
    settings = [field for field in FIELDS if field in runs and field not in ("eta", "seed")]
    return runs.groupby(settings, dropna=False).ngroup().set_axis(runs["run_id"])


def _stopped(view: View, control: pd.DataFrame) -> pd.DataFrame:
    """The control's runs as early stopping leaves them: those that are there later are not."""
    curves = view.curves[view.curves["run_id"].isin(control["run_id"])]
    stop = stops(curves)
    stop = stop[stop["criterion"] == view.option("stopped_by", "UP_2")].set_index("run_id")
    last = control["run_id"].map(stop["epoch"]).fillna(control["epochs"]).astype(int)
    in_time = control["reached"] & (control["passes"] <= last)
    passes = control["passes"].where(in_time, control["epochs"])
    return control.assign(rescue=STOPPED, reached=in_time, passes=passes, total=passes)


def _shares(best: pd.DataFrame) -> pd.DataFrame:
    """The share that trains, beside the chosen eta, the accuracy on test and the budget."""
    shares = rate(best, CELL, "reached")
    test = best.groupby(CELL, as_index=False).agg(
        eta=("eta", "first"),
        test_accuracy=("test_accuracy", "mean"),
        diverged=("status", lambda s: int((s == "diverged").sum())),
        epochs=("epochs", "first"),
        spent=("spent", "first"),
    )
    return shares.merge(test, on=CELL)


def _growth_by_run(view: View) -> pd.DataFrame:
    """log10 of delta at the second layer over that at the last one: what residual layers make."""
    runs = view.block(view.option("growth", ""))
    fields = ["run_id", *NETWORK, "width", "init_gain", "seed", "n_inputs", "input_mean_square"]
    layers = view.layers[view.layers["epoch"] == 0].merge(runs[fields], on="run_id")
    ends = [
        layers[layers["layer"] == layer].set_index("run_id")["delta_rms"]
        for layer in (2, layers["depth"])
    ]
    frame = runs[fields].set_index("run_id")
    frame = frame.assign(decades=np.log10(ends[0] / ends[1])).reset_index()
    return frame.assign(per_layer=frame["decades"].abs() / (frame["depth"] - 2))


def _with_theory(growth: pd.DataFrame) -> pd.DataFrame:
    """Mean decades over the seeds with their interval, and what theory says of them."""
    if growth.empty:
        columns = [*NETWORK, "value", "low", "high", "n", "predicted"]
        return pd.DataFrame(columns=columns)
    frame = summarise(growth, NETWORK, "decades")
    told = [_predicted(part) for _, part in growth.groupby(NETWORK, observed=True)]
    return frame.assign(predicted=told)


def _predicted(runs: pd.DataFrame) -> float:
    """Decades from the last layer to the second by theory; NaN where it does not hold."""
    first = runs.iloc[0]
    if first["residual"] != "none" and theory.coherent(first["activation"]):
        return np.nan
    fields = ("activation", "initialization", "init_gain", "depth", "width", "n_inputs")
    network = [first[name] for name in fields] + [float(runs["input_mean_square"].mean())]
    if first["residual"] == "none":
        return float(theory.profile(*network).log10_delta[1])
    scale = 1 / np.sqrt(first["depth"]) if first["residual"] == "scaled" else 1.0
    return float(theory.residual_delta(*network, scale)[1])


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C21, C27, C28, C30, C31 and C33 come to, dataset by dataset and rescue by rescue."""
    by_run = frames["by_run"]
    found = []
    for dataset, runs in by_run.groupby("dataset"):
        for option, statistic, decides in (
            ("remedies", "share_with_remedy", True),
            ("other_remedies", "share_with_remedy", False),
            ("longer", "share_with_more_passes", True),
        ):
            names = view.option(option, [])
            found += view.findings(statistic, _shares_of(dataset, runs, names, decides))
        for kind in ("activation", "residual", "initialization", "pretraining"):
            gained = _gained(dataset, runs, view.option("control", ""), view.option(kind, []))
            found += view.findings(f"share_gained_by_{kind}", gained)
    return found + view.findings("decades_per_residual_layer", _kept(frames["growth_by_run"]))


def _learned(runs: pd.DataFrame) -> bool:
    """Whether some of a dataset's deep networks train, whatever rescued them."""
    return bool((runs["reached"] & runs["chosen"]).any())


def _rescued(runs: pd.DataFrame, name: str) -> pd.DataFrame:
    """A rescue's runs at every eta, its other settings as they were chosen."""
    cell = runs[runs["rescue"] == name]
    return cell[cell["variant"].isin(cell.loc[cell["chosen"], "variant"])]


def _shares_of(dataset: str, runs: pd.DataFrame, names: list[str], decides: bool) -> list[Contrast]:
    """Share that trains with each of some rescues, with Wilson's interval."""
    measured = []
    for name in names:
        cell = _rescued(runs, name)
        best = cell[cell["chosen"]]
        if len(best):
            measured.append(
                Contrast(
                    condition=f"{dataset}, {told(name)}",
                    value=wilson(int(best["reached"].sum()), len(best)),
                    runs=best,
                    edge=edge(cell),
                    learned=_learned(runs),
                    decides=decides,
                )
            )
    return measured


def _gained(dataset: str, runs: pd.DataFrame, control: str, names: list[str]) -> list[Contrast]:
    """Share that trains with each of some rescues less that of the control. It decides where the
    control fails: where fewer than half of its networks train."""
    usual = _rescued(runs, control)
    decides = bool(usual.loc[usual["chosen"], "reached"].mean() < HALF)
    cells = {name: _rescued(runs, name) for name in names}
    return [
        contrast(
            f"{dataset}, {told(name)}",
            cell,
            usual,
            _gain,
            learned=_learned(runs),
            decides=decides,
        )
        for name, cell in cells.items()
        if len(cell) and len(usual)
    ]


def _gain(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    return share_difference(treated["reached"], control["reached"])


def told(rescue: str) -> str:
    """A rescue's name as it is read: "critical_gain" -> "critical gain"."""
    return rescue.replace("_", " ")


def _kept(growth: pd.DataFrame) -> list[tuple]:
    """|Decades| of delta lost or gained per layer in the deepest networks with residual layers."""
    deep = growth[growth["depth"] == growth["depth"].max()]
    measured = []
    for (activation, residual), runs in deep.groupby(["activation", "residual"]):
        if residual != "none":
            condition = f"{activation}, {residual}, depth {runs['depth'].iloc[0]}, not trained"
            measured.append((condition, interval(runs["per_layer"]), runs))
    return measured


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    columns = [*CELL, "value", "low", "high", "n", "eta", "test_accuracy", "epochs", "spent"]
    return [
        {
            "name": "shares",
            "title": Said(
                en="Share of deep networks that train, rescue by rescue",
                fr="Part des réseaux profonds qui apprennent, remède par remède",
            ),
            "caption": Said(
                en="value: share of the seeds that reach the accuracy within the budget, with "
                "Wilson's 95 % interval, at the settings chosen on validation; epochs: passes over "
                "the training examples; spent: what pretraining costs on top of them, in passes of "
                "the whole network, counted in multiply-adds.",
                fr="valeur : part des graines qui atteignent l'exactitude dans le budget, avec "
                "l'intervalle de Wilson à 95 %, aux réglages choisis en validation ; passes : sur "
                "les exemples d'apprentissage ; dépensé : ce que coûte en plus le "
                "pré-apprentissage, en passes du réseau entier, compté en "
                "multiplications-additions.",
            ),
            "frame": frames["shares"].sort_values(
                ["dataset", "value", "test_accuracy"], ascending=[True, False, False]
            )[[*columns, "diverged"]],
        },
        {
            "name": "growth",
            "title": Said(
                en="How delta grows on its way down, without and with residual layers",
                fr="Comment delta grandit en descendant, sans et avec couches résiduelles",
            ),
            "caption": Said(
                en="value: log10 of rms delta at the second hidden layer over that at the last "
                "one, before training: mean over the seeds with its 95 % interval; predicted: by "
                "mean-field theory, nothing tuned.",
                fr="valeur : log10 du delta quadratique moyen à la deuxième couche cachée, "
                "rapporté à celui de la dernière, avant l'entraînement : moyenne sur les graines "
                "avec son intervalle à 95 % ; prédit : par la théorie de champ moyen, sans rien "
                "ajuster.",
            ),
            "frame": frames["growth"],
        },
    ]
