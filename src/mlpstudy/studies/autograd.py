"""Which traps does autograd set? Played at the keyboard, and what two of them cost."""

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from mlpstudy.analysis.pitfalls import SESSIONS, play
from mlpstudy.analysis.timing import quickest
from mlpstudy.design.run import Run
from mlpstudy.machine import machine
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, paired, summarise
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks

MENDED, TRAP = "sizes equal", "column less vector"
NETWORK = ["depth", "width", "examples"]
STATISTICS = ["otherwise", "lost_to_the_trap", "time_with_the_graph", "memory_of_the_graph"]
FACTORS = []
NEEDS = {
    "dataset": "dataset", "steps": "whole", "eta": "number", "networks": ["whole whole whole"],
    "repeats": "whole",
}  # fmt: skip
KEYS = ["seeds"]
FEWEST = 64  # examples in a timing
FORWARD, GRAPH, BACKWARD = "without a graph", "with a graph", "and backward"


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """statements: of the sessions. regressions: the share of variance explained, by seed, with the
    lecture's cost and with the trap in it; predictions: of the first seed. memory: of the graph.
    timings: of passes, by round (a seed each)."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    fits = [_fits(networks, options, seed) for seed in seeds]
    sizes = [tuple(map(int, text.split())) for text in options["networks"]]
    with torch.enable_grad():
        return {
            "statements": _statements(),
            "regressions": pd.DataFrame([row for rows, _ in fits for row in rows]),
            "predictions": fits[0][1],
            "memory": pd.DataFrame([_memory(*size) for size in sizes]),
            "timings": _timings(sizes, seeds, int(options["repeats"])),
        }


def _statements() -> pd.DataFrame:
    rows = [
        {"claim": claim, **statement._asdict()}
        for claim, session in SESSIONS.items()
        for statement in play(session, claim)
    ]
    return pd.DataFrame(rows)


# The regression of the lecture


def _fits(networks: Networks, options: dict, seed: int) -> tuple[list[dict], pd.DataFrame]:
    split = networks.split(Run(dataset=options["dataset"], seed=seed))
    x, y = (torch.from_numpy(part).double() for part in (split.train.x, split.train.target))
    new, known = (torch.from_numpy(part).double() for part in (split.test.x, split.test.target))
    rows, told = [], []
    for cost in (MENDED, TRAP):
        w, b = fit(x, y[:, 0], cost, int(options["steps"]), float(options["eta"]))
        yhat = (new @ w.T + b)[:, 0]
        left = (yhat - known[:, 0]).square().sum() / (known - known.mean()).square().sum()
        size = float(w.norm())
        rows.append({"seed": seed, "cost": cost, "explained": float(1 - left), "size_of_w": size})
        told.append(pd.DataFrame({"cost": cost, "y": known[:, 0], "yhat": yhat}))
    return rows, pd.concat(told, ignore_index=True)


def fit(x: Tensor, y: Tensor, cost: str, steps: int, eta: float) -> tuple[Tensor, Tensor]:
    """The lecture's linear regression by gradient descent: x (N, n), y (N,) -> w (1, n), b (1, 1).

    With the trap, yhat (N, 1) less y (N,) is a matrix (N, N): every prediction is held against every
    target, and the best is to say their mean.
    """
    w = torch.zeros(1, x.shape[1], dtype=x.dtype, requires_grad=True)
    b = torch.zeros(1, 1, dtype=x.dtype, requires_grad=True)
    for _ in range(steps):
        yhat = x @ w.T + b
        off = yhat - y if cost == TRAP else yhat.view(-1) - y
        off.square().mean().backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= eta * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach()


# What the graph costs


def _network(depth: int, width: int, dtype=torch.float32) -> nn.Sequential:
    """Dense layers of one width, with ReLU between them; weights from a stream, not from torch's."""
    draws, layers = stream(0, "study", 1), []
    for _ in range(depth):
        linear = nn.utils.skip_init(nn.Linear, width, width, dtype=dtype)
        W = draws.standard_normal((width, width)) * np.sqrt(2 / width)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.zero_()
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers)


def _memory(depth: int, width: int, examples: int) -> dict:
    """depth, width, examples, kept, needed: bytes that the graph keeps until the backward pass,
    parameters and inputs aside; and the most that a layer and the one before it hold together."""
    network, x = _network(depth, width), torch.ones(examples, width)
    aside = {p.untyped_storage().data_ptr() for p in network.parameters()}
    aside.add(x.untyped_storage().data_ptr())
    kept = {}

    def keep(saved: Tensor) -> Tensor:
        storage = saved.untyped_storage()
        if storage.data_ptr() not in aside:
            kept[storage.data_ptr()] = storage.nbytes()
        return saved

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved):
        output = network(x)
    needed, z = 0, x
    with torch.no_grad():
        for module in network:
            above = module(z)
            needed, z = max(needed, z.nbytes + above.nbytes), above
    del output  # until here the graph keeps what it has saved
    return {"depth": depth, "width": width, "examples": examples,
            "kept": sum(kept.values()), "needed": needed}  # fmt: skip


def _timings(sizes: list[tuple], seeds: list[int], repeats: int) -> pd.DataFrame:
    """depth, width, examples, seed (of a round), pass, seconds, machine."""
    rows, where = [], machine()
    for depth, width, examples in sizes:
        network, x = _network(depth, width), torch.ones(examples, width)

        passes = max(1, FEWEST // examples)  # in a row, so that entering no_grad does not count

        def bare(network=network, x=x, passes=passes):
            with torch.no_grad():
                for _ in range(passes):
                    network(x)

        def graph(network=network, x=x, passes=passes):
            for _ in range(passes):
                network(x)

        def backward(network=network, x=x, passes=passes):
            for _ in range(passes):
                network.zero_grad(set_to_none=True)
                network(x).sum().backward()

        calls = {FORWARD: bare, GRAPH: graph, BACKWARD: backward}
        for seed in seeds:
            for name, seconds in quickest(calls, repeats).items():
                told = {"depth": depth, "width": width, "examples": examples, "seed": seed}
                told |= {"pass": name, "seconds": seconds / passes, "machine": where}
                rows.append(told)
    return pd.DataFrame(rows)


# What comes of it


def summary(view: View) -> dict[str, pd.DataFrame]:
    """explained: by cost. memory: with the ratio of what is kept to what is needed. ratios: of times
    to that of a pass without a graph, by round; times: their mean. And what was measured."""
    measured = view.measured
    memory = measured["memory"].assign(ratio=lambda m: m["kept"] / m["needed"])
    ratios = _ratios(measured["timings"])
    return {
        **measured,
        "explained": summarise(measured["regressions"], "cost", "explained"),
        "memory": memory,
        "ratios": ratios,
        "times": summarise(ratios, [*NETWORK, "pass"], "ratio"),
    }


def _ratios(timings: pd.DataFrame) -> pd.DataFrame:
    key = [*NETWORK, "seed"]
    bare = timings[timings["pass"] == FORWARD].set_index(key)["seconds"]
    others = timings[timings["pass"] != FORWARD]
    base = bare.loc[pd.MultiIndex.from_frame(others[key])].to_numpy()
    return others[[*key, "pass"]].assign(ratio=others["seconds"].to_numpy() / base)


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C34 to C40 come to. A session has no chance in it: its interval is the value."""
    found = []
    for claim, here in frames["statements"].groupby("claim"):
        otherwise = float((~here["as_written"]).sum())
        told = [("", Interval(otherwise, otherwise, otherwise), here)]
        found += [f for f in view.findings("otherwise", told) if f.claim == claim]
    regressions = frames["regressions"]
    with_it, without = (regressions[regressions["cost"] == cost] for cost in (TRAP, MENDED))
    lost = paired(without, with_it, "explained")
    found += view.findings("lost_to_the_trap", [(view.option("dataset", ""), lost, regressions)])
    ratios = frames["ratios"]
    built = ratios[ratios["pass"] == GRAPH]
    times = [(_told(*key), interval(rows["ratio"]), rows) for key, rows in built.groupby(NETWORK)]
    found += view.findings("time_with_the_graph", times)
    sizes = [
        (_told(*key), Interval(*[float(rows["ratio"].iloc[0])] * 3), rows)
        for key, rows in frames["memory"].groupby(NETWORK)
    ]
    return found + view.findings("memory_of_the_graph", sizes)


def _told(depth: int, width: int, examples: int) -> str:
    layers = f"{depth} layer{'s' if depth > 1 else ''} of {width}"
    return f"{layers}, {examples} example{'s' if examples > 1 else ''}"


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    statements = frames["statements"][["claim", "source", "printed"]]
    times = frames["times"].pivot(index=NETWORK, columns="pass", values="value").reset_index()
    costs = times.merge(frames["memory"], on=NETWORK)
    return [
        {
            "name": "statements",
            "title": Said(en="At the keyboard", fr="Au clavier"),
            "caption": Said(
                en="Statement by statement, what PyTorch prints; each output is held against the one "
                "that was written down. E12 is the lecture's regression as printed, and mended.",
                fr="Instruction par instruction, ce qu'affiche PyTorch ; chaque sortie est comparée à "
                "celle qui était écrite. E12 est la régression du cours, telle quelle puis réparée.",
            ),
            "frame": statements,
        },
        {
            "name": "costs",
            "title": Said(en="What the graph costs", fr="Ce que coûte le graphe"),
            "caption": Said(
                en="Time of a forward pass with a graph, and of forward and backward, over that of a "
                "pass without one (mean over the rounds); kept: bytes that the graph keeps; needed: "
                "the most that two neighbouring layers hold; ratio: of these two. "
                f"{_machine(frames)}.",
                fr="Temps d'une passe avant avec graphe, et d'un aller-retour, rapporté à celui d'une "
                "passe sans graphe (moyenne sur les tours) ; kept : octets que garde le graphe ; needed "
                ": le plus que tiennent deux couches voisines ; ratio : leur rapport. "
                f"{_machine(frames)}.",
            ),
            "frame": costs,
        },
    ]


def _machine(frames: dict[str, pd.DataFrame]) -> str:
    return frames["timings"]["machine"].iloc[0]
