"""Whatever the arms look like: a right number or an honest refusal, never a traceback, a warning or a contradiction."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
import pytest

from uplift.errors import StatisticsError
from uplift.results import Uplift
from uplift.stats.adjustment import compare_adjusted
from uplift.stats.clusters import compare_clusters
from uplift.stats.effects import alternatives, compare
from uplift.stats.moments import Moments
from uplift.stats.srm import srm_check, srm_sequence_check
from uplift.stats.strata import compare_strata

rng = np.random.default_rng(0)
SHARES = {
    "empty": [],
    "one who did not": [0.0],
    "one who did": [1.0],
    "one of two": [0.0, 1.0],
    "nobody": [0.0] * 500,
    "everybody": [1.0] * 500,
    "one of many": [0.0] * 499 + [1.0],
    "some": [0.0] * 400 + [1.0] * 100,
}
VALUES = {
    "empty": [],
    "one": [5.0],
    "two": [1.0, 2.0],
    "zero": [0.0] * 300,
    "equal": [7.0] * 300,
    "all but equal": [7.0] * 299 + [7.0000001],
    "losses": list(-rng.exponential(2, 300)),
    "around zero": list(rng.normal(0, 1, 300)),
    "large": list(rng.exponential(1e12, 300)),
    "small": list(rng.exponential(1e-12, 300)),
    "absurdly small": list(rng.exponential(1e-160, 300)),
    "one giant": [0.0] * 999 + [1e9],
    "baskets": list(np.where(rng.random(1_500) < 0.05, rng.lognormal(4, 1, 1_500), 0)),
    "far from zero": list(1e8 + rng.normal(0, 0.6, 300)),
}
SECOND: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ones": np.ones_like,
    "zeros": np.zeros_like,
    "buyers": lambda v: (v != 0).astype(float),
    "itself": np.copy,
    "counts": lambda v: np.arange(len(v)) % 3.0,
}
INTERVALS = ("auto", "score", "log", "hall", "fieller", "delta")
Asked = Callable[[], Uplift | tuple[Uplift, ...]]


def plain(values: dict[str, list[float]]) -> dict[str, Moments]:
    return {name: Moments.from_rows(np.array(v, dtype=float)) for name, v in values.items() if v} | {
        "empty": Moments(0, ("y",), np.full(1, np.nan), np.zeros((1, 1)), None, None)
    }


def with_second(column: str, core: int) -> dict[str, Moments]:
    made = {}
    for name, v in VALUES.items():
        y = np.array(v, dtype=float)
        if len(y):
            made[name] = Moments.from_rows(np.column_stack([y, SECOND[column](y)]), ("y", "x"), core=core)
    return made | {"empty": Moments(0, ("y", "x"), np.full(2, np.nan), np.zeros((2, 2)), None, None)}


def wrong(u: Uplift) -> Iterator[str]:
    """Everything about a comparison that can't be."""
    numbers = [u.relative, u.absolute, u.p_value]
    for interval in (u.relative_interval, u.absolute_interval):
        if interval is not None:
            numbers += [interval.low, interval.high]
            if interval.low is not None and interval.high is not None and interval.low > interval.high:
                yield "an interval upside down"
    if any(number is not None and not math.isfinite(number) for number in numbers):
        yield "a number that is none"
    if u.p_value is not None and not 0 <= u.p_value <= 1:
        yield "an impossible p-value"
    if u.direction == "refused":
        if u.refusal is None:
            yield "a refusal without a reason"
        return
    for interval, estimate in ((u.relative_interval, u.relative), (u.absolute_interval, u.absolute)):
        if interval is not None and interval.excludes(0) != (u.direction != "open"):
            yield "an interval against its verdict"
        if interval is not None and estimate is not None and u.method != "hall":
            room = 1e-9 * max(1.0, abs(estimate))
            if (interval.low or -math.inf) > estimate + room or (interval.high or math.inf) < estimate - room:
                yield "an estimate outside its interval"


def hunt(asked: dict[tuple[object, ...], Asked]) -> dict[tuple[object, ...], list[str]]:
    found = {}
    for name, ask in asked.items():
        try:
            told = ask()
        except StatisticsError as error:
            if not error.problems[0].fix:
                found[name] = ["a refusal without a way out"]
            continue
        uplifts = told if isinstance(told, tuple) else (told,)
        if problems := [problem for u in uplifts for problem in wrong(u)]:
            found[name] = problems
    return found


def pairs(arms: dict[str, Moments]) -> Iterator[tuple[str, str, Moments, Moments]]:
    for (a, control), (b, treatment) in itertools.product(arms.items(), arms.items()):
        yield a, b, control, treatment


@pytest.mark.parametrize("sides", [1, 2])
def test_shares(sides: Literal[1, 2]) -> None:
    asked: dict[tuple[object, ...], Asked] = {}
    for a, b, c, t in pairs(plain(SHARES)):
        for interval in INTERVALS:
            asked[a, b, interval] = lambda c=c, t=t, i=interval: compare(
                "m", "proportion", control=c, treatment=t, interval=i, sides=sides, alternative="down", design_ratio=9.0
            )
        asked[a, b] = lambda c=c, t=t: alternatives("m", "proportion", control=c, treatment=t, sides=sides)
    assert hunt(asked) == {}


@pytest.mark.parametrize("interval", INTERVALS)
def test_means(interval: str) -> None:
    asked: dict[tuple[object, ...], Asked] = {}
    for a, b, c, t in pairs(plain(VALUES)):
        asked[a, b] = lambda c=c, t=t: compare("m", "mean", control=c, treatment=t, interval=interval, design_ratio=9.0)
    assert hunt(asked) == {}


@pytest.mark.parametrize("column", SECOND)
def test_ratios_clusters_and_covariates(column: str) -> None:
    asked: dict[tuple[object, ...], Asked] = {}
    for a, b, c, t in pairs(with_second(column, core=2)):
        asked["ratio", a, b] = lambda c=c, t=t: compare("m", "ratio", control=c, treatment=t, design_ratio=9.0)
        asked["clusters", a, b] = lambda c=c, t=t: compare_clusters("m", "mean", control=c, treatment=t)
    for a, b, c, t in pairs(with_second(column, core=1)):
        for interval in ("auto", "delta"):
            asked["cuped", a, b, interval] = lambda c=c, t=t, i=interval: (
                compare_adjusted("m", "mean", control=c, treatment=t, interval=i).uplift
            )
    assert hunt(asked) == {}


def test_a_covariate_that_varies_in_one_arm_only_is_refused() -> None:
    y = np.array(VALUES["baskets"])
    varies = Moments.from_rows(np.column_stack([y, np.arange(len(y)) % 3.0]), ("y", "x"), core=1)
    fixed = Moments.from_rows(np.column_stack([y, np.zeros_like(y)]), ("y", "x"), core=1)
    with pytest.raises(StatisticsError, match="UP650"):
        compare_adjusted("m", "mean", control=varies, treatment=fixed)


def test_a_covariate_that_is_the_metric_leaves_nothing_to_compare() -> None:
    y = np.array(VALUES["baskets"])
    itself = Moments.from_rows(np.column_stack([y, y]), ("y", "x"), core=1)
    with pytest.raises(StatisticsError, match="say the metric itself"):
        compare_adjusted("m", "mean", control=itself, treatment=itself)


def test_strata_of_any_kind_and_size() -> None:
    arms = plain(SHARES)
    asked: dict[tuple[object, ...], Asked] = {}
    for a, b, c in itertools.product([name for name in arms if name != "empty"], repeat=3):
        strata = [(arms[a], arms[b]), (arms[c], arms[b]), (arms[a], arms[c])]
        asked[a, b, c] = lambda strata=strata: compare_strata("m", "proportion", strata=strata)
    assert hunt(asked) == {}


def test_strata_that_contradict_each_other_are_weighted_to_their_common_composition() -> None:
    """Hardly anybody against everybody, the allocation turned round: no common ratio fits, and it is said."""
    arms = plain(SHARES)
    strata = [(arms["one of two"], arms["nobody"]), (arms["everybody"], arms["nobody"])]
    strata.append((arms["one of two"], arms["everybody"]))
    found = compare_strata("m", "proportion", strata=strata)
    assert "UP613" in found.cautions or found.direction == "refused"


def test_values_beyond_all_measure_are_refused_with_what_to_do() -> None:
    giant, usual = Moments.from_rows(np.array([1e60, 2e60])), Moments.from_rows(np.array([1.0, 2.0]))
    with pytest.raises(StatisticsError, match=r"UP615.*1e\+60|UP615.*2e\+60"):
        compare("m", "mean", control=usual, treatment=giant)


@pytest.mark.parametrize("weights", [{"a": 0.0, "b": 1.0}, {"a": 0.0, "b": 0.0}])
def test_weights_of_zero_are_no_split(weights: dict[str, float]) -> None:
    with pytest.raises(StatisticsError, match="UP615"):
        srm_check({"a": 0, "b": 10}, weights)


def test_a_contact_in_an_arm_of_weight_zero_refutes_the_design_on_that_day() -> None:
    assert srm_sequence_check([[5, 5, 0], [9, 10, 1]], [0.5, 0.5, 0.0]).status == "fail"
