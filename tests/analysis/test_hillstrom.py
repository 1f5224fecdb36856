"""A real e-mail test: 64,000 contacts, two mails and a control, published by Kevin Hillstrom in 2008."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.demo.published import Delta, delta_of_means
from uplift.analysis import analyze
from uplift.results import Result

PROJECT = """\
uplift: 1
timezone: America/New_York
currency: USD
sources:
  mailing: {{file: "{file}", grain: contact, columns: {{spend: {{type: decimal, decimals: 2}}}}}}
metrics:
  visit: {{kind: proportion, column: visit}}
  conversion: {{kind: proportion, column: conversion}}
  spend: {{kind: mean, column: spend, format: money}}
"""
EXPERIMENT = """\
uplift: 1
id: {id}
title: Mens mail, womens mail or none
owner: crm
hypothesis: Each of the two mails raises the share of contacts who visit the shop within two weeks by 5 % or more.
status: closed
unit: {{id: {{row_number: true}}}}
audience: {{source: mailing}}
arms:
  control: {{weight: 1/3, control: true, observed: No E-Mail}}
  mens: {{weight: 1/3, observed: Mens E-Mail}}
  womens: {{weight: 1/3, observed: Womens E-Mail}}
schedule: {{start: 2008-03-20}}
metrics:
  primary: {{metric: visit, mde: 5%}}
  secondary: [{{metric: conversion}}, {{metric: spend}}]
design: {{interval: {interval}, correction: none}}
assignment: {{method: observed, column: segment}}
"""

# arm, metric → relative uplift in per cent and its interval (all rows, Wald and delta, as printed in the literature)
PUBLISHED = {
    ("womens", "visit"): (42.6, 35.4, 49.8),
    ("womens", "conversion"): (54.3, 19.3, 89.3),
    ("womens", "spend"): (65.0, 14.9, 115.1),
    ("mens", "visit"): (72.1, 63.8, 80.4),
    ("mens", "conversion"): (118.8, 72.2, 165.5),
    ("mens", "spend"): (117.9, 54.4, 181.4),
}
SEGMENTS = {"control": "No E-Mail", "mens": "Mens E-Mail", "womens": "Womens E-Mail"}


@pytest.fixture(scope="module")
def mailing(shared: Path) -> Path:
    path = shared / "data" / "hillstrom.csv.gz"
    if not path.is_file():
        pytest.skip("the e-mail test of 2008 is absent")
    return path


@pytest.fixture(scope="module")
def results(mailing: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """The same test by the symmetric interval and by the one that is chosen by default."""
    folder = tmp_path_factory.mktemp("mailing") / "experiments"
    folder.mkdir()
    (folder / "project.yml").write_text(PROJECT.format(file=mailing.as_posix()), encoding="utf-8")
    found = {}
    for interval in ("delta", "auto"):
        path = folder / f"mailing-{interval}.yml"
        path.write_text(EXPERIMENT.format(id=path.stem, interval=interval), encoding="utf-8")
        found[interval] = analyze(path)
    return found


@pytest.fixture(scope="module")
def columns(mailing: Path) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Arm, metric → one value per contact, read by duckdb alone."""
    with duckdb.connect() as con:
        rows = con.execute(f"select segment, visit, conversion, spend from read_csv('{mailing}')").fetchall()
    return {
        (arm, metric): np.array([float(row[position]) for row in rows if row[0] == segment])
        for arm, segment in SEGMENTS.items()
        for position, metric in ((1, "visit"), (2, "conversion"), (3, "spend"))
    }


def test_every_contact_is_in_the_arm_that_the_file_names(results: dict[str, Result]) -> None:
    assert {arm.arm: arm.assigned for arm in results["delta"].arms} == {
        "control": 21_306,
        "mens": 21_307,
        "womens": 21_387,
    }
    assert results["delta"].trusted


@pytest.mark.parametrize(("arm", "metric"), PUBLISHED)
def test_delta_gives_the_published_figures(arm: str, metric: str, results: dict[str, Result]) -> None:
    uplift = metric_of(results["delta"], metric).uplift(arm)
    relative, low, high = PUBLISHED[arm, metric]
    assert uplift.method == "delta"
    assert uplift.relative is not None
    assert uplift.relative_interval is not None
    assert uplift.relative_interval.low is not None
    assert uplift.relative_interval.high is not None
    assert uplift.relative * 100 == pytest.approx(relative, abs=0.05 + 1e-9)
    assert uplift.relative_interval.low * 100 == pytest.approx(low, abs=0.05 + 1e-9)
    assert uplift.relative_interval.high * 100 == pytest.approx(high, abs=0.05 + 1e-9)


@pytest.mark.parametrize(("arm", "metric"), PUBLISHED)
def test_delta_is_welch_on_contact_rows_to_the_last_digit(
    arm: str, metric: str, results: dict[str, Result], columns: dict[tuple[str, str], NDArray[np.float64]]
) -> None:
    uplift = metric_of(results["delta"], metric).uplift(arm)
    expected: Delta = delta_of_means(columns[arm, metric], columns["control", metric])
    assert uplift.relative == pytest.approx(expected.relative, rel=1e-12)
    assert uplift.relative_interval is not None
    assert uplift.relative_interval.half_width == pytest.approx(expected.half_width, rel=1e-9)


@pytest.mark.parametrize(("arm", "metric"), PUBLISHED)
def test_the_default_interval_stands_beside_it_and_agrees_on_the_direction(
    arm: str, metric: str, results: dict[str, Result]
) -> None:
    symmetric = metric_of(results["delta"], metric).uplift(arm)
    default = metric_of(results["auto"], metric).uplift(arm)
    assert default.method == ("log" if metric == "spend" else "score")
    assert default.relative == symmetric.relative
    assert default.direction == symmetric.direction == "up"
    assert default.relative_interval is not None
    assert default.relative_interval.low is not None
    assert default.relative_interval.high is not None
    assert default.relative is not None
    # an interval on the ratio scale reaches further up than down; the symmetric one can't
    assert default.relative_interval.high - default.relative > default.relative - default.relative_interval.low
    beside = [u for u in metric_of(results["delta"], metric).alternatives if u.treatment.arm == arm]
    assert default.method in {u.method for u in beside}


def metric_of(result: Result, name: str):  # type: ignore[no-untyped-def]
    return next(metric for metric in result.metrics if metric.name == name)
