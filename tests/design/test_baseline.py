"""Baselines are what an independent calculation on the same rows says, and writing them touches nothing else."""

from __future__ import annotations

import datetime
import difflib
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import yaml
from statsmodels.regression.mixed_linear_model import MixedLM

from uplift.design import findings
from uplift.design.baseline import Baselines, measure_baselines
from uplift.design.baseline_file import write, written
from uplift.design.baseline_table import text
from uplift.design.intracluster import SizeClass, anova_icc
from uplift.design.known import known
from uplift.errors import DataError, ProjectError
from uplift.spec import Study, load_study

AS_OF = datetime.date(2026, 6, 1)
DAY = datetime.date(2026, 4, 29)  # 1 June − 30 days of window − 3 days of lag
PROJECT = """\
uplift: 1
timezone: Europe/Berlin
sources:
  contacts: {file: ../data/contacts.csv, grain: contact, id: customer_id}
  orders:
    file: ../data/orders.csv
    grain: event
    id: customer_id
    time: ordered_at
    data_lag: 3d
    columns: {net_amount: {type: decimal, decimals: 2}}
metrics:
  buyers: {kind: proportion, source: orders}
  revenue: {kind: mean, source: orders, value: net_amount, format: money}
  orders_per_contact: {kind: count, source: orders}
  basket:
    kind: ratio
    numerator: {source: orders, value: net_amount}
    denominator: {source: orders, count: true}
    format: money
    conditional: true
"""
EXPERIMENT = """\
# A test in June.
uplift: 1
id: sale
owner: crm
hypothesis: A mail raises the share of buyers.
unit: {id: customer_id, type: integer}
audience:
  source: contacts
  where: opt_in = 1
  expected_size: 60_000      # a guess
arms:
  control: {weight: 20%, control: true}
  treatment: {weight: 80%}
schedule: {start: 2026-06-15}
metrics:
  primary: {metric: buyers, window: 30d, mde: 5.0pp}
  secondary:
    - {metric: revenue, window: 30d}
    - {metric: orders_per_contact, window: 30d}
    - {metric: basket, window: 30d}
design:
  baselines:
    buyers: {value: 9.0%, source: typed, date: 2025-01-01}   # last year
assignment: {method: hash}
"""
ROLLING = (
    ("  where: opt_in = 1\n", "  where: opt_in = 1\n  entry: rolling\n  entry_date: entered\n"),
    ("{start: 2026-06-15}", "{start: 2026-06-15, enrol_until: 2026-07-12}"),
)
HOUSEHOLDS = (("type: integer}", "type: integer, cluster: household}"),)


def project(root: Path, *changes: tuple[str, str], contacts: int = 600, seed: int = 7) -> tuple[Study, np.ndarray]:
    """A project with contacts and orders; and, per eligible contact, revenue in cents and orders in the window."""
    draw = random.Random(seed)
    for folder in ("experiments", "data"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    own = EXPERIMENT
    for old, new in changes:
        assert old in own
        own = own.replace(old, new)
    (root / "experiments" / "project.yml").write_text(PROJECT, encoding="utf-8")
    path = root / "experiments" / "sale.yml"
    path.write_text(own, encoding="utf-8")
    people, orders, rows = ["customer_id,opt_in,household,entered"], ["customer_id,ordered_at,net_amount"], []
    for unit in range(1, contacts + 1):
        household = (unit + 1) // 2
        thrift = random.Random(household).random() < 0.5
        opted = unit % 5 != 0
        entered = datetime.date(2026, 3, 1) + datetime.timedelta(days=unit % 90)
        people.append(f"{unit},{int(opted)},h{household},{entered}")
        cents = count = 0
        for _ in range(draw.choice([0, 0, 1, 2]) if thrift else draw.choice([0, 0, 0, 0, 1])):
            day = datetime.date(2026, 4, 15) + datetime.timedelta(days=draw.randrange(60))
            amount = draw.randrange(500, 20_000)
            orders.append(f"{unit},{day} 12:00:00,{amount / 100:.2f}")
            if DAY <= day < DAY + datetime.timedelta(days=30):
                cents, count = cents + amount, count + 1
        if opted:
            rows.append((cents, count, household))
    (root / "data" / "contacts.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    (root / "data" / "orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    return load_study(path), np.array(rows)


def by_name(found: Baselines) -> dict[str, object]:
    return {metric.metric: metric for metric in found.metrics}


def test_value_and_shape_are_those_of_the_rows(tmp_path: Path) -> None:
    study, rows = project(tmp_path)
    found = measure_baselines(study, as_of=AS_OF)
    euros, orders = rows[:, 0] / 100, rows[:, 1].astype(float)
    basket = euros.sum() / orders.sum()
    expected = {
        "buyers": ((orders > 0).astype(float), (orders > 0).mean()),
        "revenue": (euros, euros.mean()),
        "orders_per_contact": (orders, orders.mean()),
        "basket": ((euros - basket * orders) / orders.mean(), basket),
    }
    assert found.day == DAY
    assert found.eligible == found.measured == found.expected == len(rows) == 480
    assert [metric.metric for metric in found.metrics] == list(expected)
    for metric in found.metrics:
        values, value = expected[metric.metric]
        assert metric.value == pytest.approx(value, rel=1e-12)
        assert metric.sd == pytest.approx(values.std(ddof=1), rel=1e-9)
        assert metric.skewness == pytest.approx(scipy.stats.skew(values), rel=1e-9)
        assert metric.kurtosis == pytest.approx(scipy.stats.kurtosis(values, fisher=False), rel=1e-9)
        assert (metric.contacts, metric.missing, metric.icc) == (480, 0, None)


def test_rolling_entry_measures_each_contact_from_its_own_day(tmp_path: Path) -> None:
    study, _ = project(tmp_path, *ROLLING)
    found = measure_baselines(study, as_of=AS_OF)
    entered = [datetime.date(2026, 3, 1) + datetime.timedelta(days=u % 90) for u in range(1, 601) if u % 5]
    first = DAY - datetime.timedelta(days=27)  # four weeks of entry, like the test
    assert found.measured == sum(first <= day <= DAY for day in entered)
    assert found.recent == sum(day > DAY for day in entered)
    assert found.earlier == sum(day < first for day in entered)
    assert found.undated == 0
    assert found.measured + found.recent + found.earlier == found.eligible == len(entered)
    orders = [line.split(",") for line in (tmp_path / "data" / "orders.csv").read_text().splitlines()[1:]]
    buyers = 0
    for unit in range(1, 601):
        day = datetime.date(2026, 3, 1) + datetime.timedelta(days=unit % 90)
        if unit % 5 and first <= day <= DAY:
            mine = [datetime.date.fromisoformat(at[:10]) for own, at, _ in orders if own == str(unit)]
            buyers += any(day <= at < day + datetime.timedelta(days=30) for at in mine)
    assert by_name(found)["buyers"].value == pytest.approx(buyers / found.measured)


def test_the_expected_audience_of_rolling_entry_is_what_arrives(tmp_path: Path) -> None:
    study, _ = project(tmp_path, *ROLLING)
    found = measure_baselines(study, as_of=AS_OF)
    entered = [datetime.date(2026, 3, 1) + datetime.timedelta(days=u % 90) for u in range(1, 601) if u % 5]
    lately = [day for day in entered if AS_OF - datetime.timedelta(days=28) <= day < AS_OF]
    assert found.enrolment_days == 28
    assert found.seen_days == (AS_OF - min(lately)).days
    assert found.expected == round(len(lately) * 28 / found.seen_days)


def test_contacts_without_an_entry_date_are_counted_and_left_out(tmp_path: Path) -> None:
    study, _ = project(tmp_path, *ROLLING)
    path = tmp_path / "data" / "contacts.csv"
    lines = path.read_text().splitlines()
    lines[1:8] = [line.rsplit(",", 1)[0] + "," for line in lines[1:8]]
    path.write_text("\n".join(lines) + "\n")
    assert measure_baselines(study, as_of=AS_OF).undated == 6  # one of the seven has not opted in


def test_waves_say_nothing_about_all_waves_together(tmp_path: Path) -> None:
    study, _ = project(
        tmp_path, ("  where: opt_in = 1\n", "  where: opt_in = 1\n  entry: waves\n  waves: {count: 3, every: 2w}\n")
    )
    found = measure_baselines(study, as_of=AS_OF)
    assert found.expected is None
    assert "audience.expected_size stays" in text(found, "en")
    assert "expected_size: 60_000      # a guess" in written(study, found)


def test_returns_that_are_still_to_come_push_the_windows_back(tmp_path: Path) -> None:
    study, _ = project(tmp_path)
    path = tmp_path / "experiments" / "project.yml"
    path.write_text(
        path.read_text().replace(
            "value: net_amount, format: money}\n  orders",
            "value: net_amount, format: money, settles_after: 45d}\n  orders",
        )
    )
    found = measure_baselines(load_study(study.document.path), as_of=AS_OF)
    assert found.day == AS_OF - datetime.timedelta(days=75)
    assert not any("UP5" in problem.code and "prelim" in problem.message for problem in found.notices)


def test_the_correlation_in_households_is_that_of_the_analysis_of_variance(tmp_path: Path) -> None:
    study, rows = project(tmp_path, *HOUSEHOLDS)
    found = measure_baselines(study, as_of=AS_OF)
    groups = [rows[rows[:, 2] == h] for h in np.unique(rows[:, 2])]
    assert found.clusters is not None
    assert found.clusters.count == len(groups)
    sizes = np.array([len(g) for g in groups])
    assert found.clusters.size_cv == pytest.approx(sizes.std() / sizes.mean())
    ratio = rows[:, 0].sum() / rows[:, 1].sum()
    values = {
        "buyers": lambda g: (g[:, 1] > 0).astype(float),
        "revenue": lambda g: g[:, 0].astype(float),
        "basket": lambda g: g[:, 0] - ratio * g[:, 1],
    }
    for metric, of in values.items():
        assert by_name(found)[metric].icc == pytest.approx(_anova([of(g) for g in groups]), rel=1e-9)
        assert by_name(found)[metric].sd is not None  # of contacts, as without households
    assert by_name(found)["buyers"].icc > 0.02


def _anova(groups: list[np.ndarray]) -> float:
    """By scipy's F: ICC = (F − 1)/(F − 1 + m0)."""
    f = scipy.stats.f_oneway(*groups).statistic
    sizes = np.array([len(g) for g in groups])
    m0 = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    return float((f - 1) / (f - 1 + m0))


def test_the_estimator_finds_the_correlation_that_was_planted() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(0, 0.5, 3_000)[:, None] + rng.normal(0, 1, (3_000, 3))  # ICC 0.25 / 1.25
    scaled = np.rint(values * 1000).astype(int)
    t = scaled.sum(axis=1)
    classes = [
        SizeClass(
            3,
            3_000,
            (int(t.sum()), 9_000),
            (int((t**2).sum()), int(3 * t.sum()), 27_000),
            (int((scaled**2).sum()), int(t.sum()), 9_000),
        )
    ]
    found = anova_icc(classes)
    assert found == pytest.approx(0.2, abs=0.03)  # standard error 0.0099
    mixed = MixedLM(scaled.ravel() / 1000, np.ones(9_000), groups=np.repeat(np.arange(3_000), 3)).fit()
    between = float(np.asarray(mixed.cov_re).item())
    assert found == pytest.approx(between / (between + mixed.scale), abs=1e-4)  # balanced: REML is ANOVA


def test_singletons_say_nothing_about_correlation() -> None:
    assert anova_icc([SizeClass(1, 10, (5, 10), (5, 5, 10), (5, 5, 10))]) is None


def test_writing_changes_the_baselines_and_the_size_and_keeps_every_other_line(tmp_path: Path) -> None:
    study, rows = project(tmp_path)
    before = study.document.text
    found = measure_baselines(study, as_of=AS_OF)
    path = write(study, found)
    after = path.read_text(encoding="utf-8")
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert [x for x in lines if x.startswith("- ")] == [
        "-   expected_size: 60_000      # a guess",
        "-     buyers: {value: 9.0%, source: typed, date: 2025-01-01}   # last year",
    ]
    assert "  expected_size: 480      # a guess\n" in after
    mark = by_name(found)["buyers"].fingerprint
    assert "source: orders, date: 2026-06-01, " in after
    assert f"fingerprint: {mark}}}   # last year\n" in after
    assert yaml.safe_load(after)["design"]["baselines"]["revenue"]["sd"].endswith(" EUR")
    now = load_study(path)
    baseline = known(now, "buyers", today=AS_OF)
    assert baseline is not None
    assert baseline.value == pytest.approx((rows[:, 1] > 0).mean(), rel=1e-3)
    assert not baseline.typed
    assert baseline.label == "measured on orders, 2026-06-01"
    assert known(now, "basket", today=AS_OF) is not None
    assert not [p for p in findings(now, today=AS_OF) if p.code in ("UP301", "UP306")]


def test_writing_twice_is_writing_once(tmp_path: Path) -> None:
    study, _ = project(tmp_path)
    path = write(study, measure_baselines(study, as_of=AS_OF))
    once = path.read_bytes()
    again = load_study(path)
    write(again, measure_baselines(again, as_of=AS_OF))
    assert path.read_bytes() == once


def test_households_get_what_the_gate_asks_for(tmp_path: Path) -> None:
    study, _ = project(tmp_path, *HOUSEHOLDS)
    assert "UP303" in {p.code for p in findings(study, today=AS_OF)}
    path = write(study, measure_baselines(study, as_of=AS_OF))
    assert "UP303" not in {p.code for p in findings(load_study(path), today=AS_OF)}


def test_a_typed_variation_gives_way_to_the_measured_deviation(tmp_path: Path) -> None:
    cv = ("    buyers: {", "    revenue: {value: 20 EUR, cv: 3.2, icc: 0.1}\n    buyers: {")
    study, _ = project(tmp_path, cv)
    now = load_study(write(study, measure_baselines(study, as_of=AS_OF)))
    assert now.experiment.design.baselines["revenue"].cv is None
    assert now.experiment.design.baselines["revenue"].icc == 0.1


def test_nothing_is_written_into_a_design_that_is_decided(tmp_path: Path) -> None:
    study, _ = project(tmp_path)
    decided = replace(study, experiment=study.experiment.model_copy(update={"status": "locked"}))
    found = measure_baselines(study, as_of=AS_OF)
    with pytest.raises(ProjectError, match="UP332"):
        write(decided, found)


def test_the_fingerprint_follows_the_data_and_nothing_else(tmp_path: Path) -> None:
    study, _ = project(tmp_path / "a")
    same, _ = project(tmp_path / "b")
    other, _ = project(tmp_path / "c", seed=8)
    prints = [by_name(measure_baselines(s, as_of=AS_OF))["buyers"].fingerprint for s in (study, same, other)]
    assert prints[0] == prints[1] != prints[2]


def test_a_split_by_another_system_has_no_baseline_here(tmp_path: Path) -> None:
    study, _ = project(
        tmp_path,
        ("method: hash", "method: observed, column: opt_in"),
        ("control: true}", "control: true, observed: '0'}"),
        ("{weight: 80%}", "{weight: 80%, observed: '1'}"),
    )
    with pytest.raises(ProjectError, match="UP330"):
        measure_baselines(study, as_of=AS_OF)


def test_where_no_window_is_complete_nothing_is_measured(tmp_path: Path) -> None:
    study, _ = project(tmp_path, *ROLLING)
    with pytest.raises(DataError, match="UP331"):
        measure_baselines(study, as_of=datetime.date(2026, 3, 5))


def test_a_metric_that_nobody_reached_is_no_baseline(tmp_path: Path) -> None:
    study, _ = project(tmp_path)
    (tmp_path / "data" / "orders.csv").write_text("customer_id,ordered_at,net_amount\n1,2020-01-01,1.00\n")
    found = measure_baselines(study, as_of=AS_OF)
    assert by_name(found)["buyers"].value == 0
    assert by_name(found)["basket"].value is None
    assert "buyers: {value: 9.0%, source: typed, date: 2025-01-01}   # last year" in written(study, found)


def test_it_prints_as_a_table_in_both_languages(tmp_path: Path) -> None:
    study, _ = project(tmp_path, *HOUSEHOLDS)
    found = measure_baselines(study, as_of=AS_OF)
    assert "480 eligible contacts on 1\u00a0June 2026" in text(found, "en")
    assert "480 geeignete Kontakte am 1.\u00a0Juni 2026" in text(found, "de")
    assert "Korrelation im Haushalt" in text(found, "de")
    assert str(found) == text(found, "en")


def test_strata_that_the_draw_would_pool_are_told(tmp_path: Path) -> None:
    """480 eligible contacts in 300 households: no household has forty; two values of opt_in do."""
    fine = ("assignment: {method: hash}", "assignment: {method: stratified, strata: [household]}")
    study, _ = project(tmp_path / "fine", fine)
    (told,) = [p for p in measure_baselines(study, as_of=AS_OF).notices if p.code == "UP213"]
    assert told.level == "warning"
    assert "300 of 300 strata have fewer than 40 contacts; 100% of all contacts are in them" in told.message
    assert told.fix == "coarsen household"
    coarse, _ = project(tmp_path / "coarse", (fine[0], fine[1].replace("household", "opt_in")))
    assert not [p for p in measure_baselines(coarse, as_of=AS_OF).notices if p.code == "UP213"]
