from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from tests.engine.studies import ledger, measured, study_in, write_parquet
from uplift.engine import Assigned, DuckDBEngine, Measurement
from uplift.engine.adapter import NumberTooLargeError
from uplift.errors import DataError
from uplift.spec import load_study
from uplift.stats.moments import Moments


def spend(folder: Path, values: list[int], kind: str = "BIGINT", **metric: object) -> Measurement:
    """A wide file with one metric `spend`; contacts alternate between the arms."""
    rows = ", ".join(f"({i}, {v}::{kind})" for i, v in enumerate(values))
    write_parquet(folder / "contacts.parquet", f"SELECT * FROM (VALUES {rows}) AS v(customer_id, spend)")
    study = study_in(
        folder,
        sources={"contacts": {"file": "../contacts.parquet", "id": "customer_id"}},
        metrics={"spend": {"kind": "mean", "column": "spend"} | metric},
        use=[("spend", None)],
    )
    arms = ("control", "treatment")
    path = ledger(folder / "l.parquet", [{"unit_id": str(i), "arm": arms[i % 2]} for i in range(len(values))])
    return measured(study, Assigned.from_ledger([path]))


def exact(values: list[int], shift: int = 0) -> dict[tuple[int, ...], int]:
    return {(k,): sum((v - shift) ** k for v in values) for k in (1, 2, 3, 4)}


@pytest.mark.parametrize("largest", [10, 2_000_000, 60_000, 3_100_000_000 // 4, 400_000_000])
def test_sums_are_exact_whatever_the_size(tmp_path: Path, largest: int) -> None:
    """Across the sizes at which third and fourth powers leave 64 bits."""
    values = [0, largest, -largest, largest - 1, 7, 0, largest // 3, 1]
    found = spend(tmp_path, values).sums("spend")
    assert found["control"].powers == exact(values[0::2])
    assert found["treatment"].powers == exact(values[1::2])


def test_values_far_from_zero_are_shifted_and_keep_their_moments(tmp_path: Path) -> None:
    base = 10**15
    values = [base + v for v in (1, 5, 2, 9, 4, 4, 11, 0)]
    found = spend(tmp_path, values).sums("spend")
    assert {s.shift for s in found.values()} == {(base,)}
    assert found["control"].powers == exact(values[0::2], base)
    moments = found["control"].moments()
    direct = Moments.from_rows([v - base for v in values[0::2]])
    assert moments.second[0, 0] == direct.second[0, 0]
    assert moments.mean[0] == float(base + Fraction(sum(v - base for v in values[0::2]), 4))


def test_ordinary_values_are_not_shifted(tmp_path: Path) -> None:
    assert spend(tmp_path, [100, 101, 102, 103]).sums("spend")["control"].shift == (0,)


def test_powers_that_do_not_fit_38_digits_are_left_out_and_it_is_said(tmp_path: Path) -> None:
    values = [0, 3 * 10**9, 10**10, 1]
    found = spend(tmp_path, values)
    sums = found.sums("spend")["control"]
    assert set(sums.powers) == {(1,), (2,)}
    assert sums.powers[(2,)] == 10**20
    assert sums.core == 0
    assert "UP584" in {n.code for n in found.notices}


def test_squares_that_do_not_fit_38_digits_are_refused_not_wrapped(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="UP583"):
        spend(tmp_path, [0, 9 * 10**18, -(9 * 10**18), 5] * 2)


def test_numbers_beyond_64_bits_are_refused_not_wrapped(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="UP583"):
        spend(tmp_path, [1, 10**25], kind="HUGEINT")


def test_the_engine_says_so_when_a_number_leaves_its_range() -> None:
    with DuckDBEngine() as engine, pytest.raises(NumberTooLargeError):
        engine.run("SELECT 9223372036854775807::BIGINT + 1::BIGINT")


def test_sums_come_as_exact_integers_of_38_digits() -> None:
    with DuckDBEngine() as engine:
        ((value,),) = engine.run(f"SELECT sum(x) FROM (SELECT {10**38 - 2}::HUGEINT AS x UNION ALL SELECT 1)")
    assert value == 10**38 - 1


def test_a_column_of_ones_keeps_all_its_powers(tmp_path: Path) -> None:
    assert spend(tmp_path, [1, 1, 1, 1]).sums("spend")["control"].powers == exact([1, 1])


def test_a_cap_of_zero_is_not_applied_and_it_is_said(tmp_path: Path) -> None:
    values = [0] * 100 + [50, 70]
    found = spend(tmp_path, values, winsorise={"upper": "90%"})
    assert found.metric("spend").cap is None
    assert found.sums("spend")["control"].powers[(1,)] == 50
    assert "UP585" in {n.code for n in found.notices}


@pytest.mark.parametrize(("upper", "cap"), [("50%", 5), ("90%", 9), ("91%", 10), ("99.9%", 10)])
def test_the_cap_is_the_smallest_value_that_enough_contacts_stay_below(tmp_path: Path, upper: str, cap: int) -> None:
    assert spend(tmp_path, list(range(1, 11)), winsorise={"upper": upper}).metric("spend").cap == cap


def test_a_contact_without_a_value_is_missing_from_a_capped_metric_too_not_at_the_cap(tmp_path: Path) -> None:
    spend(tmp_path, [0, 0, 10, 10, 500, 500], winsorise={"upper": "80%"})
    write_parquet(
        tmp_path / "contacts.parquet", "SELECT unnest([1, 2, 3, 4]) AS customer_id, unnest([0, 10, 10, 500]) AS spend"
    )
    study = load_study(tmp_path / "experiments" / "test.yml")
    found = measured(study, Assigned.from_ledger([tmp_path / "l.parquet"])).metric("spend")
    assert found.cap == 500
    assert found.missing == {"control": 1, "treatment": 1}
    assert sum(sums.n for sums in found.by_arm().values()) == 4
    assert sum(sums.powers[(1,)] for sums in found.by_arm().values()) == 520


def test_nobody_assigned_yet_gives_empty_sums_for_every_arm(tmp_path: Path) -> None:
    values = [1, 2, 3, 4]
    spend(tmp_path, values)
    from uplift.spec import load_study

    study = load_study(tmp_path / "experiments" / "test.yml")
    found = measured(study, Assigned.from_ledger([tmp_path / "l.parquet"]), as_of=datetime.date(2026, 1, 1))
    assert found.assigned == {"control": 0, "treatment": 0}
    assert {arm: sums.n for arm, sums in found.sums("spend").items()} == {"control": 0, "treatment": 0}
    assert found.sums("spend")["control"].moments().n == 0
