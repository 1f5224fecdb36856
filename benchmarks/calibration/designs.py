"""Planned power against whole simulated experiments: random designs from halves to holdouts of 5 %."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from typing import Literal

import numpy as np

from benchmarks.calibration.draws import Batch, Counts, in_portions, shopping
from benchmarks.calibration.rows import ALPHA, Cell, PowerRow
from uplift.design.question import Question, power
from uplift.spec.quantities import Effect
from uplift.stats.dunnett import control_loadings, dunnett
from uplift.stats.effects import compare
from uplift.stats.moments import Moments
from uplift.stats.multiplicity import holm

DESIGNS = 200
_SEED = 20_261_122  # of the designs; each row draws its data from a stream of its own
_FEWEST = 60  # expected control converters or buyers: the gate fails designs with fewer for want of a verdict
_ORDERS = (1.3, 1.99, 3.667, 8.0281)  # raw moments of a buyer's 1 + Poisson(0.3) orders


@cache
def cells() -> list[Cell]:
    """The same 200 designs every time: shares, revenue per contact, and shares of two or three treatment arms."""
    rng = np.random.default_rng(_SEED)
    drawn = [_drawn(rng, number) for number in range(DESIGNS)]
    drawn.sort(key=lambda found: found[0])
    return [Cell(name, partial(_row, name, section, question, sigma)) for section, name, question, sigma in drawn]


def _drawn(rng: np.random.Generator, number: int) -> tuple[str, str, Question, float]:
    """A design whose power lies anywhere between 20 and 97 %, with a verdict that is all but certain."""
    several = number % 4 == 3
    is_share = several or number % 2 == 0
    arms = int(rng.integers(2, 4)) if several else 1
    control = float(np.exp(rng.uniform(np.log(0.05), np.log(0.5)))) if number % 9 else float(rng.uniform(0.5, 0.8))
    rate = float(np.exp(rng.uniform(np.log(0.01), np.log(0.2))))
    fewest = _FEWEST if is_share else 150
    contacts = round(fewest * float(np.exp(rng.uniform(0, np.log(12)))) / (rate * min(control, 1 - control)))
    sigma = 0.0 if is_share else float(rng.uniform(0.4, 0.9))
    one, two, three, four = (math.exp((k * sigma) ** 2 / 2) * m * rate for k, m in enumerate(_ORDERS, start=1))
    variance = two - one**2
    third = three - 3 * one * two + 2 * one**3
    fourth = four - 4 * one * three + 6 * one**2 * two - 3 * one**4
    rises = bool(rng.random() < 0.7)
    correction: Literal["holm", "dunnett", "none"] = ("holm", "dunnett")[number // 4 % 2] if several else "none"
    asked = Question(
        metric="purchase" if is_share else "revenue per contact",
        is_share=is_share,
        baseline=rate if is_share else one,
        cv=None if is_share else math.sqrt(variance) / one,
        skewness=None if is_share else third / variance**1.5,
        kurtosis=None if is_share else fourth / variance**2,
        mde=Effect(Fraction(1, 10), "relative"),
        rises=rises,
        contacts=contacts,
        control=control,
        treatments=((1 - control) / arms,) * arms,
        test="score" if is_share else "log",
        alpha=ALPHA,
        sides=2 if rng.random() < 0.8 else 1,
        required=0.8,
        correction=correction,
        hypotheses=arms,
        power_for="each",
    )
    target = float(rng.uniform(0.2, 0.97))
    sized = _with_power(asked, target)
    section = "power-several" if several else "power-shares" if is_share else "power-means"
    parts = [f"{number:03d}", sized.metric, f"{100 * control:.1f}% of {contacts:,}"]
    return section, " ".join(parts), sized, sigma


def _with_power(asked: Question, target: float) -> Question:
    """The same design with the effect that gives about this power."""
    low, high = 0.0, 0.9 if not asked.rises else min(4.0, 0.9 / asked.baseline if asked.is_share else 4.0)
    for _ in range(18):
        middle = (low + high) / 2
        found = power(replace(asked, mde=Effect(Fraction(middle).limit_denominator(10_000), "relative")))
        low, high = (middle, high) if found < target else (low, middle)
    return replace(asked, mde=Effect(Fraction(high).limit_denominator(10_000), "relative"))


def _row(
    name: str, section: str, asked: Question, sigma: float, rng: np.random.Generator, replications: int
) -> PowerRow:
    lift = float(asked.mde.value) * (1 if asked.rises else -1)
    found = (
        _found_share(asked, lift, rng, replications)
        if asked.is_share
        else _found(asked, lift, sigma, rng, replications)
    )
    half = replace(
        asked,
        control=1 / (1 + len(asked.treatments)),
        treatments=(1 / (1 + len(asked.treatments)),) * len(asked.treatments),
    )
    sides = "" if asked.sides == 2 else ", one-sided"
    family = "" if section != "power-several" else f", {len(asked.treatments)} arms, {asked.correction}"
    about = f"{100 * asked.baseline:.2f}% convert" if asked.is_share else f"σ = {sigma:.2f}, cv {asked.cv:.1f}"
    return PowerRow(
        name,
        section,
        f"{asked.contacts:,.0f}, {100 * asked.control:.1f}% control{family}{sides}",
        f"{about}, uplift {100 * lift:+.1f}%",
        replications,
        planned=power(asked),
        found=found,
        even=power(half),
    )


def _found_share(asked: Question, lift: float, rng: np.random.Generator, replications: int) -> float:
    n = [round(asked.contacts * share) for share in (asked.control, *asked.treatments)]
    shares = [asked.baseline, *[asked.baseline * (1 + lift)] * len(asked.treatments)]
    drawn: Counts = np.stack([rng.binomial(k, p, replications) for k, p in zip(n, shares, strict=True)], axis=1)
    wins = 0
    for counts in drawn.tolist():
        control, *treated = (moments_of_share(c, k) for c, k in zip(counts, n, strict=True))
        wins += _first_is_found(asked, control, treated)
    return wins / replications


def _found(asked: Question, lift: float, sigma: float, rng: np.random.Generator, replications: int) -> float:
    n_control, n_treatment = (round(asked.contacts * share) for share in (asked.control, asked.treatments[0]))
    rate = asked.baseline / (math.exp(sigma**2 / 2) * _ORDERS[0])
    wins = 0
    for size in in_portions(replications, asked.contacts * rate):
        control: Batch = shopping(n_control, rate=rate, sigma=sigma)(rng, size)
        treated: Batch = shopping(n_treatment, rate=rate, sigma=sigma, lift=lift)(rng, size)
        pairs = zip(control.moments(1), treated.moments(1), strict=True)
        wins += sum(_first_is_found(asked, c, [t]) for c, t in pairs)
    return wins / replications


def _first_is_found(asked: Question, control: Moments, treated: list[Moments]) -> bool:
    """Whether the read-out says of the first arm what is true of it."""
    better: Literal["up", "down"] = "up" if asked.rises else "down"
    ratio = max(asked.control, asked.treatments[0]) / min(asked.control, asked.treatments[0])

    def read(treatment: Moments, alpha: float) -> tuple[float | None, str]:
        kind: Literal["proportion", "mean"] = "proportion" if asked.is_share else "mean"
        found = compare(
            asked.metric, kind, control=control, treatment=treatment, alpha=alpha, sides=asked.sides,
            alternative=better, design_ratio=ratio,
        )  # fmt: skip
        return found.p_value, found.direction

    level = asked.alpha
    if len(treated) > 1:
        p_values = [read(arm, asked.alpha)[0] for arm in treated]
        if asked.correction == "holm":
            level = holm(p_values, alpha=asked.alpha)[0].level
        else:
            loadings = control_loadings(1 / control.n, [1 / arm.n for arm in treated])
            level = dunnett(p_values, loadings=loadings, alpha=asked.alpha, sides=asked.sides)[0].level
    return read(treated[0], level)[1] == better


def moments_of_share(converters: int, n: int) -> Moments:
    """Moments of n contacts, so many of them with a 1, without their rows."""
    p = converters / n
    central = [n * (p * (1 - p) ** k + (1 - p) * (-p) ** k) for k in (2, 3, 4)]
    second, third, fourth = (np.full((1,) * order, value) for order, value in zip((2, 3, 4), central, strict=True))
    return Moments(n, ("y",), np.array([p]), second, third, fourth, converters)
