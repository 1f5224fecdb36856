"""How much: pure functions on `Moments`; no database, no template, no clock.

The names below load their module when they are first used, so that a module without numpy (`roots`, `spending`) can be
imported alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uplift.stats.adjustment import Adjusted, compare_adjusted
    from uplift.stats.clusters import compare_clusters, design_effect
    from uplift.stats.decision import Inversion, Level
    from uplift.stats.effects import alternatives, compare, increment
    from uplift.stats.estimates import Estimate, mean_of, ratio_of, share_of
    from uplift.stats.evidence import Evidence, evidence_for
    from uplift.stats.moments import Moments, Sums
    from uplift.stats.quantiles import Quantile, compare_quantiles, outer_ranks, value_rank
    from uplift.stats.srm import srm_check, srm_sequence_check, srm_test
    from uplift.stats.strata import compare_strata

_HOMES = {
    "adjustment": ("Adjusted", "compare_adjusted"),
    "clusters": ("compare_clusters", "design_effect"),
    "decision": ("Inversion", "Level"),
    "effects": ("alternatives", "compare", "increment"),
    "estimates": ("Estimate", "mean_of", "ratio_of", "share_of"),
    "evidence": ("Evidence", "evidence_for"),
    "moments": ("Moments", "Sums"),
    "quantiles": ("Quantile", "compare_quantiles", "outer_ranks", "value_rank"),
    "srm": ("srm_check", "srm_sequence_check", "srm_test"),
    "strata": ("compare_strata",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Adjusted",
    "Estimate",
    "Evidence",
    "Inversion",
    "Level",
    "Moments",
    "Quantile",
    "Sums",
    "alternatives",
    "compare",
    "compare_adjusted",
    "compare_clusters",
    "compare_quantiles",
    "compare_strata",
    "design_effect",
    "evidence_for",
    "increment",
    "mean_of",
    "outer_ranks",
    "ratio_of",
    "share_of",
    "srm_check",
    "srm_sequence_check",
    "srm_test",
    "value_rank",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
