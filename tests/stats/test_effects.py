"""One comparison, one decision: interval, p-value and direction never contradict each other."""

from __future__ import annotations

import dataclasses
import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.errors import StatisticsError
from uplift.results import Interval, Method, Uplift
from uplift.stats.decision import Level
from uplift.stats.delta import delta_test
from uplift.stats.effects import alternatives, compare, increment
from uplift.stats.estimates import mean_of
from uplift.stats.evidence import Evidence
from uplift.stats.fieller import fieller_test
from uplift.stats.hall import hall_test
from uplift.stats.log_ratio import log_test
from uplift.stats.moments import Moments
from uplift.stats.proportions import score_test
from uplift.words.codes import CODES

ANY = Evidence(refuse=0, caution=0, calibrated=0)
KINDS = ("proportion", "mean", "count", "ratio")


def share(events: int, n: int) -> Moments:
    p = events / n
    second = np.array([[events * (1 - p)]])
    third, fourth = events * (1 - p) * (1 - 2 * p), events * (1 - p) * (1 - 3 * p * (1 - p))
    return Moments(n, ("y",), np.array([p]), second, np.full((1,) * 3, third), np.full((1,) * 4, fourth), events)


def buyers(n: int, count: int, mean: float, sd: float, seed: int) -> np.ndarray:
    """Contacts (revenue, orders): `count` of n buy once, with exactly this mean and standard deviation."""
    shape = (mean / sd) ** 2
    values = np.random.default_rng(seed).gamma(shape, mean / shape, count)
    rows = np.zeros((n, 2))
    rows[:count, 0] = (values - values.mean()) / values.std(ddof=1) * sd + mean
    rows[:count, 1] = 1
    return rows


def revenue_and_orders(rows: np.ndarray) -> Moments:
    return Moments.from_rows(rows, ("revenue", "orders"))


# --- published results -------------------------------------------------------------------------------------------

CHURN = {"control": (11_250, 563, 75.00, 54.80, 1), "treatment": (45_000, 2_813, 81.90, 59.84, 2)}
REPEAT = {"control": (6_588, 527, 75.00, 54.72, 3), "treatment": (26_350, 2_108, 82.06, 59.87, 4)}


@pytest.mark.parametrize(
    ("programme", "kind", "uplift", "half_width", "printed"),
    [
        (CHURN, "proportion", 0.249112, 0.110061, "24.9 % (±11.0 %)"),
        (CHURN, "ratio", 0.092000, 0.072155, "9.20 % (±7.22 %)"),
        (REPEAT, "ratio", 0.094133, 0.076151, "9.41 % (±7.62 %)"),
        (CHURN, "mean", 0.364030, 0.150225, "36.4 % (±15.0 %)"),
    ],
)
def test_contact_rows_print_the_published_lines_under_delta(programme, kind, uplift, half_width, printed):
    rows = {arm: buyers(*design) for arm, design in programme.items()}
    if kind == "proportion":
        moments = {arm: Moments.from_rows(table[:, 1]) for arm, table in rows.items()}
    else:
        moments = {arm: revenue_and_orders(table) for arm, table in rows.items()}
    found = compare("m", kind, **moments, interval="delta", design_ratio=4.0)
    assert found.relative == pytest.approx(uplift, abs=5e-7)
    # The gamma values differ from seed to seed, mean and sd don't: nor does the delta interval.
    assert found.relative_interval.half_width == pytest.approx(half_width, abs=2e-6)
    assert f"{_three(found.relative)} % (±{_three(found.relative_interval.half_width)} %)" == printed
    assert found.direction == "up"
    assert found.df == pytest.approx(_welch_df(moments, kind), rel=1e-9)


def _three(share: float) -> str:
    percent = share * 100
    return f"{percent:.{2 - math.floor(math.log10(percent))}f}"


def _welch_df(moments, kind):
    parts = []
    for m in (moments["control"], moments["treatment"]):
        if kind == "ratio":
            r = m.mean[0] / m.mean[1]
            s2 = (m.second[0, 0] - 2 * r * m.second[0, 1] + r**2 * m.second[1, 1]) / m.mean[1] ** 2 / (m.n - 1)
        else:
            s2 = m.second[0, 0] / (m.n - 1)
        parts.append((s2 / m.n, m.n))
    return sum(v for v, _ in parts) ** 2 / sum(v**2 / (n - 1) for v, n in parts)


def test_conversion_and_order_value_multiply_to_revenue_per_contact():
    rows = {arm: buyers(*design) for arm, design in CHURN.items()}
    moments = {arm: revenue_and_orders(table) for arm, table in rows.items()}
    conversion = {arm: Moments.from_rows(table[:, 1]) for arm, table in rows.items()}
    product = (1 + compare("c", "proportion", **conversion).relative) * (1 + compare("a", "ratio", **moments).relative)
    assert 1 + compare("r", "mean", **moments).relative == pytest.approx(product, rel=1e-12)


# --- which test decides ------------------------------------------------------------------------------------------

C, T = revenue_and_orders(buyers(5_000, 300, 60, 40, 5)), revenue_and_orders(buyers(20_000, 1_400, 63, 40, 6))


def test_shares_are_decided_by_score_and_means_on_the_log_scale():
    assert compare("m", "proportion", control=share(300, 5_000), treatment=share(1_400, 20_000)).method == "score"
    for kind in ("mean", "count", "ratio"):
        assert compare("m", kind, control=C, treatment=T).method == "log"
        assert compare("m", kind, control=C, treatment=T, interval="score").method == "log"


@pytest.mark.parametrize(
    ("design_ratio", "method"), [(None, "log"), (1.0, "log"), (3.0, "log"), (3.01, "hall"), (9.0, "hall")]
)
def test_hall_follows_from_the_designed_weights_not_from_counts(design_ratio, method):
    assert compare("m", "mean", control=C, treatment=T, design_ratio=design_ratio).method == method


def test_without_higher_orders_the_log_scale_uses_welchs_degrees_of_freedom_and_says_so():
    def bare(m):
        return dataclasses.replace(m, third=None, fourth=None)

    found = compare("m", "mean", control=bare(C), treatment=bare(T), design_ratio=9.0)
    assert found.method == "log"
    assert "UP609" in found.cautions
    assert found.df > 1_000
    assert compare("m", "mean", control=C, treatment=T).df < 1_000


def test_a_value_that_is_not_positive_goes_to_fieller():
    rng = np.random.default_rng(8)
    loss, gain = Moments.from_rows(rng.normal(-1, 5, 400)), Moments.from_rows(rng.normal(2, 5, 400))
    for interval in ("auto", "log", "hall", "delta"):
        found = compare("margin", "mean", control=loss, treatment=gain, interval=interval)
        assert (found.method, found.direction) == ("fieller", "up")
        assert found.relative is None
        assert found.relative_interval is None
        assert found.absolute_interval.low > 0
        assert {"UP607", "UP613"} <= set(found.cautions)
    turned = compare("margin", "mean", control=gain, treatment=loss)
    assert turned.relative < -1
    assert turned.relative_interval.low < turned.relative_interval.high < 0


def test_a_control_that_can_not_be_told_from_zero_leaves_the_relative_uplift_undefined():
    rng = np.random.default_rng(8)
    faint, clear = Moments.from_rows(rng.normal(0.2, 5, 400)), Moments.from_rows(rng.normal(3, 5, 400))
    found = compare("margin", "mean", control=faint, treatment=clear)
    assert faint.mean[0] > 0
    assert (found.method, found.relative, found.relative_interval) == ("fieller", None, None)
    assert found.direction == "up"
    assert "UP607" in found.cautions


def test_a_share_without_variation_takes_the_score_interval_instead():
    for interval in ("log", "delta", "fieller", "hall"):
        found = compare("m", "proportion", control=share(60, 1_000), treatment=share(0, 1_000), interval=interval)
        assert (found.method, found.direction) == ("score", "down")
        assert "UP613" in found.cautions
        assert found.relative_interval.low == -1
        assert found.relative_interval.high < 0


def test_alternatives_are_the_methods_that_apply():
    shares = alternatives("m", "proportion", control=share(60, 1_000), treatment=share(90, 1_000))
    assert [u.method for u in shares] == list(get_args(Method))
    means = alternatives("m", "mean", control=C, treatment=T)
    assert [u.method for u in means] == ["log", "hall", "fieller", "delta"]
    negative = Moments.from_rows(np.random.default_rng(1).normal(-1, 1, 90))
    assert [u.method for u in alternatives("m", "mean", control=negative, treatment=negative)] == ["fieller"]


@pytest.mark.parametrize("interval", ["welch", "", "Score"])
def test_an_unknown_interval_is_a_bug_of_the_caller(interval):
    with pytest.raises(ValueError, match="no interval is called"):
        compare("m", "mean", control=C, treatment=T, interval=interval)
    with pytest.raises(ValueError, match="compare_quantiles"):
        compare("m", "quantile", control=C, treatment=T)


# --- right or absent ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "converters", "direction", "refusal", "cautions"),
    [
        ("proportion", 9, "refused", "UP604", ()),
        ("proportion", 10, "up", None, ("UP603",)),
        ("proportion", 29, "up", None, ("UP603",)),
        ("proportion", 30, "up", None, ()),
        ("mean", 29, "refused", "UP604", ()),
        ("mean", 30, "up", None, ("UP603",)),
        ("mean", 59, "up", None, ("UP603",)),
        ("mean", 60, "up", None, ("UP612",)),
        ("mean", 149, "up", None, ("UP612",)),
        ("mean", 150, "up", None, ()),
    ],
)
def test_few_control_converters_refuse_or_caution(kind, converters, direction, refusal, cautions):
    c, t = share(converters, 1_000), share(9 * converters, 1_500)
    found = compare("m", kind, control=c, treatment=t)
    assert (found.direction, found.refusal, found.cautions) == (direction, refusal, cautions)
    assert found.relative == pytest.approx(5.0)
    assert found.relative_interval.excludes(0.0)
    assert found.p_value < 0.05


def test_a_treatment_that_stops_all_purchases_is_not_refused_for_having_no_buyers():
    found = compare("m", "proportion", control=share(500, 10_000), treatment=share(0, 10_000))
    assert (found.direction, found.refusal) == ("down", None)
    small = compare("m", "proportion", control=share(500, 10_000), treatment=share(0, 100))
    assert small.refusal == "UP604"


def test_nobody_converted_anywhere():
    found = compare("m", "proportion", control=share(0, 1_000), treatment=share(0, 1_000))
    assert (found.direction, found.refusal, found.p_value, found.relative) == ("refused", "UP604", None, None)
    assert found.relative_interval is None
    assert found.absolute == 0.0
    assert found.absolute_interval is None
    assert found.control.interval.high > 0


def test_everybody_converted_everywhere():
    found = compare("m", "proportion", control=share(50, 50), treatment=share(80, 80))
    assert (found.direction, found.refusal, found.p_value) == ("refused", "UP611", None)
    assert found.relative == 0.0
    assert found.relative_interval is None


def test_no_control_event_leaves_the_ratio_open_above():
    found = compare("m", "proportion", control=share(0, 1_000), treatment=share(40, 1_000))
    assert (found.direction, found.refusal, found.relative) == ("refused", "UP604", None)
    assert found.relative_interval.low > 0
    assert found.relative_interval.high is None
    assert found.p_value < 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_arm_is_absent_not_zero(kind):
    nobody = Moments.from_rows(np.empty((0, 2)), ("revenue", "orders"))
    some = share(100, 1_000) if kind == "proportion" else C
    for c, t in ((nobody, some), (some, nobody), (nobody, nobody)):
        found = compare("m", kind, control=c, treatment=t)
        assert (found.direction, found.refusal) == ("refused", "UP610")
        assert found.relative is found.absolute is found.p_value is found.relative_interval is None
        empty = found.control if c is nobody else found.treatment
        assert empty.value is empty.total is empty.sd is empty.interval is None


def test_values_that_do_not_vary_say_nothing():
    constant = Moments.from_rows(np.full(100, 5.0))
    varied = Moments.from_rows(np.random.default_rng(1).normal(7, 1, 100))
    for c, t in ((constant, varied), (varied, constant), (constant, constant)):
        found = compare("m", "mean", control=c, treatment=t)
        assert (found.direction, found.refusal, found.p_value, found.relative_interval) == (
            "refused",
            "UP611",
            None,
            None,
        )
        assert found.relative == pytest.approx(t.mean[0] / c.mean[0] - 1)
    alone = Moments.from_rows([5.0])
    assert compare("m", "mean", control=alone, treatment=varied).direction == "refused"


def test_a_ratio_without_denominator_is_absent():
    idle = Moments.from_rows(np.zeros((100, 2)), ("revenue", "orders"))
    found = compare("m", "ratio", control=C, treatment=idle)
    assert (found.direction, found.refusal, found.treatment.value) == ("refused", "UP616", None)
    assert found.control.value == pytest.approx(60)


def test_numbers_that_no_experiment_can_have_are_refused():
    fine = share(100, 1_000)
    for wrong in (
        dataclasses.replace(fine, n=-5),
        dataclasses.replace(fine, nonzero=1_001),
        dataclasses.replace(fine, mean=np.array([np.nan])),
    ):
        with pytest.raises(StatisticsError, match="UP615"):
            compare("m", "proportion", control=wrong, treatment=fine)
    with pytest.raises(StatisticsError, match="UP614"):
        compare("m", "proportion", control=Moments.from_rows([0, 1, 2, 0, 1.0]), treatment=fine)


def test_every_code_is_explained_in_both_languages():
    for code in ("UP601", "UP603", "UP604", "UP607", "UP609", *(f"UP61{i}" for i in range(9))):
        assert all(dataclasses.astuple(CODES[code]))


# --- arms --------------------------------------------------------------------------------------------------------


def test_an_arm_shows_its_own_value_with_its_own_interval():
    found = compare("m", "proportion", control=share(300, 10_000), treatment=share(345, 10_000), alpha=0.01)
    assert (found.control.value, found.control.total, found.control.nonzero) == (0.03, 300, 300)
    assert found.control.sd == pytest.approx(np.std(np.repeat([1.0, 0.0], [300, 9_700]), ddof=1))
    assert (found.control.interval.low, found.control.interval.high) == pytest.approx((0.02684, 0.03353), abs=1e-5)
    rows = buyers(5_000, 300, 60, 40, 5)
    order_value = compare("m", "ratio", control=C, treatment=T).control
    assert order_value.value == pytest.approx(60)
    assert order_value.total == pytest.approx(18_000)
    assert order_value.sd == pytest.approx(np.std((rows[:, 0] - 60 * rows[:, 1]) / 0.06, ddof=1))
    assert order_value.interval.half_width == pytest.approx(1.96 * 40 / math.sqrt(300), rel=0.02)


def test_an_increment_is_the_effect_on_all_treated_contacts():
    found = compare("m", "mean", control=C, treatment=T)
    total = increment(found, n_treatment=20_000)
    assert total.value == pytest.approx(20_000 * (T.mean[0] - C.mean[0]))
    assert total.interval.low == pytest.approx(20_000 * found.absolute_interval.low)
    assert total.interval.excludes(0) == found.absolute_interval.excludes(0)
    empty = compare("m", "mean", control=Moments.from_rows(np.empty((0, 1))), treatment=T)
    assert increment(empty, n_treatment=20_000).value is None
    one_sided = compare("m", "mean", control=C, treatment=T, sides=1)
    assert increment(one_sided, n_treatment=10).interval.high is None
    with pytest.raises(ValueError, match="does not add up"):
        increment(compare("m", "ratio", control=C, treatment=T), n_treatment=5)
    with pytest.raises(StatisticsError, match="UP615"):
        increment(found, n_treatment=-1)


# --- laws --------------------------------------------------------------------------------------------------------


@given(
    st.integers(0, 2**32 - 1), st.sampled_from(["mean", "ratio"]), st.sampled_from(["log", "hall", "fieller", "delta"])
)
def test_the_unit_of_money_does_not_matter(seed, kind, interval):
    rng = np.random.default_rng(seed)
    rows = [_two_columns(rng) for _ in "ct"]
    euros = [revenue_and_orders(table) for table in rows]
    cents = [revenue_and_orders(table * (100, 1)) for table in rows]
    a = compare("m", kind, control=euros[0], treatment=euros[1], interval=interval, evidence=ANY)
    b = compare("m", kind, control=cents[0], treatment=cents[1], interval=interval, evidence=ANY)
    assert (a.method, a.direction, a.relative is None) == (b.method, b.direction, b.relative is None)
    if a.p_value is not None:
        assert a.p_value == pytest.approx(b.p_value, rel=1e-6, abs=1e-300)
        _close(a.relative_interval, b.relative_interval, 1.0)
        _close(a.absolute_interval, b.absolute_interval, 100.0)


def _close(a: Interval | None, b: Interval | None, factor: float) -> None:
    assert (a is None) == (b is None)
    if a is not None and b is not None:
        for x, y in ((a.low, b.low), (a.high, b.high)):
            assert (x is None) == (y is None)
            if x is not None:
                assert x * factor == pytest.approx(y, rel=1e-6, abs=1e-9 * factor)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["score", "log", "hall"]))
def test_swapping_arms_turns_the_verdict_and_inverts_the_ratio(seed, interval):
    rng = np.random.default_rng(seed)
    kind = "proportion" if interval == "score" else "mean"
    one, two = (_share(rng) if kind == "proportion" else Moments.from_rows(_two_columns(rng)[:, 0]) for _ in "ct")
    a = compare("m", kind, control=one, treatment=two, interval=interval, evidence=ANY)
    b = compare("m", kind, control=two, treatment=one, interval=interval, evidence=ANY)
    if a.p_value is None or a.method == "fieller" or b.method == "fieller":
        return
    assert a.p_value == pytest.approx(b.p_value, rel=1e-6)
    assert {a.direction, b.direction} in ({"open"}, {"up", "down"})
    low, high = b.relative_interval.low, b.relative_interval.high
    if high is not None:
        assert 1 + a.relative_interval.low == pytest.approx(1 / (1 + high), rel=1e-6, abs=1e-12)
    if low > -1 and a.relative_interval.high is not None:
        assert 1 + a.relative_interval.high == pytest.approx(1 / (1 + low), rel=1e-6)


@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS))
def test_parts_that_are_merged_compare_like_the_whole(seed, kind):
    rng = np.random.default_rng(seed)
    rows = [_two_columns(rng) for _ in "ct"]
    if kind == "proportion":
        rows = [(table[:, :1] > 0).astype(float) for table in rows]

    def merged(table):
        cut = rng.integers(0, len(table) + 1)
        return Moments.from_rows(table[cut:]) + Moments.from_rows(table[:cut])

    whole = compare("m", kind, control=Moments.from_rows(rows[0]), treatment=Moments.from_rows(rows[1]), evidence=ANY)
    parts = compare("m", kind, control=merged(rows[0]), treatment=merged(rows[1]), evidence=ANY)
    assert (whole.method, whole.direction) == (parts.method, parts.direction)
    if whole.p_value is not None:
        assert whole.p_value == pytest.approx(parts.p_value, rel=1e-5, abs=1e-300)


def _two_columns(rng: np.random.Generator) -> np.ndarray:
    n = int(rng.integers(2, 300))
    orders = rng.poisson(rng.uniform(0.2, 3), n)
    orders[0] = 1
    return np.column_stack([orders * rng.lognormal(rng.uniform(0, 4), rng.uniform(0.1, 1.5), n), orders])


def _share(rng: np.random.Generator) -> Moments:
    n = int(np.exp(rng.uniform(0, math.log(10**6))))
    return share(int(rng.binomial(n, math.exp(rng.uniform(-8, 0)))), n)


def _any_rows(rng: np.random.Generator) -> np.ndarray:
    """Contact values of every shape: symmetric around anything, zero-inflated and heavy, counts, with outliers."""
    n, shape = int(math.exp(rng.uniform(math.log(2), math.log(300)))), rng.integers(4)
    if shape == 0:
        return rng.normal(rng.uniform(-1, 3), rng.uniform(0.1, 3), n)
    if shape == 1:
        return rng.lognormal(rng.uniform(-2, 4), rng.uniform(0.1, 2.5), n) * (rng.random(n) < rng.uniform(0.02, 1))
    if shape == 2:
        return rng.poisson(rng.uniform(0.05, 5), n).astype(float)
    return np.where(rng.random(n) < 0.05, rng.uniform(-100, 1_000), rng.integers(0, 3, n)).astype(float)


def _any_arms(rng: np.random.Generator) -> tuple[str, Moments, Moments]:
    kind = str(rng.choice(["proportion", "mean", "ratio"]))
    if kind == "proportion":
        return kind, _share(rng), _share(rng)
    arms = []
    for _ in "ct":
        rows = _any_rows(rng)
        if kind == "ratio":
            orders = rng.poisson(rng.uniform(0.3, 3), len(rows))
            orders[0] += 1
            rows = np.column_stack([rows * (orders > 0), orders])
        arms.append(Moments.from_rows(rows))
    return kind, arms[0], arms[1]


def contradictions(u: Uplift, alpha: float) -> list[str]:
    """Everything that interval, p-value, direction and estimate say against each other."""
    if u.p_value is None:
        quiet = u.direction == "refused" and u.relative_interval is None and u.absolute_interval is None
        return [] if quiet else ["an interval without a p-value"]
    found = []
    if (u.p_value < alpha) != (u.direction in ("up", "down")):
        found.append(f"p {u.p_value} and {u.direction}")
    for name, interval, estimate in (
        ("relative", u.relative_interval, u.relative),
        ("absolute", u.absolute_interval, u.absolute),
    ):
        if interval is None:
            continue
        low, high = interval.low, interval.high
        if (low is not None and low > 0) != (u.direction == "up"):
            found.append(f"{name} {interval} and {u.direction}")
        if (high is not None and high < 0) != (u.direction == "down"):
            found.append(f"{name} {interval} and {u.direction}")
        if low is not None and high is not None and not low <= high:
            found.append(f"{name} interval inverted: {interval}")
        if estimate is not None:
            room = 1e-9 * (1 + abs(estimate))
            if (low is not None and estimate < low - room) or (high is not None and estimate > high + room):
                found.append(f"{name} estimate {estimate} outside {interval}")
    return found


def _hunt(seed: int, rounds: int) -> tuple[int, list[str]]:
    rng = np.random.default_rng(seed)
    compared, found = 0, []
    for _ in range(rounds):
        kind, c, t = _any_arms(rng)
        alpha = float(rng.choice([0.05, 0.01, 0.1, 0.001, rng.uniform(1e-4, 0.4)]))
        options = {"sides": int(rng.choice([1, 2])), "alternative": str(rng.choice(["up", "down"])), "evidence": ANY}
        for interval in get_args(Method):
            u = compare("m", kind, control=c, treatment=t, interval=interval, alpha=alpha, **options)
            compared += 1
            found += [f"{kind} {interval} α={alpha} {options}: {what}" for what in contradictions(u, alpha)]
    return compared, found


def test_interval_p_value_and_direction_never_contradict_each_other():
    compared, found = _hunt(seed=1, rounds=600)
    assert compared == 3_000
    assert found == []


@pytest.mark.slow
def test_interval_p_value_and_direction_never_contradict_each_other_in_100_000_comparisons():
    compared, found = _hunt(seed=2, rounds=20_000)
    assert compared == 100_000
    assert found == []


@given(st.integers(0, 2**32 - 1), st.sampled_from(get_args(Method)), st.sampled_from([1, 2]))
def test_a_level_equal_to_the_p_value_leaves_the_question_open_and_the_next_one_decides_it(seed, interval, sides):
    kind, c, t = _any_arms(np.random.default_rng(seed))

    def at(alpha):
        return compare("m", kind, control=c, treatment=t, interval=interval, alpha=alpha, sides=sides, evidence=ANY)

    p = at(0.05).p_value
    if p is None or not 1e-12 < p < 0.49:
        return
    assert at(0.2).p_value == p
    for alpha in (p, math.nextafter(p, 1), math.nextafter(p, 0), p * (1 + 1e-12), p * (1 - 1e-12)):
        assert contradictions(at(alpha), alpha) == []
    assert at(p).direction == "open"


def test_before_the_last_step_to_agreement_a_bound_lies_on_zero_up_to_rounding():
    """At a level equal to the p-value, so that what `agreeing` moves is never more than rounding."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        n = int(rng.integers(40, 400))
        c, t = (mean_of(Moments.from_rows(rng.lognormal(1, 0.8, n))) for _ in "ct")
        shares = [(int(rng.integers(1, n)), n) for _ in "ct"]
        for test, pair in (
            (log_test, (c, t)),
            (hall_test, (c, t)),
            (fieller_test, (c, t)),
            (delta_test, (c, t)),
            (score_test, shares),
        ):
            found = test(*pair, Level())
            p = Level().p_value(found.statistic, found.df)
            if not 1e-9 < p < 0.49:
                continue
            at = test(*pair, Level(p))
            for interval in (at.relative, at.absolute):
                width = interval.high - interval.low
                assert min(abs(interval.low), abs(interval.high)) <= 1e-7 * width
