"""Results with everything that a report can show beside the metrics: money, course, looks, segments, memory, claims."""

from __future__ import annotations

import dataclasses
import datetime
import math

from tests.report import report_cases as cases
from tests.report.customer_cases import FIGURES
from tests.report.report_cases import Group, share
from uplift.results import (
    Amount,
    ClaimReading,
    Course,
    CourseDay,
    CourseWeek,
    Covariates,
    History,
    Interval,
    LookReading,
    Looks,
    MetricResult,
    Money,
    ProgrammeRun,
    Reached,
    Recommendation,
    Result,
    Segments,
    SegmentValue,
    Triggered,
)
from uplift.results.customers import CustomersReading
from uplift.results.targeting import (
    BudgetPoint,
    CurvePoint,
    Estimate,
    GroupEffect,
    Importance,
    OutcomeReading,
    PolicyReading,
    Ranking,
    ResponseShares,
    RuleLeaf,
    TargetingReading,
)

START = datetime.date(2026, 11, 30)
MARGIN = 0.38


def money(metric: MetricResult, treatment: str, *, cost: float, redeemed: int | None = None, controls: int) -> Money:
    """The account of a comparison, by hand: margin × added revenue − contacts × cost − redemptions × 5."""
    uplift = metric.uplift(treatment)
    n = uplift.treatment.n
    assert uplift.absolute is not None
    assert uplift.absolute_interval is not None
    low, high = uplift.absolute_interval.low, uplift.absolute_interval.high
    assert low is not None
    assert high is not None
    spent_on_redemptions = 5.0 * (redeemed or 0)
    spent = n * cost + spent_on_redemptions

    def left(per_contact: float) -> float:
        return MARGIN * per_contact * n - spent

    def amount(f: object, *, scale: float = 1.0) -> Amount:
        values = [scale * f(x) for x in (uplift.absolute, low, high)]  # type: ignore[operator]
        return Amount(values[0], Interval(values[1], values[2]))

    return Money(
        treatment=treatment,
        metric=metric.name,
        contacts=n,
        margin=MARGIN,
        revenue=amount(lambda x: x * n),
        contact_cost=n * cost,
        redemption_cost=Amount(spent_on_redemptions),
        redemptions=redeemed,
        contribution=amount(left),
        per_thousand=amount(left, scale=1000 / n),
        per_euro=amount(lambda x: MARGIN * x * n / spent) if spent else Amount(None),
        forgone=amount(left, scale=controls / n),
        break_even=spent / n / MARGIN / uplift.control.value if uplift.control.value else None,
    )


def with_money(result: Result, *, cost: float = 0.10, redeemed: int | None = None) -> Result:
    metric = next(m for m in result.metrics if m.format == "money" and m.kind == "mean")
    controls = next(a.assigned for a in result.arms if a.control)
    accounts = tuple(
        money(metric, u.treatment.arm, cost=cost, redeemed=redeemed, controls=controls)
        for u in metric.uplifts
        if u.absolute is not None
    )
    return dataclasses.replace(result, money=accounts)


def pays_off() -> Result:
    return with_money(cases.clear_win(), cost=0.10, redeemed=1200)


def costs_more_than_it_brings() -> Result:
    return with_money(cases.clear_win(), cost=2.50)


def money_open() -> Result:
    return with_money(cases.no_difference(), cost=0.05)


def money_refused() -> Result:
    return with_money(cases.too_early())


def money_of_three_arms() -> Result:
    return with_money(cases.three_arms(), cost=0.02)


def course(treatment: str, *, days: int, effect: float, base: float = 3.75) -> Course:
    """A course that settles from a wild start, with bounds that shrink like one over the root of the days."""
    found = []
    for i in range(days):
        if i < 2:
            found.append(CourseDay(START + datetime.timedelta(i), 40 * i, 160 * i, None, None, None, None))
            continue
        relative = effect + 0.6 * math.exp(-i / 4) * math.cos(i)
        half, wide = 1.1 / math.sqrt(i), 1.9 / math.sqrt(i)
        found.append(
            CourseDay(
                START + datetime.timedelta(i), 200 * i, 800 * i, base, base * (1 + relative), relative,
                Interval(relative - half, relative + half), Interval(relative - wide, relative + wide),
            )
        )  # fmt: skip
    weeks = tuple(
        CourseWeek(
            w, 9000 - 400 * w, 36000 - 1600 * w, 0.9, 0.9 * (1 + r), r,
            Interval(r - 0.12 - 0.02 * w, r + 0.12 + 0.02 * w),
        )
        for w, r in enumerate((0.62, 0.41, 0.18, -0.06), start=1)
    )  # fmt: skip
    return Course(treatment, tuple(found), weeks)


def looks(treatment: str = "treatment", *, outcome: str = "efficacy") -> Looks:
    days = [START + datetime.timedelta(14 * i) for i in range(1, 5)]
    if outcome == "efficacy":
        readings = (
            LookReading("wave 1", days[0], 0.26, 1.31, 4.05, Interval(-0.30, 1.10)),
            LookReading("wave 2", days[1], 0.51, 3.12, 2.86, Interval(0.02, 0.81)),
            LookReading("wave 3", days[2]),
            LookReading("wave 4", days[3]),
        )
        return Looks(treatment, "obrien_fleming", "efficacy", 1, readings, 0.352, Interval(0.12, 0.58), 0.0021)
    readings = (
        LookReading("wave 1", days[0], 0.26, 0.42, 4.05, Interval(-0.40, 0.90)),
        LookReading("wave 2", days[1], refusal="UP641"),
        LookReading("wave 3", days[2]),
    )
    return Looks(treatment, "obrien_fleming", "continue", None, readings)


def segments(metric: str, by: str, groups: dict[str | None, tuple[Group, Group]], **kw: object) -> Segments:
    values = []
    for name, (control, treated) in groups.items():
        uplift = cases.compared(metric, "mean", control, treated, method="log")
        shrunken = None if uplift.relative is None else 0.6 * uplift.relative + 0.4 * 0.30
        interval = None if shrunken is None else Interval(shrunken - 0.1, shrunken + 0.1)
        values.append(SegmentValue(name, uplift, shrunken, interval))
    fields = {"p_interaction": 0.21, "p_interaction_adjusted": 0.42, **kw}
    return Segments(by, "treatment", tuple(values), **fields)


def segmented() -> tuple[Segments, ...]:
    country = {
        "DE": (Group(5200, 270, 3.80, 21.0), Group(20800, 1330, 5.30, 25.0)),
        "FR": (Group(3100, 150, 3.60, 20.5), Group(12400, 760, 4.70, 24.5)),
        "IT": (Group(2800, 138, 3.82, 21.4), Group(11200, 700, 5.15, 25.2)),
        None: (Group(150, 5, 2.9, 17.0), Group(600, 23, 4.1, 21.0)),
    }
    band = {
        "hoch": (Group(2000, 180, 9.0, 30.0), Group(8000, 800, 9.6, 31.0)),
        "mittel": (Group(4250, 230, 3.9, 21.0), Group(17000, 1100, 5.6, 25.0)),
        "niedrig": (Group(5000, 153, 1.5, 12.0), Group(20000, 913, 2.9, 17.0)),
    }
    return (
        segments("revenue_per_contact", "country", country),
        segments(
            "revenue_per_contact",
            "value_band",
            band,
            p_interaction=0.004,
            p_interaction_adjusted=0.008,
            exploratory=True,
        ),
    )


def history(current: float = 0.364, *, runs: int = 6) -> History:
    earlier = (0.18, 0.31, 0.05, 0.42, 0.24, 0.29, 0.22)[: runs - 1]
    found = tuple(
        ProgrammeRun(
            f"churn-v{i}", f"Abwanderer, {i}. Lauf", f"v{i}.0", datetime.date(2024 + i // 4, 1 + 3 * (i % 4), 1),
            datetime.date(2024 + i // 4, 2 + 3 * (i % 4), 1), r, Interval(r - 0.16, r + 0.17), math.log1p(r), 0.07,
        )
        for i, r in enumerate(earlier, start=1)
    )  # fmt: skip
    this = ProgrammeRun(
        "repeat-buyers-2026-11", "Erstkäufer zu Wiederholungskäufern", "v2.0", START, datetime.date(2027, 3, 1),
        current, Interval(current - 0.154, current + 0.154), math.log1p(current), 0.06, current=True,
    )  # fmt: skip
    if runs < 5:
        return History(
            "repeat-buyers", "revenue_per_contact", (*found, this), 0.27, Interval(0.12, 0.44), refusal="UP651"
        )
    return History(
        "repeat-buyers", "revenue_per_contact", (*found, this), 0.262, Interval(0.17, 0.36), Interval(0.02, 0.56), 0.08,
        0.311, Interval(0.19, 0.44), 0.998, 0.0002, 0.0402,
    )  # fmt: skip


def claims() -> tuple[ClaimReading, ...]:
    return (
        ClaimReading("Das Programm bringt 36 % mehr Umsatz je Kontakt.", "revenue_per_contact", 0.36, ()),
        ClaimReading("Wer die Mail öffnet, kauft dreimal so oft.", "repeat_purchase", 3.0, ("UP641", "UP608")),
    )


def everything() -> Result:
    """All parts at once, as a long-running programme has them."""
    base = pays_off()
    primary = dataclasses.replace(
        base.primary,
        segments=segmented(),
        course=(course("treatment", days=56, effect=0.364),),
        looks=(looks(),),
        covariates=(
            Covariates(
                "treatment", ("revenue_before", "orders_before"), 0.31, 1 / 0.69,
                cases.compared("revenue_per_contact", "mean", Group(11250, 563, 3.71, 21.0), Group(45000, 2813, 5.2, 24.9)),
            ),
        ),
        reached=(Reached("treatment", 0.62, 4.1, 0.587, Interval(0.34, 0.84), 2.2, Interval(1.3, 3.1)),),
        triggered=(
            Triggered("treatment", 0.31, 3488, 13950, 0.361, Interval(0.22, 0.51), 1.35, Interval(0.83, 1.9)),
        ),
    )  # fmt: skip
    return dataclasses.replace(
        base,
        metrics=(primary, *base.metrics[1:]),
        history=(history(),),
        claims=claims(),
        customers=CustomersReading(FIGURES, chosen=True, smallest_group=20),
    )


def everything_untrusted() -> Result:
    """The same, but the split is wrong: none of it may show a number."""
    bad = cases.srm_failed()
    rich = everything()
    metrics = tuple(
        dataclasses.replace(
            m, uplifts=tuple(dataclasses.replace(u, direction="refused", refusal="UP601") for u in m.uplifts)
        )
        for m in rich.metrics
    )
    return dataclasses.replace(rich, metrics=metrics, checks=bad.checks, recommendation=bad.recommendation)


def thirty_segments() -> Result:
    groups: dict[str | None, tuple[Group, Group]] = {
        f"Land {i:02d}": (Group(380, 19, 3.7, 21.0), Group(1500, 94, 3.7 * (1 + 0.04 * (i % 9)), 24.0))
        for i in range(30)
    }
    base = cases.clear_win()
    primary = dataclasses.replace(base.primary, segments=(segments("revenue_per_contact", "country", groups),))
    return dataclasses.replace(base, metrics=(primary, *base.metrics[1:]))


def keeps_running() -> Result:
    """A sequential test after its first look: nothing is decided, and two looks are to come."""
    base = cases.no_difference()
    primary = dataclasses.replace(
        base.primary, looks=(looks(outcome="continue"),), course=(course("treatment", days=20, effect=0.09),)
    )
    return dataclasses.replace(base, metrics=(primary, *base.metrics[1:]))


def young_programme() -> Result:
    return dataclasses.replace(cases.clear_win(), history=(history(runs=3),))


def four_measures() -> Result:
    """Purchase rate, revenue per purchase, revenue per contact and clicks, as mail systems show them."""
    base = pays_off()
    clicks = cases.metric(
        "clicks", "Klickrate", "proportion", share(11250, 1010), ("treatment", share(45000, 4950)), method="score"
    )
    return dataclasses.replace(base, metrics=(*base.metrics, clicks))


def stopped_for_futility() -> Result:
    base = cases.no_difference()
    found = Looks(
        "treatment", "hsd(-4)", "futility", 0,
        (LookReading("2026-12-14", START + datetime.timedelta(14), 0.5, -0.1, 2.75, Interval(-0.2, 0.19)),
         LookReading("2026-12-28", START + datetime.timedelta(28))),
    )  # fmt: skip
    primary = dataclasses.replace(base.primary, looks=(found,))
    return dataclasses.replace(
        base,
        metrics=(primary, *base.metrics[1:]),
        recommendation=Recommendation("stop", None, ("sequential.futility",)),
    )


RICH = {
    case.__name__: case
    for case in (
        pays_off, costs_more_than_it_brings, money_open, money_refused, money_of_three_arms, everything,
        everything_untrusted, thirty_segments, keeps_running, young_programme, four_measures, stopped_for_futility,
    )
}  # fmt: skip


def targeting(*, action: str = "target") -> TargetingReading:
    """A model that ranks well, by hand: the curve bends, the honest value stays below what the model believes."""
    curve = tuple(
        CurvePoint(s / 20, 1.3 * (s / 20) ** 0.6 - 0.3 * (s / 20), Interval(1.3 * (s / 20) ** 0.6 - 0.3 * (s / 20) - 0.12, 1.3 * (s / 20) ** 0.6 - 0.3 * (s / 20) + 0.12), s / 20)
        for s in range(21)
    )  # fmt: skip
    groups = tuple(
        GroupEffect(g, 11250, 0.3 * g - 0.2, Estimate(0.25 * g - 0.1, 0.2, Interval(0.25 * g - 0.5, 0.25 * g + 0.3)))
        for g in range(1, 6)
    )
    ranking = Ranking(
        "treatment", 56250, Estimate(1.0, 0.2), Estimate(0.31, 0.08), Estimate(0.12, 0.03), 0.25,
        Estimate(2.1, 0.4, Interval(1.3, 2.9)), Estimate(0.8, 0.2), 0.0004, 0.0012, curve, groups,
        (Importance("days_since_last_order", 0.52), Importance("n_orders", 0.31)),
        ResponseShares(0.41, 0.06, 0.49, 0.04),
    )  # fmt: skip
    policies = (
        PolicyReading("model", (("control", 0.4), ("treatment", 0.6)), Estimate(1.12, 0.1, Interval(0.9, 1.3)), Estimate(0.12, 0.05, Interval(0.02, 0.22)), 1.41),
        PolicyReading("all:treatment", (("treatment", 1.0),), Estimate(1.0, 0.1, Interval(0.8, 1.2))),
        PolicyReading("none", (("control", 1.0),), Estimate(0.0)),
    )  # fmt: skip
    rule = (
        RuleLeaf((("days_since_last_order", "<=", "180"), ("country", "in", "DE, FR")), "treatment", 0.6, Estimate(1.9, 0.3, Interval(1.2, 2.6))),
        RuleLeaf((), "control", 0.4, Estimate(-0.1, 0.3, Interval(-0.7, 0.5))),
    )  # fmt: skip
    outcome = OutcomeReading(
        "revenue_per_contact", "Umsatz je Kontakt", "money", "EUR", action, "treatment", 240_000 if action == "test_again" else None,
        (), "boosted", (ranking,), policies, rule,
    )  # fmt: skip
    budget = tuple(
        BudgetPoint(1000.0 * b, b / 6, Estimate(0.2 * b**0.7, 0.05, Interval(0.2 * b**0.7 - 0.1, 0.2 * b**0.7 + 0.1)), 0.26 * b**0.7)
        for b in range(1, 7)
    )  # fmt: skip
    return TargetingReading(56250, ("days_since_last_order", "n_orders", "country"), 5, 7, (outcome,), budget=budget)


def targeted() -> Result:
    return dataclasses.replace(pays_off(), targeting=targeting())


def targeting_in_vain() -> Result:
    reading = targeting(action="test_again")
    return dataclasses.replace(pays_off(), targeting=dataclasses.replace(reading, exploratory=True, budget=()))


RICH |= {"targeted": targeted, "targeting_in_vain": targeting_in_vain}
