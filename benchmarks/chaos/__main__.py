"""Break things on purpose, go on without help, and say what was lost: benchmarks/chaos.md.

    python -m benchmarks.chaos                          everything: 200 kills, 250 damages, 50 disks
    python -m benchmarks.chaos flips --n 20 --seed 1    one of them
    python -m benchmarks.chaos kills --go-on            what a broken-off series has left of 200

What was found is kept in benchmarks/results/chaos.json, from which the table is written each time:
kills in shards of ten, each with a seed of its own, so that a series that is broken off loses one
shard at most.
"""

import argparse
import contextlib
import functools
import itertools
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.chaos.disks import disks
from benchmarks.chaos.flips import flips
from benchmarks.chaos.kills import Killed, kills, undisturbed
from benchmarks.chaos.project import ROOT, Project
from mlpstudy.machine import machine

KEPT, PAGE = ROOT / "benchmarks/results/chaos.json", ROOT / "benchmarks/chaos.md"
SHARD = 10  # kills
HOW_MANY = {"kills": 200, "flips": 250, "disks": 50}
HEAD = f"""\
# What was broken on purpose, and what was lost

`make chaos` does this to two small studies (eight cells of six seeds, on iris and wine) and writes this
page. After a kill the workflow goes on with `mlpstudy resume` and nothing else, and in the end every
file is compared with that of an undisturbed run, byte for byte. A damaged file is verified, and read by
the stage that reads it, which must leave one line or the same bytes. On a full disk all stages up to the
tables are run, and again once there is room. Measured on {machine()}.

| injected | how many | found | lost | wrong |
| --- | --- | --- | --- | --- |
"""


def rows(kept: dict[str, dict[str, Any]]) -> list[str]:
    lines = []
    if shards := kept.get("kills"):
        k = together(shards)
        by_kind = ", ".join(f"{n} {kind}" for kind, n in sorted(k.kills.items()))
        found = (
            f"{k.ends} times all was made; {k.helpless} starts ended by themselves with an error"
        )
        lines.append(
            f"| SIGKILL at a random moment | {k.kills.total()} ({by_kind}) | {found} "
            f"| {k.lost} files | {k.wrong} files |"
        )
    if f := kept.get("flips"):
        n = f["flips"] + f["cuts"]
        found = (
            f"{f['named']} named by `verify`; {f['refused']} of {f['read']} readings ended in a line, "
            f"{f['tracebacks']} in a traceback"
        )
        lines.append(
            f"| one flipped bit ({f['flips']}) or a missing end ({f['cuts']}), times unchanged "
            f"| {n} | {found} | - | {f['wrong']} files |"
        )
    if d := kept.get("disks"):
        found = f"{d['named']} named with what is needed, {d['tracebacks']} otherwise"
        lines.append(
            f"| full disk at a random point | {d['disks']} | {found} "
            f"| {d['half']} half-written | {d['wrong']} files |"
        )
    return lines


def main() -> None:
    asked = argparse.ArgumentParser(prog="benchmarks.chaos")
    asked.add_argument("parts", nargs="*", choices=(*HOW_MANY, []), default=[])
    asked.add_argument("--n", type=int, help="how many injections")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--go-on", action="store_true", help="with the kills that are kept")
    asked.add_argument("--minutes", type=float, default=float("inf"), help="of each part, at most")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        for part in given.parts or HOW_MANY:
            n, rng = given.n or HOW_MANY[part], random.Random(given.seed)
            until = time.monotonic() + 60 * given.minutes
            if part == "kills":
                kill_in_shards(project, n, given.seed, until, given.go_on)
            else:
                keep(part, inside(project, part)(n, rng, until)._asdict())


def kill_in_shards(project: Project, n: int, seed: int, until: float, go_on: bool) -> None:
    """Kill until n kills are kept, or until a moment; each shard is kept as soon as it is done."""
    shards = kept_before().get("kills", {}) if go_on else {}
    expected = undisturbed(project)
    while (left := n - together(shards).kills.total()) > 0 and time.monotonic() < until:
        name = str(next(s for s in itertools.count(seed) if str(s) not in shards))
        rng = random.Random(int(name))
        shards[name] = kills(project, expected, min(left, SHARD), rng, until)._asdict()
        keep("kills", shards)


def together(shards: dict[str, dict[str, Any]]) -> Killed:
    """The sum of the shards."""
    found = (Killed(**{**shard, "kills": Counter(shard["kills"])}) for shard in shards.values())
    return functools.reduce(Killed.and_, found, Killed(Counter(), 0, 0, 0, 0))


def inside(project: Project, part: str) -> Callable[[int, random.Random, float], Any]:
    """One of the parts that need no process of their own, in the project's folder."""
    run = {"flips": flips, "disks": disks}[part]

    def within(n: int, rng: random.Random, until: float) -> Any:
        if not (project.folder / "report").exists():
            code, said = project.resume()
            assert code == 0, said[-3000:]
        with contextlib.chdir(project.folder):
            return run(n, rng, until)

    return within


def kept_before() -> dict[str, dict[str, Any]]:
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def keep(part: str, found: dict[str, Any]) -> None:
    """Keep what was found, and write the page."""
    kept = kept_before() | {part: found}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1))
    PAGE.write_text(HEAD + "\n".join(rows(kept)) + "\n", encoding="utf-8")
    print(f"{part}: {found}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
