"""What is measured: the contest of the engines, and how the core's time grows."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch

from benchmarks.clock import race, ratio
from benchmarks.peers import ENGINES, STACKED, Engine, core, core_on, has_jax
from benchmarks.work import BATCH, Work
from mlpstudy.core.torch_engine import networks_that_fit
from mlpstudy.design.run import Run

QUICK = [
    Work(2, 16),
    Work(4, 64),
    Work(4, 256),
    Work(2, 16, "adam"),
    Work(4, 64, "adam"),
    Work(4, 256, "adam"),
]
SHAPES = [(2, 16), (4, 16), (10, 16), (2, 64), (4, 64), (10, 64), (4, 256)]
FULL = [Work(h, w, o, a) for o in ("sgd", "adam") for a in ("relu", "tanh") for h, w in SHAPES]
STACKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
LARGEST = {16: 512, 64: 512, 256: 64}  # networks by width: more would take gigabytes
LARGE = 1024  # the side of the product that stands for the machine's peak
FLOP_LARGE = 2 * LARGE**3


def rule(work: Work) -> int:
    """The stack that the core chooses by itself."""
    return networks_that_fit(Run(depth=work.hidden, width=work.width), (64,), 10)


def contest(work: Work, threads: int, evaluation: bool, around: bool) -> list[dict]:
    """One row per engine and stack; times_core is the time over that of the core's best stack.

    around: half the stack of the rule and twice as many, too. With several threads only the
    engines that use them: PyTorch, scikit-learn and the core.
    """
    R = rule(work)
    stacks = sorted({1, R} | ({max(1, R // 2), 2 * R} if around else set()))
    engines = {("core", n): _core(work, n, threads) for n in stacks}
    for name in _peers(threads):
        n = R if name in STACKED else 1
        engines[name, n] = ENGINES[name](work, n)
    jobs = {key: _job(engine, evaluation) for key, engine in engines.items()}
    jobs["products", R] = products(work, R)
    jobs["large product", 1] = large_product()
    seconds = race(jobs)
    for key in seconds:
        seconds[key] /= engines[key].networks if key in engines else key[1]
    cores = [key for key in seconds if key[0] == "core"]
    best = min(cores, key=lambda key: np.median(seconds[key]))
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
            "times_core": ratio(seconds, (name, n), best),
            "times_plain": ratio(seconds, (name, n), ("plain", 1)),
            "gflop_per_second": flop / median / 1e9,
        }
        rows.append(known | {"engine": name, "R": n} | measured)
    return rows


def _peers(threads: int) -> list[str]:
    if threads > 1:
        return ["plain", "sklearn"]
    return [n for n in ENGINES if n != "core" and (n != "jax_vmap" or has_jax())]


def _core(work: Work, R: int, threads: int) -> Engine:
    return core(work, R) if threads == 1 else core_on(threads, work, R)


def _job(engine: Engine, evaluation: bool) -> Callable[[], object]:
    if not evaluation:
        return engine.one_pass

    def both():
        engine.one_pass()
        engine.evaluate()

    return both


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


def growth(full: bool) -> pd.DataFrame:
    """ms of the core per network and pass as |w|, R and the number of examples grow, one at a time.

    slope: the exponent of the power law; rule: the stack that the core would choose.
    """
    widths = (16, 32, 64, 128, 256, 512) if full else (16, 64, 256)
    shapes = [(2, 16), (4, 64), (4, 256)] if full else [(2, 16)]
    sizes = STACKS if full else STACKS[::2]
    numbers = (256, 512, 1024, 2048, 4096) if full else (256, 1024)
    rows = _series("|w|", "4 hidden layers", [Work(4, w) for w in widths])
    for h, w in shapes:
        stacks = [R for R in sizes if LARGEST[w] >= R]
        rows += _series("R", f"{h}x{w}", [Work(h, w)] * len(stacks), stacks)
    rows += _series("examples", "4x64", [Work(4, 64, examples=n) for n in numbers])
    return pd.DataFrame(rows)


def _series(what: str, name: str, works: list[Work], stacks: list[int] | None = None) -> list[dict]:
    """The rows of one series; without stacks, each work's own choice."""
    stacks = stacks or [rule(work) for work in works]
    pairs = list(enumerate(zip(works, stacks, strict=True)))
    seconds = race({i: core(work, R).one_pass for i, (work, R) in pairs}, rounds=3)
    rows = []
    for i, (work, R) in pairs:
        size = {"|w|": work.n_parameters, "R": R, "examples": work.examples}[what]
        ms = 1e3 * float(np.median(seconds[i])) / R
        rows.append({"what": what, "work": name, "size": size, "ms": ms, "rule": rule(work)})
    slope = np.polyfit(*(np.log([row[key] for row in rows]) for key in ("size", "ms")), 1)[0]
    return [row | {"slope": float(slope)} for row in rows]
