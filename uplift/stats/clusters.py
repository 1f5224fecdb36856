"""Households and other clusters: randomised together, so counted together.

Contacts of one cluster resemble each other and share an arm; treating them as independent makes intervals too short.
The totals of a cluster are independent of other clusters, and a mean per contact is the ratio of two of them, Σy over
its contacts m. So cluster-robust inference is the ratio metric with clusters as units: it equals order-level or
contact-level least squares with CRV1 errors up to a factor n/(n − 1), and log, Fieller, skewness and degrees of freedom
come along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Literal

from uplift.results import ArmValue, Kind, Uplift
from uplift.stats.adjustment import Adjusted, Slopes, compare_adjusted_in_strata
from uplift.stats.effects import compare
from uplift.stats.estimates import Estimate, ratio_of
from uplift.stats.evidence import MEANS, Evidence
from uplift.stats.moments import Moments
from uplift.stats.strata import Stratum, compare_strata


def compare_clusters(
    metric: str,
    kind: Kind,
    *,
    control: Moments,
    treatment: Moments,
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    interval: str = "auto",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
    evidence: Evidence | None = None,
) -> Uplift:
    """Compare arms from moments over clusters: column 0 the cluster's total, column 1 its contacts.

    For a ratio metric column 1 is the total of the denominator. Values are per contact (per order). Every kind goes to
    the log scale, with degrees of freedom from clusters; `score` and `hall` are taken as `auto`. Evidence counts the
    clusters with any event, and so does `nonzero` of the arms; their n is contacts (for a ratio: clusters).
    """
    if kind == "quantile":
        raise ValueError("quantiles have no cluster totals")
    found = compare(
        metric,
        "ratio",
        control=control,
        treatment=treatment,
        control_arm=control_arm,
        treatment_arm=treatment_arm,
        interval="auto" if interval in ("score", "hall") else interval,
        alpha=alpha,
        sides=sides,
        alternative=alternative,
        evidence=evidence or MEANS,
    )
    if kind == "ratio":
        return found
    return replace(
        found, kind=kind, control=_by_contact(found.control, control), treatment=_by_contact(found.treatment, treatment)
    )


def compare_clusters_in_strata(
    metric: str,
    kind: Kind,
    *,
    strata: Sequence[Stratum],
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    interval: str = "auto",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
) -> Uplift:
    """Compare clusters within strata (and weight epochs) of clusters; moments and values as in `compare_clusters`.

    Post-stratification with clusters as units: both totals are weighted to the strata's common composition. Every
    stratum needs two clusters per arm (StatisticsError UP653).
    """
    if kind == "quantile":
        raise ValueError("quantiles have no cluster totals")
    found = compare_strata(
        metric,
        "ratio",
        strata=strata,
        control_arm=control_arm,
        treatment_arm=treatment_arm,
        interval="auto" if interval in ("score", "hall") else interval,
        alpha=alpha,
        sides=sides,
        alternative=alternative,
        evidence=MEANS,
    )
    if kind == "ratio":
        return found
    control, treatment = (reduce(add, arm) for arm in zip(*strata, strict=True))
    return replace(
        found, kind=kind, control=_by_contact(found.control, control), treatment=_by_contact(found.treatment, treatment)
    )


def compare_adjusted_clusters(
    metric: str,
    kind: Kind,
    *,
    strata: Sequence[Stratum],
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    slopes: Literal["per arm", "pooled"] | Slopes = "per arm",
    interval: str = "auto",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
) -> Adjusted:
    """Compare clusters by values adjusted for what was known before: columns from the third on are covariates.

    A covariate is the total of a cluster. Strata, values and evidence are as in `compare_clusters_in_strata`, the
    regression and what it refuses as in `compare_adjusted`.
    """
    if kind == "quantile":
        raise ValueError("quantiles have no cluster totals")
    found = compare_adjusted_in_strata(
        metric,
        "ratio",
        strata=strata,
        control_arm=control_arm,
        treatment_arm=treatment_arm,
        slopes=slopes,
        interval="auto" if interval in ("score", "hall") else interval,
        alpha=alpha,
        sides=sides,
        alternative=alternative,
        evidence=MEANS,
    )
    if kind == "ratio":
        return found
    control, treatment = (reduce(add, arm) for arm in zip(*strata, strict=True))
    uplift = replace(
        found.uplift,
        kind=kind,
        control=_by_contact(found.uplift.control, control),
        treatment=_by_contact(found.uplift.treatment, treatment),
    )
    return replace(found, uplift=uplift)


def _by_contact(arm: ArmValue, clusters: Moments) -> ArmValue:
    return replace(arm, n=round(clusters.mean[1] * clusters.n)) if clusters.n else arm


def design_effect(clusters: Moments, contacts: Estimate) -> float:
    """How many times larger the variance is than if contacts were independent: 1 + (m − 1)·ICC for equal sizes.

    `contacts` is the estimate that ignores clusters (`share_of`, `mean_of`); the ratio needs no model of the cluster.
    """
    return ratio_of(clusters).variance / contacts.variance
