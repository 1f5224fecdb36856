"""An independent reading of the generated files: duckdb joins, hashlib assigns, numpy and scipy estimate.

Nothing here uses the package's own engine, hash or statistics, so that the two can be held against each other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

AUDIENCES = {
    "brandalley-churn-v3": ("n_orders >= 2 and p_churn_30d >= 0.60 and email_opt_in", "2026-06-01"),
    "brandalley-repeat-v2": (
        "n_orders >= 2 and p_repeat_30d >= 0.60 and p_churn_30d < 0.60 and email_opt_in",
        "2026-06-15",
    ),
}


@dataclass(frozen=True, slots=True)
class Arm:
    """One contact per position: orders and revenue inside the window, whether it unsubscribed there."""

    orders: Floats
    revenue: Floats
    unsubscribed: Floats


@dataclass(frozen=True, slots=True)
class Delta:
    """A relative uplift and the half-width of its 95 % interval."""

    relative: float
    half_width: float


def tables(folder: Path) -> duckdb.DuckDBPyConnection:
    """The three files as typed tables `contacts`, `orders` and `mail_events`."""
    con = duckdb.connect()
    for name in ("contacts", "orders", "mail_events"):
        con.execute(
            f"create table raw_{name} as from read_csv('{folder / name}.csv', delim=';', header=true, all_varchar=true)"
        )
    con.execute(
        "create table contacts as select customer_id, email_opt_in::boolean as email_opt_in, n_orders::int as n_orders,"
        " replace(p_churn_30d, ',', '.')::decimal(4,2) as p_churn_30d,"
        " replace(p_repeat_30d, ',', '.')::decimal(4,2) as p_repeat_30d,"
        " days_since_last_order::int as days_since_last_order from raw_contacts"
    )
    con.execute(
        "create table orders as select customer_id, strptime(ordered_at, '%d.%m.%Y %H:%M') as ordered_at,"
        " replace(net_amount, ',', '.')::decimal(12,2) as net_amount, is_cancelled::boolean as is_cancelled"
        " from raw_orders"
    )
    con.execute(
        "create table mail_events as select customer_id, strptime(event_at, '%d.%m.%Y %H:%M') as event_at, event"
        " from raw_mail_events"
    )
    return con


def arms(con: duckdb.DuckDBPyConnection, experiment: str) -> dict[str, Arm]:
    """The eligible contacts of a test by arm, with what they did in the 30 days from its start."""
    where, start = AUDIENCES[experiment]
    rows = con.execute(
        f"""
        with o as (
            select customer_id, count(*) as n, sum(net_amount) as revenue from orders
            where not is_cancelled and ordered_at >= date '{start}'
              and ordered_at < date '{start}' + interval 30 day
            group by customer_id
        ), m as (
            select distinct customer_id from mail_events
            where event = 'unsubscribe' and event_at >= date '{start}'
              and event_at < date '{start}' + interval 30 day
        )
        select c.customer_id, coalesce(o.n, 0), coalesce(o.revenue, 0), (m.customer_id is not null)::int
        from contacts c left join o using (customer_id) left join m on m.customer_id = c.customer_id
        where {where} order by c.customer_id
        """
    ).fetchall()
    in_control = np.array([_bucket(f"{experiment}/1", row[0]) < 200_000 for row in rows])
    columns = [np.array([float(row[i]) for row in rows]) for i in (1, 2, 3)]
    return {
        "control": Arm(*(column[in_control] for column in columns)),
        "treatment": Arm(*(column[~in_control] for column in columns)),
    }


def delta_of_means(treatment: Floats, control: Floats) -> Delta:
    """The delta method on the ratio of two means with Welch's t: the rule behind the published ±."""
    mt, mc = treatment.mean(), control.mean()
    vt, vc = treatment.var(ddof=1) / len(treatment), control.var(ddof=1) / len(control)
    df = (vt + vc) ** 2 / (vt**2 / (len(treatment) - 1) + vc**2 / (len(control) - 1))
    se = np.sqrt(vt / mc**2 + mt**2 * vc / mc**4)
    return Delta(float(mt / mc - 1), float(stats.t.ppf(0.975, df) * se))


def delta_of_ratios(t_num: Floats, t_den: Floats, c_num: Floats, c_den: Floats) -> Delta:
    """The same for a ratio per arm (revenue / orders): each contact's value is its linearised one."""

    def linearised(numerator: Floats, denominator: Floats) -> Floats:
        ratio = numerator.sum() / denominator.sum()
        return np.asarray(ratio + (numerator - ratio * denominator) / denominator.mean())

    return delta_of_means(linearised(t_num, t_den), linearised(c_num, c_den))


def printed(delta: Delta) -> str:
    """Three significant digits and a decimal comma, as the source prints them."""
    value, half = (f"{abs(x) * 100:#.3g}".replace(".", ",") for x in (delta.relative, delta.half_width))
    return f"{value} % (±{half} %)"


def _bucket(salt: str, unit: str) -> int:
    return int(hashlib.sha256(f"{salt}|{unit}".encode()).hexdigest()[:13], 16) % 1_000_000
