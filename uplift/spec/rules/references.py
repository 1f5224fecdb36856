"""Names that must exist elsewhere: metrics, sources, holdouts, layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from uplift.errors import Problem
from uplift.spec.names import suggestion
from uplift.spec.rules.metrics import uses
from uplift.spec.study import KeyPath, Study


def metrics_are_defined(study: Study) -> Iterator[Problem]:
    """Every metric that is named stands in project.yml."""
    known = list(study.project.metrics)
    for path, name in _metric_names(study):
        if name not in known:
            of = "key" if path[-1] == name else "value"
            yield Problem(
                "UP205",
                f"metric '{name}' is not defined in project.yml",
                suggestion(name, known, allowed="defined"),
                study.document.place(*path, of=of),
            )


def claims_are_about_measured_metrics(study: Study) -> Iterator[Problem]:
    """A claim about a metric that this experiment does not measure can't be checked."""
    experiment = study.experiment
    measured = {use.metric for _, use in uses(study)}
    for index, claim in enumerate(experiment.claims):
        if claim.metric and claim.metric in study.project.metrics and claim.metric not in measured:
            yield Problem(
                "UP239",
                f"the claim speaks of '{claim.metric}', which this experiment does not measure",
                f"add it under metrics.secondary, or name one of: {', '.join(sorted(measured))}",
                study.document.place("claims", index, "metric"),
                level="warning",
            )


def sources_are_defined(study: Study) -> Iterator[Problem]:
    """Every source that is named stands in project.yml and has the grain that its use needs."""
    experiment, known = study.experiment, study.project.sources
    named: list[tuple[KeyPath, str, str]] = [(("audience", "source"), experiment.audience.source, "contact")]
    if experiment.audience.scores:
        named.append((("audience", "scores"), experiment.audience.scores, "contact"))
    if experiment.value and experiment.value.redemptions:
        named.append((("value", "redemptions", "source"), experiment.value.redemptions.source, "event"))
    if experiment.compliance:
        named.append((("compliance", "received", "source"), experiment.compliance.received.source, "event"))
    if experiment.trigger:
        named.append((("trigger", "source"), experiment.trigger.source, "event"))
    if experiment.send_time:
        named.append((("send_time", "log"), experiment.send_time.log, "event"))
    for path, name, grain in named:
        place = study.document.place(*path)
        source = known.get(name)
        if source is None:
            fix = suggestion(name, known, allowed="defined")
            yield Problem("UP214", f"source '{name}' is not defined in project.yml", fix, place)
        elif source.grain != grain:
            rows = "one row per contact" if grain == "contact" else "one row per event"
            fits = [n for n, s in known.items() if s.grain == grain]
            yield Problem(
                "UP237",
                f"source '{name}' has grain {source.grain}; {path[0]} needs {rows}",
                f"sources of grain {grain}: {', '.join(fits) or 'none is defined'}",
                place,
            )


def holdout_and_layer_are_defined(study: Study) -> Iterator[Problem]:
    """The holdout and the layer stand in project.yml."""
    assignment = study.experiment.assignment
    if assignment.holdout and assignment.holdout not in study.project.holdouts:
        yield _unknown(study, "holdout", assignment.holdout, study.project.holdouts, ("assignment", "holdout"))
    if assignment.layer and assignment.layer.name not in study.project.layers:
        yield _unknown(study, "layer", assignment.layer.name, study.project.layers, ("assignment", "layer", "name"))


def id_is_free(study: Study) -> Iterator[Problem]:
    """Experiment, holdout and layer ids share one namespace, for they are the salts of one hash."""
    own = study.experiment.id
    for kind, names in (("holdout", study.project.holdouts), ("layer", study.project.layers)):
        if own in names:
            yield Problem(
                "UP233",
                f"id '{own}' is also the id of a {kind}; their draws would be the same",
                "give the experiment another id (and file name)",
                study.document.place("id"),
            )


def _metric_names(study: Study) -> Iterator[tuple[KeyPath, str]]:
    experiment = study.experiment
    yield from (((*path, "metric"), use.metric) for path, use in uses(study))
    for name in experiment.design.baselines:
        path: KeyPath = ("design", "baselines", name)
        if path in study.document.keys:  # else it comes from the project, which is checked there
            yield path, name
    for index, claim in enumerate(experiment.claims):
        if claim.metric:
            yield ("claims", index, "metric"), claim.metric
    if experiment.targeting and experiment.targeting.outcome not in (None, "net_value"):
        yield ("targeting", "outcome"), str(experiment.targeting.outcome)


def _unknown(study: Study, kind: str, name: str, known: Iterable[str], path: KeyPath) -> Problem:
    return Problem(
        "UP215",
        f"{kind} '{name}' is not defined in project.yml",
        suggestion(name, known, allowed="defined"),
        study.document.place(*path),
    )


RULES = (
    metrics_are_defined,
    claims_are_about_measured_metrics,
    sources_are_defined,
    holdout_and_layer_are_defined,
    id_is_free,
)
