"""What was signed: the lock and its amendments, what came later, and what a person decided."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.report.voice import Voice
from uplift.results import MetricResult, Record
from uplift.results.record import SignedChange, SignedDecision
from uplift.words.names import shortened, tamed
from uplift.words.sentences import record as sentences


def record(voice: Voice) -> tuple[str, ...]:
    """Sentences for the appendix."""
    found = voice.result.record
    lines = [sentences.not_locked(voice.language)] if found is None else list(_lock(found, voice))
    signed = decisions(voice)
    if not signed and voice.result.experiment.status == "closed":
        signed = (sentences.not_signed(voice.language),)
    return (*lines, *signed)


def decisions(voice: Voice) -> tuple[str, ...]:
    """Every decision, the first one first."""
    found = voice.result.record
    return tuple(_decision(decision, voice) for decision in found.decisions) if found else ()


def exploratory(metric: MetricResult, voice: Voice) -> str:
    """The mark of a metric that is not as the lock has it; nothing for all others."""
    found = voice.result.record.addition("metric", metric.name, metric.role) if voice.result.record else None
    return sentences.later(found.what, voice.language) if found else ""


def _lock(found: Record, voice: Voice) -> Iterator[str]:
    language = voice.language
    commit = tamed(found.commit) if found.commit else None
    yield sentences.locked(found.on, shortened(found.by), commit, language, after_start=found.after_start)
    for amendment in found.amendments:
        yield _amendment(amendment, voice)
    if found.unsigned:
        yield sentences.unsigned([tamed(field) for field in found.unsigned], language)
    elif not found.amendments:
        yield sentences.unchanged(language)
    later = list(dict.fromkeys(_name(addition.kind, addition.name, voice) for addition in found.later))
    if later:
        yield sentences.exploratory(later, language)


def _amendment(amendment: SignedChange, voice: Voice) -> str:
    language = voice.language
    made = [sentences.change(tamed(c.field), _tamed(c.old), _tamed(c.new), language) for c in amendment.changes]
    if amendment.weight_epoch is not None:
        made.append(sentences.opened_epoch(amendment.weight_epoch, language))
    return sentences.amended(amendment.on, shortened(amendment.by), tamed(amendment.reason), made, language)


def _decision(found: SignedDecision, voice: Voice) -> str:
    """Against the rule: another action than it named; «repeat» contradicts nothing but a plain yes or no."""
    against = found.recommended in ("ship", "stop") and found.recommended != found.action
    against = against or (found.action == "ship" and found.recommended in ("wait", "none"))
    by, reason = shortened(found.by), tamed(found.reason)
    return sentences.decision(found.on, by, found.action, reason, voice.language, against=against)


def _name(kind: str, name: str, voice: Voice) -> str:
    metric = next((m for m in voice.result.metrics if kind == "metric" and m.name == name), None)
    return voice.short_title(metric) if metric else shortened(name)


def _tamed(text: str | None) -> str | None:
    return None if text is None else tamed(text)
