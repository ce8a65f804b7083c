"""The figures of the study `perceptron_limits`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.drawing import plane, style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

MODELS = ("perceptron", "logistic", "hidden layer")
TOLD = {"hidden layer": "one hidden layer"}
SHOWN_POINTS = 240


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """borders, accuracy, mistakes, labellings."""
    return [_borders(frames, study), _accuracy(frames), _mistakes(frames), _labellings(frames)]


def _borders(frames: dict[str, pd.DataFrame], study: dict) -> Drawn:
    """What each model has learned of each dataset, as decision regions."""
    planes, points = frames["planes"], frames["points"]
    wanted = study["options"].get("pictures", [])
    datasets = [d for d in wanted if (planes["dataset"] == d).any()]
    figure, axes = style.panels(len(MODELS), len(datasets), height=style.WIDTH / len(datasets))
    for i, model in enumerate(MODELS):
        for j, dataset in enumerate(datasets):
            ax = axes[i, j]
            here = (planes["dataset"] == dataset) & (planes["model"] == model)
            seen = points[(points["dataset"] == dataset) & (points["model"] == model)]
            plane.regions(ax, planes[here])
            plane.examples(ax, seen.iloc[:SHOWN_POINTS], 6)
            plane.bare(ax)
            ax.set_title(dataset if not i else "", loc="center")
            ax.set_xlabel(f"{seen['right'].mean():.0%} right", fontsize=style.SMALL, labelpad=2)
        axes[i, 0].set_ylabel(TOLD.get(model, model), fontweight="semibold")
    n = len(MODELS) * len(datasets)
    right = points.groupby(["model", "dataset"])["right"].mean().unstack("model")
    straight, hidden = right.drop(columns=MODELS[-1]).max().max(), right[MODELS[-1]].min()
    style.note_n(figure, n)
    return Drawn(
        "borders",
        figure,
        Said(
            en=f"One straight border is right on at most {straight:.0%} of the examples of any of these "
            f"sets, one hidden layer on {hidden:.0%} and more",
            fr=f"Une frontière droite classe bien au plus {100 * straight:.0f} % des exemples de chacun "
            f"de ces jeux, une couche cachée {100 * hidden:.0f} % et plus",
        ),
        Said(
            en=f"The regions that networks of one seed give to the two classes; the black line is the "
            f"border, the colour is pale where the network is unsure. Dots and squares: "
            f"{SHOWN_POINTS} of the training examples. Under each picture, the share of all training "
            f"examples that are right.",
            fr="Régions que les réseaux d'une graine donnent aux deux classes ; la ligne "
            "noire est la frontière, la couleur est pâle là où le réseau hésite. Ronds "
            f"et carrés : {SHOWN_POINTS} des exemples d'apprentissage. Sous chaque image, "
            "la part des exemples d'apprentissage bien classés.",
        ),
        Said(
            en=f"Decision regions: a column for each of {', '.join(datasets)}, a row for each model. The "
            f"upper two rows have one straight border, the lowest a curved one around the classes.",
            fr=f"Régions de décision : une colonne pour chacun de {', '.join(datasets)}, une "
            "rangée par modèle. Les deux rangées du haut ont une frontière droite, celle "
            "du bas une courbe autour des classes.",
        ),
        n,
    )


def _accuracy(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Test accuracy of the three models: a row of points for each dataset."""
    accuracy, gains = frames["accuracy"], frames["gains"].sort_values("value")
    datasets = list(gains["dataset"])
    looks = style.looks(MODELS)
    figure, axes = style.panels(1, 1, height=0.42 * len(datasets) + 1.3)
    ax = axes[0, 0]
    for place, model in enumerate(MODELS):
        cells = accuracy[accuracy["model"] == model].set_index("dataset").reindex(datasets)
        at = np.arange(len(datasets)) + 0.13 * (place - 1)
        spread = np.clip([cells["value"] - cells["low"], cells["high"] - cells["value"]], 0, None)
        look = {**looks[model].line(), "linestyle": "none", "markersize": 7}
        ax.errorbar(cells["value"], at, xerr=spread, label=TOLD.get(model, model), **look)
    ax.set_yticks(range(len(datasets)), datasets)
    ax.set(xlabel="accuracy on new examples", ylim=(-0.6, len(datasets) - 0.4), xlim=(None, 1.01))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    ax.grid(axis="y", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    n = int(accuracy["n"].sum())
    style.note_n(figure, n)
    best = gains.iloc[-1]
    return Drawn(
        "accuracy",
        figure,
        Said(
            en=f"One hidden layer gains up to {best['value']:.0%} ({best['dataset']}) where no straight "
            f"border does",
            fr=f"Une couche cachée gagne jusqu'à {best['value']:.0%} ({best['dataset']}) là "
            "où aucune frontière droite ne convient",
        ),
        Said(
            en=f"Test accuracy after the last pass, mean over {int(accuracy['n'].max())} seeds with its "
            f"95 % interval. Swept: dataset and model; the hidden layer has 64 ReLU units. Datasets are "
            f"ordered by what the hidden layer gains.",
            fr="Exactitude en test après la dernière passe, moyenne sur "
            f"{int(accuracy['n'].max())} graines avec son intervalle à 95 %. On fait "
            "varier le jeu de données et le modèle ; la couche cachée a 64 unités ReLU. "
            "Les jeux de données sont rangés par ce que gagne la couche cachée.",
        ),
        Said(
            en=f"Accuracy of perceptron, logistic model and one hidden layer on {', '.join(datasets)}.",
            fr="Exactitude du perceptron, du modèle logistique et d'une couche cachée sur "
            f"{', '.join(datasets)}.",
        ),
        n,
    )


def _mistakes(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Left: mistakes pass by pass. Right: all mistakes against Novikoff's bound."""
    rules, passes = frames["rules"], frames["passes"]
    figure, axes = style.panels(1, 2, height=3.6, width_ratios=[1, 1])
    left, right = axes[0]
    pairs = rules[rules["kind"] == "pair"]
    for examples, can in zip(pairs["examples"], pairs["separable"], strict=True):
        here = passes[passes["examples"] == examples]
        size = pairs.loc[pairs["examples"] == examples, "n_examples"].iloc[0]
        orders = here["seed"].nunique()
        mean = here.groupby("pass")["mistakes"].sum() / orders / size
        mean = mean[mean > 0]
        color = style.COLOURS[0] if can else style.COLOURS[5]
        left.plot(mean.index, mean, color=color, label=examples, lw=1.3)
    left.set(xscale="log", yscale="log", title="Mistakes in each pass")
    left.set(xlabel="pass", ylabel="share of the examples")
    left.yaxis.set_major_formatter(lambda y, _: f"{100 * y:g}%")
    left.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    style.label_lines(left)
    can = rules[rules["separable"]]
    ends = np.array([0.5 * can["least"].clip(lower=1).min(), 3 * can["bound"].max()])
    right.plot(ends, ends, color=style.INK, lw=0.8, zorder=1)
    right.annotate("bound", (ends[1], ends[1]), (-10, 0), textcoords="offset points", ha="right",
                   fontsize=style.SMALL)  # fmt: skip
    for kind, label, look in zip(
        ("pair", "drawn"), ("real pairs", "drawn, margin set"), style.looks("ab").values(),
        strict=True,
    ):  # fmt: skip
        here = can[can["kind"] == kind]
        spread = [here["mistakes"] - here["least"], here["most"] - here["mistakes"]]
        right.errorbar(here["bound"], here["mistakes"], spread, label=label, **{**look.line(), "linestyle": "none"})  # fmt: skip
    for late in can[can["converged"] < 1].itertuples():
        told = f"{late.examples}:\nnot done yet"
        right.annotate(told, (late.bound, late.mistakes), (0, 8), textcoords="offset points",
                       ha="center", fontsize=style.SMALL)  # fmt: skip
    right.set(xscale="log", yscale="log", title="All mistakes")
    right.set(xlabel="Novikoff's bound", ylabel="mistakes until a pass without any")
    right.legend(loc="upper left")
    n = int(rules["n"].sum())
    style.note_n(figure, n, "trials")
    never = pairs[~pairs["separable"]]
    done = can[can["converged"] == 1]
    share = (done["most"] / done["bound"]).max()
    return Drawn(
        "mistakes",
        figure,
        Said(
            en=f"The perceptron rule comes to an end only where the data can be separated, with at most "
            f"{share:.0%} of the mistakes that Novikoff allows",
            fr="La règle du perceptron ne s'arrête que là où les données sont séparables, "
            f"avec au plus {share:.0%} des erreurs que permet Novikoff",
        ),
        Said(
            en=f"Left: mistakes of the perceptron rule in each pass, mean over {int(rules['n'].max())} "
            f"orders of presentation; blue where the examples can be separated, vermilion where they "
            f"cannot ({', '.join(never['examples'])}). Right: all mistakes against the bound "
            f"(R / gamma)^2, with the least and the most over the orders; points below the line obey it. Where "
            f"the margin is tiny, the bound is astronomical and the end far away.",
            fr="À gauche : erreurs de la règle du perceptron à chaque passe, moyenne sur "
            f"{int(rules['n'].max())} ordres de présentation ; en bleu là où les exemples "
            "sont séparables, en vermillon là où ils ne le sont pas "
            f"({', '.join(never['examples'])}). À droite : toutes les erreurs selon la "
            "borne (R / gamma)^2, avec le moins et le plus sur les ordres ; les points "
            "sous la ligne la respectent. Là où la marge est infime, la borne est "
            "astronomique et la fin lointaine.",
        ),
        Said(
            en="Left: curves of mistakes against passes, some ending, some not. Right: mistakes against "
            "the bound on logarithmic axes, all points below the diagonal.",
            fr="À gauche : courbes d'erreurs selon les passes, certaines s'arrêtent, "
            "d'autres non. À droite : erreurs selon la borne en échelles logarithmiques, "
            "tous les points sous la diagonale.",
        ),
        n,
    )


def _labellings(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Share of random labellings that can be separated, and Cover's count as a thin line."""
    shares = frames["shares"]
    looks = style.ramp(sorted(shares["weights"].unique()))
    figure, axes = style.panels(1, 1, height=3.4)
    ax = axes[0, 0]
    for weights, here in shares.groupby("weights"):
        here = here.assign(per_weight=here["points"] / weights).sort_values("per_weight")
        look, theory = looks[weights], frames["cover"]
        theory = theory[theory["weights"] == weights]
        ax.plot(theory["per_weight"], theory["cover"], color=look.color, lw=0.9, zorder=1)
        spread = np.clip([here["value"] - here["low"], here["high"] - here["value"]], 0, None)
        kind = {**look.line(), "linestyle": "none"}
        ax.errorbar(here["per_weight"], here["value"], spread, label=f"{weights}", **kind)
    ax.axvline(2, color=style.FAINT, lw=0.7, ls=":")
    ax.set(xlabel="points for each weight", ylabel="labellings that can be separated")
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    ax.legend(title="weights of the neuron", loc="upper right", ncols=2)
    n = int(shares["n"].sum())
    style.note_n(figure, n, "labellings")
    counts = shares.groupby("per_weight")[["separable", "n"]].sum()
    told = counts["separable"] / counts["n"]
    told = told[told.index.isin((1, 2, told.index.max()))]
    return Drawn(
        "labellings",
        figure,
        Said(
            en="A neuron separates "
            + ", ".join(f"{share:.0%} of the labellings of {k:g}" for k, share in told.items())
            + " points for each weight",
            fr="Un neurone sépare "
            + ", ".join(
                f"{100 * share:.0f} % des étiquetages de {k:g}" for k, share in told.items()
            )
            + " points par poids",
        ),
        Said(
            en=f"Random labellings of normal points, each checked by a linear programme: the share that a "
            f"hyperplane separates, with Wilson's 95 % interval. Thin lines: Cover's count. Swept: "
            f"points for each weight, and weights (the bias is one of them); "
            f"{int(shares['n'].max())} labellings for each point.",
            fr="Étiquetages au hasard de points gaussiens, chacun vérifié par programmation "
            "linéaire : part qu'un hyperplan sépare, avec l'intervalle de Wilson à 95 %. "
            "Lignes fines : compte de Cover. On fait varier le nombre de points par "
            "poids, et le nombre de poids (le biais en est un) ; "
            f"{int(shares['n'].max())} étiquetages par point.",
        ),
        Said(
            en=f"Share against points for each weight, falling from 1 to 0 through one half at 2; a line "
            f"for each of {', '.join(map(str, looks))} weights.",
            fr="Part selon le nombre de points par poids, qui tombe de 1 à 0 en passant par "
            f"un demi à 2 ; une ligne pour chacun de {', '.join(map(str, looks))} poids.",
        ),
        n,
    )
