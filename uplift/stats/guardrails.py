"""Guardrails: metrics that must not get worse by more than a margin, judged by non-inferiority.

A guardrail asks another question than the primary metric: not «is there a difference» but «is it small enough». Both
answers, breached and ok, need proof; what lies between is open. A metric that merely fails to show harm is not ok.
"""

from __future__ import annotations

from typing import Literal

from uplift.results import GuardrailStatus, Interval, Uplift

Unit = Literal["relative", "points", "absolute"]
TOO_FEW = "UP604"


def guardrail_status(uplift: Uplift, *, margin: float, unit: Unit, better: Literal["up", "down"]) -> GuardrailStatus:
    """Where the interval of a comparison lies against the margin (a positive number of what may be lost).

    A margin in per cent acts on the ratio, in points or in the metric's own unit on the difference. Breached: the
    interval lies wholly beyond the margin; ok: wholly inside; else open. Refused: a comparison that can't be trusted,
    or one without an interval on the margin's scale. Too few events for a verdict on the uplift do not refuse a
    guardrail: harm is rare, and few events in large arms are just what excludes it.

    The margin is compared with the interval of the ratio itself, so the noise of the control counts (a margin times
    the *observed* control mean would take it as known).
    """
    interval = uplift.relative_interval if unit == "relative" else uplift.absolute_interval
    if interval is None or uplift.refusal not in (None, TOO_FEW):
        return GuardrailStatus(margin, unit, "refused")
    return GuardrailStatus(margin, unit, _status(interval, margin, better))


def _status(interval: Interval, margin: float, better: Literal["up", "down"]) -> Literal["ok", "open", "breached"]:
    low, high = interval.low, interval.high
    if better == "up":
        # The loss is downwards: beyond the margin means below −margin.
        if high is not None and high < -margin:
            return "breached"
        return "ok" if low is not None and low > -margin else "open"
    if low is not None and low > margin:
        return "breached"
    return "ok" if high is not None and high < margin else "open"


def power_per_test(power: float, *, guardrails: int) -> float:
    """The power that the primary metric and each guardrail need, so that a good treatment ships with `power`.

    Shipping needs all of them: with m guardrails each gets 1 − β/(m + 1), while α is not corrected, because a false
    ship needs every test to err (Schultzberg, Ankargren & Frånberg 2024, arXiv 2402.11609).

    >>> power_per_test(0.8, guardrails=3)
    0.95
    """
    return 1 - (1 - power) / (guardrails + 1)
