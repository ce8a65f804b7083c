"""python -m benchmarks [--full] [--publish]: the core against its peers, as ratios of one run.

Writes bench.csv, bench.md and bench.png into benchmarks/results; --publish copies the last two
beside this file and the table of ratios into README.
"""

import argparse

import pandas as pd

from benchmarks import memory, shares
from benchmarks.clock import threads
from benchmarks.measure import FULL, QUICK, contest, growth
from benchmarks.write import RESULTS, draw, page, publish


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--full",
        action="store_true",
        help="the whole grid, with evaluation, two threads and memory: a quarter of an hour",
    )
    parser.add_argument(
        "--publish", action="store_true", help="copy the results for the repository"
    )
    return parser.parse_args()


def contests(full: bool) -> pd.DataFrame:
    """The whole grid on one thread; on two the quick one, with evaluation and without."""
    if not full:
        settings = [(1, False, QUICK)]
    else:
        settings = [(1, False, FULL), (1, True, FULL), (2, False, QUICK), (2, True, QUICK)]
    rows = []
    for n, evaluation, works in settings:
        with threads(n):
            for work in works:
                told = ", ".join((work.name, work.optimizer, work.activation, f"{n} thread(s)"))
                print(told + (", evaluation" if evaluation else ""), flush=True)
                rows += contest(work, n, evaluation, around=full)
    return pd.DataFrame(rows)


def main() -> None:
    chosen = options()
    RESULTS.mkdir(parents=True, exist_ok=True)
    table = contests(chosen.full)
    with threads(1):
        grown, parts = growth(chosen.full), shares.table(chosen.full)
    peaks = [memory.measure(networks) for networks in (256, 4096)] if chosen.full else []
    table.to_csv(RESULTS / "bench.csv", index=False)
    text = page(table, grown, parts, peaks)
    (RESULTS / "bench.md").write_text(text, encoding="utf-8")
    draw(table, grown)
    print(text)
    if chosen.publish:
        publish(table)


if __name__ == "__main__":
    main()
