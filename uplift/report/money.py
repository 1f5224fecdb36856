"""The money: what was left after all costs, on the first screen and as an account."""

from __future__ import annotations

from uplift.report.chapter import Cell, Chapter, Sheet, row
from uplift.report.figure import Figure
from uplift.report.voice import Voice
from uplift.results import Amount, MetricResult, Money
from uplift.words import numbers, values
from uplift.words.sentences import money as sentences
from uplift.words.sentences.money import MONEY


def accounts(voice: Voice) -> tuple[Money, ...]:
    """Every account that may be shown, arms in their order."""
    return tuple(found for arm in voice.treatments if (found := voice.result.account(arm.arm)))


def money_sentence(voice: Voice, arm: str) -> str | None:
    """Whether it pays off, in one sentence; None where money was not asked for or nothing can be trusted."""
    if not voice.result.trusted or not any(m.treatment == arm for m in voice.result.money):
        return None
    name = voice.arm(arm) if voice.several else None
    found = voice.result.account(arm)
    interval = found.contribution.interval if found else None
    if found is None or found.contribution.value is None or interval is None:
        return sentences.unknown(voice.language, arm=name)
    bounds, amount = voice.money_bounds(interval), voice.money(found.contribution.value)
    if interval.low is not None and interval.low > 0:
        return sentences.pays(amount, voice.confidence, bounds, voice.language, arm=name)
    if interval.high is not None and interval.high < 0:
        return sentences.loses(amount, voice.confidence, bounds, voice.language, arm=name)
    return sentences.undecided(voice.confidence, bounds, voice.language, arm=name)


def earned(voice: Voice, account: Money) -> tuple[Figure, ...]:
    """Contribution and return: the two numbers that decide whether it paid."""
    words, currency = MONEY[voice.language], voice.result.experiment.currency
    thousand = f"{voice.money(account.per_thousand.value, signed=True)} {words.per_thousand}"
    figures = [
        Figure(
            words.contribution,
            voice.money(account.contribution.value, signed=True),
            (voice.money_bounds(account.contribution.interval), thousand),
        )
    ]
    if account.per_euro.value is not None:
        notes = (voice.money_bounds(account.per_euro.interval),) if account.per_euro.interval else ()
        figures.append(Figure(sentences.per_unit(currency, voice.language), voice.money(account.per_euro.value), notes))
    return tuple(figures)


def limits(voice: Voice, account: Money) -> tuple[Figure, ...]:
    """What the control forwent and, where there are costs, from which uplift on they are covered."""
    words = MONEY[voice.language]
    figures = [
        Figure(words.forgone, voice.money(account.forgone.value), (voice.money_bounds(account.forgone.interval),))
    ]
    if account.break_even is not None and _cost(account):
        metric = _metric(voice, account)
        notes = (voice.short_title(metric),) if metric else ()
        figures.append(
            Figure(words.break_even, numbers.percent(account.break_even, voice.language, signed=True), notes)
        )
    return tuple(figures)


def money_chapter(voice: Voice) -> Chapter | None:
    """The account line by line, one column per treatment; None where there is nothing to show."""
    shown = accounts(voice)
    if not shown:
        return None
    words, language = MONEY[voice.language], voice.language
    heads = (words.what, *(voice.arm(a.treatment) if voice.several else words.amount for a in shown))
    lines = [
        row(words.revenue, *(_amount(voice, a.revenue, signed=True) for a in shown)),
        row(
            sentences.margin_applied(shown[0].margin, language),
            *(_amount(voice, _scaled(a.revenue, a.margin), signed=True) for a in shown),
        ),
        row(words.contact_cost, *(voice.money(a.contact_cost) for a in shown)),
    ]
    if any(a.redemptions is not None or a.redemption_cost.value for a in shown):
        lines.append(row(words.redemption_cost, *(_redeemed(voice, a) for a in shown)))
    lines += [
        row(sentences.after_cost(language), *(_amount(voice, a.contribution, signed=True) for a in shown)),
        row(words.per_thousand, *(_amount(voice, a.per_thousand, signed=True) for a in shown)),
    ]
    if any(a.per_euro.value is not None for a in shown):
        name = sentences.per_unit(voice.result.experiment.currency, language)
        lines.append(row(name, *(_amount(voice, a.per_euro) for a in shown)))
    lines.append(row(words.forgone, *(_amount(voice, a.forgone) for a in shown)))
    if any(a.break_even is not None and _cost(a) for a in shown):
        lines.append(row(words.break_even, *(_break_even(voice, a) for a in shown)))
    metric = _metric(voice, shown[0])
    return Chapter(
        key="money",
        heading=words.heading,
        lead=_lead(voice, shown),
        sheets=(Sheet(words.heading, heads, tuple(lines)),),
        notes=(sentences.how(voice.short_title(metric), language),) if metric else (),
    )


def _lead(voice: Voice, shown: tuple[Money, ...]) -> tuple[str, ...]:
    told = [told for account in shown if (told := money_sentence(voice, account.treatment))]
    if not voice.several:
        (account,) = shown
        metric = _metric(voice, account)
        if not _cost(account):
            told.append(sentences.free(voice.language))
        elif account.break_even is not None and metric is not None:
            needed = numbers.percent(account.break_even, voice.language)
            measured = voice.in_brief(metric.uplift(account.treatment))
            told.append(sentences.covered(needed, voice.short_title(metric), measured, voice.language))
        if account.forgone.value is not None and account.forgone.value > 0:
            forgone, bounds = voice.money(account.forgone.value), voice.money_bounds(account.forgone.interval)
            told.append(sentences.price_of_knowing(forgone, bounds, voice.language))
    return tuple(told)


def _metric(voice: Voice, account: Money) -> MetricResult | None:
    return next(
        (
            m
            for m in voice.result.metrics
            if m.name == account.metric and any(u.treatment.arm == account.treatment for u in m.uplifts)
        ),
        None,
    )


def _cost(account: Money) -> float:
    return account.contact_cost + (account.redemption_cost.value or 0.0)


def _amount(voice: Voice, amount: Amount, *, signed: bool = False) -> Cell:
    if amount.value is None:
        return Cell(MONEY[voice.language].unknown)
    return Cell(
        voice.money(amount.value, signed=signed), voice.money_bounds(amount.interval) if amount.interval else ""
    )


def _redeemed(voice: Voice, account: Money) -> Cell:
    cell = _amount(voice, account.redemption_cost)
    if account.redemptions is None:
        return cell
    told = sentences.redemptions(account.redemptions, voice.language)
    return Cell(cell.text, " · ".join(part for part in (told, cell.note) if part))


def _break_even(voice: Voice, account: Money) -> str:
    if account.break_even is None or not _cost(account):
        return values.MISSING
    return numbers.percent(account.break_even, voice.language, signed=True)


def _scaled(amount: Amount, factor: float) -> Amount:
    return Amount(
        None if amount.value is None else amount.value * factor,
        None if amount.interval is None else amount.interval.scaled(factor),
    )
