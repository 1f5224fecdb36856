"""Whom to write to: the verdict, the curve of the ranking, what selections are worth, and the rule."""

from __future__ import annotations

from uplift.report.axis import Span, axis_for
from uplift.report.chapter import Cell, Chapter, Panel, Sheet, row
from uplift.report.incentives import incentive_notes, incentive_sheets
from uplift.report.plot import Band, Line, Plot, Word, plot
from uplift.report.svg import Caption
from uplift.report.voice import Voice
from uplift.results.targeting import (
    BudgetPoint,
    Estimate,
    OutcomeReading,
    PolicyReading,
    Ranking,
    RuleLeaf,
    TargetingReading,
)
from uplift.words import numbers, values
from uplift.words.codes import CODES
from uplift.words.dates import day
from uplift.words.language import say
from uplift.words.names import shortened, tamed
from uplift.words.sentences import targeting as sentences
from uplift.words.sentences.targeting import TARGETING

_THOUSAND = 1000.0


def targeting_chapter(voice: Voice) -> Chapter | None:
    """Verdict, curves, policies, groups and rule; None without targeting or without trust."""
    reading = voice.result.targeting
    if reading is None or not reading.outcomes or not voice.result.trusted:
        return None
    words, language = TARGETING[voice.language], voice.language
    lead = [*_behind(voice, reading), *([sentences.exploratory(language)] if reading.exploratory else [])]
    panels: list[Panel] = []
    sheets: list[Sheet] = [_proof(voice, reading)] if any(o.rankings for o in reading.outcomes) else []
    for outcome in reading.outcomes:
        lead += _verdict(voice, outcome)
        panels += [p for r in outcome.rankings if (p := _curve(voice, outcome, r))]
        sheets += _sheets(voice, outcome)
    if panel := _budget(voice, reading):
        panels.append(panel)
    first = reading.primary
    sheets += incentive_sheets(voice, reading)
    notes = [
        *incentive_notes(voice, reading),
        *_responses(voice, first),
        *([sentences.rule_note(language)] if any(o.rule for o in reading.outcomes) else []),
        sentences.method(
            numbers.count(reading.contacts, language), reading.folds, reading.seed, tamed(first.model), language
        ),
    ]
    return Chapter("target", words.heading, tuple(lead), tuple(panels), sheets=tuple(sheets), notes=tuple(notes))


def _proof(voice: Voice, reading: TargetingReading) -> Sheet:
    """Per outcome and arm: average effect, AUTOC, slope, p, and the advice."""
    words, language = TARGETING[voice.language], voice.language
    lines = []
    for outcome in reading.outcomes:
        for ranking in outcome.rankings:
            error = ranking.autoc.standard_error
            p_value = ranking.p_value if ranking.p_adjusted is None else ranking.p_adjusted
            effect = _per_thousand(voice, outcome, ranking.effect.value)
            spread = "" if error is None else f"({_per_thousand(voice, outcome, error).lstrip('+')})"
            lines.append(
                row(
                    f"{shortened(outcome.title_in(voice.language))}, {voice.arm(ranking.treatment)}",
                    Cell(effect, _bounds(voice, outcome, ranking.effect)),
                    Cell(_per_thousand(voice, outcome, ranking.autoc.value), spread),
                    values.MISSING if ranking.slope is None else numbers.number(ranking.slope.value, language),
                    values.MISSING if p_value is None else numbers.p_number(p_value, language),
                    sentences.advice(ranking.action, language),
                )
            )
    heads = (words.case, words.average, words.autoc, words.slope, words.p_value, words.advice)
    return Sheet(words.proof, heads, tuple(lines), frozenset({5}))


def _behind(voice: Voice, reading: TargetingReading) -> list[str]:
    """That the reading saw other data, or another decision, than the result that it stands in."""
    result, seen = voice.result, reading.read_from
    if seen is None:
        return []
    kind = seen.behind(
        as_of=result.as_of,
        spec_hash=result.experiment.spec_hash,
        ledger_hash=result.provenance.ledger_hash,
        sources={source.name: source.fingerprint for source in result.provenance.sources},
    )
    return [] if kind is None else [sentences.behind(kind, day(seen.as_of, voice.language), voice.language)]


def _verdict(voice: Voice, outcome: OutcomeReading) -> list[str]:
    arm = voice.arm(outcome.arm) if outcome.arm else None
    told = [
        sentences.verdict(
            outcome.action, arm, outcome.contacts_needed, shortened(outcome.title_in(voice.language)), voice.language
        )
    ]
    for code in outcome.codes:
        entry = CODES.get(code)
        if entry is not None:
            title = say(voice.language, de=entry.title_de, en=entry.title_en)
            told.append(f"{title[:1].upper()}{title[1:]} ({code}).")
    model = next((p for p in outcome.policies if p.policy == "model" and p.plug_in is not None), None)
    if model is not None and model.plug_in is not None:
        believed, honest = (
            _per_thousand(voice, outcome, model.plug_in),
            _per_thousand(voice, outcome, model.value.value),
        )
        overrated = model.plug_in > model.value.value
        told.append(sentences.winners_curse(believed, honest, voice.language, overrated=overrated))
    return told


def _curve(voice: Voice, outcome: OutcomeReading, ranking: Ranking) -> Panel | None:
    points = sorted(ranking.curve, key=lambda p: p.share)
    if len(points) < 2:
        return None
    words, language = TARGETING[voice.language], voice.language
    axis = axis_for(
        [Span(p.gain, *((p.interval.low, p.interval.high) if p.interval else (None, None))) for p in points],
        always=[Span(x, None, None) for p in points for x in (p.gain, p.random)],
    )
    middle = points[len(points) // 3]
    content = Plot(
        x_range=(0.0, 1.0),
        y_range=(axis.low, axis.high),
        x_ticks=tuple((x, numbers.plain_percent(x, language)) for x in (0.0, 0.25, 0.5, 0.75, 1.0)),
        y_ticks=tuple((tick, _short(voice, outcome, tick)) for tick in axis.ticks),
        axis=words.share_axis,
        bands=(Band(tuple((p.share, *_ends(p)) for p in points)),),
        lines=(
            Line(tuple((p.share, p.random) for p in points), "random"),
            Line(tuple((p.share, p.gain) for p in points), "line"),
        ),
        words=(Word(middle.share - 0.02, middle.gain + (axis.high - axis.low) * 0.05, words.model, ends=True),),
    )
    title = words.curve.format(title=shortened(outcome.title_in(voice.language)))
    if len(outcome.rankings) > 1 or voice.several:
        title = f"{title} ({voice.arm(ranking.treatment)})"
    p_value = ranking.p_value if ranking.p_adjusted is None else ranking.p_adjusted
    sentence = f"{_top(voice, outcome, ranking)} {sentences.proven(p_value, language)}"
    lines = tuple(
        row(
            numbers.plain_percent(p.share, language),
            Cell(_per_thousand(voice, outcome, p.gain), _bounds(voice, outcome, Estimate(p.gain, None, p.interval))),
            _per_thousand(voice, outcome, p.random),
        )
        for p in points
    )
    sheet = Sheet(title, (words.treated, words.gain, words.random), lines)
    chart = plot(content, Caption(f"curve-{outcome.outcome}-{ranking.treatment}", title, sentence))
    return Panel(title, chart, sentence, sentences.how_to_read_curve(language), sheet)


def _top(voice: Voice, outcome: OutcomeReading, ranking: Ranking) -> str:
    best = next((p for p in ranking.curve if abs(p.share - ranking.top_share) < 1e-6), None)
    whole = next((p for p in ranking.curve if p.share >= 1 - 1e-9), None)
    part = None
    if best is not None and whole is not None and whole.gain > 0 and best.gain > 0:
        part = numbers.percent(best.gain / whole.gain, voice.language, decimals=0)
    share = numbers.plain_percent(ranking.top_share, voice.language)
    return sentences.top(share, part, _difference(voice, outcome, ranking.uplift_at_top.value), voice.language)


def _ends(point: object) -> tuple[float | None, float | None]:
    interval = getattr(point, "interval", None)
    return (None, None) if interval is None else (interval.low, interval.high)


def _sheets(voice: Voice, outcome: OutcomeReading) -> list[Sheet]:
    words, language = TARGETING[voice.language], voice.language
    name = shortened(outcome.title_in(voice.language))
    found: list[Sheet] = []
    heads: tuple[str, ...]
    if outcome.policies:
        heads = (words.policy, words.shares, words.honest, words.difference, words.plug_in)
        lines = tuple(_policy(voice, outcome, p) for p in outcome.policies)
        found.append(Sheet(f"{words.policies}: {name}", heads, lines, frozenset({1})))
    for ranking in outcome.rankings:
        if ranking.groups:
            heads = (words.group, voice.labels.contacts, words.predicted, words.observed)
            lines = tuple(
                row(
                    numbers.count(g.group, language),
                    numbers.count(g.contacts, language),
                    _difference(voice, outcome, g.predicted),
                    Cell(_difference(voice, outcome, g.observed.value), _range(voice, outcome, g.observed)),
                )
                for g in ranking.groups
            )
            found.append(Sheet(f"{words.groups}: {name}, {voice.arm(ranking.treatment)}", heads, lines))
        if ranking.importance:
            lines = tuple(
                row(tamed(i.feature), numbers.percent(i.share, language, decimals=0)) for i in ranking.importance[:10]
            )
            title = f"{words.importance}: {name}, {voice.arm(ranking.treatment)}"
            found.append(Sheet(title, (words.feature, words.weight), lines))
    if outcome.rule:
        lines = tuple(_leaf(voice, outcome, leaf) for leaf in outcome.rule)
        heads = (words.condition, words.gets, words.weight, words.effect)
        found.append(Sheet(f"{words.rule}: {name}", heads, lines, frozenset({1})))
    return found


def _leaf(voice: Voice, outcome: OutcomeReading, leaf: RuleLeaf) -> tuple[Cell, ...]:
    told = [sentences.condition(tamed(f), sign, tamed(value), voice.language) for f, sign, value in leaf.conditions]
    return row(
        sentences.conditions(told, voice.language) or TARGETING[voice.language].everybody,
        voice.arm(leaf.arm),
        numbers.percent(leaf.share, voice.language),
        Cell(_difference(voice, outcome, leaf.effect.value), _range(voice, outcome, leaf.effect)),
    )


def _policy(voice: Voice, outcome: OutcomeReading, policy: PolicyReading) -> tuple[Cell, ...]:
    arm = voice.arm(policy.policy.removeprefix("all:")) if policy.policy.startswith("all:") else None
    shares = " · ".join(
        f"{voice.arm(name)} {numbers.percent(share, voice.language, decimals=0)}" for name, share in policy.shares
    )
    difference = Cell(values.MISSING)
    if policy.difference is not None:
        gap = policy.difference
        difference = Cell(_per_thousand(voice, outcome, gap.value), _bounds(voice, outcome, gap))
    return row(
        sentences.policy(shortened(policy.policy), arm, voice.language),
        shares or values.MISSING,
        Cell(_per_thousand(voice, outcome, policy.value.value), _bounds(voice, outcome, policy.value)),
        difference,
        values.MISSING if policy.plug_in is None else _per_thousand(voice, outcome, policy.plug_in),
    )


def _budget(voice: Voice, reading: TargetingReading) -> Panel | None:
    points = sorted(reading.budget, key=lambda p: p.spent)
    if len(points) < 2:
        return None
    words, outcome, language = TARGETING[voice.language], reading.primary, voice.language
    believed = [p.plug_in for p in points if p.plug_in is not None]
    axis = axis_for([Span(p.value.value, *_ends(p.value)) for p in points], always=[
        Span(x, None, None) for x in (*(p.value.value for p in points), *believed)
    ])  # fmt: skip
    last = points[-1].spent or 1.0
    lines = [Line(tuple((p.spent, p.value.value) for p in points), "line")]
    if believed:
        lines.append(Line(tuple(None if p.plug_in is None else (p.spent, p.plug_in) for p in points), "random"))
    spread = axis_for([Span(last, None, None)])
    content = Plot(
        x_range=(0.0, last),
        y_range=(axis.low, axis.high),
        x_ticks=tuple((x, voice.money(x)) for x in spread.ticks[:: max(1, len(spread.ticks) // 3)] if x <= last),
        y_ticks=tuple((tick, _short(voice, outcome, tick)) for tick in axis.ticks),
        axis=words.budget_axis,
        bands=(Band(tuple((p.spent, *_ends(p.value)) for p in points)),),
        lines=tuple(lines),
    )
    end = points[-1]
    sentence = sentences.budget_note(voice.money(end.spent), _per_thousand(voice, outcome, end.value.value), language)
    heads = (words.spent, words.treated, words.honest, words.plug_in)
    sheet = Sheet(words.budget, heads, tuple(_step(voice, outcome, p) for p in points))
    chart = plot(content, Caption("budget", words.budget, sentence))
    return Panel(words.budget, chart, sentence, sentences.how_to_read_budget(language), sheet)


def _step(voice: Voice, outcome: OutcomeReading, point: BudgetPoint) -> tuple[Cell, ...]:
    return row(
        voice.money(point.spent),
        numbers.percent(point.treated, voice.language),
        Cell(_per_thousand(voice, outcome, point.value.value), _bounds(voice, outcome, point.value)),
        values.MISSING if point.plug_in is None else _per_thousand(voice, outcome, point.plug_in),
    )


def _responses(voice: Voice, outcome: OutcomeReading) -> list[str]:
    found = [r.shares for r in outcome.rankings if r.shares is not None]

    def told(share: float) -> str:
        return numbers.percent(share, voice.language, decimals=0)

    return [
        sentences.responses(
            told(s.persuadables), told(s.sure_things), told(s.lost_causes), told(s.sleeping_dogs), voice.language
        )
        for s in found[:1]
    ]


def _per_thousand(voice: Voice, outcome: OutcomeReading, amount: float) -> str:
    """A value per contact as what 1,000 contacts bring: money or contacts."""
    if outcome.format == "money":
        currency = outcome.currency or voice.result.experiment.currency
        return numbers.money_total(amount * _THOUSAND, currency, voice.language, signed=True)
    return numbers.number(amount * _THOUSAND, voice.language, signed=True)


def _short(voice: Voice, outcome: OutcomeReading, amount: float) -> str:
    if outcome.format == "money":
        currency = outcome.currency or voice.result.experiment.currency
        return numbers.money_total(amount * _THOUSAND, currency, voice.language) if amount else "0"
    return numbers.plain_number(round(amount * _THOUSAND, 9), voice.language)


def _bounds(voice: Voice, outcome: OutcomeReading, estimate: Estimate) -> str:
    if estimate.interval is None:
        return ""
    ends = (estimate.interval.low, estimate.interval.high)
    low, high = (None if end is None else _per_thousand(voice, outcome, end) for end in ends)
    return values.bounds(low, high, voice.language)


def _difference(voice: Voice, outcome: OutcomeReading, amount: float) -> str:
    return values.difference(amount, form=outcome.format, currency=outcome.currency, language=voice.language)


def _range(voice: Voice, outcome: OutcomeReading, estimate: Estimate) -> str:
    if estimate.interval is None:
        return ""
    ends = (estimate.interval.low, estimate.interval.high)
    if outcome.format == "percent":
        return values.points_range(*ends, voice.language)
    low, high = (None if end is None else _difference(voice, outcome, end) for end in ends)
    return values.bounds(low, high, voice.language)
