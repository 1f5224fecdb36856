"""One incentive for everybody, and the plan of the target list: tables and notes of the targeting chapter."""

from __future__ import annotations

from uplift.report.chapter import Cell, Sheet, row
from uplift.report.voice import Voice
from uplift.results.targeting import IncentiveReading, TargetingReading
from uplift.words import numbers, values
from uplift.words.names import tamed
from uplift.words.sentences.incentives import INCENTIVES

_THOUSAND = 1000.0


def incentive_sheets(voice: Voice, reading: TargetingReading) -> tuple[Sheet, ...]:
    """What is left of each incentive after its costs, and who gets what on the list; nothing where nothing is known."""
    words, sheets = INCENTIVES[voice.language], []
    heads: tuple[str, ...]
    if reading.incentives is not None:
        heads = (words.arm, words.raw, words.uplift, words.net, words.chance, words.loss)
        lines = tuple(_incentive(voice, arm) for arm in reading.incentives.arms)
        sheets.append(Sheet(words.title, heads, lines))
    if reading.allocation is not None:
        heads = (words.arm, words.contacts, words.spend)
        lines = tuple(
            row(voice.arm(arm.arm), numbers.count(arm.contacts, voice.language), voice.money(arm.spend))
            for arm in reading.allocation.arms
        )
        sheets.append(Sheet(words.list_title, heads, lines))
    return tuple(sheets)


def incentive_notes(voice: Voice, reading: TargetingReading) -> tuple[str, ...]:
    """The best incentive, what the priors do to it, how far from perfect the plan is, and what it teaches."""
    words, language, notes = INCENTIVES[voice.language], voice.language, []
    choice, plan = reading.incentives, reading.allocation
    if choice is not None:
        notes.append(words.best.format(arm=_name(voice, choice.best)))
        notes += [words.conflict.format(arm=_name(voice, a.arm)) for a in choice.arms if a.conflicting]
        if choice.sensitive:
            lines = [f"{numbers.plain_percent(s.weight, language)}: {_name(voice, s.arm)}" for s in choice.sensitivity]
            notes.append(words.sensitive.format(lines=", ".join(lines)))
        elif choice.sensitivity:
            notes.append(words.steady)
    if plan is not None:
        share = max(plan.bound - plan.value, 0.0) / plan.bound if plan.bound > 0 else 0.0
        notes.append(words.gap.format(share=numbers.percent(share, language)) if share >= 5e-6 else words.perfect)
        held, tried = (numbers.count(n, language) for n in (plan.held_back, plan.tried_out))
        learns = plan.held_back or plan.tried_out
        notes.append(words.chance_note.format(held=held, tried=tried) if learns else words.nothing_learned)
    return tuple(notes)


def _incentive(voice: Voice, arm: IncentiveReading) -> tuple[Cell, ...]:
    language = voice.language

    def share(value: float | None) -> str:
        return values.MISSING if value is None else numbers.percent(value, language, signed=True)

    bounds = ""
    if arm.net_interval is not None and arm.net_interval.low is not None and arm.net_interval.high is not None:
        bounds = values.bounds(
            voice.money(arm.net_interval.low * _THOUSAND), voice.money(arm.net_interval.high * _THOUSAND), language
        )
    return row(
        _name(voice, arm.arm),
        share(arm.raw),
        share(arm.uplift),
        Cell(voice.money(arm.net * _THOUSAND), bounds),
        numbers.percent(arm.chance_best, language, decimals=0),
        voice.money(arm.loss * _THOUSAND),
    )


def _name(voice: Voice, arm: str) -> str:
    return INCENTIVES[voice.language].nothing if arm == "none" else tamed(voice.arm(arm))
