"""Labels of what is swept and measured: fields of a run, columns of tables, levels of fields.

A name that no table has is shown as it is, with spaces for underscores: a user's own measures need
no label.
"""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from mlpstudy.words.level_names import NAMES
from mlpstudy.words.markers import N_
from mlpstudy.words.messages import Messages
from mlpstudy.words.numbers import MINUS

FIELDS = {
    "dataset": N_("dataset"),
    "train_size": N_("training examples"),
    "label_noise": N_("share of wrong labels"),
    "label_smoothing": N_("label smoothing"),
    "permuted": N_("permuted inputs"),
    "folds": N_("folds"),
    "input_noise": N_("sigma of the noise on the training inputs"),
    "input_dropout": N_("share of inputs switched off"),
    "depth": N_("hidden layers"),
    "width": N_("units of each hidden layer"),
    "kernel": N_("side of the convolution"),
    "kernel_above": N_("side of the later convolutions"),
    "stride": N_("step of the convolution"),
    "stride_above": N_("step of the later convolutions"),
    "padding": N_("zeros around the inputs"),
    "activation": N_("activation"),
    "initialization": N_("initialization"),
    "init_gain": N_("gain of the initial weights"),
    "init_bias": N_("size of the initial biases"),
    "residual": N_("residual layers"),
    "norm": N_("normalised layers"),
    "dropout": N_("share of hidden units switched off"),
    "cost": N_("cost"),
    "reduction": N_("cost over the outputs"),
    "class_weights": N_("weights of the classes"),
    "weight_decay": N_("weight decay"),
    "optimizer": N_("optimizer"),
    "eta": N_("step eta"),
    "momentum": N_("momentum"),
    "clip": N_("largest norm of a gradient"),
    "schedule": N_("schedule of eta"),
    "warmup": N_("passes of warm-up"),
    "batch_size": N_("examples per step"),
    "epochs": N_("passes"),
    "steps": N_("steps"),
    "patience": N_("passes of patience"),
    "trained": N_("layers that learn"),
    "pretraining": N_("pretraining"),
    "pretraining_epochs": N_("passes of pretraining, per layer"),
    "pretraining_eta": N_("step eta of the pretraining"),
    "corruption": N_("corruption"),
    "restart": N_("start"),
    "seed": N_("seed"),
}

MEASURES = {
    "train_loss": N_("training loss (nats)"),
    "validation_loss": N_("validation loss (nats)"),
    "test_loss": N_("test loss (nats)"),
    "at_best_loss": N_("test loss after the best pass (nats)"),
    "guess_loss": N_("test loss of guessing (nats)"),
    "train_error": N_("training error"),
    "validation_error": N_("validation error"),
    "test_error": N_("test error"),
    "at_best_error": N_("test error after the best pass"),
    "guess_error": N_("test error of guessing"),
    "train_accuracy": N_("training accuracy"),
    "validation_accuracy": N_("validation accuracy"),
    "test_accuracy": N_("test accuracy"),
    "at_best_accuracy": N_("test accuracy after the best pass"),
    "train_balanced_accuracy": N_("training balanced accuracy"),
    "validation_balanced_accuracy": N_("validation balanced accuracy"),
    "test_balanced_accuracy": N_("test balanced accuracy"),
    "at_best_balanced_accuracy": N_("test balanced accuracy after the best pass"),
    "validation_balanced_error": N_("validation balanced error"),
    "guess_balanced_accuracy": N_("balanced accuracy of guessing"),
    "train_f1": N_("training F1"),
    "validation_f1": N_("validation F1"),
    "test_f1": N_("test F1"),
    "at_best_f1": N_("test F1 after the best pass"),
    "gap": N_("gap between test and training"),
    "rise": N_("rise of the test loss above its lowest (nats)"),
    "loss": N_("loss (nats)"),
    "error": N_("error"),
    "accuracy": N_("accuracy"),
    "lowest_loss": N_("lowest loss (nats)"),
    "passes": N_("passes until trained"),
    "reached": N_("share of networks that train"),
    "spent": N_("passes spent"),
    "total": N_("passes, pretraining included"),
    "status": N_("status"),
    "diverged": N_("networks that diverged"),
    "epoch": N_("pass"),
    "layer": N_("layer (1 is the first)"),
    "split": N_("part of the examples"),
    "parameters": N_("number of parameters"),
    "n_parameters": N_("number of parameters"),
    "n_inputs": N_("number of inputs"),
    "input_mean_square": N_("mean square of an input"),
    "classes": N_("classes"),
    "majority": N_("share of the commonest class"),
    "diverged_at": N_("pass in which it diverged"),
    "stopped_at": N_("pass after which its patience ended"),
    "run_id": N_("network"),
    "cell_id": N_("cell"),
    "n": N_("n"),
    "value": N_("value"),
    "low": N_("lower bound"),
    "high": N_("upper bound"),
    "share": N_("share"),
    "delta_rms": N_("root mean square of delta"),
    "weight_gradient_rms": N_("root mean square of dL/dW"),
    "weight_gradient_sample_rms": N_("root mean square of dL/dW of one example"),
    "weight_rms": N_("root mean square of W"),
    "activation_mean": N_("mean of z"),
    "activation_std": N_("standard deviation of z"),
    "saturated": N_("share of saturated units"),
    "dead": N_("share of dead units"),
    "decades": N_("decades lost by delta"),
    "gradient_decades": N_("decades lost by dL/dW"),
}

LABELS = FIELDS | MEASURES
NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?!\w*\()")  # of a column in an expression


def label(words: Messages, name: str) -> str:
    """A field or a measure, with its unit; an expression of columns by their labels."""
    if name in words.own or name in LABELS or not _is_expression(name):
        return _label(words, name)
    shown = NAME.sub(lambda found: _bare(_label(words, found[0])), name)
    return shown.replace(" - ", f" {MINUS} ").replace("*", "×")


def _is_expression(text: str) -> bool:
    try:
        return not isinstance(ast.parse(text, mode="eval").body, ast.Name)
    except (SyntaxError, ValueError):
        return False


def _label(words: Messages, name: str) -> str:
    if name in words.own:
        return words.said(words.own[name])
    return words.gettext(LABELS[name]) if name in LABELS else words.known(spaced(name))


def _bare(label: str) -> str:
    """A label without its unit."""
    return re.sub(r" \([^()]*\)$", "", label)


def level(words: Messages, name: str, value: Any) -> str:
    """A level beside the label of its field, as on an axis: 0.3, "gradient descent"."""
    value = _plain(value)
    if own := words.own.get(f"{name}={value}"):
        return words.said(own)
    names = NAMES.get(name, {})
    if isinstance(value, str | None) and value in names:
        return words.gettext(names[value])
    return words.shown(value)


def value(words: Messages, name: str, value: Any) -> str:
    """A level that says by itself what it is: "30 % of labels wrong", "gradient descent"."""
    value = _plain(value)
    if name in LEVELS and f"{name}={value}" not in words.own:
        return LEVELS[name](words, value)
    shown = level(words, name, value)
    says_all = isinstance(value, str) or f"{name}={value}" in words.own
    return shown if says_all else f"{_bare(label(words, name))} {shown}"


def condition(words: Messages, levels: Mapping[str, Any]) -> str:
    """The levels of several fields, in their order; depth and width in one, wherever they stand.

    The width of hidden layers is left out where there are none.
    """
    both = {"depth", "width"} <= levels.keys()
    parts = []
    for name, level in levels.items():
        if not both or name not in ("depth", "width"):
            parts.append(value(words, name, level))
        elif name == next(field for field in levels if field in ("depth", "width")):
            parts.append(_layers_of(words, levels["depth"], levels["width"]))
    return ", ".join(parts)


def spaced(name: str) -> str:
    """A name of the code as words."""
    return str(name).replace("_", " ")


def _plain(value: Any) -> Any:
    """A number of NumPy as one of Python; None for what is missing in a table."""
    value = value.item() if hasattr(value, "item") else value
    return None if type(value).__name__ == "NAType" or value != value else value


def _layers_of(words: Messages, depth: int, width: int) -> str:
    if not depth:
        return _depth(words, depth)
    return words.ngettext(
        "{n} hidden layer of {width}", "{n} hidden layers of {width}", depth, width=width
    )


def _train_size(words: Messages, n: int | None) -> str:
    if n is None:
        return words.gettext("all training examples")
    return words.ngettext("{n} example", "{n} examples", n)


def _epochs(words: Messages, n: int) -> str:
    return words.ngettext("{n} pass", "{n} passes", n)


def _steps(words: Messages, n: int | None) -> str:
    return level(words, "steps", n) if n is None else words.ngettext("{n} step", "{n} steps", n)


def _reduction(words: Messages, kind: str) -> str:
    if kind == "sum":
        return words.gettext("cost summed over the outputs")
    return words.gettext("cost averaged over the outputs")


def _label_noise(words: Messages, share: float) -> str:
    if not share:
        return words.gettext("clean labels")
    return words.gettext("{share} of labels wrong", share=words.percent(share))


def _depth(words: Messages, n: int) -> str:
    if not n:
        return words.gettext("no hidden layer")
    return words.ngettext("{n} hidden layer", "{n} hidden layers", n)


def _batch_size(words: Messages, n: int | None) -> str:
    if n is None:
        return words.gettext("all examples in each step")
    return words.ngettext("batches of {n}", "batches of {n}", n)


def _permuted(words: Messages, yes: bool) -> str:
    return words.gettext("permuted inputs") if yes else words.gettext("inputs as they are")


def _residual(words: Messages, kind: str) -> str:
    if kind == "none":
        return words.gettext("no residual layers")
    if kind == "plain":
        return words.gettext("residual layers")
    return words.gettext("residual layers, scaled")


def _trained(words: Messages, which: str) -> str:
    if which == "all":
        return words.gettext("all layers learn")
    return words.gettext("only the last layer learns")


def _norm(words: Messages, kind: str) -> str:
    return words.gettext("no normalised layers") if kind == "none" else level(words, "norm", kind)


def _class_weights(words: Messages, kind: str) -> str:
    if kind == "none":
        return words.gettext("all examples count the same")
    return words.gettext("all classes count the same")


def _patience(words: Messages, n: int | None) -> str:
    if n is None:
        return words.gettext("no early stop")
    return words.ngettext("patience of {n} pass", "patience of {n} passes", n)


def _pretraining(words: Messages, kind: str) -> str:
    if kind == "none":
        return words.gettext("not pretrained")
    return level(words, "pretraining", kind)


def _schedule(words: Messages, kind: str) -> str:
    return words.gettext("eta {schedule}", schedule=level(words, "schedule", kind))


def _or_none(none: str, some: str) -> Callable[[Messages, float], str]:
    """The level of something that 0 switches off."""

    def shown(words: Messages, level: float) -> str:
        return words.gettext(some, value=level) if level else words.gettext(none)

    return shown


def _as(message: str) -> Callable[[Messages, Any], str]:
    def shown(words: Messages, level: Any) -> str:
        return words.gettext(message, value=level)

    return shown


LEVELS: dict[str, Callable[[Messages, Any], str]] = {
    "train_size": _train_size,
    "label_noise": _label_noise,
    "label_smoothing": _or_none(N_("no label smoothing"), N_("label smoothing {value}")),
    "permuted": _permuted,
    "folds": _or_none(N_("test parts drawn"), N_("{value} folds")),
    "input_noise": _or_none(N_("no noise on the inputs"), N_("sigma {value}")),
    "depth": _depth,
    "width": _as(N_("width {value}")),
    "kernel": _or_none(N_("dense layers"), N_("convolution of {value}")),
    "init_gain": _as(N_("gain of {value}")),
    "init_bias": _or_none(N_("biases as usual"), N_("biases of {value}")),
    "residual": _residual,
    "norm": _norm,
    "class_weights": _class_weights,
    "patience": _patience,
    "input_dropout": _or_none(N_("all inputs"), N_("{value} of the inputs off")),
    "dropout": _or_none(N_("no dropout"), N_("rate {value}")),
    "weight_decay": _or_none(N_("no weight decay"), N_("weight decay {value}")),
    "eta": _as(N_("eta {value}")),
    "momentum": _or_none(N_("no momentum"), N_("momentum {value}")),
    "clip": _or_none(N_("gradients of any norm"), N_("gradients cut at {value}")),
    "warmup": _or_none(N_("no warm-up"), N_("warm-up of {value}")),
    "batch_size": _batch_size,
    "epochs": _epochs,
    "steps": _steps,
    "reduction": _reduction,
    "schedule": _schedule,
    "trained": _trained,
    "pretraining": _pretraining,
    "corruption": _or_none(N_("no corruption"), N_("corruption {value}")),
    "restart": _as(N_("start {value}")),
    "seed": _as(N_("seed {value}")),
    "layer": _as(N_("layer {value}")),
}
