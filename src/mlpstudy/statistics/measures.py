"""What is measured of a run: how it ends, and expressions of columns.

A run that diverged is as bad as can be: its error is 1, its accuracy 0, as are its balanced accuracy
and F1, its loss infinite.
"""

import ast
import difflib
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mlpstudy.design.expressions import parse
from mlpstudy.design.measures import BALANCED_ERROR, CLASS_ENDS, GUESS_BALANCED

SPLITS = ("train", "validation", "test")
LIKELIHOODS = ("nll", "kl")  # costs that are ln(classes) for equal shares

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "log10": np.log10,
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "min": lambda *values: reduce(np.minimum, values),
    "max": lambda *values: reduce(np.maximum, values),
}
OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.true_divide,
    ast.Pow: operator.pow,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: lambda value: ~_truth(value),
    ast.And: lambda *values: np.logical_and.reduce([_truth(value) for value in values]),
    ast.Or: lambda *values: np.logical_or.reduce([_truth(value) for value in values]),
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class Reach(Protocol):
    """A level of a measure after each pass: one for all, or one for each dataset."""

    @property
    def measure(self) -> str: ...  # one of {train,validation,test}_{loss,accuracy,error}

    @property
    def level(self) -> float | Mapping[str, float]: ...


def evaluate(expression: str | float, frame: pd.DataFrame) -> pd.Series:
    """An expression of the columns of a frame, row by row: floats, or booleans of a comparison.

    As NumPy has it: 1 / 0 is infinite, log(-1) is not a number, and no number is larger or smaller
    than what is not a number. Raises ValueError, one line, where the expression is not of the
    grammar (see design.expressions) or a column is not there or holds no numbers.
    """
    tree = parse(expression)
    with np.errstate(all="ignore"):
        value = _evaluated(tree.body, frame)
    return pd.Series(np.broadcast_to(value, len(frame)).copy(), index=frame.index)


def _evaluated(node: ast.expr, frame: pd.DataFrame) -> np.ndarray:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return np.asarray(value if isinstance(value, bool) else float(value))
        case ast.Name(id=name):
            return _column(frame, name)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_number(left, frame), _number(right, frame))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return OPERATORS[ast.Not](_evaluated(operand, frame))
        case ast.UnaryOp(op=op, operand=operand):
            return OPERATORS[type(op)](_number(operand, frame))
        case ast.BoolOp(op=op, values=values):
            return OPERATORS[type(op)](*(_evaluated(value, frame) for value in values))
        case ast.Compare():
            return _compared(node, frame)
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(_number(each, frame) for each in args))
    raise AssertionError(f"parse let through {ast.unparse(node)}")


def _compared(node: ast.Compare, frame: pd.DataFrame) -> np.ndarray:
    """a < b <= c: each neighbour with the next."""
    values = [_number(each, frame) for each in (node.left, *node.comparators)]
    pairs = zip(node.ops, values, values[1:])
    return np.logical_and.reduce([OPERATORS[type(op)](*pair) for op, *pair in pairs])


def _number(node: ast.expr, frame: pd.DataFrame) -> np.ndarray:
    """True is 1, as in every sum of flags."""
    return _evaluated(node, frame).astype(float)


def _truth(value: np.ndarray) -> np.ndarray:
    return value if value.dtype == bool else value != 0


def _column(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame:
        near = difflib.get_close_matches(name, map(str, frame.columns), 1)
        raise ValueError(f"no column {name!r}" + (f": did you mean {near[0]}?" if near else ""))
    if frame[name].dtype == bool:
        return frame[name].to_numpy()
    try:
        return frame[name].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise ValueError(f"the column {name!r} holds no numbers") from None


def endings(runs: pd.DataFrame, curves: pd.DataFrame, reach: Reach | None = None) -> pd.DataFrame:
    """The runs, with how each ends: more columns, the same rows.

    {train,validation,test}_{loss,accuracy,error} after the last pass, and at_best_...: those of the
    test part after the pass with the smallest validation loss. The same of balanced_accuracy and f1,
    where the runs have them: NaN for a regression. guess_error, guess_loss: what the
    commonest label and equal shares would give on test; NaN for a regression, and for a cost that
    is no likelihood. guess_balanced_accuracy: what any one label would give. diverged: whether it did. parameters: how many. With `reach`: reached (whether
    a curve ever is at the level), passes (of training until then; the budget where it never is);
    both missing for a dataset without a level.
    """
    place = pd.Index(runs["run_id"]).get_indexer(curves["run_id"])
    curves = curves.drop(columns="run_id").assign(place=place)[place >= 0]
    lost = runs["status"].eq("diverged").to_numpy()
    ends = {"diverged": lost, "parameters": runs["n_parameters"], **_guesses(runs)}
    for part, rows in {**_last(curves), "at_best": _at_best(curves)}.items():
        at = rows.set_index("place")[["loss", "accuracy"]].reindex(range(len(runs))).to_numpy()
        loss, accuracy = np.where(lost[:, None], (np.inf, 0.0), at).T
        ends |= {f"{part}_loss": loss, f"{part}_accuracy": accuracy, f"{part}_error": 1 - accuracy}
    wrong = lost & runs["classes"].gt(0)
    ends |= {name: runs[name].mask(wrong, 0.0) for name in CLASS_ENDS if name in runs}
    if "validation_balanced_accuracy" in ends:
        ends[BALANCED_ERROR] = 1 - ends["validation_balanced_accuracy"]
    ends |= _reaching(runs, curves, reach) if reach else {}
    return runs.assign(**ends)


def _last(curves: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """For each split, the rows after the last pass."""
    rows = curves.groupby(["place", "split"], observed=True)["epoch"].idxmax()
    last = curves.loc[rows]
    return {split: last[last["split"] == split] for split in SPLITS}


def _at_best(curves: pd.DataFrame) -> pd.DataFrame:
    """The rows of the test part after the pass with the smallest validation loss."""
    validation = curves[curves["split"] == "validation"]
    order = validation.sort_values(["place", "loss", "epoch"])
    best = order.drop_duplicates("place")[["place", "epoch"]]
    return curves[curves["split"] == "test"].merge(best, on=["place", "epoch"])


def _guesses(runs: pd.DataFrame) -> dict[str, pd.Series]:
    classes = runs["classes"].astype(float).where(runs["classes"] > 0)
    return {
        "guess_error": 1 - runs["majority"].where(classes.notna()),
        "guess_loss": np.log(classes.where(runs["cost"].isin(LIKELIHOODS))),
        GUESS_BALANCED: 1 / classes,
    }


def _reaching(runs: pd.DataFrame, curves: pd.DataFrame, reach: Reach) -> dict[str, Any]:
    split, _, kind = reach.measure.partition("_")
    curves = curves[curves["split"] == split]
    place, epoch = curves["place"].to_numpy(), curves["epoch"].to_numpy()
    level = runs["dataset"].map(reach.level) if isinstance(reach.level, Mapping) else reach.level
    level = pd.Series(level, index=runs.index, dtype=float).to_numpy()
    there = _there(curves, kind, level[place])
    first = np.full(len(runs), np.inf)
    np.minimum.at(first, place[there], epoch[there])
    reached, asked = np.isfinite(first), ~np.isnan(level)
    passes = np.where(reached, first, runs["epochs"]).astype(int)
    if asked.all():
        return {"reached": reached, "passes": passes}
    missing = {"mask": ~asked, "copy": True}
    return {
        "reached": pd.arrays.BooleanArray(reached, **missing),
        "passes": pd.arrays.IntegerArray(passes, **missing),
    }


def _there(curves: pd.DataFrame, kind: str, level: np.ndarray) -> np.ndarray:
    """Whether a curve is at its level or beyond: a loss or an error below, an accuracy above."""
    if kind == "loss":
        return curves["loss"].to_numpy() <= level
    # 1 - 0.7 is more than 0.3 by a rounding; 1 - 0.3 is 0.7.
    return curves["accuracy"].to_numpy() >= (1 - level if kind == "error" else level)
