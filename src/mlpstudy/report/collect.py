"""What the studies left behind -> one record of everything that the report shows.

Nothing here knows a language or a markup: the page and the README are drawn from the same record.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.design import yaml_file
from mlpstudy.drawing import behind, vector
from mlpstudy.files import SUMS, read_summed_json, read_verified
from mlpstudy.report.explore import Explored, explored
from mlpstudy.report.lecture import Claim
from mlpstudy.report.maps import Maps, maps
from mlpstudy.report.plan import Plan, datasets, plans
from mlpstudy.report.processes import Map
from mlpstudy.statistics.combining import combine
from mlpstudy.statistics.depends import Depends, depends
from mlpstudy.statistics.verdicts import (
    CONTRADICTED,
    DEPENDS,
    NEGLIGIBLE,
    NOT_LEARNED,
    PARTLY,
    PARTLY_CONTRADICTED,
    QUESTION,
    SUPPORTED,
    UNDECIDED,
    Finding,
    deciding,
    families,
    read_findings,
)
from mlpstudy.tables.files import read_table
from mlpstudy.words import Words

UNTESTED, OPINION = "untested", "opinion"  # what a claim without a finding has for a verdict
STATUSES = (
    SUPPORTED,
    PARTLY,
    DEPENDS,
    PARTLY_CONTRADICTED,
    CONTRADICTED,
    NEGLIGIBLE,
    UNDECIDED,
    NOT_LEARNED,
    QUESTION,
    UNTESTED,
    OPINION,
)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # of studies, figures and tables: in paths
SIGNIFICANT = 0.05  # of a p that is adjusted
ROWS = 60  # of a table: more are counted, not shown
LARGE = re.compile(r"<(?:path|image) [^>]{600,}/>")  # of a drawing: a map, a cloud of points


@dataclass(frozen=True)
class Verdict:
    """A claim with all its findings, and what they say together: a row of the verdict table."""

    claim: Claim
    findings: tuple[Finding, ...]

    @property
    def status(self) -> str:
        """One of STATUSES."""
        if self.findings:
            return combine(self.findings, self.claim.kind)
        return OPINION if self.claim.kind == OPINION else UNTESTED

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """The findings that the verdict rests on."""
        return tuple(deciding(self.findings))

    @property
    def also_seen(self) -> tuple[Finding, ...]:
        """The findings that the verdict does not rest on."""
        return tuple(finding for finding in self.findings if finding not in self.deciding)

    @property
    def hangs_on(self) -> Depends | None:
        """What tells the supported findings from the others, where there are both."""
        return depends(self.findings)

    @property
    def studies(self) -> tuple[str, ...]:
        """The studies that tested the claim, each once."""
        return tuple(dict.fromkeys(finding.study for finding in self.findings))


@dataclass(frozen=True)
class Picture:
    """One figure of a study; `n` networks are behind it."""

    name: str
    title: Any
    caption: Any
    alt: Any
    n: int | None
    svg: Mapping[str, str]  # by language
    data: Mapping[str, behind.Behind] = field(default_factory=dict)  # what is drawn, by language

    @property
    def counted(self) -> bool:
        """Whether its caption says how many networks are behind it."""
        caption = self.caption.values() if isinstance(self.caption, Mapping) else [self.caption]
        return any("n = " in str(text).replace("\u202f", " ") for text in caption)

    def drawn(self, once: bool = True) -> list[str]:
        """What a page shows: the drawing alone, once for each language.

        once: a map or a cloud of points that is the same in all stands there once, before them.
        """
        bare = [vector.bare(text) for text in self.svg.values()]
        parts = [dict.fromkeys(LARGE.findall(text)) for text in bare]
        shared = [part for part in parts[0] if all(part in each for each in parts[1:])]
        if len(bare) < 2 or not shared or not once:
            return bare
        kept = []
        for part in shared:
            name = f"{self.name}-{hashlib.sha256(part.encode()).hexdigest()[:12]}"
            kept.append(re.sub(r"^<(\w+)", rf'<\1 id="{name}"', part))
            bare = [text.replace(part, f'<use href="#{name}"/>') for text in bare]
        defined = f"<defs>{''.join(kept)}</defs>"
        return [
            f'<svg class="shared" width="0" height="0" aria-hidden="true">{defined}</svg>',
            *bare,
        ]


@dataclass(frozen=True)
class Summary:
    """A study's table, as far as it is shown: at most ROWS of its `length` rows."""

    name: str
    title: Any
    caption: Any
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    length: int
    theory: bool = False  # what is foretold: shown at the end too

    @cached_property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers: they are set to the right."""
        return tuple(
            all(isinstance(value, int | float | None) for value in column)
            and any(value is not None for value in column)
            for column in zip(*self.rows, strict=True)
        ) or (False,) * len(self.columns)


@dataclass(frozen=True)
class Chapter:
    """One study: what was asked, how, and what came out."""

    name: str
    study: Mapping[str, Any]  # as resolved, from study.json
    plans: tuple[Plan, ...]
    verdicts: tuple[Verdict, ...]  # of this study's findings alone
    counts: Mapping[str, Any]
    figures: tuple[Picture, ...]
    tables: tuple[Summary, ...]
    explored: tuple[Explored, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, claim by claim."""
        return tuple(finding for verdict in self.verdicts for finding in verdict.findings)

    @property
    def not_held(self) -> tuple[tuple[Verdict, tuple[Finding, ...]], ...]:
        """The claims that did not hold, each with the findings that do not support it."""
        return tuple(
            (verdict, tuple(f for f in verdict.deciding if f.verdict != SUPPORTED))
            for verdict in self.verdicts
            if verdict.status not in (SUPPORTED, QUESTION)
        )

    @property
    def tests(self) -> frozenset[str]:
        """The ids of the claims that the study announces or has a finding for."""
        announced = {claim["id"] for claim in self.study.get("claims", ())}
        return frozenset(announced | {finding.claim for finding in self.findings})

    @property
    def unmeasured(self) -> tuple[Mapping[str, Any], ...]:
        """The claims that the study announces and has no finding for."""
        measured = {(finding.claim, finding.statistic) for finding in self.findings}
        return tuple(
            claim
            for claim in self.study.get("claims", ())
            if (claim["id"], claim["statistic"]) not in measured
        )

    @property
    def replayed(self) -> str:
        """A run behind the findings, to be run again as an example; "" where none is named."""
        return next((run for finding in self.findings for run in finding.runs), "")


@dataclass(frozen=True)
class Report:
    """Everything that is shown."""

    lecture: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    chapters: tuple[Chapter, ...]
    provenance: Mapping[str, Any]
    maps: Maps = Maps(None, ())

    @property
    def of_lecture(self) -> tuple[Verdict, ...]:
        """The verdicts on what the lecture says; all, where none of its claims is asked."""
        said = tuple(verdict for verdict in self.verdicts if verdict.claim.chapter)
        return said or self.verdicts

    @property
    def of_project(self) -> tuple[Verdict, ...]:
        """The verdicts on what the lecture does not say: protocols, questions of one's own."""
        said = {verdict.claim.id for verdict in self.of_lecture}
        return tuple(verdict for verdict in self.verdicts if verdict.claim.id not in said)

    @cached_property
    def tally(self) -> dict[str, int]:
        """How many of the lecture's claims have each status, in the order of STATUSES."""
        counted = Counter(verdict.status for verdict in self.of_lecture)
        return {status: counted[status] for status in STATUSES}

    @property
    def marks(self) -> dict[str, int]:
        """How many findings, and of those that decide, have an eta at an edge, hang on it, or are
        not learned."""
        sides = {"": [f for verdict in self.verdicts for f in verdict.findings]}
        sides["deciding"] = [f for verdict in self.verdicts for f in verdict.deciding]
        counted = {"n": len(sides[""]), "deciding": len(sides["deciding"])}
        for name, findings in sides.items():
            counted[f"{name}edges"] = sum(bool(f.edge) for f in findings)
            counted[f"{name}hanging"] = sum(f.hangs for f in findings)
            counted[f"{name}unlearned"] = sum(not f.learned for f in findings)
        return counted

    @property
    def after_tests(self) -> dict[str, int]:
        """Deciding findings that are supported and have a p, and how many stay significant among
        the others of their claim: after Holm, after Benjamini and Hochberg."""
        pairs = [
            (finding.p_holm, finding.p_bh)
            for verdict in self.verdicts
            for finding in verdict.deciding
            if finding.verdict == SUPPORTED
        ]
        holm = [p for p, _ in pairs if p is not None]
        bh = [p for _, p in pairs if p is not None]
        below = {
            name: sum(p < SIGNIFICANT for p in ps) for name, ps in (("holm", holm), ("bh", bh))
        }
        return {"n": len(holm), **below}

    def aside(self, verdict: Verdict) -> bool:
        """Whether a chapter's findings of a claim are all beside those that decide it, which stand
        in other chapters: it then has no verdict of its own."""
        decides = {(f.study, f.statistic) for whole in self.verdicts for f in whole.deciding}
        return decides.isdisjoint((f.study, f.statistic) for f in verdict.findings)

    @property
    def labels(self) -> dict[str, Any]:
        """The labels that the studies have for what they measure, by name."""
        return {
            name: text for c in self.chapters for name, text in c.study.get("labels", {}).items()
        }

    @property
    def theory(self) -> tuple[tuple[Chapter, Summary], ...]:
        """The tables of what theory foretells, each with its chapter."""
        return tuple((c, table) for c in self.chapters for table in c.tables if table.theory)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that networks were trained on."""
        names = self.provenance.get("datasets")
        if names is None:
            names = [name for chapter in self.chapters for name in datasets(chapter.study)]
        return tuple(dict.fromkeys(names))

    def total(self, kind: str) -> int | None:
        """Networks of a kind (diverged, failed): of the whole, or else summed over the studies.

        None where nobody counted them.
        """
        if kind in self.provenance:
            return self.provenance[kind]
        counted = [c.counts[kind] for c in self.chapters if kind in c.counts]
        return sum(counted) if counted else None


def collect(
    results_dir: Path, lecture: Path, provenance: Mapping[str, Any], each: Map = map
) -> Report:
    """Read the lecture and the results of the studies that provenance["studies"] names.

    The chapters come in the order in which the lecture makes their claims. Raises ValueError where
    a name cannot be part of a path, DamagedFile where a table is not what was written,
    FileNotFoundError where a study has no results.
    """
    document = yaml_file.read(lecture)
    claims = [Claim(**claim) for claim in document["claims"]]
    folders = [results_dir / "studies" / _checked(name) for name in provenance["studies"]]
    made = list(each(partial(_chapter, claims=claims), folders))
    chapters = _as_lectured(made, claims, list(document["chapters"]))
    findings = families([finding for chapter in chapters for finding in chapter.findings])
    found = _verdicts(findings, claims)
    explorable = maps({c.name for c in chapters}, results_dir / "studies")
    return Report(document, found, chapters, provenance, explorable)


def _as_lectured(
    chapters: Sequence[Chapter], claims: Sequence[Claim], parts: Sequence[str]
) -> tuple[Chapter, ...]:
    """The chapters where the lecture, part by part, first makes a claim of theirs; then others.

    Of those with the same first claim the one that tests the fewest comes first. What is equal in
    this too, and what tests no claim of the lecture, stays as it is given.
    """
    lectured = sorted(claims, key=lambda claim: parts.index(claim.chapter))  # stable
    place = {claim.id: n for n, claim in enumerate(lectured)}

    def first_and_more(chapter: Chapter) -> tuple[bool, list[int]]:
        places = sorted(place[claim] for claim in chapter.tests if claim in place)
        return not places, [*places[:1], len(places), *places[1:]]

    return tuple(sorted(chapters, key=first_and_more))


def _chapter(folder: Path, claims: Sequence[Claim]) -> Chapter:
    study = read_summed_json(folder / "study.json")
    findings = read_findings(folder / "findings.json")
    tested = {finding.claim for finding in findings}
    return Chapter(
        name=folder.name,
        study=study,
        plans=plans(study),
        verdicts=_verdicts(findings, [claim for claim in claims if claim.id in tested]),
        counts=read_summed_json(folder / "counts.json"),
        figures=tuple(_picture(folder, f, study) for f in _listed(folder / "figures.json")),
        tables=tuple(_summary(folder / "tables", t) for t in _listed(folder / "tables.json")),
        explored=explored(folder / "tables", study),
    )


def _verdicts(findings: Sequence[Finding], claims: Sequence[Claim]) -> tuple[Verdict, ...]:
    """One verdict for each claim, in their order; then those of claims that are nowhere listed."""
    own = {f.claim: Claim(f.claim, fr="", en=f.says) for f in reversed(findings)}
    listed = {claim.id: claim for claim in claims}
    unlisted = [own[id] for id in dict.fromkeys(f.claim for f in findings) if id not in listed]
    return tuple(
        Verdict(claim, tuple(f for f in findings if f.claim == claim.id))
        for claim in [*listed.values(), *unlisted]
    )


def _picture(results: Path, entry: Mapping[str, Any], study: Mapping[str, Any]) -> Picture:
    folder, name = results / "figures", _checked(entry["name"])
    files = {
        language: (folder if language == LANGUAGES[0] else folder / language) / f"{name}.svg"
        for language in LANGUAGES
    }
    return Picture(
        name=name,
        title=entry.get("title", ""),
        caption=entry.get("caption", ""),
        alt=entry["alt"],
        n=entry.get("n"),
        svg={
            language: read_verified(path, folder / SUMS).decode()
            for language, path in files.items()
        },
        data=_behind(results / "tables", name, study),
    )


def _behind(folder: Path, name: str, study: Mapping[str, Any]) -> dict[str, behind.Behind]:
    """The table of what a figure shows, by language; empty where it shows none."""
    described = {figure["name"]: figure for figure in study.get("figures") or ()}
    if (figure := described.get(name)) is None:
        return {}
    names = [f"figure_{name}", _checked(figure.get("table") or "runs")]
    tables = {each: read_table(folder, each) for each in names if _is_there(folder, each)}
    own = study.get("labels") or {}
    made = {each: behind.rows(figure, tables, Words(each, own)) for each in LANGUAGES}
    return {language: table for language, table in made.items() if table is not None}


def _is_there(folder: Path, name: str) -> bool:
    return (folder / f"{name}.parquet").exists()


def _summary(folder: Path, entry: Mapping[str, Any]) -> Summary:
    name = _checked(entry["name"])
    table = read_table(folder, name)
    shown = table.head(ROWS).astype(object)
    rows = shown.where(shown.notna(), None).itertuples(index=False, name=None)
    return Summary(
        name=name,
        title=entry.get("title", ""),
        caption=entry.get("caption", ""),
        columns=tuple(map(str, table.columns)),
        rows=tuple(rows),
        length=len(table),
        theory=bool(entry.get("theory")),
    )


def _checked(name: str) -> str:
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise ValueError(f"{name!r} is not a name: 1 to 64 of A-Z, a-z, 0-9, _ and -")
    return name


def _listed(path: Path) -> list[Mapping[str, Any]]:
    return read_summed_json(path) if path.exists() else []
