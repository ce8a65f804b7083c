"""The figures of the study `input_noise`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

MEASURES = {"test_error": "test error", "test_loss": "test loss (nats)"}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """sigma, noisy, ridge."""
    by_run, noisy = frames["by_run"], frames["noisy"]
    return [
        _sigma(frames["cells"], by_run[by_run["chosen"] | by_run["chosen_by_loss"]]),
        _noisy(frames["on_noisy"], noisy[noisy["chosen"]]),
        _ridge(frames["weights"], frames["off_ridge"], study["options"]["drawn"]),
    ]


def _sigma(cells: pd.DataFrame, best: pd.DataFrame) -> Drawn:
    """Error and loss on clean new examples against sigma: a column for each dataset."""
    datasets, wrong = sorted(cells["dataset"].unique()), sorted(cells["label_noise"].unique())
    looks = style.looks(wrong)
    figure, axes = style.panels(len(MEASURES), len(datasets), height=2.4, sharex=True)
    for row, (measure, words) in enumerate(MEASURES.items()):
        for ax, dataset in zip(axes[row], datasets, strict=True):
            here = cells[(cells["dataset"] == dataset) & (cells["measure"] == measure)]
            for share in wrong:
                style.draw(ax, here[here["label_noise"] == share], "input_noise", looks[share],
                           f"{share:.0%} of labels wrong" if share else "clean labels")  # fmt: skip
            ax.set_ylim(0, None)
            if not row:
                ax.set_title(dataset)
        axes[row, 0].set_ylabel(words)
    figure.supxlabel("sigma of the noise on the training inputs", fontsize=style.TEXT)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    n = len(best)
    style.note_n(figure, n)
    errors = cells[cells["measure"] == "test_error"]
    errors = errors.pivot(index=["dataset", "label_noise"], columns="input_noise", values="value")
    saved = errors[0.0] - errors.min(axis=1)
    sizes = f"{saved.min():.3f}", f"{saved.max():.3f}"
    most = errors.columns.max()
    dear = f"{int((errors[most] > errors[0.0]).sum())}"
    lost = int((best["status"] == "diverged").sum())
    return Drawn(
        "sigma",
        figure,
        Said(
            en=f"The best sigma saves {sizes[0]} to {sizes[1]} of test error; the largest, {most:g}, "
            f"raises it in {dear} of {len(errors)} cases",
            fr=f"Le meilleur sigma gagne {french(sizes[0])} à {french(sizes[1])} d'erreur en test ; le "
            f"plus grand, {most:g}, la monte dans {dear} cas sur {len(errors)}",
        ),
        Said(
            en=f"Error and loss on clean new examples after the last pass, against the noise while "
            f"learning, in units of the inputs' spread; the scales of the panels differ. Mean over the "
            f"seeds with its 95 % interval, errors at the eta chosen by the mean validation error, "
            f"losses at that chosen by the mean validation loss. The amounts in the title are of the "
            f"sigma that turns out best, and so a little flattering. {lost} of {n} networks diverged.",
            fr=f"Erreur et coût sur des exemples nouveaux intacts après la dernière passe, selon le bruit "
            f"à l'apprentissage, en unités de la dispersion des entrées ; les échelles des panneaux "
            f"diffèrent. Moyenne sur les graines avec son intervalle à 95 %, erreurs à l'eta choisi selon "
            f"l'erreur moyenne en validation, coûts à celui choisi selon le coût moyen. Les gains du "
            f"titre sont ceux du sigma qui s'avère le meilleur, donc un peu flatteurs. {lost} réseaux "
            f"sur {n} ont divergé.",
        ),
        Said(
            en=f"Curves over sigma, a column for each of {', '.join(datasets)}: errors above, losses "
            f"below.",
            fr=f"Courbes selon sigma, une colonne pour chacun de {', '.join(datasets)} : erreurs en haut, "
            f"coûts en bas.",
        ),
        n,
    )


def _noisy(on_noisy: pd.DataFrame, noisy: pd.DataFrame) -> Drawn:
    """Error against the noise of the test inputs, a line for each sigma of training."""
    datasets, sigmas = (
        sorted(on_noisy["dataset"].unique()),
        sorted(on_noisy["input_noise"].unique()),
    )
    looks = style.ramp(sigmas)
    figure, axes = style.panels(1, len(datasets), height=3.2, sharey=True)
    for ax, dataset in zip(axes[0], datasets, strict=True):
        here = on_noisy[on_noisy["dataset"] == dataset]
        for sigma in sigmas:
            cells = here[here["input_noise"] == sigma]
            style.draw(ax, cells, "test_noise", looks[sigma], f"sigma {sigma:g}")
        ax.set_title(dataset)
    axes[0, 0].set_ylim(0, 1.05 * on_noisy["high"].max())
    axes[0, 0].set_ylabel("error on noisy new examples")
    figure.supxlabel("sigma of the noise on the test inputs", fontsize=style.TEXT)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(sigmas),
                  title="learned with")  # fmt: skip
    n = int(noisy["run_id"].nunique())
    style.note_n(figure, n)
    most = on_noisy["test_noise"].max()
    last = on_noisy[on_noisy["test_noise"] == most].groupby("input_noise")["value"].mean()
    others = last.drop(0.0).idxmin()
    return Drawn(
        "noisy",
        figure,
        Said(
            en=f"On inputs with noise of sigma {most:g} the error is {last[0.0]:.2f} after learning without "
            f"noise, {last[others]:.2f} after learning with sigma {others:g}",
            fr=f"Sur des entrées bruitées à sigma {most:g}, l'erreur est de {french(f'{last[0.0]:.2f}')} après un "
            f"apprentissage sans bruit, de {french(f'{last[others]:.2f}')} avec sigma {others:g}",
        ),
        Said(
            en="Error on new examples with Gaussian noise of their own, against its sigma; a line for "
            "each sigma of the noise while learning (dark: most), right labels; mean over the seeds "
            "with its 95 % interval, at the eta chosen by the mean validation error on clean inputs. "
            "In the title: mean of the datasets.",
            fr="Erreur sur des exemples nouveaux ayant leur propre bruit gaussien, selon son sigma ; une "
            "ligne par sigma du bruit à l'apprentissage (foncé : le plus), étiquettes justes ; moyenne "
            "sur les graines avec son intervalle à 95 %, à l'eta choisi selon l'erreur moyenne en "
            "validation sur des entrées intactes. Dans le titre : moyenne des jeux de données.",
        ),
        Said(
            en=f"Error against the noise of the test inputs, a panel for each of {', '.join(datasets)}, a "
            f"line for each noise while learning.",
            fr=f"Erreur selon le bruit des entrées de test, un panneau pour chacun de "
            f"{', '.join(datasets)}, une ligne par bruit à l'apprentissage.",
        ),
        n,
    )


def _ridge(weights: pd.DataFrame, off: pd.DataFrame, drawn: str) -> Drawn:
    """Weights of linear models against those of ridge regression, a panel for each sigma."""
    here = weights[weights["dataset"] == drawn]
    sigmas = sorted(here["input_noise"].unique())
    figure, axes = style.panels(1, len(sigmas), height=3.1, sharex=True, sharey=True)
    kinds = {"least_squares": "least squares", "learned": "learned with noise"}
    looks = style.looks(list(kinds))
    ends = np.array([here["ridge"].min(), here["ridge"].max()])
    for ax, sigma in zip(axes[0], sigmas, strict=True):
        cell = here[here["input_noise"] == sigma]
        ax.plot(ends, ends, color=style.INK, lw=0.9, zorder=1, label="_")
        for (name, words), face, color in zip(kinds.items(), ("none", "full"), (5, 0), strict=True):
            ax.plot(cell["ridge"], cell[name], looks[name].marker, color=style.COLOURS[color],
                    fillstyle=face, markersize=4, alpha=0.8, label=words)  # fmt: skip
        ax.set_title(f"sigma {sigma:g}")
    axes[0, 0].set_ylabel("weight")
    figure.supxlabel("weight of ridge regression", fontsize=style.TEXT)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    n = len(off)
    style.note_n(figure, n, "linear models")
    mean = off.groupby(["dataset", "input_noise"])["off"].mean()
    return Drawn(
        "ridge",
        figure,
        Said(
            en=f"Linear, squared cost: noise is ridge regression, to {mean.min():.0%} to {mean.max():.0%} "
            f"of the way from least squares",
            fr=f"Linéaire, coût quadratique : le bruit est la régression ridge, à {100 * mean.min():.0f} à "
            f"{100 * mean.max():.0f} % du chemin depuis les moindres carrés",
        ),
        Said(
            en=f"Every weight of linear models of {drawn}, learned by gradient descent with noise on the "
            f"inputs, against the weight that ridge regression finds without any noise, its penalty the "
            f"variance of that noise times the number of examples; on the thin line they are equal. Hollow: "
            f"least squares, without noise or penalty. All seeds; the distances in the title are means "
            f"over the seeds of every dataset and sigma.",
            fr=f"Chaque poids de modèles linéaires de {drawn}, appris par descente de gradient avec du bruit "
            f"sur les entrées, face au poids que trouve la régression ridge sans aucun bruit, sa pénalité "
            f"étant la variance de ce bruit fois le nombre d'exemples ; sur le trait fin ils sont égaux. "
            f"Creux : moindres carrés, sans bruit ni pénalité. Toutes les graines ; les distances du titre "
            f"sont des moyennes sur les graines, pour tous les jeux de données et sigmas.",
        ),
        Said(
            en="Filled points along the diagonal, hollow ones away from it.",
            fr="Des points pleins le long de la diagonale, des creux loin d'elle.",
        ),
    )
