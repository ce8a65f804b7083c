"""What was counted and what was timed of the same passes, side by side."""

import pandas as pd

from mlpstudy.bilingual import Bilingual
from mlpstudy.studies.view import View

SIZE = ["grown", "depth", "width", "weights"]
COLUMNS = {
    "operations": ["grown", "depth", "width", "weights", "timed", "operations"],
    "passes": ["grown", "depth", "width", "weights", "timed", "operations", "seed", "ms"],
    "answers": ["depth", "width", "weights", "timed", "seed", "ms"],
}
FACTORS = {
    "operations": ["grown", "timed", "weights"],
    "passes": ["grown", "timed", "weights"],
    "answers": ["depth", "width", "timed"],
}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """operations: multiply-adds per example, a row for each network and kind of pass. passes: the
    same with the time of each round. answers: times of answers to one example."""
    operations = view.measured["counted"].melt(
        SIZE, ["forward", "forward and backward"], "timed", "operations"
    )
    timings = view.measured["timings"].assign(ms=lambda t: 1000 * t["seconds"])
    of_passes = timings["grown"] != ""
    columns = [*SIZE, "timed", "seed", "ms"]
    return {
        "operations": operations,
        "passes": operations.merge(timings.loc[of_passes, columns], on=[*SIZE, "timed"]),
        "answers": timings.loc[~of_passes, columns[1:]],
    }


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    machine = frames["timings"]["machine"].iloc[0]
    answers = frames["answers"].pivot_table(
        "ms", ["depth", "width", "weights"], "timed", sort=False
    )
    return [
        {
            "name": "counted",
            "title": Bilingual(en="Counted", fr="Compté"),
            "caption": Bilingual(
                en="Multiply-adds per example in the matrix products of a pass; bytes of the weights and "
                "their gradient, and of what a batch leaves behind for the way back.",
                fr="Multiplications-additions par exemple dans les produits de matrices d'une passe ; "
                "octets des poids et de leur gradient, et de ce qu'un lot laisse pour le retour.",
            ),
            "frame": frames["counted"],
        },
        {
            "name": "answers",
            "title": Bilingual(en="Time of an answer, in ms", fr="Durée d'une réponse, en ms"),
            "caption": Bilingual(
                en=f"Single examples: median and 99th percentile; in a batch: its time, over its "
                f"examples. Means of the rounds. {machine}.",
                fr=f"Exemples un à un : médiane et 99e centile ; dans un lot : sa durée, divisée par "
                f"ses exemples. Moyennes des tours. {machine}.",
            ),
            "frame": answers.reset_index(),
        },
    ]
