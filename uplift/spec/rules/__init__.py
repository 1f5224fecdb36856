"""What the models can't say: rules over several keys, several blocks and several files.

Each rule is a function that yields problems. They need no data; what needs data is judged by the rooms above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from uplift.errors import Problem
from uplift.spec.project import Project
from uplift.spec.rules import (
    arms,
    assignment,
    audience,
    covariates,
    decision,
    metrics,
    references,
    send_time,
    targeting,
    timing,
    value,
)
from uplift.spec.rules import project as shared
from uplift.spec.rules.across import across
from uplift.spec.study import Document, Study

STUDY_RULES: tuple[Callable[[Study], Iterator[Problem]], ...] = (
    *references.RULES,
    *arms.RULES,
    *audience.RULES,
    *timing.RULES,
    *metrics.RULES,
    *assignment.RULES,
    *covariates.RULES,
    *decision.RULES,
    *targeting.RULES,
    *send_time.RULES,
    *value.RULES,
)
STANDS_WHEN_CLOSED = frozenset(
    {
        "UP201",
        "UP202",
        "UP205",
        "UP214",
        "UP215",
        "UP216",
        "UP217",
        "UP218",
        "UP219",
        "UP220",
        "UP223",
        "UP229",
        "UP230",
        "UP236",
        "UP237",
        "UP238",
    }
)
"""Errors that stay errors in a closed experiment: without mending them it could not even be analysed again."""


def study_findings(study: Study) -> Iterator[Problem]:
    """Every finding about one experiment; those about a closed one are notes, unless nobody could analyse it."""
    closed = study.experiment.status == "closed"
    for rule in STUDY_RULES:
        for problem in rule(study):
            softened = closed and problem.code not in STANDS_WHEN_CLOSED
            yield replace(problem, level="note") if softened else problem


def project_findings(project: Project, document: Document) -> Iterator[Problem]:
    """Every finding about what experiments share."""
    for rule in shared.RULES:
        yield from rule(project, document)


__all__ = ["STANDS_WHEN_CLOSED", "STUDY_RULES", "across", "project_findings", "study_findings"]
