"""The stratified draw: exact shares in every stratum, households whole, later members inherit."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from fractions import Fraction

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from tests.assignment.bench import DAY, Bench
from uplift.assignment import arm_ranges, audit, salt
from uplift.assignment.decide import POOLED, permuted_sql

ARMS = {"control": {"weight": "34%", "control": True}, "a": {"weight": "1/3"}, "b": {"weight": "49/150"}}
SHARES = {"control": 0.34, "a": 1 / 3, "b": 49 / 150}
WAVES = {"source": "contacts", "entry": "waves", "waves": {"count": 6, "every": "2w"}}
STRATIFIED = {"method": "stratified", "strata": ["country", "band"], "min_stratum": 20}


@pytest.fixture
def strata(bench: Bench) -> Bench:
    bench.write(arms=ARMS, audience=WAVES, assignment=STRATIFIED)
    people(bench, 3000)
    return bench


def people(bench: Bench, n: int, **more: object) -> None:
    ids = list(range(1, n + 1))
    countries = ["LI" if i <= 7 else ("DE", "DE", "AT", "CH")[i % 4] for i in ids]
    bands = [None if i % 11 == 0 else ("low", "high")[i % 2] for i in ids]
    bench.contacts(
        {"customer_id": ids, "household_id": [i // 2 for i in ids], "country": countries, "band": bands, **more}
    )


def test_each_arm_gets_its_share_of_each_stratum_but_for_less_than_one_contact(strata: Bench):
    strata.assign()
    rows = strata.rows("stratum, arm")
    sizes, cells = Counter(s for s, _ in rows), Counter(rows)
    assert len(sizes) > 5
    for stratum, size in sizes.items():
        for arm, share in SHARES.items():
            # The buckets' own rounding adds less than size / 1,000,000.
            assert abs(cells[stratum, arm] - share * size) < 1 + size / 1e6


def test_small_strata_are_pooled_and_missing_values_are_a_stratum(strata: Bench):
    strata.assign()
    sizes = Counter(s for (s,) in strata.rows("stratum"))
    assert POOLED in sizes
    assert sizes[POOLED] == 7  # Liechtenstein's seven contacts, of whatever band
    assert "DE|high" in sizes
    assert "DE|\\null" in sizes
    assert sum(sizes.values()) == 3000


def test_strata_too_fine_for_the_audience_are_said_when_they_are_drawn(strata: Bench):
    assert "UP213" not in {notice.code for notice in strata.assign().notices}  # seven contacts are no matter


def test_a_draw_of_mostly_tiny_strata_says_that_it_pooled_them(bench: Bench):
    bench.write(arms=ARMS, audience=WAVES, assignment=STRATIFIED)
    bench.contacts(
        {
            "customer_id": list(range(400)),
            "household_id": [i // 2 for i in range(400)],
            "country": [f"C{i // 10}" for i in range(400)],
            "band": ["x"] * 400,
        }
    )
    (told,) = [notice for notice in bench.assign().notices if notice.code == "UP213"]
    assert "40 of 40 strata have fewer than 20 contacts" in told.message


@pytest.mark.parametrize("name", ["unit_number", "observed"])
def test_strata_may_be_called_as_the_engine_calls_its_own_columns(bench: Bench, name: str):
    bench.write(arms=ARMS, audience=WAVES, assignment={**STRATIFIED, "strata": [name]})
    people(bench, 600, **{name: [f"x{i % 3}" for i in range(600)]})
    bench.assign()
    assert Counter(s for (s,) in bench.rows("stratum")) == {"x0": 200, "x1": 200, "x2": 200}


def test_values_with_bars_and_backslashes_do_not_run_together(bench: Bench):
    pairs = [("a|b", "c"), ("a", "b|c"), ("a\\", "|b"), ("a\\|", "b"), ("\\null", "x"), (None, "x")]
    columns = list(zip(*[pair for pair in pairs for _ in range(30)], strict=True))
    n = len(pairs) * 30
    bench.contacts(
        {
            "customer_id": list(range(n)),
            "household_id": [1] * n,
            "country": pa.array(columns[0], pa.string()),
            "band": pa.array(columns[1], pa.string()),
        }
    )
    bench.write(audience=WAVES, assignment=STRATIFIED)
    bench.assign()
    assert sorted(Counter(s for (s,) in bench.rows("stratum")).values()) == [30] * 6


def test_every_contact_has_the_designed_chance_over_many_experiments():
    # 4,000 experiments of 40 contacts in 4 strata of 10, 15 % control: 8 salts, 500 experiments in one statement each.
    # Blocks have contacts and an offset of their own, so they are as independent as experiments.
    salts, each, ranges = 8, 500, arm_ranges({"control": Fraction(15, 100), "treatment": Fraction(85, 100)})
    blocks = (
        f"SELECT CAST(i AS VARCHAR) AS randomised, CAST(i // 10 AS VARCHAR) AS block FROM range({40 * each}) AS t(i)"
    )
    counts, totals = np.zeros(40), []
    with duckdb.connect() as connection:
        for number in range(salts):
            sql = permuted_sql(blocks, salt=salt(f"test-{number}", 1), on=DAY, ranges=ranges)
            rows = connection.execute(f"SELECT randomised FROM ({sql}) WHERE drawn_arm = 'control'").fetchall()
            units = np.array([int(unit) for (unit,) in rows])
            counts += np.bincount(units % 40, minlength=40)
            totals.append(np.bincount(units // 40, minlength=each))
    draws = salts * each
    # The share of each contact: 4,000 independent draws; the largest of 40 deviations exceeds 4 s.e. once in 400.
    assert np.abs(counts / draws - 0.15).max() < 4 * np.sqrt(0.15 * 0.85 / draws)
    # Each stratum gives 1 or 2 of its 10 contacts, 1.5 on average, independently of the other strata: the total is
    # 4 + Binomial(4, 1/2). Chi-square over its five values; below 1e-4 once in 10,000.
    seen = np.bincount(np.concatenate(totals), minlength=9)
    assert seen[:4].sum() == 0
    assert stats.chisquare(seen[4:], draws * stats.binom.pmf(range(5), 4, 0.5)).pvalue > 1e-4


def test_households_are_drawn_whole_and_late_members_inherit(strata: Bench):
    unit = {"id": "customer_id", "type": "integer", "cluster": "household_id"}
    strata.write(arms=ARMS, audience=WAVES, assignment=STRATIFIED, unit=unit)
    people(strata, 2001)  # the last household has one member yet
    strata.assign()
    arms = dict(strata.rows("cluster_id, arm"))
    people(strata, 3000)
    strata.assign(DAY + datetime.timedelta(weeks=2))
    members = defaultdict(set)
    for home, arm in strata.rows("cluster_id, arm"):
        members[home].add(arm)
    assert all(len(found) == 1 for found in members.values())
    assert all(members[home] == {arm} for home, arm in arms.items())
    report = audit(strata.study, store=strata.store)
    assert (report.passed, report.recomputation.recomputed) == (True, 3000)


def test_waves_are_drawn_one_by_one(strata: Bench):
    people(strata, 1000)
    strata.assign()
    first = strata.rows("unit_id, arm")
    people(strata, 3000)
    assert strata.assign(DAY + datetime.timedelta(weeks=2)).assigned == 2000
    assert set(first) < set(strata.rows("unit_id, arm"))
    rows = strata.rows("assigned_at, stratum, arm")
    cells, sizes = Counter(rows), Counter((day, s) for day, s, _ in rows)
    for (day, stratum), size in sizes.items():
        for arm, share in SHARES.items():
            assert abs(cells[day, stratum, arm] - share * size) < 1 + size / 1e6
    report = audit(strata.study, store=strata.store)
    assert (report.passed, report.recomputation.recomputed, report.recomputation.wrong) == (True, 3000, 0)


def test_holdout_and_layer_come_before_the_strata(strata: Bench):
    layer = {"name": "incentives", "from": "0%", "to": "60%"}
    strata.write(arms=ARMS, audience=WAVES, assignment={**STRATIFIED, "holdout": "global-2026h2", "layer": layer})
    report = strata.assign()
    rows = [(s, a) for s, a, status in strata.rows("stratum, arm, status") if status == "assigned"]
    assert report.held_out > 0
    assert 0.5 < len(rows) / 3000 < 0.65
    sizes, cells = Counter(s for s, _ in rows), Counter(rows)
    for stratum, size in sizes.items():
        assert abs(cells[stratum, "control"] - 0.34 * size) < 1 + size / 1e6
