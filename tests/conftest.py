"""How the tests are shared out where several processes run them, and which were skipped.

Each process begins with a share of the files, and takes over from another when it is done. The file
that runs the pipeline goes first, as it takes longest, and then the long commands of `make lint`;
those that look at the same run of the pipeline go last, so that no process waits for another.
"""

from collections import Counter

import pytest

FIRST = ("tests/workflow/test_smoke.py", "tests/test_habits.py::test_lint")
LAST = tuple(
    f"tests/workflow/test_{name}.py" for name in ("going_on", "reruns", "single", "targets")
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(name: str) -> int:
    first = [name.startswith(start) for start in FIRST]
    return first.index(True) if any(first) else len(FIRST) + name.startswith(LAST)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason to skip tests: how many, why, and how to have them run."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()))
    for reason, tests in reasons.items():
        terminalreporter.write_line(f"{tests} skipped: {reason.removeprefix('Skipped: ')}")
