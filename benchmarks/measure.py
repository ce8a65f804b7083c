"""What is measured: the contest of the engines, and how time grows."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch

from benchmarks.clock import race, ratio
from benchmarks.peers import ENGINES, OURS, STACKED, THREADED, Engine, both, installed, runs_of
from benchmarks.work import BATCH, Work
from mlpstudy.core.torch_engine import networks_that_fit

KINDS = [(o, a) for o in ("sgd", "adam") for a in ("relu", "tanh")]
QUICK = [Work(h, w, o, a) for o, a in KINDS for h, w in [(2, 16), (4, 64), (10, 64), (4, 256)]]
SHAPES = [(2, 16), (4, 16), (10, 16), (2, 64), (4, 64), (10, 64), (4, 256)]
FULL = [Work(h, w, o, a) for o, a in KINDS for h, w in SHAPES]
FEW = [Work(h, w, o) for o in ("sgd", "adam") for h, w in [(2, 16), (4, 64), (4, 256)]]
LEFT_OUT = ("dataloader", "torch_vmap")  # of a quick contest
STACKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
LARGEST = {16: 512, 64: 512, 256: 64}  # networks by width: more would take gigabytes
LARGE = 1024  # the side of a large product of torch
FLOP_LARGE = 2 * LARGE**3
ROUNDS = {True: 7, False: 5}  # of a full contest, of a quick one


def rule(work: Work) -> int:
    """The stack that the torch engine chooses by itself."""
    return networks_that_fit(runs_of(work, 1)[0], (64,), 10)


def base() -> str:
    """The engine that the others are compared with."""
    return next(name for name in OURS if name in installed())


def contest(work: Work, threads: int, evaluation: bool, full: bool) -> list[dict]:
    """One row per engine and stack; `times` is its time over that of the best stack of `base`.

    full: all engines, half the stack of the rule and twice as many, too. With several threads only
    the engines that use them.
    """
    engines = contestants(work, threads, full)
    jobs = {key: both(e) if evaluation else e.one_pass for key, e in engines.items()}
    if full and threads == 1:
        jobs["products", rule(work)] = products(work, rule(work))
        jobs["large product", 1] = large_product()
    seconds = race(jobs, ROUNDS[full])
    for key in seconds:
        seconds[key] /= engines[key].trained if key in engines else key[1]
    best = min((key for key in engines if key[0] == base()), key=lambda k: np.median(seconds[k]))
    known = {
        "work": work.name,
        "optimizer": work.optimizer,
        "activation": work.activation,
        "threads": threads,
        "evaluation": evaluation,
    }
    rows = []
    for (name, n), spent in seconds.items():
        flop = FLOP_LARGE if name == "large product" else work.flop
        median = float(np.median(spent))
        measured = {
            "ms": 1e3 * median,
            "times": ratio(seconds, (name, n), best),
            "gflop_per_second": flop / median / 1e9,
        }
        rows.append(known | {"engine": name, "R": n} | measured)
    return rows


def contestants(work: Work, threads: int, full: bool) -> dict[tuple[str, int], Engine]:
    """The engines by name and number of networks."""
    R = rule(work)
    stacks = {"native": {1, R}, "torch": {1, max(1, R // 2), R, 2 * R} if full else {1, R}}
    engines = {}
    for name in installed():
        if (threads > 1 and name not in THREADED) or (not full and name in LEFT_OUT):
            continue
        for n in sorted(stacks.get(name, {R if name in STACKED else 1})):
            engines[name, n] = ENGINES[name](work, n, threads)
    return engines


def products(work: Work, R: int) -> Callable[[], None]:
    """The matrix products of a pass of R networks by themselves: z W, z' delta and delta W'."""
    layers = []
    for i, o in work.fans:
        z, W, delta = torch.randn(R, BATCH, i), torch.randn(R, i, o), torch.randn(R, BATCH, o)
        layers.append((z, W, delta, delta @ W.mT, z.mT @ delta, z @ W))

    def one_pass():
        for _ in range(work.steps):
            for z, W, delta, below, dW, a in layers:
                torch.bmm(z, W, out=a)
                torch.bmm(z.mT, delta, out=dW)
                if z is not layers[0][0]:
                    torch.bmm(delta, W.mT, out=below)

    return one_pass


def large_product() -> Callable[[], object]:
    x, W = torch.randn(LARGE, LARGE), torch.randn(LARGE, LARGE)
    return partial(torch.mm, x, W, out=torch.empty(LARGE, LARGE))


def growth() -> pd.DataFrame:
    """ms of our engines per network and pass as |w|, R and the number of examples grow, one at a
    time.

    slope: the exponent of the power law; rule: the stack that the torch engine would choose.
    """
    rows = []
    for name in [name for name in OURS if name in installed()]:
        rows += _series(name, "|w|", "4 layers", [Work(4, w) for w in (16, 32, 64, 128, 256, 512)])
        for h, w in [(2, 16), (4, 64), (4, 256)]:
            stacks = [R for R in STACKS if LARGEST[w] >= R]
            rows += _series(name, "R", f"{h}x{w}", [Work(h, w)] * len(stacks), stacks)
        numbers = (256, 512, 1024, 2048, 4096)
        rows += _series(name, "examples", "4x64", [Work(4, 64, examples=n) for n in numbers])
    return pd.DataFrame(rows)


def _series(
    name: str, what: str, work_name: str, works: list[Work], stacks: list[int] | None = None
) -> list[dict]:
    """The rows of one series; without stacks, each work's own choice."""
    stacks = stacks or [rule(work) for work in works]
    engines = [ENGINES[name](work, R, 1) for work, R in zip(works, stacks, strict=True)]
    seconds = race({i: engine.one_pass for i, engine in enumerate(engines)}, rounds=3)
    rows = []
    for i, (work, R) in enumerate(zip(works, stacks, strict=True)):
        size = {"|w|": work.n_parameters, "R": R, "examples": work.examples}[what]
        ms = 1e3 * float(np.median(seconds[i])) / engines[i].trained
        place = {"engine": name, "what": what, "work": work_name, "size": size}
        rows.append(place | {"ms": ms, "rule": rule(work)})
    slope = np.polyfit(*(np.log([row[key] for row in rows]) for key in ("size", "ms")), 1)[0]
    return [row | {"slope": float(slope)} for row in rows]
