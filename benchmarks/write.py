"""The measurements as a table, a page and a picture."""

import os
import platform
import re
import shutil
from pathlib import Path

import pandas as pd
import torch

from benchmarks.measure import LARGE, QUICK
from benchmarks.peers import ENGINES, has_jax
from mlpstudy.drawing import style

HERE = Path(__file__).parent
RESULTS = HERE / "results"
NAMES = {
    "core": "the core",
    "plain": "plain loop",
    "dataloader": "DataLoader loop",
    "sklearn": "scikit-learn",
    "torch_vmap": "torch.func.vmap",
    "jax_vmap": "JAX vmap + jit + scan",
}
WORK = ["work", "optimizer", "activation"]


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor() or platform.machine()
    python = platform.python_version()
    return f"{name}, {os.cpu_count()} cores, Python {python}, torch {torch.__version__}"


def select(table: pd.DataFrame, threads: int = 1, evaluation: bool = False) -> pd.DataFrame:
    return table[(table["threads"] == threads) & (table["evaluation"] == evaluation)]


def best(rows: pd.DataFrame) -> pd.Series:
    """The core's best stack of one work."""
    cores = rows[rows["engine"] == "core"]
    return cores.loc[cores["ms"].idxmin()]


def grid(frame: pd.DataFrame) -> str:
    """A Markdown table of text, without an index."""
    lines = [list(frame.columns), ["---"] * len(frame.columns), *frame.values.tolist()]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def ratios(table: pd.DataFrame) -> pd.DataFrame:
    """One line per work: the core's time, and how many times longer each peer takes."""
    peers = [n for n in ENGINES if n != "core" and n in set(table["engine"])]
    lines = []
    for (work, optimizer, activation), rows in table.groupby(WORK, sort=False):
        core = best(rows)
        times = rows.groupby("engine")["times_core"].min()
        lines.append(
            {
                "layers x width": work,
                "optimizer": optimizer,
                "activation": activation,
                "the core: ms per network and pass": f"{core['ms']:.2f}",
                "networks together": core["R"],
                **{NAMES[n]: f"{times[n]:.1f} times as long" for n in peers},
            }
        )
    return pd.DataFrame(lines)


def alone(table: pd.DataFrame) -> pd.DataFrame:
    """One line per work: a stack of one, the chunk rule, and the matrix products' peak."""
    lines = []
    for (work, optimizer, activation), rows in table.groupby(WORK, sort=False):
        core, one = best(rows), rows[(rows["engine"] == "core") & (rows["R"] == 1)].iloc[0]
        products = rows[rows["engine"] == "products"].iloc[0]
        rule = rows[(rows["engine"] == "core") & (rows["R"] == products["R"])].iloc[0]
        large = rows[rows["engine"] == "large product"].iloc[0]
        lines.append(
            {
                "layers x width": work,
                "optimizer": optimizer,
                "activation": activation,
                "plain loop over a stack of one": f"{1 / one['times_plain']:.1f}",
                "networks together, by the rule": rule["R"],
                "its time over the best": f"{rule['times_core']:.2f}",
                "Gflop/s": f"{core['gflop_per_second']:.0f}",
                "of these products alone": f"{products['times_core']:.0%}",
                "of a large product": f"{core['gflop_per_second'] / large['gflop_per_second']:.0%}",
            }
        )
    return pd.DataFrame(lines)


def settings(table: pd.DataFrame) -> pd.DataFrame:
    """Plain loop and scikit-learn over the core, with one thread and two, without evaluation and with."""
    lines = []
    for (threads, evaluation), rows in table.groupby(["threads", "evaluation"]):
        for (work, optimizer, activation), one in rows.groupby(WORK, sort=False):
            times = one.groupby("engine")["times_core"].min()
            lines.append(
                {
                    "threads": threads,
                    "evaluation": "after every pass" if evaluation else "left out",
                    "layers x width": work,
                    "optimizer": optimizer,
                    "activation": activation,
                    **{NAMES[n]: f"{times[n]:.1f}" for n in ("plain", "sklearn")},
                }
            )
    return pd.DataFrame(lines)


def slopes(growth: pd.DataFrame) -> pd.DataFrame:
    """One line per series: the sizes, the times and the exponent of the power law."""
    lines = []
    for (what, work), rows in growth.groupby(["what", "work"], sort=False):
        points = [f"{r['size']}: {r['ms']:.2f}" for _, r in rows.iterrows()]
        lines.append(
            {
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
    page = f"""{grid(ratios(shown))}

Measured on {machine()}, one thread: digits, 1024 examples, batches of 32, everything included but
evaluation. Every engine trains the same networks for the same passes, in turns; ratios are medians
over the turns, of a peer's time over that of the core's best stack. They belong to this machine."""
    missing = "JAX was not installed: `pip install jax` adds it."
    return page if has_jax() else f"{page} {missing}"


def page(table: pd.DataFrame, growth: pd.DataFrame, parts: pd.DataFrame, memory: list[dict]) -> str:
    shown = select(table)
    text = f"""# The core against its peers

{summary(table)}

## A stack of one, the rule for stacks, and the peak

How many times longer the plain loop takes than a stack of one; how many networks the rule of
`mlpstudy.core.torch_engine` trains together and its time over that of the best stack tried; and what
share of the time the matrix products take by themselves (stacks of the same shapes, `torch.bmm`),
and of the rate of one large product ({LARGE} x {LARGE}, `torch.mm`) training reaches.

{grid(alone(shown))}

## How time grows

{grid(slopes(growth))}

## Where a step's time goes

Products: matrix products and the sums for the biases. Activation: all activations, forward and
backward. Cost: softmax and its delta. Batches: gathering the examples.

{grid(percent(parts))}
"""
    if table["threads"].nunique() > 1 or table["evaluation"].nunique() > 1:
        text += f"""
## Threads and evaluation

How many times longer than the core's best stack, by the clock on the wall where there are two
threads. Evaluation: loss and accuracy on the training examples.

{grid(settings(table))}
"""
    if memory:
        text += f"""
## Memory

The peak of one job that trains networks of 4x64, with evaluation and probes; before: all imports.

{grid(pd.DataFrame(memory).round(0).astype(int).add_suffix(" (MB)").rename(columns={"networks (MB)": "networks"}))}
"""
    return text


def draw(table: pd.DataFrame, growth: pd.DataFrame) -> None:
    """Left: how many times longer the peers take. Right: time as the stack grows."""
    figure, ((left, right),) = style.panels(1, 2, height=3.4, width=9.5)
    _draw_ratios(left, select(table).query("optimizer == 'sgd' and activation == 'relu'"))
    stacks = growth[growth["what"] == "R"]
    looks = style.ramp(stacks["work"].unique())
    for work, rows in stacks.groupby("work", sort=False):
        right.plot(rows["size"], rows["ms"], label=work, **looks[work].line())
        near = rows.iloc[(rows["size"] - rows["rule"]).abs().argsort()[:1]]
        right.plot(near["size"], near["ms"], "o", markersize=12, fillstyle="none", color=style.INK)
    right.set(xscale="log", yscale="log", xlabel="networks trained together")
    right.set(ylabel="ms per network and pass", title="The core; circles: its own choice")
    right.set_xscale("log", base=2)
    style.label_lines(right)
    style.save(figure, RESULTS / "bench")


def _draw_ratios(ax, table: pd.DataFrame) -> None:
    works = list(table["work"].unique())
    names = [n for n in ENGINES if n in set(table["engine"])]
    looks = style.looks(NAMES[n] for n in names)
    for name in names:
        rows = table[table["engine"] == name].groupby("work", sort=False)["times_core"].min()
        look = looks[NAMES[name]]
        ax.plot(
            [rows[w] for w in works],
            range(len(works)),
            linestyle="none",
            marker=look.marker,
            color=look.color,
            label=NAMES[name],
        )
    ax.set(xscale="log", xlabel="times the core's time", title="The same networks, one thread")
    ax.set_yticks(range(len(works)), works)
    ax.margins(y=0.2)
    ax.invert_yaxis()
    ax.figure.legend(loc="outside lower left", ncols=len(names))


def publish(table: pd.DataFrame) -> None:
    """Copy the page and the picture beside this file, and the rows of the quick grid into README."""
    quick = {(work.name, work.optimizer, work.activation) for work in QUICK}
    keys = list(zip(*(table[name] for name in WORK), strict=True))
    short = summary(table[[key in quick for key in keys]])
    for name in ("bench.md", "bench.png"):
        shutil.copy(RESULTS / name, HERE / name)
    readme = HERE.parent / "README.md"
    text = re.sub(
        r"(<!-- bench -->\n).*?(<!-- /bench -->)",
        lambda m: f"{m.group(1)}{short}\n{m.group(2)}",
        readme.read_text(encoding="utf-8"),
        flags=re.S,
    )
    readme.write_text(text, encoding="utf-8")
