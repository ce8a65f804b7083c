"""python -m benchmarks [--full] [--publish]: our engines against their peers, as ratios of one run.

Writes bench.csv, bench.md and bench.png into benchmarks/results; --publish copies the last two
beside this file and the table of ratios into README.
"""

import argparse
from collections.abc import Iterator

import pandas as pd

from benchmarks import floors, memory, peak, shares, startup, xor
from benchmarks.clock import threads
from benchmarks.floors import Floor
from benchmarks.measure import FEW, FULL, QUICK, base, contest, growth
from benchmarks.write import NAMES, RESULTS, Measured, draw, page, publish, select

JOBS = (256, 4096)  # networks of a job whose memory is measured


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--full",
        action="store_true",
        help="more shapes and peers, evaluation, two threads, growth, memory: a quarter of an hour",
    )
    parser.add_argument(
        "--publish", action="store_true", help="copy the results for the repository"
    )
    return parser.parse_args()


def contests(full: bool) -> pd.DataFrame:
    """The whole grid on one thread; with evaluation, and on two, a few works."""
    works = FULL if full else QUICK
    settings = [(1, False, works)]
    if full:
        settings += [(1, True, FEW), (2, False, FEW), (2, True, FEW)]
    rows = []
    for n, evaluation, works in settings:
        with threads(n):
            for work in works:
                name = ", ".join((work.name, work.optimizer, work.activation, f"{n} thread(s)"))
                print(name + (", evaluation" if evaluation else ""), flush=True)
                rows += contest(work, n, evaluation, full)
    return pd.DataFrame(rows)


def measure(full: bool) -> Measured:
    table = contests(full)
    with threads(1):
        print("the machine's peak, XOR", flush=True)
        seen = Measured(table, (), xor.contest(), peak.gflop_per_second())
        if full:
            print("growth, parts of a step, memory", flush=True)
            seen = seen._replace(
                growth=growth(),
                shares=shares.table(),
                memory=[memory.measure(networks) for networks in JOBS],
            )
    return seen._replace(floors=list(reached(seen)))


def reached(seen: Measured) -> Iterator[Floor]:
    if base() != "native":
        return
    alone = select(seen.contest)
    yield from floors.ratios(alone, NAMES)
    yield floors.xor(seen.xor)
    yield from floors.peak_shares(alone, seen.peak)
    yield from floors.startup(startup.measure())
    if seen.memory:
        yield floors.memory(seen.memory[-1])
        yield from floors.two_threads(alone, select(seen.contest, threads=2))


def main() -> None:
    chosen = options()
    RESULTS.mkdir(parents=True, exist_ok=True)
    seen = measure(chosen.full)
    seen.contest.to_csv(RESULTS / "bench.csv", index=False)
    text = page(seen)
    (RESULTS / "bench.md").write_text(text, encoding="utf-8")
    draw(seen)
    print(text)
    if chosen.publish:
        publish(seen.contest)


if __name__ == "__main__":
    main()
