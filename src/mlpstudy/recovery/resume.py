"""Going on where a killed workflow stopped: what it left is said in a line, and put right."""

import base64
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.plan import Plan, known_plan, plan_of
from mlpstudy.design.project import Project
from mlpstudy.design.specs import read_json
from mlpstudy.files import SUMS, DamagedFile, is_whole, room, size_of, sums_of
from mlpstudy.recovery.unlock import LOCKS, end_orphans, holders, resuming, unlock

INCOMPLETE = Path(".snakemake", "incomplete")
CONFIG = "--config"
CORES = re.compile("(--cores|--jobs|--profile)\\b|-[cj]")
ELSEWHERE = re.compile(
    "(--directory|--snakefile)\\b|-[ds]"
)  # other studies than those of this folder
# Bytes on the disk, as the default size has them: 370 MB for 82,000 networks, 60 MB for 25 studies.
NETWORK, STUDY = 4_500, 2_400_000
SHOWN = 3  # steps that were cut off, by name


def resume(project: Project, config: Mapping[str, str], words: Sequence[str]) -> None:
    """Run Snakemake, in place of this process, once nothing is left that stops it.

    config: what is laid over the settings. words: what Snakemake is given. Raises Mistake where one
    runs in this folder already, or in what is planned.
    """
    folder = Path.cwd()
    for process in (*holders(folder), *resuming(folder)):
        problem = "runs in this folder already: wait for it, or stop it"
        raise Mistake(problem, file=str(folder), key="process", value=process)
    cut, orphans = list(cut_off()), end_orphans(folder)
    lines = [*found_in(project, unlock(), orphans, cut)]
    if not any(map(ELSEWHERE.match, words)):
        lines += no_room(project, plan_of(project))
    for line in lines:
        print(f"mlpstudy: {line}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "snakemake", *arguments(config, words)]
    os.execv(sys.executable, command)


def given(words: Sequence[str]) -> dict[str, str]:
    """The pairs behind --config among the words for Snakemake."""
    if CONFIG not in words:
        return {}
    found = {}
    for word in words[words.index(CONFIG) + 1 :]:
        key, equals, value = word.partition("=")
        if not equals or word.startswith("-"):
            break
        found[key] = value
    return found


def arguments(config: Mapping[str, str], words: Sequence[str]) -> list[str]:
    """What Snakemake is given: all cores where nothing is said of them, and all pairs together."""
    cores = [] if any(map(CORES.match, words)) else ["--cores", "all"]
    laid = [f"{key}={value}" for key, value in config.items()]
    if CONFIG in words:
        place = words.index(CONFIG) + 1
        return [*cores, *words[:place], *laid, *words[place:]]
    return [*cores, *words, *([CONFIG, *laid] if laid else [])]


def cut_off() -> Iterator[str]:
    """The steps that had begun and not ended, as Snakemake has marked them: folders of results."""
    names = ("".join(path.relative_to(INCOMPLETE).parts) for path in _files(INCOMPLETE))
    places = {str(Path(_decoded(name.replace("@", ""))).parent) for name in names}
    yield from sorted(places - {"."})


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _decoded(name: str) -> str:
    try:
        return base64.urlsafe_b64decode(name).decode()
    except ValueError:  # another Snakemake's way
        return name


def found_in(project: Project, unlocked: bool, orphans: int, cut: Sequence[str]) -> Iterator[str]:
    """One line: how far the project is, and what was found; none where nothing was begun."""
    try:
        plan = known_plan(project.plan_dir)
    except (OSError, DamagedFile, KeyError, TypeError):
        return
    found = [_progress(project, plan)]
    if cut:
        more = f" and {len(cut) - SHOWN} more" if len(cut) > SHOWN else ""
        found.append(f"cut off and made again: {', '.join(cut[:SHOWN])}{more}")
    if unlocked:
        found.append(f"removed {LOCKS}, which a killed Snakemake had left")
    if orphans:
        found.append(
            f"ended {orphans} {'job' if orphans == 1 else 'jobs'} that it had left running"
        )
    yield "; ".join(found)


def no_room(project: Project, plan: Plan) -> Iterator[str]:
    """One line where what is missing will not fit on the disk, by an estimate; none where it will."""
    jobs, studies = _done(project, plan)
    networks = read_json(plan.report_file)["networks"] * (1 - jobs / max(1, len(plan.jobs)))
    needed = int(NETWORK * networks + STUDY * (len(plan.studies) - studies))
    if needed > shutil.disk_usage(plan.folder).free:
        yield (
            f"about {size_of(needed)} are needed for what is missing, {room(plan.report_file)}; "
            "what is trained until then is kept"
        )


def _progress(project: Project, plan: Plan) -> str:
    jobs, studies = _done(project, plan)
    of_all = f"of {len(plan.studies)} studies"
    return f"{jobs} of {len(plan.jobs)} jobs and {studies} {of_all} are done"


def _done(project: Project, plan: Plan) -> tuple[int, int]:
    """Jobs that are trained, and studies that are drawn."""
    jobs = sum(is_whole(project.job_dir(job) / SUMS) for job in plan.jobs)
    figures = (project.study_dir(name) / "figures.json" for name in plan.studies)
    return jobs, sum(is_whole(sums_of(path)) for path in figures)
