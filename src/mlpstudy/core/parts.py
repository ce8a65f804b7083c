"""A user's own parts, imported; those that train are checked as the package's own are, and put
into the tables. For measures see statistics/plugin_measures, for figures drawing/plugin_kinds.

What a file may say of each (see docs/own-parts.md):

    ACTIVATIONS = {"name": (g, dg)}            z = g(a) and its slope dg(a, z), elementwise
    INITIALIZATIONS = {"name": deviation}      deviation(fan_in, fan_out) of normal weights,
                      {"name": (law, deviation)}   law: normal, uniform or orthogonal
    COSTS = {"name": (terms, delta)}           terms(a, t) -> (R, B), delta(a, t) = dL/da -> (R, B, C)

They get tensors and give tensors of the same shape; a wrong slope or delta is refused with its error.
"""

import importlib.util
import math
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake

if TYPE_CHECKING:
    from torch import Tensor

REACH, POINTS = 6.0, 2001  # where a slope is looked at
MOST_OFF = 1e-6  # of a derivative, in double precision
KINKS = 0.02  # the share of points where there may be no derivative
STEP = 1e-6


def install() -> None:
    """Put the parts of the files in use into the tables of activations, initializers and costs.

    Raises Mistake in one line where a file does not run, or a part is not what it should be.
    """
    for field, put in _INSTALL.items():
        for name in parts.names(field):
            put(name, *part(field, name))


def part(field: str, name: str) -> tuple[Any, Callable[..., Mistake]]:
    """What a user's file has under a name in the table of a field, and what makes a Mistake there.

    Raises Mistake where the file does not run.
    """
    file, table = parts.file_of(field, name), parts.TABLES[field]
    assert file is not None

    def mistake(problem: str, **more: Any) -> Mistake:
        return Mistake(problem, file=str(file), key=f"{table}[{name!r}]", **more)

    return getattr(_imported(file, file.stat().st_mtime_ns), table)[name], mistake


@cache
def _imported(file: Path, written: int) -> ModuleType:
    """The file as a module, which finds no other file of the user's by its name."""
    spec = importlib.util.spec_from_file_location(f"mlpstudy_parts_{file.stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        problem = f"does not run: {type(error).__name__}: {error}"
        raise Mistake(" ".join(problem.split()), file=str(file)) from None
    finally:
        sys.dont_write_bytecode = writes
    return module


def _pair(entry: Any, what: str, mistake: Callable[..., Mistake]) -> tuple[Callable, Callable]:
    if not (isinstance(entry, tuple) and len(entry) == 2 and all(map(callable, entry))):
        raise mistake("is not allowed", allowed=f"two functions: {what}")
    return entry


def called(mistake: Callable[..., Mistake], function: Callable, *arguments: Any) -> Any:
    """What a user's function returns; raises Mistake where it fails."""
    try:
        return function(*arguments)
    except (Exception, SystemExit) as error:
        problem = f"{getattr(function, '__name__', 'it')} fails: {type(error).__name__}: {error}"
        raise mistake(" ".join(problem.split())) from None


# Activations


def _install_activation(name: str, entry: Any, mistake: Callable[..., Mistake]) -> None:
    from mlpstudy.core.activations import ACTIVATIONS, Activation

    g, dg = _pair(entry, "(g, dg)", mistake)
    steepest = _check_slope(g, dg, mistake)
    ACTIVATIONS[name] = Activation(_into(g), _into(dg), steepest)


def _into(function: Callable) -> Callable:
    """The function with the `out` that the core's have."""

    def filled(*arguments: "Tensor", out: "Tensor | None" = None) -> "Tensor":
        z = function(*arguments)
        return z if out is None else out.copy_(z)

    return filled


def _check_slope(g: Callable, dg: Callable, mistake: Callable[..., Mistake]) -> float:
    """The largest slope; raises Mistake where dg is not the derivative of g, by central differences
    where g has a derivative: where the one-sided ones agree."""
    import torch

    a = torch.linspace(-REACH, REACH, POINTS, dtype=torch.float64)
    a = a + 0.37 * (a[1] - a[0])  # no round number, where kinks are
    z, above, below = (called(mistake, g, a + h) for h in (0, STEP, -STEP))
    slope = called(mistake, dg, a, z)
    for got, what in ((z, "g(a)"), (slope, "dg(a, z)")):
        if not isinstance(got, torch.Tensor) or got.shape != a.shape:
            raise mistake(f"{what} is not a tensor of a's shape")
    if not (torch.isfinite(z).all() and torch.isfinite(slope).all()):
        raise mistake(f"is not finite between -{REACH:g} and {REACH:g}")
    right, left, central = (above - z) / STEP, (z - below) / STEP, (above - below) / (2 * STEP)
    smooth = (right - left).abs() <= 1e-3 * (1 + central.abs())
    off = torch.where(smooth, (slope.double() - central).abs() / (1 + central.abs()), 0.0)
    worst = int(off.argmax())
    if float(off[worst]) > 1e-5 or float(smooth.double().mean()) < 1 - KINKS:
        raise mistake(
            f"dg is not the slope of g: at a = {float(a[worst]):.3g} it is {float(slope[worst]):.6g}, "
            f"and g rises by {float(central[worst]):.6g}"
        )
    return float(slope.abs().max())


# Initializations


def _install_initialization(name: str, entry: Any, mistake: Callable[..., Mistake]) -> None:
    from mlpstudy.core.initializers import INITIALIZERS, LAWS, Initializer

    law, deviation = entry if isinstance(entry, tuple) and len(entry) == 2 else ("normal", entry)
    if law not in LAWS or not callable(deviation):
        allowed = "deviation(fan_in, fan_out), or a law and it: " + ", ".join(LAWS)
        raise mistake("is not allowed", allowed=allowed)
    for fans in ((1, 1), (3, 200), (784, 10)):
        size = called(mistake, deviation, *fans)
        if not isinstance(size, int | float) or not 0 <= size < math.inf:
            raise mistake(f"the deviation for fans {fans} is no finite number >= 0", value=size)
    INITIALIZERS[name] = Initializer(LAWS[law], deviation, of_matrix=law == "orthogonal")


# Costs


def _install_cost(name: str, entry: Any, mistake: Callable[..., Mistake]) -> None:
    from mlpstudy.core.costs import COSTS, Cost
    from mlpstudy.core.outputs import OF_TWO

    terms, delta = _pair(entry, "(terms, delta)", mistake)
    _check_delta(terms, delta, mistake)
    COSTS[name] = Cost(terms, _into(delta))
    OF_TWO[name] = 2


def _check_delta(terms: Callable, delta: Callable, mistake: Callable[..., Mistake]) -> None:
    """Raises Mistake where delta is not the derivative of terms, by autograd."""
    import torch

    a = torch.linspace(-2, 2, 2 * 5 * 3, dtype=torch.float64).sin().reshape(2, 5, 3)
    t = torch.eye(3, dtype=torch.float64)[torch.arange(10) % 3].reshape(2, 5, 3)
    a = (3 * a).requires_grad_()
    costs = called(mistake, terms, a, t)
    if not isinstance(costs, torch.Tensor) or costs.shape != a.shape[:2]:
        raise mistake("terms(a, t) is not a tensor (R, B): a sum over the outputs of each example")
    [expected] = called(mistake, torch.autograd.grad, costs.sum(), a)
    got = called(mistake, delta, a.detach(), t)
    if not isinstance(got, torch.Tensor) or got.shape != a.shape:
        raise mistake("delta(a, t) is not a tensor of a's shape")
    off = (got - expected).abs()
    if float(off.max()) > MOST_OFF * (1 + float(expected.abs().max())):
        raise mistake(f"delta is not dL/da: it is off by up to {float(off.max()):.3g}")


_INSTALL: Mapping[str, Callable[[str, Any, Callable[..., Mistake]], None]] = {
    "activation": _install_activation,
    "initialization": _install_initialization,
    "cost": _install_cost,
}
