"""Verdicts and counts as a reader sees them: a symbol, and words that agree with their number."""

from collections.abc import Callable
from typing import Any

from mlpstudy.words import Words

SYMBOLS = {  # of a verdict: it is never told by its colour alone
    "supported": "✓",
    "partly": "✓?",
    "contradicted": "✗",
    "partly_contradicted": "✗?",
    "depends": "±",
    "negligible": "≈",
    "undecided": "?",
    "not_learned": "∅",
    "question": "¿",
    "untested": "–",
    "opinion": "“”",
}

Form = Callable[[Words, float], str]  # of a word that goes with a number

VERDICTS: dict[str, Form] = {
    "supported": lambda w, n: w.npgettext("verdict", "supported", "supported", n),
    "partly": lambda w, n: w.npgettext("verdict", "partly supported", "partly supported", n),
    "contradicted": lambda w, n: w.npgettext("verdict", "contradicted", "contradicted", n),
    "partly_contradicted": lambda w, n: w.npgettext(
        "verdict", "partly contradicted", "partly contradicted", n
    ),
    "depends": lambda w, n: w.npgettext("verdict", "depends", "depend", n),
    "negligible": lambda w, n: w.npgettext("verdict", "negligible", "negligible", n),
    "undecided": lambda w, n: w.npgettext("verdict", "undecided", "undecided", n),
    "not_learned": lambda w, n: w.npgettext("verdict", "not learned", "not learned", n),
    "question": lambda w, n: w.npgettext("verdict", "question", "questions", n),
    "untested": lambda w, n: w.npgettext("verdict", "not tested", "not tested", n),
    "opinion": lambda w, n: w.npgettext("verdict", "opinion", "opinions", n),
}

COUNTS: dict[str, Form] = {
    "networks": lambda w, n: w.npgettext("count", "network", "networks", n),
    "networks_trained": lambda w, n: w.npgettext("count", "network trained", "networks trained", n),
    "measurements": lambda w, n: w.npgettext("count", "measurement", "measurements", n),
    "trained": lambda w, n: w.npgettext("count", "trained", "trained", n),
    "finished": lambda w, n: w.npgettext("count", "finished", "finished", n),
    "diverged": lambda w, n: w.npgettext("count", "diverged", "diverged", n),
    "failed": lambda w, n: w.npgettext("count", "failed", "failed", n),
    "passes": lambda w, n: w.npgettext("count", "pass", "passes", n),
    "datasets": lambda w, n: w.npgettext("count", "dataset", "datasets", n),
    "seeds": lambda w, n: w.npgettext("count", "seed", "seeds", n),
    "claims": lambda w, n: w.npgettext("count", "claim", "claims", n),
    "studies": lambda w, n: w.npgettext("count", "study", "studies", n),
    "slips": lambda w, n: w.npgettext("count", "slip in the slides", "slips in the slides", n),
    "of_project": lambda w, n: w.npgettext("count", "of this project", "of this project", n),
}


def verdict(words: Words, status: str, n: float = 1) -> str:
    """A verdict in words, as it goes with a number of claims or findings."""
    return VERDICTS[status](words, n)


def counted(words: Words, kind: str, n: Any) -> str:
    """What was counted, without its number n; a kind that is not in the table by its name."""
    return (
        COUNTS[kind](words, n if isinstance(n, int | float) else 2)
        if kind in COUNTS
        else (words.label(kind))
    )
