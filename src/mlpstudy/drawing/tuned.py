"""How what is tuned was chosen, in words: by which mean, of which values."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mlpstudy.drawing.swept import block_levels, blocks, listed
from mlpstudy.statistics.tuning import ERROR, LOSS, family
from mlpstudy.words import Words


def how_chosen(spec: Any, study: Mapping, frame: pd.DataFrame, words: Words) -> list[str]:
    """A sentence for each tuned field; none where nothing is."""
    tune = spec.tune if spec.tune is not None else study.get("tune") or {}
    measures = compared(spec, study, frame)
    return [
        _sentence(field, rule, measures, spec, study, words)
        for field, rule in tune.items()
        if len(_tried(field, spec, study)) > 1
    ]


def compared(spec: Any, study: Mapping, frame: pd.DataFrame) -> list[str]:
    """The measures that a figure compares."""
    if spec.kind == "forest":
        claims = [claim for claim in study["claims"] if claim["statistic"] in spec.claim]
        found = [claim["contrast"]["measure"] for claim in claims if claim.get("contrast")]
        return list(dict.fromkeys(found))
    if spec.kind == "survival":
        return ["passes"]
    return [spec.value] if spec.kind == "heatmap" else list(spec.y)


def _sentence(
    field: str, rule: Any, measures: Sequence[str], spec: Any, study: Mapping, words: Words
) -> str:
    values = {"field": words.label(field), "values": _grid(field, spec, study, words)}
    least = rule.get("least") if isinstance(rule, Mapping) else getattr(rule, "least", ())
    by = {tuple(least)} if least else {family(name, study.get("measures")) for name in measures}
    if by == {LOSS, ERROR}:
        return words.gettext(
            "In each configuration {field} is the value of {values} with the least mean validation "
            "loss for losses, with the least mean validation error for the rest.",
            **values,
        )
    return words.gettext(
        "In each configuration {field} is the value of {values} with the least mean of this: "
        "{measure}.",
        **{**values, "measure": " / ".join(words.label(each[0]) for each in sorted(by or {ERROR}))},
    )


def _grid(field: str, spec: Any, study: Mapping, words: Words) -> str:
    tried = _tried(field, spec, study)
    ordered = sorted(tried) if all(not isinstance(value, str) for value in tried) else list(tried)
    return listed(field, ordered, words)


def _tried(field: str, spec: Any, study: Mapping) -> set:
    """The values that were tried in the blocks of a figure."""
    return {
        value
        for block in blocks(spec, study)
        for value in block_levels(study, block).get(field, ())
    }
