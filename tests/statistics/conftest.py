"""Claims and frames to measure, written down by hand."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.design.claims import Claim

sys.path.insert(0, str(Path(__file__).parent))  # plain.py, for all tests beside


@pytest.fixture(scope="session")
def claim():
    """A claim about a contrast, with what else it says."""

    def made(contrast: dict, **more) -> Claim:
        record = {
            "id": "C1", "says": {"en": "So it is.", "fr": "Ainsi."}, "name": "gain",
            "direction": "above", "threshold": 0, "decides": True, "contrast": contrast,
        }  # fmt: skip
        return Claim.model_validate(record | more)

    return made


@pytest.fixture(scope="session")
def runs():
    """Runs from a mapping: (level of each field, ...) -> one value for each seed."""

    def made(fields: str, values: dict, name: str = "m") -> pd.DataFrame:
        rows = [
            {**dict(zip(fields.split(), key if isinstance(key, tuple) else (key,))),
             "seed": seed, name: value}
            for key, each in values.items()
            for seed, value in enumerate(each)
        ]  # fmt: skip
        frame = pd.DataFrame(rows)
        return frame.assign(run_id=[f"run-{place}" for place in range(len(frame))])

    return made
