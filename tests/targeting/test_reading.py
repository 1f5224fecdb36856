"""What models learn from: features, arms, probabilities and outcomes, as the experiment declares them."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.studies import START, ledger, study_in, write_parquet
from uplift.engine import Assigned, DuckDBEngine
from uplift.errors import Problem, SpecError, UpliftError
from uplift.spec.study import Study
from uplift.store import Run
from uplift.targeting.contracts import TargetingData
from uplift.targeting.reading import read_targeting

LATER = datetime.date(2026, 12, 31)
CONTACTS = """
SELECT i AS customer_id, i % 7 AS recency, CASE WHEN i % 3 = 0 THEN NULL ELSE i * 0.5 END AS spent, i % 2 = 0 AS opted,
  ['red', 'green', 'blue'][1 + i % 3] AS colour, DATE '2026-02-01' - CAST(i % 20 AS INTEGER) AS first_order,
  'same' AS flat, i % 5 = 0 AS bought, i * 1.0 AS revenue, 'h' || (i // 2) AS household,
  CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS split
FROM range(1, 401) AS t(i)
"""
HALVES = {"control": {"weight": "50%", "control": True}, "mail": {"weight": "50%"}}
METRICS: dict[str, Any] = {
    "visit": {"kind": "proportion", "column": "bought"},
    "spend": {"kind": "mean", "column": "revenue", "format": "money"},
}


def study_of(folder: Path, features: list[str], **changes: Any) -> Study:
    write_parquet(folder / "contacts.parquet", CONTACTS)
    targeting = {"features": features, **changes.pop("targeting", {})}
    arms = changes.pop(
        "arms",
        {
            "control": {"weight": "50%", "control": True, "observed": "a"},
            "mail": {"weight": "50%", "observed": "b", "contact_cost": "0.10 EUR"},
        },
    )
    return study_in(
        folder,
        sources={"contacts": {"file": "../contacts.parquet", "grain": "contact", "id": "customer_id"}},
        metrics=METRICS,
        use=[("visit", None), ("spend", None)],
        assignment=changes.pop("assignment", {"method": "observed", "column": "split"}),
        arms=arms,
        more={"targeting": targeting, **changes.pop("more", {})},
        **changes,
    )


def read(study: Study, assigned: Assigned | None = None, *, as_of: datetime.date = LATER, **more: Any) -> TargetingData:
    with DuckDBEngine() as engine:
        return read_targeting(
            engine, study, assigned or Assigned.observed(), as_of=as_of, cache=study.root / "cache", **more
        )


def test_features_keep_their_meaning(tmp_path: Path) -> None:
    data = read(study_of(tmp_path, ["recency", "spent", "opted", "colour", "first_order"]))
    i = data.ids.astype(int)
    assert [column.kind for column in data.features.columns] == ["number", "number", "flag", "category", "number"]
    assert data.features.matrix.dtype == np.float32
    assert np.array_equal(data.features.column("recency"), i % 7)
    spent = data.features.column("spent")
    assert np.array_equal(np.isnan(spent), i % 3 == 0)
    assert np.array_equal(spent[i % 3 != 0], i[i % 3 != 0] * 0.5)
    assert np.array_equal(data.features.column("opted"), i % 2 == 0)
    assert data.features.columns[3].levels == ("blue", "green", "red")
    named = np.array(["blue", "green", "red"])[data.features.column("colour").astype(int)]
    assert np.array_equal(named, np.array(["red", "green", "blue"])[i % 3])
    days = (START - datetime.date(2026, 2, 1)).days  # a date is days before the assignment
    assert np.array_equal(data.features.column("first_order"), days + i % 20)


def test_arms_chances_and_outcomes_are_those_of_the_experiment(tmp_path: Path) -> None:
    data = read(study_of(tmp_path, ["recency"]))
    i = data.ids.astype(int)
    assert data.arms == ("control", "mail")
    assert np.array_equal(data.arm, i % 2)
    assert np.array_equal(data.propensity, np.full((400, 2), 0.5))
    assert list(data.outcomes) == ["visit", "spend"]
    assert np.array_equal(data.outcomes["visit"].values, i % 5 == 0)
    assert np.array_equal(data.outcomes["spend"].values, i)
    assert data.outcomes["spend"].currency == "EUR"


def test_net_value_is_margin_less_costs(tmp_path: Path) -> None:
    study = study_of(tmp_path, ["recency"], targeting={"outcome": "net_value"}, more={"value": {"margin": "40%"}})
    data = read(study)
    i = data.ids.astype(int)
    assert next(iter(data.outcomes)) == "net_value"
    assert data.outcomes["net_value"].values == pytest.approx(0.4 * i - 0.1 * (i % 2))


def test_a_text_file_gives_the_same_features(tmp_path: Path) -> None:
    import duckdb

    expected = read(study_of(tmp_path / "parquet", ["recency", "spent", "opted", "colour", "first_order"]))
    with duckdb.connect() as con:
        con.execute(f"COPY ({CONTACTS}) TO '{tmp_path}/contacts.csv' (HEADER)")
    columns = {"opted": {"type": "boolean"}, "revenue": {"type": "decimal", "decimals": 2}}
    features = ["recency", "spent", "opted", "colour", "first_order"]
    study = study_in(
        tmp_path / "csv",
        sources={
            "contacts": {"file": "../../contacts.csv", "grain": "contact", "id": "customer_id", "columns": columns}
        },
        metrics=METRICS,
        use=[("visit", None), ("spend", None)],
        assignment={"method": "observed", "column": "split"},
        arms={
            "control": {"weight": "50%", "control": True, "observed": "a"},
            "mail": {"weight": "50%", "observed": "b"},
        },
        more={"targeting": {"features": features}},
    )
    found = read(study)
    assert found.features.columns == expected.features.columns
    assert np.array_equal(found.features.matrix, expected.features.matrix, equal_nan=True)


def test_households_share_a_code(tmp_path: Path) -> None:
    unit = {"id": "customer_id", "type": "integer", "cluster": "household"}
    rows = [
        {"unit_id": str(i), "cluster_id": f"h{i // 2}", "arm": ("control", "mail")[(i // 2) % 2]} for i in range(1, 401)
    ]
    study = study_of(tmp_path, ["recency"], unit=unit, assignment={"method": "hash"}, arms=HALVES)
    path = ledger(tmp_path / "ledger.parquet", rows)
    data = read(study, Assigned.from_ledger([path]))
    assert data.cluster is not None
    assert len(set(data.cluster)) == 201
    assert all(len(set(data.arm[data.cluster == c])) == 1 for c in range(20))


def test_each_weight_epoch_has_its_own_chances(tmp_path: Path) -> None:
    arms = ("control", "mail")
    rows = [
        {"unit_id": str(i), "arm": arms[i > 20] if i <= 200 else arms[i % 2], "weight_epoch": 1 if i <= 200 else 2}
        for i in range(1, 401)
    ]
    path = ledger(tmp_path / "ledger.parquet", rows)
    study = study_of(tmp_path, ["recency"], assignment={"method": "hash"}, arms=HALVES)

    def run(epoch: int, control: int) -> Run:
        facts = {"weight_epoch": epoch, "ranges": [["control", 0, control], ["mail", control, 1_000_000]]}
        return Run(f"r{epoch}", "assign", "test", "2026-03-02", facts)

    data = read(study, Assigned.from_ledger([path]), runs=[run(1, 100_000), run(2, 500_000)])
    first = data.ids.astype(int) <= 200
    assert data.propensity[first] == pytest.approx(np.tile([0.1, 0.9], (200, 1)))
    assert data.propensity[~first] == pytest.approx(np.full((200, 2), 0.5))
    assert refused(study, Assigned.from_ledger([path]), runs=[run(1, 100_000)]).code == "UP713"


def refused(study: Study, *args: Any, **more: Any) -> Problem:
    with pytest.raises(UpliftError) as error:
        read(study, *args, **more)
    problem = error.value.problems[0]
    assert problem.fix
    return problem


@pytest.mark.parametrize(
    ("features", "code", "says"),
    [
        (["recencyy"], "UP541", "no column 'recencyy'"),
        (["customer_id"], "UP714", "the contact's id"),
        (["split"], "UP714", "which arm"),
        (["bought"], "UP714", "an outcome"),
        (["flat"], "UP716", "the same for all"),
        (["household"], "UP718", "201 different texts"),
    ],
)
def test_a_column_that_is_no_feature_is_named_at_its_place(
    tmp_path: Path, features: list[str], code: str, says: str
) -> None:
    problem = refused(study_of(tmp_path, ["recency", *features]))
    assert problem.code == code
    assert says in problem.message
    assert problem.place is not None
    assert problem.place.line is not None
    if code == "UP541":
        assert "recency" in problem.fix


def test_a_feature_from_after_the_assignment_is_refused(tmp_path: Path) -> None:
    early = study_of(tmp_path, ["first_order"], start=datetime.date(2026, 1, 20))
    assert refused(early).code == "UP715"


def test_features_exported_too_late_are_refused(tmp_path: Path) -> None:
    good = read(study_of(tmp_path, ["recency"], targeting={"as_of": "first_order"}))
    assert good.features.names == ("recency",)
    late = study_of(
        tmp_path / "late", ["recency"], targeting={"as_of": "first_order"}, start=datetime.date(2026, 1, 20)
    )
    assert refused(late).code == "UP715"


SCORES = """
SELECT i AS customer_id, i % 11 AS value, CASE WHEN i % 4 = 0 THEN 'churn' ELSE 'active' END AS state {known}
FROM range(1, 401) AS t(i) WHERE i % 13 > 0
"""


def scored(folder: Path, known: str) -> Study:
    """A study whose features come from the contacts and from scores."""
    write_parquet(folder / "contacts.parquet", CONTACTS)
    write_parquet(folder / "scores.parquet", SCORES.format(known=known))
    here = {"grain": "contact", "id": "customer_id"}
    return study_in(
        folder,
        sources={"contacts": {"file": "../contacts.parquet", **here}, "scores": {"file": "../scores.parquet", **here}},
        metrics=METRICS,
        use=[("visit", None), ("spend", None)],
        audience={"source": "contacts", "scores": "scores"},
        assignment={"method": "observed", "column": "split"},
        arms={name: {**arm, "observed": seen} for (name, arm), seen in zip(HALVES.items(), "ab", strict=True)},
        more={"targeting": {"features": ["recency", "value", "state"]}},
    )


@pytest.mark.parametrize("day", [f"DATE '{START.isoformat()}'", f"'{START.isoformat()}'"])
def test_scores_are_features_when_they_saw_nothing_of_the_test(tmp_path: Path, day: str) -> None:
    data = read(scored(tmp_path, f", {day} AS scored_on"))
    i = data.ids.astype(int)
    value = data.features.column("value")
    assert np.array_equal(np.isnan(value), i % 13 == 0)
    assert np.array_equal(value[i % 13 > 0], (i % 11)[i % 13 > 0])
    assert data.features.columns[2].levels == ("active", "churn")


def test_scores_that_saw_the_test_or_do_not_say_are_refused(tmp_path: Path) -> None:
    later = START + datetime.timedelta(days=1)
    problem = refused(scored(tmp_path / "late", f", DATE '{later.isoformat()}' AS scored_on"))
    assert problem.code == "UP715"
    assert "uplift score --as-of" in problem.fix
    assert refused(scored(tmp_path / "unsaid", "")).code == "UP670"


def test_a_wrong_split_comes_before_everything(tmp_path: Path) -> None:
    arms = {
        "control": {"weight": "30%", "control": True, "observed": "a"},
        "mail": {"weight": "70%", "observed": "b"},
    }
    problem = refused(study_of(tmp_path, ["recency"], arms=arms))
    assert problem.code == "UP601"
    assert "control 200" in problem.message


def test_an_arm_without_contacts_is_named(tmp_path: Path) -> None:
    three = {
        "control": {"weight": "49.5%", "control": True, "observed": "a"},
        "mail": {"weight": "49.5%", "observed": "b"},
        "letter": {"weight": "1%", "observed": "c"},  # of 400 contacts 4 are expected: none is no wrong split
    }
    problem = refused(study_of(tmp_path, ["recency"], arms=three))
    assert problem.code == "UP707"
    assert "arm 'letter' has no contacts" in problem.message
    assert problem.place is not None
    assert problem.place.line is not None


def test_an_experiment_without_the_block_is_told_what_to_write(tmp_path: Path) -> None:
    write_parquet(tmp_path / "contacts.parquet", CONTACTS)
    study = study_in(
        tmp_path,
        sources={"contacts": {"file": "../contacts.parquet", "grain": "contact", "id": "customer_id"}},
        metrics=METRICS,
        use=[("visit", None)],
    )
    assert refused(study).code == "UP712"


def test_an_outcome_of_which_less_is_better_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METRICS, "spend", {**METRICS["spend"], "better": "down"})
    problem = refused(study_of(tmp_path, ["recency"], targeting={"outcome": "spend"}))
    assert problem.code == "UP717"
    assert problem.fix == "name one of: net_value, visit"


def test_a_net_value_that_nothing_declares_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="net value needs the margin of revenue"):
        study_of(tmp_path, ["recency"], targeting={"outcome": "net_value"})


def test_hillstrom_is_read_as_its_file_says(
    shared: Path, tmp_path: Path, hillstrom_rows: dict[str, np.ndarray]
) -> None:
    from tests.targeting.hillstrom import hillstrom

    data = read(hillstrom(shared, tmp_path))
    assert data.n == 64_000
    assert data.arms == ("control", "mens", "womens")
    rows = data.ids.astype(int) - 1
    assert np.array_equal(data.features.column("history"), hillstrom_rows["history"][rows].astype(np.float32))
    channel = data.features.columns[data.features.names.index("channel")]
    named = np.array(channel.levels)[data.features.column("channel").astype(int)]
    assert np.array_equal(named, hillstrom_rows["channel"][rows])
    assert np.array_equal(data.outcomes["spend"].values, hillstrom_rows["spend"][rows].astype(float))
    assert np.array_equal(
        np.array(["No E-Mail", "Mens E-Mail", "Womens E-Mail"])[data.arm], hillstrom_rows["segment"][rows]
    )
