"""One hash of what was decided: formatting, titles, status and waivers do not change it, anything else does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from uplift.spec.model import Model
from uplift.spec.project import MetricDefinition
from uplift.spec.rules.metrics import uses
from uplift.spec.scalars import plain
from uplift.spec.study import Study

FORM = "uplift.spec/1"
"""Changes when the canonical form does: hashes of different forms are not comparable."""
SILENT = frozenset({"status", "title", "waivers"})
"""Keys that decide nothing about the test."""
LATER = frozenset({"r_squared", "explained_by", "trigger", "send_time", "products", "watch_by", "attrition"})
"""Keys that joined the language after this form: they are in it only where they are written, so older hashes hold."""
_JSON = frozenset({str, bool, int, float})


def spec_hash(study: Study) -> str:
    """sha256 (64 hex digits) of the experiment's meaning and of all shared definitions that it uses.

    Key order does not matter, except that of the arms (their order is bucket order); nor do comments, quoting, the way
    a number is written (`15%`, `0.15`) or whether a default is spelled out.
    """
    text = json.dumps(meaning(study), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def meaning(study: Study) -> dict[str, Any]:
    """The canonical form that is hashed: JSON values only."""
    experiment, project = study.experiment, study.project
    words = canonical(experiment)
    words["arms"] = [[name, canonical(arm)] for name, arm in experiment.arms.items()]
    metrics = {use.metric: project.metrics[use.metric] for _, use in uses(study) if use.metric in project.metrics}
    holdout, layer = experiment.assignment.holdout, experiment.assignment.layer
    predicted = any(metric.model is not None for metric in metrics.values())
    return {
        **({"customers": canonical(project.customers)} if predicted else {}),
        "form": FORM,
        "experiment": words,
        "timezone": project.timezone,
        "currency": project.currency,
        "metrics": {name: canonical(metric) for name, metric in metrics.items()},
        "sources": {
            name: canonical(project.sources[name])
            for name in sorted(set(used_sources(study, metrics)))
            if name in project.sources
        },
        "holdout": canonical(project.holdouts[holdout]) if holdout in project.holdouts else None,
        "layer": canonical(project.layers[layer.name]) if layer and layer.name in project.layers else None,
    }


def canonical(value: Any) -> Any:
    """A model, a collection or a quantity as JSON values."""
    if value is None or type(value) in _JSON:  # most values; the check of a locked project asks for 200 hashes
        return value
    if isinstance(value, Model):
        said = {name: getattr(value, name) for name in type(value).model_fields if name not in SILENT}
        return {name: canonical(said[name]) for name in said if name not in LATER or said[name] not in (None, ())}
    if isinstance(value, Mapping):
        return {str(key): canonical(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [canonical(inner) for inner in value]
    return plain(value)


def used_sources(study: Study, metrics: Mapping[str, MetricDefinition]) -> Iterator[str]:
    """The names of all sources that the experiment and its metrics read, some of them more than once."""
    experiment = study.experiment
    yield experiment.audience.source
    if experiment.audience.scores:
        yield experiment.audience.scores
    if experiment.value and experiment.value.redemptions:
        yield experiment.value.redemptions.source
    if experiment.compliance:
        yield experiment.compliance.received.source
    if experiment.trigger:
        yield experiment.trigger.source
    if experiment.send_time:
        yield experiment.send_time.log
    for metric in metrics.values():
        if metric.model is not None and study.project.customers is not None:
            yield study.project.customers.purchases.source
        for part in (metric, metric.numerator, metric.denominator):
            if part is not None and part.source is not None:
                yield part.source
