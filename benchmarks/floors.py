"""The floors that the native engine is to reach, beside what it reached in one run."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from benchmarks.xor import BATCHED

AGAINST = {
    "torch": {"2x16": 2.0, "4x64": 2.2, "10x64": 2.5, "4x256": 2.2},
    "jax_vmap": {"2x16": 1.5, "4x64": 1.5, "10x64": 1.5, "4x256": 1.5},
    "plain": {"2x16": 80.0, "4x64": 25.0, "4x256": 3.5},
    "sklearn": {"2x16": None, "4x64": None, "10x64": None, "4x256": None},
}
JAX_MEDIAN = 1.8
SHARES = {"4x64": 0.40, "4x256": 0.55}  # of the machine's peak
XOR, THREADS = 3.0, 1.9
COMPILE, IMPORT, MEMORY = 15.0, 0.5, 600.0  # seconds, seconds, MB


class Floor(NamedTuple):
    what: str
    network: str
    floor: str
    reached: str
    met: bool | None  # None: there is no floor

    @property
    def row(self) -> dict[str, str]:
        return {
            "what": self.what,
            "networks": self.network,
            "floor": self.floor,
            "reached": self.reached,
            "": {True: "met", False: "missed", None: ""}[self.met],
        }


def ratios(table: pd.DataFrame, names: dict[str, str]) -> Iterator[Floor]:
    """How many times longer the peers take: the least over optimizers and activations, at `where`.

    table: rows of the contest on one thread without evaluation.
    """
    kinds = ["work", "optimizer", "activation"]
    for peer, floors in AGAINST.items():
        times = table[table["engine"] == peer].groupby(kinds, sort=False)["times"].min()
        if times.empty:
            continue
        for work, floor in floors.items():
            if work in times.index.get_level_values("work"):
                yield _least(f"{names[peer]} over native", work, times[work], floor)
        if peer == "jax_vmap":
            middle = float(times.median())
            yield Floor(
                f"{names[peer]} over native",
                "median of all",
                f"{JAX_MEDIAN}",
                f"{middle:.2f}",
                middle >= JAX_MEDIAN,
            )


def _least(what: str, work: str, times: pd.Series, floor: float | None) -> Floor:
    """times: by optimizer and activation."""
    least, where = float(times.min()), " ".join(times.idxmin())
    reached = f"{least:.2f} ({where}) to {times.max():.2f}"
    return Floor(
        what,
        work,
        "" if floor is None else f"{floor}",
        reached,
        None if floor is None else least >= floor,
    )


def peak_shares(table: pd.DataFrame, peak: float) -> Iterator[Floor]:
    """The share of the machine's peak that the products of training reach. peak: Gflop/s."""
    native = table[table["engine"] == "native"]
    for (work, optimizer), rows in native.groupby(["work", "optimizer"], sort=False):
        if work in SHARES:
            share = rows.groupby("activation")["gflop_per_second"].max() / peak
            least = float(share.min())
            yield Floor(
                f"share of the machine's {peak:.0f} Gflop/s",
                f"{work}, {optimizer}",
                f"{SHARES[work]:.0%}",
                f"{least:.0%} to {share.max():.0%}",
                least >= SHARES[work],
            )


def xor(table: pd.DataFrame) -> Floor:
    """The batched loop beside the native engine."""
    times = float(table.set_index("engine").at[BATCHED, "times"])
    return Floor(
        f"{BATCHED} over native", "128 of 2-2-1, XOR", f"{XOR}", f"{times:.2f}", times >= XOR
    )


def two_threads(one: pd.DataFrame, two: pd.DataFrame) -> Iterator[Floor]:
    """How many times faster the native engine is on two threads: the rows of either."""
    kinds = ["work", "optimizer", "activation"]
    ms = [rows[rows["engine"] == "native"].groupby(kinds)["ms"].min() for rows in (one, two)]
    faster = (ms[0] / ms[1]).dropna()
    for work, times in faster.groupby("work", sort=False):
        yield _least("two threads over one", work, times.droplevel("work"), THREADS)


def startup(seconds: dict[str, float | bool]) -> Iterator[Floor]:
    spent, cached = seconds["compile"], seconds["cached"]
    reached = f"{spent:.1f} s; {cached:.1f} s once compiled"
    yield Floor("first use", "8 kinds of 2x16", f"{COMPILE:.0f} s", reached, spent <= COMPILE)
    spent = seconds["import"]
    yield Floor("import", "", f"{IMPORT} s", f"{spent:.2f} s", spent <= IMPORT)
    imported = bool(seconds["torch"])
    yield Floor("torch is imported", "", "no", "yes" if imported else "no", not imported)


def memory(job: dict[str, float]) -> Floor:
    peak, networks = job["peak"], f"{job['networks']} of 4x64"
    return Floor("memory of a job", networks, f"{MEMORY:.0f} MB", f"{peak:.0f} MB", peak <= MEMORY)
