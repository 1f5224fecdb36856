"""What a treatment earned: contribution margin of the added revenue, less what contacting and redeeming cost.

Revenue is read from its own comparison, so money never says something else than the verdict on revenue. Where
incentives are redeemed, the net value of each contact (margin × revenue − redemption cost) is compared in its place:
who redeems has bought, and only the contact's own difference knows how the two go together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from uplift.analysis.comparison import Question, Terms, adjustment, answers, questions_of, strata_of
from uplift.engine import Measurement
from uplift.engine.value import NET, REDEMPTIONS, NetValue, net_value
from uplift.results import Amount, ArmCount, Interval, MetricResult, Money, Uplift
from uplift.spec import Study
from uplift.spec.revenue import Use, revenue_use
from uplift.stats.adjustment import Slopes

NOTHING = Amount(None)


@dataclass(frozen=True, slots=True)
class NetEffect:
    """Margin × revenue − redemption cost of one contact: the treatment's minus the control's."""

    contacts: int
    value: float
    interval: Interval | None


def money_of(
    study: Study, metrics: Sequence[MetricResult], measurement: Measurement, arms: Sequence[ArmCount], *, terms: Terms
) -> tuple[Money, ...]:
    """One reading per treatment arm; none where no margin is declared or no metric holds revenue.

    Refused or undefined comparisons leave amounts empty. Costs are those of whole arms (all contacts whose window is
    over, reached or not), above the control's.
    """
    value, use = study.experiment.value, revenue_use(study)
    if value is None or use is None:
        return ()
    days = use.window.days if use.window else None
    revenue = next((m for m in metrics if m.name == use.metric and m.window_days == days), None)
    if revenue is None:
        return ()
    net = _net_effects(study, use, measurement, terms) if NET in measurement.metrics else {}
    count = {arm.arm: arm for arm in arms}
    control = count[study.experiment.control]
    margin = float(value.margin)
    return tuple(
        _money(
            revenue,
            uplift,
            margin=margin,
            control=control,
            treatment=count[uplift.treatment.arm],
            net=net.get(uplift.treatment.arm),
            redemptions=_redemptions(measurement),
        )
        for uplift in revenue.uplifts
    )


def _money(
    revenue: MetricResult,
    uplift: Uplift,
    *,
    margin: float,
    control: ArmCount,
    treatment: ArmCount,
    net: NetEffect | None,
    redemptions: Mapping[str, int],
) -> Money:
    n, told = uplift.treatment.n, uplift.direction != "refused" and uplift.absolute is not None
    contact = (treatment.contact_cost or 0.0) - (control.contact_cost or 0.0)
    added = Amount(uplift.absolute, uplift.absolute_interval) if told else NOTHING
    redeemed = _redemption_cost(uplift, treatment, control, redemptions) if told else NOTHING
    redeemable = bool(treatment.redemption_cost or control.redemption_cost)
    per_contact = _times(added, margin)
    if redeemable:
        per_contact = _net_of(per_contact, redeemed, net, n) if redeemed.value is not None else NOTHING
    contribution = _less(_times(per_contact, n), contact * n)
    cost = None if redeemed.value is None else contact * n + redeemed.value
    base = uplift.control.value
    return Money(
        treatment=uplift.treatment.arm,
        metric=revenue.name,
        contacts=n,
        margin=margin,
        revenue=_times(added, n),
        contact_cost=contact * n,
        redemption_cost=redeemed,
        redemptions=redemptions.get(uplift.treatment.arm),
        contribution=contribution,
        per_thousand=_times(contribution, 1_000 / n) if n else NOTHING,
        per_euro=_per_euro(contribution, cost),
        forgone=_times(contribution, uplift.control.n / n) if n else NOTHING,
        break_even=cost / n / (margin * base) if told and cost is not None and n and base and margin > 0 else None,
    )


def _redemption_cost(uplift: Uplift, treatment: ArmCount, control: ArmCount, redemptions: Mapping[str, int]) -> Amount:
    """What redemptions cost above the control's, as counted; nothing while they cost money and are not counted."""
    n_t, n_c = uplift.treatment.n, uplift.control.n
    total = 0.0
    for arm, contacts in ((treatment, n_t), (control, -n_c)):
        if arm.redemption_cost:
            if arm.arm not in redemptions or not contacts:
                return NOTHING
            total += arm.redemption_cost * redemptions[arm.arm] * n_t / contacts
    return Amount(total)


def _net_of(margin: Amount, redeemed: Amount, net: NetEffect | None, n: int) -> Amount:
    """Margin less redemptions per contact, with the interval of the contacts' own net values around it.

    Where the comparison of revenue is weighted or adjusted its value is not that of the plain net values; the interval
    moves with it.
    """
    if net is None or net.contacts != n or margin.value is None or redeemed.value is None:
        return NOTHING
    value = margin.value - redeemed.value / n
    return Amount(value, _less(Amount(net.value, net.interval), net.value - value).interval)


def _per_euro(contribution: Amount, cost: float | None) -> Amount:
    """Margin per euro spent: 1 + contribution / cost, so that «more than one» and «a contribution» are one claim."""
    if cost is None or not cost > 0:
        return NOTHING
    return _less(_times(contribution, 1 / cost), -1.0)


def _net_effects(study: Study, use: Use, measurement: Measurement, terms: Terms) -> dict[str, NetEffect]:
    """The net value per contact of every arm against the control, with the interval at the design's level.

    Where revenue is adjusted (CUPED), margin times as much is taken off the net value: what is shown stays margin ×
    revenue − redemption cost, and the interval is that of just this estimate.
    """
    measured, asked = measurement.metrics[NET], net_value(study)
    assert asked is not None
    experiment = study.experiment
    revenue = questions_of(study, use, measurement.metric(use.metric, use.window))
    questions = []
    for arm, of_revenue in zip(experiment.treatments, revenue, strict=True):
        adjusted = adjustment(of_revenue, terms) if measured.covariates == of_revenue.covariates else None
        slopes = None if adjusted is None or not adjusted.slopes[0] else _times_all(adjusted.slopes, asked)
        questions.append(
            Question(
                metric=NET,
                kind="mean",
                better="up",
                control_arm=experiment.control,
                treatment_arm=arm,
                strata=strata_of(measured, control=experiment.control, treatment=arm),
                clustered=measured.clustered,
                covariates=() if slopes is None else measured.covariates,
                slopes=slopes,
            )
        )
    found = {}
    for uplift in answers(questions, terms):
        if uplift.absolute is not None and uplift.direction != "refused":
            own = _times(Amount(uplift.absolute, uplift.absolute_interval), 1 / asked.divisor)
            assert own.value is not None
            found[uplift.treatment.arm] = NetEffect(uplift.treatment.n, own.value, own.interval)
    return found


def _times_all(slopes: Slopes, asked: NetValue) -> Slopes:
    """Slopes of revenue as slopes of the net value in its own unit, which is 1/divisor of the currency."""
    factor = float(asked.margin * asked.divisor)
    control, treatment = (tuple(factor * slope for slope in of_arm) for of_arm in slopes)
    return control, treatment


def _redemptions(measurement: Measurement) -> dict[str, int]:
    """Counted redemptions of each arm's contacts within the window."""
    if REDEMPTIONS not in measurement.metrics:
        return {}
    first = {
        arm: (sums, (1,) + (0,) * (len(sums.columns) - 1))
        for arm, sums in measurement.metrics[REDEMPTIONS].by_arm().items()
    }
    return {arm: sums.powers.get(e, 0) + sums.shift[0] * sums.n for arm, (sums, e) in first.items()}


def _times(amount: Amount, factor: float) -> Amount:
    return _mapped(amount, lambda x: x * factor)


def _less(amount: Amount, cost: float) -> Amount:
    return _mapped(amount, lambda x: x - cost)


def _mapped(amount: Amount, change: Callable[[float], float]) -> Amount:
    """A rising map of the value and both bounds."""
    if amount.value is None:
        return NOTHING
    interval = amount.interval
    if interval is not None:
        interval = Interval(*(None if b is None else change(b) for b in (interval.low, interval.high)))
    return Amount(change(amount.value), interval)
