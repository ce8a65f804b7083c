"""What a cluster takes, by hand; and what its files and profiles say."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from mlpstudy.design.project import TABLES
from mlpstudy.planning.cluster import FILES, lines, seconds_on

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("cores", "jobs", "seconds"),
    [
        (1, [1, 2, 3], 6),
        (2, [1, 2, 3], 3),  # 3 | 2 + 1
        (2, [3, 3, 2, 2, 2], 7),  # 3 + 2 + 2 | 3 + 2: the longest first is not always the best
        (5, [4, 1], 4),
    ],
)
def test_jobs_on_some_cores(cores, jobs, seconds):
    assert seconds_on(cores, jobs) == seconds


def test_the_price_of_a_project():
    jobs = {name: SimpleNamespace(seconds=600.0) for name in "abcd"}
    project = SimpleNamespace(jobs=jobs, settings=SimpleNamespace(job_seconds=600.0))
    first, second = lines(project, 2, 300.0)
    assert "about 30 min of training, 1.0 core hours, 33% of them before training" in first
    assert second.startswith("4 jobs, 10.0 min the median, 10.0 min the longest")
    assert first.startswith("on a cluster, 2 jobs at a time, each with")
    assert next(lines(project, 9, 300.0)).startswith(
        "on a cluster, 9 jobs at a time (more than 4 are no faster), each with"
    )
    assert f"about {4 * FILES} files" in second and len(TABLES) + 5 == FILES


PROFILES = sorted((ROOT / "profiles").iterdir())


@pytest.mark.parametrize("folder", PROFILES, ids=lambda folder: folder.name)
def test_a_profile_goes_on_and_compares_more_than_times(folder):
    profile = yaml.safe_load((folder / "profile.yaml").read_text(encoding="utf-8"))
    assert profile["rerun-incomplete"] and profile["keep-going"]
    assert not {"keep-incomplete", "rerun-triggers"} & profile.keys()
    if folder.name != "default":
        assert profile["retries"] and profile["executor"] == folder.name
        assert (folder / "requirements.txt").exists()


def pinned(path: Path) -> dict[str, str]:
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.+]+", line), line
            found.update([line.split("==")])
    return found


@pytest.mark.parametrize("folder", PROFILES[1:], ids=lambda folder: folder.name)
def test_what_a_profile_needs_is_pinned(folder):
    executor = f"snakemake-executor-plugin-{folder.name}"
    assert executor in pinned(folder / "requirements.txt")


CONTAINER = (ROOT / "Containerfile").read_text(encoding="utf-8")
STEPS = re.findall(r"^([A-Z]+) (.*)$", CONTAINER, re.MULTILINE)


def test_the_image_is_built_from_what_is_pinned():
    base = dict(pair for step, pair in [(s, w.split("=", 1)) for s, w in STEPS if s == "ARG"])
    name, _, tag = base["BASE"].rpartition(":")
    assert name and re.fullmatch(r"\d+\.\d+\.\d+-slim-[a-z]+", tag)
    assert "latest" not in CONTAINER and "PIP_NO_CACHE_DIR=1" in CONTAINER
    installed = [words for step, words in STEPS if step == "RUN" and "pip install" in words]
    assert all("--requirement" in words or "--no-deps ." in words for words in installed)


def test_the_image_runs_as_a_plain_user_and_copies_what_is_there():
    users = [words for step, words in STEPS if step == "USER"]
    assert users and users[-1] not in ("0", "root")
    assert {step for step, _ in STEPS}.isdisjoint({"ADD", "VOLUME", "EXPOSE"})
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    for step, words in STEPS:
        for source in words.split()[:-1] if step == "COPY" else ():
            assert (ROOT / source).exists() and f"!{source.removeprefix('./')}" in ignored
