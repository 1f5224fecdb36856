"""Decision rules: they can be read, and speak only of what this experiment has."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.errors import Place, Problem
from uplift.spec.decision import DecisionError, misuses, names_in, parse, vocabulary
from uplift.spec.rules.metrics import uses
from uplift.spec.study import Study


def rules_can_be_read(study: Study) -> Iterator[Problem]:
    """Each rule parses, and each of its names is one that the result will have."""
    experiment = study.experiment
    if experiment.decision is None:
        return
    metrics = [use.metric for _, use in uses(study)]
    known = vocabulary(metrics, net_value=experiment.value is not None)
    for key, text in (("ship", experiment.decision.ship), ("stop", experiment.decision.stop)):
        if text is None:
            continue
        try:
            expression = parse(text)
        except DecisionError as error:
            yield _located(study, key, text, error)
            continue
        if experiment.value is None and any(".net_value" in f".{name}" for name in names_in(expression)):
            yield Problem(
                "UP236",
                "net value needs the margin of revenue",
                "add value: {margin: 38%}",
                study.document.place("decision", key),
            )
            continue
        for misuse in misuses(expression, known, text=text):
            yield _located(study, key, text, misuse)
        missing = [
            word
            for word, there in (
                ("guardrails", bool(experiment.metrics.guardrails)),
                ("sequential", experiment.design.sequential is not None),
            )
            if not there and any(name.startswith(f"{word}.") for name in names_in(expression))
        ]
        for word in missing:
            yield Problem(
                "UP230",
                f"the rule speaks of {word}, but this experiment has none",
                f"declare {'metrics.guardrails' if word == 'guardrails' else 'design.sequential'}, or leave it out",
                study.document.place("decision", key),
                level="warning",
            )


def net_value_needs_a_margin(study: Study) -> Iterator[Problem]:
    """What targeting maximises must be computable."""
    experiment = study.experiment
    if experiment.targeting and experiment.targeting.outcome == "net_value" and experiment.value is None:
        yield Problem(
            "UP236",
            "net value needs the margin of revenue",
            "add value: {margin: 38%}",
            study.document.place("targeting", "outcome"),
        )


def _located(study: Study, key: str, text: str, error: DecisionError) -> Problem:
    """The error at its own column where the rule stands on one line, else at the rule."""
    place = study.document.place("decision", key)
    lines = study.document.text.splitlines()
    if place.line is not None and place.column is not None and place.line <= len(lines):
        rest = lines[place.line - 1][place.column - 1 :]
        quote = 1 if rest[:1] in ("'", '"') else 0
        if rest[quote:].startswith(text):
            place = Place(place.file, place.line, place.column + quote + error.offset)
    return Problem("UP230", error.message, error.fix, place)


RULES = (rules_can_be_read, net_value_needs_a_margin)
