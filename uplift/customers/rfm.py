"""RFM groups: how recently, how often and for how much a customer bought, each in five groups (5 is best)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.customers.snapshots import Snapshot

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FIFTHS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Rfm:
    """Where the groups begin, in the customers' own fifths; equal values are never torn apart."""

    recency: Floats
    frequency: Floats
    monetary: Floats

    def groups(self, buyers: Snapshot) -> tuple[Integers, Integers, Integers]:
        """The three groups of each buyer, 1 to 5."""
        recency = 5 - np.searchsorted(self.recency, buyers.last, side="left")
        frequency = 1 + np.searchsorted(self.frequency, buyers.days, side="left")
        monetary = 1 + np.searchsorted(self.monetary, buyers.value / buyers.days, side="left")
        return recency.astype(np.int64), frequency.astype(np.int64), monetary.astype(np.int64)


def fit(buyers: Snapshot) -> Rfm:
    """The fifths of these customers."""
    return Rfm(
        np.quantile(buyers.last, FIFTHS),
        np.quantile(buyers.days, FIFTHS),
        np.quantile(buyers.value / buyers.days, FIFTHS),
    )
