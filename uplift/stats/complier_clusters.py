"""Who was reached, and in whom the treatment could make a difference, where clusters were randomised.

The same two effects as in `complier.py`, per contact, from totals of clusters. Each cluster (household) has four
totals: the metric over its flagged contacts, its contacts, the metric over the others, and how many are flagged. Every
mean is a ratio of such totals, so it is linearised around them (Taylor) and clusters are the independent units; both
effects are ratios of two correlated linear forms, and their intervals Fieller's (1954).
"""

from __future__ import annotations

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.results import Direction
from uplift.stats.complier import ComplierEffect, DilutedEffect, FiellerPair, relative_of, sided_by
from uplift.stats.decision import Level
from uplift.stats.moments import Floats, Moments

INSIDE, CONTACTS, OUTSIDE, FLAGGED = range(4)  # columns of the moments


def complier_effect_of_clusters(
    control: Moments, treatment: Moments, *, level: Level, direction: Direction = "refused"
) -> ComplierEffect:
    """The effect on reached contacts; four columns per cluster as above, «flagged» being reached.

    Everything else as in `complier_effect`. Raises StatisticsError UP643 where control contacts were reached, UP610
    with fewer than two clusters in an arm.
    """
    _need_two(control, treatment)
    if control.mean[FLAGGED] > 0:
        reached = round(float(control.mean[FLAGGED]) * control.n)
        raise StatisticsError(
            Problem("UP643", f"{reached} contacts in control were reached", fix="report the intention to treat")
        )
    per_contact = treatment.mean / treatment.mean[CONTACTS]
    a, b, share = (float(per_contact[i]) for i in (INSIDE, OUTSIDE, FLAGGED))
    base = float((control.mean[INSIDE] + control.mean[OUTSIDE]) / control.mean[CONTACTS])
    if not share > 0:
        return ComplierEffect(0.0, None, None, None, None, None)
    influence = np.zeros((3, 4))  # of a, b and the share, per total
    for row, (column, value) in enumerate(((INSIDE, a), (OUTSIDE, b), (FLAGGED, share))):
        influence[row, column] = 1
        influence[row, CONTACTS] = -value
    spread = influence @ _variance_of_means(treatment) @ influence.T / float(treatment.mean[CONTACTS]) ** 2
    own = np.array([1.0, -base, 1.0, 0.0]) / float(control.mean[CONTACTS])
    noise = float(own @ _variance_of_means(control) @ own)
    both = spread[0, 0] + spread[1, 1] + 2 * spread[0, 1]
    absolute = FiellerPair(
        a + b - base, share, float(both) + noise, float(spread[0, 2] + spread[1, 2]), float(spread[2, 2])
    )
    baseline = base - b
    relative = FiellerPair(a, baseline, float(spread[0, 0]), -float(spread[0, 1]), float(spread[1, 1]) + noise)
    critical = level.critical()
    return ComplierEffect(
        share,
        baseline / share,
        (a + b - base) / share,
        sided_by(absolute.interval(critical), level, direction),
        a / baseline - 1 if baseline > 0 else None,
        sided_by(relative_of(relative.interval(critical)) if baseline > 0 else None, level, direction),
    )


def diluted_effect_of_clusters(control: Moments, treatment: Moments, *, level: Level) -> DilutedEffect:
    """The effect on all contacts from the flagged ones of both arms; four columns per cluster as above.

    Everything else as in `diluted_effect`, without a verdict to pass on. Raises StatisticsError UP610 with fewer than
    two clusters, or no flagged contact, in an arm.
    """
    _need_two(control, treatment)
    sums = [m.n * m.mean for m in (control, treatment)]
    if min(float(s[FLAGGED]) for s in sums) <= 0:
        raise StatisticsError(Problem("UP610", "no contact met the trigger in one arm", fix="check the trigger"))
    inside = [float(s[INSIDE] / s[FLAGGED]) for s in sums]
    every = sums[0] + sums[1]
    contacts, others = float(every[CONTACTS]), float(every[CONTACTS] - every[FLAGGED])
    share = float(every[FLAGGED]) / contacts
    outside = float(every[OUTSIDE]) / others if others > 0 else 0.0
    noise = np.zeros((4, 4))  # of both means inside, the share and the mean outside
    for arm, (moments, total) in enumerate(zip((control, treatment), sums, strict=True)):
        influence = np.zeros((4, 4))
        influence[arm, [INSIDE, FLAGGED]] = np.array([1.0, -inside[arm]]) / float(total[FLAGGED])
        influence[2, [FLAGGED, CONTACTS]] = np.array([1.0, -share]) / contacts
        if others > 0:
            influence[3, [OUTSIDE, CONTACTS, FLAGGED]] = np.array([1.0, -outside, outside]) / others
        noise += moments.n**2 * influence @ _variance_of_means(moments) @ influence.T
    gap = inside[1] - inside[0]
    effect, whole = share * gap, share * inside[0] + (1 - share) * outside
    difference = np.array([-share, share, 0.0, 0.0])
    of_share = np.array([0.0, 0.0, -1 / share, 0.0])  # what an effect θ makes of the noise of the share: θ/r
    of_whole = np.array([share, 0.0, -outside / share, 1 - share])
    absolute = _pair(effect, 1.0, difference, of_share, noise)
    relative = _pair(effect, whole, difference, of_whole, noise)
    critical = level.critical()
    return DilutedEffect(
        share,
        effect,
        sided_by(absolute.interval(critical), level, "refused"),
        effect / whole if whole > 0 else None,
        sided_by(relative.interval(critical) if whole > 0 else None, level, "refused"),
    )


def _pair(numerator: float, denominator: float, up: Floats, down: Floats, noise: Floats) -> FiellerPair:
    return FiellerPair(
        numerator, denominator, float(up @ noise @ up), float(up @ noise @ down), float(down @ noise @ down)
    )


def _variance_of_means(clusters: Moments) -> Floats:
    return np.asarray(clusters.second / (clusters.n - 1) / clusters.n)


def _need_two(*arms: Moments) -> None:
    for arm in arms:
        if arm.n < 2:
            raise StatisticsError(
                Problem("UP610", f"{arm.n} clusters in one of the arms", fix="each arm needs clusters with data")
            )
