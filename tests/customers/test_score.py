from __future__ import annotations

import datetime
import json
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.customers.conftest import CDNOW_END
from tests.customers.shops import SCORED_ON as DAY
from tests.customers.shops import study_in
from uplift.assignment import assign
from uplift.cli.app import app
from uplift.customers.score import Scored, score
from uplift.design import findings
from uplift.errors import AssignmentError
from uplift.spec import load_project
from uplift.store import Store


@pytest.fixture(scope="module")
def scored(cdnow_project: Path) -> Scored:
    project, document = load_project(cdnow_project)
    return score(project, document, as_of=CDNOW_END, language="en")


def test_contacts_segments_and_total_agree_to_the_cent(scored: Scored) -> None:
    ((total, rows),) = duckdb.sql(f"SELECT sum(predicted_value), count(*) FROM '{scored.table}'").fetchall()
    assert int(total * 100) == scored.result.value == sum(s.value for s in scored.result.segments)
    assert rows == scored.result.contacts == sum(s.contacts for s in scored.result.segments)
    by_cell = {(c.frequency, c.state): c.contacts for c in scored.result.lifecycle}
    for state in ("inactive", "churn", "convert"):
        assert by_cell["any", state] == by_cell["one", state] + by_cell["more", state]


def test_a_refused_cell_has_no_prediction_in_the_table(scored: Scored) -> None:
    ((stated, likely),) = duckdb.sql(
        f"SELECT count(state), count(p_purchase_30d) FROM '{scored.table}' WHERE n_purchases = 1"
    ).fetchall()
    assert (stated, likely) == (0, 0)
    ((stated, rows, reasons),) = duckdb.sql(
        f"SELECT count(state), count(*), count(reason) FROM '{scored.table}' WHERE n_purchases > 1"
    ).fetchall()
    assert stated == rows > reasons > 0


def test_everybody_moves_from_somewhere_to_somewhere_and_the_months_revenue_is_theirs(
    scored: Scored, cdnow_project: Path
) -> None:
    moves = scored.result.moves
    assert sum(move.contacts for move in moves) == scored.result.contacts
    orders = cdnow_project.parent.parent / "data" / "orders.parquet"
    ((cents,),) = duckdb.sql(
        f"SELECT CAST(sum(amount) * 100 AS BIGINT) FROM '{orders}' WHERE ordered_at >= DATE '1998-06-01'"
    ).fetchall()
    assert sum(move.revenue for move in moves) == cents


def test_the_same_data_give_the_same_model_and_table(cdnow_project: Path, scored: Scored, tmp_path: Path) -> None:
    project, document = load_project(cdnow_project)
    again = score(project, document, as_of=CDNOW_END, language="en", table=tmp_path / "again.csv")
    assert again.result == scored.result
    ((different,),) = duckdb.sql(
        f"SELECT count(*) FROM (SELECT customer_id, predicted_value FROM '{again.table}' EXCEPT "
        f"SELECT customer_id, predicted_value FROM '{scored.table}')"
    ).fetchall()
    assert different == 0


def test_leads_are_scored_by_their_engagement_and_their_next_basket_by_first_baskets(shop: Path) -> None:
    table = shop.parent.parent / "scores" / "customers.parquet"
    ((leads, baskets, value, low),) = duckdb.sql(
        f"SELECT count(*), count(next_basket), count(predicted_value), min(next_basket_high - next_basket_low) "
        f"FROM '{table}' WHERE n_purchases = 0"
    ).fetchall()
    assert leads == baskets > 100
    assert value == 0
    assert low > 0


def test_an_audience_reads_scores_by_the_contacts_id(shop: Path) -> None:
    study = study_in(shop, start=DAY, where="opt_in and predicted_value >= 50 and n_purchases > 1")
    table = shop.parent.parent / "scores" / "customers.parquet"
    ((wanted,),) = duckdb.sql(
        f"SELECT count(*) FROM '{table}' WHERE predicted_value >= 50 AND n_purchases > 1"
    ).fetchall()
    with Store.open(study.root / ".state") as store:
        report = assign(study, on=DAY, store=store, confirm=lambda _: False)
    assert report.eligible == wanted > 100


def test_a_score_from_after_the_assignment_is_refused(shop: Path) -> None:
    early = DAY - datetime.timedelta(days=1)
    study = study_in(shop, start=early, where="predicted_value >= 50")
    with Store.open(study.root / ".state") as store, pytest.raises(AssignmentError, match="UP669"):
        assign(study, on=early, store=store, confirm=lambda _: False)
    assert "UP669" in {problem.code for problem in findings(study, today=DAY)}
    in_time = study_in(shop, start=DAY, where="predicted_value >= 50")
    assert "UP669" not in {problem.code for problem in findings(in_time, today=DAY)}


def test_a_score_that_does_not_say_what_it_has_seen_is_refused(shop: Path) -> None:
    table = shop.parent.parent / "scores" / "customers.parquet"
    undated = shop.parent.parent / "data" / "undated.parquet"
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT * EXCLUDE (scored_on) FROM '{table}') TO '{undated}' (FORMAT parquet)")
    text = shop.read_text()
    content = yaml.safe_load(text)
    content["sources"]["scores"]["file"] = "../data/undated.parquet"
    shop.write_text(yaml.safe_dump(content, sort_keys=False))
    try:
        study = study_in(shop, start=DAY, where="predicted_value >= 50")
        with Store.open(study.root / ".state") as store, pytest.raises(AssignmentError, match="UP670"):
            assign(study, on=DAY, store=store, confirm=lambda _: False)
    finally:
        shop.write_text(text)


def test_the_command_writes_table_and_figures_and_says_why_cells_are_refused(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.parent.parent)
    with pytest.raises(SystemExit) as ended:
        app(["score", "--as-of", DAY.isoformat(), "--output", "scores/again.parquet"])
    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert "Lebenszyklus, 30 Tage" in out
    assert "bestanden" in out or "abgelehnt" in out
    assert "Vor einem Monat; jetzt (Spalten)" in out
    figures = json.loads(Path("scores/again.json").read_text("utf-8"))
    assert figures["value"] == sum(segment["value"] for segment in figures["segments"])
