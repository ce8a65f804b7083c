"""A study's view on the pool: its own runs, and their curves and layers."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from mlpstudy.studies.finding import Finding


@dataclass(frozen=True)
class View:
    """What a study's module works on.

    study: the resolved study (study.json): name, options, claims, ... blocks: the run ids of each
    block of its sweep. runs, curves, layers: the tables of its runs (see mlpstudy.tables).
    """

    study: dict[str, Any]
    blocks: dict[str, list[str]]
    runs: pd.DataFrame
    curves: pd.DataFrame
    layers: pd.DataFrame

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

    def findings(self, statistic: str, measured: list[tuple]) -> list[Finding]:
        """The findings of the claims that ask for a statistic.

        measured: (condition, interval, runs) for each condition: an Interval, and the frame of the
        runs behind it. The threshold and the direction are the study file's.
        """
        claims = [c for c in self.study["claims"] if c["statistic"] == statistic]
        return [
            Finding(
                claim=claim["id"],
                study=self.study["name"],
                statistic=statistic,
                condition=condition,
                value=interval.value,
                low=interval.low,
                high=interval.high,
                unit=claim["unit"],
                n=len(runs),
                direction=claim["direction"],
                threshold=claim["threshold"],
                says=claim["says"],
                runs=tuple(runs["run_id"].sort_values().head(5)),
                rerun=f"mlpstudy replay {runs['run_id'].min()}",
            )
            for claim in claims
            for condition, interval, runs in measured
        ]
