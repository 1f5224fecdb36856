"""A quantile metric: the arms' order statistics compared, under the design's correction for several arms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from uplift.analysis.comparison import Terms, Use, corrected, refused
from uplift.engine import MetricSums
from uplift.engine.measurement import Ranked
from uplift.results import Uplift
from uplift.spec import Study
from uplift.stats.quantiles import Quantile, compare_quantiles

Answer = Callable[[str, float], Uplift]
NOT_ALIKE = "UP656"


def quantile_uplifts(study: Study, use: Use, measured: MetricSums, *, terms: Terms) -> list[Uplift]:
    """Every treatment against the control.

    The ranks take contacts for independent and alike: no verdict where households were drawn, or where the weights
    changed on the way, since order statistics are not combined over epochs (UP656).
    """
    experiment, definition = study.experiment, study.metric(use.metric)
    share = float(definition.quantile or 0)

    def uplift(arm: str, alpha: float) -> Uplift:
        return compare_quantiles(
            use.metric,
            control=_quantile(measured.quantiles.get(experiment.control), share),
            treatment=_quantile(measured.quantiles.get(arm), share),
            control_arm=experiment.control,
            treatment_arm=arm,
            interval=terms.interval,
            alpha=alpha,
            sides=terms.sides,
            alternative=definition.better,
        )

    arms = experiment.treatments
    sizes = [ranked.n if (ranked := measured.quantiles.get(arm)) else 0 for arm in arms]
    control = measured.quantiles.get(experiment.control)
    found = _at_levels(arms, uplift, terms, control.n if control else 0, sizes)
    alike = not measured.clustered and len({cell.weight_epoch for cell in measured.cells if cell.contacts}) <= 1
    return found if alike else [refused(u, dict.fromkeys(arms, NOT_ALIKE)) for u in found]


def _at_levels(arms: Sequence[str], uplift: Answer, terms: Terms, n_control: int, sizes: Sequence[int]) -> list[Uplift]:
    if terms.levels:
        return [uplift(arm, terms.levels.get(arm, terms.alpha)) for arm in arms]
    plain = [uplift(arm, terms.alpha) for arm in arms]
    decided = corrected([u.p_value for u in plain], terms, n_control=n_control, sizes=sizes)
    if decided is None:
        return plain
    return [replace(uplift(arm, d.level), p_adjusted=d.adjusted) for arm, d in zip(arms, decided, strict=True)]


def _quantile(ranked: Ranked | None, share: float) -> Quantile:
    if ranked is None:
        return Quantile(share, 0, 0.0, 0.0, 0.0)
    unit = 10**ranked.decimals
    return Quantile(share, ranked.n, ranked.value / unit, ranked.low / unit, ranked.high / unit)
