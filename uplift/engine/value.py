"""What money needs beyond the metrics: redeemed incentives per contact, and the net value of a contact.

The net value is margin × revenue − redemption cost × redemptions, added up as one integer per contact, so the
covariance of the two (who redeems a voucher has bought something) enters its variance by itself. It counts units of
10**-decimals / `divisor`: a margin of 38% is 19/50, and 19 × cents − 50 × cost × redemptions are fiftieths of a cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from uplift.engine.adapter import text_literal
from uplift.engine.plan import MetricPlan, Part
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sum_columns import (
    Bounds,
    CovariateColumns,
    MetricColumns,
    SumColumn,
    exponents_of,
    fits,
    orders_that_fit,
)
from uplift.errors import Place, Problem
from uplift.spec.revenue import Use, revenue_use
from uplift.spec.study import Study

REDEMPTIONS = "value.redemptions"
NET = "value.net"
COST_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class NetValue:
    """Margin and cost per redemption of each arm, as whole numbers of one small unit."""

    margin: Fraction
    costs: Mapping[str, Fraction]  # arm → cost of one redemption, in the project's currency

    @property
    def divisor(self) -> int:
        """What the integer net value is divided by, after its decimals: the denominator of the margin."""
        return self.margin.denominator


def net_value(study: Study) -> NetValue | None:
    """How the experiment weighs revenue against redemptions; None where it declares no redemptions or no revenue."""
    value = study.experiment.value
    if value is None or value.redemptions is None or revenue_use(study) is None:
        return None
    arms = study.experiment.arms.items()
    costs = {name: Fraction(arm.redemption_cost.amount) if arm.redemption_cost else Fraction(0) for name, arm in arms}
    return NetValue(Fraction(value.margin), costs)


def redemption_plan(study: Study) -> MetricPlan | None:
    """The redemptions of each contact within the window of the revenue metric, as a count; None where none is counted.

    A revenue metric without a window (a column of a wide file) gives no window to count in.
    """
    use, value = revenue_use(study), study.experiment.value
    if use is None or use.window is None or value is None or value.redemptions is None:
        return None
    asked = value.redemptions
    where = (
        None if asked.where is None else snippet_at(study.document, "value", "redemptions", "where", text=asked.where)
    )
    window = use.window.days
    part = Part(
        source=asked.source,
        aggregate="count",
        value=None,
        where=None if where is None else parse(where),
        window=window,
        decimals=None,
        binary=False,
        where_snippet=where,
    )
    lags = [lag.days for name in {asked.source, *_sources(study, use)} if (lag := study.source(name).data_lag)]
    return MetricPlan(REDEMPTIONS, REDEMPTIONS, "count", (part,), window, max(lags, default=0), None, None)


def _sources(study: Study, use: Use) -> set[str]:
    source = study.metric(use.metric).source
    return set() if source is None else {source}


def net_value_columns(
    study: Study, revenue: MetricColumns, redemptions: MetricColumns, *, place: Place | None = None
) -> tuple[MetricColumns, tuple[Problem, ...]]:
    """The net value of a contact as one column: the revenue metric's own (capped) value against the redemptions.

    Raises DataError (UP583) where its squares do not fit into 38 digits.
    """
    asked = net_value(study)
    assert asked is not None
    (money,), (count,) = revenue.columns, redemptions.columns
    decimals = max(revenue.decimals[0], COST_DECIMALS, *(_decimals(cost) for cost in asked.costs.values()))
    per_unit = asked.margin.numerator * 10 ** (decimals - revenue.decimals[0])
    costs = {arm: int(cost * 10**decimals) * asked.divisor for arm, cost in asked.costs.items()}
    by_arm = "".join(f" WHEN {text_literal(arm)} THEN {cost}" for arm, cost in costs.items())
    sql = f"({per_unit} * {money.plain} - CASE arm{by_arm} ELSE 0 END * {count.plain})"
    dearest, cheapest = max(*costs.values(), 0), min(*costs.values(), 0)
    most = max(count.bounds.high, 0)
    low, high = per_unit * money.bounds.low, per_unit * money.bounds.high
    bounds = Bounds(
        low - dearest * most,
        high - cheapest * most,
        money.bounds.present,
        min(money.bounds.nonzero + count.bounds.nonzero, money.bounds.present),
    )
    column = SumColumn(sql, None, 0, (), bounds)
    orders, notices = orders_that_fit("value", (column,), place)
    plan = MetricPlan(
        NET,
        NET,
        "mean",
        (*revenue.plan.parts, *redemptions.plan.parts),
        revenue.plan.window,
        max(revenue.plan.lag, redemptions.plan.lag),
        revenue.plan.settles_after,
        revenue.plan.upper,
    )
    own = MetricColumns(
        plan=plan,
        columns=(column,),
        decimals=(decimals,),
        exponents=exponents_of(1, orders),
        binary=False,
        complete=revenue.complete and redemptions.complete,
        cap=revenue.cap,
        covariates=_covariates(revenue, column),
    )
    return own, notices


def _covariates(revenue: MetricColumns, column: SumColumn) -> CovariateColumns | None:
    """What revenue is adjusted by, beside the net value too; left out where the products do not fit into 38 digits."""
    found = revenue.covariates
    if found is None or not all(fits((column, *found.columns), e) for e in found.exponents):
        return None
    return found


def with_net_value(
    study: Study, columns: Sequence[MetricColumns], *, place: Place | None = None
) -> tuple[tuple[MetricColumns, ...], tuple[Problem, ...]]:
    """The net value beside the metrics that it is made of, where redemptions are measured."""
    use = revenue_use(study)
    redemptions = next((m for m in columns if m.plan.name == REDEMPTIONS), None)
    if use is None or redemptions is None:
        return (), ()
    days = use.window.days if use.window else None
    revenue = next(m for m in columns if m.plan.name == use.metric and m.plan.window == days)
    own, notices = net_value_columns(study, revenue, redemptions, place=place)
    return (own,), notices


def _decimals(amount: Fraction) -> int:
    """Digits after the decimal mark of an amount that was written with them."""
    digits = 0
    while (amount * 10**digits).denominator != 1:
        digits += 1
    return digits
