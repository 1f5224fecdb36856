"""One arm's moments, read as a metric: the estimate that tests use and the values that a report shows."""

from __future__ import annotations

import math

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.results import ArmValue, Interval, Kind
from uplift.stats.decision import Level
from uplift.stats.estimates import Estimate, mean_of, own_degrees_of_freedom, ratio_of, share_of
from uplift.stats.moments import Moments
from uplift.stats.proportions import wilson_interval

_SMALLEST, _LARGEST = 1e-25, 1e25  # of values whose fourth powers, and those of their ratios, are floats
_OWN = Level(0.05)  # an arm's own interval is a 95 % interval, whatever alpha decides the comparison


def estimate_of(kind: Kind, moments: Moments) -> Estimate | None:
    """An arm's estimate from its moments; None where the data hold none (no contact, no denominator)."""
    n, k = moments.n, 2 if kind == "ratio" else 1
    if n < 0 or not 0 <= moments.nonzero <= n:
        found = f"{moments.nonzero} contacts with events among {n}"
        raise StatisticsError(Problem("UP615", found, fix="count each contact once, in one arm"))
    if n == 0:
        return None
    if len(moments.mean) < k or not np.all(np.isfinite(moments.mean[:k])):
        raise StatisticsError(Problem("UP615", f"means {moments.mean}", fix="values must be finite numbers"))
    for mean, squares in zip(moments.mean[:k].tolist(), np.diag(moments.second)[:k].tolist(), strict=True):
        size = max(abs(mean), math.sqrt(max(squares, 0.0) / n))
        if size and not _SMALLEST < size < _LARGEST:
            found = f"values of about {size:.0e}"
            raise StatisticsError(Problem("UP615", found, fix="count in a unit in which they are of ordinary size"))
    if kind == "proportion":
        return share_of(events_of(moments), n)
    if kind == "ratio":
        return ratio_of(moments) if moments.mean[1] > 0 else None
    return mean_of(moments)


def events_of(moments: Moments) -> int:
    """Converters of a 0/1 column; other values are refused (StatisticsError UP614)."""
    events = round(float(moments.mean[0]) * moments.n)
    spread = events - events * events / moments.n
    if events != moments.nonzero or abs(float(moments.second[0, 0]) - spread) > 1e-6 * max(spread, 1.0):
        raise StatisticsError(
            Problem(
                "UP614",
                f"column {moments.columns[0]!r} holds values other than 0 and 1",
                fix="count a contact once for a proportion, or declare the metric as kind: count or mean",
            )
        )
    return events


def arm_value(kind: Kind, moments: Moments, arm: str, estimate: Estimate | None) -> ArmValue:
    """What one arm shows, with its own 95 % interval: Wilson's for a share, Student's for a mean or ratio."""
    if estimate is None:
        total = float(moments.mean[0]) * moments.n if moments.n else None
        return ArmValue(arm, moments.n, moments.nonzero, None, total)
    n, value = estimate.n, estimate.value
    total = float(moments.mean[0]) * n
    if kind == "proportion":
        events = events_of(moments)
        sd = math.sqrt(value * (1 - value) * n / (n - 1)) if n > 1 else None
        return ArmValue(
            arm, n, moments.nonzero, value, events, sd, wilson_interval(events, n, critical=_OWN.critical())
        )
    if not estimate.variance > 0:
        return ArmValue(arm, n, moments.nonzero, value, total)
    half = _OWN.critical(own_degrees_of_freedom(estimate)) * math.sqrt(estimate.variance)
    return ArmValue(arm, n, moments.nonzero, value, total, estimate.sd, Interval(value - half, value + half))
