"""What variance reduction may use: columns that were known before the assignment, nothing that a metric measures."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.study import Study


def covariates_have_an_effect(study: Study) -> Iterator[Problem]:
    """Covariates are used by `variance_reduction: cuped` only."""
    design = study.experiment.design
    if design.variance_reduction == "none" and (design.covariates or design.lookback):
        word = "covariates" if design.covariates else "lookback"
        yield Problem(
            "UP247",
            f"design.{word} has no effect without variance reduction",
            "add variance_reduction: cuped, or delete it",
            study.document.place("design", word),
            level="warning",
        )


def covariates_are_no_outcomes(study: Study) -> Iterator[Problem]:
    """A column that a metric measures, or that says the arm, follows the assignment: it would hide the effect."""
    experiment = study.experiment
    outcomes = {
        part.column: name
        for name, metric in study.project.metrics.items()
        for part in (metric, metric.numerator, metric.denominator)
        if part is not None and part.column is not None
    }
    for index, column in enumerate(experiment.design.covariates):
        place = study.document.place("design", "covariates", index)
        if column in outcomes:
            message = f"covariate '{column}' is what metric '{outcomes[column]}' measures: it follows the assignment"
        elif column in (experiment.assignment.column, experiment.unit.id, experiment.unit.cluster):
            message = f"covariate '{column}' says who a contact is or which arm it has, nothing about its past"
        else:
            continue
        yield Problem("UP248", message, "name a column with what was known before the assignment", place)


RULES = (covariates_have_an_effect, covariates_are_no_outcomes)
