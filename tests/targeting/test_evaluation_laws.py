"""Laws of the evaluation: no trace of the rows' order, ties, weights, clusters, pairs; and standard errors that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.errors import StatisticsError
from uplift.targeting.calibration import blp_slope, gates
from uplift.targeting.curves import qini_curve, uplift_at, uplift_curve
from uplift.targeting.gains import best_arm, best_arm_curve, single_arm_curves
from uplift.targeting.half_samples import half_sample_error
from uplift.targeting.influence import codes_of, mean_of
from uplift.targeting.policy_value import aipw, ipw, policy_value, snips
from uplift.targeting.rate import autoc, gain, gain_curve, qini, toc
from uplift.targeting.scores import arm_scores


@pytest.fixture(scope="module")
def world() -> dict[str, np.ndarray]:
    """400 contacts with tied scores, weights and households."""
    rng = np.random.default_rng(7)
    n = 400
    score = np.round(rng.normal(size=n), 1)
    return {
        "y": (rng.random(n) < 0.3).astype(float),
        "w": rng.random(n) < 0.5,
        "score": score,
        "effects": score * 0.5 + rng.normal(size=n),
        "weights": rng.integers(1, 4, n).astype(float),
        "clusters": rng.integers(0, 150, n),
    }


def test_a_shuffled_file_gives_the_same_bits(world: dict[str, np.ndarray]) -> None:
    def numbers(rows: np.ndarray) -> tuple[float, ...]:
        d = {name: column[rows] for name, column in world.items()}
        extra = {"weights": d["weights"]}
        a, q = autoc(d["effects"], d["score"], **extra), qini(d["effects"], d["score"], **extra)
        u = uplift_at(0.3, d["y"], d["w"], d["score"], **extra)
        curves = [
            *qini_curve(d["y"], d["w"], d["score"], **extra).value,
            *uplift_curve(d["y"], d["w"], d["score"]).value,
        ]
        points = gain_curve(d["effects"], d["score"], shares=[0.1, 0.5], **extra)
        flat = [p.gain for p in points] + [p.interval.low for p in points if p.interval]
        return (a.value, a.standard_error(), q.value, q.standard_error(), u.value, u.standard_error, *curves, *flat)

    rng = np.random.default_rng(1)
    expected = numbers(np.arange(400))
    assert all(numbers(rng.permutation(400)) == expected for _ in range(100))


@given(st.integers(0, 2**32 - 1))
def test_ties_count_as_a_fair_coin_would_count_on_average(seed: int) -> None:
    rng = np.random.default_rng(seed)
    effects = rng.normal(size=6)
    priority = np.array([2.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    broken = []
    from itertools import permutations, product

    for middle, low in product(permutations([1.1, 1.2, 1.3]), permutations([0.1, 0.2])):
        broken.append(autoc(effects, np.array([2.0, *middle, *low])).value)
    assert autoc(effects, priority).value == pytest.approx(np.mean(broken), abs=1e-12)


def test_a_constant_score_has_no_area_and_no_doubt_about_it(world: dict[str, np.ndarray]) -> None:
    flat = np.ones(400)
    for rate in (autoc, qini):
        found = rate(world["effects"], flat)
        assert found.value == pytest.approx(0.0, abs=1e-12)
        assert found.standard_error() == pytest.approx(0.0, abs=1e-12)


def test_toc_ends_at_zero_and_autoc_is_its_mean(world: dict[str, np.ndarray]) -> None:
    effects, score = world["effects"], world["score"]
    shares = np.arange(1, 401) / 400
    found = toc(effects, score, shares)
    assert found[-1] == pytest.approx(0.0, abs=1e-12)
    assert autoc(effects, score).value == pytest.approx(found.mean(), abs=1e-12)
    assert qini(effects, score).value == pytest.approx((shares * found).mean(), abs=1e-12)


def test_an_integer_weight_is_as_many_contacts(world: dict[str, np.ndarray]) -> None:
    times = world["weights"].astype(int)
    copied = {name: np.repeat(column, times) for name, column in world.items()}
    weights = world["weights"]
    plain = uplift_curve(copied["y"], copied["w"], copied["score"])
    weighted = uplift_curve(world["y"], world["w"], world["score"], weights=weights)
    assert weighted.value == pytest.approx(plain.value)
    found = gain(world["effects"], world["score"], 0.4, weights=weights)
    assert found.value == pytest.approx(gain(copied["effects"], copied["score"], 0.4).value)
    ours = toc(world["effects"], world["score"], [0.2, 0.7], weights=weights)
    assert ours == pytest.approx(toc(copied["effects"], copied["score"], [0.2, 0.7]))
    # the weight of one contact is the household of its copies
    households = np.repeat(np.arange(400), times)
    error = gain(copied["effects"], copied["score"], 0.4).standard_error(households)
    assert found.standard_error() == pytest.approx(error, rel=1e-9)


def test_households_of_one_change_nothing_and_twins_cost_precision(world: dict[str, np.ndarray]) -> None:
    found = autoc(world["effects"], world["score"])
    assert found.standard_error(np.arange(400)) == pytest.approx(found.standard_error(), rel=1e-12)
    twice = autoc(np.repeat(world["effects"], 2), np.repeat(world["score"], 2))
    twins = np.repeat(np.arange(400), 2)
    assert twice.standard_error(twins) == pytest.approx(found.standard_error(), rel=0.02)
    assert twice.standard_error() < 0.75 * found.standard_error()


@pytest.mark.parametrize("rate", [autoc, qini])
@pytest.mark.parametrize("weighted", [False, True])
def test_influences_are_those_of_leaving_a_row_out(world: dict[str, np.ndarray], rate, weighted: bool) -> None:
    effects, score = world["effects"], world["score"] + np.linspace(0, 1e-3, 400)
    weights = world["weights"] if weighted else np.ones(400)
    full = rate(effects, score, weights=weights)
    left = np.array(
        [rate(np.delete(effects, i), np.delete(score, i), weights=np.delete(weights, i)).value for i in range(400)]
    )
    jackknife = 399 * (left.mean() - left)
    assert np.corrcoef(jackknife, full.influence)[0, 1] > 0.995
    assert full.standard_error() == pytest.approx(jackknife.std(ddof=1) / 20, rel=0.05)


def test_half_samples_agree_with_influences(world: dict[str, np.ndarray]) -> None:
    effects, score = world["effects"], world["score"]
    rng = np.random.default_rng(3)
    half = half_sample_error(lambda r: autoc(effects[r], score[r]).value, 400, rng=rng, repetitions=400)
    # the s.d. of a standard deviation from 400 draws is 3.5 %; 4 of them
    assert autoc(effects, score).standard_error() == pytest.approx(half, rel=0.15)
    clustered = half_sample_error(
        lambda r: autoc(effects[r], score[r]).value, 400, rng=rng, repetitions=400, clusters=world["clusters"]
    )
    assert autoc(effects, score).standard_error(world["clusters"]) == pytest.approx(clustered, rel=0.2)


@pytest.mark.parametrize("weighted", [False, True])
def test_errors_of_a_curve_are_those_of_its_points(world: dict[str, np.ndarray], weighted: bool) -> None:
    weights = world["weights"] if weighted else None
    shares = [0.013, 0.1, 0.25, 0.5, 0.777, 1.0]
    curve = gain_curve(world["effects"], world["score"], shares=shares, weights=weights)
    single = gain_curve(world["effects"], world["score"], shares=shares, weights=weights, clusters=np.arange(400))
    for point, other in zip(curve, single, strict=True):
        found = gain(world["effects"], world["score"], point.share, weights=weights).estimate().interval
        assert point.interval is not None
        assert found is not None
        assert other.interval is not None
        assert point.interval.low == pytest.approx(found.low, rel=1e-9)
        assert other.interval.low == pytest.approx(found.low, rel=1e-9)


def test_a_paired_difference_is_more_precise_than_two_separate_numbers(world: dict[str, np.ndarray]) -> None:
    one = autoc(world["effects"], world["score"])
    other = autoc(world["effects"], world["score"] + np.linspace(0, 0.3, 400))
    assert (one - other).value == pytest.approx(one.value - other.value)
    assert (one - other).standard_error() < 0.8 * np.hypot(one.standard_error(), other.standard_error())
    assert (one - one).standard_error() == 0.0


def test_the_unit_of_the_outcome_does_not_matter(world: dict[str, np.ndarray]) -> None:
    cents = autoc(world["effects"] * 100, world["score"])
    assert cents.value == pytest.approx(100 * autoc(world["effects"], world["score"]).value)
    assert blp_slope(world["effects"] * 100, world["score"] * 100).value == pytest.approx(
        blp_slope(world["effects"], world["score"]).value
    )


def test_blp_slope_is_least_squares_with_robust_errors(world: dict[str, np.ndarray]) -> None:
    import statsmodels.api as sm

    fit = sm.OLS(world["effects"], sm.add_constant(world["score"])).fit(cov_type="HC1")
    found = blp_slope(world["effects"], world["score"])
    assert found.value == pytest.approx(fit.params[1], rel=1e-10)
    assert found.standard_error() == pytest.approx(fit.bse[1], rel=0.01)  # HC1 counts two parameters
    grouped = sm.OLS(world["effects"], sm.add_constant(world["score"])).fit(
        cov_type="cluster", cov_kwds={"groups": world["clusters"]}
    )
    assert found.standard_error(codes_of(world["clusters"])) == pytest.approx(grouped.bse[1], rel=0.01)


def test_groups_rise_with_a_right_score_and_hold_everybody(world: dict[str, np.ndarray]) -> None:
    found = gates(world["effects"], world["score"])
    assert sum(group.contacts for group in found) == 400
    assert [group.group for group in found] == [1, 2, 3, 4, 5]
    assert found[0].observed.value < found[-1].observed.value
    assert len(gates(world["effects"], np.ones(400))) == 1
    (only,) = gates(world["effects"], np.ones(400))
    assert only.observed.value == pytest.approx(world["effects"].mean())
    assert only.observed.standard_error == pytest.approx(world["effects"].std(ddof=1) / 20, rel=1e-9)


def test_three_arms_know_the_value_of_each_and_of_the_best() -> None:
    rng = np.random.default_rng(5)
    n = 20_000
    x = rng.normal(size=n)
    arm = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    mean = np.column_stack([np.zeros(n), 0.3 + 0.0 * x, 0.3 * x])
    y = mean[np.arange(n), arm] + rng.normal(size=n)
    scores = arm_scores(y, arm, np.array([0.5, 0.3, 0.2]))
    predicted = mean[:, 1:]
    best = best_arm(predicted)
    assert set(best.chosen()) == {1, 2}
    truth = np.maximum(0.3, 0.3 * x).mean()
    found = aipw(scores, best.chosen()).estimate()
    assert abs(found.value - truth) < 4 * found.standard_error
    curve = best_arm_curve(scores, predicted)
    assert curve[-1].gain == pytest.approx((scores[np.arange(n), best.arm] - scores[:, 0]).mean())
    first, second = single_arm_curves(scores, predicted)
    assert first[-1].gain == pytest.approx((scores[:, 1] - scores[:, 0]).mean())
    assert second[9].gain > second[-1].gain  # arm 2 helps one half and harms the other


def test_a_mixed_policy_is_worth_its_mixture() -> None:
    rng = np.random.default_rng(6)
    n = 500
    arm = rng.integers(0, 2, n)
    y = rng.normal(size=n)
    half = np.full((n, 2), 0.5)
    values = [ipw(y, arm, half, np.full(n, k)).value for k in (0, 1)]
    assert ipw(y, arm, half, half).value == pytest.approx(np.mean(values))
    named = policy_value("half", snips(y, arm, half, half), half, ["control", "mail"], method="snips")
    assert dict(named.shares) == {"control": 0.5, "mail": 0.5}
    assert snips(y, arm, half, half).value == pytest.approx(y.mean())


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: autoc(np.ones(3), np.array([1.0, np.nan, 2.0])), "UP701"),
        (lambda: autoc(np.ones(0), np.ones(0)), "UP701"),
        (lambda: mean_of(np.ones(1)).standard_error(), "UP702"),
        (lambda: toc(np.ones(3), np.arange(3.0), [0.0]), "UP703"),
        (lambda: uplift_at(1.5, np.ones(3), np.ones(3, bool), np.ones(3)), "UP703"),
        (lambda: autoc(np.array([1.0, np.inf]), np.ones(2)), "UP705"),
        (lambda: qini_curve(np.ones(3), np.ones(2, bool), np.ones(3)), "UP705"),
        (lambda: qini_curve(np.ones(2), np.ones(2, bool), np.ones(2), weights=np.array([1.0, -1.0])), "UP705"),
        (lambda: arm_scores(np.ones(2), np.array([0, 1]), np.array([1.0, 0.0])), "UP706"),
        (lambda: arm_scores(np.ones(2), np.array([0, 0]), np.array([0.5, 0.5])), "UP707"),
        (lambda: aipw(np.ones((2, 2)), np.array([0, 2])), "UP708"),
        (lambda: aipw(np.ones((2, 2)), np.array([[0.5, 0.6], [1.0, 0.0]])), "UP708"),
        (lambda: blp_slope(np.arange(3.0), np.ones(3)), "UP709"),
    ],
)
def test_what_can_not_be_judged_is_refused(call, code: str) -> None:
    with pytest.raises(StatisticsError) as refused:
        call()
    assert refused.value.problems[0].code == code
    assert refused.value.problems[0].fix
