"""One million contacts × five arms: CPU seconds, memory, budget and gap of the allocation under growing limits.

CPU is shown as seconds and as a ratio to a bare pass over the gains (the best arm of every contact, without limits) in
the same run. Run it on a quiet machine:

    python benchmarks/targeting_allocation.py [contacts]
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from uplift.targeting.allocation import Limits, Options, allocate

ARMS = ("mail", "letter", "voucher_5", "voucher_10", "gift")
COST = np.array([10, 100, 200, 300, 500])


def main(contacts: int) -> None:
    rng = np.random.default_rng(1)
    gain = rng.normal(0, 1, (contacts, 5)).astype(np.float32) * np.array([0.5, 1, 2, 3, 4], dtype=np.float32)
    tied = np.tile(np.array([[0.5, 1, 2, 3, 4]], dtype=np.float32), (contacts, 1))
    million = contacts / 1_000_000
    budget = int(6_000_000 * million)
    caps = {"voucher_5": int(20_000 * million), "gift": int(10_000 * million), "mail": int(300_000 * million)}
    half = int(500_000 * million)
    cases = {
        "budget": (gain, COST, Limits(budget=budget)),
        "budget, all alike": (tied, COST, Limits(budget=budget)),
        "budget, two caps": (gain, COST, Limits(budget=budget, caps={k: caps[k] for k in ("voucher_5", "gift")})),
        "budget, three caps, capacity": (gain, COST, Limits(budget=2 * budget, caps=caps, capacity=half)),
        "and minimum coverage": (gain, COST, Limits(4 * budget, caps, half, int(400_000 * million))),
        "costs by contact, one cap": (
            gain,
            rng.integers(1, 500, (contacts, 5)),
            Limits(budget=2 * budget, caps={"voucher_5": caps["voucher_5"]}),
        ),
    }
    start = time.process_time()
    gain.argmax(axis=1)
    bare = time.process_time() - start
    print(f"{contacts:,} contacts × {len(ARMS)} arms; bare pass {bare:.3f} CPU s")
    for name, (values, cost, limits) in cases.items():
        start = time.process_time()
        found = allocate(Options(ARMS, values, cost), limits)
        took = time.process_time() - start
        spent = f"{found.spend:,} of {limits.budget:,}"
        print(f"{name:32} {took:6.2f} CPU s  {took / bare:6.0f}×  spent {spent}  gap {found.gap / found.bound:.1e}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
