"""A study's view on the pool: its own runs, and their curves and layers."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class View:
    """What a study's module works on.

    study: the resolved study (study.json): name, options, claims, ... blocks: the run ids of each
    block of its sweep. runs, curves, layers: the tables of its runs (see mlpstudy.tables).
    measured: the tables that the module's `measure` made, by name.
    """

    study: dict[str, Any]
    blocks: dict[str, list[str]]
    runs: pd.DataFrame
    curves: pd.DataFrame
    layers: pd.DataFrame
    measured: dict[str, pd.DataFrame] = field(default_factory=dict)

    def option(self, name: str, default: Any) -> Any:
        return self.study["options"].get(name, default)

    def block(self, name: str) -> pd.DataFrame:
        """The runs of a block; empty where the study has no such block."""
        return self.runs[self.runs["run_id"].isin(self.blocks.get(name, []))]

    def block_of(self) -> dict[str, str]:
        """The first block that asks for each run."""
        return {run: name for name, runs in reversed(self.blocks.items()) for run in runs}

    def final(self, split: str) -> pd.DataFrame:
        """Loss and accuracy after the last pass, by run_id; of what diverged, none."""
        part = self.curves[self.curves["split"] == split].sort_values("epoch")
        last = part.groupby("run_id", observed=True).tail(1).set_index("run_id")
        done = self.runs.loc[self.runs["status"] == "finished", "run_id"]
        return last.loc[last.index.isin(done), ["loss", "accuracy"]]
