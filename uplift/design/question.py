"""«Can these arms show this effect?» as numbers: what the gate, its suggestions and the MDE all ask."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

from uplift.design.known import Known, explained
from uplift.design.power import (
    LARGE_DF,
    NORMAL,
    Comparison,
    Shares,
    Test,
    compare_means,
    first_reaching,
    household_design_effect,
)
from uplift.design.several import Correction, Family, power_of_any, power_of_each
from uplift.design.sizing import counted_share
from uplift.design.timeline import information_fractions, looks
from uplift.spec.design import Interval
from uplift.spec.quantities import Effect, effect_text
from uplift.spec.study import Study

_PLENTY = 100.0  # expected control converters: a verdict is certain
_AROUND = 1.05  # a guess of the detectable effect is this close, nearly always
_MOST_UPLIFT = 20.0  # a mean that grows twentyfold: beyond any campaign


@dataclass(frozen=True, slots=True)
class Question:
    """One metric, its arms, the effect and the test; every field may be varied on its own with `replace`.

    `contacts` are those in all arms, `control` and `treatments` their shares of it. `rises` says whether the effect
    to find is an increase.
    """

    metric: str
    is_share: bool
    baseline: float
    cv: float | None
    mde: Effect
    rises: bool
    contacts: float
    control: float
    treatments: tuple[float, ...]
    test: Test
    alpha: float
    sides: Literal[1, 2]
    required: float
    correction: Correction
    hypotheses: int
    power_for: Literal["each", "any"]
    design_effect: float = 1.0
    explained: float = 0.0  # share of the variance that variance reduction takes away
    clusters_per_contact: float | None = None
    fractions: tuple[float, ...] = (1.0,)
    spending: str = "obrien_fleming"
    gives_up: bool = False  # a look may stop the test as hopeless
    skewness: float | None = None  # of the values per contact, where Hall's transform may read them
    kurtosis: float | None = None
    hall_beyond: float = 3.0  # arms more unequal than this are read by it

    @property
    def uplift(self) -> float:
        """The effect as a signed relative change of the baseline."""
        size = float(self.mde.value) / (1.0 if self.mde.unit == "relative" else self.baseline)
        return size if self.rises else -size

    @property
    def feasible(self) -> bool:
        """Whether the effect leads to a value that the metric can have."""
        level = self.baseline * (1 + self.uplift)
        return 0 < level < 1 if self.is_share else level > 0


def question_of(study: Study, *, audience: int, known: Known) -> Question:
    """The question that an experiment puts to its primary metric."""
    experiment = study.experiment
    design, primary = experiment.design, experiment.metrics.primary
    metric = study.metric(primary.metric)
    clusters, arms = experiment.audience.expected_clusters, len(experiment.treatments)
    clustered = experiment.unit.cluster is not None and clusters is not None
    effect = 1.0
    if clustered and clusters is not None:
        effect = household_design_effect(
            mean_size=audience / clusters.count, size_cv=clusters.size_cv, icc=known.icc or 0.0
        )
    return Question(
        metric=primary.metric,
        is_share=metric.kind == "proportion",
        baseline=known.value,
        cv=known.cv,
        mde=primary.mde,
        rises=metric.better == "up",
        contacts=float(audience * counted_share(study)),
        control=float(experiment.arms[experiment.control].weight),
        treatments=tuple(float(experiment.arms[name].weight) for name in experiment.treatments),
        test=decisive_test(study, primary.metric),
        alpha=design.alpha,
        sides=design.sides,
        required=design.power,
        correction="holm"
        if design.comparisons == "all_pairs" and design.correction == "dunnett"
        else design.correction,
        hypotheses=arms if design.comparisons == "vs_control" else arms * (arms + 1) // 2,
        power_for=design.power_for,
        design_effect=effect,
        explained=explained(study, known, primary.window),
        clusters_per_contact=clusters.count / audience if clustered and clusters is not None else None,
        fractions=information_fractions(looks(study)),
        spending=design.sequential.spending if design.sequential else "obrien_fleming",
        gives_up=design.sequential is not None and design.sequential.futility == "nonbinding",
        skewness=known.skewness if _may_read_by_hall(study, metric.kind) else None,
        kurtosis=known.kurtosis,
        hall_beyond=0.0 if design.interval == "hall" else 3.0,
    )


def asked_interval(study: Study) -> Interval:
    """The interval that the design asks for; households and CUPED know the log scale, Fieller and delta only."""
    design = study.experiment.design
    if study.experiment.unit.cluster is None and design.variance_reduction != "cuped":
        return design.interval
    return design.interval if design.interval in ("delta", "fieller") else "log"


def _may_read_by_hall(study: Study, kind: str) -> bool:
    return kind in ("mean", "count") and asked_interval(study) in ("auto", "hall")


def decisive_test(study: Study, metric: str) -> Test:
    """The test that decides at the read-out, as far as planning can tell it.

    Shares are read by the score test, unless clusters or CUPED move every metric to the log scale. Means, counts and
    ratios are read on the log scale. Where arms are more unequal than 3:1, Hall's transform decides; it is planned as
    such (`HallRatio`) when the baseline's skewness is known, else as the log test.
    """
    interval = asked_interval(study)
    if interval == "delta" or interval == "fieller":
        return interval
    return "score" if study.metric(metric).kind == "proportion" and interval in ("auto", "score") else "log"


def family(question: Question) -> Family:
    """All comparisons with the control when every arm has the effect. The question must be feasible."""
    cost = question.design_effect * looks_cost(question) * (1 - question.explained)
    n_control = question.contacts * question.control / cost
    n_treatments = [question.contacts * share / cost for share in question.treatments]
    comparisons = [
        _comparison(question, n_control, n, share) for n, share in zip(n_treatments, question.treatments, strict=True)
    ]
    return Family(
        comparisons=tuple(comparisons),
        loadings=tuple(math.sqrt(n / (n + n_control)) for n in n_treatments),
        alpha=question.alpha,
        sides=question.sides,
        correction=question.correction,
        hypotheses=question.hypotheses,
    )


def power(question: Question) -> float:
    """The power that the gate judges: of the weakest arm, or of at least one arm where that is asked for.

    Nothing is found where the effect is impossible or the read-out would refuse a verdict for want of converters.
    """
    if not question.feasible or verdict_chance(question) < question.required:
        return 0.0
    arms = family(question)
    return power_of_any(arms) if question.power_for == "any" else min(power_of_each(arms))


def verdict_chance(question: Question) -> float:
    """The chance that the smallest arm has the converters without which the read-out gives no verdict (Poisson).

    Known for shares only: the baseline of a mean does not say how many contacts buy.
    """
    expected = fewest_converters(question)
    if not question.is_share or expected > _PLENTY:
        return 1.0
    from uplift.stats.evidence import SHARES

    term = math.exp(-expected)
    fewer = [term, *(term := term * expected / k for k in range(1, SHARES.refuse))]
    return 1 - math.fsum(fewer)


def fewest_converters(question: Question) -> float:
    """Converters that are expected in the smallest arm without an effect."""
    return question.contacts * min(question.control, *question.treatments) * question.baseline


def looks_cost(question: Question) -> float:
    """The factor by which looks make the experiment larger; each comparison spends its own α."""
    if len(question.fractions) == 1:
        return 1.0
    level = question.alpha / question.hypotheses if question.correction != "none" else question.alpha
    return _inflation(
        question.spending, question.fractions, level, question.required, question.sides, question.gives_up
    )


@cache
def detectable(question: Question) -> Effect | None:
    """The smallest effect that reaches the required power, rounded up to three digits, in the unit of the mde."""
    most = _MOST_UPLIFT
    if not question.rises:
        most = 0.999
    elif question.is_share:
        most = 0.999 * (1 / question.baseline - 1)

    def power_at(size: float) -> float:
        return power(replace(question, mde=_relative(size)))

    low, high = 1e-6, most
    near = _guess(question)
    if near is not None and near * _AROUND < most and power_at(near / _AROUND) < question.required:
        low = near / _AROUND
        high = near * _AROUND if power_at(near * _AROUND) > question.required else most
    found = first_reaching(power_at, power=question.required, low=low, high=high, within=1e-6)
    return None if found is None else in_unit_of(question.mde, found * (1 + 1e-5), baseline=question.baseline)


def _guess(question: Question) -> float | None:
    """About where the required power is reached, by the power at the mde and a normal test; None where that is far."""
    now = power(question)
    if not 0.02 < now < 0.9999:
        return None
    q = NORMAL.inv_cdf(1 - question.alpha / question.hypotheses / question.sides)
    return abs(question.uplift) * (q + NORMAL.inv_cdf(question.required)) / (q + NORMAL.inv_cdf(now))


def in_unit_of(mde: Effect, size: float, *, baseline: float) -> Effect:
    """A relative size as an effect in the unit of another, rounded up to three significant digits.

    >>> str(in_unit_of(Effect(Fraction(1, 100), "points"), 0.12214, baseline=0.09))
    '1.1pp'
    """
    scale = 1 if mde.unit == "absolute" else 100
    shown = size * scale * (1.0 if mde.unit == "relative" else baseline)
    decimal = Decimal(repr(shown))
    digits = decimal.quantize(Decimal(1).scaleb(decimal.adjusted() - 2), rounding=ROUND_CEILING)
    effect = Effect(Fraction(digits) / scale, mde.unit, currency=mde.currency)
    return replace(effect, text=effect_text(effect))


@cache
def _inflation(
    spending: str, fractions: tuple[float, ...], alpha: float, power: float, sides: Literal[1, 2], futility: bool
) -> float:
    from uplift.stats.sequential_power import plan_sequential
    from uplift.stats.spending import spending_function

    plan = plan_sequential(
        spending_function(spending), fractions, alpha=alpha, power=power, sides=sides, futility=futility
    )
    return plan.inflation


def _relative(size: float) -> Effect:
    return Effect(Fraction(size), "relative")


def _comparison(question: Question, n_control: float, n_treatment: float, share: float) -> Comparison:
    df = _degrees_of_freedom(question, n_control, n_treatment, share)
    if question.is_share:
        treatment = question.baseline * (1 + question.uplift)
        return Shares(question.baseline, treatment, n_control, n_treatment, question.test, df)
    assert question.cv is not None
    uneven = max(question.control, share) > question.hall_beyond * min(question.control, share)
    if question.skewness is not None and uneven:
        from uplift.design.hall_power import HallRatio

        return HallRatio(question.uplift, question.cv, question.skewness, n_control, n_treatment, question.kurtosis)
    return compare_means(
        uplift=question.uplift,
        cv=question.cv,
        n_control=n_control,
        n_treatment=n_treatment,
        test=question.test,
        df=df,
    )


def _degrees_of_freedom(question: Question, n_control: float, n_treatment: float, share: float) -> float | None:
    """Of clusters, or of contacts for means; None where they are so many that t is normal."""
    kept = 1 - question.explained  # what the past explains narrows the interval; it adds no degrees of freedom
    n_control, n_treatment = n_control * kept, n_treatment * kept
    if question.clusters_per_contact is not None:
        clusters = question.contacts * question.clusters_per_contact
        df = clusters * (question.control + share) - 2
    elif question.is_share:
        return None
    else:  # Welch–Satterthwaite with one coefficient of variation
        a, b = 1 / n_control, 1 / n_treatment
        df = (a + b) ** 2 / (a**2 / max(n_control - 1, 1) + b**2 / max(n_treatment - 1, 1))
    return None if df >= LARGE_DF else max(df, 1.0)
