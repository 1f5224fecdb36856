"""Whatever hands out a level (looks, Holm, Dunnett, a confidence sequence) never contradicts the metric's own interval."""

from __future__ import annotations

import itertools
import math

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from uplift.results import Uplift
from uplift.stats.boundaries import spending_boundaries
from uplift.stats.confseq import read_sequence
from uplift.stats.dunnett import control_loadings, dunnett
from uplift.stats.effects import compare
from uplift.stats.moments import Moments
from uplift.stats.multiplicity import benjamini_hochberg, holm
from uplift.stats.sequential import Look, read_looks
from uplift.stats.spending import Spending

POCOCK, OBF = Spending("pocock"), Spending("obrien_fleming")


def share(events: int, n: int) -> Moments:
    return Moments.from_rows(np.repeat([1.0, 0.0], [events, n - events]))


def revenue(seed: int, n: int, lift: float) -> Moments:
    rng = np.random.default_rng(seed)
    return Moments.from_rows(np.where(rng.random(n) < 0.3, rng.lognormal(4, 0.6, n) * lift, 0.0))


def at(alpha: float, kind: str, control: Moments, treatment: Moments) -> Uplift:
    return compare("m", kind, control=control, treatment=treatment, alpha=alpha)


def decided(uplift: Uplift) -> bool:
    """Whether the test rejects, read from its interval and confirmed by its p-value."""
    excluded = uplift.relative_interval.excludes(0.0)
    assert excluded == uplift.absolute_interval.excludes(0.0) == (uplift.p_value < 1 - uplift.confidence)
    return excluded


experiments = st.tuples(
    st.sampled_from(["proportion", "mean"]), st.integers(0, 10_000), st.floats(0.8, 1.4), st.sampled_from([POCOCK, OBF])
)


@settings(max_examples=50)
@given(experiments)
def test_a_look_crosses_its_bound_exactly_when_the_interval_at_its_level_excludes_zero(experiment) -> None:
    kind, seed, lift, spending = experiment
    rng = np.random.default_rng(seed)
    control = treatment = None
    looks, groups = [], []
    for part in range(3):
        if kind == "proportion":
            c, t = share(rng.binomial(800, 0.2), 800), share(rng.binomial(2400, min(0.2 * lift, 1)), 2400)
        else:
            c, t = revenue(seed + 10 * part, 400, 1.0), revenue(seed + 10 * part + 5, 1200, lift)
        control, treatment = (c, t) if control is None else (control + c, treatment + t)
        uplift = at(0.05, kind, control, treatment)
        se = math.sqrt(sum(m.second[0, 0] / (m.n - 1) / m.n / m.mean[0] ** 2 for m in (control, treatment)))
        looks.append(
            Look.of(
                math.log1p(uplift.relative),
                standard_error=se,
                p_value=uplift.p_value,
                control_converters=control.nonzero,
            )
        )
        groups.append((control, treatment))
    assume(all(b.information > a.information * 1.001 for a, b in itertools.pairwise(looks)))
    bounds = spending_boundaries(spending, [look.information for look in looks], alpha=0.05)
    crossed = [decided(at(b.nominal_alpha, kind, *g)) for b, g in zip(bounds, groups, strict=True)]
    assert crossed == [abs(look.z) > b.upper for look, b in zip(looks, bounds, strict=True)]
    read = read_looks(looks, spending=spending, alpha=0.05, planned=looks[-1].information, final=True)
    assert read.stopped_at == (crossed.index(True) if any(crossed) else None)
    for reading, group in zip(read_sequence(looks, alpha=0.05, planned=looks[-1].information), groups, strict=True):
        assert decided(at(reading.nominal_alpha, kind, *group)) == (reading.direction != "open")


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.lists(st.floats(0.7, 1.6), min_size=2, max_size=4))
def test_each_arm_is_rejected_exactly_when_its_interval_at_its_level_excludes_zero(seed, lifts) -> None:
    rng = np.random.default_rng(seed)
    control = share(rng.binomial(1_500, 0.15), 1_500)
    arms = [share(rng.binomial(1_000, 0.15 * lift), 1_000) for lift in lifts]
    p = [at(0.05, "proportion", control, arm).p_value for arm in arms]
    v = [(1 - m.mean[0]) / m.n / m.mean[0] for m in (control, *arms)]
    for family in (
        holm(p, alpha=0.05),
        benjamini_hochberg(p, alpha=0.05),
        dunnett(p, loadings=control_loadings(v[0], v[1:]), alpha=0.05),
    ):
        for decision, arm in zip(family, arms, strict=True):
            assert decided(at(decision.level, "proportion", control, arm)) == decision.rejected


def test_a_first_look_at_a_hundredth_of_the_information_still_has_a_finite_interval() -> None:
    (first, _) = spending_boundaries(OBF, [0.02, 1.0], alpha=0.05)
    assert first.nominal_alpha < 1e-40
    uplift = at(first.nominal_alpha, "proportion", share(100, 1_000), share(350, 3_000))
    assert math.isfinite(uplift.relative_interval.high)
    assert uplift.relative_interval.low < uplift.relative < uplift.relative_interval.high
