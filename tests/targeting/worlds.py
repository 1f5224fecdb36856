"""Made-up contacts whose true effects are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from uplift.targeting.contracts import Feature, Features, Outcome, TargetingData

Effect = Callable[[np.ndarray], np.ndarray]


def contacts(
    n: int,
    *,
    seed: int,
    effects: tuple[Effect, ...] = (lambda x: np.zeros(len(x)),),
    chances: tuple[float, ...] = (0.5, 0.5),
    base: Effect = lambda x: 0.3 + 0.05 * x[:, 0],
    binary: bool = False,
    width: int = 4,
    household: int = 1,
) -> TargetingData:
    """Contacts with `width` standard normal features and one outcome `y`; `effects` per treatment on its mean."""
    rng = np.random.default_rng(seed)
    x = np.repeat(rng.normal(size=(n // household, width)), household, axis=0)
    arm = np.repeat(rng.choice(len(chances), n // household, p=chances), household)
    n = len(arm)
    mean = np.column_stack([base(x), *(base(x) + effect(x) for effect in effects)])[np.arange(n), arm]
    y = (rng.random(n) < mean).astype(float) if binary else mean + rng.normal(scale=0.5, size=n)
    return TargetingData(
        ids=np.array([f"c{i}" for i in range(n)]),
        features=Features(x.astype(np.float32), tuple(Feature(f"x{j}", "number") for j in range(width))),
        arms=("control", *(f"arm{k}" for k in range(1, len(chances)))),
        arm=arm.astype(np.int64),
        propensity=np.tile(np.array(chances), (n, 1)),
        outcomes={"y": Outcome("y", "y", "proportion" if binary else "mean", y)},
        cluster=np.repeat(np.arange(n // household), household) if household > 1 else None,
    )
