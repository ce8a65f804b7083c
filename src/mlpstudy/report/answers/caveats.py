"""What speaks against believing an answer as it stands: how many of its findings hang on a choice."""

from collections.abc import Callable, Sequence

from mlpstudy.report.answers.sizes import range_of
from mlpstudy.statistics.verdicts import UNDECIDED, Finding
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
    units = dict.fromkeys(finding.unit for finding in dark)
    return [
        words.gettext(
            "where it is undecided, only an effect of {size} or more would have been seen",
            size=range_of(words, [f for f in dark if f.unit == unit], lambda f: f.sees),
        )
        for unit in units
    ]


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
