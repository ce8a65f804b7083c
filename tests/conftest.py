"""How the tests are shared out where several processes run them: a file each.

The file that runs the pipeline goes first, as it takes longest; those that look at the same run of
it go last, so that no process waits for another.
"""

import pytest

FIRST = "tests/workflow/test_smoke.py"
LAST = tuple(
    f"tests/workflow/test_{name}.py" for name in ("going_on", "reruns", "single", "targets")
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: (not item.nodeid.startswith(FIRST), item.nodeid.startswith(LAST)))
