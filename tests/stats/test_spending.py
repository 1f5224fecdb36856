from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from uplift.errors import StatisticsError
from uplift.stats.spending import Spending, spending_function

FAMILIES = [
    Spending("obrien_fleming"),
    Spending("pocock"),
    Spending("hsd", -4.0),
    Spending("hsd", 0.0),
    Spending("power", 3.0),
]
spendings = st.one_of(
    st.sampled_from(FAMILIES),
    st.floats(-20, 20).map(lambda g: Spending("hsd", g)),
    st.floats(0.1, 10).map(lambda r: Spending("power", r)),
)


def test_obrien_fleming_spending_by_hand() -> None:
    by_hand = 2 * (1 - norm.cdf(norm.ppf(1 - 0.0125) / math.sqrt(0.5)))
    assert Spending("obrien_fleming").spent(0.5, 0.025) == pytest.approx(by_hand, rel=1e-12)


def test_pocock_spending_by_hand() -> None:
    assert Spending("pocock").spent(0.2, 0.05) == pytest.approx(0.05 * math.log(1 + (math.e - 1) * 0.2), rel=1e-14)


def test_gamma_zero_spends_in_proportion_and_is_the_limit_of_small_gamma() -> None:
    assert Spending("hsd", 0.0).spent(0.3, 0.05) == pytest.approx(0.015, rel=1e-14)
    assert Spending("hsd", 1e-9).spent(0.3, 0.05) == pytest.approx(0.015, rel=1e-8)


@given(spendings, st.floats(0.001, 0.4), st.floats(0, 1), st.floats(0, 1))
def test_spending_never_falls_and_ends_at_alpha(spending: Spending, alpha: float, s: float, t: float) -> None:
    early, late = sorted((s, t))
    assert 0 <= spending.spent(early, alpha) <= spending.spent(late, alpha) * (1 + 1e-12) <= alpha * (1 + 1e-12)
    assert spending.spent(0, alpha) == 0
    assert spending.spent(1, alpha) == spending.spent(1.7, alpha) == alpha


@pytest.mark.parametrize("text", ["obrien_fleming", "pocock", "hsd(-4)", "hsd(2.5)", "power(3)", "power(0.5)"])
def test_the_text_of_the_yaml_reads_back(text: str) -> None:
    assert str(spending_function(text)) == text


@pytest.mark.parametrize("text", ["obf", "hsd", "hsd()", "power(0)", "power(-1)", "power", "hsd(-4", ""])
def test_other_words_are_refused_with_a_fix(text: str) -> None:
    with pytest.raises(StatisticsError, match=r"UP640.*\n.*fix: write obrien_fleming"):
        spending_function(text)
