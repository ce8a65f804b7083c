"""The columns that every study's table of runs has, beside the fields of a run."""

from mlpstudy.design.expressions import names_in
from mlpstudy.design.run import FIELDS

PARTS = ("train", "validation", "test")
AT_BEST = "at_best"  # on test, after the pass that is best on validation
ENDED = (*PARTS, AT_BEST)  # the others: after the last pass
ENDS = tuple(f"{part}_{kind}" for part in ENDED for kind in ("loss", "accuracy", "error"))
OF_CLASSES = ("balanced_accuracy", "f1")
CLASS_ENDS = tuple(f"{part}_{kind}" for part in ENDED for kind in OF_CLASSES)
MEASURES: dict[str, str] = {
    **dict.fromkeys((*ENDS, *CLASS_ENDS), "after the last pass"),
    "guess_error": "test error of always saying the commonest training label",
    "guess_loss": "test loss of giving every class the same probability",
    "validation_balanced_error": "1 - validation_balanced_accuracy",
    "guess_balanced_accuracy": "balanced accuracy of always saying one class: 1 / classes",
    "parameters": "weights and biases of the network",
    "diverged": "whether training ended in numbers that are not finite",
    "reached": "whether the level of `reach` was reached",
    "passes": "passes until the level of `reach`; the budget where it never was",
}
NEED_REACH = ("reached", "passes")
GUESS_BALANCED, BALANCED_ERROR = "guess_balanced_accuracy", "validation_balanced_error"
RUN_COLUMNS = (*FIELDS, *MEASURES, "run_id", "cell_id", "status", "diverged_at", "stopped_at")
RUN_COLUMNS += ("n_parameters", "n_inputs", "input_mean_square", "classes", "majority")
CURVE_COLUMNS = ("epoch", "split", "loss", "accuracy")
LAYER_COLUMNS = (
    "epoch", "layer", "delta_rms", "weight_gradient_rms", "weight_gradient_sample_rms",
    "weight_rms", "activation_mean", "activation_std", "saturated", "dead",
)  # fmt: skip
# What tells the rows of a table apart beyond the fields of its run.
ROWS_OF = {"curves": ("epoch", "split"), "layers": ("epoch", "layer")}


def is_of_classes(name: str) -> bool:
    """Whether a column is a score in which every class counts the same: regressions have none."""
    return name in (*CLASS_ENDS, GUESS_BALANCED, BALANCED_ERROR)


def is_loss(measure: str) -> bool:
    """Whether a measure, or an expression's text, is of the family of losses."""
    return any(name == "loss" or name.endswith("_loss") for name in names_in(measure))
