"""Simulated coverage of strata, pre-period covariates (CUPED) and households."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np

from benchmarks.calibration.beside import Values, mean_values, ratio_values
from benchmarks.calibration.draws import (
    EXPONENTS,
    Batch,
    Draw,
    buyers_again,
    households,
    in_portions,
    regular_orders,
    regulars,
    shopping,
    with_covariate,
)
from benchmarks.calibration.means import counted, lying, placed
from benchmarks.calibration.rows import ALPHA, Cell, CoverageRow
from uplift.results import Uplift
from uplift.stats.adjustment import Pair, compare_adjusted, inverted_pair
from uplift.stats.clusters import compare_clusters
from uplift.stats.decision import Level
from uplift.stats.estimates import mean_of, ratio_of
from uplift.stats.moments import Moments
from uplift.stats.strata import post_stratified, stratified_ratio_z

DESIGNS = ((50, 0), (20, 0), (10, 0), (10, 20))  # per cent in the control, lift in per cent
BUYERS = 150  # expected control buyers, or control households with a purchase
# Four strata: how many of the contacts, how often they convert relative to the average, share of the control.
STRATA = ((0.4, 0.5), (0.3, 0.8), (0.2, 1.5), (0.1, 2.6))
Arms = tuple[Moments, Moments]


def cells() -> list[Cell]:
    found = []
    for make, kinds in ((_strata, STRATA_KINDS), (_cuped, CUPED_KINDS), (_clusters, CLUSTER_KINDS)):
        found += [Cell(_name(kind, *d), partial(make, kind, *d)) for kind in kinds for d in DESIGNS]
    return found


STRATA_KINDS = ("strata share", "strata revenue per contact", "strata order value")
CUPED_KINDS = (
    "cuped share",
    "cuped revenue per contact ρ0.5",
    "cuped revenue per contact ρ0.9",
    "cuped order value ρ0.9",
)
CLUSTER_KINDS = ("clusters share", "clusters revenue per contact", "clusters order value")


def _name(kind: str, split: int, lift: int) -> str:
    return f"{kind} {split}/{100 - split} {lift:+d}%"


def _sizes(split: int, rate: float) -> tuple[int, int]:
    n_c = round(BUYERS / rate)
    return n_c, round(n_c * (100 - split) / split)


def _strata(kind: str, split: int, lift: int, rng: np.random.Generator, replications: int) -> CoverageRow:
    """Each stratum is drawn with its own rate; the naive, delta and Welch columns read the arms as a whole."""
    rate, truth, shares, per_order = 0.03, lift / 100, kind == "strata share", kind == "strata order value"
    n_c, n_t = _sizes(split, rate)
    ours: list[str | None] = []
    values = []
    for size in in_portions(replications, (n_c + n_t) * rate):
        drawn = []
        for part, factor in STRATA:
            arms = ((n_c, 0.0), (n_t, truth))
            c, t = (_stratum(round(n * part), rate * factor, up, shares=shares)(rng, size) for n, up in arms)
            drawn.append((c, t))
        pooled = _total([pair[0] for pair in drawn]), _total([pair[1] for pair in drawn])
        values.append(_both(ratio_values if per_order else mean_values, *pooled))
        metric: Literal["mean", "ratio"] = "ratio" if per_order else "mean"
        ours += _by_score(drawn, truth) if shares else _post_stratified(metric, drawn, pooled, truth)
    process = "four strata that convert at 0.5 to 2.6 times the average of 3%"
    if not shares:
        process += ", lognormal baskets σ = 0.75"
    return _row(kind, split, lift, (n_c, n_t), process, "score" if shares else "log", replications, ours, values)


def _stratum(n: int, rate: float, lift: float, *, shares: bool) -> Draw:
    return partial(_converting, n, rate * (1 + lift)) if shares else shopping(n, rate=rate, sigma=0.75, lift=lift)


def _converting(n: int, rate: float, rng: np.random.Generator, replications: int) -> Batch:
    events = rng.binomial(n, rate, replications)
    powers = {(a, b): events.astype(np.float64) if b == 0 else np.zeros(replications) for a, b in EXPONENTS}
    powers[0, 0] = np.full(replications, float(n))
    return Batch(("converted", "nothing"), powers, events)


def _by_score(drawn: list[tuple[Batch, Batch]], truth: float) -> list[str | None]:
    """Where the stratified interval lies: the statistic at the truth says it without searching for the bounds."""
    critical, found = Level(ALPHA).critical(), list[str | None]()
    for i in range(drawn[0][0].n.size):
        counts = [(int(c.nonzero[i]), int(c.n[i]), int(t.nonzero[i]), int(t.n[i])) for c, t in drawn]
        z = stratified_ratio_z(counts, 1 + truth)
        found.append("above" if z > critical else "below" if z < -critical else "around")
    return found


def _post_stratified(
    kind: Literal["mean", "ratio"], drawn: list[tuple[Batch, Batch]], pooled: tuple[Batch, Batch], truth: float
) -> list[str | None]:
    """`compare_strata` without its pooling of moments, which the batches have done for all replicates at once."""
    found = list[str | None]()
    core, read = (2, ratio_of) if kind == "ratio" else (1, mean_of)
    moments = [(c.moments(core), t.moments(core)) for c, t in drawn]
    whole = zip(pooled[0].moments(core), pooled[1].moments(core), strict=True)
    for i, (c, t) in enumerate(whole):
        pair = post_stratified(kind, [(a[i], b[i]) for a, b in moments])
        inversion, _ = inverted_pair(pair, Pair(read(c), read(t), 0.0), Level(ALPHA))
        assert inversion is not None
        assert inversion.relative is not None
        found.append(lying(inversion.relative, truth))
    return found


def _total(batches: list[Batch]) -> Batch:
    first, *rest = batches
    for batch in rest:
        first = first + batch
    return first


def _cuped(kind: str, split: int, lift: int, rng: np.random.Generator, replications: int) -> CoverageRow:
    rate, truth = 0.05, lift / 100
    n = _sizes(split, rate)
    process = "5% buy before and after, half of them both times"
    if kind == "cuped share":
        draws = [buyers_again(k, rate=rate, lift=u) for k, u in zip(n, (0, truth), strict=True)]

        def bought(arms: Arms) -> Uplift:
            return compare_adjusted("m", "proportion", control=arms[0], treatment=arms[1]).uplift

        ours, values = _simulated(draws, mean_values, bought, 1, truth, 1, rng, replications)
        return _row(kind, split, lift, n, process, "log", replications, ours, values)
    correlation = float(kind.split("ρ")[1])
    process += f", baskets σ = 0.75 with log correlation {correlation:g}"
    if kind.startswith("cuped order value"):
        ours, values = _adjusted_orders(n, rate, correlation, truth, rng, replications)
    else:
        draws = [
            regulars(k, rate=rate, sigma=0.75, correlation=correlation, lift=u)
            for k, u in zip(n, (0, truth), strict=True)
        ]

        def read(arms: Arms) -> Uplift:
            return compare_adjusted("m", "mean", control=arms[0], treatment=arms[1]).uplift

        ours, values = _simulated(draws, mean_values, read, 1, truth, 1.5 * rate * sum(n), rng, replications)
    return _row(kind, split, lift, n, process, "log", replications, ours, values)


def _adjusted_orders(
    n: tuple[int, int], rate: float, correlation: float, truth: float, rng: np.random.Generator, replications: int
) -> tuple[list[str | None], list[tuple[Values, Values]]]:
    """Order value, adjusted for the revenue before: three columns per contact."""
    ours: list[str | None] = []
    values = []
    for size in in_portions(replications, 1.5 * rate * sum(n)):
        c, t = (
            regular_orders(k, rate=rate, sigma=0.75, correlation=correlation, lift=u)(rng, size)
            for k, u in zip(n, (0, truth), strict=True)
        )
        values.append(_both(ratio_values, c[0], t[0]))
        for a, b in zip(with_covariate(*c), with_covariate(*t), strict=True):
            ours.append(placed(compare_adjusted("m", "ratio", control=a, treatment=b).uplift, truth))
    return ours, values


def _clusters(kind: str, split: int, lift: int, rng: np.random.Generator, replications: int) -> CoverageRow:
    """Households; the columns beside ours are given household totals too (contacts alone would be worse)."""
    truth, shares, per_order = lift / 100, kind == "clusters share", kind == "clusters order value"
    n = _sizes(split, 0.05)
    sigma = None if shares else 0.75
    draws = [
        households(k, active=0.06, joining=0.6, sigma=sigma, lift=u, per_order=per_order)
        for k, u in zip(n, (0, truth), strict=True)
    ]
    metric: Literal["proportion", "mean", "ratio"] = "proportion" if shares else "ratio" if per_order else "mean"
    process = "households of 1 to 4, 6% of them shop, each member joins with 60%"
    if not shares:
        process += ", lognormal baskets σ = 0.75 with a household factor"

    def read(arms: Arms) -> Uplift:
        return compare_clusters("m", metric, control=arms[0], treatment=arms[1])

    ours, values = _simulated(draws, ratio_values, read, 2, truth, 0.1 * sum(n), rng, replications)
    return _row(kind, split, lift, n, process, "log", replications, ours, values)


def _simulated(
    draws: list[Draw],
    values_of: Callable[[Batch], Values],
    read: Callable[[Arms], Uplift],
    core: int,
    truth: float,
    expected: float,
    rng: np.random.Generator,
    replications: int,
) -> tuple[list[str | None], list[tuple[Values, Values]]]:
    ours: list[str | None] = []
    values = []
    for size in in_portions(replications, expected):
        c, t = (draw(rng, size) for draw in draws)
        values.append(_both(values_of, c, t))
        ours += [placed(read(arms), truth) for arms in zip(c.moments(core), t.moments(core), strict=True)]
    return ours, values


def _both(values_of: Callable[[Batch], Values], control: Batch, treatment: Batch) -> tuple[Values, Values]:
    return values_of(control), values_of(treatment)


def _row(
    kind: str,
    split: int,
    lift: int,
    n: tuple[int, int],
    process: str,
    method: str,
    replications: int,
    ours: list[str | None],
    values: list[tuple[Values, Values]],
) -> CoverageRow:
    section, metric = kind.split(" ", 1)
    return CoverageRow(
        _name(kind, split, lift),
        section,
        f"{n[0]:,} / {n[1]:,} ({split}% control)",
        f"{metric.split(' ρ')[0]}; {process}, uplift {lift:+d}%",
        True,
        replications,
        *counted(method, ours, values, lift / 100),
    )
