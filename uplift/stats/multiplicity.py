"""Several tests at once: adjusted p-values, and for each hypothesis the level at which its interval is shown.

A correction here never touches an estimate. It says at which level each test decided, and the caller inverts the
metric's own test at that level: so the interval excludes «no difference» exactly where the corrected test rejects.

An absent p-value (a refused comparison) stays in the family and is never rejected: what was declared counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, StatisticsError

Correction = Literal["bonferroni", "sidak", "holm", "holm_sidak", "hochberg", "hommel", "bh", "by"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decided:
    """One hypothesis of a family: its p-value as it came, adjusted, and the level at which it was decided.

    `rejected`, «the interval at `level` excludes no difference» and «adjusted < α» are one statement.
    """

    p_value: float | None
    adjusted: float | None
    rejected: bool
    level: float


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The secondary family behind its gate: `confirmatory` when every primary hypothesis was rejected."""

    confirmatory: bool
    secondary: tuple[Decided, ...]


def adjusted_p_values(p_values: Sequence[float | None], correction: Correction) -> tuple[float | None, ...]:
    """Each p-value adjusted for its family, in the given order.

    Controls the probability of any false rejection: bonferroni, sidak, holm (1979), holm_sidak, hochberg (1988) and
    hommel (1988), the last two for tests that are not negatively dependent. Controls the share of false
    rejections: bh (Benjamini & Hochberg 1995), by (Benjamini & Yekutieli 2001, any dependence).

    >>> adjusted_p_values([0.01, 0.04, 0.03], "holm")
    (0.03, 0.06, 0.06)
    """
    _check(p_values)
    m = len(p_values)
    if m == 0:
        return ()
    p = np.array([1.0 if value is None else value for value in p_values])
    order = np.argsort(p, kind="stable")
    found = np.empty(m)
    found[order] = np.minimum(_adjusted(p[order], correction), 1.0)
    return tuple(None if given is None else float(a) for given, a in zip(p_values, found, strict=True))


def _adjusted(p: Floats, correction: Correction) -> Floats:
    """Adjusted p-values of ascending p."""
    m = p.size
    rank = np.arange(1, m + 1)
    if correction == "bonferroni":
        return m * p
    if correction == "sidak":
        return _one_of(p, np.full(m, m))
    if correction == "holm":
        return np.maximum.accumulate((m + 1 - rank) * p)
    if correction == "holm_sidak":
        return np.maximum.accumulate(_one_of(p, m + 1 - rank))
    if correction == "hochberg":
        return _from_above((m + 1 - rank) * p)
    if correction == "hommel":
        return _hommel(p)
    harmonic = float(np.sum(1 / rank)) if correction == "by" else 1.0
    return _from_above(p * m / rank * harmonic)


def _one_of(p: Floats, tests: NDArray[np.int64]) -> Floats:
    """1 − (1 − p)^tests, exact for small p."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(tests * np.log1p(-p)))


def _from_above(values: Floats) -> Floats:
    return np.asarray(np.minimum.accumulate(values[::-1])[::-1])


def _hommel(p: Floats) -> Floats:
    """Hommel (1988), Biometrika 75, 383–386, by Wright's (1992) algorithm: the largest Simes bound over all subsets."""
    m = p.size
    adjusted = p.copy()
    for size in range(m, 1, -1):
        # All subsets of this size that contain hypothesis i: Simes with the i-th and the largest others.
        top = p[m - size + 1 :]
        bound = float(np.min(size * top / np.arange(2, size + 1)))
        adjusted[m - size + 1 :] = np.maximum(adjusted[m - size + 1 :], bound)
        head = np.minimum(bound, size * p[: m - size + 1])
        adjusted[: m - size + 1] = np.maximum(adjusted[: m - size + 1], head)
    return adjusted


def holm(p_values: Sequence[float | None], *, alpha: float) -> tuple[Decided, ...]:
    """Holm's step-down test with the level at which each hypothesis was decided.

    The i-th smallest p-value is compared with α/(m − i + 1) until one is not below; that stopping level belongs to
    all that are left. The intervals at these levels agree with the decisions; they don't cover simultaneously.
    Holm (1979), Scandinavian Journal of Statistics 6, 65–70.

    >>> [(d.rejected, round(d.level, 4)) for d in holm([0.04, 0.001, None], alpha=0.05)]
    [(False, 0.025), (True, 0.0167), (False, 0.025)]
    """
    adjusted = adjusted_p_values(p_values, "holm")
    m = len(p_values)
    order = sorted(range(m), key=lambda k: _or_one(p_values[k]))
    levels, rejected = [alpha] * m, [False] * m
    going = True
    level = alpha
    for step, k in enumerate(order):
        if going:
            level = alpha / (m - step)
            going = _or_one(p_values[k]) < level
        levels[k], rejected[k] = level, going
    return tuple(map(Decided, p_values, adjusted, rejected, levels))


def benjamini_hochberg(p_values: Sequence[float | None], *, alpha: float) -> tuple[Decided, ...]:
    """Benjamini & Hochberg's step-up test with the level of the FCR intervals.

    With R rejections among m, intervals at Rα/m for the rejected keep the expected share of non-covering ones among
    them below α (Benjamini & Yekutieli 2005, JASA 100, 71–81). The others are shown at the same level (at α/m
    where nothing is rejected), where they contain «no difference»; nothing is claimed for their coverage.
    """
    adjusted = adjusted_p_values(p_values, "bh")
    m = len(p_values)
    ascending = sorted(map(_or_one, p_values))
    count = max((k for k in range(1, m + 1) if ascending[k - 1] < alpha * k / m), default=0)
    level = alpha * max(count, 1) / m if m else alpha
    return tuple(
        Decided(p, a, count > 0 and _or_one(p) < level, level) for p, a in zip(p_values, adjusted, strict=True)
    )


def hierarchy(primary: Sequence[Decided], secondary: Sequence[float | None], *, alpha: float) -> Hierarchy:
    """The secondary metrics behind the primary ones: a serial gate, then Holm at the full α.

    Only when every primary hypothesis is rejected (with several arms: in every arm) do secondary rejections count as
    proof; the error over both families is then at most α (Westfall & Krishen 2001, JSPI 99, 25–40). Otherwise the
    same levels are shown and nothing secondary is claimed.
    """
    open_gate = bool(primary) and all(d.rejected for d in primary)
    return Hierarchy(open_gate, holm(secondary, alpha=alpha))


def _or_one(p: float | None) -> float:
    return 1.0 if p is None else p


def _check(p_values: Sequence[float | None]) -> None:
    for p in p_values:
        if p is not None and not (math.isfinite(p) and 0 <= p <= 1):
            raise StatisticsError(
                Problem("UP645", f"{p} is not a p-value", fix="give numbers from 0 to 1, and None where there is none")
            )
