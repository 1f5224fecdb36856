"""A confidence sequence over the days of one draw, whose contacts go on buying: purchases of a contact belong together."""

from __future__ import annotations

import math

import numpy as np

from uplift.stats.confseq import sequence_critical

RUNS, CONTROL, TREATMENT, DAYS = 400, 600, 2_400, 28


def ever_excluded(rng: np.random.Generator) -> bool:
    """Whether the sequence on log revenue excludes «no difference» on any day from 60 control buyers on."""
    z, information, buyers = np.empty((3, DAYS))
    sums = []
    for n in (CONTROL, TREATMENT):
        keen = rng.gamma(0.5, 0.02, n)[:, None]  # some contacts buy again and again
        sums.append(np.cumsum(rng.poisson(keen, (n, DAYS)) * rng.lognormal(3, 0.8, (n, DAYS)), axis=1))
    (m_c, v_c), (m_t, v_t) = ((s.mean(axis=0), s.var(axis=0, ddof=1) / len(s)) for s in sums)
    buyers = (sums[0] > 0).sum(axis=0)
    told = (buyers >= 60) & (m_c > 0) & (m_t > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = 1 / (v_c / m_c**2 + v_t / m_t**2)
        z = np.log(m_t / m_c) * np.sqrt(information)
    planned = 1 / (12 / CONTROL + 12 / TREATMENT)  # by a coefficient of variation that was guessed before the data
    return any(abs(z[d]) > sequence_critical(information[d] / planned, alpha=0.05) for d in np.flatnonzero(told))


def test_whoever_looks_every_day_is_fooled_in_fewer_than_one_of_twenty_tests() -> None:
    """Purchases of one contact hang together, so that the days tell less new than a sequence allows for."""
    rng = np.random.default_rng(20)
    fooled = sum(ever_excluded(rng) for _ in range(RUNS)) / RUNS
    assert fooled <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / RUNS)
