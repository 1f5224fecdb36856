"""What somebody says about the test, held against what it shows.

A claim is read as a number with the digits that it was given, and as a sentence: words that compare with an earlier
year, that speak of buyers where the metric is a basket, of other customers than those of the audience, or of another
level than the test's, say more than the number does (`claim_words`). Each finding is a code; a claim without one is
backed by the result.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction

from uplift.analysis.claim_words import Level as StatedLevel
from uplift.analysis.claim_words import audience_of, groups_in, levels_in
from uplift.analysis.comparison import log_standard_error
from uplift.results import ClaimReading, MetricResult, Uplift
from uplift.spec import Study
from uplift.spec.experiment import Claim
from uplift.spec.quantities import Effect
from uplift.stats.decision import NORMAL, Level

AUDIENCE_MISMATCH = "UP620"
NO_CONTROL = "UP621"
METRIC_MISMATCH = "UP622"
UNDERPOWERED = "UP623"
CONDITIONAL_METRIC = "UP624"
TRUNCATED = "UP625"
LEVEL = "UP630"
TOO_FEW = ("UP603", "UP604", "UP642")

_EARLIER = re.compile(
    r"im (?:jahres|vorjahres)vergleich|vorjahr|vormonat|gegenüber (?:dem )?vor|im vergleich zum vor|vorher[- /]+nachher"
    r"|verglichen mit dem vor|year[- ]on[- ]year|year[- ]over[- ]year|\byoy\b|last year|previous year"
    r"|before[- ]and[- ]after|before/after|month[- ]on[- ]month",
    re.IGNORECASE,
)
_BUYERS = re.compile(r"konversion|conversion|kaufrate|käuferanteil|purchase rate|share of buyers", re.IGNORECASE)
_BASKET = re.compile(r"warenkorb|bestellwert|bonwert|order value|basket", re.IGNORECASE)


def claim_readings(study: Study, metrics: Sequence[MetricResult]) -> tuple[ClaimReading, ...]:
    """Every claim with the findings that it raises, the weightiest first."""
    experiment = study.experiment
    stated = [levels_in(claim.text) for claim in experiment.claims]
    said_twice = len({level.form for levels in stated for level in levels}) > 1
    audience = audience_of(experiment)
    readings = []
    for claim, levels in zip(experiment.claims, stated, strict=True):
        own = next((m for m in metrics if m.name == claim.metric), None)
        found = [*_findings(claim, own, experiment.design.power)]
        about = groups_in(claim.text)
        if about and audience and not about & audience:
            found.append(AUDIENCE_MISMATCH)
        if any(_odd_level(level, experiment.design.alpha, said_twice=said_twice) for level in levels):
            found.append(LEVEL)
        value = None if claim.value is None else float(claim.value.value)
        readings.append(ClaimReading(claim.text, claim.metric, value, tuple(dict.fromkeys(found))))
    return tuple(readings)


def _odd_level(level: StatedLevel, alpha: float, *, said_twice: bool) -> bool:
    """Whether a sentence names another level than the design's, or says it differently from another sentence.

    The report says the confidence; a sentence that says the risk of error instead is odd where another one does not.
    """
    other = abs(level.confidence - (1 - float(alpha))) > 1e-9
    return other or (said_twice and level.form == "risk")


def _findings(claim: Claim, own: MetricResult | None, power: float) -> Sequence[str]:
    if own is None or _EARLIER.search(claim.text):
        # Nothing in this experiment compares that with a control: a number without one proves nothing.
        return (NO_CONTROL,)
    found = []
    meant = _meant(claim.value, own)
    if _speaks_of_another(claim.text, own) or (claim.value is not None and not meant):
        found.append(METRIC_MISMATCH)
    about = meant or own.uplifts
    refusals = [u.refusal for u in about if u.direction == "refused" and u.refusal is not None]
    if len(refusals) == len(about):
        found.extend(UNDERPOWERED if code in TOO_FEW else code for code in refusals)
    elif not any(_power(u, claim.value) >= power for u in about if u.direction != "refused"):
        found.append(UNDERPOWERED)
    if own.conditional:
        found.append(CONDITIONAL_METRIC)
    if meant and claim.value is not None and not any(_rounds_to(u, claim.value, own) for u in meant):
        found.append(TRUNCATED)
    return found


def _speaks_of_another(text: str, own: MetricResult) -> bool:
    """Whether the sentence names buyers where the metric is what they spend, or the other way round."""
    buyers, basket = bool(_BUYERS.search(text)), bool(_BASKET.search(text))
    if buyers == basket:
        return False
    return own.kind in ("ratio", "mean") and own.format == "money" if buyers else own.kind == "proportion"


def _meant(value: Effect | None, own: MetricResult) -> tuple[Uplift, ...]:
    """The comparisons whose effect is the claimed one, rounded or cut off; all of them where no value is claimed."""
    if value is None:
        return own.uplifts
    return tuple(u for u in own.uplifts if _rounds_to(u, value, own) or _cut_to(u, value, own))


def _digits(value: Effect) -> int:
    """Digits after the decimal mark, as written."""
    number = re.search(r"\d[.,](\d+)", str(value))
    return len(number[1]) if number else 0


def _shown(uplift: Uplift, value: Effect, own: MetricResult) -> Fraction | None:
    """The effect in the unit of the claim, without its sign where less is good: «halved» is written 50%."""
    effect = uplift.relative if value.unit == "relative" else uplift.absolute
    if effect is None or (value.unit == "points" and own.kind != "proportion"):
        return None
    scale = 1 if value.unit == "absolute" else 100
    exact = Fraction(effect) * scale
    return abs(exact) if own.better == "down" and value.value >= 0 else exact


def _claimed(value: Effect) -> Fraction:
    return value.value * (1 if value.unit == "absolute" else 100)


def _rounds_to(uplift: Uplift, value: Effect, own: MetricResult) -> bool:
    exact = _shown(uplift, value, own)
    return exact is not None and abs(exact - _claimed(value)) <= Fraction(1, 2) / 10 ** _digits(value)


def _cut_to(uplift: Uplift, value: Effect, own: MetricResult) -> bool:
    exact = _shown(uplift, value, own)
    if exact is None:
        return False
    step = 10 ** _digits(value)
    return Fraction(math.trunc(exact * step), step) == _claimed(value)


def _power(uplift: Uplift, value: Effect | None) -> float:
    """The power that the test has had for the claimed effect (the shown one where it is not relative), two-sided.

    On the log scale with the standard error that was realised: Φ(|log ratio|/s.e. − z).
    """
    error = log_standard_error(uplift)
    relative = float(value.value) if value is not None and value.unit == "relative" else uplift.relative
    if error is None or relative is None or relative <= -1:
        return 0.0
    critical = Level(1 - uplift.confidence).critical(NORMAL if uplift.df is None else uplift.df)
    return 0.5 * math.erfc((critical - abs(math.log1p(relative)) / error) / math.sqrt(2))
