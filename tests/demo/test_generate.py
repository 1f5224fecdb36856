from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.demo.published import AUDIENCES, arms, delta_of_means, delta_of_ratios, printed, tables
from uplift.demo import DEMO_EXPERIMENTS, DemoData, generate
from uplift.demo.baskets import baskets

# customers of the two tests: contacts, buyers, mean and sd of the order value, unsubscribers
DESIGNS = {
    ("brandalley-churn-v3", "control"): (11_250, 563, 75.00, 54.80, 90),
    ("brandalley-churn-v3", "treatment"): (45_000, 2_813, 81.90, 59.84, 369),
    ("brandalley-repeat-v2", "control"): (6_588, 527, 75.00, 54.72, 40),
    ("brandalley-repeat-v2", "treatment"): (26_350, 2_108, 82.06, 59.87, 163),
}


def test_the_same_seed_gives_the_same_bytes(demo_data: DemoData, tmp_path: Path) -> None:
    again = generate(tmp_path)
    for first, second in (
        (demo_data.contacts, again.contacts),
        (demo_data.orders, again.orders),
        (demo_data.mail_events, again.mail_events),
    ):
        assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_other_contacts_and_the_same_results(tmp_path: Path) -> None:
    other = generate(tmp_path, seed=8)
    with tables(tmp_path) as con:
        found = arms(con, "brandalley-repeat-v2")
    t, c = found["treatment"], found["control"]
    assert other.n_contacts == 110_000
    assert printed(delta_of_ratios(t.revenue, t.orders, c.revenue, c.orders)) == "9,41 % (±7,62 %)"


def test_counts_are_the_rows_of_the_files(demo_data: DemoData) -> None:
    for path, rows in (
        (demo_data.contacts, demo_data.n_contacts),
        (demo_data.orders, demo_data.n_orders),
        (demo_data.mail_events, demo_data.n_mail_events),
    ):
        assert len(path.read_text(encoding="utf-8").splitlines()) == rows + 1


def test_every_contact_is_there_once_and_every_event_belongs_to_one(typed: duckdb.DuckDBPyConnection) -> None:
    assert typed.execute("select count(*), count(distinct customer_id) from contacts").fetchone() == (110_000,) * 2
    for name in ("orders", "mail_events"):
        assert typed.execute(f"select count(*) from {name} anti join contacts using (customer_id)").fetchone() == (0,)


def test_what_the_contact_export_says_of_orders_is_what_the_order_export_holds(
    typed: duckdb.DuckDBPyConnection,
) -> None:
    """Number of orders, days since the first and since the last one, counted to the day of the export (31 May)."""
    odd = typed.execute(
        """
        with o as (
            select customer_id, count(*) as n, max(date '2026-05-31' - ordered_at::date) as first,
            min(date '2026-05-31' - ordered_at::date) as last
            from orders where ordered_at < date '2026-05-31' group by customer_id
        )
        select count(*) from raw_contacts c left join o using (customer_id)
        where c.n_orders::int <> coalesce(o.n, 0)
        or nullif(c.days_since_first_order, '')::int is distinct from o.first
        or nullif(c.days_since_last_order, '')::int is distinct from o.last
        """
    ).fetchone()
    assert odd == (0,)
    assert typed.execute("select count(*) from contacts where n_orders = 0").fetchone() > (1_000,)
    assert typed.execute("select count(*) from contacts where n_orders = 1").fetchone() > (1_000,)


def test_the_two_audiences_share_nobody(typed: duckdb.DuckDBPyConnection) -> None:
    (first, _), (second, _) = AUDIENCES.values()
    assert typed.execute(f"select count(*) from contacts where ({first}) and ({second})").fetchone() == (0,)


@pytest.mark.parametrize("experiment", DEMO_EXPERIMENTS)
def test_the_hash_alone_splits_the_audience_as_designed_and_the_files_hold_the_designed_values(
    experiment: str, typed: duckdb.DuckDBPyConnection
) -> None:
    found = arms(typed, experiment)
    for name, arm in found.items():
        contacts, buyers, mean, sd, unsubscribes = DESIGNS[experiment, name]
        values = arm.revenue[arm.orders > 0]
        assert len(arm.orders) == contacts
        assert set(np.unique(arm.orders)) == {0.0, 1.0}, "one order per buyer"
        assert len(values) == buyers
        assert values.mean() == pytest.approx(mean, abs=1e-9)  # exact in cents; 1e-9 is float noise
        assert values.std(ddof=1) == pytest.approx(sd, abs=1e-6)  # squares are exact but for parity
        assert values.min() >= 5.0
        assert arm.unsubscribed.sum() == unsubscribes


def test_the_published_lines_come_out_of_contact_rows(typed: duckdb.DuckDBPyConnection) -> None:
    churn, repeat = (arms(typed, experiment) for experiment in DEMO_EXPERIMENTS)
    t, c = churn["treatment"], churn["control"]
    conversion = delta_of_means(t.orders, c.orders)
    order_value = delta_of_ratios(t.revenue, t.orders, c.revenue, c.orders)
    revenue = delta_of_means(t.revenue, c.revenue)
    t, c = repeat["treatment"], repeat["control"]
    repeat_value = delta_of_ratios(t.revenue, t.orders, c.revenue, c.orders)

    assert printed(conversion) == "24,9 % (±11,0 %)"
    assert printed(order_value) == "9,20 % (±7,22 %)"
    assert printed(repeat_value) == "9,41 % (±7,62 %)"
    assert printed(revenue) == "36,4 % (±15,0 %)"
    # unrounded, from counts, means and SDs alone: U = m_t/m_c − 1, h = t·√(v_t/m_c² + m_t²·v_c/m_c⁴), where the
    # variance of an order value with B buyers of n contacts is (B − 1)·sd²·n/((n − 1)·B²)
    assert conversion.relative == pytest.approx((2813 / 45_000) / (563 / 11_250) - 1, abs=1e-12)
    assert conversion.half_width == pytest.approx(0.1100607206, abs=1e-10)
    assert order_value.relative == pytest.approx(8190 / 7500 - 1, abs=1e-12)
    assert order_value.half_width == pytest.approx(0.0721545126, abs=1e-10)
    assert repeat_value.relative == pytest.approx(8206 / 7500 - 1, abs=1e-12)
    assert repeat_value.half_width == pytest.approx(0.0761512871, abs=1e-10)
    assert revenue.relative == pytest.approx((1 + conversion.relative) * (1 + order_value.relative) - 1, abs=1e-12)
    assert revenue.half_width == pytest.approx(0.1502253620, abs=1e-10)


@pytest.mark.parametrize(
    ("what", "where"),
    [
        ("orders a minute before the assignment day", "ordered_at = date '{start}' - interval 1 minute"),
        ("orders in the first minute after the window", "ordered_at = date '{start}' + interval 30 day"),
        ("orders in the first minute of the window", "ordered_at = date '{start}'"),
        ("orders in its last minute", "ordered_at = date '{start}' + interval 30 day - interval 1 minute"),
        (
            "cancelled orders inside it",
            "is_cancelled and ordered_at >= date '{start}' and ordered_at < date '{start}' + interval 30 day",
        ),
    ],
)
@pytest.mark.parametrize("experiment", DEMO_EXPERIMENTS)
def test_the_files_hold_what_a_careless_reading_gets_wrong(
    experiment: str, what: str, where: str, typed: duckdb.DuckDBPyConnection
) -> None:
    audience, start = AUDIENCES[experiment]
    found = typed.execute(
        f"select count(*) from orders semi join (from contacts where {audience}) using (customer_id)"
        f" where {where.format(start=start)}"
    ).fetchone()
    assert found is not None
    assert found[0] > 0, what


def test_some_contacts_unsubscribe_twice_and_count_once(typed: duckdb.DuckDBPyConnection) -> None:
    found = typed.execute(
        "select count(*) from (from mail_events select customer_id where event = 'unsubscribe'"
        " group by customer_id having count(*) > 1)"
    ).fetchone()
    assert found is not None
    assert found[0] > 10


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(200, 2_000),
    mean=st.integers(4_000, 12_000),
    cv=st.floats(0.4, 0.75),
    seed=st.integers(0, 2**32 - 1),
)
def test_baskets_have_the_mean_and_the_squares_that_were_asked_for(n: int, mean: int, cv: float, seed: int) -> None:
    sd = round(mean * cv)
    values = baskets(n, mean=mean, sd=sd, rng=np.random.RandomState(seed))
    target = n * mean**2 + (n - 1) * sd**2
    assert int(values.sum()) == n * mean
    assert target - int((values**2).sum()) in (0, 1)  # Σx² has the parity of Σx: one below is the nearest
