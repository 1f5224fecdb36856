"""A quantile metric: the arms' order statistics compared, under the design's correction for several arms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from uplift.analysis.comparison import Terms, Use, corrected, pairs_of, refused
from uplift.engine import MetricSums
from uplift.engine.measurement import Ranked
from uplift.results import Uplift
from uplift.spec import Study
from uplift.stats.quantiles import Quantile, compare_quantiles

Pair = tuple[str, str]
Answer = Callable[[Pair, float], Uplift]
NOT_ALIKE = "UP656"


def quantile_uplifts(study: Study, use: Use, measured: MetricSums, *, terms: Terms) -> list[Uplift]:
    """Every treatment against the control, then the pairs that the design compares.

    The ranks take contacts for independent and alike: no verdict where households were drawn, or where the weights
    changed on the way, since order statistics are not combined over epochs (UP656).
    """
    experiment, definition = study.experiment, study.metric(use.metric)
    share = float(definition.quantile or 0)

    def uplift(pair: Pair, alpha: float) -> Uplift:
        first, second = pair
        return compare_quantiles(
            use.metric,
            control=_quantile(measured.quantiles.get(first), share),
            treatment=_quantile(measured.quantiles.get(second), share),
            control_arm=first,
            treatment_arm=second,
            interval=terms.interval,
            alpha=alpha,
            sides=terms.sides,
            alternative=definition.better,
        )

    arms = experiment.treatments
    sizes = [ranked.n if (ranked := measured.quantiles.get(arm)) else 0 for arm in arms]
    control = measured.quantiles.get(experiment.control)
    versus = [(experiment.control, arm) for arm in arms]
    found = _at_levels(versus, pairs_of(study, use, terms), uplift, terms, control.n if control else 0, sizes)
    alike = not measured.clustered and len({cell.weight_epoch for cell in measured.cells if cell.contacts}) <= 1
    return found if alike else [refused(u, dict.fromkeys(arms, NOT_ALIKE)) for u in found]


def _at_levels(
    versus: Sequence[Pair], pairs: Sequence[Pair], uplift: Answer, terms: Terms, n_control: int, sizes: Sequence[int]
) -> list[Uplift]:
    if terms.levels:
        looked = [uplift(pair, terms.levels.get(pair[1], terms.alpha)) for pair in versus]
        return looked + [uplift(pair, terms.own_alpha(len(versus))) for pair in pairs]
    every = [*versus, *pairs]
    plain = [uplift(pair, terms.alpha) for pair in every]
    decided = corrected([u.p_value for u in plain], terms, n_control=n_control, sizes=sizes)
    if decided is None:
        return plain
    return [replace(uplift(pair, d.level), p_adjusted=d.adjusted) for pair, d in zip(every, decided, strict=True)]


def _quantile(ranked: Ranked | None, share: float) -> Quantile:
    if ranked is None:
        return Quantile(share, 0, 0.0, 0.0, 0.0)
    unit = 10**ranked.decimals
    return Quantile(share, ranked.n, ranked.value / unit, ranked.low / unit, ranked.high / unit)
