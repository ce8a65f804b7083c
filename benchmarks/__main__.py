"""python -m benchmarks [--full] [--publish]: the core against its peers, as ratios of one run.

Writes bench.csv, bench.md and bench.png into benchmarks/results; --publish copies the last two
beside this file and the table into README.
"""

import argparse
import os
import platform
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from benchmarks.clock import race, ratio
from benchmarks.peers import ENGINES, STACKED, core, has_jax
from benchmarks.work import Work
from mlpstudy.analysis import style

HERE = Path(__file__).parent
RESULTS = HERE / "results"
QUICK = [Work(2, 16), Work(4, 64), Work(4, 256), Work(2, 16, "adam"), Work(4, 64, "adam")]
SHAPES = [(2, 16), (4, 16), (10, 16), (2, 64), (4, 64), (10, 64), (4, 256)]
FULL = [Work(h, w, o, a) for o in ("sgd", "adam") for a in ("relu", "tanh") for h, w in SHAPES]
STACKS = {16: (1, 32, 128), 64: (1, 16, 32), 256: (1, 2, 8)}
FULL_STACKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
LARGEST = {16: 512, 64: 128, 256: 16}  # networks: more take memory and tell nothing new


def measure(work: Work, stacks, peers: bool, threads: int, evaluation: bool) -> list[dict]:
    """One row per engine and stack size: ms per network-epoch, and how often the core's best."""
    names = [n for n in ENGINES if n != "core" and (n != "jax_vmap" or has_jax())] if peers else []
    engines = {("core", R): core(work, R) for R in stacks}
    engines |= {(n, R): ENGINES[n](work, R) for n in names for R in _sizes(n, work, stacks)}
    jobs = {key: _job(engine, evaluation) for key, engine in engines.items()}
    seconds = {key: s / engines[key].networks for key, s in race(jobs).items()}
    best = min(
        (key for key in seconds if key[0] == "core"), key=lambda key: np.median(seconds[key])
    )
    rows = []
    for (name, R), spent in seconds.items():
        row = {"work": work.name, "optimizer": work.optimizer, "activation": work.activation}
        row |= {"threads": threads, "evaluation": evaluation, "engine": name, "R": R}
        row |= {
            "ms": 1e3 * float(np.median(spent)),
            "networks_per_second": 1 / float(np.median(spent)),
        }
        row |= {"core_is_faster": ratio(seconds, (name, R), best), "best_R": best[1]}
        rows.append(row | {"gflops": work.flop / float(np.median(spent)) / 1e9})
    return rows


def _sizes(name: str, work: Work, stacks) -> tuple[int, ...]:
    return (stacks[len(stacks) // 2],) if name in STACKED else (1,)


def _job(engine, evaluation: bool):
    if not evaluation:
        return engine.one_pass

    def both():
        engine.one_pass()
        engine.evaluate()

    return both


def growth() -> pd.DataFrame:
    """ms of a pass of the core as |w|, R and the number of examples grow, one at a time."""
    rows = []
    for what, works in {
        "|w|": [(Work(4, w), 8) for w in (16, 32, 64, 128, 256)],
        "R": [(Work(2, 16), R) for R in (1, 4, 16, 64, 256)],
        "examples": [(Work(4, 64, examples=n), 8) for n in (256, 512, 1024, 2048)],
    }.items():
        seconds = race({i: core(work, R).one_pass for i, (work, R) in enumerate(works)}, rounds=3)
        for i, (work, R) in enumerate(works):
            size = {"|w|": work.n_parameters, "R": R, "examples": work.examples}[what]
            rows.append({"what": what, "size": size, "ms": 1e3 * float(np.median(seconds[i]))})
    frame = pd.DataFrame(rows)
    slopes = {
        w: np.polyfit(np.log(g["size"]), np.log(g["ms"]), 1)[0] for w, g in frame.groupby("what")
    }
    return frame.assign(slope=frame["what"].map(slopes))


def peak(n: int, rows: int) -> float:
    """Gflop/s of matrix products: of a stack of 32 (rows x n)(n x n), or one large one for n = 0."""
    if n:
        x, W, out = torch.randn(32, rows, n), torch.randn(32, n, n), torch.empty(32, rows, n)
        seconds = race({"bmm": lambda: torch.bmm(x, W, out=out)}, rounds=3)["bmm"]
        return 2 * 32 * rows * n * n / float(np.median(seconds)) / 1e9
    x, W = torch.randn(1024, 1024), torch.randn(1024, 1024)
    return 2 * 1024**3 / float(np.median(race({"mm": lambda: x @ W}, rounds=3)["mm"])) / 1e9


PARTS = {
    "matrix products": ("bmm", "baddbmm", "mm"),
    "activation": ("sigmoid", "expm1_", "div", "clamp_max_", "clamp_min", "sign", "square", "neg_"),
    "softmax": ("amax", "exp_", "sum"),
    "optimizer": ("addcmul_", "add", "sqrt", "add_"),
    "batches and orders": ("index_select", "copy_", "cat", "stack", "index"),
}


def shares(work: Work, R: int) -> pd.Series:
    """Shares of the time of a pass by kind of operation, as PyTorch's profiler counts them.

    An operation that serves two parts counts for the one that uses it most.
    """
    engine = core(work, R)
    engine.one_pass()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
        engine.one_pass()
    spent = {e.key.removeprefix("aten::"): e.self_cpu_time_total for e in seen.key_averages()}
    named = {part: sum(spent.get(op, 0) for op in ops) for part, ops in PARTS.items()}
    named["everything else"] = sum(spent.values()) - sum(named.values())
    return pd.Series(named) / sum(spent.values())


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.machine()
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, torch {torch.__version__}"


def markdown(table: pd.DataFrame, rates: pd.DataFrame, parts: pd.DataFrame, peaks: dict) -> str:
    """The summary: how many times the core's best stack is faster, work by work."""
    quiet = table[(table["threads"] == 1) & ~table["evaluation"]]
    lines = [
        "| networks | optimizer | core, ms per network and pass (R) | "
        + " | ".join(f"{name} takes" for name in quiet["engine"].unique() if name != "core")
        + " |"
    ]
    lines.append("|" + "---|" * (lines[0].count("|") - 1))
    for (work, optimizer, activation), rows in quiet.groupby(
        ["work", "optimizer", "activation"], sort=False
    ):
        best = rows[(rows["engine"] == "core") & (rows["R"] == rows["best_R"])].iloc[0]
        cells = [
            f"{rows.loc[rows['engine'] == name, 'core_is_faster'].min():.1f} times as long"
            for name in quiet["engine"].unique()
            if name != "core"
        ]
        label = work if activation == "relu" else f"{work} {activation}"
        lines.append(
            f"| {label} | {optimizer} | {best['ms']:.2f} ({best['R']}) | "
            + " | ".join(cells)
            + " |"
        )
    alone = quiet[(quiet["engine"] == "core") & (quiet["R"] == 1)].set_index(["work", "optimizer"])
    plain = quiet[quiet["engine"] == "plain"].set_index(["work", "optimizer"])
    told = [
        f"{w} {o}: {plain.loc[(w, o), 'ms'].min() / alone.loc[(w, o), 'ms'].min():.1f}"
        for w, o in dict.fromkeys(alone.index)
    ]
    top = quiet[quiet["engine"] == "core"].groupby("work", sort=False)["gflops"].max()
    share = ", ".join(f"{w} {g / peaks['one of 1024 x 1024']:.0%}" for w, g in top.items())
    slopes = ", ".join(f"{w}: {s:.2f}" for w, s in rates.groupby("what")["slope"].first().items())
    return "\n".join(
        [
            *lines,
            "",
            f"On {machine()}; one thread. Digits, 1024 examples, batches of 32, everything included but "
            "evaluation; the peer's time over that of the core's best stack, median of interleaved rounds.",
            "",
            f"A stack of one: the plain loop takes {'; '.join(told)} times as long.",
            "",
            "Matrix products at their peak, Gflop/s: "
            + ", ".join(f"{name} {g:.0f}" for name, g in peaks.items())
            + f". Share of the large one's peak that training reaches: {share}.",
            "",
            f"Growth of a pass's time, as the exponent of a power law: {slopes}.",
            "",
            "Shares of a pass of 4x64:",
            "",
            parts.map(lambda s: f"{s:.0%}").to_markdown(),
            "",
            "" if has_jax() else "JAX is not installed: `pip install .[jax]` adds it to the table.",
        ]
    )


def draw(table: pd.DataFrame) -> None:
    """ms per network and pass: one panel per work, one bar per engine."""
    quiet = table[(table["threads"] == 1) & ~table["evaluation"] & (table["activation"] == "relu")]
    quiet = quiet[quiet["optimizer"] == "sgd"]
    best = quiet.loc[quiet.groupby(["work", "engine"], sort=False)["ms"].idxmin()]
    works = list(dict.fromkeys(best["work"]))
    engines = [name for name in ENGINES if name in set(best["engine"])]
    figure, axes = style.panels(1, len(works), height=2.8, sharey=True)
    for ax, work in zip(axes[0], works, strict=True):
        ms = best[best["work"] == work].set_index("engine")["ms"].reindex(engines)
        colours = [style.COLOURS[0] if name == "core" else "#b8b8b8" for name in engines]
        bars = ax.barh(engines, ms, color=colours)
        ax.bar_label(bars, [f"{v:.2f}" for v in ms], padding=3, fontsize=style.SMALL)
        ax.set(title=work, xlabel="ms per network and pass", xlim=(0, ms.max() * 1.25))
    axes[0, 0].invert_yaxis()
    style.save(figure, RESULTS / "bench")


def publish(text: str) -> None:
    for name in ("bench.md", "bench.png"):
        shutil.copy(RESULTS / name, HERE / name)
    readme = HERE.parent / "README.md"
    summary = text.split("\n\nA stack of one")[0]
    page = re.sub(
        r"(<!-- bench -->\n).*?(<!-- /bench -->)",
        lambda m: f"{m.group(1)}{summary}\n{m.group(2)}",
        readme.read_text(encoding="utf-8"),
        flags=re.S,
    )
    readme.write_text(page, encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--full", action="store_true", help="the whole grid: an hour")
    options.add_argument(
        "--publish", action="store_true", help="copy the results to the repository"
    )
    chosen = options.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = []
    for threads in (1, 2) if chosen.full else (1,):
        torch.set_num_threads(threads)
        threadpool_limits(threads)  # NumPy's too, for scikit-learn
        for evaluation in (False, True) if chosen.full else (False,):
            for work in FULL if chosen.full else QUICK:
                sizes = [R for R in FULL_STACKS if LARGEST[work.width] >= R]
                stacks = sizes if chosen.full else STACKS[work.width]
                rows += measure(work, stacks, True, threads, evaluation)
                print(
                    f"{work.name} {work.optimizer} {work.activation}, {threads} thread(s)",
                    flush=True,
                )
    torch.set_num_threads(1)
    peaks = {f"32 of 32 x {n} x {n}": peak(n, 32) for n in (16, 64, 256)}
    peaks["one of 1024 x 1024"] = peak(0, 0)
    parts = pd.DataFrame(
        {
            f"{a}, {o}": shares(Work(4, 64, o, a), 16)
            for o in ("sgd", "adam")
            for a in ("relu", "tanh")
        }
    )
    table = pd.DataFrame(rows)
    table.to_csv(RESULTS / "bench.csv", index=False)
    text = markdown(table, growth(), parts, peaks)
    (RESULTS / "bench.md").write_text(text + "\n", encoding="utf-8")
    draw(table)
    print(text)
    if chosen.publish:
        publish(text)


main()
