"""Is backpropagation exact? Its gradients against autograd, differences and numbers worked out."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from mlpstudy.analysis import gradients
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.costs import COSTS
from mlpstudy.core.modules import Activate, Linear, Residual
from mlpstudy.core.network import Network
from mlpstudy.design.run import Run
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, summarise
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks

CLASSES = 3
HARD = ("perceptron", "hinge")  # costs of targets that are 0 or 1; the others take soft ones
SINGLE, DOUBLE = "single", "double"
KINDS = {SINGLE: torch.float32, DOUBLE: torch.float64}
CENTRAL, ONE_SIDED = "central", "one-sided"
STATISTICS = [
    "off_autograd", "off_differences", "learned_by_an_activation", "off_with_the_sum",
    "off_with_one_source", "off_as_input",
]  # fmt: skip
FACTORS = []
NEEDS = {
    "x": ["number"], "y": "number", "unit_1": ["number"], "unit_2": ["number"],
    "unit_3": ["number"], "eta": "number", "width": "whole", "inputs": "whole",
    "examples": "whole", "step": "number", "steps": ["number"],
}  # fmt: skip
KEYS = ["seeds"]
CLAIMS = ["off_autograd"]


class Case(NamedTuple):
    """A network that is checked: what it is there for, its run, and the shape of its inputs."""

    kind: str
    name: str
    run: Run
    dims: tuple[int, ...]


def cases(options: dict) -> list[Case]:
    """A network for every activation, cost and module of the tables."""
    width, inputs = int(options["width"]), (int(options["inputs"]),)
    deep = {"depth": 3, "width": width}
    tanh = {**deep, "activation": "tanh"}
    sliding = {**tanh, "kernel": 3, "padding": 1}
    modules = {
        "linear model": ({"depth": 0, "width": 1}, inputs),
        "linear, deep": ({**tanh, "depth": 8}, inputs),
        "residual": ({**tanh, "residual": "plain"}, inputs),
        "residual, scaled": ({**tanh, "residual": "scaled"}, inputs),
        "convolution on a line": (sliding, (9,)),
        "convolution on a picture": (sliding, (5, 5)),
        "convolution with strides": ({**tanh, "depth": 2, "kernel": 3, "stride": 2}, (9, 9)),
        "residual convolution": ({**sliding, "residual": "plain"}, (9,)),
        "dropout": ({**tanh, "dropout": 0.4}, inputs),
        "noise on the inputs": ({**tanh, "input_noise": 0.5}, inputs),
    }
    return [
        *(Case("activation", n, Run(**deep, activation=n), inputs) for n in ACTIVATIONS),
        *(Case("cost", n, Run(**tanh, cost=n), inputs) for n in COSTS),
        *(Case("module", n, Run(**fields), dims) for n, (fields, dims) in modules.items()),
    ]


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """checked: how far each gradient is from autograd's and from that of differences. steps: how
    far differences are from it, by their step. sources, alike, learned: of single modules.
    example: the lecture's network, number by number."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    every = cases(options)
    return {
        "checked": pd.DataFrame([_check(c, options, seed) for c in every for seed in seeds]),
        "steps": pd.concat([_steps(options, seed) for seed in seeds], ignore_index=True),
        "sources": pd.DataFrame([row for seed in seeds for row in _sources(options, seed)]),
        "alike": pd.DataFrame([_alike(options, seed) for seed in seeds]),
        "learned": pd.DataFrame([_learned(c) for c in every if c.kind == "activation"]),
        "example": pd.DataFrame(example(options), columns=["part", "name", "value"]),
    }


# Whole networks


def _drawn(case: Case, options: dict, seed: int) -> tuple[Network, Tensor, Tensor]:
    """A network with random weights and biases, inputs x (B, n_in) and targets t (B, n_out)."""
    draws = stream(seed, "study")
    B = int(options["examples"])
    network = Network(
        [case.run.model_copy(update={"seed": seed})], case.dims, CLASSES, dtype=torch.float64
    )
    network.initialize()
    theta = gradients.vector(network, network.theta)
    away = torch.from_numpy(0.3 * draws.standard_normal(len(theta)))  # biases are no longer 0
    gradients.put(network, (theta + away)[None])
    x = torch.from_numpy(draws.standard_normal((B, int(np.prod(case.dims)))))
    t = torch.from_numpy(draws.dirichlet(np.ones(network.n_out), B))
    return network, x, (t == t.amax(1, keepdim=True)).double() if case.run.cost in HARD else t


def _check(case: Case, options: dict, seed: int) -> dict:
    network, x, t = _drawn(case, options, seed)
    ours = gradients.by_hand(network, x, t)
    traced = gradients.by_autograd(network, case.dims, x, t)
    h = float(options["step"])
    differences = gradients.by_differences(network, case.dims, x, t, h)
    return {
        "kind": case.kind,
        "name": case.name,
        "seed": seed,
        "parameters": len(ours),
        "off_autograd": gradients.off(ours, traced),
        "off_differences": gradients.off(differences, ours),
    }


def _steps(options: dict, seed: int) -> pd.DataFrame:
    """differences, precision, h, seed, off, cut: how far differences are from the gradient, and how
    far cutting off Taylor's series puts them, by the next derivative at the same place."""
    case = Case("", "", Run(depth=3, width=int(options["width"]), activation="tanh"),
                (int(options["inputs"]),))  # fmt: skip
    network, x, t = _drawn(case, options, seed)
    exact = gradients.by_hand(network, x, t)
    second, third = _next_derivatives(case, network, x, t)
    rows = []
    for precision, dtype in KINDS.items():
        copy = Network(network.runs, case.dims, CLASSES, dtype=dtype)
        gradients.put(copy, gradients.vector(network, network.theta)[None])
        for h in map(float, options["steps"]):
            for kind, cut in ((CENTRAL, third * h**2 / 6), (ONE_SIDED, second * h / 2)):
                told = gradients.by_differences(
                    copy, case.dims, x.to(dtype), t.to(dtype), h, kind == CENTRAL
                )
                row = {"differences": kind, "precision": precision, "h": h, "seed": seed}
                size = float(cut.abs().max() / exact.abs().max())
                rows.append({**row, "off": gradients.off(told.double(), exact), "cut": size})
    return pd.DataFrame(rows)


def _next_derivatives(case: Case, network: Network, x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """The second and third derivative of the cost along each parameter, (P,) each."""
    theta = gradients.vector(network, network.theta)
    shapes = [block.shape[1:] for block in network.blocks(network.theta)]
    found = []
    for step in torch.eye(len(theta), dtype=theta.dtype):
        s = torch.zeros((), dtype=theta.dtype, requires_grad=True)
        parts = (theta + s * step).split([shape.numel() for shape in shapes])
        parameters = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
        slope = network.cost.loss(
            gradients.chain(case.run, case.dims, parameters, x)[None], t
        ).sum()
        slopes = []
        for _ in range(3):
            (slope,) = torch.autograd.grad(slope, s, create_graph=True)
            slopes.append(slope.detach())
        found.append(torch.stack(slopes[1:]))
    second, third = torch.stack(found).T
    return second, third


# Single modules


def _bound(fan_in: int, fan_out: int, draws: np.random.Generator) -> Linear:
    """A linear module with random W and b, in float64."""
    module = Linear(fan_in, fan_out)
    shapes = [(1, *module.room), (1, 1, module.room[1])]
    arrays = [torch.zeros(shape, dtype=torch.float64) for shape in shapes]
    module.bind(*arrays, *[torch.zeros_like(array) for array in arrays])
    module.W.copy_(torch.from_numpy(draws.standard_normal((1, fan_in, fan_out))))
    module.b.copy_(torch.from_numpy(draws.standard_normal((1, 1, fan_out))))
    return module


def _sources(options: dict, seed: int) -> list[dict]:
    """module, taken, seed, off: of dL/dz below a module whose inputs go to several places."""
    draws, n = stream(seed, "study", 1), int(options["width"])
    z, delta = (
        torch.from_numpy(draws.standard_normal((1, int(options["examples"]), n))) for _ in range(2)
    )
    linear = _bound(n, n, draws)
    parts = (
        delta[..., None, :] * linear.W[:, None]
    )  # (1, B, from, to): a unit feeds all of the next
    strongest = parts.gather(3, parts.abs().argmax(3, keepdim=True))[..., 0]
    linear.forward(z)
    cases = [
        ("dense", linear, lambda z: z @ linear.W + linear.b, {"the strongest alone": strongest})
    ]
    for name, scale in (("residual", 1.0), ("residual, scaled", 0.5)):
        inner = _bound(n, n, draws)
        module = Residual([inner, Activate("tanh")], scale)
        module.forward(z)

        def same(z, inner=inner, scale=scale):
            return z + scale * torch.tanh(z @ inner.W + inner.b)

        through = module.backward(delta) - delta
        alone = {"the module alone": through.clone(), "the shortcut alone": delta}
        cases.append((name, module, same, alone))
    rows = []
    for name, module, same, alone in cases:
        exact = torch.autograd.functional.vjp(same, z, delta)[1]
        for taken, told in {"all": module.backward(delta), **alone}.items():
            off = gradients.off(told, exact)
            rows.append({"module": name, "taken": taken, "seed": seed, "off": off})
    return rows


def _alike(options: dict, seed: int) -> dict:
    """seed, off: a = z W is the same as a' = W' z', where W' is the input and z' are the parameters:
    the gradient that the second module sends to its inputs is that of the first for its W."""
    draws = stream(seed, "study", 2)
    B, n, m = int(options["examples"]), int(options["inputs"]), int(options["width"])
    z, delta = (torch.from_numpy(draws.standard_normal((1, B, size))) for size in (n, m))
    first = _bound(n, m, draws)
    first.b.zero_()
    second = _bound(n, B, draws)
    second.b.zero_()
    second.W.copy_(z.mT)
    a = first.forward(z).clone()
    turned = second.forward(first.W.mT.contiguous())
    first.backward(delta)
    below = second.backward(delta.mT.contiguous())
    off = max(gradients.off(turned.mT, a), gradients.off(below.mT, first.dW))
    return {"seed": seed, "off": off}


def _learned(case: Case) -> dict:
    """name, parameters: of the network, less those of its linear modules."""
    network = Network([case.run], case.dims, CLASSES)
    linear = sum(module.W.numel() + module.b.numel() for module in network.layers)
    return {"name": case.name, "parameters": network.n_parameters - linear}


# The lecture's network


def example(options: dict) -> list[tuple[str, str, float]]:
    """(part, name, value) for every number of the lecture's network: forward, backward, and after
    one step. Names: a1, z1, y_hat, L, delta1, w01 (1) for the bias of unit 1 of layer 1, ..."""
    run = Run(depth=1, width=2, activation="sigmoid", cost="mse_sigmoid")
    network = Network([run], (2,), 2, dtype=torch.float64)
    units = [[float(w) for w in options[f"unit_{k}"]] for k in (1, 2, 3)]
    W1, b1, W2, b2 = network.blocks(network.theta)
    for j in (0, 1):
        b1[0, 0, j], W1[0, :, j] = units[j][0], torch.tensor(units[j][1:])
    b2[0, 0, 0], W2[0, :, 0] = units[2][0], torch.tensor(units[2][1:])
    x = torch.tensor([[[float(v) for v in options["x"]]]], dtype=torch.float64)
    t = torch.tensor([[[float(options["y"])]]], dtype=torch.float64)
    weights = _numbers(network, network.theta)
    network.learn_from(x, t, 1)
    slopes = _numbers(network, network.gradient)
    hidden, last = network.layers
    a, z = (part[0, 0].clone() for part in (network.activations[0].a, network.activations[0].z))
    rows = [("forward", f"x{i + 1}", value) for i, value in enumerate(x[0, 0])]
    rows += [("forward", f"w{name}", value) for name, value in weights]
    rows += [("forward", f"a{j + 1}", a[j]) for j in (0, 1)]
    rows += [("forward", f"z{j + 1}", z[j]) for j in (0, 1)]
    rows += _outputs("forward", network, t)
    rows += [("backward", "delta3", last.delta[0, 0, 0])]
    rows += [("backward", f"delta{j + 1}", hidden.delta[0, 0, j]) for j in (0, 1)]
    rows += [("backward", f"dL/dw{name}", value) for name, value in slopes]
    network.theta -= float(options["eta"]) * network.gradient
    network.forward(x)
    rows += [
        ("after the step", f"w{name}", value) for name, value in _numbers(network, network.theta)
    ]
    rows += _outputs("after the step", network, t)
    return [(part, name, float(value)) for part, name, value in rows]


def _numbers(network: Network, flat: Tensor) -> list[tuple[str, float]]:
    """The lecture's names: ij (k), from input i (0: the bias) to unit j of layer k."""
    found = []
    W1, b1, W2, b2 = (block[0].clone() for block in network.blocks(flat))
    for k, W, b in ((1, W1, b1), (2, W2, b2)):
        for j in range(W.shape[1]):
            column = [b[0, j], *W[:, j]]
            found += [(f"{i}{j + 1} ({k})", float(w)) for i, w in enumerate(column)]
    return found


def _outputs(part: str, network: Network, t: Tensor) -> list[tuple]:
    a = network.last
    return [
        (part, "a3", a[0, 0, 0].clone()),
        (part, "y_hat", torch.sigmoid(a[0, 0, 0])),
        (part, "L", network.cost.loss(a, t)[0]),
    ]


# What comes of it


def summary(view: View) -> dict[str, pd.DataFrame]:
    """worst: of each network, the largest error of all seeds. steps_mean: of differences, median
    over the seeds with its interval. What was measured."""
    checked, steps = view.measured["checked"], view.measured["steps"]
    by = checked.groupby(["kind", "name"], as_index=False, sort=False)
    worst = by.agg(
        parameters=("parameters", "first"),
        off_autograd=("off_autograd", "max"),
        off_differences=("off_differences", "max"),
        n=("seed", "size"),
    )
    key = ["differences", "precision", "h"]
    cut = summarise(steps, key, "cut", "median")[[*key, "value"]]
    mean = summarise(steps, key, "off", "median").merge(
        cut.rename(columns={"value": "cut"}), on=key
    )
    return {"worst": worst, "steps_mean": mean, **view.measured}


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C06, C07 and C08 come to. The worst of all is what it is: its interval is the value."""
    measured = {"off_autograd": [], "off_differences": [], "learned_by_an_activation": []}
    for name in ("off_autograd", "off_differences"):
        for kind, runs in frames["checked"].groupby("kind", sort=False):
            measured[name].append((f"every {kind}", _worst(runs[name]), runs))
    learned = frames["learned"]
    measured["learned_by_an_activation"].append(("", _worst(learned["parameters"]), learned))
    sources = frames["sources"]
    whole = sources["taken"] == "all"
    measured["off_with_the_sum"] = [
        (module, _worst(rows["off"]), rows) for module, rows in sources[whole].groupby("module")
    ]
    measured["off_with_one_source"] = [
        (f"{module}, {taken}", interval(rows["off"]), rows)
        for (module, taken), rows in sources[~whole].groupby(["module", "taken"])
    ]
    alike = frames["alike"]
    measured["off_as_input"] = [("", _worst(alike["off"]), alike)]
    return [f for name, rows in measured.items() for f in view.findings(name, rows)]


def _worst(values: pd.Series) -> Interval:
    return Interval(*[float(values.max())] * 3)


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    return [
        {
            "name": "worst",
            "title": Said(en="Gradients, checked", fr="Gradients vérifiés"),
            "caption": Said(
                en="The largest difference of all seeds to the gradient of autograd and to that of "
                "central differences, as a share of the largest derivative; float64.",
                fr="La plus grande différence, toutes graines, au gradient d'autograd et à celui des "
                "différences centrées, rapportée à la plus grande dérivée ; float64.",
            ),
            "frame": frames["worst"],
        },
        {
            "name": "example",
            "title": Said(en="The lecture's network, worked out", fr="Le réseau du cours, calculé"),
            "caption": Said(
                en="wij (k): weight from input i (0: the bias) to unit j of layer k.",
                fr="wij (k) : poids de l'entrée i (0 : le biais) vers l'unité j de la couche k.",
            ),
            "frame": frames["example"],
        },
    ]
