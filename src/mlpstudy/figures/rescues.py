"""The figures of the study `rescues`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

# The groups of rescues from top to bottom: the option that lists them, and their title.
KINDS = {
    "control": "as was usual",
    "longer": "more passes",
    "remedies": "the lecture's remedies",
    "other_remedies": "other remedies",
    "pretraining": "pretraining",
    "initialization": "initialization",
    "residual": "residual layers",
    "activation": "activation",
}
RESIDUAL = ("none", "plain", "scaled")


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """shares, survival, growth."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    groups = _groups(study["options"], set(best["rescue"]))
    drawn = [
        _shares(frames["shares"], best, groups, study["options"]),
        _survival(frames["passes"], best, groups, study["options"]),
    ]
    return drawn + ([] if frames["growth"].empty else [_growth(frames["growth"])])


def _groups(options: dict, there: set[str]) -> dict[str, list[str]]:
    """The rescues that were swept, by the first kind that lists them."""
    named, left = {}, set(there)
    for kind in KINDS:
        names = options.get(kind, [])
        names = [names] if isinstance(names, str) else names
        named[kind] = [name for name in names if name in left]
        left -= set(names)
    return {kind: names for kind, names in named.items() if names}


def _told(rescue: str) -> str:
    return rescue.replace("_", " ")


def _levels(options: dict, datasets: list[str], on: str = "on") -> str:
    pairs = [text.split() for text in options["levels"]]
    return ", ".join(f"{float(level):.0%} {on} {name}" for name, level in pairs if name in datasets)


def _shares(shares: pd.DataFrame, best: pd.DataFrame, groups: dict, options: dict) -> Drawn:
    """A row for each rescue, a panel for each dataset."""
    datasets = sorted(shares["dataset"].unique())
    looks = style.looks(list(KINDS))
    rows, ticks, heads, y = {}, [], [], 0.0
    for kind, names in groups.items():
        heads.append((y, kind))
        for i, name in enumerate(names, start=1):
            rows[name] = (y + i, kind)
            ticks.append((y + i, _told(name)))
        y += len(names) + 1.35
    figure, axes = style.panels(1, len(datasets), height=1.1 + 0.2 * y, sharex=True, sharey=True)
    for ax, dataset in zip(axes[0], datasets, strict=True):
        here = shares[(shares["dataset"] == dataset) & shares["rescue"].isin(rows)]
        for row in here.itertuples():
            place, kind = rows[row.rescue]
            line = {**looks[kind].line(), "linestyle": "none", "markersize": 7}
            ax.plot([row.low, row.high], [place, place], color=looks[kind].color, lw=2, alpha=0.45)
            ax.plot(row.value, place, zorder=3, **line)
            text = f"{row.test_accuracy:.0%}"
            ax.annotate(
                text, (1, place), (8, 0), ("axes fraction", "data"), "offset points",
                va="center", fontsize=style.SMALL, color=style.FAINT, annotation_clip=False,
            )  # fmt: skip
        ax.annotate(
            "test\naccuracy", (1, 1), (4, 2), "axes fraction", "offset points",
            va="bottom", fontsize=style.SMALL, color=style.FAINT, annotation_clip=False,
        )  # fmt: skip
        ax.set(title=dataset, xlim=(-0.04, 1.04), ylim=(y - 0.5, -0.6))
        ax.set_xticks([0, 0.5, 1], ["0", "half", "all"])
        ax.grid(False, axis="y")
    axes[0, 0].set_yticks(*zip(*ticks, strict=True))
    for place, kind in heads:
        color = style.readable(looks[kind].color)
        axes[0, 0].annotate(
            KINDS[kind], (0, place), (-6, 0), ("axes fraction", "data"), "offset points",
            ha="right", va="center", fontsize=style.SMALL, fontweight="bold", color=color,
        )  # fmt: skip
    figure.supxlabel("share of networks that train", fontsize=style.TEXT)
    n = len(best)
    style.note_n(figure, n)
    saved = shares.groupby("rescue")["low"].min() > 0.5
    won, lost = int(saved.sum()), int((best["status"] == "diverged").sum())
    depth = _span(best["depth"])
    seeds = _span(best.groupby(["dataset", "rescue"]).size())
    longer = _span(best.loc[best["rescue"].isin(groups.get("longer", [])), "epochs"])
    return Drawn(
        "shares",
        figure,
        Said(
            en=f"{won} of {len(saved)} ways get a sigmoid network of {depth} hidden layers to train",
            fr=f"{won} manières sur {len(saved)} font apprendre un réseau sigmoïde de {french(depth)} couches "
            f"cachées",
        ),
        Said(
            en=f"Share of networks that reach a validation accuracy ({_levels(options, datasets)}) within "
            f"the budget, with Wilson's 95 % interval, and at the right the mean test accuracy "
            f"after the last pass. {seeds} seeds each, at the settings chosen for each row by the mean "
            f"validation error. All rows have the same depth, width and budget of passes "
            f"({_budget(best)}; pretraining counted in multiply-adds), but for more passes "
            f"({longer}). A run that diverges has failed ({lost} did).",
            fr=f"Part des réseaux qui atteignent une exactitude en validation "
            f"({_levels(options, datasets, 'sur')}) dans le budget, avec l'intervalle de Wilson à 95 %, et à "
            f"droite l'exactitude de test moyenne après la dernière passe. {french(seeds)} graines par "
            f"ligne, aux réglages choisis par l'erreur moyenne en validation. Toutes les lignes ont la même profondeur, "
            f"la même largeur et le même budget de passes ({french(_budget(best))} ; le pré-apprentissage "
            f"est compté en multiplications-additions), sauf davantage de passes ({french(longer)}). Un "
            f"réseau qui diverge a échoué ({lost} dans ce cas).",
        ),
        Said(
            en=f"Dot plot: a row for each way to train the network, grouped by kind, a panel for "
            f"each of {', '.join(datasets)}.",
            fr=f"Diagramme de points : une ligne pour chaque manière d'entraîner le réseau, groupées "
            f"par sorte, un panneau pour chacun de {', '.join(datasets)}.",
        ),
        n,
    )


def _span(values: pd.Series) -> str:
    if values.empty:
        return "none"
    low, high = int(round(values.min())), int(round(values.max()))
    return str(low) if low == high else f"{low} to {high}"


def _budget(best: pd.DataFrame) -> str:
    whole = best["epochs"] + best["spent"]
    return f"{_span(whole[whole <= whole.median() * 1.5])} passes"


def _survival(steps: pd.DataFrame, best: pd.DataFrame, groups: dict, options: dict) -> Drawn:
    """Share that is not there yet, pass by pass: a panel for each kind, the control in each."""
    dataset = options["levels"][0].split()[0]
    here = steps[steps["dataset"] == dataset]
    control = groups.get("control", [])
    kinds = [kind for kind in groups if kind != "control"]
    columns = min(3, len(kinds))
    lines = -(-len(kinds) // columns)
    figure, axes = style.panels(lines, columns, height=2.3, sharex=True, sharey=True)
    for ax in axes.flat[len(kinds) :]:
        ax.set_axis_off()
    grey = style.Look(style.FAINT, "o", (0, (1.2, 1.4)))
    for ax, kind in zip(axes.flat, kinds, strict=False):
        looks = style.looks(groups[kind])
        for name in control:
            curve = here[here["rescue"] == name]
            ax.plot(curve["passes"] + 1, curve["share"], drawstyle="steps-post", **{
                **grey.line(), "marker": "none", "zorder": 2, "label": "_"})  # fmt: skip
        for name in groups[kind]:
            curve = here[here["rescue"] == name].assign(passes=lambda f: f["passes"] + 1)
            style.draw(ax, curve, "passes", looks[name], _told(name), y="share", steps=True)
        ax.set_xscale("log")
        ax.set(title=KINDS[kind], ylim=(-0.04, 1.04), xlim=(1, here["passes"].max() + 1))
        ticks = [t for t in (1, 3, 10, 30, 100, 300) if t <= here["passes"].max()]
        ax.set_xticks([t + 1 for t in ticks], [str(t) for t in ticks])
        ax.legend(loc="lower left", handlelength=1.6)
    for ax in axes[0, 0 : len(kinds)]:
        ax.tick_params(labelbottom=True)
    figure.supxlabel("passes, pretraining included", fontsize=style.TEXT)
    figure.supylabel("share not there yet", fontsize=style.TEXT)
    n = int((best["dataset"] == dataset).sum())
    style.note_n(figure, n)
    return Drawn(
        "survival",
        figure,
        Said(
            en="After how many passes the rescued networks are there",
            fr="Après combien de passes les réseaux réparés y sont",
        ),
        Said(
            en=f"Share of networks on {dataset} whose validation accuracy is not there yet "
            f"({_levels(options, [dataset])}), with a pointwise 95 % band (Kaplan-Meier), by kind of rescue; "
            f"passes on a logarithmic scale, those of pretraining counted as passes of the whole "
            f"network. Dotted: the network as was usual, whose curve stays at 1 as long as it does "
            f"not train.",
            fr=f"Part des réseaux sur {dataset} dont l'exactitude en validation n'y est pas encore "
            f"({_levels(options, [dataset], 'sur')}), avec une bande ponctuelle à 95 % (Kaplan-Meier), par "
            f"sorte de remède ; passes en échelle logarithmique, celles du pré-apprentissage "
            f"comptées en passes du réseau entier. En pointillé : le réseau usuel, dont la courbe "
            f"reste à 1 tant qu'il n'apprend pas.",
        ),
        Said(
            en=f"Survival curves, a panel for each of {', '.join(KINDS[k] for k in kinds)}.",
            fr=f"Courbes de survie, un panneau pour chacun de "
            f"{', '.join(french(KINDS[k]) for k in kinds)}.",
        ),
        n,
    )


def _growth(cells: pd.DataFrame) -> Drawn:
    """Decades that delta gains on its way down, against depth: a panel per activation."""
    activations = sorted(cells["activation"].unique())
    looks = style.looks(RESIDUAL)
    figure, axes = style.panels(1, len(activations), height=3.0, sharex=True)
    for ax, activation in zip(axes[0], activations, strict=True):
        ax.axhline(0, color=style.FAINT, lw=0.6, zorder=0)
        for residual in RESIDUAL:
            cell = cells[(cells["activation"] == activation) & (cells["residual"] == residual)]
            cell = cell.sort_values("depth")
            ax.plot(cell["depth"], cell["predicted"], color=style.INK, lw=0.8, zorder=1, label="_")
            spread = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
            line = {**looks[residual].line(), "linestyle": "none"}
            ax.errorbar(cell["depth"], cell["value"], spread, elinewidth=0.8, label="_", **line)
            ax.plot([], [], label=residual, **line)
        ax.set_xscale("log", base=2)
        ticks = sorted(cells["depth"].unique())
        ax.set_xticks(ticks, [str(t) for t in ticks])
        initialization = cells.loc[cells["activation"] == activation, "initialization"].iloc[0]
        ax.set_title(f"{activation}, {_told(initialization)}", fontsize=style.TEXT)
    axes[0, 0].plot([], [], color=style.INK, lw=0.8, label="mean-field theory")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4)
    figure.supxlabel("hidden layers", fontsize=style.TEXT)
    axes[0, 0].set_ylabel("decades gained by delta on its way down")
    error = ((cells["value"] - cells["predicted"]).abs() / (cells["depth"] - 2)).dropna()
    worst = cells.loc[error.idxmax()]
    far = f"{worst['activation']}, {worst['residual']}, {worst['depth']}"
    deepest, decades = int(cells["depth"].max()), _decades(cells)
    unknown = sorted(set(cells.loc[cells["predicted"].isna(), "activation"]))
    n = int(cells["n"].sum())
    style.note_n(figure, n)
    return Drawn(
        "growth",
        figure,
        Said(
            en=f"Over {deepest} layers delta changes by up to {decades['none']} decades without "
            f"residual layers, {decades['plain']} with plain and {decades['scaled']} with scaled ones",
            fr=f"Sur {deepest} couches delta change d'au plus {decades['none']} décades sans couches "
            f"résiduelles, {decades['plain']} avec des simples et {decades['scaled']} avec des réduites",
        ),
        Said(
            en=f"log10 of rms delta at the second hidden layer over that at the last one, before "
            f"training: mean over the seeds with its 95 % interval (points) and mean-field theory "
            f"with nothing tuned (thin lines; distance in decades per layer, median and largest: "
            f"{error.median():.3f}, {error.max():.3f}, the latter for {far}). Swept: depth, "
            f"activation (panels), no residual layers, plain ones, and ones scaled by "
            f"1/sqrt(depth). Below 0 the error vanishes on its way down, above it grows; panels "
            f"have scales of their own.{_without_theory(unknown)['en']}",
            fr=f"log10 du delta quadratique moyen à la deuxième couche cachée, rapporté à celui de "
            f"la dernière, avant l'entraînement : moyenne sur les graines avec son intervalle à "
            f"95 % (points) et théorie de champ moyen sans rien ajuster (traits fins ; distance en "
            f"décades par couche, médiane et maximum : {error.median():.3f}, {error.max():.3f}, ce "
            f"dernier pour {far}). On fait varier la profondeur, l'activation (panneaux) et les "
            f"couches résiduelles : aucune, simples, ou réduites de 1/sqrt(profondeur). Sous 0 "
            f"l'erreur s'évanouit en descendant, au-dessus elle grandit ; chaque panneau a son "
            f"échelle.{_without_theory(unknown)['fr']}",
        ),
        Said(
            en=f"Decades gained by delta against depth, a panel for each of "
            f"{', '.join(activations)}, with lines of theory under the points.",
            fr=f"Décades gagnées par delta selon la profondeur, un panneau pour chacun de "
            f"{', '.join(activations)}, avec les traits de la théorie sous les points.",
        ),
        n,
    )


def _decades(cells: pd.DataFrame) -> dict[str, str]:
    """For each kind of residual layers: the largest change of delta in the deepest networks."""
    deep = cells[cells["depth"] == cells["depth"].max()]
    most = deep["value"].abs().groupby(deep["residual"]).max().reindex(RESIDUAL)
    return {kind: "?" if np.isnan(value) else f"{value:.1f}" for kind, value in most.items()}


def _without_theory(activations: list[str]) -> Said:
    """Which activations have residual layers that theory does not know."""
    if not activations:
        return Said(en="", fr="")
    named = ", ".join(activations)
    return Said(
        en=f" Theory is not known for residual layers of {named}, whose means add up.",
        fr=f" On ne connaît pas de théorie pour des couches résiduelles de {named}, dont les "
        f"moyennes s'ajoutent.",
    )
