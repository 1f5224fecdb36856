"""Which metrics are the four measures of mail systems: purchase rate, revenue per purchase, per contact, engagement.

Nothing in the YAML says so; counts do. A purchase rate is the share whose events are as many as the buyers of the
revenue, in every arm.
"""

from __future__ import annotations

from uplift.results import MetricResult, Result


def revenue_per_contact(result: Result) -> MetricResult | None:
    """The metric that the account reads, else the first mean in money that is to grow."""
    named = {account.metric for account in result.money}
    fitting = [m for m in _shown(result) if m.format == "money" and m.kind == "mean" and m.better == "up"]
    return next((m for m in fitting if m.name in named), fitting[0] if fitting else None)


def order_value(result: Result) -> MetricResult | None:
    """Revenue per purchase: the first ratio in money."""
    return next((m for m in _shown(result) if m.format == "money" and m.kind == "ratio"), None)


def is_purchase_rate(result: Result, metric: MetricResult) -> bool:
    """Whether a share counts the contacts that the revenue comes from."""
    revenue = revenue_per_contact(result)
    if metric.kind != "proportion" or revenue is None or metric.window_days != revenue.window_days:
        return False
    return _events(metric) == _events(revenue)


def purchase_rate(result: Result) -> MetricResult | None:
    """The share of contacts who bought, where a metric counts them."""
    return next((m for m in _shown(result) if is_purchase_rate(result, m)), None)


def engagement(result: Result) -> MetricResult | None:
    """Another share that is to grow and that both arms have: clicks, visits."""
    shares = (m for m in _shown(result) if m.kind == "proportion" and m.better == "up")
    return next((m for m in shares if not is_purchase_rate(result, m)), None)


def _shown(result: Result) -> tuple[MetricResult, ...]:
    return tuple(m for m in result.metrics if m.role != "guardrail" and m.uplifts)


def _events(metric: MetricResult) -> tuple[tuple[int, int], ...]:
    return tuple((arm.n, arm.nonzero) for u in metric.uplifts for arm in (u.control, u.treatment))
