"""The arms fill as planned on every day: contacts that one arm loses on some days are found, clean days raise nothing."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, START, draw
from uplift.analysis import analyze
from uplift.analysis.enrolment import splits_by_day
from uplift.analysis.epochs import Epochs
from uplift.assignment import assign
from uplift.engine import EnrolledDay
from uplift.results import Check
from uplift.store import Store
from uplift.words.sentences.checks import found as sentence

HOLDOUT = {"control": 0.1, "treatment": 0.9}
HALVES = {"control": 0.5, "treatment": 0.5}
DAY = datetime.timedelta(days=1)


def enrolled(days: list[tuple[int, int]], epoch: int = 1, start: datetime.date = START) -> list[EnrolledDay]:
    return [
        EnrolledDay(start + k * DAY, arm, epoch, n)
        for k, counts in enumerate(days)
        for arm, n in zip(("control", "treatment"), counts, strict=True)
    ]


def epochs(*weights: dict[str, float]) -> Epochs:
    return Epochs(len(weights), tuple(({}, own) for own in weights), tuple(range(1, len(weights) + 1)))


def facts(check: Check) -> dict[str, object]:
    return dict(check.facts)


def test_a_day_on_which_the_control_lost_contacts_is_named_though_the_totals_fit() -> None:
    days = [(115, 900), (100, 900), (40, 900), (115, 900), (125, 900)]
    assert sum(c for c, _ in days) / sum(c + t for c, t in days) == pytest.approx(0.1, abs=0.002)
    _, worst = splits_by_day(enrolled(days), epochs(HOLDOUT))
    assert (worst.code, worst.status, facts(worst)["worst"]) == ("UP802", "warn", "2026-03-04")
    assert "4. März 2026" in sentence("UP802", dict(worst.facts), "de").replace("\u00a0", " ")


def test_a_loss_of_a_few_per_day_is_found_by_the_test_that_adds_the_days_up() -> None:
    sequence, worst = splits_by_day(enrolled([(88, 912)] * 40), epochs(HOLDOUT))
    assert worst.status == "ok"  # no day by itself says anything
    assert sequence.status == "fail"
    first = facts(sequence)["first_day"]
    assert isinstance(first, int)
    assert facts(sequence)["since"] == (START + (first - 1) * DAY).isoformat()
    assert "2026" in sentence("UP618", dict(sequence.facts), "en")


def test_days_of_a_clean_experiment_raise_nothing_more_often_than_announced() -> None:
    """At 0.001 each check is raised 0.2 times in 200 clean tests; more than two have a chance of 0.001."""
    rng = np.random.default_rng(5)
    raised = {"UP618": 0, "UP802": 0}
    for _ in range(200):
        control = rng.binomial(1_000, 0.1, 14)
        for check in splits_by_day(enrolled([(int(c), 1_000 - int(c)) for c in control]), epochs(HOLDOUT)):
            raised[check.code] += check.status != "ok"
    assert max(raised.values()) <= 2


def test_each_weight_epoch_is_counted_against_its_own_weights() -> None:
    both = [*enrolled([(100, 900)] * 5), *enrolled([(500, 500)] * 5, 2, START + 5 * DAY)]
    assert [c.status for c in splits_by_day(both, epochs(HOLDOUT, HALVES))] == ["ok", "ok"]
    assert splits_by_day(both, epochs(HOLDOUT, HOLDOUT))[0].status == "fail"
    only_known = Epochs(2, (({}, HALVES),), (2,))
    assert [c.status for c in splits_by_day(both, only_known)] == ["ok", "ok"]


def test_a_single_draw_has_no_days_to_compare() -> None:
    assert splits_by_day(enrolled([(100, 900)]), epochs(HOLDOUT)) == ()
    assert splits_by_day(enrolled([(100, 900)] * 3), Epochs(2, ())) == ()


def test_an_analysis_reads_the_days_of_the_ledger(tmp_path: Path) -> None:
    rolling = EXPERIMENT.replace(
        "audience: {source: contacts, expected_size: 4_000}",
        "audience: {source: contacts, expected_size: 4_000, entry: waves, waves: {count: 2, every: 1w}}",
    )
    drawn = draw(tmp_path, contacts=300, experiment=rolling)
    more = "customer_id\n" + "".join(f"{i}\n" for i in range(1, 501))
    (tmp_path / "data" / "contacts.csv").write_text(more, encoding="utf-8")
    with Store.open(drawn.study.root / drawn.study.project.state) as store:
        assign(drawn.study, on=START + 7 * DAY, store=store)
    result = analyze(drawn.study, as_of=AFTER)
    (sequence,) = [c for c in result.checks if c.code == "UP618"]
    assert facts(sequence)["days"] == 2
    assert sequence.status == "ok"
