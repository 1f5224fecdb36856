"""Sums add exactly, moments add in any order, and neither loses digits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.stats.moments import Moments, Sums

COLUMNS = ("y", "x")


def sums_of(rows: np.ndarray, *, shift: tuple[int, int] = (0, 0), order: int = 4, decimals: int = 2) -> Sums:
    """Exact sums of integer rows (n, 2), as an engine hands them over: column 0 is money, column 1 a count."""
    shifted = [[int(value) - s for value, s in zip(row, shift, strict=True)] for row in rows]
    exponents = [e for e in itertools.product(range(5), repeat=2) if 1 <= sum(e) <= order]
    powers = {(i, j): sum(y**i * x**j for y, x in shifted) for i, j in exponents}
    nonzero = sum(1 for row in rows if row[0])
    return Sums(COLUMNS, len(shifted), powers, (decimals, 0), shift, nonzero)


def same(a: Moments, b: Moments, rel: float = 1e-9) -> None:
    assert (a.n, a.columns, a.nonzero) == (b.n, b.columns, b.nonzero)
    scale = float(np.sqrt(np.abs(b.second).max() / max(b.n, 1))) or 1.0
    np.testing.assert_allclose(a.mean, b.mean, rtol=rel)
    for name, order in (("second", 2), ("third", 3), ("fourth", 4)):
        got, want = getattr(a, name), getattr(b, name)
        if want is None:
            assert got is None
        else:
            np.testing.assert_allclose(got, want, rtol=rel, atol=1e-9 * b.n * scale**order)


cents = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 5)), min_size=1, max_size=12)


@given(cents, cents, cents)
def test_sums_merge_to_the_same_bits_in_any_order(a, b, c):
    parts = [sums_of(np.array(rows)) for rows in (a, b, c)]
    results = {str((s.n, sorted(s.powers.items()), s.nonzero)) for s in map(_merged, itertools.permutations(parts))}
    assert len(results) == 1
    whole = sums_of(np.array([*a, *b, *c]))
    assert str((whole.n, sorted(whole.powers.items()), whole.nonzero)) in results


def _merged(parts):
    first, *rest = parts
    for part in rest:
        first = first + part
    return first


@given(cents, cents, cents)
def test_moments_of_parts_add_up_to_the_moments_of_the_whole(a, b, c):
    def rows(part):
        return np.array(part, dtype=float) / (100, 1)

    whole = Moments.from_rows(np.vstack([rows(a), rows(b), rows(c)]), COLUMNS)
    same(
        Moments.from_rows(rows(a), COLUMNS)
        + (Moments.from_rows(rows(b), COLUMNS) + Moments.from_rows(rows(c), COLUMNS)),
        whole,
    )
    same(
        Moments.from_rows(rows(c), COLUMNS) + Moments.from_rows(rows(a), COLUMNS) + Moments.from_rows(rows(b), COLUMNS),
        whole,
    )


@given(cents, st.integers(-50_000, 50_000), st.integers(-3, 3))
def test_the_shift_changes_nothing(rows, money, count):
    array = np.array(rows)
    same(sums_of(array, shift=(money, count)).moments(), sums_of(array).moments(), rel=1e-12)
    same(sums_of(array, shift=(money, count)).moments(), Moments.from_rows(array / (100, 1), COLUMNS))


@pytest.mark.parametrize("shift", [0, 9_999_999_000, 10_000_000_000])
def test_no_digit_is_lost_at_a_mean_of_1e8_and_a_standard_deviation_of_0_6(shift):
    rng = np.random.default_rng(7)
    values = np.rint((1e8 + 0.6 * rng.standard_normal(5_000)) * 100).astype(np.int64)
    sums = sums_of(np.column_stack([values, np.ones_like(values)]), shift=(shift, 0))
    variance = sums.moments().second[0, 0] / (len(values) - 1)
    centred = (values - 10_000_000_000) / 100  # exact: small integers
    assert variance == pytest.approx(np.var(centred, ddof=1), rel=1e-8)


def test_sums_without_higher_orders_give_moments_without_them():
    rows = np.array([[100, 1], [250, 2], [0, 0]])
    moments = sums_of(rows, order=2).moments()
    assert moments.third is None
    assert moments.fourth is None
    full = sums_of(rows)
    mixed = (full + sums_of(rows, order=2)).moments()
    assert mixed.third is None
    assert mixed.second[0, 0] == pytest.approx(2 * full.moments().second[0, 0])


def test_covariates_after_the_metric_need_no_higher_orders():
    rows = np.random.default_rng(1).integers(0, 9, (40, 3))
    exponents = [e for e in itertools.product(range(5), repeat=3) if 1 <= sum(e) <= 2]
    exponents += [(3, 0, 0), (4, 0, 0)]
    powers = {e: int(np.prod(rows ** np.array(e), axis=1).sum()) for e in exponents}
    sums = Sums(("y", "a", "b"), 40, powers, (0, 0, 0), (0, 0, 0), int(np.count_nonzero(rows[:, 0])))
    assert sums.core == 1
    same(sums.moments(), Moments.from_rows(rows, ("y", "a", "b"), core=1))


def test_nobody_is_neutral_and_strangers_do_not_add():
    some = Moments.from_rows([1.0, 2.0, 4.0])
    nobody = Moments.from_rows(np.empty((0, 1)))
    assert (some + nobody) is some
    assert (nobody + some) is some
    assert np.isnan(sums_of(np.empty((0, 2))).moments().mean).all()
    with pytest.raises(ValueError, match="different columns"):
        some + Moments.from_rows([1.0], ("z",))
    with pytest.raises(ValueError, match="different columns"):
        sums_of(np.array([[1, 1]])) + sums_of(np.array([[1, 1]]), shift=(5, 0))
