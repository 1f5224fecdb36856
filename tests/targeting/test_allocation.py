"""The multiple-choice knapsack: limits hold exactly, and no allocation is better than the bound says."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linprog, milp

from uplift.targeting.allocation import Limits, Options, allocate
from uplift.targeting.allocation_problem import TargetingError, best_option
from uplift.words.codes import CODES

GOLDEN_GAIN = np.array([[3, 5], [2, 6], [4, 4.5]])
GOLDEN_COST = np.array([[1, 3], [2, 4], [2, 3]])


def programme(options: Options, limits: Limits) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The same problem as matrices: maximise c·x within A x ≤ b, x between 0 and u."""
    n, k = options.gain.shape
    cost = np.broadcast_to(options.cost, (n, k))
    rows, limit = [np.kron(np.eye(n), np.ones(k))], [np.ones(n)]
    if limits.budget is not None:
        rows.append(cost.reshape(1, -1))
        limit.append(np.array([limits.budget]))
    for index, arm in enumerate(options.arms):
        if arm in limits.caps:
            rows.append(np.tile(np.eye(k)[index], n)[None])
            limit.append(np.array([limits.caps[arm]]))
    if limits.capacity is not None:
        rows.append(np.ones((1, n * k)))
        limit.append(np.array([limits.capacity]))
    if limits.at_least:
        rows.append(-np.ones((1, n * k)))
        limit.append(np.array([-limits.at_least]))
    upper = np.ones(n * k) if options.allowed is None else options.allowed.reshape(-1).astype(float)
    if limits.budget is not None:  # nobody gets half of what alone costs more than everything
        upper = upper * (cost.reshape(-1) <= limits.budget)
    return options.gain.reshape(-1).astype(float), np.vstack(rows), np.concatenate(limit), upper


def split_value(options: Options, limits: Limits) -> float | None:
    """The value of the linear programme, where contacts may be split; None when nothing is feasible."""
    c, a, b, upper = programme(options, limits)
    answer = linprog(-c, A_ub=a, b_ub=b, bounds=np.c_[np.zeros(len(c)), upper], method="highs")
    return None if answer.status else -float(answer.fun)


def whole_value(options: Options, limits: Limits) -> float | None:
    """The best value with whole contacts."""
    c, a, b, upper = programme(options, limits)
    answer = milp(-c, constraints=LinearConstraint(a, ub=b), integrality=np.ones(len(c)), bounds=(0, upper))
    return None if answer.status else -float(answer.fun)


def within(options: Options, limits: Limits, choice: np.ndarray) -> bool:
    n, k = options.gain.shape
    treated = np.flatnonzero(choice)
    cost = int(np.broadcast_to(options.cost, (n, k))[treated, choice[treated] - 1].sum())
    rules = options.allowed is None or bool(options.allowed[treated, choice[treated] - 1].all())
    caps = all((choice == options.arms.index(arm) + 1).sum() <= cap for arm, cap in limits.caps.items())
    places = limits.capacity is None or len(treated) <= limits.capacity
    return rules and caps and places and len(treated) >= limits.at_least and cost <= (limits.budget or np.inf)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Options, Limits]:
    n, k = draw(st.integers(1, 14)), draw(st.integers(1, 4))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    arms = tuple("abcd"[:k])
    tied = draw(st.booleans())
    gain = rng.integers(-3, 8, (n, k)).astype(float) if tied else rng.normal(1, 3, (n, k))
    cost = rng.integers(0, 9, (n, k) if draw(st.booleans()) else (k,))
    allowed = rng.random((n, k)) < 0.7 if draw(st.booleans()) else None
    caps = {arm: int(rng.integers(0, n + 1)) for arm in arms if rng.random() < 0.4}
    limits = Limits(
        budget=int(rng.integers(0, 5 * n)) if draw(st.booleans()) else None,
        caps=caps,
        capacity=int(rng.integers(0, n + 1)) if draw(st.booleans()) else None,
        at_least=int(rng.integers(0, n + 1)) if draw(st.booleans()) else 0,
    )
    return Options(arms, gain, cost, allowed), limits


@settings(max_examples=150, deadline=None)
@given(problems())
def test_limits_hold_exactly_and_the_bound_is_that_of_the_linear_programme(problem: tuple[Options, Limits]) -> None:
    options, limits = problem
    best = whole_value(options, limits)
    try:
        found = allocate(options, limits)
    except TargetingError as error:
        codes = {problem.code for problem in error.problems}
        found = None
    if found is None:
        assert limits.at_least > 0
        assert codes <= {"UP753", "UP754"}
        return
    assert best is not None
    assert within(options, limits, found.choice)
    bound = split_value(options, limits)
    assert bound is not None
    assert found.bound == pytest.approx(bound, rel=1e-6, abs=1e-6)
    assert found.value <= best + 1e-6 <= found.bound + 2e-6
    chosen = np.flatnonzero(found.choice)
    assert found.value == pytest.approx(options.gain[chosen, found.choice[chosen] - 1].sum())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
def test_with_a_budget_alone_less_than_one_contact_is_lost(seed: int, budget: int) -> None:
    rng = np.random.default_rng(seed)
    options = Options(("a", "b", "c"), rng.normal(0, 2, (40, 3)), rng.integers(1, 6, (40, 3)))
    found = allocate(options, Limits(budget=budget))
    assert found.gap <= options.gain.max() + 1e-6


def test_a_minimum_coverage_is_refused_only_when_nothing_reaches_it() -> None:
    rng = np.random.default_rng(5)
    refused = tried = 0
    for _ in range(40):
        n = 10
        options = Options(("a", "b"), rng.normal(0, 1, (n, 2)), rng.integers(1, 5, 2), rng.random((n, 2)) < 0.8)
        limits = Limits(budget=int(rng.integers(5, 25)), caps={"a": 4}, at_least=int(rng.integers(3, 9)))
        possible = whole_value(options, limits) is not None
        tried += possible
        try:
            assert within(options, limits, allocate(options, limits).choice)
        except TargetingError:
            refused += possible
    assert tried > 10
    assert refused == 0


@pytest.mark.parametrize(
    ("budget", "choice", "value"), [(1, [1, 0, 0], 3), (3, [1, 0, 1], 7), (7, [1, 2, 1], 13), (10, [2, 2, 2], 15.5)]
)
def test_the_path_of_maq_is_followed(budget: int, choice: list[int], value: float) -> None:
    found = allocate(Options(("a", "b"), GOLDEN_GAIN, GOLDEN_COST), Limits(budget=budget))
    assert found.choice.tolist() == choice
    assert found.value == value
    assert found.spend == budget


def test_between_two_steps_the_bound_splits_a_contact_and_the_rest_is_filled() -> None:
    found = allocate(Options(("a", "b"), GOLDEN_GAIN, GOLDEN_COST), Limits(budget=5))
    assert found.bound == pytest.approx(10)  # the linear programme gives half of contact 1
    assert found.value == 9  # by enumeration the best with whole contacts
    assert found.choice.tolist() == [2, 0, 1]
    worth = [
        (GOLDEN_GAIN[range(3), np.array(c) - 1] * (np.array(c) > 0)).sum()
        for c in itertools.product(range(3), repeat=3)
        if (GOLDEN_COST[range(3), np.array(c) - 1] * (np.array(c) > 0)).sum() <= 5
    ]
    assert max(worth) == found.value


def test_reference_cases_of_the_knapsack(golden: Callable[[str], dict[str, Any]]) -> None:
    for name in ("G18", "G19"):
        case = golden(name)
        given, wanted = case["input"], case["expected"]
        options = Options(("a", "b"), np.array(given["reward"]), np.array(given["cost"]))
        found = allocate(options, Limits(budget=given["budget_total"]))
        assert found.choice.tolist() == wanted.get("allocation_at_budget", wanted.get("optimal_integer_alloc"))
        assert found.value == wanted.get("value", wanted.get("optimal_integer_value"))
        if "lp_value" in wanted:
            assert found.bound == pytest.approx(wanted["lp_value"], abs=1e-6)
        for spend, gain in zip(wanted.get("path_spend", ()), wanted.get("path_gain", ()), strict=True):
            assert allocate(options, Limits(budget=spend)).value == pytest.approx(gain, abs=case["tolerance"])


def test_without_limits_everybody_gets_what_is_best_for_them_or_nothing() -> None:
    found = allocate(Options(("a", "b"), np.array([[1.0, 2.0], [-1.0, -2.0], [3.0, 0.0]]), np.array([5, 9])), Limits())
    assert found.choice.tolist() == [2, 0, 1]
    assert found.gap == 0
    assert found.price == 0


def test_a_budget_of_nothing_buys_what_is_free() -> None:
    options = Options(("mail", "letter"), np.array([[1.0, 9.0], [-1.0, 9.0]]), np.array([0, 62]))
    found = allocate(options, Limits(budget=0))
    assert found.choice.tolist() == [1, 0]
    assert found.spend == 0


def test_tied_contacts_are_taken_one_by_one_and_the_first_ones_come_first() -> None:
    options = Options(("mail",), np.full((100_000, 1), 0.5), np.array([7]))
    found = allocate(options, Limits(budget=7 * 31_234 + 3))
    assert found.counts == (31_234,)
    assert found.choice[:31_234].all()
    assert found.gap < 0.5


def test_the_unit_of_money_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    gain, cost = rng.normal(0, 1, (5_000, 3)), rng.integers(1, 50, 3)
    euros = allocate(Options(("a", "b", "c"), gain, cost), Limits(budget=20_000, caps={"b": 300}))
    fine = allocate(Options(("a", "b", "c"), gain * 1e4, cost * 10_000), Limits(budget=200_000_000, caps={"b": 300}))
    assert fine.value == pytest.approx(euros.value * 1e4, rel=1e-6)
    assert (fine.choice == euros.choice).mean() > 0.999


def test_more_budget_never_brings_less() -> None:
    rng = np.random.default_rng(4)
    options = Options(("a", "b"), rng.normal(0, 1, (2_000, 2)), np.array([3, 8]))
    bounds = [allocate(options, Limits(budget=b)).bound for b in (0, 100, 1_000, 5_000, 50_000)]
    assert bounds == sorted(bounds)


def test_a_larger_audience_is_priced_through_a_sample_and_loses_less_than_one_contact() -> None:
    rng = np.random.default_rng(7)
    n = 60_000
    options = Options(
        ("a", "b", "c"),
        rng.normal(0, 1, (n, 3)).astype(np.float32) * np.array([1, 2, 4], np.float32),
        np.array([10, 150, 400]),
    )
    limits = Limits(budget=1_500_000, caps={"b": 4_000}, capacity=20_000, at_least=5_000)
    found = allocate(options, limits)
    assert within(options, limits, found.choice)
    assert found.gap < options.gain.max()
    assert found.gap / found.bound < 1e-4
    assert limits.budget is not None
    assert 0 <= limits.budget - found.spend < 400


def test_costs_that_differ_by_contact_are_kept_to_the_last_unit_in_a_large_audience() -> None:
    rng = np.random.default_rng(8)
    n = 60_000
    options = Options(("a", "b", "c"), rng.normal(0, 1, (n, 3)), rng.integers(1, 500, (n, 3)))
    found = allocate(options, Limits(budget=600_000, caps={"b": 1_500}))
    assert within(options, Limits(budget=600_000, caps={"b": 1_500}), found.choice)
    assert found.spend <= 600_000
    assert found.gap / found.bound < 1e-4


def test_the_layout_of_the_numbers_in_memory_changes_nothing() -> None:
    rng = np.random.default_rng(9)
    gain, cost = rng.normal(0, 1, (50_000, 4)), rng.integers(0, 90, (50_000, 4))
    allowed, limits = rng.random((50_000, 4)) < 0.8, Limits(budget=400_000, caps={"b": 900})
    rows = allocate(Options(("a", "b", "c", "d"), gain, cost, allowed), limits)
    columns = Options(("a", "b", "c", "d"), *(np.asfortranarray(table) for table in (gain, cost, allowed)))
    assert np.array_equal(allocate(columns, limits).choice, rows.choice)


@given(st.integers(0, 6), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_the_best_option_is_the_first_of_the_largest(columns: int, rows: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(-3, 3, (rows, columns)).astype(float)
    values[values == -3] = -np.inf
    arm, best = best_option(values)
    if columns:
        assert arm.tolist() == values.argmax(axis=1).tolist()
    assert best.tolist() == values.max(axis=1, initial=-np.inf).tolist()


@pytest.mark.parametrize(
    ("changes", "limits", "code"),
    [
        ({}, {"budget": -1}, "UP751"),
        ({}, {"caps": {"a": -5}}, "UP751"),
        ({}, {"at_least": -1}, "UP751"),
        ({}, {"caps": {"letter": 5}}, "UP752"),
        ({"gain": np.array([[1.0, np.nan]])}, {}, "UP750"),
        ({"gain": np.array([[1.0]])}, {}, "UP750"),
        ({"cost": np.array([1.5, 2.5])}, {}, "UP750"),
        ({"cost": np.array([-1, 2])}, {}, "UP750"),
        ({}, {"at_least": 4}, "UP753"),
        ({}, {"at_least": 3, "capacity": 2}, "UP753"),
        ({}, {"at_least": 3, "caps": {"a": 1, "b": 1}}, "UP753"),
        ({}, {"at_least": 3, "budget": 5}, "UP754"),
    ],
)
def test_what_nobody_could_allocate_is_refused_with_its_code(
    changes: dict[str, Any], limits: dict[str, Any], code: str
) -> None:
    facts: dict[str, Any] = {"arms": ("a", "b"), "gain": np.ones((3, 2)), "cost": np.array([2, 3])} | changes
    with pytest.raises(TargetingError) as refused:
        allocate(Options(**facts), Limits(**limits))
    assert refused.value.problems[0].code == code
    assert refused.value.problems[0].fix
    assert code in CODES
