"""The list of the next campaign: limits hold for what is sent, chances are logged, and the campaign can be judged."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from uplift.assignment.hashing import bucket
from uplift.errors import UpliftError
from uplift.targeting.allocation import Limits, Options
from uplift.targeting.allocation_problem import TargetingError
from uplift.targeting.policy_value import aipw
from uplift.targeting.scores import arm_scores
from uplift.targeting.target_files import COLUMNS, list_files, read_list, write_list
from uplift.targeting.target_list import (
    ROLES,
    Exploration,
    TargetList,
    campaign_statistic,
    campaign_value,
    model_id,
    spend_of,
    target_list,
)

N = 10_000
IDS = np.array([str(1_000 + i) for i in range(N)])
EXPLORATION = Exploration("next-1", Fraction(1, 10), Fraction(2, 100))


def offered(seed: int = 1, *, allowed: bool = False) -> Options:
    rng = np.random.default_rng(seed)
    gain = rng.normal([0.1, 0.2], [0.3, 0.6], (N, 2))
    return Options(("voucher_5", "voucher_10"), gain, np.array([40, 90]), rng.random((N, 2)) < 0.6 if allowed else None)


def made(limits: Limits | None = None, exploration: Exploration = EXPLORATION, **changes: bool) -> TargetList:
    limits = limits or Limits(budget=150_000)
    return target_list(IDS, offered(**changes), limits, exploration, control="control", model="m")[0]


def test_every_contact_is_on_the_list_once_with_chances_that_add_up() -> None:
    sent = made(allowed=True)
    assert len(sent) == N
    assert sent.propensity.sum(axis=1) == pytest.approx(np.ones(N), abs=1e-15)
    assert (sent.propensity[np.arange(N), sent.arm] == sent.probability).all()
    assert (sent.probability > 0).all()
    assert sum(n for _, n in sent.counts) == N


def test_exploration_is_drawn_by_the_hash_of_the_next_experiment() -> None:
    sent = made()
    targeted = sent.planned > 0
    control = np.array([bucket("next-1/1", unit) < 100_000 for unit in IDS.tolist()])
    assert (sent.of_role("held_back") == (targeted & control)).all()
    assert (sent.arm[sent.of_role("held_back")] == 0).all()
    # Shares: five binomial standard errors.
    assert abs(sent.of_role("held_back").sum() / targeted.sum() - 0.10) < 5 * (0.09 / targeted.sum()) ** 0.5
    tried = sent.of_role("tried_out").sum() / (~targeted).sum()
    assert abs(tried - 0.02) < 5 * (0.0196 / (~targeted).sum()) ** 0.5
    assert (sent.arm[sent.of_role("tried_out")] > 0).all()


def test_without_exploration_everybody_gets_what_was_planned_with_certainty() -> None:
    sent = made(exploration=Exploration("next-1"))
    assert (sent.arm == sent.planned).all()
    assert (sent.probability == 1).all()


def test_the_same_input_makes_the_same_list() -> None:
    first, second = made(), made()
    assert (first.arm == second.arm).all()
    assert (first.probability == second.probability).all()


@pytest.mark.parametrize(
    "limits",
    [
        Limits(budget=50_000),
        Limits(budget=200_000, caps={"voucher_10": 750}),
        Limits(capacity=1_500),
        Limits(caps={"voucher_10": 450, "voucher_5": 400}),
    ],
)
def test_limits_hold_for_what_is_really_sent_exploration_included(limits: Limits) -> None:
    everything = Exploration("next-1", Fraction(0), Fraction(1, 20))
    sent = made(limits, everything)
    counts = dict(sent.counts)
    assert limits.budget is None or spend_of(sent, offered()) <= limits.budget
    assert all(counts[arm] <= cap for arm, cap in limits.caps.items())
    assert limits.capacity is None or counts["voucher_5"] + counts["voucher_10"] <= limits.capacity
    assert sent.of_role("tried_out").any()


def test_exploration_that_alone_costs_more_than_the_budget_is_refused() -> None:
    with pytest.raises(TargetingError) as refused:
        made(Limits(budget=2_500), Exploration("next-1", Fraction(0), Fraction(1, 2)))
    assert refused.value.problems[0].code == "UP755"


def test_who_may_get_nothing_is_excluded_and_never_explored() -> None:
    options = offered()
    allowed = np.ones((N, 2), dtype=bool)
    allowed[:500] = False
    options = Options(options.arms, options.gain, options.cost, allowed)
    exploration = Exploration("next-1", Fraction(1, 10), Fraction(1, 10))
    sent, _ = target_list(IDS, options, Limits(), exploration, control="control", model="m")
    assert sent.of_role("excluded")[:500].all()
    assert not sent.of_role("excluded")[500:].any()
    assert (sent.arm[:500] == 0).all()
    assert (sent.probability[:500] == 1).all()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_reading_the_list_back_reproduces_the_value_of_the_campaign_exactly(tmp_path: Path, ending: str) -> None:
    sent = made(allowed=True)
    files = list_files(tmp_path, "sale", datetime.date(2027, 1, 2))
    write_list(sent, files, unit="customer_id", language="de")
    back = read_list(files.csv if ending == "csv" else files.parquet, arms=sent.arms)
    for name in ("ids", "arm", "probability", "alternative", "planned", "role", "score", "net"):
        assert (getattr(back, name) == getattr(sent, name)).all(), name
    rng = np.random.default_rng(5)
    outcome = rng.normal(1, 1, N) + np.array([0, 0.2, 0.4])[sent.arm]
    mu = np.tile([1.0, 1.2, 1.4], (N, 1))
    assert campaign_value(back, outcome) == campaign_value(sent, outcome)
    assert campaign_value(back, outcome, mu=mu) == campaign_value(sent, outcome, mu=mu)
    by_hand = aipw(arm_scores(outcome, sent.arm, sent.propensity, mu), sent.planned)
    assert campaign_value(back, outcome, mu=mu).estimate == by_hand.value


@pytest.mark.slow
def test_the_value_against_nothing_is_measured_by_those_who_were_held_back() -> None:
    """The truth is known here: the plan's effect on the outcome, averaged over everybody."""
    options = offered(3)
    estimates, errors = [], []
    for seed in range(40):
        exploration = Exploration(f"next-{seed}", Fraction(1, 5), Fraction(1, 20))
        sent, _ = target_list(IDS, options, Limits(budget=250_000), exploration, control="control", model="m")
        rng = np.random.default_rng(seed)
        effect = np.c_[np.zeros(N), options.gain][np.arange(N), sent.arm]
        outcome = 2.0 + rng.normal(0, 1, N) + effect
        difference = campaign_statistic(sent, outcome, sent.planned) - campaign_statistic(
            sent, outcome, np.zeros(N, dtype=np.int64)
        )
        truth = np.c_[np.zeros(N), options.gain][np.arange(N), sent.planned].mean()
        estimates.append(difference.value - truth)
        errors.append(difference.standard_error())
    assert abs(np.mean(estimates)) < 4 * np.mean(errors) / 40**0.5
    assert np.std(estimates) == pytest.approx(np.mean(errors), rel=0.4)  # 40 draws: four standard errors are 45 %


def test_a_policy_that_the_list_gave_no_chance_is_refused() -> None:
    sent = made(exploration=Exploration("next-1"))
    with pytest.raises(TargetingError) as refused:
        campaign_value(sent, np.ones(N), policy=np.zeros(N, dtype=np.int64))
    assert refused.value.problems[0].code == "UP756"


def test_the_csv_is_readable_by_people(tmp_path: Path) -> None:
    files = list_files(tmp_path, "sale", datetime.date(2027, 1, 2))
    write_list(made(allowed=True), files, unit="customer_id", language="de")
    assert files.csv == tmp_path / "lists" / "sale" / "2027-01-02" / "target.csv"
    lines = files.csv.read_text("utf-8").splitlines()
    assert lines[0] == "customer_id," + ",".join(COLUMNS)
    assert len(lines) == N + 1
    told = {line.split(",")[5]: line for line in lines[1:]}
    assert set(told) == set(ROLES)
    assert "10\N{NO-BREAK SPACE}%" in "".join(lines)
    assert "Zufällig zurückgehalten" in told["held_back"]
    assert list(files.csv.parent.iterdir()).__len__() == 2


def test_the_label_of_a_list_against_the_advice_stands_in_every_reason(tmp_path: Path) -> None:
    files = list_files(tmp_path, "sale", datetime.date(2027, 1, 2))
    write_list(made(), files, unit="id", language="en", label="AGAINST THE ADVICE.")
    lines = files.csv.read_text("utf-8").splitlines()[1:]
    assert all("AGAINST THE ADVICE." in line for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("probability", "chance", "column 'probability' is missing"),
        ("voucher_10", "letter", "arm 'letter' is not known"),
        (",0.9,", ",1.9,", "a probability is not above 0 and at most 1"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    files = list_files(tmp_path, "sale", datetime.date(2027, 1, 2))
    write_list(made(), files, unit="id", language="en")
    text = files.csv.read_text("utf-8")
    assert old in text
    files.csv.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(UpliftError) as refused:
        read_list(files.csv, arms=("control", "voucher_5", "voucher_10"))
    assert refused.value.problems[0].code == "UP757"
    assert why in refused.value.problems[0].message


def test_a_model_has_another_name_when_a_single_score_changes() -> None:
    scores = np.random.default_rng(1).normal(size=(100, 2))
    other = scores.copy()
    other[7, 1] += 1e-9
    assert model_id("sale", scores) == model_id("sale", scores.copy())
    assert model_id("sale", scores) != model_id("sale", other)
