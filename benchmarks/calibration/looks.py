"""Tests that are read several times: errors and power of planned looks, of confidence sequences and of peeking."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from benchmarks.calibration.beside import mean_values
from benchmarks.calibration.draws import in_portions, shopping
from benchmarks.calibration.means import statistic_at
from benchmarks.calibration.rows import ALPHA, Cell, LooksRow
from uplift.stats.boundaries import SMALLEST_STEP, spending_boundaries
from uplift.stats.confseq import sequence_critical
from uplift.stats.decision import Level
from uplift.stats.effects import compare
from uplift.stats.estimates import mean_of
from uplift.stats.moments import Moments
from uplift.stats.proportions import ratio_z
from uplift.stats.sequential import FEWEST_CONTROL_CONVERTERS
from uplift.stats.sequential_power import plan_sequential
from uplift.stats.spending import spending_function

Floats = NDArray[np.float64]
Q = Level(ALPHA).critical()
DRIFT = Q + float(ndtri(0.8))  # the z that an effect shows at the end when a fixed test finds it with 80%
RATE, SIGMA = 0.03, 0.75
LOOKS = {
    "4 equal looks": (0.25, 0.5, 0.75, 1.0),
    "4 unequal looks": (0.15, 0.45, 0.6, 1.0),
    "28 daily looks": tuple((day + 1) / 28 for day in range(28)),
    "14 daily looks": tuple((day + 1) / 14 for day in range(14)),
}
Metric = Literal["share", "revenue per contact"]
Design = tuple[Metric, int, str, str, bool]  # metric, per cent in the control, rule, looks, at the plan's own size


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What each look has seen: z, information and control converters, replicates × looks."""

    z: Floats
    information: Floats
    converters: Floats


def cells() -> list[Cell]:
    rules = ("obrien_fleming", "pocock", "hsd(-4)")
    times = ((10, "4 equal looks"), (10, "4 unequal looks"), (50, "4 equal looks"))
    planned: list[Design] = [("share", split, rule, when, False) for rule in rules for split, when in times]
    planned += [
        ("revenue per contact", split, rule, "4 equal looks", False)
        for split, rule in ((10, "obrien_fleming"), (10, "pocock"), (10, "hsd(-4)"), (50, "obrien_fleming"))
    ]
    planned += [("share", split, rule, when, True) for rule in rules for split, when in times]
    open_ended: list[Design] = [
        ("share", split, "confidence sequence", "28 daily looks", False) for split in (10, 20, 50)
    ]
    open_ended += [("revenue per contact", 10, "confidence sequence", "14 daily looks", False)]
    return [Cell(_name(*d), partial(_row, *d)) for d in (*planned, *open_ended)]


def _name(metric: Metric, split: int, rule: str, when: str, own_size: bool) -> str:
    return f"{rule} {metric} {split}/{100 - split} {when}{', the size it plans' if own_size else ''}"


def _row(
    metric: Metric, split: int, rule: str, when: str, own_size: bool, rng: np.random.Generator, replications: int
) -> LooksRow:
    """With the contacts of a single read-out, or as many more as the plan says that the rule costs (`own_size`)."""
    sequence = rule == "confidence sequence"
    once = round((300 if sequence else 500) / RATE)
    size = _inflation(rule, LOOKS[when]) if own_size else 1.0
    n_c = round(once * size)
    n_t, once_t = (round(n * (100 - split) / split) for n in (n_c, once))
    # 1/se² of the log ratio at the planned end; revenue per contact varies more than a share.
    spread = 1 / RATE - 1 if metric == "share" else _cv2()
    planned = 1 / (spread / n_c + spread / n_t)
    drawn = _shares if metric == "share" else _revenue
    crossing = partial(_sequence if sequence else partial(_planned_looks, rule), planned)
    effect = math.expm1(DRIFT / math.sqrt(planned / size))
    without, some = (drawn(n_c, n_t, LOOKS[when], lift, rng, replications) for lift in (0.0, effect))
    at_once = drawn(once, once_t, (1.0,), effect, rng, replications) if own_size else some
    (first, _), (won, stop) = crossing(without), crossing(some)
    valid = _taken(without)
    seen = np.asarray(LOOKS[when])[stop] * size
    about = [f"{n_c:,} / {n_t:,} ({split}% control), {when}"]
    if len(LOOKS[when]) < 5:
        about.append("at " + ", ".join(f"{t:.0%}" for t in LOOKS[when]))
    if own_size:
        about.append(f"({size:.3f} times the single read-out)")
    return LooksRow(
        _name(metric, split, rule, when, own_size),
        "confidence-sequence" if sequence else "sized-by-plan" if own_size else "group-sequential",
        " ".join(about),
        f"{metric}; 3% {'convert' if metric == 'share' else f'buy, lognormal baskets σ = {SIGMA:g}'}",
        rule,
        at_most=sequence,
        promised=metric == "share" or sequence,
        replications=replications,
        up=float((first > 0).mean()),
        down=float((first < 0).mean()),
        fixed=float((np.abs(without.z[:, -1]) > Q).mean()),
        peeking=float(((np.abs(without.z) > Q) & valid).any(axis=1).mean()),
        skipped=float(1 - valid.mean()),
        power=float((won > 0).mean()),
        fixed_power=float((at_once.z[:, -1] > Q).mean()),
        size=size,
        used=float(seen.mean()),
        power_promised=own_size or rule != "pocock",
    )


def _inflation(rule: str, looks: tuple[float, ...]) -> float:
    return plan_sequential(spending_function(rule), looks, alpha=ALPHA, power=0.8).inflation


def _cv2() -> float:
    """Squared coefficient of variation of revenue per contact: E[y²]/E[y]² − 1 of the process in `draws.shopping`."""
    orders, orders2 = 1.3, 1.3**2 + 0.3  # 1 + Poisson(0.3)
    return orders2 * math.exp(SIGMA**2) / (RATE * orders**2) - 1


def _portions(n: int, looks: tuple[float, ...]) -> NDArray[np.int64]:
    """How many contacts each look adds."""
    seen: NDArray[np.int64] = np.round(np.asarray(looks) * n).astype(np.int64)
    seen[1:] -= seen[:-1].copy()
    return seen


def _shares(
    n_c: int, n_t: int, looks: tuple[float, ...], lift: float, rng: np.random.Generator, replications: int
) -> Seen:
    """Score z, as `compare` reads it; information from the realised error of the log ratio."""
    shape = (replications, len(looks))
    m_c, m_t = (_portions(n, looks).cumsum() for n in (n_c, n_t))
    c = rng.binomial(_portions(n_c, looks), RATE, shape).cumsum(axis=1)
    t = rng.binomial(_portions(n_t, looks), RATE * (1 + lift), shape).cumsum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = 1 / (1 / c - 1 / m_c + 1 / t - 1 / m_t)
    return Seen(ratio_z(c, m_c, t, m_t, 1.0), information, c)


def _revenue(
    n_c: int, n_t: int, looks: tuple[float, ...], lift: float, rng: np.random.Generator, replications: int
) -> Seen:
    """The z that belongs to the p-value of the interval that `auto` chooses."""
    parts = []
    for size in in_portions(replications, (n_c + n_t) * RATE):
        arms = []
        for n, up in ((n_c, 0.0), (n_t, lift)):
            added = [shopping(int(k), rate=RATE, sigma=SIGMA, lift=up)(rng, size) for k in _portions(n, looks)]
            total, batches = added[0], [added[0]]
            for batch in added[1:]:
                total = total + batch
                batches.append(total)
            arms.append(batches)
        looks_seen = []
        for c, t in zip(*arms, strict=True):
            a, b = mean_values(c), mean_values(t)
            pairs = zip(c.moments(core=1), t.moments(core=1), strict=True)
            z = [_z(x, y, n_t / n_c) for x, y in pairs]
            information = 1 / (a.variance / a.value**2 + b.variance / b.value**2)
            looks_seen.append((np.array(z), information, c.nonzero.astype(float)))
        parts.append([np.stack(column, axis=1) for column in zip(*looks_seen, strict=True)])
    return Seen(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _z(control: Moments, treatment: Moments, design_ratio: float) -> float:
    """The normal deviate of the p-value of `compare`, without searching for the bounds of its interval."""
    c, t = mean_of(control), mean_of(treatment)
    if not (c.apart_from_zero and t.apart_from_zero):
        found = compare("m", "mean", control=control, treatment=treatment, design_ratio=design_ratio)
        statistic, p = found.absolute, found.p_value
    else:
        statistic, df = statistic_at("mean", c, t, 0.0, design_ratio)
        p = Level(ALPHA).p_value(statistic, df)
    return 0.0 if p is None or statistic is None else math.copysign(-float(ndtri(p / 2)), statistic)


def _taken(seen: Seen) -> NDArray[np.bool_]:
    """Looks with 60 control converters or more; the read-out always is one."""
    valid = seen.converters >= FEWEST_CONTROL_CONVERTERS
    valid[:, -1] = True
    return valid


Crossed = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Per replicate: 1 or −1 when a look crosses its bound (the first that does), else 0; and the look it ended at."""


def _planned_looks(rule: str, planned: float, seen: Seen) -> Crossed:
    spending, valid = spending_function(rule), _taken(seen)
    found = np.zeros(len(seen.z), dtype=np.int64)
    ended = np.full(len(seen.z), seen.z.shape[1] - 1)
    # No bound lies below that of a single look, so most replicates without an effect need none.
    for i in np.flatnonzero(np.abs(seen.z).max(axis=1, where=valid, initial=0.0) > Q).tolist():
        z, information = seen.z[i], seen.information[i]
        used: list[int] = []
        levels: list[float] = []
        for k in np.flatnonzero(valid[i]).tolist():
            least = levels[-1] * (1 + SMALLEST_STEP) if levels else 0.0
            if information[k] >= least or k == len(z) - 1:
                used.append(k)
                levels.append(max(float(information[k]), least))
        for k, bound in zip(used, spending_boundaries(spending, levels, alpha=ALPHA, planned=planned), strict=True):
            if not bound.lower <= z[k] <= bound.upper:
                found[i], ended[i] = int(np.sign(z[k])), k
                break
    return found, ended


def _sequence(planned: float, seen: Seen) -> Crossed:
    valid = seen.converters >= FEWEST_CONTROL_CONVERTERS
    critical_at: Callable[[Floats], Floats] = np.vectorize(partial(sequence_critical, alpha=ALPHA))
    crossed = np.zeros(seen.z.shape, dtype=bool)
    crossed[valid] = np.abs(seen.z[valid]) > critical_at(seen.information[valid] / planned)
    first, any_look = crossed.argmax(axis=1), crossed.any(axis=1)
    z = seen.z[np.arange(len(first)), first]
    ended = np.where(any_look, first, seen.z.shape[1] - 1)
    return np.where(any_look, np.sign(z), 0).astype(np.int64), ended.astype(np.int64)
