"""A test in waves, read at its planned looks: bounds, stopping, over-running, and days that are no look."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.analysis.projects import EXPERIMENT, PROJECT, START
from uplift.analysis import analyze
from uplift.analysis.looks import due_look, log_standard_error
from uplift.assignment import assign
from uplift.results import Looks, Result, Uplift
from uplift.results.json_form import from_json, to_json
from uplift.spec import Study, load_study
from uplift.store import Store

WAVES, PER_WAVE, EVERY = 4, 1_500, datetime.timedelta(days=14)
LOOKED_AT = (
    EXPERIMENT.replace(
        "audience: {source: contacts, expected_size: 4_000}",
        "audience: {source: contacts, entry: waves, waves: {count: 4, every: 2w}, expected_size: 6_000}",
    )
    + "design:\n  baselines: {buyers: {value: 20%, date: 2026-02-20}}\n"
    "  sequential: {spending: obrien_fleming, looks: [wave 1, wave 2, wave 3], futility: nonbinding}\n"
    "decision:\n  ship: primary.low > 0\n  stop: primary.high < 0 or sequential.futility\n"
)


def look_day(wave: int) -> datetime.date:
    """The day on which a wave is mature: its draw and 14 days."""
    return START + EVERY * (wave - 1) + datetime.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Waves:
    """The experiment with its buyers, per wave and arm: (contacts, buyers)."""

    study: Study
    counted: dict[tuple[int, str], tuple[int, int]]

    def cumulated(self, wave: int, arm: str) -> tuple[int, int]:
        rows = [self.counted[w, arm] for w in range(1, wave + 1)]
        return sum(n for n, _ in rows), sum(x for _, x in rows)


def waves(root: Path, *, control: float = 0.20, lift: tuple[float, ...] = (1.0,) * 4, text: str = LOOKED_AT) -> Waves:
    """Four draws; in wave w the share of buyers is `control`, in the treatment arm times lift[w]: exact shares."""
    (root / "experiments").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "experiments" / "project.yml").write_text(PROJECT, encoding="utf-8")
    path = root / "experiments" / "sale.yml"
    path.write_text(text, encoding="utf-8")
    study = load_study(path)
    for wave in range(1, WAVES + 1):
        ids = range(1, wave * PER_WAVE + 1)
        (root / "data" / "contacts.csv").write_text("customer_id\n" + "".join(f"{i}\n" for i in ids), encoding="utf-8")
        with Store.open(study.root / study.project.state) as store:
            assign(study, on=START + EVERY * (wave - 1), store=store)
    from uplift.assignment import arm_ranges, bucket, salt

    ranges = arm_ranges({name: arm.weight for name, arm in study.experiment.arms.items()})
    lines, counted = ["customer_id,ordered_at,net_amount"], {}
    for wave in range(1, WAVES + 1):
        for r in ranges:
            units = range((wave - 1) * PER_WAVE + 1, wave * PER_WAVE + 1)
            members = [i for i in units if bucket(salt("sale", 1), str(i)) in r.range]
            buyers = round(len(members) * control * (lift[wave - 1] if r.arm != "control" else 1.0))
            on = START + EVERY * (wave - 1) + datetime.timedelta(days=3)
            lines += [f"{i},{on} 10:00:00,20.00" for i in members[:buyers]]
            counted[wave, r.arm] = len(members), buyers
    (root / "data" / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Waves(study, counted)


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Waves:
    return waves(tmp_path_factory.mktemp("flat"))


@pytest.fixture(scope="module")
def winner(tmp_path_factory: pytest.TempPathFactory) -> Waves:
    return waves(tmp_path_factory.mktemp("winner"), lift=(1.35, 1.35, 1.30, 1.30))


def on(made: Waves, day: datetime.date) -> tuple[Result, Uplift, Looks]:
    result = analyze(made.study, as_of=day)
    (looks,) = result.primary.looks
    return result, result.primary.uplift("treatment"), looks


def score_z(n_c: int, x_c: int, n_t: int, x_t: int) -> float:
    pooled = (x_c + x_t) / (n_c + n_t)
    z = (x_t / n_t - x_c / n_c) / np.sqrt(pooled * (1 - pooled) * (1 / n_c + 1 / n_t))
    return float(z * np.sqrt((n_c + n_t - 1) / (n_c + n_t)))


def test_each_look_is_the_score_test_of_the_contacts_that_were_mature_then(flat: Waves) -> None:
    _, _, looks = on(flat, look_day(2))
    assert [look.label for look in looks.looks] == ["wave 1", "wave 2", "wave 3", "read-out"]
    assert looks.outcome in ("continue", "futility")
    for wave in (1, 2):
        z = score_z(*flat.cumulated(wave, "control"), *flat.cumulated(wave, "treatment"))
        # Waves were balanced by one hash each: strata do not enter, the counts add up.
        assert looks.looks[wave - 1].z == pytest.approx(z, abs=0.02)
        assert looks.looks[wave - 1].information == pytest.approx(wave / WAVES, rel=0.1)
    assert looks.looks[2].z is None
    assert looks.looks[3].day == look_day(4)


def test_bounds_are_those_of_obrien_fleming_spending_at_the_realised_information(flat: Waves) -> None:
    """The first bound has a closed form: the spending function itself."""
    _, _, looks = on(flat, look_day(1))
    t = looks.looks[0].information
    assert t is not None
    spent = 2 - 2 * stats.norm.cdf(stats.norm.isf(0.05 / 4) / np.sqrt(t))
    assert looks.looks[0].bound == pytest.approx(stats.norm.isf(spent), rel=1e-6)


def test_todays_interval_excludes_zero_exactly_when_the_bound_is_crossed(flat: Waves, winner: Waves) -> None:
    for made in (flat, winner):
        for wave in (1, 2, 3):
            _, uplift, looks = on(made, look_day(wave))
            reading = looks.looks[wave - 1]
            assert reading.z is not None
            assert reading.bound is not None
            if looks.stopped_at is None or looks.stopped_at == wave - 1:
                assert (uplift.direction in ("up", "down")) == (abs(reading.z) > reading.bound)
                assert uplift.relative_interval == reading.interval
            assert uplift.confidence > 0.95


def test_earlier_looks_say_the_same_on_every_later_day(winner: Waves) -> None:
    readings = [on(winner, look_day(wave))[2].looks for wave in (1, 2, 3, 4)]
    for later in range(1, 4):
        assert readings[later][:later] == readings[later - 1][:later]


def test_a_proven_difference_at_a_look_ships_although_later_waves_are_not_mature(winner: Waves) -> None:
    result, uplift, looks = on(winner, look_day(2))
    assert looks.outcome == "efficacy"
    assert looks.stopped_at in (0, 1)
    assert uplift.direction == "up"
    assert sum(n for _, n in result.primary.immature) > 0
    assert result.recommendation.action == "ship"
    assert looks.estimate is not None
    assert looks.interval is not None
    assert uplift.relative is not None
    assert 0 < looks.estimate < 1.02 * uplift.relative  # up to the normal approximation it never overstates more
    assert from_json(to_json(result)) == result


def test_a_day_between_the_looks_has_no_verdict(flat: Waves) -> None:
    result, uplift, _ = on(flat, look_day(1) + datetime.timedelta(days=3))
    (check,) = [c for c in result.checks if c.code == "UP632"]
    assert check.status == "fail"
    assert dict(check.facts)["last_look"] == look_day(1).isoformat()
    assert dict(check.facts)["next_look"] == look_day(2).isoformat()
    assert (uplift.direction, uplift.refusal) == ("refused", "UP632")
    assert uplift.relative is not None
    assert result.recommendation.action == "none"


def test_contacts_that_come_in_after_the_end_are_read_with_the_rest(winner: Waves) -> None:
    """Over-running: interval, p-value and verdict of the completed data are one statement."""
    stopped = on(winner, look_day(2))[2].stopped_at
    for day in (look_day(3), look_day(4), look_day(3) + datetime.timedelta(days=2)):
        result, uplift, looks = on(winner, day)
        assert not [c for c in result.checks if c.code == "UP632"]
        assert looks.stopped_at == stopped
        assert looks.p_value is not None
        assert looks.interval is not None
        assert (looks.p_value < 0.05) == looks.interval.excludes(0) == (uplift.direction == "up")
        assert uplift.relative_interval is not None
        assert uplift.relative_interval.excludes(0) == looks.interval.excludes(0)


@pytest.mark.slow
def test_a_win_that_the_completed_data_take_back_is_no_win(tmp_path: Path) -> None:
    made = waves(tmp_path, lift=(1.7, 0.8, 0.8, 0.8))
    assert on(made, look_day(1))[2].outcome == "efficacy"
    result, uplift, looks = on(made, look_day(4))
    assert looks.stopped_at == 0
    assert looks.outcome == "finished"
    assert uplift.direction == "open"
    assert uplift.relative_interval is not None
    assert not uplift.relative_interval.excludes(0)
    assert result.recommendation.action == "wait"


@pytest.mark.slow
def test_a_hopeless_test_is_stopped_by_a_rule_that_asks_for_it(tmp_path: Path) -> None:
    made = waves(tmp_path, lift=(0.9, 0.9, 0.9, 0.9))
    result, uplift, looks = on(made, look_day(3))
    assert looks.outcome == "futility"
    assert uplift.direction == "open"
    assert result.recommendation.action == "stop"


def test_the_read_out_spends_what_is_left(flat: Waves) -> None:
    _, uplift, looks = on(flat, look_day(4))
    assert looks.outcome == "finished"
    assert [look.label for look in looks.looks] == ["wave 1", "wave 2", "wave 3", "read-out"]
    assert looks.p_value is not None
    assert looks.p_value > 0.05
    assert 0.95 < uplift.confidence < 0.97


@pytest.mark.slow
def test_below_sixty_control_converters_no_look_is_taken(tmp_path: Path) -> None:
    made = waves(tmp_path, control=0.05)
    result, uplift, looks = on(made, look_day(1))
    assert looks.looks[0].refusal == "UP642"
    assert (uplift.direction, uplift.refusal) == ("refused", "UP642")
    assert {check.code for check in result.findings} >= {"UP642"}
    later = on(made, look_day(3))[2]
    assert later.looks[0].refusal == "UP642"
    assert later.looks[2].z is not None


@pytest.mark.slow
def test_a_metric_that_should_fall_is_turned_round(tmp_path: Path) -> None:
    """The same data, read as complaints: what was a win at a look is a loss, with the same bound and the other sign."""
    down = LOOKED_AT.replace("better: up", "").replace("metric: buyers", "metric: orders_down")
    project = PROJECT + "  orders_down: {kind: proportion, source: orders, better: down}\n"
    assert "orders_down" in down
    root = tmp_path / "down"
    (root / "experiments").mkdir(parents=True)
    made = waves_with(root, project, down.replace("{buyers: {value", "{orders_down: {value"))
    _, uplift, looks = on(made, look_day(3))
    assert looks.outcome == "efficacy"
    assert uplift.direction == "up"
    assert uplift.verdict("down") == "worse"
    assert looks.estimate is not None
    assert looks.estimate > 0
    assert looks.interval is not None
    assert looks.interval.low is not None
    assert looks.interval.low > 0


def waves_with(root: Path, project: str, text: str) -> Waves:
    inner = root / "made"
    made = waves(inner, lift=(1.35,) * 4)
    (inner / "experiments" / "project.yml").write_text(project, encoding="utf-8")
    (inner / "experiments" / "sale.yml").write_text(text, encoding="utf-8")
    return Waves(load_study(inner / "experiments" / "sale.yml"), made.counted)


def test_the_default_day_is_the_latest_planned_look(flat: Waves) -> None:
    assert due_look(flat.study, look_day(1) - datetime.timedelta(days=1)) is None
    assert due_look(flat.study, look_day(2) + datetime.timedelta(days=5)) == look_day(2)


def test_the_standard_error_is_read_back_from_the_interval() -> None:
    from uplift.stats.effects import compare
    from uplift.stats.moments import Moments

    rng = np.random.default_rng(3)
    c, t = rng.gamma(2, 30, 2_000), rng.gamma(2, 33, 3_000)
    uplift = compare("revenue", "mean", control=Moments.from_rows(c), treatment=Moments.from_rows(t), interval="log")
    expected = np.sqrt(c.var(ddof=1) / len(c) / c.mean() ** 2 + t.var(ddof=1) / len(t) / t.mean() ** 2)
    assert log_standard_error(uplift) == pytest.approx(expected, rel=1e-9)
