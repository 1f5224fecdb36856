"""Dates, maturity and sizes: everything that is derived from the YAML and never typed."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from tests.design.studies import HOUSEHOLDS, NO_END, SNAPSHOT, WAVES, sale
from uplift.design import read_out_date
from uplift.design.sizing import sizes
from uplift.design.timeline import Look, days_to_mature, enrolled_share, information_fractions, looks

DAY = datetime.date


def test_read_out_is_last_enrolment_plus_longest_window_plus_longest_lag(tmp_path: Path) -> None:
    assert read_out_date(sale(tmp_path)) == DAY(2027, 2, 26)  # 24 January + 30 days + 3 days


def test_a_longer_secondary_window_delays_the_read_out(tmp_path: Path) -> None:
    study = sale(tmp_path, ("{metric: revenue, window: 30d}", "{metric: revenue, window: 60d}"))
    assert read_out_date(study) == DAY(2027, 3, 28)
    assert days_to_mature(study) == 33  # the primary metric is complete earlier


def test_six_waves_end_ten_weeks_after_the_first(tmp_path: Path) -> None:
    study = sale(tmp_path, WAVES, NO_END, ("2026-11-30", "2027-01-11"))
    assert read_out_date(study) == DAY(2027, 4, 24)


def test_a_snapshot_is_read_one_window_and_lag_after_its_day(tmp_path: Path) -> None:
    assert read_out_date(sale(tmp_path, SNAPSHOT, NO_END)) == DAY(2027, 1, 2)


def test_rolling_entry_is_even(tmp_path: Path) -> None:
    study = sale(tmp_path)  # 56 days
    assert enrolled_share(study, by=DAY(2026, 11, 29)) == 0
    assert enrolled_share(study, by=DAY(2026, 11, 30)) == Fraction(1, 56)
    assert enrolled_share(study, by=DAY(2026, 12, 27)) == Fraction(1, 2)
    assert enrolled_share(study, by=DAY(2027, 1, 24)) == 1
    assert enrolled_share(study, by=DAY(2030, 1, 1)) == 1


def test_waves_come_in_steps(tmp_path: Path) -> None:
    study = sale(tmp_path, WAVES, NO_END)
    assert enrolled_share(study, by=DAY(2026, 12, 13)) == Fraction(1, 6)
    assert enrolled_share(study, by=DAY(2026, 12, 14)) == Fraction(2, 6)


def test_a_look_after_a_wave_waits_until_that_wave_is_mature(tmp_path: Path) -> None:
    sequential = "  sequential: {looks: [wave 2, wave 4, wave 6]}\nassignment:"
    study = sale(tmp_path, WAVES, NO_END, ("assignment:", sequential))
    assert [look.mature for look in looks(study)] == [Fraction(1, 3), Fraction(2, 3), 1]
    assert looks(study)[0].day == DAY(2026, 12, 14) + datetime.timedelta(days=33)
    assert looks(study)[2].day == read_out_date(study)


def test_a_dated_look_sees_those_whose_window_and_lag_are_over(tmp_path: Path) -> None:
    sequential = "  sequential: {looks: [2026-12-20, 2027-01-29]}\nassignment:"
    study = sale(tmp_path, ("assignment:", sequential))
    assert [look.mature for look in looks(study)] == [0, Fraction(1, 2)]


def test_information_ends_with_the_read_out_and_skips_empty_looks() -> None:
    day = DAY(2027, 1, 1)
    planned = tuple(Look(str(f), day, f) for f in (Fraction(0), Fraction(1, 4), Fraction(1, 4), Fraction(1)))
    assert information_fractions(planned) == (0.25, 1.0)


def test_holdout_and_layer_take_their_part_before_the_arms(tmp_path: Path) -> None:
    study = sale(
        tmp_path,
        (
            "{method: hash}",
            "{method: hash, holdout: global-2026h2, layer: {name: incentives, from: 20%, to: 80%}}",
        ),
    )
    found = sizes(study)
    assert found is not None
    assert (found.audience, found.contacts) == (60_000, 34_200)  # 60,000 × 0.95 × 0.6
    assert found.control.contacts == 5_130
    assert [(arm.arm, arm.contacts) for arm in found.treatments] == [("treatment", 29_070)]


def test_without_an_audience_nobody_knows_the_sizes(tmp_path: Path) -> None:
    assert sizes(sale(tmp_path, ("  expected_size: 60_000\n", ""))) is None


@pytest.mark.parametrize("change", [HOUSEHOLDS])
def test_households_do_not_change_how_many_contacts_there_are(tmp_path: Path, change: tuple[str, str]) -> None:
    found = sizes(sale(tmp_path, change))
    assert found is not None
    assert found.contacts == 60_000
