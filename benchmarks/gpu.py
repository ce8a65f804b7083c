"""python -m benchmarks.gpu [--publish]: the torch engine on a GPU, in less than 8 minutes.

Whether it agrees with the CPU, whether it repeats its bits, and how long it takes beside the same
without recorded graphs, a plain loop and JAX, where JAX sees the GPU. Writes gpu.md into
benchmarks/results; --publish copies it beside this file and says in README that it is there.
"""

import argparse
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from benchmarks import peers
from benchmarks.work import BATCH, Work
from benchmarks.write import FOLDER, RESULTS, grid
from mlpstudy.core import replay, torch_engine
from mlpstudy.core.engines import Learned, Task
from mlpstudy.core.probes import Evaluation
from mlpstudy.core.train import train
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.names import names_of
from mlpstudy.design.run import Run

SECONDS = 400  # after which nothing new is begun
TURN, TURNS = 0.3, 3  # seconds of a turn, and how many there are
BASE = {"dataset": "iris", "depth": 3, "width": 10, "activation": "tanh", "epochs": 5, "eta": 0.02}
PRETRAINED = {"activation": "sigmoid", "pretraining_epochs": 3, "pretraining_eta": 0.02}
CASES = {
    "full batch": {"batch_size": None},
    "a smaller last batch": {"batch_size": 7},
    "weight decay, cosine": {"weight_decay": 0.01, "schedule": "cosine"},
    "dropout": {"dropout": 0.3},
    "noise": {"input_noise": 0.3},
    "residual": {"residual": "scaled"},
    "last layer": {"trained": "last"},
    "label noise, smoothing": {"label_noise": 0.3, "label_smoothing": 0.1},
    "regression": {"dataset": "sine", "cost": "mse_raw"},
    "convolution": {"dataset": "digits", "train_size": 64, "kernel": 3, "width": 4, "depth": 2},
    **{f"activation: {name}": {"activation": name} for name in names_of("activation")},
    **{f"cost: {name}": {"cost": name} for name in names_of("cost")},
    **{f"optimizer: {name}": {"optimizer": name} for name in names_of("optimizer")},
    **{f"pretraining: {name}": {"pretraining": name, **PRETRAINED} for name in ("autoencoder", "rbm")},
    **{f"pretraining: {name}": {"pretraining": name, **PRETRAINED, "corruption": 0.3} for name in ("denoising_masking", "denoising_gaussian")},
}  # fmt: skip
# The largest difference of a loss and of a weight. Where a slope jumps, a last bit may choose the
# side, and RPROP and CD-1 go by the signs of small differences.
SMOOTH, KINKED = 1e-4, 3e-2
WITH_KINKS = r"relu|hard_tanh|ramp|threshold|hinge|perceptron|rprop|rbm|convolution"
WORKS = [Work(h, w, o) for o in ("sgd", "adam") for h, w in [(2, 16), (4, 64), (4, 256)]]
STACKS = (1, 64, 256, 1024)
LARGEST = {16: 1024, 64: 1024, 256: 256}  # networks by width


class Agreement(NamedTuple):
    """Of one case: the largest differences between the device and the CPU."""

    case: str
    loss: float
    weight: float
    limit: float
    same_twice: bool
    same_alone: bool  # as in its stack: not promised

    @property
    def holds(self) -> bool:
        return max(self.loss, self.weight) <= self.limit and self.same_twice


def agreement(case: str, device: str) -> Agreement:
    run = Run(**{**BASE, **CASES[case]})
    others = [run.model_copy(update={"seed": 1}), run.model_copy(update={"eta": run.eta / 2})]
    ours, again, cpu = (learned([run, *others], d) for d in (device, device, "cpu"))
    limit = KINKED if re.search(WITH_KINKS, case) else SMOOTH
    return Agreement(
        case,
        float(np.abs(ours.curves - cpu.curves)[..., 0].max()),
        max(float(np.abs(a - b).max()) for a, b in zip(weights(ours), weights(cpu), strict=True)),
        limit,
        bits(ours) == bits(again),
        bits(ours)[0] == bits(learned([run], device))[0],
    )


def learned(runs: list[Run], device: str) -> Learned:
    data = DATASETS[runs[0].dataset]()
    targets = 1 if data.classes else data.y.shape[1]
    task = Task(runs, data.shape, data.classes, targets, [split(data, runs[0])], [0] * len(runs))
    return torch_engine.learn(task, "last", lambda passes: None, device)


def weights(of: Learned) -> list[np.ndarray]:
    return [array for each in of.weights for array in (each or {}).values()]


def bits(of: Learned) -> list[bytes]:
    """Of every run's curves."""
    return [curves.tobytes() for curves in of.curves]


# Times


def stack(work: Work, R: int, device: str, graphs: bool) -> Callable[[], object]:
    """A pass of R networks, and its evaluation."""
    network, data, seen = peers.stack_of(work, R, device)
    passes = train(network, data)
    with recording(graphs):
        evaluation = Evaluation(network, seen)
        next(passes)  # what is yielded before the first pass

    def one_pass():
        with recording(graphs):
            next(passes)
        evaluation()

    return one_pass


@contextmanager
def recording(on: bool) -> Iterator[None]:
    """Whether what is made inside is recorded on a GPU."""
    before, replay.RECORDED = replay.RECORDED, replay.RECORDED if on else set()
    try:
        yield
    finally:
        replay.RECORDED = before


def plain(work: Work, device: str) -> Callable[[], object]:
    x, y = (array.to(device) for array in peers.tensors(work))
    model = peers.module_of(work).to(device)
    optimizer = peers.optimizer_of(work, model.parameters())

    def one_pass():
        rows = torch.randperm(len(x), device=device).split(BATCH)
        peers.learn(model, optimizer, ((x[r], y[r]) for r in rows))

    return one_pass


def jax_sees_gpu() -> bool:
    if not peers.has_jax():
        return False
    import jax

    return any(device.platform == "gpu" for device in jax.devices())


def contestants(work: Work, R: int, device: str) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "graphs", stack(work, R, device, graphs=True)
    yield "no graphs", stack(work, R, device, graphs=False)
    if jax_sees_gpu():
        yield "JAX", peers.both(peers.jax_vmap(work, R))


def times(work: Work, device: str) -> Iterator[dict]:
    """ms per network and pass, of stacks and of the plain loop."""
    alone = 1e3 * seconds(plain(work, device), device)
    for R in [R for R in STACKS if LARGEST[work.width] >= R]:
        row = {"work": work.name, "optimizer": work.optimizer, "networks": R}
        for name, job in contestants(work, R, device):
            row[name] = 1e3 * seconds(job, device) / R
        yield row | {"plain loop": alone}


def seconds(job: Callable[[], object], device: str) -> float:
    """Of a call, the median over the turns; three calls before them are not counted."""
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    for _ in range(3):
        job()
    spent = []
    for _ in range(TURNS):
        wait()
        start, calls = time.perf_counter(), 0
        while time.perf_counter() - start < TURN or not calls:
            job()
            calls += 1
        wait()
        spent.append((time.perf_counter() - start) / calls)
    return float(np.median(spent))


# The page


def until(deadline: float, jobs: Iterator[Callable]) -> Iterator:
    """What the jobs give, as long as there is time."""
    for job in jobs:
        if time.monotonic() > deadline:
            print("no time for more", flush=True)
            return
        yield job()


def page(agreements: list[Agreement], table: pd.DataFrame, name: str) -> str:
    rows = [
        {
            "case": a.case,
            "loss": f"{a.loss:.1e}",
            "weight": f"{a.weight:.1e}",
            "limit": f"{a.limit:.0e}",
            "same bits twice": "yes" if a.same_twice else "no",
            "and alone": "yes" if a.same_alone else "no",
            "": "" if a.holds else "missed",
        }
        for a in agreements
    ]
    held = sum(a.holds for a in agreements)
    return f"""# The torch engine on a GPU

{name}, torch {torch.__version__}, Python {platform.python_version()}.

## ms per network and pass

Digits, 1024 examples, batches of 32, relu, an evaluation after every pass. `graphs`: as it is, each
step and each evaluation recorded once and replayed; `no graphs`: each kernel launched by Python;
plain loop: one network after the other, without evaluation.

{grid(table.round(4))}

## Agreement with the CPU

{held} of {len(agreements)} cases (of {len(CASES)}) are within their limit and give the same bits
twice: the largest difference of a loss and of a weight after {BASE["epochs"]} passes, in a stack of
three. The same bits alone and in a stack are not promised on a GPU.

{grid(pd.DataFrame(rows))}
"""


def publish() -> None:
    shutil.copy(RESULTS / "gpu.md", FOLDER / "gpu.md")
    readme = FOLDER.parent / "README.md"
    text = readme.read_text(encoding="utf-8")
    said = "`device: cuda` is measured in [benchmarks/gpu.md](benchmarks/gpu.md)."
    text = re.sub(r"(<!-- gpu -->\n).*?(<!-- /gpu -->)", rf"\1{said}\n\2", text, flags=re.S)
    readme.write_text(text, encoding="utf-8")


def measure(device: str, name: str) -> tuple[list[Agreement], str]:
    deadline = time.monotonic() + SECONDS
    agreements = list(until(deadline, (partial(agreement, case, device) for case in CASES)))
    rows = until(deadline, (lambda work=work: list(times(work, device)) for work in WORKS))
    table = pd.DataFrame([row for some in rows for row in some])
    return agreements, page(agreements, table, name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--publish", action="store_true", help="copy the results")
    chosen = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("python -m benchmarks.gpu: this machine has no CUDA device that torch can use")
    agreements, text = measure("cuda", torch.cuda.get_device_name())
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "gpu.md").write_text(text, encoding="utf-8")
    print(text)
    if chosen.publish:
        publish()
    if not all(each.holds for each in agreements):
        sys.exit("python -m benchmarks.gpu: a case is missed")


if __name__ == "__main__":
    main()
