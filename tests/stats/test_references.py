"""Reference values that no other test asks for: simple estimates, Wald's interval, standard errors, Barnard's test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

from uplift.stats.adjustment import compare_adjusted
from uplift.stats.decision import Level
from uplift.stats.effects import compare
from uplift.stats.estimates import mean_of, ratio_of, share_of
from uplift.stats.fieller import fieller_test
from uplift.stats.log_ratio import log_test
from uplift.stats.moments import Moments
from uplift.stats.proportions import ratio_z

LEVEL = Level()


def contacts(events: int, n: int) -> Moments:
    return Moments.from_rows(np.repeat([1.0, 0.0], [events, n - events]))


def arm(users, variant: int, *columns: str, core: int | None = None) -> Moments:
    rows = np.column_stack([users[column] for column in columns])
    return Moments.from_rows(rows[users["variant"] == variant], columns, core=core)


@pytest.mark.parametrize("scenario", ["P1", "P2", "P3"])
@pytest.mark.parametrize("family", ["ztest-pooled", "rel-score", "rel-naive-ANTIPATTERN"])
def test_relative_and_absolute_estimates_of_shares(golden, scenario, family):
    case = golden(f"prop-{scenario}-{family}")
    c, t = (contacts(case["input"][a]["x"], case["input"][a]["n"]) for a in ("control", "treatment"))
    found = compare("purchase", "proportion", control=c, treatment=t)
    assert found.relative == pytest.approx(case["expected"]["rel_uplift"], rel=1e-12)
    if family == "ztest-pooled":
        assert found.absolute == pytest.approx(case["expected"]["abs_diff"], rel=1e-12)


@pytest.mark.parametrize("scenario", ["P1", "P2", "P3"])
def test_standard_errors_of_log_ratios_of_shares(golden, scenario):
    case = golden(f"prop-{scenario}-rel-log(Katz)")
    c, t = (share_of(case["input"][a]["x"], case["input"][a]["n"]) for a in ("control", "treatment"))
    error = math.log(t.value / c.value) / log_test(c, t, LEVEL).statistic
    assert error == pytest.approx(case["expected"]["se_log"], abs=case["tolerance"])


@pytest.mark.parametrize(("name", "columns"), [("mean-revenue", ("revenue",)), ("mean-orders", ("orders",))])
def test_standard_errors_of_log_ratios_of_means(golden, users, name, columns):
    case = golden(f"{name}-rel-log-t")
    c, t = (mean_of(arm(users, variant, *columns)) for variant in (0, 1))
    error = math.log(t.value / c.value) / log_test(c, t, LEVEL).statistic
    assert error == pytest.approx(case["expected"]["se_log"], abs=case["tolerance"])


def test_standard_errors_of_order_values(golden, users):
    c, t = (ratio_of(arm(users, variant, "revenue", "orders")) for variant in (0, 1))
    case = golden("aov-rel-log-t")
    error = math.log(t.value / c.value) / log_test(c, t, LEVEL).statistic
    assert error == pytest.approx(case["expected"]["se_log"], abs=case["tolerance"])
    case = golden("aov-cluster-equivalence")["expected"]
    ours = math.sqrt(c.variance + t.variance)
    assert ours == pytest.approx(case["se_delta"], rel=1e-9)
    assert ours == pytest.approx(case["se_cluster_no_correction"], rel=1.5e-3)  # n/(n − 1) per arm
    low, high = golden("aov-order-level-ANTIPATTERN")["expected"]["ci_abs"]
    honest = fieller_test(c, t, LEVEL, adjusted=False).absolute
    assert honest.high - honest.low > 1.4 * (high - low)  # orders of one contact are not independent


def test_walds_interval_of_a_difference_is_the_unadjusted_test(golden):
    case = golden("prop-P1-diff-cis")
    c, t = (share_of(*case["input"][a]) for a in ("control", "treatment"))
    found = fieller_test(c, t, LEVEL).absolute
    assert (found.low, found.high) == pytest.approx(case["expected"]["wald"], abs=case["tolerance"])


def test_non_inferiority_on_the_log_scale(golden):
    case = golden("prop-P1-noninferiority-10pct")
    c, t = (share_of(*case["input"][a]) for a in ("control", "treatment"))
    log = log_test(c, t, LEVEL)
    error = math.log(t.value / c.value) / log.statistic
    z = (math.log(t.value / c.value) - math.log(case["input"]["null_ratio"])) / error
    assert float(ndtr(-z)) == pytest.approx(case["expected"]["p_log_sm"], abs=case["tolerance"])


@pytest.mark.slow
def test_barnards_exact_test_orders_tables_by_our_statistic(golden):
    """The largest probability, over all common shares, of a pooled z at least as far out as the one seen."""
    case = golden("prop-P3-exact-pvalues")
    (x_c, n_c), (x_t, n_t) = case["input"]["control"], case["input"]["treatment"]
    a, b = np.meshgrid(np.arange(n_c + 1), np.arange(n_t + 1), indexing="ij")
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.abs(np.nan_to_num(ratio_z(a, n_c, b, n_t, 1.0, corrected=False)))
    seen = abs(float(ratio_z(x_c, n_c, x_t, n_t, 1.0, corrected=False)))
    extreme = z >= seen - 1e-9
    shares = np.linspace(0.001, 0.999, 2_000)
    chance = [
        float(binom.pmf(np.arange(n_c + 1), n_c, p) @ extreme @ binom.pmf(np.arange(n_t + 1), n_t, p)) for p in shares
    ]
    assert max(chance) == pytest.approx(case["expected"]["barnard_pooled"], abs=2e-5)  # a grid of shares
    assert case["expected"]["fisher"] > case["expected"]["barnard_pooled"] > LEVEL.p_value(seen)


def test_per_arm_slopes_stay_near_hc3(golden, users):
    case = golden("lin-hc2-revenue")
    arms = {name: arm(users, v, "revenue", "pre_revenue", core=1) for v, name in enumerate(("control", "treatment"))}
    found = compare_adjusted("revenue", "mean", **arms, interval="fieller").uplift
    error = found.absolute_interval.half_width / LEVEL.critical(found.df)
    assert error == pytest.approx(case["expected"]["se_hc3"], rel=0.04)


@pytest.mark.parametrize("name", ["confseq-P1", "confseq-P2", "confseq-P5"])
def test_the_mixture_of_the_confidence_sequence_is_tuned_to_its_sample(golden, name):
    """ρ² = (−2 ln α + ln(1 − 2 ln α)) / N*, for N* = 5,000 (Waudby-Smith et al. 2023)."""
    case = golden(name)
    alpha = case["input"]["alpha"]
    rho = math.sqrt((-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / 5_000)
    assert rho == pytest.approx(case["expected"]["rho_5000"], abs=case["tolerance"])
