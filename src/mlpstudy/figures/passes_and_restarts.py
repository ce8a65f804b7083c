"""The figures of the study `passes_and_restarts`: from its tables alone."""

from itertools import product

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

SHARED = "Starts from different first weights; plain gradient descent without momentum"


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """passes, starts, and best_of where there is something to pick."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    limits = {claim["statistic"]: claim["threshold"] for claim in study["claims"]}
    drawn = [
        _passes(frames, best, study["options"].get("near", 0.99), limits.get("passes_of_half")),
        _starts(
            frames["starts"], study["options"].get("certain", 0.95), limits.get("starts_needed")
        ),
    ]
    if len(frames["best_of"]):
        drawn.append(_best_of(frames["best_of"], best))
    return drawn


def _tasks(frame: pd.DataFrame) -> list[str]:
    """Synthetic tasks with their whole truth table first, then by name."""
    first = ["xor_4", "parity"]
    there = sorted(frame["dataset"].unique())
    return [t for t in first if t in there] + [t for t in there if t not in first]


def _starts_and_splits(best: pd.DataFrame) -> str:
    return f"{best['restart'].nunique()} starts on each of {best['seed'].nunique()} splits"


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def _passes(frames: dict, best: pd.DataFrame, near: float, limit) -> Drawn:
    """Share of networks that is not there yet, pass by pass: a panel per task."""
    steps, tasks = frames["steps"], _tasks(best)
    budget = int(best["epochs"].max())
    columns = min(3, len(tasks))
    looks = style.looks(sorted(steps["activation"].unique()))
    figure, axes = style.panels(
        -(-len(tasks) // columns), columns, height=2.4, sharex=True, sharey=True
    )
    for ax in axes.flat[len(tasks) :]:
        ax.set_axis_off()
    for place, (ax, task) in enumerate(zip(axes.flat, tasks, strict=False)):
        here = steps[steps["dataset"] == task]
        for activation, look in looks.items():
            part = here[here["activation"] == activation]
            # A logarithmic axis has no 0; nothing is learned before training but by chance.
            part = part.assign(passes=part["passes"].clip(lower=0.8))
            part = part.assign(
                low=part["share"], high=part["share"]
            )  # no band: starts share splits
            style.draw(ax, part, "passes", look, activation, y="share", steps=True)
        if limit is not None:
            ax.axvline(limit, color=style.FAINT, lw=0.8, zorder=1)
        if limit is not None and not place:
            ax.annotate(
                f"{limit:g}",
                (limit, 1.0),
                (2, -1),
                textcoords="offset points",
                va="bottom",
                color=style.FAINT,
                fontsize=style.SMALL,
            )
        ax.set(xscale="log", xlim=(0.8, budget), ylim=(-0.04, 1.09), title=task)
        ticks = [tick for tick in (1, 10, 100, 1000) if tick <= budget]
        ax.set_xticks(ticks, [str(tick) for tick in ticks])
        ax.minorticks_off()
        ax.tick_params(labelbottom=place + columns >= len(tasks))
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=len(looks))
    figure.supxlabel("passes", fontsize=style.TEXT)
    figure.supylabel("share not there yet", fontsize=style.TEXT)
    style.note_n(figure, len(best))
    tried = frames["by_run"].groupby(["dataset", "activation"])["eta"].nunique().max()
    half = frames["passes"].query("split == 'training' and quantile == 'passes_of_half'")
    learned = half[np.isfinite(half["value"])]
    more = int((learned["low"] > limit).sum()) if limit is not None else 0
    title = (
        f"Half of the networks need more than {limit:g} passes in {more} of the {len(learned)} "
        "settings in which half of them learn"
        if limit is not None
        else "Passes until a network has learned its examples"
    )
    return Drawn(
        "passes",
        figure,
        Said(en=title, fr=french(title)),
        Said(
            en=f"Share of networks whose training accuracy has not come to {near:.0%} of the best that any "
            f"network reaches on the same split (Kaplan-Meier), against "
            f"passes on a logarithmic axis. {SHARED}; {_starts_and_splits(best)}; eta chosen for each "
            f"curve so that most starts learn, from {tried} "
            f"values. A curve that ends above 0 has starts that do not learn within "
            f"their {_span(best['epochs'])} passes.",
            fr="Part des réseaux dont l'exactitude d'apprentissage n'a pas atteint "
            f"{near:.0%} de la meilleure obtenue par un réseau sur le même découpage "
            "(Kaplan-Meier), selon les passes, en "
            f"échelle logarithmique. {french(SHARED)} ; "
            f"{french(_starts_and_splits(best))} ; eta choisi pour chaque courbe de sorte "
            f"que le plus de départs apprennent, parmi {tried} valeurs. Une courbe qui "
            "finit au-dessus de 0 a des départs qui n'apprennent pas en "
            f"{french(_span(best['epochs']))} passes.",
        ),
        Said(
            en=f"Survival curves, a panel for each of {', '.join(tasks)}, a line for each activation.",
            fr=f"Courbes de survie, un panneau pour chacun de {', '.join(tasks)}, une ligne "
            "par activation.",
        ),
        len(best),
    )


def _starts(starts: pd.DataFrame, certain: float, limit) -> Drawn:
    """Starts needed, a row for each task and activation, on a logarithmic axis."""
    looks = style.looks(sorted(starts["activation"].unique()))
    tasks = _tasks(starts)
    figure, [[ax]] = style.panels(height=0.9 + 0.52 * len(tasks))
    finite = starts[["value", "high"]].to_numpy()
    finite = finite[np.isfinite(finite)]
    top = 2.2 * max(finite.max(initial=1), limit or 1)
    for (i, task), (k, activation) in product(enumerate(tasks), enumerate(looks)):
        cell = starts[(starts["dataset"] == task) & (starts["activation"] == activation)]
        for row in cell.itertuples():
            y = i + 0.3 * (k - (len(looks) - 1) / 2)
            ends = np.clip([row.low, row.high], None, top)
            look = looks[activation]
            ax.plot(ends, [y, y], color=look.color, lw=1.1, label="_")
            line = {**look.line(), "linestyle": "none"}
            ax.plot(min(row.value, top), y, label=activation if not i else "_", **line)
            ax.annotate(
                f"{row.learned} of {row.n} learn",
                (1.01, y),
                xycoords=("axes fraction", "data"),
                va="center",
                color=style.readable(look.color),
                fontsize=style.SMALL,
            )
    if limit is not None:
        ax.axvline(limit, color=style.FAINT, lw=0.8, zorder=1)
    ax.set(xscale="log", xlim=(0.8, top), xlabel=f"starts for a chance of {certain:.0%}")
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500) if tick < top]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(len(tasks)), tasks)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    figure.legend(loc="outside upper left", ncols=len(looks))
    n = int(starts["n"].sum())
    style.note_n(figure, n)
    few = int((starts["value"] == 1).sum())
    return Drawn(
        "starts",
        figure,
        Said(
            en=f"One start is enough in {few} of {len(starts)} settings; the most that any needs is "
            f"{_told(starts['value'].max())}",
            fr=f"Un départ suffit dans {few} réglages sur {len(starts)} ; le plus qu'il en "
            f"faille est {french(_told(starts['value'].max()))}",
        ),
        Said(
            en=f"Starts after which at least one has learned its examples with a chance of {certain:.0%}, "
            f"from the share of starts that learn (at the right) and its 95 % interval over the splits; a line "
            f"that ends at the right edge goes on. {SHARED}, eta chosen so that most starts learn. The "
            f"grey line is where several dozen begin.",
            fr="Départs au bout desquels l'un au moins a appris ses exemples avec une "
            f"chance de {certain:.0%}, d'après la part des départs qui apprennent (à "
            "droite) et son intervalle à 95 % sur les découpages ; une ligne qui va jusqu'au bord "
            f"droit continue. {french(SHARED)}, eta choisi de sorte que le plus de "
            "départs apprennent. La ligne grise marque le début de « plusieurs dizaines "
            "».",
        ),
        Said(
            en=f"Starts needed, with intervals: a row for each of {', '.join(tasks)}, a point for each "
            f"activation.",
            fr="Départs nécessaires, avec leurs intervalles : une ligne pour chacun de "
            f"{', '.join(tasks)}, un point par activation.",
        ),
        n,
    )


def _told(starts: float) -> str:
    return f"{starts:.0f}" if np.isfinite(starts) else "more than were tried"


def _best_of(cells: pd.DataFrame, best: pd.DataFrame) -> Drawn:
    """Gain in test error against k: a row per activation, a panel per task, a line per rule."""
    tasks, activations = _tasks(cells), sorted(cells["activation"].unique())
    rules = list(dict.fromkeys(cells["rule"]))
    looks = style.looks(rules)
    figure, axes = style.panels(len(activations), len(tasks), height=2.5, sharex=True, sharey="col")
    ks = sorted(cells["k"].unique())
    for (i, activation), (j, task) in product(enumerate(activations), enumerate(tasks)):
        ax = axes[i, j]
        here = cells[(cells["dataset"] == task) & (cells["activation"] == activation)]
        ax.axhline(0, color=style.INK, lw=0.8, zorder=1, label="_")
        for place, rule in enumerate(rules):
            cell = here[here["rule"] == rule].sort_values("k")
            if cell.empty:
                continue
            ends = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
            x = np.searchsorted(ks, cell["k"]) + 0.12 * (place - (len(rules) - 1) / 2)
            line = looks[rule].line()
            ax.errorbar(x, cell["value"], ends, label="_", elinewidth=0.9, **line)
            ax.plot(x, cell["value"], label=rule, **line)
        ax.set_xticks(range(len(ks)), [str(k) for k in ks])
        ax.set_xlim(-0.4, len(ks) - 0.6)
        ax.set_title(task if not i else "")
        ax.grid(axis="x", visible=False)
    for ax, activation in zip(axes[:, 0], activations, strict=True):
        ax.set_ylabel(activation, fontweight="semibold")
    for ax in axes[:, -1]:
        style.label_lines(ax)
    figure.supxlabel("starts of which the best is kept", fontsize=style.TEXT)
    figure.supylabel("test error saved", fontsize=style.TEXT)
    n = int(best["dataset"].isin(tasks).sum())
    style.note_n(figure, n)
    last = cells[cells["k"] == max(ks)]
    won = [int((last.loc[last["rule"] == rule, "low"] > 0).sum()) for rule in rules]
    settings = last[["dataset", "activation"]].drop_duplicates().shape[0]
    return Drawn(
        "best_of",
        figure,
        Said(
            en=f"The best of {max(ks)} starts errs less than one start in "
            + ", ".join(
                f"{count} (picked by {rule})" for count, rule in zip(won, rules, strict=True)
            )
            + f" of {settings} settings",
            fr=f"Le meilleur de {max(ks)} départs se trompe moins qu'un seul dans "
            + ", ".join(
                f"{count} (choisi par {french(rule)})"
                for count, rule in zip(won, rules, strict=True)
            )
            + f" réglages sur {settings}",
        ),
        Said(
            en=f"Mean test error of a single start less that of the best of k, over all choices of k "
            f"starts of a split, by the rule that picks (lines); 95 % interval over "
            f"{best['seed'].nunique()} splits. {SHARED}; {_starts_and_splits(best)}.",
            fr="Erreur en test moyenne d'un départ seul, moins celle du meilleur de k, sur "
            "tous les choix de k départs d'un découpage, selon la règle qui choisit "
            f"(lignes) ; intervalle à 95 % sur {best['seed'].nunique()} découpages. "
            f"{french(SHARED)} ; {french(_starts_and_splits(best))}.",
        ),
        Said(
            en=f"Test error saved against the number of starts: a panel for each of {', '.join(tasks)}, a "
            f"row for each activation, a line for each rule that picks.",
            fr="Erreur en test épargnée selon le nombre de départs : un panneau pour chacun "
            f"de {', '.join(tasks)}, une rangée par activation, une ligne par règle de "
            "choix.",
        ),
        n,
    )
