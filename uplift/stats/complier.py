"""Who was reached: the effect on contacts that the treatment got to, and the triggered analysis diluted back.

Intention to treat stays the verdict: it compares what was randomised. When part of the treatment arm is never reached
(bounced mail, closed shop, no visit) and nobody in control is, the effect per contact divided by the share that was
reached is the effect on those contacts (Imbens & Angrist 1994, Econometrica 62, 467–475). That is the only valid way
from «reached» to an effect. Comparing reached contacts, such as openers, with all of control is not: who opens mails
buys more anyway.

All intervals are Fieller's (1954) for a ratio of two correlated estimates. At «no effect» the statistics of the
absolute and of the relative effect are both the unequal-variance test of intention to treat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from uplift.errors import Problem, StatisticsError
from uplift.results import Direction, Interval
from uplift.stats.decision import Level, agreeing
from uplift.stats.moments import Moments


@dataclass(frozen=True, slots=True)
class ComplierEffect:
    """The effect on contacts that were reached.

    `share` is the part of the treatment arm that was reached, `baseline` what those contacts would have shown without
    the treatment. `relative` is the effect over that baseline. None where the data can't say: nobody reached, or an
    interval that would be unbounded.
    """

    share: float
    baseline: float | None
    absolute: float | None
    absolute_interval: Interval | None
    relative: float | None
    relative_interval: Interval | None


@dataclass(frozen=True, slots=True)
class DilutedEffect:
    """The effect per contact of the whole arm, measured only where the treatment could make a difference.

    `share` is the part of all contacts that was triggered.
    """

    share: float
    absolute: float
    absolute_interval: Interval | None
    relative: float | None
    relative_interval: Interval | None


@dataclass(frozen=True, slots=True)
class FiellerPair:
    """Two correlated estimates; all θ with |numerator − θ denominator| ≤ q s.e. form Fieller's set."""

    numerator: float
    denominator: float
    var_numerator: float
    covariance: float
    var_denominator: float

    def interval(self, critical: float) -> Interval | None:
        """Fieller's interval, None when it is unbounded (the denominator can't be told from zero)."""
        q2 = critical * critical
        a = self.denominator**2 - q2 * self.var_denominator
        if a <= 0:
            return None
        b = self.numerator * self.denominator - q2 * self.covariance
        c = self.numerator**2 - q2 * self.var_numerator
        root = math.sqrt(max(b * b - a * c, 0.0))
        far = (b + math.copysign(root, b)) / a
        near = c / (a * far) if far else 0.0
        return Interval(min(far, near), max(far, near))


def complier_effect(
    control: Moments,
    reached: Moments,
    unreached: Moments,
    *,
    level: Level,
    direction: Direction = "refused",
    control_reached: int = 0,
) -> ComplierEffect:
    """The effect on reached contacts from the first column of three groups.

    `reached` and `unreached` are the two parts of the treatment arm. `direction` is the verdict by intention to treat;
    the interval is put on its side of zero, so that a score or Hall verdict is never contradicted by this normal
    approximation ("refused" leaves it alone).

    With π the share reached, m̄ the means and a, b the contact means of y·reached and y·unreached in the treatment arm:
    absolute (m̄_t − m̄_c)/π; relative a/(m̄_c − b) − 1, because m̄_c − b is π times the reached contacts' baseline.

    Raises StatisticsError UP643 when `control_reached` is above 0: then «not reached» in the treatment arm no longer
    tells who the same contacts in control are.
    """
    if control_reached > 0:
        raise StatisticsError(
            Problem(
                "UP643",
                f"{control_reached} contacts in control were reached",
                fix="report the effect by intention to treat; comparing reached contacts with all of control is "
                "no way out, because who is reached differs from who is not",
            )
        )
    _need_two(control, reached + unreached)
    n = reached.n + unreached.n
    share = reached.n / n
    if reached.n == 0:
        return ComplierEffect(share, None, None, None, None, None)
    a, ss_a = _part(reached, n)
    b, ss_b = _part(unreached, n)
    var_a, var_b, cov_ab = (value / (n - 1) / n for value in (ss_a, ss_b, -n * a * b))
    mean_c, var_c = float(control.mean[0]), _variance_of_mean(control)
    effect, var_effect = a + b - mean_c, var_a + var_b + 2 * cov_ab + var_c
    # Among treated contacts y and «reached» covary by π (mean of the reached − mean of all).
    absolute = FiellerPair(
        effect, share, var_effect, share * (a / share - a - b) / (n - 1), share * (1 - share) / (n - 1)
    )
    baseline = mean_c - b
    relative = FiellerPair(a, baseline, var_a, -cov_ab, var_b + var_c)
    critical = level.critical()
    return ComplierEffect(
        share,
        baseline / share,
        effect / share,
        sided_by(absolute.interval(critical), level, direction),
        a / baseline - 1 if baseline > 0 else None,
        sided_by(relative_of(relative.interval(critical)) if baseline > 0 else None, level, direction),
    )


def diluted_effect(
    control: Moments,
    treatment: Moments,
    untriggered: Moments,
    *,
    level: Level,
    direction: Direction = "refused",
) -> DilutedEffect:
    """The effect on all contacts, from those in whom the treatment could differ from control.

    `control` and `treatment` are the triggered contacts of both arms (those who *would* have seen a difference, by the
    same rule in both), `untriggered` all others together. With r their share among all contacts: absolute
    r (m̄_t − m̄_c); relative that over r m̄_c + (1 − r) m̄_u. What was not triggered adds no noise to the difference,
    which is why the interval is narrower than that of all contacts (Deng & Hu 2015, WSDM, 349–358).

    For any effect θ the numerator N − θD is linear in the means; its variance is taken under that θ, where the share r
    only matters as far as θ is not 0. So the interval excludes 0 exactly when the triggered contacts' own test does;
    `direction` passes on its verdict.
    """
    _need_two(control, treatment)
    triggered = control.n + treatment.n
    n = triggered + untriggered.n
    r = triggered / n
    var_r = r * (1 - r) / n
    m_c, m_t = float(control.mean[0]), float(treatment.mean[0])
    v_c, v_t = _variance_of_mean(control), _variance_of_mean(treatment)
    m_u = float(untriggered.mean[0]) if untriggered.n else 0.0
    v_u = _variance_of_mean(untriggered) if untriggered.n > 1 else 0.0
    effect, var_effect = r * (m_t - m_c), r * r * (v_t + v_c)
    whole = r * m_c + (1 - r) * m_u
    absolute = FiellerPair(effect, 1.0, var_effect, 0.0, var_r / (r * r))
    relative = FiellerPair(
        effect, whole, var_effect, -r * r * v_c, r * r * v_c + (1 - r) ** 2 * v_u + var_r * (m_u / r) ** 2
    )
    critical = level.critical()
    return DilutedEffect(
        r,
        effect,
        sided_by(absolute.interval(critical), level, direction),
        effect / whole if whole > 0 else None,
        sided_by(relative.interval(critical) if whole > 0 else None, level, direction),
    )


def _part(part: Moments, n: int) -> tuple[float, float]:
    """The mean over all n contacts of a column that is 0 outside `part`, and its sum of squares about it."""
    if part.n == 0:
        return 0.0, 0.0
    m = float(part.mean[0])
    mean = part.n * m / n
    return mean, float(part.second[0, 0]) + part.n * (m - mean) ** 2 + (n - part.n) * mean**2


def _variance_of_mean(moments: Moments) -> float:
    return float(moments.second[0, 0]) / (moments.n - 1) / moments.n


def relative_of(interval: Interval | None) -> Interval | None:
    """The interval of a ratio as one of the relative uplift."""
    if interval is None or interval.low is None or interval.high is None:
        return None
    return Interval(interval.low - 1, interval.high - 1)


def sided_by(interval: Interval | None, level: Level, direction: Direction) -> Interval | None:
    """The interval with the open side of a one-sided test, on the side of zero that the verdict took."""
    if interval is None:
        return None
    shown = level.sided(interval.low, interval.high, floor=None, ceiling=None)
    return shown if direction == "refused" else agreeing(shown, direction)


def _need_two(*groups: Moments) -> None:
    for group in groups:
        if group.n < 2:
            raise StatisticsError(
                Problem("UP610", f"{group.n} contacts in one of the groups", fix="each arm needs contacts with data")
            )
