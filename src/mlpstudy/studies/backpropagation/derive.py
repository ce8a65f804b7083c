"""The largest error of all seeds for each network; Taylor's remainder where it can be seen."""

import pandas as pd

from mlpstudy.bilingual import Bilingual
from mlpstudy.studies.view import View

COLUMNS = {
    "worst": ["kind", "name", "parameters", "off_autograd", "off_differences"],
    "steps": ["differences", "precision", "h", "seed", "off", "cut"],
}
FACTORS = {"worst": ["kind", "name"], "steps": ["differences", "precision", "h"]}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """worst: of each network, the largest error of all seeds. steps: with Taylor's remainder down to
    the smallest error alone; below it rounding is all that there is."""
    checked, steps = view.measured["checked"], view.measured["steps"]
    by = checked.groupby(["kind", "name"], as_index=False, sort=False)
    seen = steps.groupby(["differences", "h"])["cut"].transform("mean") > steps["off"].min()
    return {
        "worst": by[["parameters", "off_autograd", "off_differences"]].max(),
        "steps": steps.assign(cut=steps["cut"].where(seen)),
    }


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    return [
        {
            "name": "worst",
            "title": Bilingual(en="Gradients, checked", fr="Gradients vérifiés"),
            "caption": Bilingual(
                en="The largest difference of all seeds to the gradient of autograd and to that of "
                "central differences, as a share of the largest derivative; float64.",
                fr="La plus grande différence, toutes graines, au gradient d'autograd et à celui des "
                "différences centrées, rapportée à la plus grande dérivée ; float64.",
            ),
            "frame": frames["worst"],
        },
        {
            "name": "example",
            "title": Bilingual(
                en="The lecture's network, worked out", fr="Le réseau du cours, calculé"
            ),
            "caption": Bilingual(
                en="wij (k): weight from input i (0: the bias) to unit j of layer k.",
                fr="wij (k) : poids de l'entrée i (0 : le biais) vers l'unité j de la couche k.",
            ),
            "frame": frames["example"],
        },
    ]
