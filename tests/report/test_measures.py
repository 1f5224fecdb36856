"""The four measures side by side, and a decomposition of the uplift that adds up."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from tests.report.report_cases import Group
from tests.report.test_render import text_of
from uplift.report import render
from uplift.report.decomposition import decompositions, factors_of
from uplift.report.measures import engagement, order_value, purchase_rate, revenue_per_contact
from uplift.report.voice import Voice


def test_counts_tell_the_purchase_rate_from_other_shares() -> None:
    result = rich.four_measures()
    named = [
        m.name if m else None
        for m in (purchase_rate(result), order_value(result), revenue_per_contact(result), engagement(result))
    ]
    assert named == ["repeat_purchase", "average_order_value", "revenue_per_contact", "clicks"]


def test_all_four_measures_stand_side_by_side_with_the_titles_that_marketers_know() -> None:
    html = render(rich.four_measures(), language="de")
    section = html[html.index('id="measures"') : html.index('id="sources"')]
    assert section.count('<svg class="chart') == 4
    assert "Anteil der Kontakte mit Käufen in der Kontroll- vs. der Treatmentgruppe" in section


def test_buyers_orders_and_order_value_multiply_to_revenue_per_contact() -> None:
    voice = Voice(rich.pays_off(), "de")
    revenue = revenue_per_contact(voice.result)
    assert revenue is not None
    factors = factors_of(voice, revenue.uplifts[0])
    assert [f.name for f in factors] == ["buyers", "orders", "order_value"]
    for side in ("control", "treatment"):
        product = 1.0
        for factor in factors:
            product *= getattr(factor, side)
        assert product == pytest.approx(getattr(revenue.uplifts[0], side).value)
    assert sum(f.share for f in factors) == pytest.approx(1)


@given(
    buyers=st.tuples(st.integers(50, 900), st.integers(200, 3600)),
    values=st.tuples(st.floats(0.5, 50), st.floats(0.5, 50)),
)
def test_shares_of_the_uplift_always_add_up(buyers: tuple[int, int], values: tuple[float, float]) -> None:
    c, t = Group(1000, buyers[0], values[0], 10.0), Group(4000, buyers[1], values[1], 10.0)
    voice = Voice(cases.result((cases.revenue(c, t),), cases.WAIT), "en")
    factors = factors_of(voice, voice.result.primary.uplifts[0])
    if factors:
        assert sum(f.share for f in factors) == pytest.approx(1)
        assert [f.name for f in factors] == ["buyers", "buyer_value"]


def test_an_order_value_of_other_revenue_is_no_factor() -> None:
    result = rich.pays_off()
    gross = cases.order_value(Group(11250, 563, 95.0, 54.8), Group(45000, 2813, 99.0, 59.8))
    told = dataclasses.replace(result, metrics=(result.metrics[0], result.metrics[1], gross))
    assert [f.name for f in factors_of(Voice(told, "de"), told.primary.uplifts[0])] == ["buyers", "buyer_value"]


def test_an_unproven_uplift_is_not_shared_out() -> None:
    text = text_of(render(cases.no_difference(), language="de"))
    assert "Anteile an ihm werden deshalb nicht genannt" in text
    assert "Anteil am Uplift" not in text


@pytest.mark.parametrize("case", [cases.srm_failed, cases.too_early, rich.everything_untrusted, cases.zero_conversions])
def test_without_a_verdict_nothing_is_decomposed(case: object) -> None:
    assert decompositions(Voice(case(), "de")) == ()  # type: ignore[operator]
