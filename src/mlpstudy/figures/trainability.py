"""The figures of the study `trainability`: from its tables alone."""

from itertools import product

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

CELL = ["dataset", "activation", "initialization", "init_gain", "residual", "depth", "width"]
MOST = 14  # lines in a panel; more are parted into rows
FOLLOWED = (  # by the survival curves, where they are there
    "sigmoid glorot_uniform",
    "sigmoid glorot_uniform, residual scaled",
    "relu he_normal",
)


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """shares, accuracy, survival, reach."""
    beside = [column for column in frames["chosen"] if column not in (*CELL, "eta")]
    named = {name: _with_names(frames[name], beside, MOST) for name in ("shares", "accuracy")}
    named |= {name: _with_names(frames[name], beside) for name in ("by_run", "passes", "reach")}
    return _figures(named, [*CELL, *beside])


def _figures(frames: dict[str, pd.DataFrame], cell: list[str]) -> list[Drawn]:
    best = frames["by_run"][frames["by_run"]["chosen"]]
    told, epochs = _reached(best), int(best["epochs"].max())
    seeds = best.groupby(cell).size().max()
    etas = ", ".join(f"{eta:g}" for eta in sorted(frames["by_run"]["eta"].unique()))
    fixed = Said(
        en=f"Each point is {seeds} seeds at the eta chosen for its cell by the mean validation error, "
        f"of {etas}; {epochs} passes; diverged runs count as failures. Only depths that were tried "
        f"have points, and lines join neighbours; recipes stand side by side, so that none hides "
        f"another.",
        fr=f"Chaque point : {seeds} graines à l'eta choisi pour sa cellule par l'erreur moyenne en "
        f"validation, parmi {etas} ; {epochs} passes ; un réseau qui diverge compte comme un échec. "
        f"Seules les profondeurs essayées ont des points, et les lignes joignent des voisines ; les "
        f"recettes sont côte à côte, pour qu'aucune n'en cache une autre.",
    )
    return [
        _by_depth(
            frames["shares"],
            best,
            "shares",
            "share of networks that train",
            _fall(
                frames["shares"],
                cell,
                Said(en="fewer networks train", fr="moins de réseaux s'entraînent"),
            ),
            Said(
                en=f"Share of networks that reach {told['en']} within the budget, with Wilson's 95 % "
                f"interval. {fixed['en']}",
                fr=f"Part des réseaux qui atteignent {told['fr']} dans le budget, avec l'intervalle "
                f"de Wilson à 95 %. {fixed['fr']}",
            ),
        ),
        _by_depth(
            frames["accuracy"],
            best,
            "accuracy",
            "test accuracy",
            _fall(
                frames["accuracy"],
                cell,
                Said(
                    en="the accuracy on new examples is lower",
                    fr="l'exactitude sur de nouveaux exemples est moindre",
                ),
            ),
            Said(
                en="Mean test accuracy after the last pass, with its 95 % interval. " + fixed["en"],
                fr="Exactitude moyenne en test après la dernière passe, avec son intervalle à 95 %. "
                + fixed["fr"],
            ),
        ),
        _survival(frames["passes"], best, told, epochs),
        *([] if frames["reach"].empty else [_reach(frames["reach"], best)]),
    ]


def _fall(cells: pd.DataFrame, cell: list[str], what: Said) -> Said:
    """A title: in how many recipes and datasets the value at the greatest depth is the lower one."""
    by = [field for field in cell if field != "depth"]
    ordered = cells.sort_values("depth").groupby(by, observed=True, dropna=False)
    deeper = ordered["depth"].nunique() > 1
    lower = ordered["value"].last() < ordered["value"].first()
    fewer, n = int((lower & deeper).sum()), int(deeper.sum())
    if not n:
        return Said(en="Activations and initializations", fr="Activations et initialisations")
    return Said(
        en=f"At the greatest depth {what['en']} than at the smallest in {fewer} of {n} cases",
        fr=f"À la plus grande profondeur {what['fr']} qu'à la plus petite dans {fewer} cas sur {n}",
    )


def _reached(best: pd.DataFrame) -> Said:
    """The accuracy at which a network trains, in words; of each dataset where they differ."""
    by_dataset = best.groupby("dataset")["level"].first()
    if by_dataset.nunique() == 1:
        one = f"{by_dataset.iloc[0]:.0%}"
        return Said(en=f"{one} validation accuracy", fr=f"{one} d'exactitude en validation")
    told = ", ".join(f"{name} {level:.0%}" for name, level in by_dataset.items())
    return Said(en=f"a validation accuracy ({told})", fr=f"une exactitude en validation ({told})")


def _with_names(cells: pd.DataFrame, beside: list[str], most: float = np.inf) -> pd.DataFrame:
    """With `line`, what a line stands for, and `row`, what a row of panels does.

    A line: initialization, residual layers, and what else varies; beside: the fields of a cell that
    are not in CELL. Where there would be more lines than `most`, some of it parts the rows.
    """
    varied = [f for f in ("width", *beside) if cells[f].nunique() > 1]
    rows, lines = [], ["init_gain", "residual", *varied]
    while lines and len(cells[["initialization", *lines]].drop_duplicates()) > most:
        rows.append(lines.pop())
    row = _joined(cells, "dataset", rows, "\n")
    return cells.assign(line=_joined(cells, "initialization", lines, ", "), row=row)


def _joined(cells: pd.DataFrame, first: str, fields: list[str], between: str) -> pd.Series:
    """The texts of a column, each followed by the values of some fields."""
    told = cells[first].astype(str)
    for field in fields:
        told = told + cells[field].map(lambda value, f=field: _told(f, value, between))
    return told


def _told(field: str, value, between: str) -> str:
    if field == "init_gain":
        return f" x {value:g}" if value != 1 else ""
    if (field, value) == ("residual", "none"):
        return ""
    return f"{between}{field.replace('_', ' ')} " + (
        value if isinstance(value, str) else f"{value:g}"
    )


def _by_depth(
    cells: pd.DataFrame, best, name: str, label: str, title: Said, caption: Said
) -> Drawn:
    """A summary against depth: a row per dataset, a panel per activation, a line per recipe."""
    datasets, activations = (_levels(cells, name) for name in ("dataset", "activation"))
    cells = cells.sort_values(["dataset", "initialization", "residual", "width"])
    rows, looks = list(dict.fromkeys(cells["row"])), style.looks(dict.fromkeys(cells["line"]))
    depths = sorted(cells["depth"].unique())
    figure, axes = style.panels(len(rows), len(activations), height=2.3, sharex=True, sharey=True)
    for (i, row), (j, activation) in product(enumerate(rows), enumerate(activations)):
        ax = axes[i, j]
        here = cells[(cells["row"] == row) & (cells["activation"] == activation)]
        lines = list(dict.fromkeys(here["line"]))
        for line, beside in zip(lines, _beside(len(lines)), strict=True):
            _points(ax, here[here["line"] == line], depths, beside, looks[line], line)
        ax.set(title=activation if not i else "", ylim=(-0.04, 1.04))
        ax.set(xlim=(-0.6, len(depths) - 0.4))
        ax.set_xticks(range(len(depths)), map(str, depths))
        ax.grid(False, axis="x")
    _label(figure, axes, rows, "depth", label)
    style.note_n(figure, len(best))
    return Drawn(
        name,
        figure,
        Said(en=title["en"], fr=title["fr"]),
        Said(en=caption["en"], fr=caption["fr"]),
        Said(
            en=f"{label.capitalize()} against depth: a panel for each of {', '.join(activations)}, a line "
            f"for each initialization, with residual layers or without, a row for each of "
            f"{', '.join(datasets)}.",
            fr=f"{french(label).capitalize()} selon la profondeur : un panneau pour chacun "
            f"de {', '.join(activations)}, une ligne par initialisation, avec couches résiduelles "
            f"ou sans, une rangée pour chacun de {', '.join(datasets)}.",
        ),
        len(best),
    )


def _levels(cells: pd.DataFrame, column: str) -> list[str]:
    return sorted(cells[column].unique())


def _beside(n: int) -> np.ndarray:
    """Where n lines stand beside the place of their depth."""
    return min(0.24, 0.7 / max(n, 1)) * (np.arange(n) - (n - 1) / 2)


def _points(ax, cell: pd.DataFrame, depths: list[int], beside: float, look, label: str) -> None:
    """Values with their intervals at the places of their depths; a line joins neighbours only."""
    cell = cell.set_index("depth").reindex(depths)  # a depth that was not tried breaks the line
    spread = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
    line = {**look.line(), "linewidth": 1.0, "markersize": 5.5}
    at = np.arange(len(depths)) + beside
    _, _, bars = ax.errorbar(at, cell["value"], spread, label=label, elinewidth=1.2, **line)
    for bar in bars:
        bar.set_alpha(0.45)


def _label(figure, axes, datasets: list[str], x: str, y: str) -> None:
    """Datasets at the left, one legend above all panels."""
    figure.supxlabel(x, fontsize=style.TEXT)
    figure.supylabel(y, fontsize=style.TEXT)
    for ax, dataset in zip(axes[:, 0], datasets, strict=True):
        ax.set_ylabel(dataset, fontweight="semibold")
    entries = {
        label: handle
        for ax in axes.flat
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    columns = 4 if max(map(len, entries), default=0) < 20 else 3  # as many as the page is wide for
    figure.legend(entries.values(), entries.keys(), loc="outside upper center", ncols=columns)


def _survival(steps: pd.DataFrame, best: pd.DataFrame, told: Said, epochs: int) -> Drawn:
    """Share of networks that are not there yet, pass by pass: a panel per dataset and depth."""
    steps, best = (_as_drawn(frame) for frame in (steps, best))
    datasets, depths = (_levels(steps, name) for name in ("dataset", "depth"))
    recipes = [name for name in FOLLOWED if name in set(steps["recipe"])]
    recipes = recipes or _levels(steps, "recipe")[: len(FOLLOWED)]
    looks = style.looks(recipes)
    figure, axes = style.panels(len(datasets), len(depths), height=2.1, sharex=True, sharey=True)
    for (i, dataset), (j, depth) in product(enumerate(datasets), enumerate(depths)):
        here = steps[(steps["dataset"] == dataset) & (steps["depth"] == depth)]
        axes[i, j].set_visible(len(here) > 0)  # a depth that only other datasets have
        for recipe in recipes:
            curve = here[here["recipe"] == recipe]
            style.draw(axes[i, j], curve, "passes", looks[recipe], recipe, y="share", steps=True)
        axes[i, j].set(title="" if i else f"depth {depth}", xlim=(0, epochs), ylim=(-0.04, 1.04))
    _label(figure, axes, datasets, "passes", "share not there yet")
    n = int(best["recipe"].isin(recipes).sum())
    style.note_n(figure, n)
    return Drawn(
        "survival",
        figure,
        Said(en="Passes until a network is there", fr="Passes avant qu'un réseau soit arrivé"),
        Said(
            en=f"Share of networks that have not reached {told['en']} after so many passes "
            f"(Kaplan-Meier, with a pointwise 95 % band). A curve that stays at 1 is a depth at "
            f"which no network trains within {epochs} passes.",
            fr=f"Part des réseaux qui n'ont pas atteint {told['fr']} après tant de passes "
            "(Kaplan-Meier, avec une bande à 95 % point par point). Une courbe qui reste à 1 est "
            f"une profondeur à laquelle aucun réseau ne s'entraîne en {epochs} passes.",
        ),
        Said(
            en=f"Survival curves of {'; '.join(recipes)}: a panel for each depth, a row "
            f" for each of {', '.join(datasets)}.",
            fr=f"Courbes de survie de {'; '.join(map(french, recipes))} : un "
            f"panneau par profondeur, une rangée pour chacun de {', '.join(datasets)}.",
        ),
        n,
    )


def _as_drawn(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells of the greatest width, with `recipe`: their activation and line in words."""
    cells = cells[cells["width"] == cells["width"].max()]
    return cells.assign(recipe=_recipe(cells))


def _recipe(cells: pd.DataFrame) -> pd.Series:
    return cells["activation"].astype(str) + " " + cells["line"]


def _reach(reach: pd.DataFrame, best: pd.DataFrame) -> Drawn:
    """A row for each recipe: the largest depth that trains, and 6 xi as a bar."""
    reach = reach.assign(recipe=_recipe(reach))
    recipes = reach[["recipe", "six_xi"]].drop_duplicates("recipe").sort_values("six_xi")
    names = list(recipes["recipe"])
    datasets = list(dict.fromkeys(reach["dataset"]))
    looks = style.looks(datasets)
    tried = sorted(best["depth"].unique())
    end = tried[-1] * 2
    figure, axes = style.panels(1, 1, height=1.2 + 0.36 * len(names))
    ax = axes[0, 0]
    for place, told in enumerate(recipes["six_xi"]):
        ax.barh(place, min(told, end), height=0.62, color=style.GRID, edgecolor="none", zorder=1,
                label="_" if place else "6 xi: theory's reach")  # fmt: skip
        far = "no limit" if np.isinf(told) else f"{told:.0f}"
        if told > end:
            ax.annotate(far, (end, place), (-4, 0), textcoords="offset points", va="center",
                        ha="right", fontsize=style.SMALL, color=style.FAINT)  # fmt: skip
    for step, dataset in enumerate(datasets):
        depths = (
            reach[reach["dataset"] == dataset].set_index("recipe")["largest_depth"].reindex(names)
        )
        at = np.arange(len(names)) + 0.24 * (step - (len(datasets) - 1) / 2)
        line = {**looks[dataset].line(), "linestyle": "none", "label": dataset}
        ax.plot(depths.clip(lower=tried[0] / 2), at, **line)
    ax.axvline(tried[-1], color=style.INK, lw=0.8, ls=(0, (2, 2)), zorder=2)
    ax.set_yticks(range(len(names)), names)
    ax.set(ylim=(len(names) - 0.5, -0.5), xscale="log", xlim=(tried[0] / 2, end))
    ax.set_xticks([tried[0] / 2, *tried], ["none", *map(str, tried)])
    ax.minorticks_off()
    ax.set_xlabel("largest depth at which half of the networks train")
    ax.grid(axis="y", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    n = len(best)
    style.note_n(figure, n)
    held = reach[reach["six_xi"] < tried[-1]]
    over = int((held["largest_depth"] > held["six_xi"]).sum())
    free = reach[reach["six_xi"] >= tried[-1]]
    short = int((free["largest_depth"] < tried[-1]).sum())
    return Drawn(
        "reach",
        figure,
        Said(
            en=f"Where theory sets a limit, {over} of {len(held)} go beyond it; where it sets none, "
            f"{short} of {len(free)} stay behind",
            fr=f"Où la théorie fixe une limite, {over} sur {len(held)} la dépassent ; où elle n'en fixe "
            f"pas, {short} sur {len(free)} restent en deçà",
        ),
        Said(
            en=f"The largest depth swept ({_tried(best)}) at which at least half of the "
            f"networks train within the budget, for each activation and initialization, against 6 xi "
            f"(bars), the depth to which training is expected to reach (Schoenholz et al. 2017); dashed: "
            f"the deepest that was tried. xi is the depth scale of square layers at their initialization.",
            fr=f"La plus grande des profondeurs essayées ({_tried(best)}) où la moitié au "
            f"moins des réseaux s'entraînent dans le budget, pour chaque activation et initialisation, et 6 "
            f"xi (barres), la profondeur que l'apprentissage devrait atteindre (Schoenholz et al. 2017) ; "
            f"tirets : la plus grande essayée. xi est l'échelle de profondeur de couches carrées à leur "
            f"initialisation.",
        ),
        Said(
            en="Points beside bars, a row for each activation and initialization.",
            fr="Des points face à des barres, une rangée par activation et initialisation.",
        ),
        n,
    )


def _tried(best: pd.DataFrame) -> str:
    """The depths in words; of each dataset where they differ."""
    by_dataset = {
        name: ", ".join(map(str, sorted(part.unique())))
        for name, part in best.groupby("dataset")["depth"]
    }
    if len(set(by_dataset.values())) == 1:
        return next(iter(by_dataset.values()))
    return "; ".join(f"{name}: {depths}" for name, depths in by_dataset.items())
