"""What the past explains is measured, written, and counted on as long as it is what the read-out will use."""

from __future__ import annotations

import datetime
import math
import random
from pathlib import Path

import numpy as np
import pytest

from tests.design.studies import TODAY, Change, sale
from uplift.design import findings
from uplift.design.assessment import assess
from uplift.design.baseline import Baselines, measure_baselines
from uplift.design.baseline_file import write
from uplift.design.baseline_table import text
from uplift.design.narrative import narrative
from uplift.design.planning import plan
from uplift.results.plan_table import text as plan_text
from uplift.spec import Study, load_study, spec_hash
from uplift.spec.fingerprint import meaning
from uplift.stats.adjustment import compare_adjusted, explained_variance
from uplift.stats.moments import Moments

AS_OF = datetime.date(2026, 6, 1)
WINDOW = 28
DAY = AS_OF - datetime.timedelta(days=WINDOW + 2)
PROJECT = """\
uplift: 1
sources:
  contacts: {file: ../data/contacts.csv, grain: contact, id: customer_id}
  orders:
    file: ../data/orders.csv
    grain: event
    id: customer_id
    time: ordered_at
    data_lag: 2d
    columns: {net: {type: decimal, decimals: 2}}
metrics:
  buyers: {kind: proportion, source: orders}
  revenue: {kind: mean, source: orders, value: net, format: money}
  basket:
    kind: ratio
    numerator: {source: orders, value: net}
    denominator: {source: orders, count: true}
    format: money
  taste: {kind: mean, column: taste}
"""
EXPERIMENT = """\
uplift: 1
id: sale
owner: crm
hypothesis: A mail raises revenue.
unit: {id: customer_id, type: integer}
audience: {source: contacts, expected_size: 400}
arms:
  control: {weight: 20%, control: true}
  treatment: {weight: 80%}
schedule: {start: 2026-06-15}
metrics:
  primary: {metric: revenue, window: 4w, mde: 20%}
  secondary: [{metric: buyers, window: 4w}, {metric: basket, window: 4w}, {metric: taste}]
design:
  variance_reduction: cuped
"""
CUPED: Change = ("  baselines:\n", "  variance_reduction: cuped\n  baselines:\n")
MEASURED: Change = (
    "source: typed, date: 2026-11-20}",
    "r_squared: 0.25, explained_by: [past 30d], source: orders, date: 2026-11-20}",
)


def project(root: Path, *changes: Change, contacts: int = 400) -> tuple[Study, dict[str, np.ndarray]]:
    """Contacts with a thrift of their own, which shows before the test and after; and the rows of it."""
    draw = random.Random(11)
    for folder in ("experiments", "data"):
        (root / folder).mkdir()
    own = EXPERIMENT
    for old, new in changes:
        assert old in own
        own = own.replace(old, new)
    (root / "experiments/project.yml").write_text(PROJECT, encoding="utf-8")
    (root / "experiments/sale.yml").write_text(own, encoding="utf-8")
    people, orders = ["customer_id,household,taste,score"], ["customer_id,ordered_at,net"]
    rows: dict[str, list[float]] = {name: [] for name in ("y", "x", "n", "m", "score", "unknown", "household")}
    for unit in range(1, contacts + 1):
        rate = random.Random((unit + 1) // 2).random() * 3
        money = {True: [0, 0], False: [0, 0]}
        for before in (True, False):
            for _ in range(int(rate + draw.random())):
                offset = draw.randrange(WINDOW)
                day = DAY - datetime.timedelta(days=offset + 1) if before else DAY + datetime.timedelta(days=offset)
                cents = draw.randrange(500, 3_000)
                orders.append(f"{unit},{day} 09:00:00,{cents / 100:.2f}")
                money[before][0] += cents
                money[before][1] += 1
        score = "" if unit % 7 == 0 else f"{rate + draw.random():.2f}"
        people.append(f"{unit},h{(unit + 1) // 2},{unit % 3},{score}")
        row = (money[False][0] / 100, money[True][0] / 100, money[False][1], money[True][1])
        for name, value in zip(rows, (*row, float(score or 0), float(not score), (unit + 1) // 2), strict=True):
            rows[name].append(value)
    (root / "data/contacts.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    (root / "data/orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    return load_study(root / "experiments/sale.yml"), {name: np.array(values) for name, values in rows.items()}


def adjusted_r_squared(y: np.ndarray, *columns: np.ndarray) -> float:
    """By least squares on the rows, without any moment."""
    n, p = len(y), len(columns)
    design = np.column_stack([np.ones(n), *columns])
    residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float(1 - (residual @ residual / (n - 1 - p)) / y.var(ddof=1))


def shares(found: Baselines) -> dict[str, float | None]:
    return {metric.metric: metric.r_squared for metric in found.metrics}


def test_the_past_explains_what_least_squares_on_the_rows_says(tmp_path: Path) -> None:
    study, rows = project(tmp_path)
    found = measure_baselines(study, as_of=AS_OF)
    basket = rows["y"].sum() / rows["n"].sum()
    expected = {
        "revenue": adjusted_r_squared(rows["y"], rows["x"]),
        "buyers": adjusted_r_squared((rows["n"] > 0).astype(float), (rows["m"] > 0).astype(float)),
        "basket": adjusted_r_squared(rows["y"] - basket * rows["n"], rows["x"], rows["m"]),
    }
    assert {name: shares(found)[name] for name in expected} == pytest.approx(expected, rel=1e-9)
    assert shares(found)["taste"] is None  # a column has no past
    assert 0.2 < expected["revenue"] < 0.9
    assert [metric.explained_by for metric in found.metrics] == [("past 28d",)] * 3 + [()]


def test_declared_columns_explain_too_and_also_where_they_are_empty(tmp_path: Path) -> None:
    study, rows = project(
        tmp_path, ("  variance_reduction: cuped\n", "  variance_reduction: cuped\n  covariates: [score]\n")
    )
    found = measure_baselines(study, as_of=AS_OF)
    by_rows = adjusted_r_squared(rows["y"], rows["x"], rows["score"], rows["unknown"])
    assert shares(found)["revenue"] == pytest.approx(by_rows, rel=1e-9)
    assert found.metrics[0].explained_by == ("past 28d", "score")


def test_of_households_it_is_the_share_among_households(tmp_path: Path) -> None:
    study, rows = project(tmp_path, ("type: integer}", "type: integer, cluster: household}"))
    found = measure_baselines(study, as_of=AS_OF)
    house = rows["household"].astype(int) - 1
    total = {name: np.bincount(house, rows[name]) for name in ("y", "x")}
    size = np.bincount(house).astype(float)
    linear = total["y"] - rows["y"].mean() * size
    assert shares(found)["revenue"] == pytest.approx(adjusted_r_squared(linear, total["x"]), rel=1e-9)


def test_what_is_written_is_counted_on_until_the_design_uses_another_past(tmp_path: Path) -> None:
    study, _ = project(tmp_path)
    assert [p.message for p in findings(study, today=AS_OF) if p.code == "UP307"] == [
        "variance reduction is not counted on: nobody has measured how much it explains here"
    ]
    found = measure_baselines(study, as_of=AS_OF)
    path = write(study, found)
    text_of = path.read_text(encoding="utf-8")
    assert "explained_by: [past 28d]" in text_of
    now = load_study(path)
    assert assess(now, today=AS_OF).explained == pytest.approx(shares(found)["revenue"], rel=1e-3)
    assert not [p for p in findings(now, today=AS_OF) if p.code == "UP307"]
    path.write_text(text_of.replace("cuped\n", "cuped\n  lookback: 8w\n"), encoding="utf-8")
    longer = load_study(path)
    assert assess(longer, today=AS_OF).explained == 0
    (told,) = [p for p in findings(longer, today=AS_OF) if p.code == "UP307"]
    assert "measured with past 28d, and the design uses past 56d" in told.message


def test_an_r_squared_that_somebody_typed_counts_for_nothing(tmp_path: Path) -> None:
    plain = assess(sale(tmp_path, CUPED), today=TODAY).power
    typed = sale(tmp_path, CUPED, (MEASURED[0], MEASURED[1].replace("source: orders", "source: typed")))
    assert assess(typed, today=TODAY).power == plain
    (told,) = [p for p in findings(typed, today=TODAY) if p.code == "UP307"]
    assert "typed" in told.message
    assert told.place is not None
    assert "r_squared: 0.25" in typed.document.text.splitlines()[(told.place.line or 0) - 1]


def test_a_quarter_explained_is_as_good_as_a_third_more_contacts(tmp_path: Path) -> None:
    with_past = assess(sale(tmp_path, CUPED, MEASURED), today=TODAY)
    larger = assess(sale(tmp_path, CUPED, ("60_000", "80_000")), today=TODAY)
    assert with_past.explained == 0.25
    assert with_past.power == pytest.approx(larger.power, rel=1e-12)


def test_an_r_squared_without_variance_reduction_changes_nothing_but_is_offered(tmp_path: Path) -> None:
    small = (("weight: 15%, control", "weight: 11%, control"), ("weight: 85%", "weight: 89%"))
    study = sale(tmp_path, *small, MEASURED)
    assert assess(study, today=TODAY).explained == 0
    (told,) = [p for p in findings(study, today=TODAY) if p.code == "UP310"]
    assert "variance_reduction: cuped (measured R² 0.25; nobody more is withheld)" in told.fix
    assert [way.r_squared for way in plan(study, today=TODAY).ways if way.kind == "past"] == [0.25]
    mended = sale(tmp_path, *small, MEASURED, CUPED)
    assert assess(mended, today=TODAY).enough


def test_a_lock_that_is_older_than_the_key_keeps_its_hash(tmp_path: Path) -> None:
    study = sale(tmp_path)
    hashed = meaning(study)["experiment"]["design"]["baselines"]["repeat_purchase"]
    assert not {"r_squared", "explained_by"} & hashed.keys()
    assert {"value", "sd", "source"} <= hashed.keys()
    assert spec_hash(sale(tmp_path, MEASURED)) != spec_hash(study)


def test_the_gain_is_told_wherever_the_plan_is(tmp_path: Path) -> None:
    study = sale(tmp_path, CUPED, MEASURED)
    assert "the contacts' past explains 25.0%: as if 1.33 times the contacts" in plan_text(
        plan(study, today=TODAY), "en"
    )
    assert "wie 1,33-mal so viele Kontakte" in str(narrative(study, today=TODAY, language="de"))


def test_the_table_says_what_variance_reduction_would_bring(tmp_path: Path) -> None:
    study, _ = project(tmp_path, ("  variance_reduction: cuped\n", "  alpha: 0.05\n"))
    found = measure_baselines(study, as_of=AS_OF)
    share = shares(found)["revenue"]
    assert share is not None
    assert f"revenue: with the 28 days before, CUPED takes away {100 * share:.1f}% of the variance" in text(found, "en")
    assert "R² der Vergangenheit" in text(found, "de")


@pytest.mark.slow
@pytest.mark.parametrize(("share", "contacts", "lift", "r"), [(0.5, 2_000, 0.10, 0.5), (0.1, 3_000, 0.13, 0.7)])
def test_planned_power_with_the_past_is_what_the_read_out_finds(
    share: float, contacts: int, lift: float, r: float
) -> None:
    from uplift.design.power import compare_means, power_of

    runs, cv = 500, 1.0
    rng = np.random.default_rng(20261122)
    n_control = round(contacts * share)
    sizes = n_control, contacts - n_control
    wins, seen = 0, []
    for _ in range(runs):
        arms = []
        for n, factor in zip(sizes, (1.0, 1 + lift), strict=True):
            past = rng.standard_normal(n)
            value = factor * (1 + cv * (r * past + math.sqrt(1 - r * r) * rng.standard_normal(n)))
            arms.append(Moments.from_rows(np.column_stack([value, past]), columns=("value", "past"), core=1))
        seen.append(explained_variance(arms[0], core=1))
        found = compare_adjusted("revenue", "mean", control=arms[0], treatment=arms[1])
        wins += found.uplift.direction == "up"
    assert np.mean(seen) == pytest.approx(r * r, abs=0.01)
    kept = 1 - r * r
    planned = power_of(
        compare_means(uplift=lift, cv=cv, n_control=sizes[0] / kept, n_treatment=sizes[1] / kept), alpha=0.05
    )
    assert 0.3 < planned < 0.97
    assert planned == pytest.approx(wins / runs, abs=0.01 + 3 * math.sqrt(planned * (1 - planned) / runs))
