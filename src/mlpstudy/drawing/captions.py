"""What is written beside a figure: its title, its caption and its text for those who do not see it.

All of it is computed from the description, the study and the rows that are drawn: what is swept and
what is fixed, how many seeds, how eta was chosen, what diverged. Sentences of a study's own are its
title and its note.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.design.limits import names, with_measures
from mlpstudy.drawing import counts
from mlpstudy.drawing.axes import tick
from mlpstudy.drawing.channels import MEASURE, across, in_words, levels_of, orders
from mlpstudy.drawing.findings import VERDICTS, usual
from mlpstudy.drawing.swept import fixed, listed, swept, together
from mlpstudy.drawing.tuned import how_chosen
from mlpstudy.words import Words
from mlpstudy.words.markers import N_

DIGITS = 2  # of a number in a title

STATISTICS = {
    "mean": N_("Mean over the {units}, with its 95 % interval."),
    "median": N_("Median over the {units}, with its 95 % interval."),
    "iqm": N_("Mean of the middle half of the {units}, with its 95 % interval."),
    "share": N_("Share of the networks, with Wilson's 95 % interval."),
}

THEORY = {  # how a kind of figure shows it
    "line": N_("Thin dashed lines: theory, with nothing fitted."),
    "point": N_("Grey bars: theory, with nothing fitted."),
}
BESIDE = {  # what a study calls by another name
    "line": N_("Thin dashed lines: {name}."),
    "point": N_("Grey bars: {name}."),
}

KINDS = {  # what is said of a kind of figure, beside the statistic
    "survival": N_(
        "Share of the networks that are not there yet after so many passes (Kaplan-Meier), with a "
        "pointwise 95 % band where there are few curves."
    ),
    "forest": N_("Each row is one finding with its 95 % interval; the line is the threshold."),
    "regions": N_(
        "Blue and orange are the two classes, paler where the network is unsure, the border is "
        "black; dots and squares are examples."
    ),
}


# Titles


def title(
    spec: Any, findings: Iterable[Any], words: Words, frame: pd.DataFrame | None = None
) -> str:
    """A figure's title: the study's own, with what it counts filled in, or one that says what is
    drawn.

    findings: of the study; those of the claims that the figure shows or is about are counted.
    """
    wanted = spec.about or spec.claim
    seen = [finding for finding in findings if finding.statistic in wanted]
    if spec.title:
        filled = words.said(spec.title).format_map(counted(spec, seen, words, frame))
        return filled
    if seen:
        return _of_findings(seen, words)
    return sentence(_against(spec, words))


def counted(
    spec: Any, findings: Sequence[Any], words: Words, frame: pd.DataFrame | None = None
) -> dict[str, str]:
    """What a title may name in braces, as text in the language."""
    seen = Counter(finding.verdict for finding in findings)
    verdicts = ("supported", "contradicted", "undecided", "negligible", "not_learned")
    numbers: dict[str, float] = {"n": len(findings)}
    numbers |= {verdict: seen[verdict] for verdict in verdicts}
    values = [finding.value for finding in findings if np.isfinite(finding.value)]
    numbers["networks"] = _networks(spec, findings, frame)
    texts = {name: words.number(number) for name, number in numbers.items()}
    texts |= _sizes("largest", max(values, default=np.nan), words)
    texts |= _sizes("smallest", min(values, default=np.nan), words)
    return texts | (_ends(spec, frame, words) if frame is not None else {})


def _sizes(name: str, value: float, words: Words) -> dict[str, str]:
    """A value as it is, as a percentage and in points, to the digits that an answer gives."""
    return {
        name: words.number(value, DIGITS),
        f"{name}_percent": words.percent(value, DIGITS),
        f"{name}_points": words.number(round(100 * value, 9), DIGITS),
    }


def _ends(spec: Any, frame: pd.DataFrame, words: Words) -> dict[str, str]:
    """The least and the most that is drawn of a figure's first measure, and where they are."""
    measure = spec.value if spec.kind == "heatmap" else next(iter(spec.y), None)
    frame = frame[frame[MEASURE] == measure] if MEASURE in frame else frame
    if "value" not in frame or not np.isfinite(frame["value"].astype(float)).any():
        return dict.fromkeys(("least", "most", "least_at", "most_at"), words.number(np.nan))
    values = frame["value"].astype(float)
    rows = {"least": frame.loc[values.idxmin()], "most": frame.loc[values.idxmax()]}
    ends = {name: words.number(float(row["value"]), DIGITS) for name, row in rows.items()}
    return ends | {f"{name}_at": _cell(spec, row, words) for name, row in rows.items()}


def _networks(spec: Any, findings: Sequence[Any], frame: pd.DataFrame | None) -> int:
    """Those of the rows; of a forest those of its findings, each with its own control."""
    if frame is not None and (total := counts.networks(spec, frame)):
        return total
    return sum(finding.networks for finding in findings)


def _of_findings(findings: Sequence[Any], words: Words) -> str:
    """In how many conditions each claim is supported: "...: in 3 of 12 conditions"."""
    claims: dict[str, list[Any]] = {}
    for finding in findings:
        claims.setdefault(finding.statistic, []).append(finding)
    parts = []
    for found in claims.values():
        supported = sum(finding.verdict == "supported" for finding in found)
        text = words.ngettext(
            "{claim}: so in {supported} of {n} condition",
            "{claim}: so in {supported} of {n} conditions",
            len(found),
            claim=words.said(found[0].says),
            supported=supported,
        )
        parts.append(text)
    return _semicolons(parts, words)


def _against(spec: Any, words: Words) -> str:
    """What is drawn, in a few words."""
    if spec.kind == "forest":
        return words.gettext("what was measured under each condition")
    if spec.kind == "survival":
        return words.gettext("share of networks that are not there yet, pass by pass")
    if spec.kind == "regions":
        return words.gettext("the regions that networks give to two classes")
    y = words.listed([words.label(name) for name in spec.y])
    x = words.label(across(spec))
    if spec.kind == "heatmap":
        value = words.label(spec.value)
        return words.gettext("{value} by {x} and {y}", value=value, x=x, y=y)
    return words.gettext("{y} against {x}", y=y, x=x)


# Captions


def caption(spec: Any, study: Mapping[str, Any], frame: pd.DataFrame, words: Words) -> str:
    """What is behind a figure: what it shows, what is swept and fixed, how many, how eta was
    chosen, what diverged; and the study's own note.

    study: as its study.json has it (base, sweep, tune, measures, reach).
    """
    sentences = [
        _statistic(spec, study, frame, words),
        _swept(spec, frame, words),
        _fixed(spec, study, frame, words),
        _averaged(spec, words),
        _many(spec, frame, words),
        *how_chosen(spec, study, frame, words),
        _lost(spec, frame, words),
        words.said(spec.note),
    ]
    return " ".join(filter(None, sentences))


def _statistic(spec: Any, study: Mapping, frame: pd.DataFrame, words: Words) -> str:
    parts = []
    drawn_once = "n" in frame and counts.seeds(frame)[1] <= 1
    if spec.kind in KINDS:
        parts.append(words.gettext(KINDS[spec.kind]))
        if spec.kind == "forest" and how_chosen(spec, study, frame, words):
            parts.append(words.gettext("Each side is at the settings that suit it best."))
    elif ("low" in frame and not drawn_once) or spec.kind == "heatmap":
        units = words.said(spec.n_of) or words.gettext("seeds")
        parts.append(words.gettext(STATISTICS[spec.statistic], units=units))
    if spec.kind == "survival" or {"reached", "passes"} & set(spec.y):
        parts.append(_reach(study, frame, words))
    if spec.kind == "heatmap" and _has_holes(spec, frame):
        parts.append(words.gettext("Where a tile is grey there is no value."))
    if spec.theory:
        kind = spec.kind if spec.kind in THEORY else "line"
        named = spec.theory in words.own
        name = words.label(spec.theory)
        parts.append(
            words.gettext(BESIDE[kind], name=name) if named else words.gettext(THEORY[kind])
        )
    return " ".join(filter(None, parts))


def _has_holes(spec: Any, frame: pd.DataFrame) -> bool:
    """Whether a pair of levels of a heatmap has no value in some panel."""
    fields = [names(spec.x), spec.y, names(spec.col), names(spec.row)]
    tiles = math.prod(len(levels_of(frame, some)) for some in fields)
    return int(frame["value"].notna().sum()) < tiles


def _reach(study: Mapping, frame: pd.DataFrame, words: Words) -> str:
    """From which level on a network counts as trained."""
    reach = study.get("reach")
    if not reach:
        return ""
    level, measure = reach["level"], words.label(reach["measure"])
    if isinstance(level, Mapping):
        there = set(frame.get("dataset", level))
        each = words.listed(
            [
                f"{words.number(level[name])} ({words.level('dataset', name)})"
                for name in level
                if name in there
            ]
        )
        return words.gettext(
            "A network is there at this {measure}: {each}.", measure=measure, each=each
        )
    return words.gettext("A network is there at {measure} {level}.", measure=measure, level=level)


def _swept(spec: Any, frame: pd.DataFrame, words: Words) -> str:
    parts = [
        words.gettext(
            "{label} ({levels})", label=words.label(name), levels=listed(name, found, words)
        )
        for name, found in swept(spec, frame).items()
    ]
    return words.gettext("Swept: {parts}.", parts=_semicolons(parts, words)) if parts else ""


def _semicolons(parts: Sequence[str], words: Words) -> str:
    """Parts that have commas of their own."""
    text = parts[0]
    for more in parts[1:]:
        text = words.gettext("{text}; {more}", text=text, more=more)
    return text


def _fixed(spec: Any, study: Mapping, frame: pd.DataFrame, words: Words) -> str:
    shown = in_words(fixed(spec, study, frame), words)
    parts = [words.gettext("Fixed: {condition}.", condition=shown)] if shown else []
    for (field, swept_field), pairs in together(spec, study, frame).items():
        values = [
            f"{tick(field, value, words)} ({words.level(swept_field, beside)})"
            for value, beside in pairs
        ]
        label, each = sentence(words.label(field)), words.listed(values)
        parts.append(words.gettext("{label}: {each}.", label=label, each=each))
    if spec.kind == "forest":
        common = in_words(usual(spec, frame), words)
        if common:
            text = words.gettext("Where a row does not say otherwise: {common}.", common=common)
            parts.append(text)
    return " ".join(parts)


def _averaged(spec: Any, words: Words) -> str:
    if not spec.over:
        return ""
    fields = words.listed([words.label(name) for name in spec.over])
    return words.gettext("Averaged over {fields}.", fields=fields)


def _many(spec: Any, frame: pd.DataFrame, words: Words) -> str:
    text = counts.counted(spec, frame, words)
    return f"{text}." if text else ""


def _lost(spec: Any, frame: pd.DataFrame, words: Words) -> str:
    """What diverged: it counts as the worst, and is not left out."""
    lost = counts.total(spec, frame, "diverged")
    if not lost:
        return ""
    return words.ngettext(
        "{n} network diverged: it counts as the worst.",
        "{n} networks diverged: they count as the worst.",
        lost,
    )


# For those who do not see it


def alt(spec: Any, frame: pd.DataFrame, words: Words) -> str:
    """What a figure shows: its axes, its panels and lines, and between which values it runs; or what
    the study says, which alone knows a figure of its own."""
    if spec.alt:
        return words.said(spec.alt)
    parts = [sentence(_against(spec, words)) + ".", *_laid_out(spec, frame, words)]
    if spec.kind == "forest":
        parts.append(_verdicts(frame, words))
    elif spec.kind == "survival":
        parts.append(_left(spec, frame, words))
    elif spec.kind != "regions":
        parts += _extremes(spec, frame, words)
    return " ".join(filter(None, parts))


def _laid_out(spec: Any, frame: pd.DataFrame, words: Words) -> list[str]:
    """A panel for each ..., a colour for each ..."""
    messages = {
        "row": N_("A row of panels for each of {levels}."),
        "col": N_("A panel for each of {levels}."),
        "hue": N_("A colour for each of {levels}."),
        "style": N_("A kind of line for each of {levels}."),
    }
    parts = []
    for channel, fields in with_measures(spec).items():
        levels = (
            levels_of(frame, fields, orders(spec)) if set(fields) <= set(frame.columns) else ((),)
        )
        if fields and len(levels) > 1:
            said = [in_words(dict(zip(fields, level, strict=True)), words) for level in levels]
            parts.append(words.gettext(messages[channel], levels=words.listed(said)))
    return parts


def _extremes(spec: Any, frame: pd.DataFrame, words: Words) -> list[str]:
    """For each measure its least and its greatest value, and where they are."""
    column = spec.y[0] if spec.kind == "scatter" and spec.y[0] in frame else "value"
    name = spec.value if spec.kind == "heatmap" else spec.y[0]
    groups = frame.groupby(MEASURE, sort=False) if MEASURE in frame else [(name, frame)]
    parts = []
    for measure, rows in groups:
        rows = rows[np.isfinite(rows[column].astype(float))]
        if len(rows):
            ends = [rows[column].astype(float).idxmin(), rows[column].astype(float).idxmax()]
            at = [(rows.loc[end, column], _cell(spec, rows.loc[end], words)) for end in ends]
            parts.append(_from_to(words.label(measure), at, words))
    return parts


def _from_to(label: str, at: Sequence[tuple[float, str]], words: Words) -> str:
    (least, where_least), (most, where_most) = at
    ends = {"label": sentence(label), "least": float(least), "most": float(most)}
    if not where_least:
        return words.gettext("{label}: from {least} to {most}.", **ends)
    return words.gettext(
        "{label}: from {least} ({where_least}) to {most} ({where_most}).",
        **ends,
        where_least=where_least,
        where_most=where_most,
    )


def _cell(spec: Any, row: pd.Series, words: Words) -> str:
    channels = [*with_measures(spec).values(), names(spec.x)]
    if spec.kind == "heatmap":
        channels.append(spec.y)
    fields = [name for channel in channels for name in channel if name != MEASURE and name in row]
    if spec.kind in ("scatter", "survival"):
        fields = [name for name in fields if name != spec.x]
    return in_words({name: row[name] for name in dict.fromkeys(fields)}, words)


def _verdicts(frame: pd.DataFrame, words: Words) -> str:
    """How many findings there are of each verdict."""
    seen = Counter(frame["verdict"])
    counted = {  # in French they agree with the findings
        "supported": words.ngettext("{n} is supported", "{n} are supported", seen["supported"]),
        "contradicted": words.ngettext(
            "{n} is contradicted", "{n} are contradicted", seen["contradicted"]
        ),
        "negligible": words.ngettext(
            "{n} is too small to matter", "{n} are too small to matter", seen["negligible"]
        ),
        "undecided": words.ngettext("{n} is undecided", "{n} are undecided", seen["undecided"]),
        "not_learned": words.ngettext(
            "{n} is of networks that did not learn",
            "{n} are of networks that did not learn",
            seen["not_learned"],
        ),
    }
    found = words.ngettext("{n} finding", "{n} findings", len(frame))
    parts = words.listed([counted[verdict] for verdict in VERDICTS if seen[verdict]])
    return words.gettext("{found}: {parts}.", found=found, parts=parts)


def _left(spec: Any, frame: pd.DataFrame, words: Words) -> str:
    """What share is left after the last pass, at least and at most."""
    fields = [name for channel in with_measures(spec).values() for name in channel]
    ordered = frame.sort_values("passes", kind="stable")
    last = ordered.groupby(fields, dropna=False).tail(1) if fields else ordered.tail(1)
    ends = [last["share"].idxmin(), last["share"].idxmax()]
    at = [(last.loc[end, "share"], _cell(spec, last.loc[end], words)) for end in ends]
    return _from_to(words.gettext("share left after the last pass"), at, words)


def sentence(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
