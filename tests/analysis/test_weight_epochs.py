"""Weights that change on the way: pooled arms fake an effect, epochs compared within themselves don't."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.analysis.projects import EXPERIMENT, PROJECT
from uplift.analysis import analyze
from uplift.assignment import assign
from uplift.design.lock import amend, lock
from uplift.report import render
from uplift.results import Result
from uplift.spec import Study, load_study
from uplift.stats.effects import compare
from uplift.stats.moments import Moments, Sums
from uplift.stats.srm import srm_check, srm_check_of_epochs
from uplift.stats.strata import compare_strata
from uplift.store import Store
from uplift.words.sentences.checks import found

START, CHANGE, AFTER = datetime.date(2026, 3, 2), datetime.date(2026, 3, 9), datetime.date(2026, 5, 1)
SIZED = EXPERIMENT.replace("status: running", "status: locked").replace(
    "{source: contacts, expected_size: 4_000}",
    "{source: contacts, entry: rolling, entry_date: eligible_at, expected_size: 30_000}",
)
ROLLING = SIZED.replace("schedule: {start: 2026-03-02}", "schedule: {start: 2026-03-02, enrol_until: 2026-04-01}")
BASELINES = "design: {baselines: {buyers: {value: 8%, source: typed, date: 2026-02-20}}}\n"
FEW = ROLLING.replace("control: {weight: 50%", "control: {weight: 10%").replace(
    "treatment: {weight: 50%", "treatment: {weight: 90%"
)


def drawn(root: Path, *, sign: bool, seed: int = 1, early: int = 6_000, late: int = 6_000) -> Study:
    """10 % control among early contacts who buy with 8 %, 50 % among late ones who buy with 12 %; no effect at all."""
    folder, data = root / "experiments", root / "data"
    folder.mkdir()
    data.mkdir()
    (folder / "project.yml").write_text(PROJECT, encoding="utf-8")
    path = folder / "sale.yml"
    ids = np.arange(1, early + late + 1)
    rows = [f"{i},{START if i <= early else CHANGE}" for i in ids]
    path.write_text(FEW + BASELINES, encoding="utf-8")
    store = Store.open(root / ".uplift")
    lock(load_study(path), by="me", on=datetime.date(2026, 2, 27))
    (data / "contacts.csv").write_text("\n".join(["customer_id,eligible_at", *rows[:early], ""]), encoding="utf-8")
    assign(load_study(path), on=START, store=store)
    path.write_text(ROLLING.replace("status: locked", "status: running") + BASELINES, encoding="utf-8")
    amend(load_study(path), reason="more controls", by="me", on=CHANGE)
    (data / "contacts.csv").write_text("\n".join(["customer_id,eligible_at", *rows, ""]), encoding="utf-8")
    assign(load_study(path), on=CHANGE, store=store)
    rng = np.random.default_rng(seed)
    buys = rng.random(ids.size) < np.where(ids <= early, 0.08, 0.12)
    orders = [f"{i},{(START if i <= early else CHANGE) + datetime.timedelta(days=3)} 12:00:00,40.00" for i in ids[buys]]
    text = "\n".join(["customer_id,ordered_at,net_amount", *orders, ""])
    (data / "orders.csv").write_text(text, encoding="utf-8")
    if not sign:
        (folder / "sale.lock.json").unlink()
    return load_study(path)


def share(n: int, buyers: int) -> Moments:
    """The moments of `buyers` ones among n contacts."""
    return Sums(("y",), n, {(power,): buyers for power in (1, 2, 3, 4)}, (0,), (0,), nonzero=buyers).moments()


def pooled_uplift(study: Study) -> float:
    """Buyers per contact of all treated contacts over those of all controls, whatever their epoch."""
    ledger = [str(path) for path in Store.open(study.root / ".uplift").ledger.files("sale")]
    rows = duckdb.execute(
        "SELECT arm, avg(CASE WHEN o.customer_id IS NULL THEN 0 ELSE 1 END) FROM read_parquet($1) AS l"
        f" LEFT JOIN '{study.root}/data/orders.csv' AS o ON o.customer_id = CAST(l.unit_id AS BIGINT) GROUP BY arm",
        [ledger],
    ).fetchall()
    rates = dict(rows)
    return rates["treatment"] / rates["control"] - 1


def check(result: Result, code: str):
    return next(c for c in result.checks if c.code == code)


def test_epochs_are_compared_within_themselves_and_get_a_verdict(tmp_path: Path) -> None:
    study = drawn(tmp_path, sign=True)
    result = analyze(study, as_of=AFTER)
    assert check(result, "UP631").status == "ok"
    assert check(result, "UP601").status == "ok"
    assert result.trusted
    (buyers,) = result.metrics[0].uplifts
    assert buyers.refusal is None
    assert buyers.direction == "open"
    assert pooled_uplift(study) < -0.1
    assert abs(buyers.relative) < 0.1
    assert "each weight epoch is compared" in found("UP631", dict(check(result, "UP631").facts), "en")
    assert "für sich verglichen" in render(result, language="de")


def test_without_signed_weights_there_is_no_verdict(tmp_path: Path) -> None:
    result = analyze(drawn(tmp_path, sign=False), as_of=AFTER)
    assert check(result, "UP631").status == "fail"
    assert not any(c.code == "UP601" for c in result.checks)
    assert result.metrics[0].uplifts[0].refusal == "UP631"
    assert "2 von 2" in found("UP631", dict(check(result, "UP631").facts), "de")


def test_a_mismatch_in_one_epoch_is_found_though_the_pooled_counts_look_right() -> None:
    old, new = {"control": 0.1, "treatment": 0.9}, {"control": 0.5, "treatment": 0.5}
    lost, fine = {"control": 800, "treatment": 9200}, {"control": 5200, "treatment": 4800}
    pooled = {arm: lost[arm] + fine[arm] for arm in old}
    assert srm_check(pooled, {"control": 0.3, "treatment": 0.7}).status == "ok"
    assert srm_check_of_epochs([(lost, old), (fine, new)]).status == "fail"


@pytest.mark.slow
def test_epochs_have_no_bias_where_pooling_shows_minus_17_per_cent() -> None:
    """Zero effect, 10 % → 50 % control, 8 % → 12 % base rate; the tolerance is three Monte Carlo errors."""
    rng, runs, n = np.random.default_rng(20261122), 400, 30_000
    apart, together, covered = [], [], 0
    for _ in range(runs):
        strata = []
        for weight, rate in ((0.1, 0.08), (0.5, 0.12)):
            n_c = rng.binomial(n, weight)
            arms = (n_c, n - n_c)
            strata.append(tuple(share(size, rng.binomial(size, rate)) for size in arms))
        names = {"control_arm": "control", "treatment_arm": "treatment", "interval": "auto", "alpha": 0.05}
        own = compare_strata("m", "proportion", strata=strata, **names, sides=2, alternative="up")
        control, treatment = (strata[0][arm] + strata[1][arm] for arm in (0, 1))
        pooled = compare("m", "proportion", control=control, treatment=treatment, **names, sides=2, alternative="up")
        apart.append(own.relative)
        together.append(pooled.relative)
        covered += own.relative_interval.low <= 0 <= own.relative_interval.high
    error = np.std(apart) / np.sqrt(runs)
    assert abs(np.mean(apart)) < 3 * error + 0.0005  # a ratio of shares is biased by 1 / expected converters
    assert np.mean(together) == pytest.approx(-0.168, abs=0.004)
    assert covered / runs == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))
