"""A plan in words: the rows that a terminal prints and a page sets, and the text of the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from uplift.results.plan import Plan, PlannedArm, PlannedEffect, PlannedLook, ShareStep, SizeStep, Way
from uplift.words import numbers, plans, values
from uplift.words.dates import day
from uplift.words.language import Language
from uplift.words.names import tamed
from uplift.words.plans import PLAN
from uplift.words.values import MISSING

Table = tuple[tuple[str, ...], ...]
"""Lines of cells; the first holds the column heads."""


def text(plan: Plan, language: Language | None = None) -> str:
    """Tables for a terminal: no colour, columns aligned; what can't be computed is named."""
    speech = language or plan.language
    words = PLAN[speech]
    blocks = [
        f"{plan.experiment} · {verdict(plan, speech)}",
        "\n".join(f"{name}: {fact}" for name, fact in facts(plan, speech)),
        aligned(arm_rows(plan, speech)),
    ]
    if plan.sizes:
        blocks.append(f"{words.by_size}\n{aligned(size_rows(plan, speech))}")
    if plan.shares:
        blocks.append(f"{words.by_share}\n{aligned(share_rows(plan, speech))}")
    if plan.looks:
        blocks.append(f"{words.looks}\n{aligned(look_rows(plan, speech))}")
    if plan.ways:
        blocks.append("\n".join([f"{words.ways}:", *(f"- {way}" for way in ways(plan, speech))]))
    return "\n\n".join(blocks)


def verdict(plan: Plan, language: Language) -> str:
    """Whether the design is large enough, in a line."""
    sound = plan.verdict_chance is None or plan.verdict_chance >= plan.required
    return plans.headline(plan.power, plan.required, enough=plan.enough, verdict=sound, language=language)


def facts(plan: Plan, language: Language) -> tuple[tuple[str, str], ...]:
    """What is to be found, on which metric, from where, and when it will be known."""
    words, metric = PLAN[language], plan.metric
    found = [(words.metric, tamed(metric.title)), (words.effect, effect(plan.effect, language))]
    if metric.baseline is not None:
        value = values.value(metric.baseline, form=metric.form, currency=metric.currency, language=language)
        since = None if metric.date is None else day(metric.date, language)
        found.append(
            (words.baseline, f"{value} ({plans.origin(metric.source or '', since, language, old=metric.old)})")
        )
    if plan.explained:
        found.append((words.explained, plans.explained(plan.explained, language)))
    if plan.unanswered is not None:
        found.append((words.power, plans.wanting(plan.unanswered, language)))
    if plan.detectable is not None:
        required = plans.whole_percent(plan.required, language)
        found.append((f"{words.detectable} ({required})", effect(plan.detectable, language)))
    if plan.withheld is not None:
        found.append((words.withheld, numbers.count(plan.withheld, language)))
    if plan.read_out is not None:
        found.append((words.read_out, day(plan.read_out, language)))
    return tuple(found)


def arm_rows(plan: Plan, language: Language) -> Table:
    """Each arm with its share, contacts and power."""
    words = PLAN[language]
    rows = [(words.arm, words.share, words.contacts, words.power)]
    for arm in plan.arms:
        contacts = MISSING if arm.contacts is None else numbers.count(arm.contacts, language)
        power = MISSING if arm.power is None else plans.whole_percent(arm.power, language)
        rows.append((arm_title(arm, language), numbers.plain_percent(arm.weight, language), contacts, power))
    return tuple(rows)


def arm_title(arm: PlannedArm, language: Language) -> str:
    """The arm's title; arms that are just called control and treatment get the language's own words."""
    if arm.title == arm.name and arm.name in ("control", "treatment"):
        return PLAN[language].control if arm.name == "control" else PLAN[language].treatment
    return tamed(arm.title)


def size_rows(plan: Plan, language: Language) -> Table:
    """Power and smallest effect for other audiences."""
    words = PLAN[language]
    head = [words.eligible, words.withheld, words.power, words.detectable, words.read_out, ""]
    grows = {"days": words.enrolment, "waves": words.waves}.get(plan.axis)
    if grows:
        head.insert(0, grows)
    return (tuple(head), *(_size_row(step, plan, language) for step in plan.sizes))


def share_rows(plan: Plan, language: Language) -> Table:
    """Power and smallest effect for other control shares."""
    words = PLAN[language]
    head = (words.control_share, words.withheld, words.power, words.detectable, "")
    return (head, *(_share_row(step, language) for step in plan.shares))


def look_rows(plan: Plan, language: Language) -> Table:
    """Bounds at each look."""
    words = PLAN[language]
    futile = any(look.gives_up is not None for look in plan.looks)
    head = [words.look, words.day, words.information, words.bound, words.level, words.reached]
    if futile:
        head.append(words.gives_up)
    return (tuple(head), *(_look_row(look, language, futile=futile) for look in plan.looks))


def ways(plan: Plan, language: Language) -> tuple[str, ...]:
    """Each change that would be enough, with its price."""
    return tuple(_way(plan, way, language) for way in plan.ways)


def effect(size: PlannedEffect, language: Language) -> str:
    """An effect in words."""
    return plans.effect(size.value, size.unit, size.currency, language)


def aligned(table: Table) -> str:
    """Columns of equal width, a rule below the heads; words (first column, and those without a head) to the left."""
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    words = [i == 0 or not head for i, head in enumerate(table[0])]
    rule = tuple("─" * width if head else "" for width, head in zip(widths, table[0], strict=True))
    return "\n".join(_line(line, widths, words) for line in (table[0], rule, *table[1:]))


def _line(cells: Sequence[str], widths: Sequence[int], words: Sequence[bool]) -> str:
    columns = zip(cells, widths, words, strict=True)
    return "  ".join(cell.ljust(width) if word else cell.rjust(width) for cell, width, word in columns).rstrip()


def _size_row(step: SizeStep, plan: Plan, language: Language) -> tuple[str, ...]:
    words = PLAN[language]
    marks = [words.planned] * step.planned + [words.sufficient] * step.sufficient
    row = [
        numbers.count(step.audience, language),
        numbers.count(step.withheld, language),
        power(step.power, language),
        _brief(step.detectable, language),
        MISSING if step.read_out is None else day(step.read_out, language),
        ", ".join(marks),
    ]
    if plan.axis == "days":
        row.insert(0, MISSING if step.days is None else plans.days(step.days, language))
    if plan.axis == "waves":
        row.insert(0, MISSING if step.waves is None else str(step.waves))
    return tuple(row)


def power(share: float | None, language: Language) -> str:
    """The power in whole per cent, or that there would be no verdict."""
    return PLAN[language].no_verdict if share is None else plans.whole_percent(share, language)


def _brief(size: PlannedEffect | None, language: Language) -> str:
    return MISSING if size is None else plans.brief_effect(size.value, size.unit, size.currency, language)


def _share_row(step: ShareStep, language: Language) -> tuple[str, ...]:
    words = PLAN[language]
    marks = [words.planned] * step.planned + [words.best] * step.best
    return (
        numbers.plain_percent(step.share, language),
        numbers.count(step.withheld, language),
        power(step.power, language),
        _brief(step.detectable, language),
        ", ".join(marks),
    )


def _look_row(look: PlannedLook, language: Language, *, futile: bool) -> tuple[str, ...]:
    words = PLAN[language]
    row = [
        tamed(look.name) if look.name else words.last_look,
        MISSING if look.day is None else day(look.day, language),
        numbers.percent(look.information, language, decimals=0),
        numbers.number(look.bound, language, significant=None, decimals=2),
        numbers.p_number(look.level, language),
        plans.whole_percent(look.reached, language),
    ]
    if futile:
        stop = look.gives_up
        row.append(MISSING if stop is None else numbers.number(stop, language, significant=None, decimals=2))
    return tuple(row)


def _way(plan: Plan, way: Way, language: Language) -> str:
    withheld = plans.more_withheld(way.withheld, language)
    if way.share is not None:
        was = next(arm.weight for arm in plan.arms if arm.control)
        shares = numbers.plain_percent(was, language), numbers.plain_percent(way.share, language)
        return plans.way_of_share(*shares, withheld, language)
    if way.audience is not None:
        price = f"{withheld}, {plans.days_later(way.days, language)}" if way.days else withheld
        how = None
        if way.enrol_until is not None:
            how = plans.until(day(way.enrol_until, language), language)
        elif way.waves is not None:
            how = plans.waves(way.waves, language)
        return plans.way_of_audience(numbers.count(way.audience, language), how, price, language)
    if way.r_squared is not None:
        return plans.way_of_past(way.r_squared, withheld, language)
    assert way.effect is not None
    return plans.way_of_effect(effect(way.effect, language), language)
