"""Each promise of docs/reliability.md names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/\S+\.py)::(test_\w+)`")


def test_the_tests_that_it_names_are_there():
    named = NAMED.findall((ROOT / "docs/reliability.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    for file, test in named:
        assert f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8"), test
