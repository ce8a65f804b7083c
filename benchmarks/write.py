"""The measurements as a table, a page and a picture."""

import os
import platform
import re
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from benchmarks.floors import Floor
from benchmarks.measure import LARGE, base
from benchmarks.peers import ENGINES, OURS, has_jax
from mlpstudy.drawing import style

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
# Works whose rows stand in README: a small, an ordinary and a large one
IN_README = (("2x16", "adam", "tanh"), ("4x64", "sgd", "relu"), ("4x256", "adam", "relu"))
NAMES = {
    "native": "native engine",
    "torch": "torch engine",
    "plain": "plain loop",
    "dataloader": "DataLoader loop",
    "sklearn": "scikit-learn",
    "torch_vmap": "torch.func.vmap",
    "jax_vmap": "JAX vmap + jit + scan",
}
WORK = ["work", "optimizer", "activation"]


class Measured(NamedTuple):
    contest: pd.DataFrame
    floors: Sequence[Floor]
    xor: pd.DataFrame
    peak: float  # Gflop/s
    growth: pd.DataFrame | None = None  # this and what follows: of a full run
    shares: pd.DataFrame | None = None
    memory: Sequence[dict] = ()


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor() or platform.machine()
    packages = ["torch", "numba", "scikit-learn", *(["jax"] if has_jax() else [])]
    known = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, {known}"


def select(table: pd.DataFrame, threads: int = 1, evaluation: bool = False) -> pd.DataFrame:
    return table[(table["threads"] == threads) & (table["evaluation"] == evaluation)]


def best(rows: pd.DataFrame, engine: str) -> pd.Series:
    """An engine's best stack of one work."""
    of_engine = rows[rows["engine"] == engine]
    return of_engine.loc[of_engine["ms"].idxmin()]


def grid(frame: pd.DataFrame) -> str:
    """A Markdown table of text, without an index."""
    lines = [list(frame.columns), ["---"] * len(frame.columns), *frame.values.tolist()]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def place(work: str, optimizer: str, activation: str) -> dict[str, str]:
    return {"layers x width": work, "optimizer": optimizer, "activation": activation}


def ratios(table: pd.DataFrame) -> pd.DataFrame:
    """One line per work: the time of the engine that is compared with, and how many times longer
    each peer takes."""
    peers = [n for n in ENGINES if n != base() and n in set(table["engine"])]
    lines = []
    for work, rows in table.groupby(WORK, sort=False):
        times = rows.groupby("engine")["times"].min()
        lines.append(
            {
                **place(*work),
                f"{NAMES[base()]}: ms per network and pass": f"{best(rows, base())['ms']:.2f}",
                **{NAMES[n]: f"{times[n]:.1f}" for n in peers},
            }
        )
    return pd.DataFrame(lines)


def stacks(table: pd.DataFrame) -> pd.DataFrame:
    """One line per work and engine of ours: a stack of one, the rule for stacks, and the peak."""
    lines = []
    for work, rows in table.groupby(WORK, sort=False):
        large = rows[rows["engine"] == "large product"].iloc[0]
        for engine in [name for name in OURS if name in set(rows["engine"])]:
            top = best(rows, engine)
            one = rows[(rows["engine"] == engine) & (rows["R"] == 1)].iloc[0]
            lines.append(
                {
                    **place(*work),
                    "engine": engine,
                    "plain loop over a stack of one": f"{best(rows, 'plain')['ms'] / one['ms']:.1f}",
                    "best stack": top["R"],
                    "a stack of one over it": f"{one['ms'] / top['ms']:.2f}",
                    "Gflop/s": f"{top['gflop_per_second']:.0f}",
                    "of torch's large product": f"{top['gflop_per_second'] / large['gflop_per_second']:.0%}",
                }
            )
    return pd.DataFrame(lines)


def settings(table: pd.DataFrame) -> pd.DataFrame:
    """The peers with one thread and two, without evaluation and with."""
    peers = [n for n in ("torch", "plain", "sklearn") if n != base()]
    lines = []
    for (threads, evaluation), rows in table.groupby(["threads", "evaluation"]):
        for work, one in rows.groupby(WORK, sort=False):
            times = one.groupby("engine")["times"].min()
            lines.append(
                {
                    "threads": threads,
                    "evaluation": "after every pass" if evaluation else "left out",
                    **place(*work),
                    f"{NAMES[base()]}: ms": f"{best(one, base())['ms']:.2f}",
                    **{NAMES[n]: f"{times[n]:.1f}" for n in peers},
                }
            )
    return pd.DataFrame(lines)


def slopes(growth: pd.DataFrame) -> pd.DataFrame:
    """One line per series: the sizes, the times and the exponent of the power law."""
    lines = []
    for (engine, what, work), rows in growth.groupby(["engine", "what", "work"], sort=False):
        points = [f"{r['size']}: {r['ms']:.2f}" for _, r in rows.iterrows()]
        lines.append(
            {
                "engine": engine,
                "grows": what,
                "networks": work,
                "ms per network and pass": ", ".join(points),
                "exponent": f"{rows['slope'].iloc[0]:.2f}",
            }
        )
    return pd.DataFrame(lines)


def percent(parts: pd.DataFrame) -> pd.DataFrame:
    shown = parts.map(lambda share: f"{share:.0%}")
    return shown.rename_axis("4x64").reset_index()


def summary(table: pd.DataFrame) -> str:
    """The table for README."""
    shown = select(table)
    page = f"""How many times longer than the {NAMES[base()]} the others take:

{grid(ratios(shown))}

Measured on {machine()}, one thread: digits, 1024 examples, batches of 32, everything included but
evaluation. Every engine trains the same networks for the same passes, in turns; ratios are medians
over the turns, of a peer's time over that of the {NAMES[base()]}, each with its best stack. They
belong to this machine."""
    return page if has_jax() else f"{page} JAX was not installed: `make bench` installs it."


def page(seen: Measured) -> str:
    return f"""# The engines against their peers

{summary(seen.contest)}

## Floors

What the native engine is to reach, and what it reached in this run. A ratio is how many times
longer a peer takes: the least over optimizers and activations, where that is, and the largest. The
machine's peak is {seen.peak:.0f} Gflop/s of one thread: independent chains of fused multiply-adds of
vectors in registers, two flop for each of their numbers, the best of 4, 8 and 16 numbers a vector.
Of training only the matrix products count as flop.

{grid(pd.DataFrame([floor.row for floor in seen.floors])) if seen.floors else "(not measured)"}

## XOR

128 networks of 2-2-1, four examples in one batch: a pass is one step.

{grid(seen.xor.round(3))}
{_full(seen)}"""


def _full(seen: Measured) -> str:
    """What only a full run measures."""
    if seen.growth is None:
        return ""
    memory = pd.DataFrame(seen.memory).rename(
        columns={"before": "before (MB)", "peak": "peak (MB)"}
    )
    return f"""
## A stack of one, and the best

How many times longer the plain loop takes than a stack of one, the best stack tried, and the rate
of the products of training beside that of one large product ({LARGE} x {LARGE}, `torch.mm`).

{grid(stacks(select(seen.contest)))}

## How time grows

{grid(slopes(seen.growth))}

## Where a step of the torch engine spends its time

Products: matrix products and the sums for the biases. Activation: all activations, forward and
backward. Cost: softmax and its delta. Batches: gathering the examples.

{grid(percent(seen.shares))}

## Threads and evaluation

How many times longer than the {NAMES[base()]}, by the clock on the wall where there are two
threads. Evaluation: loss and accuracy on the training examples, and on half as many again for
validation and test.

{grid(settings(seen.contest))}

## Memory

The peak of one job that trains networks of 4x64, with evaluation and probes; before: all imports.

{grid(memory)}
"""


def draw(seen: Measured) -> None:
    """How many times longer the peers take; of a full run, time as the stack grows, too."""
    figure, axes = style.panels(1, 1 if seen.growth is None else 2, height=3.4, width=9.5)
    table = select(seen.contest).query("optimizer == 'sgd' and activation == 'relu'")
    _draw_ratios(axes[0][0], table)
    if seen.growth is not None:
        _draw_growth(axes[0][1], seen.growth.query(f"what == 'R' and engine == '{base()}'"))
    style.save(figure, RESULTS / "bench")


def _draw_growth(ax, growth: pd.DataFrame) -> None:
    looks = style.ramp(growth["work"].unique())
    for work, rows in growth.groupby("work", sort=False):
        ax.plot(rows["size"], rows["ms"], label=work, **looks[work].line())
    ax.set(xscale="log", yscale="log", xlabel="networks trained together")
    ax.set(ylabel="ms per network and pass", title=f"The {NAMES[base()]}")
    ax.set_xscale("log", base=2)
    style.label_lines(ax)


def _draw_ratios(ax, table: pd.DataFrame) -> None:
    works = list(table["work"].unique())
    names = [n for n in ENGINES if n in set(table["engine"])]
    looks = style.looks(NAMES[n] for n in names)
    for name in names:
        rows = table[table["engine"] == name].groupby("work", sort=False)["times"].min()
        look = looks[NAMES[name]]
        ax.plot(
            [rows[w] for w in works],
            range(len(works)),
            linestyle="none",
            marker=look.marker,
            color=look.color,
            label=NAMES[name],
        )
    ax.set(xscale="log", xlabel=f"times that of the {NAMES[base()]}")
    ax.set(title="Time for the same networks, one thread")
    ax.set_yticks(range(len(works)), works)
    ax.margins(y=0.2)
    ax.invert_yaxis()
    ax.figure.legend(loc="outside lower left", ncols=len(names))


def publish(table: pd.DataFrame) -> None:
    """Copy the page and the picture beside this file, and a few rows into README."""
    keys = list(zip(*(table[name] for name in WORK), strict=True))
    short = summary(table[[key in IN_README for key in keys]])
    for name in ("bench.md", "bench.png"):
        shutil.copy(RESULTS / name, FOLDER / name)
    readme = FOLDER.parent / "README.md"
    text = re.sub(
        r"(<!-- bench -->\n).*?(<!-- /bench -->)",
        lambda m: f"{m.group(1)}{short}\n{m.group(2)}",
        readme.read_text(encoding="utf-8"),
        flags=re.S,
    )
    readme.write_text(text, encoding="utf-8")
