"""The three published results of a retailer's holdout tests, as if they were still drafts.

A gate at 80 % would have refused both tests of the order value and passed the one of conversions; the smallest effect
worth finding is set to what was later observed, the kindest choice there is.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.design.studies import NO_END, SNAPSHOT, TODAY, Change, write_sale
from uplift.design.check import check_paths, exit_code
from uplift.design.checkup import Checkup


def draft(folder: Path, *, name: str, metric: str, mde: str, contacts: int, baseline: str, interval: str) -> Checkup:
    """An 80/20 draft with one primary metric, checked from its file."""
    changes: tuple[Change, ...] = (
        SNAPSHOT,
        NO_END,
        ("weight: 15%, control", "weight: 20%, control"),
        ("weight: 85%", "weight: 80%"),
        ("60_000", str(contacts)),
        ("{metric: repeat_purchase, window: 30d, mde: 1.0pp}", f"{{metric: {metric}, window: 30d, mde: {mde}}}"),
        ("[{metric: revenue, window: 30d}]", "[]"),
        ("    repeat_purchase: {value: 9.0%,", f"    {metric}: {{{baseline},"),
        ("design:\n", f"design:\n  interval: {interval}\n"),
    )
    path = write_sale(folder, *changes, project=(("from: 2026-07-01", "from: 2027-07-01"),), name=name)
    return check_paths([path], today=TODAY)[1]


@pytest.fixture
def figures(shared: Path) -> dict[str, dict[str, float]]:
    found = json.loads((shared / "golden" / "brandalley.json").read_text(encoding="utf-8"))
    return {
        "v3": found["v3.0_high_churn"][0],
        "v2": found["v2.0_repeat_order_value_reading"][0],
    }


def order_value_baseline(test: dict[str, float]) -> str:
    """Mean order value, and its standard deviation linearised per contact: one order per buyer."""
    share = test["buyers_c"] / test["n_c"]
    return f"value: 75.00 EUR, sd: {test.get('sd_c', 54.72) / math.sqrt(share):.2f} EUR"


@pytest.mark.parametrize(("interval", "low", "high"), [("delta", 0.66, 0.73), ("auto", 0.68, 0.76)])
@pytest.mark.parametrize(("test", "mde"), [("v3", "9.20%"), ("v2", "9.41%")])
def test_both_tests_of_the_order_value_are_refused(
    tmp_path: Path, figures: dict[str, dict[str, float]], test: str, mde: str, interval: str, low: float, high: float
) -> None:
    numbers = figures[test]
    checkup = draft(
        tmp_path,
        name=f"order-value-{test}",
        metric="basket",
        mde=mde,
        contacts=int(numbers["n_t"] + numbers["n_c"]),
        baseline=order_value_baseline(numbers),
        interval=interval,
    )
    assert checkup.assessment is not None
    assert checkup.assessment.power is not None
    assert low < checkup.assessment.power < high
    levels = {p.code: p.level for p in checkup.problems}
    assert levels["UP310"] == "error"
    assert levels["UP206"] == "warning"  # order value compares buyers with buyers
    assert exit_code((checkup,)) == 1


@pytest.mark.parametrize("interval", ["auto", "delta"])
def test_the_test_of_conversions_passes(tmp_path: Path, figures: dict[str, dict[str, float]], interval: str) -> None:
    numbers = figures["v3"]
    checkup = draft(
        tmp_path,
        name="conversion-v3",
        metric="repeat_purchase",
        mde="24.9%",
        contacts=int(numbers["n_t"] + numbers["n_c"]),
        baseline=f"value: {100 * numbers['buyers_c'] / numbers['n_c']:.3f}%",
        interval=interval,
    )
    assert checkup.assessment is not None
    assert checkup.assessment.power is not None
    assert checkup.assessment.power > 0.99
    assert checkup.problems == ()


def test_what_the_refused_tests_could_have_found(tmp_path: Path, figures: dict[str, dict[str, float]]) -> None:
    """The smallest effects at 80 % power: published as 10.3 % and 10.9 %, from each arm's own standard error."""
    for test, published in (("v3", 0.103), ("v2", 0.109)):
        numbers = figures[test]
        checkup = draft(
            tmp_path,
            name=f"order-value-{test}",
            metric="basket",
            mde="9%",
            contacts=int(numbers["n_t"] + numbers["n_c"]),
            baseline=order_value_baseline(numbers),
            interval="auto",
        )
        assert checkup.assessment is not None
        assert checkup.assessment.detectable is not None
        assert float(checkup.assessment.detectable.value) == pytest.approx(published, abs=0.005)
