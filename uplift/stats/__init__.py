"""How much: pure functions on `Moments`; no database, no template, no clock.

The names below load their module when they are first used, so that a module without numpy (`roots`, `spending`) can be
imported alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uplift.stats.adjustment import Adjusted, compare_adjusted
    from uplift.stats.bayes import BayesianReading, Belief, posterior, read_belief
    from uplift.stats.boundaries import Boundary, crossing_probabilities, spending_boundaries, wang_tsiatis_boundaries
    from uplift.stats.clusters import compare_clusters, design_effect
    from uplift.stats.complier import ComplierEffect, DilutedEffect, complier_effect, diluted_effect
    from uplift.stats.confseq import SequenceReading, always_valid_p, read_sequence, sequence_critical
    from uplift.stats.decision import Inversion, Level
    from uplift.stats.dunnett import any_beyond, control_loadings, dunnett_critical
    from uplift.stats.effects import alternatives, compare, increment
    from uplift.stats.estimates import Estimate, mean_of, ratio_of, share_of
    from uplift.stats.evidence import Evidence, evidence_for
    from uplift.stats.guardrails import guardrail_status, power_per_test
    from uplift.stats.meta import Pooled, Shrunken, pool, programme_belief, shrink
    from uplift.stats.moments import Moments, Sums
    from uplift.stats.multiplicity import Decided, Hierarchy, adjusted_p_values, benjamini_hochberg, hierarchy, holm
    from uplift.stats.quantiles import Quantile, compare_quantiles, outer_ranks, value_rank
    from uplift.stats.randomisation import Randomised, randomisation_test
    from uplift.stats.resampling import CompactArm, Resampled, bootstrap_uplift, mean_per_contact, ratio_of_sums
    from uplift.stats.segments import Interaction, SegmentEstimate, SegmentReading, read_segments
    from uplift.stats.sequential import (
        Futility,
        Look,
        Monitoring,
        Reading,
        StagewiseInference,
        read_looks,
        stagewise_inference,
    )
    from uplift.stats.sequential_power import SequentialPlan, futility_bounds, plan_for_boundaries, plan_sequential
    from uplift.stats.spending import Spending, spending_function
    from uplift.stats.srm import srm_check, srm_sequence_check, srm_test
    from uplift.stats.strata import compare_strata

_HOMES = {
    "adjustment": ("Adjusted", "compare_adjusted"),
    "bayes": ("BayesianReading", "Belief", "posterior", "read_belief"),
    "boundaries": ("Boundary", "crossing_probabilities", "spending_boundaries", "wang_tsiatis_boundaries"),
    "clusters": ("compare_clusters", "design_effect"),
    "complier": ("ComplierEffect", "DilutedEffect", "complier_effect", "diluted_effect"),
    "confseq": ("SequenceReading", "always_valid_p", "read_sequence", "sequence_critical"),
    "decision": ("Inversion", "Level"),
    "dunnett": ("any_beyond", "control_loadings", "dunnett_critical"),
    "effects": ("alternatives", "compare", "increment"),
    "estimates": ("Estimate", "mean_of", "ratio_of", "share_of"),
    "evidence": ("Evidence", "evidence_for"),
    "guardrails": ("guardrail_status", "power_per_test"),
    "meta": ("Pooled", "Shrunken", "pool", "programme_belief", "shrink"),
    "moments": ("Moments", "Sums"),
    "multiplicity": ("Decided", "Hierarchy", "adjusted_p_values", "benjamini_hochberg", "hierarchy", "holm"),
    "quantiles": ("Quantile", "compare_quantiles", "outer_ranks", "value_rank"),
    "randomisation": ("Randomised", "randomisation_test"),
    "resampling": ("CompactArm", "Resampled", "bootstrap_uplift", "mean_per_contact", "ratio_of_sums"),
    "segments": ("Interaction", "SegmentEstimate", "SegmentReading", "read_segments"),
    "sequential": (
        "Futility",
        "Look",
        "Monitoring",
        "Reading",
        "StagewiseInference",
        "read_looks",
        "stagewise_inference",
    ),
    "sequential_power": ("SequentialPlan", "futility_bounds", "plan_for_boundaries", "plan_sequential"),
    "spending": ("Spending", "spending_function"),
    "srm": ("srm_check", "srm_sequence_check", "srm_test"),
    "strata": ("compare_strata",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Adjusted",
    "BayesianReading",
    "Belief",
    "Boundary",
    "CompactArm",
    "ComplierEffect",
    "Decided",
    "DilutedEffect",
    "Estimate",
    "Evidence",
    "Futility",
    "Hierarchy",
    "Interaction",
    "Inversion",
    "Level",
    "Look",
    "Moments",
    "Monitoring",
    "Pooled",
    "Quantile",
    "Randomised",
    "Reading",
    "Resampled",
    "SegmentEstimate",
    "SegmentReading",
    "SequenceReading",
    "SequentialPlan",
    "Shrunken",
    "Spending",
    "StagewiseInference",
    "Sums",
    "adjusted_p_values",
    "alternatives",
    "always_valid_p",
    "any_beyond",
    "benjamini_hochberg",
    "bootstrap_uplift",
    "compare",
    "compare_adjusted",
    "compare_clusters",
    "compare_quantiles",
    "compare_strata",
    "complier_effect",
    "control_loadings",
    "crossing_probabilities",
    "design_effect",
    "diluted_effect",
    "dunnett_critical",
    "evidence_for",
    "futility_bounds",
    "guardrail_status",
    "hierarchy",
    "holm",
    "increment",
    "mean_of",
    "mean_per_contact",
    "outer_ranks",
    "plan_for_boundaries",
    "plan_sequential",
    "pool",
    "posterior",
    "power_per_test",
    "programme_belief",
    "randomisation_test",
    "ratio_of",
    "ratio_of_sums",
    "read_belief",
    "read_looks",
    "read_segments",
    "read_sequence",
    "sequence_critical",
    "share_of",
    "shrink",
    "spending_boundaries",
    "spending_function",
    "srm_check",
    "srm_sequence_check",
    "srm_test",
    "stagewise_inference",
    "value_rank",
    "wang_tsiatis_boundaries",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
