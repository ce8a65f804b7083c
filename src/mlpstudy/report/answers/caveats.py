"""What speaks against believing an answer as it stands: how many of its findings hang on a choice."""

from collections.abc import Callable, Sequence

from mlpstudy.report.answers.sizes import range_of
from mlpstudy.statistics.verdicts import CONTRADICTED, SUPPORTED, UNDECIDED, Finding
from mlpstudy.words import Words

Form = Callable[[Words, int, int], str]  # of n findings among all


def caveats(words: Words, findings: Sequence[Finding]) -> list[str]:
    """One line for each kind of doubt, none where no finding has it. findings: those that decide."""
    counted = [
        form(words, n, len(findings))
        for doubtful, form in DOUBTS
        if (n := sum(map(doubtful, findings)))
    ]
    return counted + unseen(words, findings)


def unseen(words: Words, findings: Sequence[Finding]) -> list[str]:
    """For each unit how large an effect has to be to be seen where a finding is undecided."""
    dark = [f for f in findings if f.verdict == UNDECIDED and f.sees is not None]
    kinds = dict.fromkeys((finding.unit, bool(finding.threshold)) for finding in dark)
    return [
        _unseen(words, [f for f in dark if (f.unit, bool(f.threshold)) == kind], kind[1])
        for kind in kinds
    ]


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


DOUBTS: tuple[tuple[Callable[[Finding], bool], Form], ...] = (
    (
        lambda finding: finding.hangs,
        lambda w, n, all: w.ngettext(
            "{n} of {all} turns over where both sides have the control's eta",
            "{n} of {all} turn over where both sides have the control's eta",
            n,
            all=all,
        ),
    ),
    (
        only_tuned,
        lambda w, n, all: w.ngettext(
            "{n} of {all} is seen only where each side has its own eta",
            "{n} of {all} are seen only where each side has its own eta",
            n,
            all=all,
        ),
    ),
    (
        lambda finding: bool(finding.edge),
        lambda w, n, all: w.ngettext(
            "{n} of {all} has an eta at an edge of its grid",
            "{n} of {all} have an eta at an edge of its grid",
            n,
            all=all,
        ),
    ),
    (
        lambda finding: finding.turns,
        lambda w, n, all: w.ngettext(
            "{n} of {all} has another verdict after half of the passes",
            "{n} of {all} have another verdict after half of the passes",
            n,
            all=all,
        ),
    ),
    (
        lambda finding: finding.seeds_few,
        lambda w, n, all: w.gettext(
            "in {n} of {all} runs fail, and too few seeds say how often", n=n, all=all
        ),
    ),
    (
        lambda finding: finding.censored,
        lambda w, n, all: w.gettext(
            "in {n} of {all} no run of a side comes to the level within its passes", n=n, all=all
        ),
    ),
    (
        lambda finding: finding.folds > 0,
        lambda w, n, all: w.gettext(
            "in {n} of {all} folds share training examples: other examples may vary more",
            n=n,
            all=all,
        ),
    ),
    (
        lambda finding: not finding.learned,
        lambda w, n, all: w.gettext(
            "in {n} of {all} the control does no better than guessing", n=n, all=all
        ),
    ),
)
