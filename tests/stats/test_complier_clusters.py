"""Clusters of one contact say what contacts say; larger ones agree with the jackknife over clusters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from uplift.errors import StatisticsError
from uplift.results import Interval
from uplift.stats.complier import complier_effect, diluted_effect
from uplift.stats.complier_clusters import complier_effect_of_clusters, diluted_effect_of_clusters
from uplift.stats.decision import Level
from uplift.stats.moments import Moments

LEVEL = Level(0.05)
COLUMNS = ("inside", "contacts", "outside", "flagged")


def totals(y: np.ndarray, flag: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """One row per cluster: y of the flagged, contacts, y of the others, flagged."""
    n = cluster.max() + 1
    parts = (y * flag, np.ones_like(y), y * ~flag, flag.astype(float))
    return np.column_stack([np.bincount(cluster, part, n) for part in parts])


def moments(rows: np.ndarray) -> Moments:
    return Moments.from_rows(rows, COLUMNS)


def plain(y: np.ndarray) -> Moments:
    return Moments.from_rows(y)


def households(rng: np.random.Generator, n: int, *, share: float, effect: float) -> np.ndarray:
    """Totals of n households of one to four contacts that share a taste for buying and for being reached."""
    cluster = np.repeat(np.arange(n), rng.integers(1, 5, n))
    taste = rng.gamma(2, 1, n)[cluster]
    flag = rng.random(cluster.size) < share * np.minimum(taste / 2, 1.5)
    y = rng.exponential(taste) * np.where(flag, 1 + effect, 1.0)
    return totals(y, flag, cluster)


def close(found: Interval | None, wanted: Interval | None, rel: float) -> None:
    assert (found is None) == (wanted is None)
    if found is not None and wanted is not None:
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), rel=rel)


def test_clusters_of_one_contact_have_the_complier_effect_of_contacts() -> None:
    rng = np.random.default_rng(1)
    y_c, y_t, reached = rng.exponential(2, 3_000), rng.exponential(2.6, 4_000), rng.random(4_000) < 0.4
    alone = np.arange(4_000)
    found = complier_effect_of_clusters(
        moments(totals(y_c, np.zeros(3_000, bool), alone[:3_000])), moments(totals(y_t, reached, alone)), level=LEVEL
    )
    wanted = complier_effect(plain(y_c), plain(y_t[reached]), plain(y_t[~reached]), level=LEVEL)
    for name in ("share", "baseline", "absolute", "relative"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-10)
    close(found.absolute_interval, wanted.absolute_interval, 1e-9)
    close(found.relative_interval, wanted.relative_interval, 1e-9)


def test_clusters_of_one_contact_have_the_diluted_effect_of_contacts() -> None:
    rng = np.random.default_rng(2)
    y_c, y_t = rng.exponential(2, 3_000), rng.exponential(2.6, 4_000)
    in_c, in_t = rng.random(3_000) < 0.3, rng.random(4_000) < 0.3
    alone = np.arange(4_000)
    found = diluted_effect_of_clusters(
        moments(totals(y_c, in_c, alone[:3_000])), moments(totals(y_t, in_t, alone)), level=LEVEL
    )
    untriggered = plain(np.concatenate([y_c[~in_c], y_t[~in_t]]))
    wanted = diluted_effect(plain(y_c[in_c]), plain(y_t[in_t]), untriggered, level=LEVEL)
    for name in ("share", "absolute", "relative"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-10)
    # Here the number of the triggered is random too; the variance of their mean is the same to order 1/n.
    close(found.absolute_interval, wanted.absolute_interval, 5e-3)
    close(found.relative_interval, wanted.relative_interval, 5e-3)


@pytest.mark.parametrize("which", ["complier", "diluted"])
def test_the_interval_of_households_is_that_of_the_jackknife(which: str) -> None:
    rng = np.random.default_rng(3)
    control, treatment = (households(rng, 700, share=0.3, effect=e) for e in (0.0, 0.4))
    if which == "complier":  # nobody in control was reached
        control[:, 0], control[:, 2], control[:, 3] = 0.0, control[:, 0] + control[:, 2], 0.0

    def estimates(c: np.ndarray, t: np.ndarray) -> tuple[float, float]:
        (a, m, b, r), (a0, m0, b0, r0) = t.sum(axis=0), c.sum(axis=0)
        if which == "complier":
            base = (a0 + b0) / m0 - b / m
            return (a / m - base) / (r / m), a / m / base - 1
        share = (r + r0) / (m + m0)
        outside = (b + b0) / (m + m0 - r - r0)
        effect = share * (a / r - a0 / r0)
        return effect, effect / (share * a0 / r0 + (1 - share) * outside)

    read: Callable[..., object] = complier_effect_of_clusters if which == "complier" else diluted_effect_of_clusters
    found = read(moments(control), moments(treatment), level=LEVEL)
    variance = np.zeros(2)
    for number, rows in enumerate((control, treatment)):
        pair = [control, treatment]
        without = []
        for k in range(len(rows)):
            pair[number] = np.delete(rows, k, axis=0)
            without.append(estimates(*pair))
        own = np.array(without)
        variance += (len(rows) - 1) * ((own - own.mean(axis=0)) ** 2).mean(axis=0)
    for value, interval, wanted, error in zip(
        (found.absolute, found.relative),
        (found.absolute_interval, found.relative_interval),
        estimates(control, treatment),
        np.sqrt(variance),
        strict=True,
    ):
        assert value == pytest.approx(wanted, rel=1e-10)
        assert interval.half_width / 1.959964 == pytest.approx(error, rel=0.06)  # Fieller's set is a little wider


def test_a_reached_control_and_a_trigger_of_one_arm_are_refused() -> None:
    rng = np.random.default_rng(4)
    some = moments(households(rng, 50, share=0.3, effect=0.0))
    nobody = moments(households(rng, 50, share=0.0, effect=0.0))
    with pytest.raises(StatisticsError, match=r"UP643.*in control were reached"):
        complier_effect_of_clusters(some, some, level=LEVEL)
    with pytest.raises(StatisticsError, match="UP610"):
        diluted_effect_of_clusters(nobody, some, level=LEVEL)
    assert complier_effect_of_clusters(nobody, nobody, level=LEVEL).absolute is None
