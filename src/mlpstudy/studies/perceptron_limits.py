"""What can one neuron not learn? Accuracy against one hidden layer, the mistakes of the perceptron
rule against Novikoff's bound, and random labellings against Cover's count."""

import numpy as np
import pandas as pd

from mlpstudy.analysis import separability
from mlpstudy.analysis.plane import advantage, grid, labels
from mlpstudy.data.datasets import Dataset
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, paired, summarise, wilson
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks

PERCEPTRON, LOGISTIC, HIDDEN = "perceptron", "logistic", "hidden layer"
MODELS = (PERCEPTRON, LOGISTIC, HIDDEN)
BALL_DIMENSIONS = 5
STATISTICS = [
    "gained_by_hidden_layer", "gained_where_straight", "mistakes_over_bound",
    "mistakes_in_last_pass", "cover_error", "separable_at_three",
]  # fmt: skip
FACTORS = ["dataset", "depth", "cost"]
NEEDS = {
    "straight": ["dataset"], "pictures": ["dataset"], "side": "whole", "orders": "whole",
    "pairs": ["dataset whole whole"], "passes": "whole", "margins": ["number"], "drawn": "whole",
    "weights": ["whole"], "per_weight": ["number"], "labellings": "whole", "label_seeds": "whole",
}  # fmt: skip
BLOCKS = ["models"]


def model_of(depth: int, cost: str) -> str:
    return HIDDEN if depth else PERCEPTRON if cost == "perceptron" else LOGISTIC


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """planes, points: pictures of what networks of the first seed have learned. rule: the
    perceptron rule on each pair of classes and each set of points of a given margin, by order.
    passes: its mistakes pass by pass. labellings: random ones, and how many can be separated.
    """
    options = study["options"]
    planes, points = _pictures(networks, options)
    rule, passes = _rules(networks, options)
    return {
        "planes": planes,
        "points": points,
        "rule": rule,
        "passes": passes,
        "labellings": _labellings(options),
    }


def _pictures(networks: Networks, options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each model's a (its second class less its first) over the plane, and its training points."""
    wanted = options["pictures"]
    runs = [r for r in networks.blocks["models"] if r.dataset in wanted and r.seed == 0]
    planes, points = [], []
    for record in networks.train(runs):
        data = networks.split(record.run).train
        at = grid(data.x, int(options["side"]))
        key = {"dataset": record.run.dataset, "model": model_of(record.run.depth, record.run.cost)}
        a = advantage(networks.forward(record, at).output).astype(np.float32)
        planes.append(pd.DataFrame({**key, "x1": at[:, 0], "x2": at[:, 1], "a": a}))
        right = labels(networks.forward(record, data.x).output) == data.y
        seen = {"x1": data.x[:, 0], "x2": data.x[:, 1], "y": data.y, "right": right}
        points.append(pd.DataFrame({**key, **seen}))
    return pd.concat(planes, ignore_index=True), pd.concat(points, ignore_index=True)


def _rules(networks: Networks, options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The perceptron rule in many orders, on real pairs of classes and on points of given margin."""
    sets = []
    for text in options["pairs"]:
        name, first, second = text.split()
        told = f"{name} {first}/{second}"
        sets.append((told, "pair", *_pair(networks.dataset(name), int(first), int(second))))
    for place, gamma in enumerate(options["margins"]):
        points = margin_points(int(options["drawn"]), float(gamma), stream(place, "study", 1))
        sets.append((f"margin {gamma:g}", "drawn", *points))
    rows, passes = [], []
    for told, kind, x, s in sets:
        can = separability.separable(x, s)
        bound = separability.novikoff_bound(x, s, separability.widest(x, s)) if can else np.inf
        for order in range(int(options["orders"])):
            ended = separability.perceptron(x, s, stream(order, "order"), int(options["passes"]))
            row = {"examples": told, "kind": kind, "seed": order, "n_examples": len(x)}
            row |= {"separable": can, "bound": bound, "mistakes": ended.mistakes}
            last = ended.per_pass[-1] / len(x)
            rows.append({**row, "converged": ended.converged, "in_last_pass": last})
            counted = {"pass": range(1, len(ended.per_pass) + 1), "mistakes": ended.per_pass}
            passes.append(pd.DataFrame({"examples": told, "seed": order, **counted}))
    return pd.DataFrame(rows), pd.concat(passes, ignore_index=True)


def _pair(data: Dataset, first: int, second: int) -> tuple[np.ndarray, np.ndarray]:
    """Two classes, standardised and with a constant 1; labels -1 and 1."""
    kept = np.isin(data.y, (first, second))
    x, s = data.x[kept], np.where(data.y[kept] == second, 1.0, -1.0)
    deviation = x.std(0)
    deviation[np.ptp(x, axis=0) == 0] = 1
    return separability.with_one((x - x.mean(0)) / deviation), s


def margin_points(n: int, gamma: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n points in the unit ball of BALL_DIMENSIONS, none nearer than gamma to the plane x_1 = 0,
    and the side of each. gamma < 1."""
    kept = np.empty((0, BALL_DIMENSIONS))
    while len(kept) < n:
        x = rng.normal(size=(4 * n, BALL_DIMENSIONS))
        radius = rng.uniform(size=(4 * n, 1)) ** (1 / BALL_DIMENSIONS)
        x *= radius / np.linalg.norm(x, axis=1, keepdims=True)
        kept = np.concatenate([kept, x[np.abs(x[:, 0]) >= gamma]])
    x = kept[:n]
    return x, np.sign(x[:, 0])


def _labellings(options: dict) -> pd.DataFrame:
    """For each seed, number of weights d and of points n: how many of so many random labellings
    of n normal points a neuron with d weights (one of them its bias) can separate."""
    drawn, rows = int(options["labellings"]), []
    for seed in range(int(options["label_seeds"])):
        rng = stream(seed, "study")
        for d in options["weights"]:
            for ratio in options["per_weight"]:
                n = round(ratio * d)
                done = sum(_can_separate(n, d, rng) for _ in range(drawn))
                row = {"seed": seed, "weights": d, "per_weight": ratio, "points": n}
                expected = separability.cover(n, d)
                rows.append({**row, "drawn": drawn, "separable": done, "cover": expected})
    return pd.DataFrame(rows)


def _can_separate(n: int, d: int, rng: np.random.Generator) -> bool:
    x = separability.with_one(rng.normal(size=(n, d - 1)))
    return separability.separable(x, rng.choice([-1.0, 1.0], n))


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run and how it ends. accuracy: on test, by dataset and model. gains: of the
    hidden layer over the better straight border. rules: mistakes of the perceptron rule against
    the bound. shares: of labellings that can be separated. cover: what Cover counts; and what was
    measured.
    """
    by_run = _by_run(view)
    measured = view.measured
    counted = measured["labellings"].groupby(["weights", "per_weight", "points", "cover"])
    counted = counted[["separable", "drawn"]].sum().reset_index()
    low_high = [wilson(*pair) for pair in zip(counted["separable"], counted["drawn"], strict=True)]
    shares = counted.assign(
        **{c: [i._asdict()[c] for i in low_high] for c in ("value", "low", "high")}
    )
    return {
        "by_run": by_run,
        "accuracy": summarise(by_run, ["dataset", "model"], "test_accuracy"),
        "gains": _gains(by_run),
        "rules": _mistakes(measured["rule"]),
        "shares": shares.rename(columns={"drawn": "n"}),
        "cover": _cover(counted),
        **{name: measured[name] for name in ("planes", "points", "passes", "rule", "labellings")},
    }


def _cover(counted: pd.DataFrame) -> pd.DataFrame:
    """weights, per_weight, cover: Cover's count for every number of points up to the most drawn."""
    rows = []
    for d, here in counted.groupby("weights"):
        for n in range(d, here["points"].max() + 1):
            rows.append({"weights": d, "per_weight": n / d, "cover": separability.cover(n, d)})
    return pd.DataFrame(rows)


def _by_run(view: View) -> pd.DataFrame:
    """run_id, dataset, model, seed, status, test_accuracy, train_accuracy (0 where it diverged)."""
    runs = view.runs[["run_id", "dataset", "depth", "cost", "seed", "status"]]
    for part in ("train", "test"):
        final = view.final(part)[["accuracy"]].add_prefix(f"{part}_")
        runs = runs.merge(final, left_on="run_id", right_index=True, how="left")
    ends = runs.fillna({"train_accuracy": 0.0, "test_accuracy": 0.0})
    models = [model_of(*key) for key in zip(ends["depth"], ends["cost"], strict=True)]
    return ends.assign(model=models).drop(columns=["depth", "cost"])


def _sides(by_run: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The hidden layer's runs, and for each dataset and seed the better straight border's."""
    straight = by_run[by_run["model"] != HIDDEN]
    best = straight.groupby(["dataset", "seed"], as_index=False)["test_accuracy"].max()
    return by_run[by_run["model"] == HIDDEN], best


def _gains(by_run: pd.DataFrame) -> pd.DataFrame:
    """dataset, value, low, high, n: accuracy of the hidden layer less the better straight one's."""
    hidden, straight = _sides(by_run)
    rows = []
    for dataset, runs in hidden.groupby("dataset"):
        gain = paired(runs, straight[straight["dataset"] == dataset], "test_accuracy")
        rows.append({"dataset": dataset, **gain._asdict(), "n": len(runs)})
    return pd.DataFrame(rows)


def _mistakes(rule: pd.DataFrame) -> pd.DataFrame:
    """For each set of examples: the mistakes of all orders, their bound, and what is left of them."""
    key = ["examples", "kind", "n_examples", "separable", "bound"]
    told = {"mistakes": ("mistakes", "mean"), "least": ("mistakes", "min")}
    told |= {"most": ("mistakes", "max"), "converged": ("converged", "mean")}
    told |= {"in_last_pass": ("in_last_pass", "mean"), "n": ("seed", "size")}
    return rule.groupby(key, as_index=False).agg(**told)


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C01 comes to."""
    found = []
    straight = view.option("straight", [])
    for gain in frames["gains"].itertuples():
        runs = frames["by_run"][frames["by_run"]["dataset"] == gain.dataset]
        name = "gained_where_straight" if gain.dataset in straight else "gained_by_hidden_layer"
        found += view.findings(name, [(gain.dataset, _bounds(gain), runs)])
    for told, rule in frames["rule"].groupby("examples"):
        if rule["separable"].all():
            ratio = interval(rule["mistakes"] / rule["bound"])
            found += view.findings("mistakes_over_bound", [(told, ratio, rule)])
        else:
            left = interval(rule["in_last_pass"])
            found += view.findings("mistakes_in_last_pass", [(told, left, rule)])
    for weights, labellings in frames["labellings"].groupby("weights"):
        told = f"{weights} weights"
        off = (labellings["separable"] / labellings["drawn"] - labellings["cover"]).abs()
        error = interval(off.groupby(labellings["seed"]).mean())
        found += view.findings("cover_error", [(told, error, labellings)])
        three = labellings[labellings["per_weight"] == 3]
        if len(three):
            share = wilson(int(three["separable"].sum()), int(three["drawn"].sum()))
            found += view.findings("separable_at_three", [(told, share, _each(three))])
    return found


def _bounds(row) -> Interval:
    return Interval(row.value, row.low, row.high)


def _each(labellings: pd.DataFrame) -> pd.DataFrame:
    """A row for each labelling: each is drawn by itself, so that none shares a seed with another."""
    alone = labellings.drop(columns="seed")
    return alone.loc[alone.index.repeat(alone["drawn"])]


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    accuracy = frames["accuracy"].pivot(index="dataset", columns="model", values="value")
    return [
        {
            "name": "accuracy",
            "title": Said(en="Accuracy on new examples", fr="Exactitude sur de nouveaux exemples"),
            "caption": Said(
                en="Mean over the seeds, after the last pass; gain: of the hidden layer over "
                "the better of the two straight borders of each seed, with its 95 % interval.",
                fr="Moyenne sur les graines, après la dernière passe ; gain : de la couche cachée "
                "sur la meilleure des deux frontières droites de chaque graine, avec son "
                "intervalle à 95 %.",
            ),
            "frame": accuracy.reset_index().merge(
                frames["gains"].rename(columns={"value": "gain"}), on="dataset"
            ),
        },
        {
            "name": "rules",
            "title": Said(
                en="Mistakes of the perceptron rule", fr="Erreurs de la règle du perceptron"
            ),
            "caption": Said(
                en="mistakes: mean over orders of presentation, from w = 0 until a pass without "
                "any, or until the last one; bound: Novikoff's (R / gamma)^2 with the largest margin "
                "gamma; converged: share of the orders that ended without a mistake; in_last_pass: "
                "share of the examples that were mistaken then.",
                fr="erreurs : moyenne sur les ordres de présentation, de w = 0 jusqu'à une passe "
                "sans erreur, ou jusqu'à la dernière ; borne : celle de Novikoff, (R / "
                "gamma)^2, avec la plus grande marge gamma ; convergés : part des ordres qui "
                "ont fini sans erreur ; à la dernière passe : part des exemples alors mal "
                "classés.",
            ),
            "frame": frames["rules"],
        },
        {
            "name": "shares",
            "title": Said(
                en="Random labellings that a neuron can separate",
                fr="Étiquetages au hasard qu'un neurone peut séparer",
            ),
            "caption": Said(
                en="value: measured by linear programmes, with Wilson's 95 % interval; cover: "
                "Cover's count for the same numbers of points and weights.",
                fr="valeur : mesurée par programmation linéaire, avec l'intervalle de Wilson à 95 "
                "% ; Cover : compte de Cover pour les mêmes nombres de points et de poids.",
            ),
            "frame": frames["shares"],
        },
    ]
