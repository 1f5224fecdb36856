"""Where a monotone function crosses zero, without derivatives and without importing an optimiser."""

from __future__ import annotations

import math
from collections.abc import Callable


def root_between(f: Callable[[float], float], low: float, high: float, *, within: float = 1e-12) -> float:
    """The x in [low, high] where f changes sign: Chandrupatla's mix of bisection and inverse quadratic interpolation.

    `within` is absolute, in x. f may be ±infinite (then a step bisects) but not nan. Raises ValueError when f has
    the same sign at both ends: a bracket that does not bracket is a bug of the caller.

    Chandrupatla (1997), Advances in Engineering Software 28, 145–149.

    >>> round(root_between(lambda x: x * x - 2, 0, 2), 9)
    1.414213562
    """
    a, b = high, low
    fa, fb = f(a), f(b)
    if fa == 0 or fb == 0:
        return a if fa == 0 else b
    if not (fa < 0 < fb or fb < 0 < fa):
        raise ValueError(f"no sign change between {low} ({fb}) and {high} ({fa})")
    c, fc = b, fb
    t = 0.5
    while True:
        x = a + t * (b - a)
        fx = f(x)
        if (fx > 0) == (fa > 0):
            c, fc = a, fa
        else:
            c, b, fc, fb = b, a, fb, fa
        a, fa = x, fx
        best = a if abs(fa) < abs(fb) else b
        width = abs(b - a)
        slack = (2 * math.ulp(1.0) * abs(best) + within) / width if width else 1.0
        if fa == 0 or slack > 0.5:
            return a if fa == 0 else best
        t = _interpolated(a, b, c, fa, fb, fc)
        t = min(max(t, slack), 1 - slack)


def _interpolated(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> float:
    """How far to go from a towards b: by inverse quadratic interpolation where that is safe, else half."""
    if not all(map(math.isfinite, (fa, fb, fc))):
        return 0.5
    xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
    if not (phi**2 < xi and (1 - phi) ** 2 < 1 - xi):
        return 0.5
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)


def root_outward(
    f: Callable[[float], float], start: float, step: float, *, stop: float, within: float = 1e-12
) -> float | None:
    """The first sign change of a monotone f met when walking from `start` in strides that double, up to `stop`.

    `step` is the signed first stride. None where f keeps its sign up to `stop`: there is no such root.

    >>> root_outward(lambda x: x - 5, 0.0, 1.0, stop=100.0)
    5.0
    >>> root_outward(lambda x: x - 5, 0.0, 1.0, stop=4.0) is None
    True
    """
    inner, at_inner = start, f(start)
    while at_inner != 0:
        if inner == stop:
            return None
        outer = inner + step
        if (outer - stop) * step >= 0:
            outer = stop
        at_outer = f(outer)
        if at_outer == 0:
            return outer
        if (at_outer > 0) != (at_inner > 0):
            return root_between(f, min(inner, outer), max(inner, outer), within=within)
        inner, at_inner, step = outer, at_outer, 2 * step
    return inner
