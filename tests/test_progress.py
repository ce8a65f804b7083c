"""How long the workflow's other steps will take, told by a clock that stands still."""

import logging
from enum import Enum

import pytest

from mlpstudy.progress import TRUSTED, TimeLeft, known_seconds

Event = Enum(
    "Event", [(n, n.lower()) for n in ("RUN_INFO", "JOB_INFO", "JOB_FINISHED", "JOB_ERROR")]
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def left(clock):
    """Three jobs of 60, 60 and 120 seconds and a summary of 10, on two cores."""
    seconds = {
        ("train", "a"): 60.0,
        ("train", "b"): 60.0,
        ("train", "c"): 120.0,
        ("summarise", "s"): 10.0,
    }
    made = TimeLeft(seconds, cores=2, every=0.0, clock=clock)
    hear(made, Event.RUN_INFO, stats={"train": 3, "summarise": 1, "total": 4})
    return made


def hear(left: TimeLeft, event: Enum, **told) -> None:
    record = logging.makeLogRecord({"event": event, **told})
    left.emit(record)


def begin(left: TimeLeft, job: int, rule: str, name: str) -> None:
    hear(left, Event.JOB_INFO, jobid=job, rule_name=rule, wildcards={"job": name})


def test_what_is_left_is_what_was_expected_over_the_cores(left):
    assert left.left() == (60 + 60 + 120 + 10) / 2


def test_steps_that_run_count_for_what_is_left_of_them(left, clock):
    begin(left, 1, "train", "a")
    begin(left, 2, "train", "c")
    clock.now = 30
    assert left.left() == (30 + 90 + 60 + 10) / 2
    clock.now = 90  # a takes longer than was expected
    assert left.left() == (0 + 30 + 60 + 10) / 2


def test_one_long_step_is_not_divided_by_the_cores(left):
    hear(left, Event.RUN_INFO, stats={"train": 1, "total": 1})
    begin(left, 1, "train", "c")
    assert left.left() == 120


def test_the_speed_so_far_corrects_what_is_expected(left, clock, capsys):
    begin(left, 1, "train", "a")
    clock.now = 120  # twice as long as expected
    hear(left, Event.JOB_FINISHED, job_id=1)
    slow = (TRUSTED + 120) / (TRUSTED + 60)
    assert left.left() == pytest.approx(slow * (60 + 120 + 10) / 2)
    assert capsys.readouterr().err == "about 2 min 46 s left\n"


def test_a_step_that_fails_is_waited_for_no_longer(left):
    begin(left, 1, "train", "c")
    hear(left, Event.JOB_ERROR, jobid=1)
    assert left.left() == (60 + 60 + 10) / 2


def test_what_is_logged_otherwise_stops_nothing(left):
    hear(left, Event.JOB_FINISHED, job_id="?")
    hear(left, Event.RUN_INFO)
    left.emit(logging.makeLogRecord({"msg": "hello"}))
    assert left.left() == 125


def test_what_steps_took_last_time_comes_before_estimates(tmp_path):
    for rule, name, text in [
        ("train", "a", '{"cpu_seconds": 7.5}'),
        ("train", "gone", '{"cpu_seconds": 9}'),
        ("draw", "xor", '{"cpu_seconds": 3}'),
        ("draw", "broken", '{"cpu'),
        ("draw", "empty", "[]"),
    ]:
        (tmp_path / rule).mkdir(exist_ok=True)
        (tmp_path / rule / f"{name}.json").write_text(text)
    found = known_seconds({"a": 60.0, "b": 50.0}, tmp_path)
    assert found == {("train", "a"): 7.5, ("train", "b"): 50.0, ("draw", "xor"): 3.0}
