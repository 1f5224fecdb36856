"""Two thousand bootstrap replicates over a million contacts: CPU seconds and peak memory.

Contacts of a 10/90 test, of whom 3%, 10% or all have a value of their own; each row is measured in a process of its
own, whose memory before the draw (imports and the contacts themselves) is taken off. `buckets` are 1,000 sums per arm,
as the engine delivers them, bootstrap and jackknife together.

    python -m benchmarks.resampling [contacts] [replicates]

How far the jackknife over buckets strays from the formula on sound data, in simulated tests with 3% buyers:

    python -m benchmarks.resampling --agreement [tests]
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

CONTACTS, REPLICATES = 1_000_000, 2_000
SHARES = (0.03, 0.1, 1.0)


def arms(contacts: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Values of control and treatment."""
    rng = np.random.default_rng(1)
    values = np.where(rng.random(contacts) < share, rng.lognormal(4, 0.8, contacts), 0.0)
    return values[: contacts // 10], values[contacts // 10 :]


def of_contacts(control: np.ndarray, treatment: np.ndarray, replicates: int) -> float | None:
    """The Poisson bootstrap over contacts."""
    from uplift.stats.resampling import CompactArm, bootstrap_uplift

    both = (CompactArm.from_contacts(control), CompactArm.from_contacts(treatment))
    return bootstrap_uplift(*both, rng=np.random.default_rng(2), replicates=replicates).log_se


def of_buckets(control: np.ndarray, treatment: np.ndarray, replicates: int) -> float | None:
    """Bootstrap and jackknife over the sums of buckets; making them is the engine's work."""
    from uplift.stats.buckets import Recipe, bucket_bootstrap, bucket_jackknife, bucket_weights

    rng, sums = np.random.default_rng(3), []
    for values in (control, treatment):
        where = rng.integers(0, 1_000, values.size)
        sums.append(np.stack([np.bincount(where, w, 1_000) for w in (np.ones(values.size), values)], axis=-1)[:, None])
    started = time.process_time()
    draws = bucket_weights(1_000, rng=rng, replicates=replicates), bucket_weights(1_000, rng=rng, replicates=replicates)
    found = bucket_bootstrap(sums[0], sums[1], Recipe.plain(), weights=draws)
    bucket_jackknife(sums[0], sums[1], Recipe.plain())
    print(f"{time.process_time() - started:.3f}", end=" ")
    return found.log_se


Way = Callable[[np.ndarray, np.ndarray, int], float | None]
WAYS: dict[str, Way] = {"contacts": of_contacts, "buckets": of_buckets}


def step(way: str, share: float, contacts: int, replicates: int) -> None:
    """One row: CPU seconds, megabytes beyond what was there, standard error of the log ratio."""
    import uplift.stats.buckets  # noqa: F401  imports are not what is measured

    control, treatment = arms(contacts, share)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    error = WAYS[way](control, treatment, replicates)
    seconds = time.process_time() - started
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{seconds:.3f} {more:.0f} {error:.5f}")


def agreement(tests: int) -> None:
    """Mean, standard deviation and largest distance of both standard errors (their log ratio), by metric and design."""
    from uplift.stats.arms import estimate_of
    from uplift.stats.buckets import Recipe, bucket_jackknife
    from uplift.stats.moments import Moments

    rng = np.random.default_rng(5)

    def shop(n: int, lift: float) -> np.ndarray:
        bought = rng.random(n) < 0.03 * lift
        orders = bought * (1 + rng.poisson(0.3, n))
        return np.column_stack([bought, orders * rng.lognormal(4, 1, n), orders])

    def bucketed(rows: np.ndarray) -> np.ndarray:
        where = rng.integers(0, 1_000, len(rows))
        sums = [np.bincount(where, w, 1_000) for w in (np.ones(len(rows)), *rows.T)]
        return np.stack(sums, axis=-1)[:, None]

    reads = {"proportion": [0], "mean": [1], "ratio": [1, 2]}
    for sizes in ((1_000, 9_000), (2_000, 18_000), (2_000, 2_000), (5_000, 45_000), (5_000, 5_000), (30_000, 30_000)):
        found: dict[str, list[float]] = {kind: [] for kind in reads}
        for _ in range(tests):
            both = shop(sizes[0], 1.0), shop(sizes[1], 1.1)
            sums = [bucketed(rows) for rows in both]
            for kind, columns in reads.items():
                moments = (Moments.from_rows(rows[:, columns]) for rows in both)
                estimates = [estimate_of(kind, m) for m in moments]  # type: ignore[arg-type]
                formula = sum(e.variance / e.value**2 for e in estimates if e is not None) ** 0.5
                own = (arm[..., [0, *(c + 1 for c in columns)]] for arm in sums)
                jackknife = bucket_jackknife(*own, Recipe.plain(len(columns)))
                if jackknife is not None:
                    found[kind].append(float(np.log(jackknife / formula)))
        for kind, apart in found.items():
            mean, sd, most = np.mean(apart), np.std(apart), np.abs(apart).max()
            print(
                f"{sizes[0]:>7,} : {sizes[1]:<7,} {kind:12}{mean:+8.2%}{sd:8.2%}{most:8.1%}  of {len(apart)}",
                flush=True,
            )


def main() -> None:
    """Every way and share, each in a process of its own."""
    said = [int(word) for word in sys.argv[1:3]]
    contacts, replicates = (*said, *(CONTACTS, REPLICATES)[len(said) :])
    print(f"{replicates:,} replicates over {contacts:,} contacts")
    print(f"{'':10}{'with a value':>13}{'CPU s':>8}{'MB':>6}{'s.e.':>9}")
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    for way in WAYS:
        for share in SHARES:
            words = [sys.executable, "-m", "benchmarks.resampling", "--step", way]
            words += map(str, (share, contacts, replicates))
            told = subprocess.run(words, capture_output=True, text=True, check=True, env=env).stdout
            *own, seconds, more, error = told.split()
            print(f"{way:10}{share:13.0%}{float(own[0] if own else seconds):8.2f}{more:>6}{error:>9}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        step(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
    elif sys.argv[1:2] == ["--agreement"]:
        agreement(int(sys.argv[2]) if sys.argv[2:] else 200)
    else:
        main()
