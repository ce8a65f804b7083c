"""What a study answers, in two sentences."""

from collections.abc import Iterable, Sequence

from mlpstudy.report.answers.answer import general, in_order
from mlpstudy.report.answers.sentences import in_a_breath
from mlpstudy.report.lecture import Claim
from mlpstudy.statistics.verdicts import Finding, deciding
from mlpstudy.words import Words

SENTENCES = 2


def chapter(
    study: str, findings: Iterable[Finding], words: Words, claims: Sequence[Claim] = ()
) -> str:
    """The first sentences of what a study found, those of the claims that weigh most first.

    claims: of the lecture, in its order; one that is not there has its weight and no phrases.
    """
    words = general(words)
    of_study = [finding for finding in findings if finding.study == study]
    known = {claim.id: claim for claim in claims}
    own = {f.claim: known.get(f.claim) or Claim(f.claim, fr="", en=f.says) for f in of_study}
    order = {id: n for n, id in enumerate([*known, *own])}
    told = []
    for claim in sorted(own.values(), key=lambda each: (-each.weight, order[each.id])):
        of_claim = deciding([finding for finding in of_study if finding.claim == claim.id])
        for of in in_order(claim, of_claim):
            told.append((of, claim))
    told.sort(key=lambda each: not any(f.decides for f in each[0]))
    return " ".join(in_a_breath(words, told[:SENTENCES]))
