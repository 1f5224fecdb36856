from __future__ import annotations

import datetime
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.engine.studies import LATER, START, ledger, ledger_of, measured, study_in, write_parquet, write_text
from uplift.engine import Assigned, Measurement
from uplift.errors import DataError, SpecError
from uplift.spec.study import Study
from uplift.stats.moments import Moments

SOURCES: dict[str, Any] = {
    "contacts": {"file": "../contacts.parquet", "id": "customer_id"},
    "orders": {"file": "../orders.csv", "grain": "event", "id": "customer_id", "time": "ordered_at", "data_lag": "2d"},
}
METRICS: dict[str, Any] = {
    "bought": {"kind": "proportion", "source": "orders", "where": "not cancelled"},
    "orders": {"kind": "count", "source": "orders", "where": "not cancelled"},
    "revenue": {"kind": "mean", "source": "orders", "value": "net - refund", "where": "not cancelled", "format": "money"},
    "capped": {
        "kind": "mean", "source": "orders", "value": "net - refund", "where": "not cancelled", "format": "money",
        "winsorise": {"upper": "99%"},
    },
    "order_value": {
        "kind": "ratio",
        "numerator": {"source": "orders", "value": "net - refund", "where": "not cancelled"},
        "denominator": {"source": "orders", "count": True, "where": "not cancelled"},
        "format": "money",
    },
}  # fmt: skip
N = 3000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path, pd.DataFrame, pd.DataFrame]:
    """3,000 contacts in two weight epochs and two strata, assigned over two months, with orders before and after."""
    folder = tmp_path_factory.mktemp("shop")
    rng = np.random.default_rng(7)
    contacts = pd.DataFrame({"unit_id": np.arange(1, N + 1)})
    contacts["arm"] = np.where(rng.random(N) < 0.2, "control", "treatment")
    contacts["weight_epoch"] = np.where(contacts.unit_id % 3 == 0, 2, 1)
    contacts["stratum"] = np.where(rng.random(N) < 0.3, "AT", "DE")
    contacts["day"] = pd.Timestamp("2026-03-02") + pd.to_timedelta(rng.integers(0, 60, N), unit="D")
    n = 12_000
    orders = pd.DataFrame({"unit_id": rng.integers(1, N + 200, n)})
    orders["at"] = pd.Timestamp("2026-02-01") + pd.to_timedelta(rng.integers(0, 150 * 86400, n), unit="s")
    orders["net"] = rng.integers(0, 50_000, n)
    orders["refund"] = np.where(rng.random(n) < 0.1, orders.net // 2, 0)
    orders["cancelled"] = rng.choice([True, False, None], n, p=[0.05, 0.9, 0.05])

    def euro(cents: int) -> str:
        return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"

    flags = {True: "ja", False: "nein", None: ""}
    lines = [
        f"{o.unit_id};{o.at:%d.%m.%Y %H:%M:%S};{euro(o.net)};{euro(o.refund)};{flags[o.cancelled]}\n"
        for o in orders.itertuples()
    ]
    write_text(folder / "orders.csv", "customer_id;ordered_at;net;refund;cancelled\n" + "".join(lines))
    write_parquet(folder / "contacts.parquet", "SELECT 1 AS customer_id")
    values = ", ".join(
        f"('{c.unit_id}', '{c.arm}', TIMESTAMP '{c.day}', {c.weight_epoch}, '{c.stratum}')"
        for c in contacts.itertuples()
    )
    path = ledger_of(
        folder / "l.parquet", f"SELECT * FROM (VALUES {values}) AS v(unit_id, arm, assigned_at, weight_epoch, stratum)"
    )
    return study_in(folder, sources=SOURCES, metrics=METRICS), path, contacts, orders


def by_hand(contacts: pd.DataFrame, orders: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """One row per mature contact with net cents and orders, by pandas alone."""
    mature = contacts[contacts.day + pd.Timedelta(days=32) <= pd.Timestamp(as_of)]
    joined = mature.merge(orders, on="unit_id")
    day = joined["at"].dt.normalize()
    inside = joined[(day >= joined.day) & (day < joined.day + pd.Timedelta(days=30))]
    kept = inside[inside.cancelled.eq(False)]
    per_contact = (
        kept.assign(revenue=kept.net - kept.refund)
        .groupby("unit_id")
        .agg(revenue=("revenue", "sum"), orders=("revenue", "size"))
    )
    return mature.join(per_contact, on="unit_id").fillna({"revenue": 0, "orders": 0})


@pytest.mark.parametrize("as_of", [LATER, datetime.date(2026, 5, 1)])
def test_sums_are_those_of_pandas(shop: Any, as_of: datetime.date) -> None:
    study, path, contacts, orders = shop
    found = measured(study, Assigned.from_ledger([path]), as_of=as_of)
    table = by_hand(contacts, orders, as_of)
    assert 0 < len(table) <= N
    groups = table.groupby(["arm", "weight_epoch", "stratum"])
    cells = {
        name: {(c.arm, c.weight_epoch, c.stratum): c.sums for c in found.metrics[name].cells} for name in found.metrics
    }
    for key, rows in groups:
        revenue = [int(v) for v in rows.revenue]
        count = [int(v) for v in rows.orders]
        bought = [int(v > 0) for v in count]
        for name, values in (("bought", bought), ("orders", count), ("revenue", revenue)):
            sums = cells[name][key]
            assert sums.n == len(rows)
            assert sums.powers == {(k,): sum(v**k for v in values) for k in (1, 2, 3, 4)}
            assert sums.nonzero == sum(v != 0 for v in values)
        ratio = cells["order_value"][key]
        for a, b in itertools.product(range(5), repeat=2):
            if 1 <= a + b <= 4:
                assert ratio.powers[(a, b)] == sum(r**a * c**b for r, c in zip(revenue, count, strict=True))
        assert ratio.nonzero == sum(c != 0 for c in count)
        assert ratio.decimals == (2, 0)


def test_moments_are_those_of_the_contact_rows(shop: Any) -> None:
    study, path, contacts, orders = shop
    found = measured(study, Assigned.from_ledger([path]))
    table = by_hand(contacts, orders, LATER)
    for arm, sums in found.sums("order_value").items():
        rows = table[table.arm == arm]
        exact, direct = sums.moments(), Moments.from_rows(np.column_stack([rows.revenue / 100, rows.orders]))
        np.testing.assert_allclose(exact.mean, direct.mean, rtol=1e-12)
        np.testing.assert_allclose(exact.second, direct.second, rtol=1e-9)
        np.testing.assert_allclose(exact.fourth, direct.fourth, rtol=1e-9)


def test_the_cap_is_an_order_statistic_of_all_arms_together(shop: Any) -> None:
    study, path, contacts, orders = shop
    found = measured(study, Assigned.from_ledger([path]))
    table = by_hand(contacts, orders, LATER)
    cap = int(np.sort(table.revenue)[-(-99 * len(table) // 100) - 1])
    metric = found.metric("capped")
    assert metric.cap == cap
    assert metric.winsorised_at == cap / 100
    for arm, sums in metric.by_arm().items():
        assert sums.powers[(1,)] == np.minimum(table.revenue[table.arm == arm], cap).sum()
    assert str(cap) not in dict(found.sql)["sums"]


def test_who_is_mature_immature_and_assigned_is_counted(shop: Any) -> None:
    study, path, contacts, orders = shop
    as_of = datetime.date(2026, 4, 20)
    found = measured(study, Assigned.from_ledger([path]), as_of=as_of)
    known = contacts[contacts.day <= pd.Timestamp(as_of)]
    mature = by_hand(contacts, orders, as_of)
    metric = found.metric("revenue")
    assert found.assigned == known.arm.value_counts().to_dict()
    assert dict(metric.mature) == mature.arm.value_counts().to_dict()
    assert all(metric.mature[a] + metric.immature[a] == found.assigned[a] for a in found.arms)
    assert sum(c.n for c in found.assigned_cells) == len(known)


def test_the_same_bits_with_one_thread_with_two_and_again(shop: Any) -> None:
    study, path, *_ = shop
    runs = [
        measured(study, Assigned.from_ledger([path]), cache=f"fresh-{i}", threads=threads)
        for i, threads in enumerate((1, 2, 2))
    ]
    assert runs[0] == runs[1] == runs[2]


def test_the_cached_unit_table_gives_the_same_and_reads_no_source(shop: Any) -> None:
    study, path, *_ = shop
    stages: list[str] = []
    from uplift.engine.measure import measure

    first = measure(
        study, Assigned.from_ledger([path]), as_of=LATER, cache_dir=study.root / "c", progress=stages.append
    )
    assert "read orders" in stages
    stages.clear()
    again = measure(
        study, Assigned.from_ledger([path]), as_of=LATER, cache_dir=study.root / "c", progress=stages.append
    )
    assert first == again
    assert stages == ["add up"]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    study, path = small(tmp_path, "1;2026-03-05;10\n")
    assert revenue(measured(study, path)) == 10
    write_text(tmp_path / "orders.csv", "customer_id;at;net\n1;2026-03-05;11\n")
    assert revenue(measured(study, path)) == 11


def test_no_path_and_no_value_of_the_data_is_in_a_measurement(shop: Any) -> None:
    study, path, *_ = shop
    found = measured(study, Assigned.from_ledger([path]))
    text = repr(replace(found, notices=()))
    assert str(study.root) not in text
    assert "12/" not in text
    for notice in found.notices:
        assert str(study.root) not in str(notice)


# ── ledgers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def small(folder: Path, orders: str, rows: list[dict[str, Any]] | None = None, **metric: Any) -> tuple[Study, Assigned]:
    write_parquet(folder / "contacts.parquet", "SELECT 1 AS customer_id")
    write_text(folder / "orders.csv", "customer_id;at;net\n" + orders)
    sources = {
        "contacts": SOURCES["contacts"],
        "orders": {"file": "../orders.csv", "grain": "event", "id": "customer_id", "time": "at"},
    }
    metrics = {"revenue": {"kind": "mean", "source": "orders", "value": "net"} | metric}
    assigned = ledger(
        folder / "l.parquet", rows or [{"unit_id": "1", "arm": "control"}, {"unit_id": "2", "arm": "treatment"}]
    )
    return study_in(folder, sources=sources, metrics=metrics), Assigned.from_ledger([assigned])


def revenue(found: Measurement, arm: str = "control") -> int:
    return found.sums("revenue")[arm].powers[(1,)]


def test_the_first_row_of_a_contact_wins(tmp_path: Path) -> None:
    later = datetime.datetime(2026, 4, 1)
    rows = [
        {"unit_id": "1", "arm": "treatment", "assigned_at": later},
        {"unit_id": "1", "arm": "control"},
        {"unit_id": "2", "arm": None, "status": "held_out"},
        {"unit_id": "2", "arm": "treatment", "assigned_at": later},
        {"unit_id": "3", "arm": "treatment"},
        {"unit_id": "3", "arm": None, "status": "held_out", "assigned_at": later},
        {"unit_id": "4", "arm": None, "status": "excluded:no_cluster"},
        {"unit_id": "5", "arm": "treatment", "experiment_id": "another"},
        {"unit_id": "6", "arm": "pink"},
    ]
    found = measured(*small(tmp_path, "1;2026-03-05;10\n", rows))
    assert found.assigned == {"control": 1, "treatment": 1}
    assert found.unknown_arms == 1
    assert found.unknown[0].value == "pink"


def test_only_the_newest_salt_epoch_counts(tmp_path: Path) -> None:
    rows = [
        {"unit_id": "1", "arm": "control"},
        {"unit_id": "1", "arm": "treatment", "salt_epoch": 2, "assigned_at": datetime.datetime(2026, 5, 1)},
        {"unit_id": "2", "arm": "treatment"},
    ]
    assert measured(*small(tmp_path, "1;2026-03-05;10\n", rows)).assigned == {"control": 0, "treatment": 1}


def test_several_files_are_one_ledger(tmp_path: Path) -> None:
    study, _ = small(tmp_path, "1;2026-03-05;10\n2;2026-04-05;7\n")
    paths = [
        ledger(tmp_path / "l1.parquet", [{"unit_id": "1", "arm": "control"}]),
        ledger(
            tmp_path / "l2.parquet", [{"unit_id": "2", "arm": "control", "assigned_at": datetime.datetime(2026, 4, 1)}]
        ),
    ]
    found = measured(study, Assigned.from_ledger(paths))
    assert revenue(found) == 17
    assert found.ledger_fingerprint


def test_nobody_assigned_is_refused(tmp_path: Path) -> None:
    study, assigned = small(tmp_path, "1;2026-03-05;10\n", [{"unit_id": "1", "arm": None, "status": "held_out"}])
    with pytest.raises(DataError, match="UP574"):
        measured(study, assigned)


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_missing_value_is_refused_where_it_counts(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"UP534 1 row of an assigned contact has no value of net in orders"):
        measured(*small(tmp_path, "1;2026-03-05;\n1;2026-03-06;4\n"))


def test_a_missing_value_outside_every_window_does_no_harm(tmp_path: Path) -> None:
    found = measured(*small(tmp_path, "1;2026-03-05;3\n1;2025-03-06;\n99;2026-03-05;\n"))
    assert revenue(found) == 3


@pytest.mark.parametrize("more", [{"value": "coalesce(net, 0)"}, {"where": "net is not null"}])
def test_the_yaml_says_what_a_missing_value_means(tmp_path: Path, more: dict[str, str]) -> None:
    assert revenue(measured(*small(tmp_path, "1;2026-03-05;\n1;2026-03-06;4\n", **more))) == 4


def test_the_unit_of_money_does_not_matter(tmp_path: Path) -> None:
    euros = measured(*small(tmp_path / "a", "1;2026-03-05;1,50\n2;2026-03-05;2,25\n", format="money"))
    cents = measured(*small(tmp_path / "b", "1;2026-03-05;150\n2;2026-03-05;225\n"))
    assert euros.sums("revenue")["control"].powers == cents.sums("revenue")["control"].powers
    assert euros.sums("revenue")["control"].decimals == (2,)


def test_contacts_without_orders_count_with_zero(tmp_path: Path) -> None:
    found = measured(*small(tmp_path, "1;2026-03-05;10\n"))
    assert found.sums("revenue")["treatment"].n == 1
    assert revenue(found, "treatment") == 0


def test_text_ids_join_byte_for_byte(tmp_path: Path) -> None:
    write_text(tmp_path / "contacts.csv", "customer_id\nA1\n")
    write_text(
        tmp_path / "orders.csv",
        "customer_id;at\nA1;2026-03-05\na1;2026-03-05\nA1 ;2026-03-05\n007;2026-03-05\n7;2026-03-05\n",
    )
    sources = {
        "contacts": {"file": "../contacts.csv", "id": "customer_id"},
        "orders": {"file": "../orders.csv", "grain": "event", "id": "customer_id", "time": "at"},
    }
    study = study_in(
        tmp_path, sources=sources, metrics={"orders": {"kind": "count", "source": "orders"}},
        unit={"id": "customer_id", "type": "string"},
    )  # fmt: skip
    rows = [{"unit_id": "A1", "arm": "control"}, {"unit_id": "007", "arm": "treatment"}]
    found = measured(study, Assigned.from_ledger([ledger(tmp_path / "l.parquet", rows)]))
    assert {arm: sums.powers[(1,)] for arm, sums in found.sums("orders").items()} == {"control": 1, "treatment": 1}


def test_an_integer_id_written_with_zeros_in_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="UP555") as error:
        measured(*small(tmp_path, "1;2026-03-05;10\n001;2026-03-05;10\n"))
    place = error.value.problems[0].place
    assert place is not None
    assert place.line == 3


def test_an_event_id_stored_as_float_is_refused(tmp_path: Path) -> None:
    study, assigned = small(tmp_path, "1;2026-03-05;10\n")
    write_parquet(tmp_path / "orders.parquet", "SELECT 1.0::double AS customer_id, DATE '2026-03-05' AS at, 5 AS net")
    sources = {"orders": study.project.sources["orders"].model_copy(update={"file": "../orders.parquet"})}
    project = study.project.model_copy(update={"sources": {**study.project.sources, **sources}})
    with pytest.raises(DataError, match="UP552"):
        measured(replace(study, project=project), assigned)


# ── a file that another system split ─────────────────────────────────────────────────────────────────────────────────

WIDE = "group;visit;spend;orders\nA;1;10,50;1\nB;0;0;0\nB;1;3;2\nA;0;0;0\nC;1;9;1\n;0;0;0\n"
ARMS = {"control": {"weight": "1/2", "control": True, "observed": "A"}, "treatment": {"weight": "1/2", "observed": "B"}}
COLUMNS: dict[str, Any] = {
    "visit": {"kind": "proportion", "column": "visit"},
    "spend": {"kind": "mean", "column": "spend", "format": "money"},
    "order_value": {"kind": "ratio", "numerator": {"column": "spend"}, "denominator": {"column": "orders"}, "format": "money"},
}  # fmt: skip


def wide(folder: Path, text: str = WIDE, metrics: dict[str, Any] = COLUMNS, **more: Any) -> Measurement:
    write_text(folder / "wide.csv", text)
    settings = {
        "sources": {"wide": {"file": "../wide.csv"}},
        "metrics": metrics,
        "use": [(name, None) for name in metrics],
        "unit": {"id": {"row_number": True}},
        "audience": {"source": "wide"},
        "arms": ARMS,
        "assignment": {"method": "observed", "column": "group"},
    }
    return measured(study_in(folder, **(settings | more)), Assigned.observed())


def test_a_wide_file_is_measured_by_its_columns(tmp_path: Path) -> None:
    found = wide(tmp_path)
    assert found.assigned == {"control": 2, "treatment": 2}
    assert found.sums("visit")["control"].powers[(1,)] == 1
    assert found.sums("spend")["control"].powers == {(k,): 1050**k for k in (1, 2, 3, 4)}
    assert found.sums("order_value")["treatment"].powers[(1, 1)] == 600
    assert found.sums("order_value")["treatment"].nonzero == 1
    assert found.metric("visit").window_days is None
    assert found.unknown_arms == 2
    assert {(u.value, u.contacts) for u in found.unknown} == {("C", 1), (None, 1)}
    assert found.sources[0].rows == 6


def test_the_audience_filter_applies_to_an_observed_split(tmp_path: Path) -> None:
    found = wide(tmp_path, audience={"source": "wide", "where": "orders <= 1"})
    assert found.assigned == {"control": 2, "treatment": 1}


def test_an_observed_split_with_ids_has_its_ids_checked(tmp_path: Path) -> None:
    text = "id;group;visit;spend;orders\n1;A;1;1;1\n1;B;1;1;1\n"
    with pytest.raises(DataError, match="UP551"):
        wide(tmp_path, text, unit={"id": "id", "type": "integer"})


def test_a_proportion_column_holds_only_zeros_and_ones(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        wide(tmp_path, WIDE.replace("A;1;10,50", "A;2;10,50"))
    assert error.value.problems[0].code in ("UP528", "UP535")
    place = error.value.problems[0].place
    assert place is not None
    assert place.line == 2


def test_an_empty_outcome_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"UP534.*no value of spend"):
        wide(tmp_path, WIDE.replace("B;0;0;0", "B;0;;0"))


def test_an_arm_that_no_row_has_is_refused_with_the_values_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"UP574(?s:.*)'X'"):
        wide(tmp_path, "group;visit\nX;1\nY;0\n", {"visit": COLUMNS["visit"]})


def test_windows_of_an_observed_split_start_on_the_entry_date(tmp_path: Path) -> None:
    write_text(tmp_path / "wide.csv", "id;group;since\n1;A;2026-03-10\n2;B;2026-03-20\n")
    write_text(tmp_path / "orders.csv", "id;at\n1;2026-03-09\n1;2026-03-10\n2;2026-03-10\n2;2026-03-21\n")
    study = study_in(
        tmp_path,
        sources={
            "wide": {"file": "../wide.csv", "id": "id"},
            "orders": {"file": "../orders.csv", "grain": "event", "id": "id", "time": "at"},
        },
        metrics={"orders": {"kind": "count", "source": "orders"}},
        unit={"id": "id", "type": "integer"},
        audience={"source": "wide", "entry_date": "since"},
        arms=ARMS,
        assignment={"method": "observed", "column": "group"},
        start=START,
    )
    found = measured(study, Assigned.observed())
    assert {arm: sums.powers[(1,)] for arm, sums in found.sums("orders").items()} == {"control": 1, "treatment": 1}


def test_assigned_contacts_that_a_wide_file_lost_are_left_out_and_counted(tmp_path: Path) -> None:
    write_text(tmp_path / "contacts.csv", "customer_id;spend\n1;5\n2;0\n")
    study = study_in(
        tmp_path,
        sources={"contacts": {"file": "../contacts.csv", "id": "customer_id"}},
        metrics={"spend": {"kind": "mean", "column": "spend"}},
        use=[("spend", None)],
    )
    rows = [{"unit_id": str(i), "arm": "control" if i < 3 else "treatment"} for i in (1, 2, 3)]
    found = measured(study, Assigned.from_ledger([ledger(tmp_path / "l.parquet", rows)]))
    metric = found.metric("spend")
    assert dict(metric.mature) == {"control": 2, "treatment": 0}
    assert dict(metric.missing) == {"control": 0, "treatment": 1}
    assert "UP567" in {n.code for n in found.notices}


def test_a_ratio_needs_both_of_its_columns(tmp_path: Path) -> None:
    """Who is missing from a wide file is missing from numerator and denominator alike."""
    write_text(tmp_path / "contacts.csv", "customer_id;spend;orders\n1;5,00;1\n2;0;0\n")
    study = study_in(
        tmp_path,
        sources={"contacts": {"file": "../contacts.csv", "id": "customer_id"}},
        metrics={"order_value": COLUMNS["order_value"]},
        use=[("order_value", None)],
    )
    rows = [{"unit_id": str(i), "arm": "control"} for i in (1, 2, 3)]
    found = measured(study, Assigned.from_ledger([ledger(tmp_path / "l.parquet", rows)]))
    sums = found.sums("order_value")["control"]
    assert (sums.n, sums.nonzero) == (2, 1)
    assert sums.powers[(1, 0)] == 500
    assert sums.powers[(0, 1)] == 1


def test_a_flag_stored_as_a_number_may_stand_as_a_condition(tmp_path: Path) -> None:
    study = order_study(
        tmp_path, "not returned", "SELECT 1 AS id, DATE '2026-03-05' AS at, unnest([0, 0, 1]) AS returned"
    )
    assert orders(study) == 2


def test_a_number_other_than_0_and_1_may_not(tmp_path: Path) -> None:
    study = order_study(tmp_path, "not returned", "SELECT 1 AS id, DATE '2026-03-05' AS at, unnest([0, 2]) AS returned")
    with pytest.raises(DataError, match="UP535"):
        orders(study)


def test_a_condition_on_the_time_of_an_event_reads_it_as_a_time(tmp_path: Path) -> None:
    folder = tmp_path
    write_text(folder / "orders.csv", "id;at\n1;05.03.2026 10:00\n1;09.03.2026 10:00\n")
    study = order_study(folder, "at < '2026-03-06'", None)
    assert orders(study) == 1


def order_study(folder: Path, where: str, sql: str | None) -> Study:
    file = write_parquet(folder / "orders.parquet", sql).name if sql else "orders.csv"
    write_parquet(folder / "contacts.parquet", "SELECT 1 AS customer_id")
    source = {"file": f"../{file}", "grain": "event", "id": "id", "time": "at"}
    return study_in(
        folder,
        sources={"contacts": SOURCES["contacts"], "orders": source},
        metrics={"orders": {"kind": "count", "source": "orders", "where": where}},
    )


def orders(study: Study) -> int:
    assigned = Assigned.from_ledger([ledger(study.root / "l.parquet", [{"unit_id": "1", "arm": "control"}])])
    return measured(study, assigned).sums("orders")["control"].powers[(1,)]


def test_every_problem_of_every_snippet_is_told_at_once(tmp_path: Path) -> None:
    study, assigned = small(tmp_path, "1;2026-03-05;10\n", value="net / 2")
    definition = study.project.metrics["revenue"]
    metrics = {"revenue": definition, "other": definition.model_copy(update={"value": "sum(net)"})}
    uses = study.experiment.metrics.model_copy(
        update={"secondary": (study.experiment.metrics.primary.model_copy(update={"metric": "other"}),)}
    )
    both = replace(
        study,
        project=study.project.model_copy(update={"metrics": metrics}),
        experiment=study.experiment.model_copy(update={"metrics": uses}),
    )
    with pytest.raises(SpecError) as error:
        measured(both, assigned)
    assert [problem.code for problem in error.value.problems] == ["UP542", "UP542"]
