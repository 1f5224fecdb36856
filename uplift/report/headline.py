"""The first screen: what came out, how sure we are, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from uplift.report.advice import advice
from uplift.report.money import money_sentence
from uplift.report.voice import Voice
from uplift.results import MetricResult, Uplift, Verdict
from uplift.words import numbers
from uplift.words.names import tamed
from uplift.words.sentences import verdicts

Mood = Literal["better", "worse", "open", "refused", "warn"]

_UP, _DOWN, _FLAT, _NONE = "▲", "▼", "●", "○"


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict as a sentence with a sign for the eye (`mood` colours it), what stands below, and the advice."""

    mood: Mood
    sign: str
    text: str
    deck: tuple[str, ...]
    advice: str


def headline(voice: Voice) -> Headline:
    """The verdict on the primary metric, for somebody who reads nothing else."""
    metric = voice.result.primary
    chosen = voice.leading(metric)
    verdict = voice.verdict(metric, chosen) if chosen else "refused"
    hurt = chosen is not None and bool(voice.breached(chosen.treatment.arm))
    ready = voice.result.recommendation.action == "ship" and not metric.conditional
    caution = (hurt and verdict == "open") or (verdict == "better" and (hurt or not ready))
    mood: Mood = "warn" if caution else verdict
    text = _text(voice, metric, chosen, verdict)
    early = verdict != "refused" and "early" in voice.result.recommendation.reasons
    return Headline(
        mood=mood,
        sign=_sign(verdict, chosen),
        text=verdicts.interim(text, voice.language) if early else text,
        deck=tuple(_deck(voice, metric, chosen, verdict)),
        advice=advice(voice),
    )


def _sign(verdict: Verdict, uplift: Uplift | None) -> str:
    if verdict == "refused" or uplift is None:
        return _NONE
    if verdict == "open":
        return _FLAT
    return _UP if uplift.direction == "up" else _DOWN


def _text(voice: Voice, metric: MetricResult, uplift: Uplift | None, verdict: Verdict) -> str:
    title, language = voice.inner_title(metric), voice.language
    if uplift is None or verdict == "refused":
        return verdicts.refused(voice.refusal(uplift), title, language)
    arm = uplift.treatment.arm
    hurt = bool(voice.breached(arm))
    worse = [voice.arm(u.treatment.arm) for u in metric.uplifts if voice.verdict(metric, u) == "worse"]
    if voice.several and worse and verdict != "better":
        return verdicts.none_better(title, worse, language)
    if verdict == "open":
        return verdicts.no_difference(title, language, several=voice.several, breached=hurt)
    if uplift.relative is None:
        amount = voice.difference(metric, None if uplift.absolute is None else abs(uplift.absolute)).lstrip("+")
    else:
        amount = numbers.percent(abs(uplift.relative), language)
    several = voice.arm(arm) if voice.several else None
    if metric.conditional:
        title, higher = voice.short_title(metric), uplift.direction == "up"
        return verdicts.differs(title, amount, language, higher=higher, arm=several, breached=hurt)
    return verdicts.moved(
        title,
        amount,
        language,
        rises=uplift.direction == "up",
        mass=metric.format == "money" and metric.kind == "mean",
        arm=several,
        breached=hurt,
    )


def _deck(voice: Voice, metric: MetricResult, uplift: Uplift | None, verdict: Verdict) -> list[str]:
    if uplift is None or verdict == "refused":
        return []
    language = voice.language
    if voice.several:
        lines = [
            f"{voice.arm(u.treatment.arm)} {voice.estimate(u)} ({voice.bounds(u)})"
            for u in metric.uplifts
            if voice.verdict(metric, u) != "refused" and u.relative is not None
        ]
        levels = {u.confidence for u in metric.uplifts}
        confidence = uplift.confidence if len(levels) == 1 else None
        deck = [verdicts.against_control(lines, confidence, language)] if lines else []
    elif uplift.relative is None:
        deck = [_difference(voice, metric, uplift)]
    else:
        deck = _interval(voice, uplift, verdict)
    if paid := money_sentence(voice, uplift.treatment.arm):
        deck.append(paid)
    if metric.conditional:
        deck.append(verdicts.descriptive(voice.short_title(metric), language))
    if metric.preliminary:
        deck.append(verdicts.preliminary(language))
    return deck


def _interval(voice: Voice, uplift: Uplift, verdict: Verdict) -> list[str]:
    interval, language = uplift.relative_interval, voice.language
    if interval is None:
        return []
    whole = interval.low is not None and interval.high is not None
    say = verdicts.interval if whole else verdicts.open_interval
    deck = [say(uplift.confidence, voice.bounds(uplift), language)]
    if verdict == "open":
        fall = None if interval.low is None or interval.low >= 0 else numbers.percent(-interval.low, language)
        rise = None if interval.high is None or interval.high <= 0 else numbers.percent(interval.high, language)
        deck.append(verdicts.ruled_out(fall, rise, language))
    return deck


def _difference(voice: Voice, metric: MetricResult, uplift: Uplift) -> str:
    bounds = voice.difference_bounds(metric, uplift)
    return verdicts.difference(voice.difference(metric, uplift.absolute), uplift.confidence, bounds, voice.language)


def kicker(voice: Voice) -> tuple[str, ...]:
    """What was tested, in a few words: title, programme and version."""
    experiment = voice.result.experiment
    programme = " ".join(tamed(part) for part in (experiment.programme, experiment.version) if part)
    return tuple(part for part in (voice.name, programme) if part)
