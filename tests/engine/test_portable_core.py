"""What the plan writes is SQL that other engines read alike: only whitelisted nodes, and it transpiles."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from tests.engine.studies import LATER, ledger, study_in, write_parquet, write_text
from uplift.engine import Assigned, DuckDBEngine, Measurement
from uplift.engine.measure import measure

CORE = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Subquery, exp.Union,
    exp.Table, exp.TableAlias, exp.Column, exp.Identifier, exp.Alias, exp.Star, exp.Paren,
    exp.Literal, exp.Boolean, exp.Null, exp.Neg, exp.Add, exp.Sub, exp.Mul,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.And, exp.Or, exp.Not,
    exp.In, exp.Between, exp.Is, exp.Like, exp.ILike, exp.Case, exp.If,
    exp.Coalesce, exp.Nullif, exp.Least, exp.Greatest,
    exp.Count, exp.Sum, exp.Min, exp.Max, exp.RowNumber, exp.Window,
    exp.Interval, exp.GroupingSets, exp.Tuple, exp.Var, exp.Parameter, exp.Placeholder,
)  # fmt: skip
CASTS = {"BIGINT", "DATE", "TIMESTAMP", "VARCHAR", "TEXT", "HUGEINT", "INT128"}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Measurement:
    folder = tmp_path_factory.mktemp("portable")
    write_parquet(folder / "contacts.parquet", "SELECT unnest([1, 2]) AS customer_id, 3 AS age")
    write_text(
        folder / "orders.csv",
        "customer_id;at;net;refund;cancelled;kind\n1;2026-03-05;99999999,50;1,00;ja;shop\n2;2026-03-05;10,00;1,00;nein;app\n",
    )
    events = {"file": "../orders.csv", "grain": "event", "id": "customer_id", "time": "at"}
    where = (
        "not cancelled and kind in ('app', 'shop') and (kind like 'a%' or kind ilike 'S%' or net between 1 and 2.5) "
        "and at < '2026-12-31' and coalesce(refund, 0) < greatest(net, 5) and kind is not null "
        "and case when net > 1 then true else nullif(net, 0) is null end and at + interval 3 day > date '2026-01-01'"
    )
    study = study_in(
        folder,
        sources={"contacts": {"file": "../contacts.parquet", "id": "customer_id"}, "orders": events},
        metrics={
            "bought": {"kind": "proportion", "source": "orders", "where": where},
            "revenue": {"kind": "mean", "source": "orders", "value": "net - refund * 2", "winsorise": {"upper": "99%"}},
            "age": {"kind": "mean", "column": "age"},
        },
        use=[("bought", "30d"), ("revenue", "14d"), ("age", None)],
        more={"segments": ["age"], "design": {"variance_reduction": "cuped", "lookback": "60d"}},
    )
    rows = [{"unit_id": "1", "arm": "control"}, {"unit_id": "2", "arm": "treatment"}]
    assigned = Assigned.from_ledger([ledger(folder / "l.parquet", rows)])
    with DuckDBEngine() as engine:
        return measure(study, assigned, as_of=LATER, cache_dir=folder / "cache", engine=engine, course=True)


def test_every_stage_is_written_in_the_portable_core(found: Measurement) -> None:
    for stage, sql in found.sql:
        tree = sqlglot.parse_one(sql, read="duckdb")
        for node in tree.walk():
            if isinstance(node, exp.Cast):
                assert node.to.sql("duckdb") in CASTS, (stage, node.sql())
            elif not isinstance(node, exp.DataType):
                assert isinstance(node, CORE), (stage, type(node), node.sql())


@pytest.mark.parametrize("dialect", ["postgres", "spark", "bigquery", "snowflake", "trino", "databricks"])
def test_every_stage_can_be_said_in_other_dialects(found: Measurement, dialect: str) -> None:
    for stage, sql in found.sql:
        (text,) = sqlglot.transpile(sql.replace("HUGEINT", "DECIMAL(38, 0)"), read="duckdb", write=dialect)
        assert sqlglot.parse_one(text, read=dialect), stage


def test_the_stages_are_told_in_order(found: Measurement) -> None:
    assert [stage for stage, _ in found.sql] == [
        "assigned", "segments", "facts orders", "facts contacts", "units", "days orders", "sums",
    ]  # fmt: skip
