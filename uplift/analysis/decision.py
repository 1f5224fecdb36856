"""What to do: the YAML's decision rule, read against the result; a breached guardrail never ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from uplift.results import MetricResult, Money, Recommendation
from uplift.spec import Study
from uplift.spec.decision import evaluate, parse
from uplift.spec.rule_pair import rules_of

Name = float | bool | None | list[bool | None]


def recommend(
    study: Study, metrics: Sequence[MetricResult], money: Sequence[Money] = (), *, trusted: bool
) -> Recommendation:
    """The action for the best arm that the rules allow.

    `none` when no verdict may be given (a check failed, or the primary metric is refused in every arm); `ship` names
    the arm with the largest uplift among those whose ship rule holds; `stop` when the stop rule holds for every arm;
    else `wait`. Whatever the rule says, `wait` while contacts are immature (unless a planned look has ended the test),
    and nothing ships on a metric that only
    compares buyers with buyers, or in an arm that breaches a guardrail.
    """
    primary = next(m for m in metrics if m.role == "primary")
    if not trusted:
        return Recommendation("none", None, ("untrusted",))
    judged = [u.treatment.arm for u in primary.uplifts if u.direction != "refused"]
    if not judged:
        return Recommendation("none", None, ("refused",))
    going_on = all(looks.outcome == "continue" for looks in primary.looks)  # without planned looks: always
    if going_on and any(n for _, n in primary.immature):
        return Recommendation("wait", None, ("early",))
    rules = rules_of(study)
    ship, stop = parse(rules.ship), parse(rules.stop)
    names = {arm: {**_names(metrics, arm), **_net_value(money, arm), **_sequential(primary, arm)} for arm in judged}
    breached = {arm for arm in judged if True in _statuses(metrics, arm, "breached")}
    shippable = [arm for arm in judged if arm not in breached and evaluate(ship, names[arm]) is True]
    if shippable:
        sign = 1 if primary.better == "up" else -1
        if primary.conditional:
            return Recommendation("wait", None, ("conditional", rules.ship))
        best = max(shippable, key=lambda arm: sign * (primary.uplift(arm).relative or 0.0))
        return Recommendation("ship", best, (rules.ship,))
    if all(evaluate(stop, names[arm]) is True for arm in judged):
        return Recommendation("stop", None, ("breached",) if breached else (rules.stop,))
    return Recommendation("wait", None, ("breached",) if breached else (rules.ship,))


def _names(metrics: Sequence[MetricResult], arm: str) -> Mapping[str, Name]:
    names: dict[str, Name] = {
        "guardrails.ok": _statuses(metrics, arm, "ok"),
        "guardrails.breached": _statuses(metrics, arm, "breached"),
        "guardrails.open": _statuses(metrics, arm, "open"),
    }
    for metric in metrics:
        uplift = metric.uplift(arm)
        refused = uplift.direction == "refused" or uplift.relative_interval is None
        values: dict[str, Name] = {
            "value": None if refused else uplift.relative,
            "low": None if refused or uplift.relative_interval is None else uplift.relative_interval.low,
            "high": None if refused or uplift.relative_interval is None else uplift.relative_interval.high,
        }
        for prefix in (metric.name, *(["primary"] if metric.role == "primary" else [])):
            for key, value in values.items():
                names[f"{prefix}.{key}"] = value
                names[f"best.{prefix}.{key}"] = value
    return names


def _net_value(money: Sequence[Money], arm: str) -> Mapping[str, Name]:
    """The contribution per contact in the project's currency: its sign is what a rule asks for."""
    own = next((m.per_thousand for m in money if m.treatment == arm), None)
    bounds = None if own is None else own.interval
    values: dict[str, Name] = {
        "value": None if own is None or own.value is None else own.value / 1_000,
        "low": None if bounds is None or bounds.low is None else bounds.low / 1_000,
        "high": None if bounds is None or bounds.high is None else bounds.high / 1_000,
    }
    return {f"{prefix}net_value.{key}": value for prefix in ("", "best.") for key, value in values.items()}


def _sequential(primary: MetricResult, arm: str) -> Mapping[str, Name]:
    """Whether a planned look has ended the test of this arm: a proven difference, or no hope of one."""
    outcome = next((looks.outcome for looks in primary.looks if looks.treatment == arm), None)
    return {f"sequential.{key}": None if outcome is None else outcome == key for key in ("efficacy", "futility")}


def _statuses(metrics: Sequence[MetricResult], arm: str, status: str) -> list[bool | None]:
    return [
        None if state.status == "refused" else state.status == status
        for metric in metrics
        for treatment, state in metric.guardrails
        if treatment == arm
    ]
