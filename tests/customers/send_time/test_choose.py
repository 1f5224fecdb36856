from __future__ import annotations

import csv
import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from tests.customers.send_time.world import best_for_all, world
from uplift.analysis import analyze
from uplift.assignment import assign
from uplift.customers.send_time.choose import Written, send_times
from uplift.customers.send_time.slots import SLOTS, drawn_slot, slots_until, start_of
from uplift.errors import SpecError, StatisticsError
from uplift.spec import load_study
from uplift.spec.study import Study
from uplift.stats.srm import srm_test
from uplift.store import Store

START = datetime.date(2026, 3, 2)
CONTACTS = 6_000
BLOCK = {"log": "sends", "campaign": "campaign", "reacted": "opened", "random": "slot_by = 'chance'"}


def account(
    folder: Path,
    opens: np.ndarray,
    *,
    campaigns: int = 4,
    chance: float = 1.0,
    slots: tuple[int, ...] = tuple(range(SLOTS)),
    mails: int = CONTACTS,
    block: dict[str, Any] | None = None,
) -> Study:
    """A project with contacts, a log of past campaigns (weekly; a share of the slots drawn by chance) and one to come."""
    rng = np.random.default_rng(9)
    (folder / "data").mkdir(parents=True)
    (folder / "experiments").mkdir()
    parts = []
    for k in range(campaigns):
        slot = rng.choice(slots, mails)
        drawn = rng.random(mails) < chance
        slot = np.where(drawn, slot, slots[-1])
        day = START - datetime.timedelta(days=7 * (campaigns - k))
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": np.arange(mails),
                    "campaign": f"spring-{k + 1}",
                    "sent_at": pd.Timestamp(day) + pd.to_timedelta(slot * 2 * 60 + rng.integers(0, 60, mails), "min"),
                    "opened": rng.random(mails) < opens[np.arange(mails), slot],
                    "slot_by": np.where(drawn, "chance", "habit"),
                }
            )
        )
    log = pd.concat(parts)
    with duckdb.connect() as con:
        con.register("log", log)
        con.execute(f"COPY log TO '{folder}/data/sends.parquet' (FORMAT parquet)")
        con.execute(
            f"COPY (SELECT i AS customer_id FROM range({CONTACTS}) AS r(i)) TO '{folder}/data/contacts.parquet' (FORMAT parquet)"
        )
    project = {
        "uplift": 1,
        "timezone": "Europe/Berlin",
        "sources": {
            "contacts": {"file": "../data/contacts.parquet", "id": "customer_id"},
            "sends": {"file": "../data/sends.parquet", "grain": "event", "id": "customer_id", "time": "sent_at"},
        },
        "metrics": {
            "open_rate": {"kind": "proportion", "source": "sends", "where": "opened and campaign = 'spring-5'"}
        },
    }
    experiment = {
        "uplift": 1,
        "id": "spring-5",
        "owner": "crm",
        "hypothesis": "Contacts open more at their own hour.",
        "unit": {"id": "customer_id", "type": "integer"},
        "audience": {"source": "contacts"},
        "arms": {"control": {"weight": "10%", "control": True}, "treatment": {"weight": "90%"}},
        "schedule": {"start": START},
        "metrics": {"primary": {"metric": "open_rate", "window": "3d", "mde": "10%"}},
        "send_time": BLOCK | (block or {}),
    }
    (folder / "experiments" / "project.yml").write_text(yaml.safe_dump(project, sort_keys=False), "utf-8")
    path = folder / "experiments" / "spring-5.yml"
    path.write_text(yaml.safe_dump(experiment, sort_keys=False), "utf-8")
    return load_study(path)


def chosen(study: Study, *, all_by_chance: bool = False) -> Written:
    with Store.open(study.root / study.project.state) as store:
        assign(study, on=START, store=store)
        return send_times(study, on=START, store=store, all_by_chance=all_by_chance)


def rows(written: Written) -> list[dict[str, str]]:
    with written.list.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def opens() -> np.ndarray:
    return world(CONTACTS, 4, best=1.2, oracle=1.87)


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory, opens: np.ndarray) -> tuple[Study, Written]:
    study = account(tmp_path_factory.mktemp("spring"), opens)
    return study, chosen(study)


def test_everybody_is_on_the_list_once_and_the_control_has_the_slots_that_anybody_can_draw_again(
    spring: tuple[Study, Written],
) -> None:
    listed = rows(spring[1])
    assert len({row["customer_id"] for row in listed}) == len(listed) == CONTACTS
    control = [row for row in listed if row["arm"] == "control"]
    assert 0.08 < len(control) / CONTACTS < 0.12
    for row in control:
        assert row["slot_by"] == "chance"
        assert row["send_from"] == start_of(drawn_slot("spring-5", 1, row["customer_id"], range(SLOTS)))
    counts = [sum(row["send_from"] == start_of(slot) for row in control) for slot in range(SLOTS)]
    assert srm_test(counts, [1.0] * SLOTS).p_value > 0.001


def test_the_chosen_slots_are_truly_better_than_chance(spring: tuple[Study, Written], opens: np.ndarray) -> None:
    own = [row for row in rows(spring[1]) if row["slot_by"] == "chosen"]
    truth = np.mean([opens[int(row["customer_id"]), int(row["send_from"][:2]) // 2] for row in own])
    base = opens[[int(row["customer_id"]) for row in own]].mean()
    result = spring[1].result
    assert result is not None
    assert truth / base - 1 > best_for_all(opens) * 0.9
    assert result.gain == pytest.approx(truth / base - 1, abs=0.08)
    assert result.gain >= result.gain_of_one > 0


def test_the_figure_shows_beliefs_that_narrow_and_only_as_many_mails_as_there_are(
    spring: tuple[Study, Written],
) -> None:
    result = spring[1].result
    assert result is not None
    assert [belief.mails for belief in result.beliefs] == [1]  # four mails each: nobody has ten yet
    assert sum(result.beliefs[0].shares) == pytest.approx(1.0)
    assert sum(slot.own for slot in result.slots) == result.treatment
    assert sum(slot.mails for slot in result.slots) == result.by_chance == 4 * CONTACTS


def test_the_ordinary_analysis_measures_the_campaign_by_its_control(
    spring: tuple[Study, Written], opens: np.ndarray
) -> None:
    """The list is sent, contacts open as they do, and `analyze` compares: its interval holds the true uplift."""
    study, written = spring
    rng = np.random.default_rng(12)
    listed = pd.DataFrame(rows(written))
    who, slot = listed["customer_id"].astype(int).to_numpy(), listed["send_from"].str[:2].astype(int).to_numpy() // 2
    sent = pd.DataFrame(
        {
            "customer_id": who,
            "campaign": "spring-5",
            "sent_at": pd.Timestamp(START) + pd.to_timedelta(slot * 120 + 5, "min"),
            "opened": rng.random(len(who)) < opens[who, slot],
            "slot_by": listed["slot_by"],
        }
    )
    with duckdb.connect() as con:
        con.register("sent", sent)
        file = study.root / "data" / "sends.parquet"
        con.execute(f"CREATE TABLE old AS SELECT * FROM '{file}'")
        con.execute(f"COPY (SELECT * FROM old UNION ALL SELECT * FROM sent) TO '{file}' (FORMAT parquet)")
    result = analyze(study, as_of=START + datetime.timedelta(days=4))
    uplift = result.primary.uplifts[0]
    own, chance = listed["slot_by"] == "chosen", listed["slot_by"] == "chance"
    truth = opens[who[own], slot[own]].mean() / opens[who[chance]].mean() - 1
    assert uplift.relative_interval is not None
    assert uplift.relative_interval.low is not None
    assert uplift.relative_interval.high is not None
    assert uplift.relative_interval.low < truth < uplift.relative_interval.high


def test_the_order_of_the_logs_rows_changes_nothing(tmp_path: Path, opens: np.ndarray) -> None:
    first, other = account(tmp_path / "first", opens), account(tmp_path / "other", opens)
    file = other.root / "data" / "sends.parquet"
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE log AS SELECT * FROM '{file}' ORDER BY hash(customer_id, campaign)")
        con.execute(f"COPY log TO '{file}' (FORMAT parquet)")
    found, shuffled = chosen(first), chosen(other)
    assert found.list.read_bytes() == shuffled.list.read_bytes()
    assert found.result == shuffled.result


def test_a_deadline_binds_both_arms(tmp_path: Path, opens: np.ndarray) -> None:
    early = slots_until("12:00")
    written = chosen(account(tmp_path, opens, block={"not_after": "12:00"}))
    for arm in ("control", "treatment"):
        hours = {row["send_until"] for row in rows(written) if row["arm"] == arm}
        assert max(hours) <= "12:00"
    assert written.result is not None
    assert written.result.one_for_all in early


def test_a_holdout_that_began_after_the_draw_takes_contacts_off_the_list(tmp_path: Path, opens: np.ndarray) -> None:
    """A fifth of 6,000 contacts: 4,800 are left, give or take five standard deviations."""
    study = account(tmp_path, opens)
    project, experiment = tmp_path / "experiments" / "project.yml", tmp_path / "experiments" / "spring-5.yml"
    tomorrow = START + datetime.timedelta(days=1)
    held = {"share": "20%", "unit": "customer_id", "from": tomorrow, "until": tomorrow + datetime.timedelta(days=90)}
    for path, more in ((project, {"holdouts": {"quiet": held}}), (experiment, {"assignment": {"holdout": "quiet"}})):
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | more, sort_keys=False), "utf-8")
    study = load_study(experiment)
    with Store.open(study.root / study.project.state) as store:
        assign(study, on=START, store=store)
        written = send_times(study, on=tomorrow, store=store)
    assert written.contacts == len(rows(written)) == pytest.approx(4_800, abs=160)


def test_a_first_campaign_draws_everybody(tmp_path: Path, opens: np.ndarray) -> None:
    written = chosen(account(tmp_path, opens, chance=0.0), all_by_chance=True)
    assert {row["slot_by"] for row in rows(written)} == {"chance"}
    assert written.result is None


def test_where_everybody_is_in_the_control_all_slots_are_drawn(
    tmp_path: Path, opens: np.ndarray, spring: tuple[Study, Written]
) -> None:
    control = [row["customer_id"] for row in rows(spring[1]) if row["arm"] == "control"][:3]
    study = account(tmp_path, opens)
    duckdb.sql(f"SELECT unnest([{', '.join(control)}]) AS customer_id").write_parquet(
        str(tmp_path / "data" / "contacts.parquet")
    )
    written = chosen(study)
    assert [(row["arm"], row["slot_by"]) for row in rows(written)] == [("control", "chance")] * 3
    assert written.result is None


@pytest.mark.parametrize(
    ("made", "code", "said"),
    [
        ({"chance": 0.0}, "UP681", "none had its slot drawn"),
        ({"campaigns": 1, "mails": 300}, "UP682", "300 mails with a slot by chance"),
        ({"slots": (9,)}, "UP683", "one slot of two hours"),
        ({"slots": (3, 9, 9, 9)}, "UP683", "uneven slots"),
    ],
)
def test_a_log_without_real_chance_or_too_little_of_it_is_refused_with_the_reason(
    tmp_path: Path, opens: np.ndarray, made: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(StatisticsError, match=code) as refused:
        chosen(account(tmp_path, opens, **made))
    assert said in refused.value.problems[0].message
    assert refused.value.problems[0].fix


def test_an_experiment_without_the_block_is_refused(tmp_path: Path, opens: np.ndarray) -> None:
    study = account(tmp_path, opens, campaigns=1)
    bare = replace(study, experiment=study.experiment.model_copy(update={"send_time": None}))
    with pytest.raises(SpecError, match="UP680"):
        chosen(bare)
