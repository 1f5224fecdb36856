"""Evaluation from bins: one GROUP BY on any engine, then arithmetic on a thousand rows.

Contacts of one score bin are a tie: they count with their mean. Per bin and arm the engine adds up contacts and
inverse-probability-weighted outcomes; the sums add over shards and days. From them come Qini, gain, TOC, AUTOC and QINI
with the values that `rate` and `curves` give for the binned score, and standard errors from second moments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.results.targeting import Estimate
from uplift.targeting.curves import Curve
from uplift.targeting.influence import Floats


@dataclass(frozen=True, slots=True)
class ScoreBins:
    """Sums per bin, best bin first: contacts, effect scores and their squares, and per arm contacts and outcomes.

    Two of the same bins add with +. The effect score of a contact is its doubly robust (or inverse-probability) score.
    """

    n: Floats
    effect: Floats
    effect_squared: Floats
    treated: Floats
    outcome_treated: Floats
    outcome_control: Floats

    def __add__(self, other: ScoreBins) -> ScoreBins:
        if len(self.n) != len(other.n):
            raise StatisticsError(
                Problem("UP705", "bins of different scores can't be added", fix="bin all shards by the same limits")
            )
        return ScoreBins(*(a + b for a, b in zip(_columns(self), _columns(other), strict=True)))

    @property
    def control(self) -> Floats:
        """Control contacts per bin."""
        return np.asarray(self.n - self.treated)


def _columns(bins: ScoreBins) -> tuple[Floats, ...]:
    return (bins.n, bins.effect, bins.effect_squared, bins.treated, bins.outcome_treated, bins.outcome_control)


def bins_sql(relation: str, *, score_bin: str, outcome: str, treated: str, weight: str) -> str:
    """The statement: per bin (best first) the six sums of `ScoreBins` for one treatment against control.

    `relation` is SQL with one row per contact of the two arms; the others are SQL expressions over it: the number of
    the bin (larger is better), the outcome, whether treated, and the weight of the contact: one over the known
    probability of the arm that it was in, given one of the two (`2` for halves, a CASE over epochs). Effect scores are
    inverse-probability ones; give residual outcomes for less noise. The statement is of the portable core.
    """
    # Engines multiply decimals each in their own way: everything is a double before it meets another number.
    double = "CAST({} AS DOUBLE PRECISION)".format
    rows = (
        f"SELECT {score_bin} AS bin, ({treated}) AS w, {double(outcome)} AS y, {double(weight)} AS weight "
        f"FROM ({relation}) AS contacts"
    )
    score = "CASE WHEN w THEN y * weight ELSE -y * weight END"
    return (
        "SELECT count(*) AS n, sum(score) AS effect, sum(score * score) AS effect_squared, "
        "count(CASE WHEN w THEN 1 END) AS treated, "
        "sum(CASE WHEN w THEN y END) AS outcome_treated, "
        "sum(CASE WHEN NOT w THEN y END) AS outcome_control "
        f"FROM (SELECT bin, w, y, {score} AS score FROM ({rows}) AS known) AS scored GROUP BY bin ORDER BY bin DESC"
    )


def bins_from_rows(rows: Iterable[Sequence[object]]) -> ScoreBins:
    """The rows of `bins_sql`'s statement, in its order, as any engine's `run` gives them."""
    table = np.array([[0.0 if v is None else float(str(v)) for v in row] for row in rows]).reshape(-1, 6)
    if not len(table):
        raise StatisticsError(Problem("UP701", "there are no bins", fix="score some contacts"))
    return ScoreBins(*table.T)


def qini_of_bins(bins: ScoreBins) -> Curve:
    """The Qini curve at the bins' ends."""
    treated, control = _cumulated(bins.treated), _cumulated(bins.control)
    lost = np.divide(_cumulated(bins.outcome_control), control, out=np.zeros(len(control)), where=control > 0)
    return Curve(_cumulated(bins.n), _cumulated(bins.outcome_treated) - treated * lost)


def gains_of_bins(bins: ScoreBins) -> Floats:
    """The effect per contact of all when the best bins are treated, at the end of each bin."""
    return np.asarray(np.cumsum(bins.effect) / bins.n.sum())


def autoc_of_bins(bins: ScoreBins) -> Estimate:
    """AUTOC of the binned score with its standard error (rows of a bin differ, their rank does not)."""
    return _rate(bins, qini=False)


def qini_rate_of_bins(bins: ScoreBins) -> Estimate:
    """QINI of the binned score with its standard error."""
    return _rate(bins, qini=True)


def _rate(bins: ScoreBins, *, qini: bool) -> Estimate:
    n, total = bins.n, float(bins.n.sum())
    mean = bins.effect / n
    last = np.cumsum(n)
    first = last - n
    if qini:
        weight = np.full(len(n), 1 / total)
        below = (total - last + (n + 1) / 2) / total
        centre = (total + 1) / (2 * total)
    else:
        weight = _harmonic(last, first) / n
        later = np.append(np.cumsum((weight * n)[::-1])[::-1][1:], 0.0)
        below = later + _mean_within(first, n)
        centre = 1.0
    ate = float(bins.effect.sum()) / total
    value = float((bins.effect * below).sum()) / total - centre * ate
    inside = _mean_within(first, n) if not qini else (n + 1) / 2 / total
    after = np.append(np.cumsum((mean * weight * n)[::-1])[::-1][1:], 0.0) + mean * inside
    # influence of a row with score Γ in bin g: Γ·a_g + c_g, so its square needs Σ Γ and Σ Γ² only
    slope = below - centre
    plain = float((bins.effect * below - n * after).sum()) / total
    constant = -after - plain + centre * ate
    squares = slope**2 * bins.effect_squared + 2 * slope * constant * bins.effect + n * constant**2
    return Estimate(value, float(np.sqrt(squares.sum() / (total - 1) / total)))


def _harmonic(last: Floats, first: Floats) -> Floats:
    """Σ 1/i for first < i ≤ last."""
    from scipy.special import digamma

    return np.asarray(digamma(last + 1) - digamma(first + 1))


def _mean_within(first: Floats, n: Floats) -> Floats:
    """The mean over a bin's rows i of Σ 1/j for i ≤ j ≤ last: Σ_j (j − first)/j / n."""
    return np.asarray(1 - first / n * _harmonic(first + n, first))


def _cumulated(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])
