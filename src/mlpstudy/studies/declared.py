"""A study that its YAML declares: its tables, findings and what its figures draw.

What YAML cannot say stands in the study's folder: `derive.py` makes tables of runs, curves and
layers, `measure.py` measures beside training, `figures.py` draws what no kind of figure draws.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.design.claims import BY_HAND, FIGURE, Claim, FigureSpec, Reach, Tune
from mlpstudy.design.expressions import names_in
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.run import FIELDS
from mlpstudy.statistics.cells import cells
from mlpstudy.statistics.contrasts import findings as findings_of
from mlpstudy.statistics.measures import endings, evaluate
from mlpstudy.statistics.plugin_measures import with_plugins
from mlpstudy.statistics.survival import survival
from mlpstudy.statistics.tuning import choose, family
from mlpstudy.statistics.verdicts import Finding, Half
from mlpstudy.studies.halves import halved, in_full
from mlpstudy.studies.view import View

NOT_IN_HALF = (LookupError, ValueError)  # how code says that a table or a row is not there
COMMON = ("common_value", "common_low", "common_high")  # both sides at the control's settings
OF_PICTURES = ("label", "run")  # of an example, whose value is missing; the network's
LONG = ("curves", "layers")  # tables with many rows for a run


@dataclass(frozen=True)
class Declared:
    """A study of a view: everything is computed when it is asked for.

    whole: of a study after half of its passes (see `halves`), the one after all of them.
    """

    view: View
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    whole: "Declared | None" = None

    @cached_property
    def claims(self) -> list[Claim]:
        return [Claim.model_validate(claim) for claim in self.view.study["claims"]]

    @cached_property
    def figures(self) -> list[FigureSpec]:
        return [FigureSpec.model_validate(figure) for figure in self.view.study["figures"]]

    @cached_property
    def tune(self) -> dict[str, Tune]:
        return _tunes(self.view.study["tune"])

    @property
    def measures(self) -> dict[str, str]:
        """The study's own measures, by name."""
        return self.view.study["measures"]

    @cached_property
    def made(self) -> dict[str, pd.DataFrame]:
        """The tables of the study's folder: those that it measured, and those that it derives."""
        reach = self.view.study["reach"]
        ended = endings(self.view.runs, self.view.curves, reach and Reach.model_validate(reach))
        ended = with_plugins(ended, self.view)
        return {"runs": ended, **self.view.measured, **self._derived(ended)}

    def _derived(self, ended: pd.DataFrame) -> dict[str, pd.DataFrame]:
        derive = part(self.view.study["module"], "derive")
        if derive is None:
            return {}
        try:
            return derive(replace(self.view, runs=ended))
        except NOT_IN_HALF:
            if self.whole is None or set(self.whole.made["runs"]) > set(ended):
                raise
            return {}  # the runs alone

    def table(self, name: str) -> pd.DataFrame:
        """A table with the study's measures, as far as it has what they are made of."""
        if name not in self.tables:
            made = self._measured(self._table(name))
            self.tables[name] = in_full(made, self.whole.view.runs) if self.whole else made
        return self.tables[name]

    def _table(self, name: str) -> pd.DataFrame:
        if name not in LONG:
            return self.made[name]
        runs = self.table("runs")
        return getattr(self.view, name).merge(runs, on="run_id", suffixes=("", " of the run"))

    def _measured(self, frame: pd.DataFrame) -> pd.DataFrame:
        for name, text in self.measures.items():
            if names_in(text) <= set(frame.columns):
                frame = frame.assign(**{name: evaluate(text, frame)})
        return frame

    def rows(self, what: Claim | FigureSpec, table: str) -> pd.DataFrame:
        """The rows of a table that a claim or a figure is about."""
        frame = self.table(table)
        there = self._is_of_blocks(what, frame)
        for name, values in what.where.items():
            there = there & frame[name].isin(values)
        return frame[there]  # taken once: a table of lines is long and wide

    def _of_blocks(self, what: Claim | FigureSpec, table: str) -> pd.DataFrame:
        frame = self.table(table)
        return frame[self._is_of_blocks(what, frame)]

    def _is_of_blocks(self, what: Claim | FigureSpec, frame: pd.DataFrame) -> pd.Series:
        if not what.blocks or "run_id" not in frame:
            return pd.Series(True, index=frame.index)
        wanted = {run for name in what.blocks for run in self.view.blocks.get(name, ())}
        return frame["run_id"].isin(wanted)

    @cached_property
    def findings(self) -> list[Finding]:
        """What each claim comes to, in their order."""
        return [finding for claim in self.claims for finding in self._findings(claim)]

    @cached_property
    def half(self) -> "Declared | None":
        """The study after half of its passes; None where that is not known."""
        view = halved(self.view)
        return None if view is None else Declared(view, whole=self)

    def with_halves(self) -> list[Finding]:
        """The findings, each with what it is after half of the passes."""
        if self.half is None:
            return self.findings
        found = {key_of(each): each for claim in self.claims for each in self.half.at_half(claim)}
        return [with_half(finding, found.get(key_of(finding))) for finding in self.findings]

    def at_half(self, claim: Claim) -> list[Finding]:
        """What a claim comes to in half of a study; nothing where half of the passes lack something
        that it needs: what was measured on trained networks, a run with another schedule."""
        if claim.identity or "epochs" in names_in(claim.contrast.measure):
            return []
        try:
            return self._findings(claim)
        except NOT_IN_HALF:
            return []

    def _findings(self, claim: Claim) -> list[Finding]:
        table, measure = claim.contrast.table, claim.contrast.measure
        tune = self._tune(claim)
        if table in LONG:
            rows = self._of_chosen(self.rows(claim, table), claim.for_each, measure, tune)
        else:
            rows = self._of_blocks(claim, table)  # of its `where` the contrast takes care
        tune = tune if set(tune) <= set(rows.columns) else {}
        found = findings_of(claim, rows, tune, self.view.study["name"], self.measures)
        return found if self.view.measured else [self._of_all_runs(each) for each in found]

    def _of_all_runs(self, finding: Finding) -> Finding:
        """A finding that no run is named behind, of a study that measures nothing: all make it."""
        again = f"snakemake --cores 2 {finding.study}"
        return finding if finding.runs else replace(finding, rerun=again)

    # Figures

    def drawn(self) -> dict[str, pd.DataFrame]:
        """The table of each figure that a kind draws, by `figure_` and its name."""
        kinds = {"forest": self._forest, "survival": self._survival, "regions": self._raw}
        return {
            f"{FIGURE}{figure.name}": kinds.get(figure.kind, self._cells)(figure)
            for figure in self.figures
            if figure.kind != BY_HAND
        }

    def _tune(self, what: Claim | FigureSpec) -> dict[str, Tune]:
        return self.tune if what.tune is None else what.tune

    def _raw(self, figure: FigureSpec) -> pd.DataFrame:
        rows = self.rows(figure, figure.table)
        named = [*figure.fields, *figure.y, *filter(None, [figure.value, figure.theory])]
        if figure.kind == "regions":
            named = [*figure.fields, *figure.y, "value", *(n for n in OF_PICTURES if n in rows)]
            rows = rows.rename(columns={figure.value: "value"})
        return rows[list(dict.fromkeys(named))]

    def _cells(self, figure: FigureSpec) -> pd.DataFrame:
        """by..., measure, tuned..., value, low, high, n, networks, diverged, run; of a scatter the
        same of x, too."""
        rows = self.rows(figure, figure.table)
        by, measures = _axes(figure)
        parts = [self._cell(figure, rows, by, text).assign(measure=text) for text in measures]
        frame = pd.concat(parts, ignore_index=True)
        if figure.kind == "scatter" and figure.x not in by:
            across = self._cell(figure, rows, by, str(figure.x))[[*by, "value", "low", "high"]]
            names = {"value": figure.x, "low": "x_low", "high": "x_high"}
            frame = frame.merge(across.rename(columns=names), on=by)
        return frame

    def _cell(self, figure: FigureSpec, rows: pd.DataFrame, by: list[str], text: str):
        tune = self._tune(figure) if set(self._tune(figure)) <= set(rows.columns) else {}
        if figure.table in LONG:
            rows, tune = self._of_chosen(rows, by, text, tune), {}
        drawn = cells(rows, by, text, tune, figure.over, figure.statistic, self.measures)
        if figure.theory:
            foretold = rows.groupby(by, as_index=False, observed=True, dropna=False)
            drawn = drawn.merge(foretold[figure.theory].mean(), on=by)
        return drawn

    def _of_chosen(
        self, rows: pd.DataFrame, by: Sequence[str], measure: str, tune: Mapping[str, Tune]
    ) -> pd.DataFrame:
        """The rows of runs at the settings that are chosen for their cell."""
        if not tune or "run_id" not in rows:
            return rows
        runs = self.table("runs")
        runs = runs[runs["run_id"].isin(rows["run_id"])]
        cell = [name for name in by if name in FIELDS and name not in tune]
        chosen = choose(runs, cell, list(tune), self._least(tune, measure))
        return rows[rows["run_id"].isin(chosen.loc[chosen["chosen"], "run_id"])]

    def _least(self, tune: Mapping[str, Tune], measure: str) -> Sequence[str]:
        """The measures whose means choose: as the study says, or those of the measure's family."""
        said = [name for each in tune.values() for name in each.least]
        return said or family(measure, self.measures)

    def _survival(self, figure: FigureSpec) -> pd.DataFrame:
        by = [name for name in figure.fields if name not in figure.over and name != "passes"]
        rows, tune = self.rows(figure, figure.table), self._tune(figure)
        cell = [name for name in by if name not in tune]
        rows = choose(rows, cell, list(tune), self._least(tune, "reached"))
        rows = rows[rows["chosen"]]
        steps = survival(rows, by)
        if not by or "seed" not in rows:
            return steps
        groups = rows.groupby(by, as_index=False, observed=True, dropna=False)
        counts = groups.agg(n=("seed", "nunique"), networks=("seed", "size"))
        return steps.drop(columns="n").merge(counts, on=by)

    def _forest(self, figure: FigureSpec) -> pd.DataFrame:
        return self.contrasts([f for f in self.findings if f.statistic in figure.claim])

    def contrasts(self, findings: Sequence[Finding]) -> pd.DataFrame:
        """`forest`, with what each finding measures."""
        measures = {each.statistic: each.contrast.unit for each in self.claims if each.contrast}
        frame = forest(findings)
        return frame.assign(measure=frame["name"].map(measures)) if len(frame) else frame


def _tunes(tune: Mapping[str, Any]) -> dict[str, Tune]:
    return {name: Tune.model_validate(each) for name, each in tune.items()}


def _axes(figure: FigureSpec) -> tuple[list[str], list[str]]:
    """The columns that tell a figure's cells apart, and the measures that it shows of them."""
    named = [name for name in figure.fields if name not in figure.over]
    if figure.kind == "heatmap":
        return [*named, *figure.y], [str(figure.value)]
    measured = {figure.x} if figure.kind == "scatter" and figure.x not in FIELDS else set()
    return [name for name in named if name not in measured], list(figure.y)


def forest(findings: Sequence[Finding]) -> pd.DataFrame:
    """One row for each finding: claim, statistic, its condition's fields, value, low, high, ..."""
    rows = [
        {
            **(finding.condition if isinstance(finding.condition, Mapping) else {}),
            "claim": finding.claim,
            "name": finding.statistic,
            "value": finding.value,
            "low": finding.low,
            "high": finding.high,
            **dict(zip(COMMON, finding.common or [float("nan")] * 3, strict=True)),
            "n": finding.n,
            "networks": finding.networks,
            "threshold": finding.threshold,
            "direction": finding.direction,
            "matters": finding.matters,
            "verdict": finding.verdict,
            "edge": finding.edge,
            "decides": finding.decides,
            "learned": finding.learned,
            "hangs": finding.hangs,
            "unit": finding.unit,
            **{f"says_{language}": _said(finding.says, language) for language in LANGUAGES},
            "run": finding.runs[0] if finding.runs else "",
        }
        for finding in findings
    ]
    return pd.DataFrame(rows)


def _said(text: Any, language: str) -> str:
    return text if isinstance(text, str) else text[language]


def key_of(finding: Finding) -> str:
    """What tells a finding of a study from the others."""
    return str((finding.claim, finding.statistic, finding.condition))


def with_half(finding: Finding, half: Finding | None) -> Finding:
    """A finding with that of half of the passes; without, where there is none, or where all is the
    same and no run says that it was trained."""
    if half is None:
        return finding
    values = [(each.value, each.low, each.high) for each in (finding, half)]
    if finding.failed is None and values[0] == values[1]:
        return finding
    return replace(finding, half=Half(*values[1], learned=half.learned))


@dataclass(frozen=True)
class Summary:
    """What a study comes to: its tables, those that the report shows (each with its words and its
    frame), and its findings."""

    tables: dict[str, pd.DataFrame]
    shown: list[dict[str, Any]]
    findings: list[Finding]


def summarise(view: View) -> Summary:
    """The tables, findings and shown tables of a declared study."""
    declared = Declared(view)
    module = view.study["module"]
    by_run = {"runs": declared.table("runs")} if len(view.runs) else {}
    made = {name: frame for name, frame in declared.made.items() if name not in by_run}
    tables = {**made, **by_run, **declared.drawn()}
    if declared.findings:
        tables["contrasts"] = declared.contrasts(declared.findings)
    show = part(module, "derive", "shown")
    return Summary(tables, show(tables) if show else [], declared.with_halves())


def part(module: str, file: str, name: str = "") -> Any:
    """A function in a file of a study's folder, by default of the file's name; None where there is
    none."""
    if not module or not (PACKAGE / "studies" / module / f"{file}.py").is_file():
        return None
    return getattr(importlib.import_module(f"mlpstudy.studies.{module}.{file}"), name or file, None)
