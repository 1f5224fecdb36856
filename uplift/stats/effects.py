"""Where an interval is computed: one comparison of a treatment with the control, from moments to a decision.

`compare` chooses the test that suits the metric, inverts it, and reads interval, p-value and direction from that one
inversion. Which test: a share is decided by the score test (Miettinen–Nurminen); a mean, a count and a ratio on the
log scale, or by Hall's transform where the *designed* weights are more unequal than 3:1; Fieller's theorem takes over
where a value may be zero or negative. `delta` prints the symmetric ± form when asked for.
"""

from __future__ import annotations

from typing import Literal, cast, get_args

from uplift.errors import Problem, StatisticsError
from uplift.results import Increment, Interval, Kind, Method, Uplift
from uplift.stats.arms import arm_value, estimate_of
from uplift.stats.decision import Inversion, Level, read
from uplift.stats.delta import delta_test
from uplift.stats.estimates import Estimate, mean_of
from uplift.stats.evidence import Evidence, evidence_for, weigh
from uplift.stats.fieller import fieller_test
from uplift.stats.hall import hall_test
from uplift.stats.log_ratio import log_test
from uplift.stats.moments import Moments
from uplift.stats.proportions import score_test

UNEQUAL = 3.0  # designed weights further apart than this make Hall's transform the default


def compare(
    metric: str,
    kind: Kind,
    *,
    control: Moments,
    treatment: Moments,
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    interval: str = "auto",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
    design_ratio: float | None = None,
    evidence: Evidence | None = None,
) -> Uplift:
    """Compare a treatment with the control: estimates, intervals, p-value and direction from one inverted test.

    Moments: column 0 holds the metric (0 or 1 per contact for a proportion); a ratio reads column 0 over column 1.
    `interval` is auto, score, log, hall, fieller or delta; `score` is for shares, a mean then takes `auto`.
    `design_ratio` is the larger designed weight over the smaller (9.0 for a 10/90 holdout), never realised counts.
    With `sides=1` the interval is open on the side away from `alternative`. Intervals hold at 1 − alpha.

    How the absolute interval follows the test that decides: score, the score interval of the difference (the same
    statistic at no difference); log and hall, bounds of the log ratio times the logarithmic mean of both values;
    fieller, the difference test itself; delta, the relative interval times the control's value.

    The relative uplift is None where the control's value isn't positive or can't be told from zero; the difference
    decides then. Too little evidence gives direction "refused" with a code, and whatever estimates exist.
    Raises StatisticsError for numbers that no experiment can have.

    >>> from uplift.stats.moments import Moments
    >>> import numpy as np
    >>> rows = lambda x, n: Moments.from_rows(np.repeat([1.0, 0.0], [x, n - x]))
    >>> u = compare("purchase", "proportion", control=rows(300, 10_000), treatment=rows(345, 10_000))
    >>> u.method, round(u.relative, 4), round(u.relative_interval.low, 4), round(u.p_value, 4), u.direction
    ('score', 0.15, -0.0122, 0.0717, 'open')
    """
    if kind == "quantile":
        raise ValueError("quantiles are compared by compare_quantiles")
    if interval != "auto" and interval not in get_args(Method):
        raise ValueError(f"no interval is called {interval!r}")
    level = Level(alpha, sides, alternative)
    c, t = estimate_of(kind, control), estimate_of(kind, treatment)
    shown_c, shown_t = arm_value(kind, control, control_arm, c), arm_value(kind, treatment, treatment_arm, t)
    inversion: Inversion | None = None
    refusal: str | None
    cautions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    if c is None or t is None:
        refusal = "UP610" if control.n == 0 or treatment.n == 0 else "UP616"
    else:
        refusal, cautions = weigh(shown_c, shown_t, evidence or evidence_for(kind))
        inversion, notes = _inverted(kind, (control, c), (treatment, t), level, interval, design_ratio)
    return read(
        inversion,
        metric=metric,
        kind=kind,
        control=shown_c,
        treatment=shown_t,
        level=level,
        method=preferred_method(kind, interval, design_ratio),
        refusal=refusal,
        cautions=(*cautions, *notes),
    )


def alternatives(
    metric: str,
    kind: Kind,
    *,
    control: Moments,
    treatment: Moments,
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
) -> tuple[Uplift, ...]:
    """The same comparison by every method that applies to it, for the appendix (arguments as in `compare`).

    A method that would hand over to another one is left out.
    """
    found = [
        compare(
            metric,
            kind,
            control=control,
            treatment=treatment,
            control_arm=control_arm,
            treatment_arm=treatment_arm,
            interval=method,
            alpha=alpha,
            sides=sides,
            alternative=alternative,
        )
        for method in _methods(kind)
    ]
    asked = zip(found, _methods(kind), strict=True)
    return tuple(u for u, method in asked if u.method == method and u.p_value is not None)


def _methods(kind: Kind) -> tuple[Method, ...]:
    return tuple(method for method in get_args(Method) if method != "score" or kind == "proportion")


def increment(uplift: Uplift, *, n_treatment: int) -> Increment:
    """What the treatment added in all: the absolute effect per contact times the treated contacts.

    In converters, events or money; the interval is scaled alike, so it excludes zero exactly when the verdict does.
    A ratio has no total: its effect isn't per contact (ValueError).
    """
    if uplift.kind in ("ratio", "quantile"):
        raise ValueError(f"a {uplift.kind} does not add up over contacts")
    if n_treatment < 0:
        raise StatisticsError(Problem("UP615", f"{n_treatment} treated contacts", fix="counts can't be negative"))
    arm, effect, interval = uplift.treatment.arm, uplift.absolute, uplift.absolute_interval
    if effect is None:
        return Increment(arm, None, None)
    if interval is None:
        return Increment(arm, effect * n_treatment, None)
    low, high = (None if bound is None else bound * n_treatment for bound in (interval.low, interval.high))
    return Increment(arm, effect * n_treatment, Interval(low, high))


def preferred_method(kind: Kind, interval: str, design_ratio: float | None) -> Method:
    """The method that is asked for, with `auto` resolved."""
    if kind == "proportion":
        return "score" if interval == "auto" else cast(Method, interval)
    if interval in ("auto", "score"):
        return "hall" if design_ratio is not None and design_ratio > UNEQUAL else "log"
    return cast(Method, interval)


def _inverted(
    kind: Kind,
    control: tuple[Moments, Estimate],
    treatment: tuple[Moments, Estimate],
    level: Level,
    interval: str,
    design_ratio: float | None,
) -> tuple[Inversion | None, tuple[str, ...]]:
    """The inverted test with codes for what had to be done differently; None where an arm shows no variation."""
    c, t = control[1], treatment[1]
    method = preferred_method(kind, interval, design_ratio)
    if kind == "proportion" and (method == "score" or not (c.variance > 0 and t.variance > 0)):
        notes = () if method == "score" else ("UP613",)
        return score_test((round(c.value * c.n), c.n), (round(t.value * t.n), t.n), level), notes
    if not (c.n > 1 and t.n > 1 and c.variance > 0 and t.variance > 0):
        return None, ()
    applies = c.value > 0 if method == "delta" else c.apart_from_zero and t.apart_from_zero
    if method != "fieller" and not applies:
        return fieller_test(c, t, level), ("UP613",)
    if method == "delta":
        # Welch's t on contact rows, n − 1: for a share too, whose other intervals take the binomial variance.
        rows = (mean_of(control[0]), mean_of(treatment[0])) if kind == "proportion" else (c, t)
        return delta_test(*rows, level), ()
    rough = () if c.noise is not None and t.noise is not None else ("UP609",)
    if method == "fieller":
        return fieller_test(c, t, level), rough
    if method == "hall" and not rough:
        return hall_test(c, t, level), ()
    return log_test(c, t, level), rough
