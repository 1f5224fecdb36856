"""What a treatment earned: counted by hand, and compared contact by contact with an independent Welch test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, Drawn, draw
from uplift.analysis import analyze
from uplift.results import Interval, Money, Result
from uplift.results.json_form import from_json, to_json

ARMS = "  control: {weight: 50%, control: true}\n  treatment: {weight: 50%}\n"
COSTLY = ARMS.replace("treatment: {weight: 50%}", "treatment: {weight: 50%, contact_cost: 0.10 EUR}")
VOUCHER = ARMS.replace(
    "treatment: {weight: 50%}", "treatment: {weight: 50%, contact_cost: 0.10 EUR, redemption_cost: 2.50 EUR}"
)
MARGIN = "value: {margin: 38%}\n"
REDEEMED = "value: {margin: 38%, redemptions: {source: orders, where: \"voucher = 'yes'\"}}\n"
FIELLER = "design: {interval: fieller}\n"
WITH_VOUCHERS = PROJECT.replace(
    "columns: {net_amount: {type: decimal, decimals: 2}}",
    "columns: {net_amount: {type: decimal, decimals: 2}, voucher: {type: string}}",
)


def experiment(arms: str, *blocks: str) -> str:
    return EXPERIMENT.replace(ARMS, arms) + "".join(blocks)


def sold(drawn: Drawn, *, seed: int = 5, lift: float = 1.3, rate: float = 0.25) -> dict[str, np.ndarray]:
    """Orders of both arms with the vouchers of treated ones; per arm the contacts' revenue and redemptions."""
    rng = np.random.default_rng(seed)
    lines = ["customer_id,ordered_at,net_amount,voucher"]
    found: dict[str, np.ndarray] = {}
    for arm in dict.fromkeys(drawn.arms.values()):
        rows = []
        for unit in drawn.members(arm):
            buys = rng.random() < rate * (lift if arm != "control" else 1.0)
            cents = int(rng.gamma(2.0, 1500)) + 100 if buys else 0
            redeems = buys and arm != "control" and rng.random() < 0.6
            rows.append((cents, int(redeems)))
            if buys:
                lines.append(f"{unit},2026-03-05 10:00:00,{cents / 100:.2f},{'yes' if redeems else 'no'}")
        found[arm] = np.array(rows, dtype=float)
    (drawn.study.root / "data" / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found


def earned(drawn: Drawn) -> Money:
    (money,) = analyze(drawn.study, as_of=AFTER).money
    return money


def bounds(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    assert interval.low is not None
    assert interval.high is not None
    return interval.low, interval.high


def welch(control: Sequence[float], treatment: Sequence[float]) -> tuple[float, float]:
    ci = stats.ttest_ind(treatment, control, equal_var=False).confidence_interval(0.95)
    return float(ci.low), float(ci.high)


def test_without_a_margin_there_is_no_money(tmp_path: Path) -> None:
    drawn = draw(tmp_path, project=WITH_VOUCHERS)
    sold(drawn)
    assert analyze(drawn.study, as_of=AFTER).money == ()


def test_contribution_is_margin_times_the_added_revenue_less_the_cost_of_the_whole_arm(tmp_path: Path) -> None:
    drawn = draw(tmp_path, experiment=experiment(COSTLY, MARGIN), project=WITH_VOUCHERS)
    rows = sold(drawn)
    result = analyze(drawn.study, as_of=AFTER)
    (money,) = result.money
    control, treatment = rows["control"][:, 0] / 100, rows["treatment"][:, 0] / 100
    n = len(treatment)
    added = (treatment.mean() - control.mean()) * n
    assert money.metric == "revenue"
    assert (money.contacts, money.redemptions) == (n, None)
    assert money.revenue.value == pytest.approx(added)
    assert money.contact_cost == pytest.approx(0.10 * n)
    assert money.redemption_cost.value == 0.0
    assert money.contribution.value == pytest.approx(0.38 * added - 0.10 * n)
    revenue = next(m for m in result.metrics if m.name == "revenue").uplift("treatment")
    low, high = bounds(revenue.absolute_interval)
    assert bounds(money.contribution.interval) == pytest.approx((0.38 * low * n - 0.10 * n, 0.38 * high * n - 0.10 * n))
    assert money.per_thousand.value == pytest.approx(1_000 * money.contribution.value / n)
    assert money.per_euro.value == pytest.approx(0.38 * added / (0.10 * n))
    assert money.forgone.value == pytest.approx(money.contribution.value / n * len(control))
    assert money.break_even == pytest.approx(0.10 / (0.38 * control.mean()))
    assert from_json(to_json(result)) == result


@pytest.mark.slow
def test_at_the_break_even_uplift_nothing_is_left(tmp_path: Path) -> None:
    money = earned_with(tmp_path, COSTLY, MARGIN)
    assert money.break_even is not None
    assert money.revenue.value is not None
    base = money.contact_cost / (money.break_even * money.margin)
    assert money.margin * base * money.break_even - money.contact_cost == pytest.approx(0, abs=1e-9)


def earned_with(root: Path, arms: str, *blocks: str) -> Money:
    drawn = draw(root, experiment=experiment(arms, *blocks), project=WITH_VOUCHERS)
    sold(drawn)
    return earned(drawn)


def test_the_net_value_of_each_contact_is_compared_so_the_covariance_counts(tmp_path: Path) -> None:
    drawn = draw(tmp_path, experiment=experiment(VOUCHER, REDEEMED, FIELLER), project=WITH_VOUCHERS)
    rows = sold(drawn)
    money = earned(drawn)
    n = len(rows["treatment"])
    net = {arm: 0.38 * r[:, 0] / 100 - 2.50 * r[:, 1] for arm, r in rows.items()}
    low, high = welch(net["control"], net["treatment"])
    assert money.redemptions == int(rows["treatment"][:, 1].sum())
    assert money.redemption_cost.value == pytest.approx(2.50 * money.redemptions)
    assert money.contribution.value == pytest.approx((net["treatment"].mean() - net["control"].mean() - 0.10) * n)
    own = bounds(money.contribution.interval)
    # Fieller's absolute interval is the unequal-variance test of the difference, up to its degrees of freedom.
    assert own == pytest.approx(((low - 0.10) * n, (high - 0.10) * n), abs=0.002 * (high - low) * n)
    parts = money.margin * (money.revenue.value or 0) - money.contact_cost - (money.redemption_cost.value or 0)
    assert money.contribution.value == pytest.approx(parts)
    assert money.per_euro.interval is not None
    assert money.per_euro.value == pytest.approx(
        money.margin * (money.revenue.value or 0) / (money.contact_cost + (money.redemption_cost.value or 0))
    )
    assert (bounds(money.per_euro.interval)[0] > 1) == (own[0] > 0)


def test_a_margin_that_is_no_decimal_is_exact(tmp_path: Path) -> None:
    whole = earned_with(tmp_path / "a", VOUCHER, REDEEMED.replace("38%", "1/3"))
    assert whole.contribution.value == pytest.approx(
        (whole.revenue.value or 0) / 3 - whole.contact_cost - (whole.redemption_cost.value or 0), rel=1e-12
    )


def test_redemptions_that_cost_money_and_are_not_counted_leave_the_contribution_open(tmp_path: Path) -> None:
    money = earned_with(tmp_path, VOUCHER, MARGIN)
    assert money.revenue.value is not None
    assert money.redemption_cost.value is None
    assert money.contribution.value is None
    assert money.per_euro.value is None
    assert money.break_even is None


def test_too_few_buyers_give_no_amount_and_no_zero(tmp_path: Path) -> None:
    drawn = draw(tmp_path, contacts=400, experiment=experiment(COSTLY, MARGIN), project=WITH_VOUCHERS)
    sold(drawn, rate=0.02)
    money = earned(drawn)
    assert money.contact_cost > 0
    assert {money.revenue.value, money.contribution.value, money.per_euro.value, money.break_even} == {None}


@pytest.mark.slow
def test_an_incentive_that_costs_more_than_it_brings_is_not_shipped_by_its_net_value(tmp_path: Path) -> None:
    rule = "decision: {ship: best.net_value.low > 0, stop: best.net_value.high < 0}\n"
    dear = VOUCHER.replace("2.50 EUR", "40.00 EUR")
    drawn = draw(tmp_path / "dear", experiment=experiment(dear, REDEEMED, rule), project=WITH_VOUCHERS)
    sold(drawn)
    assert analyze(drawn.study, as_of=AFTER).recommendation.action == "stop"
    cheap = VOUCHER.replace("2.50 EUR", "0.50 EUR").replace("0.10 EUR", "0.01 EUR")
    drawn = draw(tmp_path / "cheap", experiment=experiment(cheap, REDEEMED, rule), project=WITH_VOUCHERS)
    sold(drawn, lift=1.6)
    result = analyze(drawn.study, as_of=AFTER)
    assert result.recommendation.action == "ship"
    assert result.not_evaluated == ()


@pytest.mark.slow
def test_several_arms_have_simultaneous_bounds(tmp_path: Path) -> None:
    three = (
        "  control: {weight: 1/3, control: true}\n  mail: {weight: 1/3, redemption_cost: 2.50 EUR}\n"
        "  letter: {weight: 1/3, redemption_cost: 2.50 EUR}\n"
    )
    result = three_arms(tmp_path, three, "design: {correction: dunnett}\n")
    alone = three_arms(tmp_path / "alone", three, "design: {correction: none}\n")
    for together, single in zip(result.money, alone.money, strict=True):
        wide, narrow = bounds(together.contribution.interval), bounds(single.contribution.interval)
        assert wide[0] < narrow[0] < narrow[1] < wide[1]


def three_arms(root: Path, arms: str, design: str) -> Result:
    drawn = draw(root, experiment=experiment(arms, REDEEMED, design), project=WITH_VOUCHERS)
    sold(drawn)
    return analyze(drawn.study, as_of=AFTER)


def test_a_metric_may_be_called_like_what_the_toolkit_adds(tmp_path: Path) -> None:
    clash = WITH_VOUCHERS + "  value_redemptions: {kind: count, source: orders}\n"
    own = EXPERIMENT.replace("{metric: basket, window: 14d}", "{metric: value_redemptions, window: 14d}")
    drawn = draw(tmp_path, experiment=own.replace(ARMS, VOUCHER) + REDEEMED, project=clash)
    rows = sold(drawn)
    result = analyze(drawn.study, as_of=AFTER)
    orders = next(m for m in result.metrics if m.name == "value_redemptions").uplift("treatment")
    assert orders.treatment.total == np.count_nonzero(rows["treatment"][:, 0])
    assert result.money[0].redemptions == int(rows["treatment"][:, 1].sum())


def bought_before(drawn: Drawn) -> dict[str, np.ndarray]:
    """Like `sold`, and the same contacts bought in the sixty days before: revenue, redemptions and revenue before."""
    rng = np.random.default_rng(9)
    lines = ["customer_id,ordered_at,net_amount,voucher"]
    found: dict[str, np.ndarray] = {}
    for arm in dict.fromkeys(drawn.arms.values()):
        rows = []
        for unit in drawn.members(arm):
            size = rng.lognormal(7.6, 0.7) * (rng.random() < 0.5)
            before, now = (int(size * rng.uniform(0.8, 1.2) * (rng.random() < 0.98)) for _ in range(2))
            redeems = now > 0 and arm != "control" and rng.random() < 0.3
            rows.append((now, int(redeems), before))
            if now:
                lines.append(f"{unit},2026-03-05 10:00:00,{now / 100:.2f},{'yes' if redeems else 'no'}")
            if before:
                lines.append(f"{unit},2026-02-10 10:00:00,{before / 100:.2f},no")
        found[arm] = np.array(rows, dtype=float)
    (drawn.study.root / "data" / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return found


def test_adjusted_revenue_takes_as_much_off_the_net_value_and_its_interval_is_that_of_the_sum_shown(
    tmp_path: Path,
) -> None:
    drawn = draw(
        tmp_path,
        experiment=experiment(
            VOUCHER, REDEEMED, "design: {interval: fieller, variance_reduction: cuped, lookback: 60d}\n"
        ),
        project=WITH_VOUCHERS,
    )
    rows = bought_before(drawn)
    money = earned(drawn)
    n = len(rows["treatment"])
    parts = money.margin * (money.revenue.value or 0) - money.contact_cost - (money.redemption_cost.value or 0)
    assert money.contribution.value == pytest.approx(parts, rel=1e-9)
    # By hand: net values less margin times what the past explains of revenue, with slopes of each arm (Lin 2013). The
    # past enters the difference of both values once, with the slopes crossed over: f β_c + (1 − f) β_t.
    slope = {arm: np.cov(r[:, 0], r[:, 2])[0, 1] / r[:, 2].var(ddof=1) for arm, r in rows.items()}
    f = n / sum(len(r) for r in rows.values())
    common = f * slope["control"] + (1 - f) * slope["treatment"]
    net = {arm: (0.38 * (r[:, 0] - common * r[:, 2]) / 100 - 2.50 * r[:, 1]) for arm, r in rows.items()}
    low, high = welch(net["control"], net["treatment"])
    own = bounds(money.contribution.interval)
    assert own == pytest.approx(((low - 0.10) * n, (high - 0.10) * n), abs=0.01 * (high - low) * n)
    plain = {arm: 0.38 * r[:, 0] / 100 - 2.50 * r[:, 1] for arm, r in rows.items()}
    wide = welch(plain["control"], plain["treatment"])
    assert high - low < 0.8 * (wide[1] - wide[0])
