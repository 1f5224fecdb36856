"""Power of a guardrail: how likely its interval lies wholly inside the margin when the treatment does no harm.

A margin in points is tested on the difference, a relative one on the ratio. For shares the standard error under the
margin comes from the maximum-likelihood shares restricted to it (Farrington & Manning 1990), as in the score test.
"""

from __future__ import annotations

import math

from uplift.design.power import Shift


def shares_against_ratio(
    *, control: float, treatment: float, ratio: float, n_control: float, n_treatment: float
) -> Shift:
    """How far two true shares lie from the margin treatment = ratio × control.

    The restricted shares solve a quadratic (Miettinen & Nurminen 1985, eq. 11; Koopman 1984).
    """
    n = n_control + n_treatment
    converters = n_control * control + n_treatment * treatment
    b = -(n_treatment * (ratio + treatment) + n_control * (1 + control * ratio))
    at_control = (-b - math.sqrt(b * b - 4 * n * ratio * converters)) / (2 * n * ratio)
    at_treatment = ratio * at_control
    return Shift(
        effect=abs(treatment - ratio * control),
        se_null=_se(at_treatment, n_treatment, at_control, n_control, ratio),
        control_se=ratio * math.sqrt(control * (1 - control) / n_control),
        treatment_se=math.sqrt(treatment * (1 - treatment) / n_treatment),
        falls=treatment < ratio * control,
    )


def shares_against_difference(
    *, control: float, treatment: float, difference: float, n_control: float, n_treatment: float
) -> Shift:
    """How far two true shares lie from the margin treatment = control + difference.

    The restricted shares solve a cubic (Farrington & Manning 1990, appendix).
    """
    k, d = n_control / n_treatment, difference
    a = 1 + k
    b = -(1 + k + treatment + k * control + d * (k + 2))
    c = d * d + d * (2 * treatment + k + 1) + treatment + k * control
    constant = -treatment * d * (1 + d)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a * a) + constant / (2 * a)
    u = math.copysign(math.sqrt(max(0.0, (b / (3 * a)) ** 2 - c / (3 * a))), v)
    angle = math.acos(max(-1.0, min(1.0, v / u**3))) if u else math.pi / 2
    at_treatment = 2 * u * math.cos((math.pi + angle) / 3) - b / (3 * a)
    return Shift(
        effect=abs(treatment - control - difference),
        se_null=_se(at_treatment, n_treatment, at_treatment - difference, n_control, 1.0),
        control_se=math.sqrt(control * (1 - control) / n_control),
        treatment_se=math.sqrt(treatment * (1 - treatment) / n_treatment),
        falls=treatment < control + difference,
    )


def _se(treatment: float, n_treatment: float, control: float, n_control: float, ratio: float) -> float:
    variance = treatment * (1 - treatment) / n_treatment + ratio**2 * control * (1 - control) / n_control
    return math.sqrt(max(0.0, variance))
