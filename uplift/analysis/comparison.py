"""One comparison of the experiment: which estimator its design asks for, and at which level it is decided.

The design chooses, nobody else: strata and weight epochs are compared within themselves, clusters that were drawn
together count together, several arms share the design's correction. Everything is arithmetic on moments.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Literal

from uplift.engine import MetricSums
from uplift.errors import StatisticsError
from uplift.results import Kind, Uplift
from uplift.spec import Study
from uplift.spec.experiment import Guardrail, Primary, Secondary
from uplift.stats.adjustment import Adjusted, Slopes, compare_adjusted_in_strata
from uplift.stats.clusters import compare_adjusted_clusters, compare_clusters, compare_clusters_in_strata
from uplift.stats.decision import Level
from uplift.stats.dunnett import control_loadings, dunnett
from uplift.stats.effects import alternatives, compare
from uplift.stats.moments import Moments, Sums
from uplift.stats.multiplicity import Decided, holm
from uplift.stats.strata import Stratum, compare_strata

Use = Primary | Secondary | Guardrail
SMALLEST = 2  # contacts per arm: a variance needs two
UNFIT = frozenset({"UP650", "UP651"})
"""Covariates that don't vary, or repeat each other: nothing can be adjusted by them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What every comparison of one experiment shares.

    With `all_pairs` the treatment arms are compared with each other too, all of it one family. `read_out` is False at a
    planned look before the end: pairs are not looked at then, and have all of their error at the end.
    """

    interval: str
    alpha: float
    sides: Literal[1, 2]
    correction: Literal["dunnett", "holm", "none"]
    weights: Mapping[str, Fraction]
    levels: Mapping[str, float] = field(default_factory=dict)  # of a look: treatment → its α, correction included
    all_pairs: bool = False
    read_out: bool = True

    def design_ratio(self, control: str, treatment: str) -> float:
        """How unequal the two arms were designed: the larger weight over the smaller."""
        low, high = sorted((self.weights[control], self.weights[treatment]))
        return float(high / low)

    def comparisons(self, treatments: int) -> int:
        """How many comparisons of one metric share the error."""
        return treatments * (treatments + 1) // 2 if self.all_pairs else treatments

    def own_alpha(self, treatments: int) -> float:
        """What each comparison may spend where every one spends for itself (looks): its share of the error."""
        return self.alpha / self.comparisons(treatments) if self.correction != "none" else self.alpha


def terms_of(study: Study) -> Terms:
    """The terms that the design gives (the project's defaults are already merged in)."""
    design = study.experiment.design
    weights = {name: arm.weight for name, arm in study.experiment.arms.items()}
    pairs = design.comparisons == "all_pairs" and len(study.experiment.treatments) > 1
    return Terms(design.interval, design.alpha, design.sides, design.correction, weights, all_pairs=pairs)


@dataclass(frozen=True, slots=True)
class Question:
    """One treatment arm against the control: their moments in each stratum and epoch (one where there is none).

    With `clustered` the moments are those of cluster totals. `covariates` names the columns after the metric's own, by
    which the comparison is adjusted; with `slopes` by these instead of the metric's own.
    """

    metric: str
    kind: Kind
    better: Literal["up", "down"]
    control_arm: str
    treatment_arm: str
    strata: tuple[Stratum, ...]
    clustered: bool = False
    covariates: tuple[str, ...] = ()
    slopes: Slopes | None = None

    @property
    def control(self) -> Moments:
        """The control arm as a whole."""
        return reduce(add, (c for c, _ in self.strata))

    @property
    def treatment(self) -> Moments:
        """The treatment arm as a whole."""
        return reduce(add, (t for _, t in self.strata))


def questions_of(study: Study, use: Use, measured: MetricSums) -> list[Question]:
    """Every treatment arm against the control, in bucket order."""
    control = study.experiment.control
    return [_question(study, use, measured, control, arm) for arm in study.experiment.treatments]


def pairs_of(study: Study, use: Use, terms: Terms) -> list[tuple[str, str]]:
    """Every treatment arm with each one before it, where the design compares all pairs.

    Not of a guardrail: it asks what an arm does to what there was before.
    """
    if not terms.all_pairs or isinstance(use, Guardrail):
        return []
    return list(itertools.combinations(study.experiment.treatments, 2))


def pair_questions_of(study: Study, use: Use, measured: MetricSums, terms: Terms) -> list[Question]:
    """The treatment arms against each other; the earlier one stands where the control stands elsewhere."""
    return [_question(study, use, measured, *pair) for pair in pairs_of(study, use, terms)]


def _question(study: Study, use: Use, measured: MetricSums, control: str, arm: str) -> Question:
    definition = study.metric(use.metric)
    return Question(
        metric=use.metric,
        kind=definition.kind,
        better=definition.better,
        control_arm=control,
        treatment_arm=arm,
        strata=strata_of(measured, control=control, treatment=arm),
        clustered=measured.clustered,
        covariates=measured.covariates,
    )


def refused(uplift: Uplift, refusals: Mapping[str, str]) -> Uplift:
    """The comparison without a verdict, where one of its treatments is refused: treatment → code."""
    code = refusals.get(uplift.treatment.arm)
    return uplift if code is None else replace(uplift, direction="refused", refusal=code)


def strata_of(measured: MetricSums, *, control: str, treatment: str) -> tuple[Stratum, ...]:
    """The moments of both arms in each stratum and weight epoch.

    Strata in which an arm has fewer than two mature contacts are merged with the next smallest one of their epoch, a
    rule that knows no outcome. An epoch without mature contacts in one of the arms can't be compared and is left out.
    """
    some = next((cell.adjusting or cell.sums for cell in measured.cells), Sums(("y",), 0, {}, (0,), (0,)))
    nobody = replace(some, n=0, powers={}, nonzero=0)
    groups = groups_of(measured, control=control, treatment=treatment)
    return tuple((g.arms.get(control, nobody).moments(), g.arms.get(treatment, nobody).moments()) for g in groups)


@dataclass(frozen=True, slots=True)
class Group:
    """One stratum of a comparison: the weight epochs and strata that it unites, and the sums of its arms."""

    keys: tuple[tuple[int, str], ...]
    arms: Mapping[str, Sums]

    def __add__(self, other: Group) -> Group:
        arms = sorted(self.arms.keys() | other.arms.keys())
        added = {arm: reduce(add, (g.arms[arm] for g in (self, other) if arm in g.arms)) for arm in arms}
        return Group(self.keys + other.keys, added)

    @property
    def contacts(self) -> int:
        """Contacts (or clusters) of both arms."""
        return sum(sums.n for sums in self.arms.values())

    def smaller_arm(self, control: str, treatment: str) -> int:
        """How many the smaller of these arms has."""
        return min(self.arms[arm].n if arm in self.arms else 0 for arm in (control, treatment))


def groups_of(measured: MetricSums, *, control: str, treatment: str) -> tuple[Group, ...]:
    """The strata of `strata_of` with the names of what they unite."""
    sums: dict[tuple[int, str], dict[str, Sums]] = {}
    for cell in measured.cells:
        if cell.arm in (control, treatment):
            sums.setdefault((cell.weight_epoch, cell.stratum or ""), {})[cell.arm] = cell.adjusting or cell.sums
    epochs: dict[int, list[Group]] = {}
    for key, arms in sorted(sums.items()):
        epochs.setdefault(key[0], []).append(Group((key,), arms))
    merged = [group for groups in epochs.values() for group in _merged(groups, control, treatment)]
    comparable = [group for group in merged if group.smaller_arm(control, treatment) >= SMALLEST]
    return tuple(comparable or ([reduce(add, merged)] if merged else [Group((), {})]))


def _merged(groups: Sequence[Group], control: str, treatment: str) -> list[Group]:
    """The strata of one epoch, the smallest merged with the next one until each has contacts in both arms."""
    ordered = sorted(groups, key=lambda group: group.contacts)
    while len(ordered) > 1 and ordered[0].smaller_arm(control, treatment) < SMALLEST:
        ordered = sorted([ordered[0] + ordered[1], *ordered[2:]], key=lambda group: group.contacts)
    if all(group.smaller_arm(control, treatment) >= SMALLEST for group in ordered):
        return ordered
    return [reduce(add, ordered)]


def answers(questions: Sequence[Question], terms: Terms, pairs: Sequence[Question] = ()) -> list[Uplift]:
    """All arms of one metric, then its pairs: each interval at the level at which the design's correction decided it.

    Holm: the stopping level for those not rejected, no simultaneous coverage. Dunnett: one level for all, intervals
    are simultaneous over the arms. The family is the comparisons of this metric; metrics have roles instead.
    """
    if terms.levels:  # the plan's looks give each comparison its own level
        own = terms.own_alpha(len(questions))
        looked = [answer(q, terms, terms.levels.get(q.treatment_arm, terms.alpha)) for q in questions]
        return looked + [answer(q, terms, own) for q in pairs]
    every = [*questions, *pairs]
    plain = [answer(question, terms, terms.alpha) for question in every]
    n_control, sizes = questions[0].control.n, [question.treatment.n for question in questions]
    decided = corrected([uplift.p_value for uplift in plain], terms, n_control=n_control, sizes=sizes)
    if decided is None:
        return plain
    return [
        replace(answer(question, terms, d.level), p_adjusted=d.adjusted)
        for question, d in zip(every, decided, strict=True)
    ]


def corrected(
    p_values: Sequence[float | None], terms: Terms, *, n_control: int, sizes: Sequence[int]
) -> Sequence[Decided] | None:
    """The level at which the design's correction decides each comparison; None where there is nothing to correct.

    Dunnett's is for comparisons with the control alone: with pairs among them it is Holm's.
    """
    if len(p_values) == 1 or terms.correction == "none":
        return None
    if terms.correction == "holm" or len(p_values) > len(sizes):
        return holm(p_values, alpha=terms.alpha)
    if n_control == 0:
        return None
    loadings = control_loadings(1 / n_control, [1 / n if n else None for n in sizes])
    return dunnett(p_values, loadings=loadings, alpha=terms.alpha, sides=terms.sides)


def answer(question: Question, terms: Terms, alpha: float) -> Uplift:
    """One arm at one level, by the estimator that the design asks for.

    Where the covariates can't adjust anything the comparison stands unadjusted, with a caution that says why.
    """
    if not question.covariates:
        return _unadjusted(question, terms, alpha)
    try:
        return _adjusted(question, terms, alpha).uplift
    except StatisticsError as error:
        code = error.problems[0].code
        if code not in UNFIT:
            raise
        plain = _unadjusted(question, terms, alpha)
        return replace(plain, cautions=(*plain.cautions, code))


def adjustment(question: Question, terms: Terms) -> Adjusted | None:
    """What the covariates of a comparison were worth; None where it has none, or none that can adjust anything."""
    if not question.covariates:
        return None
    try:
        return _adjusted(question, terms, terms.alpha)
    except StatisticsError as error:
        if error.problems[0].code not in UNFIT:
            raise
        return None


def _adjusted(question: Question, terms: Terms, alpha: float) -> Adjusted:
    compare_ = compare_adjusted_clusters if question.clustered else compare_adjusted_in_strata
    return compare_(
        question.metric,
        question.kind,
        strata=question.strata,
        control_arm=question.control_arm,
        treatment_arm=question.treatment_arm,
        slopes=question.slopes or "per arm",
        interval=terms.interval,
        alpha=alpha,
        sides=terms.sides,
        alternative=question.better,
    )


def log_standard_error(uplift: Uplift) -> float | None:
    """The standard error of the log ratio that a two-sided interval shows: its width over twice the critical value."""
    bounds = uplift.relative_interval
    if bounds is None or bounds.low is None or bounds.high is None or bounds.low <= -1:
        return None
    critical = Level(1 - uplift.confidence).critical(math.inf if uplift.df is None else uplift.df)
    width = math.log1p(bounds.high) - math.log1p(bounds.low)
    return width / (2 * critical) if width > 0 else None


def _unadjusted(question: Question, terms: Terms, alpha: float) -> Uplift:
    if question.clustered:
        return _clusters(question, terms, alpha, terms.interval)
    if len(question.strata) > 1:
        return compare_strata(
            question.metric,
            question.kind,
            strata=question.strata,
            control_arm=question.control_arm,
            treatment_arm=question.treatment_arm,
            interval=terms.interval,
            alpha=alpha,
            sides=terms.sides,
            alternative=question.better,
        )
    return compare(
        question.metric,
        question.kind,
        control=question.control,
        treatment=question.treatment,
        control_arm=question.control_arm,
        treatment_arm=question.treatment_arm,
        interval=terms.interval,
        alpha=alpha,
        sides=terms.sides,
        alternative=question.better,
        design_ratio=terms.design_ratio(question.control_arm, question.treatment_arm),
    )


def _clusters(question: Question, terms: Terms, alpha: float, interval: str, *, pooled: bool = False) -> Uplift:
    """Clusters against clusters, within strata where there are several."""
    if len(question.strata) > 1 and not pooled:
        return compare_clusters_in_strata(
            question.metric,
            question.kind,
            strata=question.strata,
            control_arm=question.control_arm,
            treatment_arm=question.treatment_arm,
            interval=interval,
            alpha=alpha,
            sides=terms.sides,
            alternative=question.better,
        )
    return compare_clusters(
        question.metric,
        question.kind,
        control=question.control,
        treatment=question.treatment,
        control_arm=question.control_arm,
        treatment_arm=question.treatment_arm,
        interval=interval,
        alpha=alpha,
        sides=terms.sides,
        alternative=question.better,
    )


CLUSTER_METHODS = ("log", "fieller", "delta")


def other_answers(question: Question, terms: Terms, *, besides: Uplift) -> tuple[Uplift, ...]:
    """The same comparison on its own (no correction, strata, covariates) by every method, for the appendix."""
    shown, more = (besides.method, besides.confidence), len(question.strata) > 1 or bool(question.covariates)
    if question.clustered:
        asked = [(m, _clusters(question, terms, terms.alpha, m, pooled=True)) for m in CLUSTER_METHODS]
        found = tuple(u for method, u in asked if u.method == method and u.p_value is not None)
        return tuple(u for u in found if (u.method, u.confidence) != shown or more)
    found = alternatives(
        question.metric,
        question.kind,
        control=question.control,
        treatment=question.treatment,
        control_arm=question.control_arm,
        treatment_arm=question.treatment_arm,
        alpha=terms.alpha,
        sides=terms.sides,
        alternative=question.better,
    )
    return tuple(u for u in found if (u.method, u.confidence) != shown or more)
