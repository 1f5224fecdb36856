"""What the adjustment by facts from before the assignment (CUPED) brought to each comparison of a metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from uplift.analysis.comparison import Question, Terms, adjustment, answers, refused
from uplift.results import Covariates


def covariates_of(
    questions: Sequence[Question], terms: Terms, *, refusals: Mapping[str, str], pairs: Sequence[Question] = ()
) -> tuple[Covariates, ...]:
    """One reading per treatment that is adjusted, with the comparison as it would be without; none where nothing is.

    `pairs` belong to the same family.
    """
    found = {question.treatment_arm: adjustment(question, terms) for question in questions}
    if not any(found.values()):
        return ()
    alone, others = ([replace(question, covariates=()) for question in asked] for asked in (questions, pairs))
    plain = answers(alone, terms, others)
    return tuple(
        Covariates(
            treatment=uplift.treatment.arm,
            names=adjusted.covariates,
            r_squared=adjusted.explained,
            effective_sample=adjusted.gain,
            unadjusted=refused(uplift, refusals),
        )
        for uplift in plain[: len(questions)]
        if (adjusted := found[uplift.treatment.arm]) is not None
    )
