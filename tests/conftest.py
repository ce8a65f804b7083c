"""How the tests are shared out where several processes run them: a file each, but the workflow's
files together, for they look at one run of the pipeline. These go first, as they take longest.
"""

import pytest

TOGETHER = "tests/workflow/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(TOGETHER))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadFileScheduling

    class WorkflowTogether(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)

    return WorkflowTogether(config, log)
