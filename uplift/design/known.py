"""What is known of a metric before the test, and how far it can be trusted."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from uplift.spec.past import past_of
from uplift.spec.quantities import Duration
from uplift.spec.study import Study

OLD_AFTER_DAYS = 90


@dataclass(frozen=True, slots=True)
class Known:
    """A metric's baseline: value, standard deviation and intra-cluster correlation as far as they are given.

    `sd` is that of contacts (for a ratio: of the linearised values per contact), in the metric's unit.
    """

    metric: str
    value: float
    sd: float | None
    icc: float | None
    source: str
    date: datetime.date | None
    age_days: int | None
    skewness: float | None = None
    kurtosis: float | None = None
    r_squared: float | None = None
    explained_by: tuple[str, ...] = ()

    @property
    def cv(self) -> float | None:
        """Standard deviation over mean; None where no standard deviation is known or the mean is not positive."""
        return self.sd / self.value if self.sd is not None and self.value > 0 else None

    @property
    def typed(self) -> bool:
        """Whether a person wrote it, not a measurement."""
        return self.source == "typed"

    @property
    def old(self) -> bool:
        """Whether it is older than 90 days; without a date nobody knows, and it counts as old."""
        return self.age_days is None or self.age_days > OLD_AFTER_DAYS

    @property
    def label(self) -> str:
        """Where it comes from, as it is printed wherever the baseline is used."""
        origin = self.source if self.typed else f"measured on {self.source}"
        if self.date is None:
            return f"{origin}, no date"
        age = f", {self.age_days} days old" if self.old else ""
        return f"{origin}, {self.date}{age}"


def known(study: Study, metric: str, *, today: datetime.date) -> Known | None:
    """The baseline of a metric, or None where none is given."""
    baseline = study.experiment.design.baselines.get(metric)
    if baseline is None or baseline.value is None:
        return None
    value = float(baseline.value)
    sd = None if baseline.cv is None else baseline.cv * value
    return Known(
        metric=metric,
        value=value,
        sd=sd if baseline.sd is None else float(baseline.sd),
        icc=baseline.icc,
        source=baseline.source,
        date=baseline.date,
        age_days=None if baseline.date is None else (today - baseline.date).days,
        skewness=baseline.skewness,
        kurtosis=baseline.kurtosis,
        r_squared=baseline.r_squared,
        explained_by=baseline.explained_by,
    )


def explained(study: Study, baseline: Known, window: Duration | None) -> float:
    """The share of the variance that the read-out will take away by the contacts' past, as far as it was measured.

    0 without variance reduction, and for an R² that a person wrote or that was measured with something else than what
    the design uses now.
    """
    if study.experiment.design.variance_reduction != "cuped" or baseline.r_squared is None or baseline.typed:
        return 0.0
    return baseline.r_squared if baseline.explained_by == past_of(study, window) else 0.0
