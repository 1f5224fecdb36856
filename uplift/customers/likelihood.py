"""Maximum likelihood on the log scale: parameters stay positive, gradients are exact, the curvature gives errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, StatisticsError

Floats = NDArray[np.float64]
LogLikelihood = Callable[[Floats], tuple[float, Floats]]
EDGE = 12.0  # a logarithm beyond ±12 is no estimate: the likelihood rises towards nought or infinity
SAME = 5.0  # a shape above e⁵ ≈ 148 means: all customers are alike; beyond it nothing changes but the arithmetic


@dataclass(frozen=True, slots=True)
class Fit:
    """How a maximum was found: `logs` are the parameters' logarithms, `covariance` theirs (None: no such curvature).

    `at_edge` names parameters that the data push to nought or infinity: a population without differences in them.
    """

    logs: Floats
    log_likelihood: float
    covariance: Floats | None
    at_edge: tuple[str, ...]

    def shifted(self, by: Floats, log_likelihood: float) -> Fit:
        """The fit in another unit: logarithms move, errors stay."""
        return replace(self, logs=self.logs + by, log_likelihood=self.log_likelihood + log_likelihood)

    def draws(self, n: int, rng: np.random.Generator) -> Floats | None:
        """`n` draws of the logarithms from their large-sample normal distribution; None where there is none."""
        if self.covariance is None:
            return None
        return np.asarray(rng.multivariate_normal(self.logs, self.covariance, size=n, method="cholesky"))


def maximise(log_likelihood: LogLikelihood, start: Floats, names: tuple[str, ...], highest: tuple[float, ...]) -> Fit:
    """Climb from `start` (logarithms, each at most `highest`) to the maximum; again if it ends at an edge.

    Raises StatisticsError (UP662) when no maximum is found.
    """
    from scipy.optimize import minimize

    weight = max(1.0, abs(log_likelihood(start)[0]))

    def descent(logs: Floats) -> tuple[float, Floats]:
        value, slopes = log_likelihood(logs)
        return -value / weight, -slopes / weight

    best = None
    for point in (start, start + 0.7):
        found = minimize(
            descent,
            point,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-EDGE, high) for high in highest],
            options={"maxiter": 2_000, "ftol": 1e-15, "gtol": 1e-10},
        )
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
        if found.success and np.abs(found.jac).max() < 1e-6 and (found.x < np.array(highest) - 1e-3).all():
            break
    top = np.array(highest)
    inner = None if best is None else (best.x > -EDGE + 1e-6) & (best.x < top - 1e-6)
    steep = None if best is None else float(np.abs(best.jac[inner]).max(initial=0.0))
    if best is None or steep is None or steep > 1e-4:
        message = f"no maximum of the likelihood was found for {', '.join(names)}"
        raise StatisticsError(Problem("UP662", message, fix="look at the purchases: too few, or all alike"))
    logs = np.asarray(best.x, dtype=np.float64)
    edge = tuple(
        name for name, value, high in zip(names, logs, highest, strict=True) if not -EDGE + 1e-3 < value < high - 1e-3
    )
    covariance = None if edge else _covariance(log_likelihood, logs)
    return Fit(logs, -float(best.fun) * weight, covariance, edge)


def _covariance(log_likelihood: LogLikelihood, logs: Floats, step: float = 1e-4) -> Floats | None:
    """The inverse of the negative curvature, from differences of the exact gradient; None where it is no maximum."""
    rows = []
    for k in range(len(logs)):
        by = np.zeros(len(logs))
        by[k] = step
        rows.append((log_likelihood(logs + by)[1] - log_likelihood(logs - by)[1]) / (2 * step))
    curvature = -np.array(rows)
    curvature = (curvature + curvature.T) / 2
    if np.linalg.eigvalsh(curvature).min() <= 1e-6 * np.abs(curvature).max():
        return None
    return np.asarray(np.linalg.inv(curvature))


@dataclass(frozen=True, slots=True)
class Summed:
    """Γ(q + x)/Γ(q) and its slope for many x that are often equal: computed once per distinct x."""

    distinct: Floats
    where: NDArray[np.intp]

    @classmethod
    def of(cls, x: Floats) -> Summed:
        """The distinct values, and which of them each x is."""
        distinct, where = np.unique(x, return_inverse=True)
        return cls(distinct, where.ravel())

    def gammaln(self, q: float) -> Floats:
        """ln Γ(q + x) − ln Γ(q) per distinct x."""
        from scipy.special import gammaln

        return np.asarray(gammaln(q + self.distinct) - gammaln(q))

    def digamma(self, q: float) -> Floats:
        """ψ(q + x) − ψ(q) per distinct x."""
        from scipy.special import digamma

        return np.asarray(digamma(q + self.distinct) - digamma(q))
