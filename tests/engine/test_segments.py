"""Segments and covariates in the one pass: every cell is what pandas adds up from the rows."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.engine.studies import ledger_of, measured, study_in, write_parquet
from uplift.engine import Assigned, Cell, Measurement
from uplift.errors import DataError
from uplift.spec.study import Study

SOURCES: dict[str, Any] = {
    "contacts": {"file": "../contacts.parquet", "id": "customer_id"},
    "orders": {"file": "../orders.parquet", "grain": "event", "id": "customer_id", "time": "ordered"},
}
METRICS: dict[str, Any] = {
    "bought": {"kind": "proportion", "source": "orders"},
    "revenue": {"kind": "mean", "source": "orders", "value": "net", "format": "money"},
    "capped": {
        "kind": "mean", "source": "orders", "value": "net", "format": "money", "winsorise": {"upper": "90%"},
    },
    "basket": {
        "kind": "ratio", "format": "money",
        "numerator": {"source": "orders", "value": "net"},
        "denominator": {"source": "orders", "count": True},
    },
}  # fmt: skip
N = 1_500
AS_OF = datetime.date(2026, 5, 10)


@dataclass(frozen=True)
class Shop:
    folder: Path
    ledger: Path
    contacts: pd.DataFrame
    orders: pd.DataFrame

    def study(self, **more: Any) -> Study:
        unit = more.pop("unit", None)
        return study_in(self.folder, sources=SOURCES, metrics=METRICS, unit=unit, more=more)

    def measured(self, **more: Any) -> Measurement:
        return measured(self.study(**more), Assigned.from_ledger([self.ledger]), as_of=AS_OF)

    def table(self, *, lookback: int) -> pd.DataFrame:
        """One row per mature contact: cents and orders within 30 days, and before."""
        mature = self.contacts[self.contacts.day + pd.Timedelta(days=30) <= pd.Timestamp(AS_OF)]
        joined = mature.merge(self.orders, on="unit_id")
        days = (joined["at"].dt.normalize() - joined.day).dt.days
        for name, inside in (("", (days >= 0) & (days < 30)), ("_before", (days < 0) & (days >= -lookback))):
            sums = joined[inside].groupby("unit_id").net.agg(["sum", "size"])
            sums.columns = [f"revenue{name}", f"orders{name}"]
            mature = mature.join(sums, on="unit_id")
        return mature.fillna({c: 0 for c in mature.columns if c.startswith(("revenue", "orders"))})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """1,500 contacts in two epochs; orders from 90 days before to 60 after; some contacts have no band, some no row."""
    folder = tmp_path_factory.mktemp("shop")
    rng = np.random.default_rng(11)
    contacts = pd.DataFrame({"unit_id": np.arange(1, N + 1)})
    contacts["arm"] = np.where(rng.random(N) < 0.3, "control", "treatment")
    contacts["weight_epoch"] = np.where(contacts.unit_id % 4 == 0, 2, 1)
    contacts["country"] = rng.choice(["DE", "AT", "CH"], N, p=[0.7, 0.2, 0.1])
    contacts["band"] = rng.choice(["high", "low", ""], N, p=[0.3, 0.6, 0.1])
    contacts["day"] = pd.Timestamp("2026-03-02") + pd.to_timedelta(rng.integers(0, 50, N), unit="D")
    n = 9_000
    orders = pd.DataFrame({"unit_id": rng.integers(1, N + 100, n)})
    orders["at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 130 * 86400, n), unit="s")
    orders["net"] = rng.integers(-500, 50_000, n)
    known = contacts[contacts.unit_id <= N - 20]
    contacts.loc[contacts.unit_id > N - 20, ["country", "band"]] = ""
    rows = ", ".join(
        f"({c.unit_id}, '{c.country}', nullif('{c.band}', ''), {c.unit_id // 3})" for c in known.itertuples()
    )
    write_parquet(
        folder / "contacts.parquet", f"SELECT * FROM (VALUES {rows}) AS v(customer_id, country, band, household)"
    )
    rows = ", ".join(f"({o.unit_id}, TIMESTAMP '{o.at}', ({o.net} / 100)::DECIMAL(18,2))" for o in orders.itertuples())
    write_parquet(folder / "orders.parquet", f"SELECT * FROM (VALUES {rows}) AS v(customer_id, ordered, net)")
    rows = ", ".join(
        f"('{c.unit_id}', '{c.arm}', TIMESTAMP '{c.day}', {c.weight_epoch}, NULL)" for c in contacts.itertuples()
    )
    path = ledger_of(
        folder / "l.parquet", f"SELECT * FROM (VALUES {rows}) AS v(unit_id, arm, assigned_at, weight_epoch, stratum)"
    )
    return Shop(folder, path, contacts, orders)


def power(values: list[list[int]], exponents: tuple[int, ...]) -> int:
    """Σ Π column^exponent in whole numbers."""
    total = 0
    for row in zip(*values, strict=True):
        product = 1
        for value, exponent in zip(row, exponents, strict=True):
            product *= value**exponent
        total += product
    return total


def whole(rows: pd.DataFrame, *columns: str) -> list[list[int]]:
    return [[int(v) for v in rows[c]] for c in columns]


def assert_cell(cell: Cell, rows: pd.DataFrame) -> None:
    assert cell.sums.n == cell.contacts == len(rows)
    (values,) = whole(rows, "revenue")
    assert cell.sums.powers == {(k,): sum(v**k for v in values) for k in (1, 2, 3, 4)}


def test_every_group_of_every_segment_is_its_rows(shop: Shop) -> None:
    found = shop.measured(segments=["country", "band"]).metric("revenue")
    table = shop.table(lookback=0)
    assert list(found.segments) == ["country", "band"]
    for column, groups in found.segments.items():
        assert set(groups) == set(table[column])
        for value, cells in groups.items():
            for cell in cells:
                here = (table.arm == cell.arm) & (table.weight_epoch == cell.weight_epoch) & (table[column] == value)
                assert_cell(cell, table[here])


def test_groups_add_up_to_the_whole_and_leave_it_as_it_was(shop: Shop) -> None:
    alone, split = shop.measured(), shop.measured(segments=["band"])
    for key, metric in split.metrics.items():
        assert metric.cells == alone.metrics[key].cells
        total: dict[str, Any] = {}
        for cell in itertools.chain.from_iterable(metric.segments["band"].values()):
            total[cell.arm] = total[cell.arm] + cell.sums if cell.arm in total else cell.sums
        assert total == metric.by_arm()


def test_contacts_that_the_source_does_not_know_are_in_the_group_without_a_value(shop: Shop) -> None:
    found = shop.measured(segments=["country"])
    assert sum(cell.contacts for cell in found.metric("bought").segments["country"][""]) > 0
    assert "UP567" in {n.code for n in found.notices}


@pytest.fixture(scope="module")
def households(shop: Shop) -> Assigned:
    """The same ledger with households of three contacts each, all of one arm."""
    path = write_parquet(
        shop.folder / "h.parquet",
        f"""SELECT * REPLACE (cast(cast(unit_id AS BIGINT) // 3 AS VARCHAR) AS cluster_id,
        CASE WHEN (cast(unit_id AS BIGINT) // 3) % 3 = 0 THEN 'control' ELSE 'treatment' END AS arm)
        FROM '{shop.ledger}'""",
    )
    return Assigned.from_ledger([path])


HOUSEHOLD = {"id": "customer_id", "type": "integer", "cluster": "household"}


def by_household(table: pd.DataFrame, arm: str, *columns: str) -> list[list[int]]:
    """Totals of each household of an arm, and its contacts."""
    keyed = table.assign(household=table.unit_id // 3, contacts=1)
    rows = keyed[np.where(keyed.household % 3 == 0, "control", "treatment") == arm]
    totals = rows.groupby("household")[[*columns, "contacts"]].sum()
    return [[int(v) for v in totals[c]] for c in (*columns, "contacts")]


def test_a_household_counts_in_every_group_in_which_it_has_contacts(shop: Shop, households: Assigned) -> None:
    found = measured(shop.study(unit=HOUSEHOLD, segments=["band"]), households, as_of=AS_OF).metric("revenue")
    table = shop.table(lookback=0)
    for value, cells in found.segments["band"].items():
        for arm in ("control", "treatment"):
            revenue, contacts = by_household(table[table.band == value], arm, "revenue")
            mine = [cell for cell in cells if cell.arm == arm]
            assert sum(cell.contacts for cell in mine) == sum(contacts)
            assert sum(cell.sums.n for cell in mine) == len(revenue)
            for a, b in ((1, 0), (2, 0), (1, 1), (2, 2)):
                assert sum(cell.sums.powers[(a, b)] for cell in mine) == power([revenue, contacts], (a, b))


def test_a_column_with_hundreds_of_values_is_no_segment(shop: Shop) -> None:
    with pytest.raises(DataError, match="UP588") as refused:
        shop.measured(segments=["band", "household"])
    assert "test.yml" in str(refused.value)


def test_a_missing_segment_column_is_refused_with_a_suggestion(shop: Shop) -> None:
    with pytest.raises(DataError, match="country"):
        shop.measured(segments=["contry"])


CUPED: dict[str, Any] = {"variance_reduction": "cuped", "lookback": "45d"}


def test_covariates_are_the_metric_in_the_days_before_the_assignment(shop: Shop) -> None:
    found = shop.measured(design=CUPED)
    table = shop.table(lookback=45)
    assert found.metric("revenue").covariates == ("revenue_45d_before",)
    assert found.metric("basket").covariates == ("basket_numerator_45d_before", "basket_denominator_45d_before")
    for arm in ("control", "treatment"):
        rows = table[table.arm == arm]
        own = {
            "bought": [(rows.orders > 0).astype(int).tolist(), (rows.orders_before > 0).astype(int).tolist()],
            "revenue": whole(rows, "revenue", "revenue_before"),
            "basket": whole(rows, "revenue", "orders", "revenue_before", "orders_before"),
        }
        for name, values in own.items():
            cells = [cell.adjusting for cell in found.metric(name).cells if cell.arm == arm]
            assert None not in cells
            sums = cells[0] + cells[1]  # type: ignore[operator]
            assert sums is not None
            assert sums.n == len(rows)
            for exponents in itertools.product(range(3), repeat=len(values)):
                if 1 <= sum(exponents) <= 2:
                    assert sums.powers[exponents] == power(values, exponents), (name, exponents)


def test_covariates_leave_the_metric_s_own_sums_as_they_were(shop: Shop) -> None:
    alone, adjusted = shop.measured(), shop.measured(design=CUPED)
    for key, metric in adjusted.metrics.items():
        assert [cell.sums for cell in metric.cells] == [cell.sums for cell in alone.metrics[key].cells]


def test_a_capped_metric_s_past_is_capped_at_its_own_quantile(shop: Shop) -> None:
    table = shop.table(lookback=45)
    before = np.sort(table.revenue_before.astype(int))
    cap = before[int(np.ceil(0.9 * len(before))) - 1]
    cells = shop.measured(design=CUPED).metric("capped").cells
    total = sum(cell.adjusting.powers[(0, 1)] for cell in cells if cell.adjusting)
    assert total == int(np.minimum(before, cap).sum())


def test_segments_of_an_adjusted_metric_hold_its_covariates(shop: Shop) -> None:
    found = shop.measured(design=CUPED, segments=["country"]).metric("revenue")
    whole_ = [cell.adjusting for cell in found.cells]
    parts = [cell.adjusting for groups in found.segments["country"].values() for cell in groups]
    for exponents in ((1, 1), (0, 2)):
        assert sum(s.powers[exponents] for s in whole_ if s) == sum(s.powers[exponents] for s in parts if s)


def test_covariates_of_households_are_their_totals(shop: Shop, households: Assigned) -> None:
    found = measured(shop.study(unit=HOUSEHOLD, design=CUPED), households, as_of=AS_OF).metric("revenue")
    table = shop.table(lookback=45)
    for arm in ("control", "treatment"):
        revenue, before, contacts = by_household(table, arm, "revenue", "revenue_before")
        cells = [cell.adjusting for cell in found.cells if cell.arm == arm and cell.adjusting]
        for exponents in ((1, 0, 1), (0, 1, 1), (0, 0, 2), (0, 0, 1)):
            assert sum(s.powers[exponents] for s in cells) == power([revenue, contacts, before], exponents)


# ── columns of the contact source as covariates ──────────────────────────────────────────────────────────────────────


def with_history(shop: Shop, folder: Path, *, column: str = "points", dated: str | None = None, **design: Any) -> Study:
    """The shop with a column of loyalty points, which every seventh contact lacks, in a folder of its own."""
    day = f", DATE '{dated}' AS seen" if dated else ""
    write_parquet(
        folder / "contacts.parquet",
        "SELECT customer_id, country, CASE WHEN customer_id % 7 <> 0 THEN (customer_id * 37) % 1000 END AS points, "
        f"customer_id % 5 AS visits, 3 AS constant{day} FROM '{shop.folder}/contacts.parquet'",
    )
    write_parquet(folder / "orders.parquet", f"SELECT * FROM '{shop.folder}/orders.parquet'")
    contacts = SOURCES["contacts"] | ({"time": "seen"} if dated else {})
    cuped = {"variance_reduction": "cuped", "lookback": "45d", "covariates": [column]} | design
    return study_in(folder, sources=SOURCES | {"contacts": contacts}, metrics=METRICS, more={"design": cuped})


def test_a_column_s_missing_values_are_filled_and_told(shop: Shop, tmp_path: Path) -> None:
    found = measured(with_history(shop, tmp_path), Assigned.from_ledger([shop.ledger]), as_of=AS_OF).metric("revenue")
    assert found.covariates == ("revenue_45d_before", "points", "points_missing")
    table = shop.table(lookback=45)
    absent = (table.unit_id % 7 == 0) | (table.unit_id > N - 20)  # the last 20 have no row at all
    table["points"], table["missing"] = np.where(absent, 0, table.unit_id * 37 % 1000), absent.astype(int)
    for arm in ("control", "treatment"):
        values = whole(table[table.arm == arm], "revenue", "revenue_before", "points", "missing")
        cells = [cell.adjusting for cell in found.cells if cell.arm == arm and cell.adjusting]
        for exponents in ((1, 0, 1, 0), (0, 1, 1, 0), (0, 0, 2, 0), (1, 0, 0, 1), (0, 0, 1, 1), (0, 0, 0, 1)):
            assert sum(s.powers[exponents] for s in cells) == power(values, exponents), exponents


def test_where_no_value_is_missing_nothing_says_so(shop: Shop, tmp_path: Path) -> None:
    study = with_history(shop, tmp_path, column="visits")
    everybody = write_parquet(
        tmp_path / "l.parquet", f"SELECT * FROM '{shop.ledger}' WHERE cast(unit_id AS BIGINT) <= {N - 20}"
    )
    found = measured(study, Assigned.from_ledger([everybody]), as_of=AS_OF)
    assert found.metric("revenue").covariates == ("revenue_45d_before", "visits")


@pytest.mark.parametrize(("day", "refused"), [("2026-03-01", False), ("2026-03-10", True)])
def test_a_covariate_dated_after_the_assignment_is_refused(shop: Shop, tmp_path: Path, day: str, refused: bool) -> None:
    study = with_history(shop, tmp_path, dated=day)
    if not refused:
        assert measured(study, Assigned.from_ledger([shop.ledger]), as_of=AS_OF).metric("revenue").covariates
        return
    with pytest.raises(DataError, match="UP591") as error:
        measured(study, Assigned.from_ledger([shop.ledger]), as_of=AS_OF)
    assert "test.yml" in str(error.value)
