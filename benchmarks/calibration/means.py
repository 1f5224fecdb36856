"""Simulated coverage of revenue per contact and order value under the interval that `auto` chooses."""

from __future__ import annotations

import math
from functools import partial
from typing import Literal

import numpy as np

from benchmarks.calibration.beside import Values, mean_values, others, ratio_values
from benchmarks.calibration.draws import in_portions, shopping
from benchmarks.calibration.rows import ALPHA, Cell, CoverageRow, Misses
from uplift.results import Interval, Uplift
from uplift.stats.arms import arm_value, estimate_of
from uplift.stats.decision import Level
from uplift.stats.effects import compare, preferred_method
from uplift.stats.estimates import Estimate, degrees_of_freedom
from uplift.stats.evidence import evidence_for, weigh
from uplift.stats.hall import hall_statistic, steadied
from uplift.stats.moments import Moments

Metric = Literal["revenue per contact", "order value"]
METRICS: tuple[Metric, ...] = ("revenue per contact", "order value")
SPLITS = (50, 20, 10)  # per cent in the control
FEWEST = 150  # control buyers from which coverage is promised
CHECKED = 20  # data sets per portion whose whole interval is computed too


def cells() -> list[Cell]:
    """Everything at exactly as many expected control buyers as the promise names, then more, fewer, and effects."""
    at_the_edge = [(s, r, w, FEWEST, 0) for s in SPLITS for r in (3, 8) for w in (0.5, 0.75, 1.0)]
    effects = [(s, 3, 0.75, FEWEST, 20) for s in SPLITS]
    more = [(s, 3, 1.0, 600, 0) for s in SPLITS]
    fewer = [(s, 3, 0.75, buyers, 0) for buyers in (60, 35) for s in SPLITS]
    small_treatment = [(90, 3, 0.75, 9 * FEWEST, 0)]
    designs = [*at_the_edge, *effects, *more, *small_treatment, *fewer]
    chosen = [(m, *d) for m in METRICS for d in designs]
    chosen.sort(key=lambda c: method_of(c[1]), reverse=True)  # log, then hall: a section each
    return [Cell(_name(*c), partial(_row, *c)) for c in chosen]


def _name(metric: Metric, split: int, rate: int, sigma: float, buyers: int, lift: int) -> str:
    return f"{method_of(split)} {metric} {split}/{100 - split} {rate}% σ{sigma:g} {buyers} buyers {lift:+d}%"


def method_of(split: int) -> str:
    return preferred_method("mean", "auto", max(split, 100 - split) / min(split, 100 - split))


def _row(
    metric: Metric,
    split: int,
    rate: int,
    sigma: float,
    buyers: int,
    lift: int,
    rng: np.random.Generator,
    replications: int,
) -> CoverageRow:
    share, p, truth = split / 100, rate / 100, lift / 100
    n_c = round(buyers / p)
    n_t = round(n_c * (1 - share) / share)
    design_ratio = max(n_c, n_t) / min(n_c, n_t)
    ours, values = [], []
    for size in in_portions(replications, (n_c + n_t) * p):
        c = shopping(n_c, rate=p, sigma=sigma)(rng, size)
        t = shopping(n_t, rate=p, sigma=sigma, lift=truth)(rng, size)
        kind: Literal["mean", "ratio"] = "mean" if metric == "revenue per contact" else "ratio"
        read = mean_values if kind == "mean" else ratio_values
        values.append((read(c), read(t)))
        core = 1 if kind == "mean" else 2
        pairs = list(zip(c.moments(core), t.moments(core), strict=True))
        ours += [at_the_truth(kind, a, b, truth, design_ratio) for a, b in pairs]
        for a, b in pairs[:CHECKED]:
            whole = compare(metric, kind, control=a, treatment=b, design_ratio=design_ratio)
            assert at_the_truth(kind, a, b, truth, design_ratio) == placed(whole, truth)
    return CoverageRow(
        _name(metric, split, rate, sigma, buyers, lift),
        method_of(split),
        f"{n_c:,} / {n_t:,} ({split}% control)",
        f"{metric}; {rate}% buy ({buyers:,} in the control), lognormal baskets σ = {sigma:g}, uplift {lift:+d}%",
        buyers >= FEWEST,
        replications,
        *counted(method_of(split), ours, values, truth),
    )


def at_the_truth(
    kind: Literal["mean", "ratio"], control: Moments, treatment: Moments, truth: float, design_ratio: float
) -> str | None:
    """Where the interval lies, by the statistic at the truth: no bound need be searched for; None without a verdict."""
    c, t = estimate_of(kind, control), estimate_of(kind, treatment)
    assert c is not None
    assert t is not None
    shown = arm_value(kind, control, "c", c), arm_value(kind, treatment, "t", t)
    if weigh(*shown, evidence_for(kind))[0] is not None:
        return None
    if not (c.apart_from_zero and t.apart_from_zero):
        whole = compare("m", kind, control=control, treatment=treatment, design_ratio=design_ratio)
        return placed(whole, truth)
    statistic, df = statistic_at(kind, c, t, truth, design_ratio)
    critical = Level(ALPHA).critical(df)
    return "above" if statistic > critical else "below" if statistic < -critical else "around"


def statistic_at(
    kind: Literal["mean", "ratio"], control: Estimate, treatment: Estimate, truth: float, design_ratio: float
) -> tuple[float, float]:
    """The statistic of «the uplift is `truth`» of the interval that `auto` chooses, with its degrees of freedom."""
    ratio = treatment.value / control.value
    if preferred_method(kind, "auto", design_ratio) == "hall":
        c, t = steadied(control), steadied(treatment)
        return hall_statistic(c, t, 1 + truth), degrees_of_freedom(c, t, theta=ratio)
    error = math.sqrt(treatment.variance + ratio**2 * control.variance) / treatment.value
    return (math.log(ratio) - math.log1p(truth)) / error, degrees_of_freedom(control, treatment, theta=ratio)


def placed(uplift: Uplift, truth: float) -> str | None:
    """Where the relative interval lies: above the truth, below it, around it; None without a verdict."""
    if uplift.direction == "refused":
        return None
    interval = uplift.relative_interval
    return "around" if interval is None else lying(interval, truth)  # «undefined» excludes nothing


def lying(interval: Interval, truth: float) -> str:
    """Above the truth, below it or around it."""
    if interval.low is not None and interval.low > truth:
        return "above"
    return "below" if interval.high is not None and interval.high < truth else "around"


def counted(
    method: str, ours: list[str | None], values: list[tuple[Values, Values]], truth: float
) -> tuple[float, tuple[Misses, ...]]:
    """The share of refusals, and what all methods missed where ours gave a verdict."""
    verdict = np.array([place is not None for place in ours])
    given = int(verdict.sum())
    first = Misses(method, ours.count("above") / given, ours.count("below") / given)
    c, t = (_joined([pair[arm] for pair in values]) for arm in (0, 1))
    return 1 - given / len(ours), (first, *others(c, t, truth, verdict))


def _joined(parts: list[Values]) -> Values:
    n, value, variance = (np.concatenate([getattr(p, a) for p in parts]) for a in ("n", "value", "variance"))
    return Values(n, value, variance)
