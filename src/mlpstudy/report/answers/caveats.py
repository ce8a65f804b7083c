"""What speaks against believing an answer as it stands: how many of its findings hang on a choice."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mlpstudy.report.answers.sizes import range_of, unit_of
from mlpstudy.statistics.verdicts import CONTRADICTED, SUPPORTED, UNDECIDED, Finding
from mlpstudy.words import Words


class Doubt(NamedTuple):
    """What may be doubtful of a finding, and how that is said where the claim has this one alone,
    and of n findings among all."""

    is_met: Callable[[Finding], bool]
    alone: Callable[[Words], str]
    among: Callable[[Words, int, int], str]


def caveats(words: Words, findings: Sequence[Finding]) -> list[str]:
    """One line for each kind of doubt, none where no finding has it. findings: those that decide."""
    all = len(findings)
    counted = [
        doubt.alone(words) if all == 1 else doubt.among(words, n, all)
        for doubt in DOUBTS
        if (n := sum(map(doubt.is_met, findings)))
    ]
    return counted + unseen(words, findings)


def unseen(words: Words, findings: Sequence[Finding]) -> list[str]:
    """For each unit how large an effect has to be to be seen where a finding is undecided."""
    dark = [f for f in findings if f.verdict == UNDECIDED and f.sees is not None]
    alike: dict[tuple, list[Finding]] = {}
    for finding in dark:  # points are points, of errors or of shares
        alike.setdefault((unit_of(finding), bool(finding.threshold)), []).append(finding)
    return [_unseen(words, found, away) for (_, away), found in alike.items()]


def _unseen(words: Words, dark: Sequence[Finding], away: bool) -> str:
    """away: what would be seen is a distance from a threshold that is not 0."""
    size = range_of(words, dark, lambda finding: finding.sees or 0.0)
    if away:
        return words.gettext(
            "where it is undecided, only a value {size} or more off the threshold would have been "
            "told from it",
            size=size,
        )
    return words.gettext(
        "where it is undecided, only an effect of {size} or more would have been seen", size=size
    )


def only_tuned(finding: Finding) -> bool:
    """Whether it is seen only where each side has its own eta: at the control's it is not told."""
    if finding.verdict not in (SUPPORTED, CONTRADICTED) or finding.hangs:
        return False
    return finding.common_verdict not in (None, finding.verdict)


DOUBTS = (
    Doubt(
        lambda finding: finding.hangs,
        lambda w: w.gettext("it turns over where both sides have the control's eta"),
        lambda w, n, all: w.ngettext(
            "{n} of {all} turns over where both sides have the control's eta",
            "{n} of {all} turn over where both sides have the control's eta",
            n,
            all=all,
        ),
    ),
    Doubt(
        only_tuned,
        lambda w: w.gettext("it is seen only where each side has its own eta"),
        lambda w, n, all: w.ngettext(
            "{n} of {all} is seen only where each side has its own eta",
            "{n} of {all} are seen only where each side has its own eta",
            n,
            all=all,
        ),
    ),
    Doubt(
        lambda finding: bool(finding.edge),
        lambda w: w.gettext("it has an eta at an edge of its grid"),
        lambda w, n, all: w.ngettext(
            "{n} of {all} has an eta at an edge of its grid",
            "{n} of {all} have an eta at an edge of its grid",
            n,
            all=all,
        ),
    ),
    Doubt(
        lambda finding: finding.turns,
        lambda w: w.gettext("it has another verdict after half of the passes"),
        lambda w, n, all: w.ngettext(
            "{n} of {all} has another verdict after half of the passes",
            "{n} of {all} have another verdict after half of the passes",
            n,
            all=all,
        ),
    ),
    Doubt(
        lambda finding: finding.seeds_few,
        lambda w: w.gettext("runs fail, and too few seeds say how often"),
        lambda w, n, all: w.gettext(
            "in {n} of {all} runs fail, and too few seeds say how often", n=n, all=all
        ),
    ),
    Doubt(
        lambda finding: finding.censored,
        lambda w: w.gettext("no run of a side comes to the level within its passes"),
        lambda w, n, all: w.gettext(
            "in {n} of {all} no run of a side comes to the level within its passes", n=n, all=all
        ),
    ),
    Doubt(
        lambda finding: finding.folds > 0,
        lambda w: w.gettext("folds share training examples: other examples may vary more"),
        lambda w, n, all: w.ngettext(
            "{n} of {all} rests on folds, which share training examples: other examples may vary more",
            "{n} of {all} rest on folds, which share training examples: other examples may vary more",
            n,
            all=all,
        ),
    ),
    Doubt(
        lambda finding: not finding.learned,
        lambda w: w.gettext("the control does no better than guessing"),
        lambda w, n, all: w.gettext(
            "in {n} of {all} the control does no better than guessing", n=n, all=all
        ),
    ),
)
