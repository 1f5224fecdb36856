"""The recommendation in words. The decision rule made it; what the result contradicts is never said."""

from __future__ import annotations

from uplift.report.voice import Voice
from uplift.results import MetricResult
from uplift.words.sentences import advice as sentences

_CAUSES = frozenset({"UP601", "UP618"})
_TIME = frozenset({"UP602", "UP632"})
_DATA = frozenset({"UP604", "UP610", "UP611", "UP616"})


def advice(voice: Voice) -> str:
    """What to do and why. Rolling out is never said of an arm that breaches a guardrail, nor without trust."""
    result, language = voice.result, voice.language
    action, arm, reasons = result.recommendation.action, result.recommendation.arm, result.recommendation.reasons
    if not result.trusted or action == "none":
        return _without_verdict(voice)
    every = [treatment.arm for treatment in voice.treatments]
    hurt = _named(voice, [(a, m) for a in ([arm] if arm else every) for m in voice.breached(a)])
    if hurt:
        return sentences.breached(hurt, language)
    if "early" in reasons:
        return sentences.wait_for_windows(language)
    if (action == "ship" and result.primary.conditional) or "conditional" in reasons:
        return sentences.ship_on_description(_per_contact(voice, arm or every[0]), language)
    if action == "ship":
        return sentences.ship(voice.arm(arm) if arm and voice.several else None, language)
    if action == "stop":
        return sentences.stop(language)
    unsettled = _named(voice, [(a, m) for a in _arms(voice, "better") for m in voice.unsettled(a)])
    if unsettled:
        return sentences.guardrail_open(unsettled, language)
    return sentences.proven_loss(language) if _arms(voice, "worse") == every else sentences.wait(language)


def _without_verdict(voice: Voice) -> str:
    """Why there is none decides what helps: finding a cause, waiting, more data, or nothing."""
    code = voice.refusal(voice.leading(voice.result.primary))
    if code in _CAUSES:
        return sentences.find_the_cause(voice.language)
    if code in _TIME:
        return sentences.wait_for_read_out(voice.language)
    if code in _DATA and voice.result.experiment.status != "closed":
        return sentences.keep_running(voice.language)
    return sentences.nothing_to_decide_on(voice.language)


def _named(voice: Voice, pairs: list[tuple[str, MetricResult]]) -> list[str]:
    """The guardrails by their titles; where arms have names, with the arm in brackets."""
    names = (
        f"{voice.short_title(m)} ({voice.arm(arm)})" if voice.several else voice.short_title(m) for arm, m in pairs
    )
    return list(dict.fromkeys(names))


def _per_contact(voice: Voice, arm: str) -> str | None:
    """The first metric that is causal without conditions, with its verdict: «Umsatz je Kontakt +9,41 % (…): unklar»."""
    for metric in voice.result.metrics:
        uplift = next((u for u in metric.uplifts if u.treatment.arm == arm), None)
        if uplift and metric.kind == "mean" and metric.role != "guardrail" and not metric.conditional:
            verdict = voice.verdict(metric, uplift)
            told = "" if verdict == "refused" else f" {voice.estimate(uplift)} ({voice.bounds(uplift)})"
            return f"{voice.short_title(metric)}{told}: {voice.word(verdict)}"
    return None


def _arms(voice: Voice, verdict: str) -> list[str]:
    primary = voice.result.primary
    return [u.treatment.arm for u in primary.uplifts if voice.verdict(primary, u) == verdict]
