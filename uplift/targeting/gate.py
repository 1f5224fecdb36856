"""The gate: is targeting worth it, and if not, what then?

A ranking is recommended only where differences between contacts are proven (sequential validation, Holm over every
outcome and treatment that was looked at). Otherwise the average effect speaks: if it is clearly positive, everyone
should get the treatment, if it is clearly negative nobody should; and if the data can't tell, a next test can, with a
number of contacts that is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from uplift.results.targeting import Estimate
from uplift.stats.multiplicity import adjusted_p_values
from uplift.targeting.contracts import GateVerdict
from uplift.targeting.heterogeneity import Heterogeneity

PROVEN, THE_SAME, HARMFUL, OPEN, NO_BETTER, UNRANKED = "UP720", "UP721", "UP722", "UP723", "UP724", "UP725"
POWER = 0.8


@dataclass(frozen=True, slots=True)
class Question:
    """One treatment of one outcome: its average effect, the test of differences, and the contacts of both arms."""

    outcome: str
    treatment: str
    effect: Estimate
    heterogeneity: Heterogeneity
    contacts: int
    smallest_effect: float | None = None  # absolute; what the experiment was planned for


def judge(questions: Sequence[Question], *, alpha: float = 0.05) -> tuple[GateVerdict, ...]:
    """A verdict for each treatment of each outcome; all of them are one family of tests."""
    adjusted = adjusted_p_values([q.heterogeneity.p_value for q in questions], "holm")
    return tuple(_verdict(q, p, alpha) for q, p in zip(questions, adjusted, strict=True))


def _verdict(question: Question, p_adjusted: float | None, alpha: float) -> GateVerdict:
    name, arm, effect = question.outcome, question.treatment, question.effect
    p_value = question.heterogeneity.p_value
    unranked = (UNRANKED,) if p_value is None else ()
    interval = effect.interval
    if p_adjusted is not None and p_value is not None and p_adjusted < alpha:
        return GateVerdict(name, "target", arm, p_value, p_adjusted, codes=(PROVEN,))
    if interval is not None and interval.low is not None and interval.low > 0:
        return GateVerdict(name, "everyone", arm, p_value, p_adjusted, codes=(THE_SAME, *unranked))
    if interval is not None and interval.high is not None and interval.high < 0:
        return GateVerdict(name, "no_one", arm, p_value, p_adjusted, codes=(HARMFUL, *unranked))
    needed = contacts_needed(question, alpha=alpha)
    return GateVerdict(name, "test_again", arm, p_value, p_adjusted, needed, (OPEN, *unranked))


def contacts_needed(question: Question, *, alpha: float = 0.05, power: float = POWER) -> int | None:
    """How many contacts, split as before, would show the average effect with this power.

    The effect is the one that the experiment was planned for; without such a plan the one that was seen, unless that
    lies within half a standard error of zero: then nothing can be said (None).
    """
    error = question.effect.standard_error
    if error is None or error <= 0:
        return None
    effect = question.smallest_effect
    if effect is None:
        effect = question.effect.value
        if abs(effect) < error / 2:
            return None
    needed = float(ndtri(1 - alpha / 2) + ndtri(power)) * error / abs(effect)
    return math.ceil(question.contacts * needed**2)


def judge_arms(
    outcome: str,
    verdicts: Sequence[GateVerdict],
    *,
    best: str | None,
    gain: Estimate | None,
    effects: Mapping[str, Estimate],
) -> GateVerdict:
    """One verdict over all treatments of an outcome.

    `best` is the single policy with the largest honest value (None: nobody gets anything), `gain` what choosing each
    contact's arm by the model adds to it (paired). With one treatment its own verdict stands.
    """
    if len(verdicts) == 1:
        return verdicts[0]
    proven = [v for v in verdicts if v.action == "target"]
    p_value = min((v.p_value for v in verdicts if v.p_value is not None), default=None)
    p_adjusted = min((v.p_adjusted for v in verdicts if v.p_adjusted is not None), default=None)
    better = gain is not None and gain.interval is not None and (gain.interval.low or 0.0) > 0
    if proven and better:
        return GateVerdict(outcome, "target", None, p_value, p_adjusted, codes=(PROVEN,))
    codes = (NO_BETTER,) if proven else (THE_SAME,)
    if best is not None:
        interval = effects[best].interval
        if interval is not None and interval.low is not None and interval.low > 0:
            return GateVerdict(outcome, "everyone", best, p_value, p_adjusted, codes=codes)
    uppers = [effects[v.arm].interval for v in verdicts if v.arm is not None]
    if all(u is not None and u.high is not None and u.high < 0 for u in uppers):
        return GateVerdict(outcome, "no_one", None, p_value, p_adjusted, codes=(HARMFUL,))
    needed = max((v.contacts for v in verdicts if v.contacts is not None), default=None)
    return GateVerdict(outcome, "test_again", best, p_value, p_adjusted, needed, (OPEN,))
