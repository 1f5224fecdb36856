"""What a model has to beat: the contact's risk, recency-frequency-monetary value, and chance."""

from __future__ import annotations

import numpy as np

from uplift.targeting.contracts import Features
from uplift.targeting.influence import Floats
from uplift.targeting.ranks import share_above

# (words in a feature's name, whether more is better)
_RECENCY = (("recency", "days_since", "last_order", "last_purchase"), False)
_FREQUENCY = (("orders", "frequency", "n_purchases", "purchases"), True)
_MONETARY = (("revenue", "monetary", "history", "spend", "turnover", "sales"), True)


def rfm_score(features: Features) -> Floats | None:
    """Fifths of recency, frequency and monetary value added up, from features whose names say what they are.

    The first number that fits each word counts; None where not even one does.
    """
    total = None
    used: set[str] = set()
    for words, more_is_better in (_RECENCY, _FREQUENCY, _MONETARY):
        for column in features.columns:
            named = any(word in column.name.lower() for word in words)
            if not named or column.kind != "number" or column.name in used:
                continue
            used.add(column.name)
            values = features.column(column.name).astype(np.float64)
            if not more_is_better:
                values = -values
            worst = float(np.nanmin(values)) if not np.isnan(values).all() else 0.0
            place = share_above(np.where(np.isnan(values), worst - 1, values))
            fifth = 5 - np.minimum((place * 5).astype(np.int64), 4)
            total = fifth.astype(np.float64) if total is None else total + fifth
            break
    return total
