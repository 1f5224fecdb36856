from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uplift.stats.arms import estimate_of
from uplift.stats.buckets import Recipe, bucket_bootstrap, bucket_jackknife, bucket_weights, chance
from uplift.stats.moments import Moments
from uplift.stats.resampling import CompactArm, bootstrap_uplift, ratio_of_sums

B = 1_000


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def bucketed(rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Sums over random buckets, shape (B, 1, 1 + k)."""
    where = generator.integers(0, B, len(rows))
    columns = [np.bincount(where, minlength=B), *(np.bincount(where, column, B) for column in rows.T)]
    return np.stack(columns, axis=-1)[:, None].astype(float)


def shop(generator: np.random.Generator, n: int, lift: float = 1.0) -> np.ndarray:
    """Revenue and orders of n contacts, 5% of whom buy."""
    orders = (generator.random(n) < 0.05) * (1 + generator.poisson(0.3, n))
    return np.column_stack([orders * generator.lognormal(4, 0.8, n) * lift, orders])


def formula(kind: str, *arms: np.ndarray) -> float:
    found = [estimate_of(kind, Moments.from_rows(arm)) for arm in arms]  # type: ignore[arg-type]
    return math.sqrt(sum(e.variance / e.value**2 for e in found))  # type: ignore[union-attr]


def test_the_jackknife_of_a_mean_by_hand() -> None:
    """Buckets of one contact each: ln of the mean varies by s/(m √n), the ratio by both arms."""
    c, t = np.array([1.0, 2.0, 3.0, 6.0]), np.array([2.0, 2.0, 5.0, 7.0])
    one, other = (np.stack([np.ones(4), y], axis=-1)[:, None] for y in (c, t))
    wanted = math.sqrt(sum(y.var(ddof=1) / 4 / y.mean() ** 2 for y in (c, t)))
    assert bucket_jackknife(one, other, Recipe.plain()) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(("kind", "core"), [("mean", 1), ("ratio", 2)])
def test_buckets_find_the_standard_error_of_the_contacts(kind: str, core: int) -> None:
    generator = rng(1)
    errors = []
    for _ in range(40):
        c, t = shop(generator, 3_000), shop(generator, 12_000, 1.2)
        columns = slice(0, core)
        found = bucket_jackknife(
            bucketed(c[:, columns], generator), bucketed(t[:, columns], generator), Recipe.plain(core)
        )
        errors.append(math.log(found / formula(kind, c, t)))
    assert np.mean(errors) == pytest.approx(0, abs=3 * chance(B) / math.sqrt(40))
    assert np.std(errors) < 1.5 * chance(B)


def test_the_bootstrap_over_buckets_is_that_over_contacts() -> None:
    generator = rng(2)
    c, t = shop(generator, 20_000), shop(generator, 60_000, 1.1)
    draws = bucket_weights(B, rng=rng(3)), bucket_weights(B, rng=rng(4))
    binned = bucket_bootstrap(bucketed(c, generator), bucketed(t, generator), Recipe.plain(2), weights=draws)
    arms = CompactArm.from_contacts(c), CompactArm.from_contacts(t)
    single = bootstrap_uplift(*arms, rng=rng(5), statistic=ratio_of_sums)
    assert binned.uplift == pytest.approx(single.uplift)
    assert binned.log_se == pytest.approx(single.log_se, rel=3 * math.hypot(chance(B), 1 / math.sqrt(2_000)))
    assert binned.interval.low == pytest.approx(single.interval.low, abs=0.3 * single.log_se)
    assert binned.interval.high == pytest.approx(single.interval.high, abs=0.3 * single.log_se)


def test_strata_and_slopes_take_away_what_they_explain() -> None:
    """Value = stratum + covariate + noise: with both in the recipe only the noise is left."""
    generator = rng(6)
    arms, noise = [], []
    for n in (4_000, 8_000):
        stratum, x, e = generator.integers(0, 2, n), generator.normal(0, 1, n), generator.normal(0, 0.3, n)
        y = 10 + 4 * stratum + x + e
        arms.append(
            np.concatenate([bucketed(np.column_stack([y, x])[stratum == s], generator) for s in (0, 1)], axis=1)
        )
        noise.append((0.3 / 12) ** 2 / n)
    slopes = np.ones(1), np.ones(1)
    recipe = Recipe(1, np.full(2, 0.5), np.full(2, 2 / 3), slopes)
    found = bucket_jackknife(arms[0], arms[1], recipe)
    assert found == pytest.approx(math.sqrt(sum(noise)), rel=3.3 * chance(B))
    pooled = bucket_jackknife(*(arm.sum(axis=1, keepdims=True)[..., :2] for arm in arms), Recipe.plain())
    assert pooled > 5 * found


@given(st.integers(0, 10_000), st.floats(1e-6, 1e6))
@settings(max_examples=30, deadline=None)
def test_the_unit_of_money_does_not_matter(seed: int, unit: float) -> None:
    generator = rng(seed)
    c, t = (bucketed(shop(generator, n)[:, :1], generator) for n in (2_000, 3_000))
    scale = np.array([1.0, unit])
    once = bucket_jackknife(c, t, Recipe.plain())
    assert bucket_jackknife(c * scale, t * scale, Recipe.plain()) == pytest.approx(once, rel=1e-6)


def test_swapping_the_arms_changes_no_standard_error() -> None:
    generator = rng(7)
    c, t = (bucketed(shop(generator, n)[:, :1], generator) for n in (2_000, 9_000))
    swapped = bucket_jackknife(t, c, Recipe.plain())
    assert bucket_jackknife(c, t, Recipe.plain()) == pytest.approx(swapped, rel=1e-6)


def test_without_events_or_without_variation_there_is_no_number() -> None:
    nothing, some = np.ones((B, 1, 2)), np.ones((B, 1, 2))
    nothing[..., 1] = 0
    assert bucket_jackknife(nothing, some, Recipe.plain()) is None
    assert bucket_jackknife(some, some, Recipe.plain()) is None
    draws = bucket_weights(B, rng=rng(), replicates=200), bucket_weights(B, rng=rng(1), replicates=200)
    found = bucket_bootstrap(nothing, nothing, Recipe.plain(), weights=draws)
    assert (found.uplift, found.interval, found.undefined) == (None, None, 200)
