"""A study's view on the pool: its own runs, and their curves and layers."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mlpstudy.studies.contrast import Contrast
from mlpstudy.studies.finding import Finding


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

    def findings(self, statistic: str, measured: list[tuple | Contrast]) -> list[Finding]:
        """The findings of the claims that ask for a statistic.

        measured: a Contrast for each condition, or (condition, interval, runs) where nothing was
        chosen: an Interval, and the frame of the runs behind it, or of whatever was measured, a row
        for each. The threshold and the direction are the study file's.
        """
        claims = [c for c in self.study["claims"] if c["statistic"] == statistic]
        contrasts = [m if isinstance(m, Contrast) else _plain(*m) for m in measured]
        asked = Counter(run for each in contrasts for run in _ids(each.runs))
        return [self._finding(claim, each, asked) for claim in claims for each in contrasts]

    def _finding(self, claim: dict[str, Any], contrast: Contrast, asked: Counter) -> Finding:
        runs, value = contrast.runs, contrast.value
        return Finding(
            claim=claim["id"],
            study=self.study["name"],
            statistic=claim["statistic"],
            condition=contrast.condition,
            value=value.value,
            low=value.low,
            high=value.high,
            unit=claim["unit"],
            n=runs["seed"].nunique() if "seed" in runs else len(runs),
            networks=runs["run_id"].nunique() if "run_id" in runs else 0,
            direction=claim["direction"],
            threshold=claim["threshold"],
            says=claim["says"],
            decides=bool(claim.get("decides")) and contrast.decides,
            edge=contrast.edge,
            common=contrast.common,
            learned=contrast.learned,
            **self._again(contrast, asked),
        )

    def _again(self, contrast: Contrast, asked: Counter) -> dict[str, Any]:
        """A few runs behind a finding, its own before those of others, and a command for the first.

        Its own are those of the treated side, where there is one; of them those that the fewest
        conditions have behind them. asked: how many conditions have each run.
        """
        runs = contrast.runs if contrast.treated is None else contrast.treated
        if "run_id" not in runs:
            return {"rerun": f"mlpstudy measure {self.study['name']}"}
        own = sorted(_ids(runs), key=lambda run: (asked[run], run))
        return {"runs": tuple(own[:5]), "rerun": f"mlpstudy replay {own[0]}"}


def _ids(runs: pd.DataFrame) -> list[str]:
    """The runs in a frame, each once; none where something else was measured."""
    return list(runs["run_id"].unique()) if "run_id" in runs else []


def _plain(condition: str, value: Any, runs: pd.DataFrame) -> Contrast:
    """A value of which nothing was chosen. value: anything with value, low and high."""
    return Contrast(condition=condition, value=value, runs=runs)
