"""The two rules that an experiment is judged by: the YAML's own, or what stands in for those that are absent."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.spec.study import Study

_SHIP = {"up": "primary.low > 0", "down": "primary.high < 0"}
_STOP = {"up": "primary.high < 0", "down": "primary.low > 0"}


@dataclass(frozen=True, slots=True)
class Rules:
    """The two rules as text, the YAML's own or the default ones."""

    ship: str
    stop: str


def rules_of(study: Study) -> Rules:
    """The YAML's rules; where one is absent: ship a proven gain with all guardrails ok, stop a proven loss."""
    better = study.metric(study.experiment.metrics.primary.metric).better
    written = study.experiment.decision
    guardrails = bool(study.experiment.metrics.guardrails)
    ship = _SHIP[better] + (" and all(guardrails.ok)" if guardrails else "")
    stop = _STOP[better] + (" or any(guardrails.breached)" if guardrails else "")
    return Rules(
        ship=(written.ship if written and written.ship else ship),
        stop=(written.stop if written and written.stop else stop),
    )
