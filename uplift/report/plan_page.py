"""The page of a plan: what the design can find, two curves of power, the looks, and what all of it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.power_chart import Curve, curve, round_ticks
from uplift.report.svg import Caption
from uplift.results.plan import Plan
from uplift.results.plan_table import (
    Table,
    arm_rows,
    effect,
    facts,
    look_rows,
    power,
    share_rows,
    size_rows,
    verdict,
    ways,
)
from uplift.version import __version__
from uplift.words import numbers, plans
from uplift.words.dates import day, days_between, duration
from uplift.words.language import Language
from uplift.words.names import shortened, tamed
from uplift.words.plans import PLAN


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table; that of the design itself is set apart."""

    cells: tuple[str, ...]
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its caption, its heads and its lines."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a chart or none, the sentence that says what it shows, and its numbers."""

    key: str
    heading: str
    svg: str | None
    sentence: str
    table: Sheet


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything that the template sets."""

    language: Language
    title: str
    kicker: str
    period: str
    mood: str
    sign: str
    headline: str
    deck: tuple[str, ...]
    ways: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    hypothesis: str
    sections: tuple[Section, ...]
    basis: tuple[tuple[str, str], ...]
    generator: str
    experiment_id: str
    style: str
    style_hash: str


def plan_page(plan: Plan, language: Language, *, style: str, style_hash: str) -> PlanPage:
    """The plan told in one language."""
    headline = verdict(plan, language)
    mood = {True: "better", False: "warn", None: "open"}[plan.enough]
    return PlanPage(
        language=language,
        title=f"{shortened(plan.title)}: {headline}",
        kicker=tamed(plan.title),
        period=_period(plan, language),
        mood=mood,
        sign={"better": "✓", "warn": "⚠", "open": "–"}[mood],
        headline=headline,
        deck=_deck(plan, language),
        ways=ways(plan, language),
        figures=_figures(plan, language),
        hypothesis=tamed(plan.hypothesis),
        sections=_sections(plan, language),
        basis=_basis(plan, language),
        generator=f"uplift {__version__}",
        experiment_id=tamed(plan.experiment),
        style=style,
        style_hash=style_hash,
    )


def _period(plan: Plan, language: Language) -> str:
    if plan.enrolment_ends is None:
        return day(plan.start, language)
    return days_between(plan.start, plan.enrolment_ends, language)


def _deck(plan: Plan, language: Language) -> tuple[str, ...]:
    if plan.unanswered is not None:
        return (plans.wanting(plan.unanswered, language),)
    if plan.power is None:
        return ()
    metric = shortened(plan.metric.title)
    shown, missed = plans.whole_percent(plan.power, language), plans.whole_percent(plans.rest(plan.power), language)
    sentences = [plans.meaning(effect(plan.effect, language), shown, metric, missed=missed, language=language)]
    if plan.detectable is not None:
        required = plans.whole_percent(plan.required, language)
        sentences.append(plans.finds(effect(plan.detectable, language), required, language))
    return tuple(sentences)


def _figures(plan: Plan, language: Language) -> tuple[tuple[str, str], ...]:
    words = PLAN[language]
    found = []
    if plan.power is not None:
        found.append((words.power, plans.whole_percent(plan.power, language)))
    if plan.contacts is not None:
        found.append((words.contacts, numbers.count(plan.contacts, language)))
    if plan.withheld is not None:
        found.append((words.withheld, numbers.count(plan.withheld, language)))
    if plan.read_out is not None:
        found.append((words.read_out, day(plan.read_out, language)))
    return tuple(found)


def _sections(plan: Plan, language: Language) -> tuple[Section, ...]:
    words = PLAN[language]
    found = [Section("arms", words.arms, None, "", _sheet(words.arms, arm_rows(plan, language), ()))]
    if plan.sizes:
        marks = tuple(step.planned for step in plan.sizes)
        sheet = _sheet(words.by_size, size_rows(plan, language), marks)
        found.append(Section("size", words.by_size, _size_chart(plan, language), _size_sentence(plan, language), sheet))
    if plan.shares:
        marks = tuple(step.planned for step in plan.shares)
        sheet = _sheet(words.by_share, share_rows(plan, language), marks)
        sentence = _share_sentence(plan, language)
        found.append(Section("share", words.by_share, _share_chart(plan, language), sentence, sheet))
    if plan.looks:
        found.append(Section("looks", words.looks, None, "", _sheet(words.looks, look_rows(plan, language), ())))
    return tuple(found)


def _sheet(caption: str, table: Table, planned: tuple[bool, ...]) -> Sheet:
    marks = planned or (False,) * (len(table) - 1)
    return Sheet(caption, table[0], tuple(Line(cells, mark) for cells, mark in zip(table[1:], marks, strict=True)))


def _size_chart(plan: Plan, language: Language) -> str:
    words = PLAN[language]
    axis = {"days": words.enrolment_weeks, "waves": words.waves, "contacts": words.eligible}[plan.axis]
    scale = 7 if plan.axis == "days" else 1
    now = next(step for step in plan.sizes if step.planned)
    at = {"days": now.days, "waves": now.waves, "contacts": now.audience}[plan.axis]
    assert at is not None
    points = tuple((point.at / scale, point.power) for point in plan.size_curve)
    ticks = tuple((tick, numbers.plain_number(tick, language)) for tick in round_ticks(points[-1][0]))
    content = _curve(plan, points, (at / scale, now.power), ticks, axis, language)
    return curve(content, Caption("size-chart", words.by_size, _size_sentence(plan, language)))


def _share_chart(plan: Plan, language: Language) -> str:
    words = PLAN[language]
    now = next(step for step in plan.shares if step.planned)
    points = tuple((point.at, point.power) for point in plan.share_curve)
    ticks = tuple((tick, numbers.plain_percent(tick, language)) for tick in round_ticks(points[-1][0]))
    content = _curve(plan, points, (now.share, now.power), ticks, words.control_share, language)
    return curve(content, Caption("share-chart", words.by_share, _share_sentence(plan, language)))


def _curve(
    plan: Plan,
    points: tuple[tuple[float, float | None], ...],
    planned: tuple[float, float | None],
    ticks: tuple[tuple[float, str], ...],
    axis: str,
    language: Language,
) -> Curve:
    levels = sorted({0.0, 0.5, 1.0, plan.required} - ({1.0} if plan.required > 0.93 else set()))
    return Curve(
        points=points,
        planned=planned,
        required=plan.required,
        ticks=ticks,
        power_ticks=tuple((level, plans.whole_percent(level, language)) for level in levels),
        axis=axis,
        planned_text=power(planned[1], language),
    )


def _size_sentence(plan: Plan, language: Language) -> str:
    now = next(step for step in plan.sizes if step.planned)
    enough = next((step for step in plan.sizes if step.sufficient), None)
    return plans.size_sentence(
        plans.eligible(now.audience, language),
        None if now.power is None else plans.whole_percent(now.power, language),
        plans.whole_percent(plan.required, language),
        None if enough is None else plans.eligible(enough.audience, language),
        enough=bool(plan.enough),
        language=language,
    )


def _share_sentence(plan: Plan, language: Language) -> str:
    now = next(step for step in plan.shares if step.planned)
    best = next(step for step in plan.shares if step.best)
    return plans.share_sentence(
        numbers.plain_percent(now.share, language),
        None if now.power is None else plans.whole_percent(now.power, language),
        numbers.plain_percent(best.share, language),
        None if best.power is None else plans.whole_percent(best.power, language),
        language,
    )


def _basis(plan: Plan, language: Language) -> tuple[tuple[str, str], ...]:
    words, known = PLAN[language], dict(facts(plan, language))
    found = [(name, known[name]) for name in (words.metric, words.effect, words.baseline) if name in known]
    if plan.metric.window_days is not None:
        found.append((words.window, duration(plan.metric.window_days, language)))
    found += [
        (words.test, plans.test(plan.test, plan.sides, language)),
        (words.alpha, numbers.plain_percent(plan.alpha, language)),
    ]
    if plan.comparisons > 1:
        found.append((words.comparisons, plans.correction(plan.comparisons, plan.correction, language)))
    if plan.design_effect > 1:
        found.append((words.design_effect, numbers.number(plan.design_effect, language)))
    if words.explained in known:
        found.append((words.explained, known[words.explained]))
    if plan.looks_cost > 1:
        found.append((words.looks_cost, f"× {numbers.number(plan.looks_cost, language)}"))
    return tuple(found)
