"""Networks on noisy examples, beside how they end on clean ones."""

import pandas as pd

from mlpstudy.studies.input_noise.measure import CLEAN
from mlpstudy.studies.view import View

CHOICE = ("validation_error", "validation_loss", "test_error", "at_best_loss")
GUESS = ("guess_error", "guess_loss", "diverged")
COLUMNS = {
    "noisy": [
        "dataset", "label_noise", "input_noise", "eta", "seed", "test_noise", "noisy_error",
        "as_noisy", "run_id", "validation_error", "validation_loss", "test_error", "at_best_loss",
        "guess_error", "guess_loss", "diverged",
    ],
}  # fmt: skip


def derive(view: View) -> dict[str, pd.DataFrame]:
    """noisy: the error on noisy examples, with what eta is chosen by; as_noisy: whether a network
    learned without noise, or with as much as there is on the examples."""
    noisy = view.measured["noisy"].rename(columns={"error": "noisy_error"})
    learned = noisy["input_noise"]
    noisy["as_noisy"] = learned.eq(0) | learned.eq(noisy["test_noise"])
    fields = [name for name in noisy if name in view.runs]
    runs = pd.concat([view.block(name) for name in CLEAN])[[*fields, "run_id", *CHOICE, *GUESS]]
    return {"noisy": noisy.merge(runs, on=fields)}
