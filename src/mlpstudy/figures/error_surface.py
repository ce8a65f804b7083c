"""The figures of the study `error_surface`: from its tables alone."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import plane, style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

COSTS = {"mse": "squared error", "nll": "negative log-likelihood"}
GREEN, ORANGE = "#009e73", "#e69f00"
LEVELS = 16


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """one_one_one, xor, minima, slices."""
    return [
        _one_one_one(frames, study),
        _xor(frames),
        _minima(frames),
        _slices(frames),
    ]


def _square(frame: pd.DataFrame, *columns: str) -> list[np.ndarray]:
    side = int(round(np.sqrt(len(frame))))
    return [frame[column].to_numpy(float).reshape(side, side) for column in columns]


def _relief(figure: Figure, ax: Axes, x, y, z, top: float, labels: tuple[str, str],
            bottom: float | None = None) -> None:  # fmt: skip
    """Replaces an axis by a relief of the same surface, cut at the top."""
    place = ax.get_subplotspec()
    ax.remove()
    relief = figure.add_subplot(place, projection="3d")
    relief.plot_surface(
        x, y, np.minimum(z, top), cmap=style.SEQUENTIAL, rcount=60, ccount=60,
        linewidth=0, antialiased=True, vmin=bottom, vmax=top,
    )  # fmt: skip
    relief.view_init(elev=38, azim=-122)
    relief.set_box_aspect((1, 1, 0.55), zoom=1.12)
    relief.set_xlabel(labels[0], labelpad=-8)
    relief.set_ylabel(labels[1], labelpad=-8)
    relief.tick_params(pad=-4, labelsize=style.SMALL - 1.5)
    for axis in (relief.xaxis, relief.yaxis, relief.zaxis):
        axis.set_pane_color((1, 1, 1, 0))
        axis.line.set_color(style.FAINT)
    relief.locator_params(nbins=4)
    if bottom is not None:
        relief.set_zlim(bottom, top)


def _contours(ax: Axes, x, y, z, levels) -> None:
    """A colour step at every level: as much ink for the low ground as for the high."""
    norm = BoundaryNorm(levels, 256, extend="both")
    ax.contourf(x, y, z, levels=levels, cmap=style.SEQUENTIAL, norm=norm, extend="both")
    ax.contour(x, y, z, levels=levels, colors="white", linewidths=0.35, alpha=0.6)
    ax.grid(visible=False)
    ax.set_aspect("equal")


def _path(ax: Axes, x, y, color="white") -> None:
    """A descent: a ring where it starts, a dot where it ends."""
    ax.plot(x, y, color="black", lw=2.6, alpha=0.55, zorder=3)
    ax.plot(x, y, color=color, lw=1.3, zorder=4)
    ax.plot(x[:1], y[:1], "o", mfc="none", mec=color, ms=6, mew=1.4, zorder=5)
    ax.plot(x[-1:], y[-1:], "o", color=color, ms=6, mec="black", mew=0.7, zorder=6)


def _one_one_one(frames: dict[str, pd.DataFrame], study: dict) -> Drawn:
    """The whole surface of a network of two weights, as contour and as relief, for both costs."""
    surface, paths, flat = (frames[name] for name in ("surface", "paths", "flat"))
    costs = [cost for cost in COSTS if (surface["cost"] == cost).any()]
    figure, axes = style.panels(2, len(costs), height=3.35)
    shares = {}
    for j, cost in enumerate(costs):
        here = surface[surface["cost"] == cost]
        w, v, loss, level = _square(here, "w", "v", "loss", "flat")
        shares[cost] = here["flat"].mean()
        top = np.quantile(loss, 0.97)
        ax = axes[0, j]
        steps = np.linspace(0.05, 1, LEVELS) ** 2
        _contours(ax, w, v, loss, loss.min() + (top - loss.min()) * steps)
        ax.contourf(w, v, level, levels=[0.5, 1.5], colors="none", hatches=["...."])
        for _, path in paths[paths["cost"] == cost].groupby("start"):
            _path(ax, path["w"].to_numpy(), path["v"].to_numpy())
        ax.set(title=COSTS[cost], xlabel="w", ylabel="v", xlim=(w.min(), w.max()))
        ax.set_ylim(v.min(), v.max())
        _relief(figure, axes[1, j], w, v, loss, top, ("w", "v"))
    small = flat[flat["network"] == "1-1-1"].groupby("cost")["share"].mean()
    told = " and ".join(f"{small[cost]:.0%} ({COSTS[cost]})" for cost in costs)
    return Drawn(
        "one_one_one",
        figure,
        Said(
            en=f"Two valleys and their plateaus: {told} of the surface is almost flat",
            fr=f"Deux vallées et leurs plateaux : {french(told)} de la surface est presque plate",
        ),
        Said(
            en=f"The error of the network y = sigmoid(v tanh(w x)) over its two weights, for "
            f"{int(study['options'].get('examples', 0))} examples of two classes that overlap. Above: "
            f"contours, dark is low; white lines are descents, from the ring to the dot; dotted: "
            f"plateaus, with a slope below {float(study['options'].get('flat', 0)):.0%} of the steepest "
            f"one (the shares in the title are means over {flat['seed'].nunique()} draws of the "
            f"examples). Below: the same as a relief, its highest parts cut. The two valleys are one: "
            f"(w, v) and (-w, -v) are the same network.",
            fr="L'erreur du réseau y = sigmoid(v tanh(w x)) en fonction de ses deux poids, "
            f"pour {int(study['options'].get('examples', 0))} exemples de deux classes "
            "qui se recouvrent. En haut : lignes de niveau, sombre en bas ; lignes "
            "blanches : descentes, de l'anneau au point ; pointillé : plateaux, où la "
            f"pente est inférieure à {float(study['options'].get('flat', 0)):.0%} de la "
            "plus forte (les parts du titre sont des moyennes sur "
            f"{flat['seed'].nunique()} tirages des exemples). En bas : la même en relief, "
            "ses plus hautes parties coupées. Les deux vallées n'en font qu'une : (w, v) "
            "et (-w, -v) sont le même réseau.",
        ),
        Said(
            en="Contour maps and reliefs of an error surface over two weights: two low valleys at opposite "
            "corners, high ground at the two others, flat parts between, and descents into the valleys.",
            fr="Lignes de niveau et reliefs d'une surface d'erreur sur deux poids : deux "
            "vallées basses à des coins opposés, un terrain haut aux deux autres, du "
            "plat entre elles, et des descentes dans les vallées.",
        ),
    )


def _xor(frames: dict[str, pd.DataFrame]) -> Drawn:
    """The 2-2-1 surface in a plane through a solution, its twin and a failure."""
    surface, paths = frames["plane"], frames["plane_paths"]
    x, y, loss = _square(surface, "across", "up", "loss")
    figure, axes = style.panels(1, 2, height=3.7, width_ratios=[1, 1.05])
    ax = axes[0, 0]
    levels = np.linspace(loss.min(), np.quantile(loss, 0.98), LEVELS)
    _contours(ax, x, y, loss, levels)
    for name, color in (("solved", GREEN), ("failed", ORANGE)):
        path = paths[paths["path"] == name]
        _path(ax, path["across"].to_numpy(), path["up"].to_numpy(), color)
        end = path.iloc[-1]
        _tell(ax, end["across"], end["up"], "solved" if name == "solved" else "stuck")
    twin = paths[paths["path"] == "twin"].iloc[0]
    ax.plot([twin["across"]], [twin["up"]], "o", color=GREEN, ms=6, mec="black", mew=0.7, zorder=6)
    _tell(ax, twin["across"], twin["up"], "its twin")
    ax.set(xlim=(x.min(), x.max()), ylim=(y.min(), y.max()))
    ax.set(xlabel="distance in weight space", ylabel="distance in weight space")
    ax.locator_params(nbins=5, integer=True)
    _relief(figure, axes[0, 1], x, y, loss, levels[-1], ("", ""))
    ends = paths[paths["step"] == paths["step"].max()].set_index("path")["loss"]
    return Drawn(
        "xor",
        figure,
        Said(
            en="Three valleys of the XOR surface: a solution, its twin, and one that is stuck",
            fr="Trois vallées de la surface du XOR : une solution, sa jumelle, et une sans issue",
        ),
        Said(
            en=f"Squared error of the 2-2-1 network (tanh, nine weights) in the plane through three places "
            f"of weight space: the end of a descent that solves XOR (loss {ends['solved']:.3f}), the "
            f"same network with its hidden units exchanged, and the end of a descent that fails (loss "
            f"{ends['failed']:.3f}: two corners get one answer). Lines: both descents, projected onto "
            f"the plane, from the ring to the dot. Right: the same plane as a relief.",
            fr="Erreur quadratique du réseau 2-2-1 (tanh, neuf poids) dans le plan qui "
            "passe par trois points de l'espace des poids : la fin d'une descente qui "
            f"résout le XOR (coût {ends['solved']:.3f}), le même réseau aux unités "
            "cachées échangées, et la fin d'une descente qui échoue (coût "
            f"{ends['failed']:.3f} : deux coins reçoivent la même réponse). Lignes : les "
            "deux descentes, projetées sur le plan, de l'anneau au point. À droite : le "
            "même plan en relief.",
        ),
        Said(
            en="Contour map and relief with three basins; one descent ends in a deep one, the other in a "
            "shallower one.",
            fr="Lignes de niveau et relief à trois bassins ; une descente finit dans un "
            "bassin profond, l'autre dans un bassin moins profond.",
        ),
    )


def _tell(ax: Axes, x: float, y: float, text: str) -> None:
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.85}
    ax.annotate(
        text, (x, y), (0, 9), textcoords="offset points", ha="center", fontsize=style.SMALL,
        bbox=box, zorder=7,
    )  # fmt: skip


def _minima(frames: dict[str, pd.DataFrame]) -> Drawn:
    """The heights of the minima that searches end in, with how many end there."""
    counts = frames["counts"].assign(row=lambda f: f["activation"] + ", " + f["cost"].map(COSTS))
    rows = list(counts.sort_values(["cost", "activation"])["row"].drop_duplicates())
    figure, axes = style.panels(1, 1, height=0.62 * len(rows) + 1.3)
    ax = axes[0, 0]
    total = counts.groupby("row")["searches"].transform("sum")
    counts = counts.assign(share=counts["searches"] / total, at=counts["row"].map(rows.index))
    best, wide = counts["height"] == 0, 1.08 * counts["loss"].max()
    for kind, color, label in ((best, GREEN, "the lowest"), (~best, ORANGE, "a higher one")):
        look = {"color": color, "alpha": 0.8, "edgecolors": "white", "linewidths": 0.8}
        here = counts[kind]
        ax.scatter(here["loss"], here["at"], s=900 * here["share"], zorder=3, **look)
        ax.scatter([], [], s=90, label=label, **look)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    for place, here in counts.groupby("at"):
        here = here.sort_values("loss")
        # Heights too close for a label each share one.
        for _, near in here.groupby((here["loss"].diff() > 0.1 * wide).cumsum()):
            told = " + ".join(f"{share:.0%}" for share in near["share"])
            ax.annotate(told, (near["loss"].mean(), place), (0, 15), textcoords="offset points",
                        ha="center", fontsize=style.SMALL)  # fmt: skip
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlabel="loss of the minimum, with weight decay", ylim=(len(rows) - 0.5, -0.8))
    ax.set_xlim(0, wide)
    ax.grid(axis="y", visible=False)
    n = int(counts["searches"].sum())
    style.note_n(figure, n, "minima found")
    worse = counts.loc[~best, "searches"].sum() / n
    undecayed = frames["undecayed"]
    strict = int(undecayed["strict"].sum())
    return Drawn(
        "minima",
        figure,
        Said(
            en=f"With weight decay {worse:.0%} of the searches end in a minimum that is not the best; "
            f"without it {strict} of {len(undecayed)} find a finite one",
            fr=f"Avec pénalité des poids, {worse:.0%} des recherches finissent dans un minimum qui "
            f"n'est pas le meilleur ; sans elle, {strict} sur {len(undecayed)} en trouvent un fini",
        ),
        Said(
            en="Minima of the 2-2-1 network for XOR, found by BFGS from random starts and checked by their "
            "curvature; a disc's area is the share of the searches that end at this height, green the "
            "lowest of its row. With a little weight decay; without it the searches level off "
            "towards infinite weights. "
            "Minima that an exchange of units or a change of signs makes equal have the same height.",
            fr="Minima du réseau 2-2-1 pour le XOR, trouvés par BFGS depuis des départs au "
            "hasard et vérifiés par leur courbure ; l'aire d'un disque est la part des "
            "recherches qui finissent à cette hauteur, en vert la plus basse de sa "
            "ligne. Avec une faible pénalité des poids ; sans elle, les recherches s'aplanissent "
            "vers des poids infinis. Les minima qu'un échange d'unités ou un changement de signes rend "
            "égaux ont la même hauteur.",
        ),
        Said(
            en=f"Discs at the losses of the minima, a row for each of {', '.join(rows)}.",
            fr=f"Disques aux coûts des minima, une ligne pour chacun de {french(', '.join(rows))}.",
        ),
    )


def _slices(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Filter-normalised slices of larger networks, as contour and as relief."""
    slices, bent = frames["slices"], frames["bent"]
    kinds = list(slices[["depth", "residual"]].drop_duplicates().itertuples(index=False, name=None))
    figure, axes = style.panels(2, len(kinds), height=2.7)
    low = slices["loss"].min()
    top = max(np.quantile(slices["loss"], 0.9), 2 * low)
    levels = np.geomspace(max(low, 1e-3), top, LEVELS)
    for j, (depth, residual) in enumerate(kinds):
        here = slices[(slices["depth"] == depth) & (slices["residual"] == residual)]
        x, y, loss = _square(here, "across", "up", "loss")
        ax = axes[0, j]
        _contours(ax, x, y, np.clip(loss, levels[0], None), levels)
        ax.plot([0], [0], "o", color="white", ms=5, mec="black", mew=0.7)
        ax.set_title(_network(depth, residual), fontsize=style.TEXT, loc="center")
        plane.bare(ax)
        same = (bent["depth"] == depth) & (bent["residual"] == residual)
        ax.set_xlabel(f"{bent[same]['share'].mean():.0%} bent down", fontsize=style.SMALL)
        _relief(figure, axes[1, j], x, y, np.log10(np.clip(loss, levels[0], None)),
                np.log10(top), ("", ""), np.log10(levels[0]))  # fmt: skip
    n = len(bent)
    style.note_n(figure, n)
    return Drawn(
        "slices",
        figure,
        Said(
            en="Around trained networks: shallow, deep, and deep with residual connections",
            fr="Autour de réseaux entraînés : peu profond, profond, et profond à connexions "
            "résiduelles",
        ),
        Said(
            en=f"Loss on training examples of digits in the plane of two random directions around the "
            f"trained weights (white dot); every unit's weights change as much as they are long, so that "
            f"pictures compare (Li et al. 2018). Colours and heights are logarithmic and the same in all "
            f"panels; the first of {bent['seed'].nunique()} seeds is shown. Under each picture: the share "
            f"of the slice that is bent downwards in some direction, mean over the seeds.",
            fr="Coût sur des exemples d'apprentissage de digits dans le plan de deux "
            "directions au hasard autour des poids appris (point blanc) ; les poids de "
            "chaque unité changent d'autant que leur longueur, pour que les images "
            "soient comparables (Li et al. 2018). Couleurs et hauteurs sont "
            "logarithmiques et les mêmes dans tous les panneaux ; on montre la première "
            f"de {bent['seed'].nunique()} graines. Sous chaque image : part de la coupe "
            "courbée vers le bas dans une direction au moins, moyenne sur les graines.",
        ),
        Said(
            en=f"Contour maps and reliefs of the loss around {len(kinds)} trained networks.",
            fr=f"Lignes de niveau et reliefs du coût autour de {len(kinds)} réseaux entraînés.",
        ),
        n,
    )


def _network(depth: int, residual: str) -> str:
    return f"{depth} layers, {'plain' if residual == 'none' else 'residual'}"
