"""The columns that every study's table of runs has, beside the fields of a run."""

from mlpstudy.design.expressions import names_in
from mlpstudy.design.run import FIELDS

PARTS = ("train", "validation", "test")
# After the last pass, on each part; at_best: on test, after the pass that is best on validation.
ENDS = tuple(
    f"{part}_{kind}" for part in (*PARTS, "at_best") for kind in ("loss", "accuracy", "error")
)
MEASURES: dict[str, str] = {
    **dict.fromkeys(ENDS, "after the last pass"),
    "guess_error": "test error of always saying the commonest training label",
    "guess_loss": "test loss of giving every class the same probability",
    "parameters": "weights and biases of the network",
    "diverged": "whether training ended in numbers that are not finite",
    "reached": "whether the level of `reach` was reached",
    "passes": "passes until the level of `reach`; the budget where it never was",
}
NEED_REACH = ("reached", "passes")
RUN_COLUMNS = (*FIELDS, *MEASURES, "run_id", "cell_id", "status", "diverged_at", "stopped_at")
RUN_COLUMNS += ("n_parameters", "n_inputs", "input_mean_square", "classes", "majority")
CURVE_COLUMNS = ("epoch", "split", "loss", "accuracy")
LAYER_COLUMNS = (
    "epoch", "layer", "delta_rms", "weight_gradient_rms", "weight_gradient_sample_rms",
    "weight_rms", "activation_mean", "activation_std", "saturated", "dead",
)  # fmt: skip
# What tells the rows of a table apart beyond the fields of its run.
ROWS_OF = {"curves": ("epoch", "split"), "layers": ("epoch", "layer")}


def is_loss(measure: str) -> bool:
    """Whether a measure, or an expression's text, is of the family of losses."""
    return any(name == "loss" or name.endswith("_loss") for name in names_in(measure))
