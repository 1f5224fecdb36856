"""The key figures of the first screen."""

from __future__ import annotations

from uplift.report.figure import Figure
from uplift.report.measures import is_purchase_rate
from uplift.report.money import earned, limits
from uplift.report.voice import Voice
from uplift.results import Increment, MetricResult, Money, Uplift
from uplift.words import numbers, values
from uplift.words.sentences.money import MONEY

_MOST_ARMS = 3  # of more treatments only the leading one is shown; the tables have them all


def key_figures(voice: Voice) -> tuple[Figure, ...]:
    """Uplift, money, buyers and contacts; what has no verdict shows no number."""
    account = None if voice.several or not voice.treatments else voice.result.account(voice.treatments[0].arm)
    if account is None:
        return (*_uplifts(voice), *_totals(voice), _contacts(voice))
    forgone, *covered = limits(voice, account)
    return (*_uplifts(voice), *earned(voice, account), *covered, *_totals(voice), forgone, _contacts(voice))


def _uplifts(voice: Voice) -> tuple[Figure, ...]:
    metric = voice.result.primary
    if len(metric.uplifts) <= _MOST_ARMS:
        return tuple(_uplift(voice, metric, uplift) for uplift in metric.uplifts)
    leading = voice.leading(metric)
    return (_uplift(voice, metric, leading),) if leading else ()


def _uplift(voice: Voice, metric: MetricResult, uplift: Uplift) -> Figure:
    name = voice.arm(uplift.treatment.arm, limit=30) if voice.several else voice.labels.relative_uplift
    title = voice.short_title(metric)
    if voice.verdict(metric, uplift) == "refused":
        return Figure(name, voice.labels.no_verdict, (title,))
    symmetric = voice.plus_minus(uplift)
    bounds = () if uplift.relative_interval is None else (voice.bounds(uplift),)
    account = voice.result.account(uplift.treatment.arm) if voice.several else None
    earned_ = () if account is None else _margin(voice, account)
    return Figure(name, symmetric or voice.estimate(uplift), (title, *bounds, *earned_))


def _margin(voice: Voice, account: Money) -> tuple[str, ...]:
    """What is left of one of several treatments, below its uplift."""
    amount = voice.money(account.contribution.value, signed=True)
    bounds = voice.money_bounds(account.contribution.interval)
    return (f"{MONEY[voice.language].contribution}: {amount} ({bounds})",)


def _totals(voice: Voice) -> tuple[Figure, ...]:
    """The primary metric in total and, beside it, the first metrics in money and of buyers, where one is treated."""
    if voice.several:
        return ()
    adding = [metric for metric in voice.result.metrics if metric.role != "guardrail" and _total(voice, metric)]
    primary = [metric for metric in adding if metric.role == "primary"]
    others = [metric for metric in adding if metric.role != "primary"]
    money = [metric for metric in others if metric.format == "money" and metric.better == "up"]
    buyers = [metric for metric in others if metric.kind == "proportion" and metric.better == "up"]
    if any(metric.format == "money" for metric in primary):
        money = []
    if any(metric.kind == "proportion" for metric in primary):
        buyers = []
    found = (_total(voice, metric) for metric in (*primary, *money[:1], *buyers[:1]))
    return tuple(figure for figure in found if figure)


def _total(voice: Voice, metric: MetricResult) -> Figure | None:
    arm = voice.treatments[0].arm if voice.treatments else ""
    increment = shown_increment(voice, metric, arm)
    if increment is None:
        return None
    notes = [voice.short_title(metric), voice.total_bounds(metric, increment.interval)]
    contacts = metric.uplift(arm).treatment.n
    if increment.value is not None and contacts:
        thousand = voice.total(metric, increment.value * 1000 / contacts, decimals=1)
        thousand = thousand.removesuffix(f"{numbers.NBSP}{values.contacts_unit(voice.language)}")
        notes.append(f"{thousand} {MONEY[voice.language].per_thousand}")
    return Figure(_name(voice, metric), voice.total(metric, increment.value), tuple(notes))


def _name(voice: Voice, metric: MetricResult) -> str:
    """«Zusätzlicher Umsatz», «Zusätzliche Käufer» where the account says which metrics these are."""
    words = MONEY[voice.language]
    spent = {account.metric for account in voice.result.money}
    if metric.name in spent:
        return words.revenue
    return words.buyers if spent and is_purchase_rate(voice.result, metric) else voice.labels.total_effect


def shown_increment(voice: Voice, metric: MetricResult, arm: str) -> Increment | None:
    """The increment of one arm, unless its comparison is refused or has no number."""
    found = next((i for i in metric.increments if i.treatment == arm and i.value is not None), None)
    compared = next((u for u in metric.uplifts if u.treatment.arm == arm), None)
    if found is None or compared is None or voice.verdict(metric, compared) == "refused":
        return None
    return found


def _contacts(voice: Voice) -> Figure:
    arms = voice.result.arms
    total = numbers.count(sum(arm.assigned for arm in arms), voice.language)
    if len(voice.treatments) > _MOST_ARMS:
        return Figure(voice.labels.contacts, total, (f"{len(arms)} {voice.labels.groups}",))
    notes = (f"{voice.arm(arm.arm, limit=30)}: {numbers.count(arm.assigned, voice.language)}" for arm in arms)
    return Figure(voice.labels.contacts, total, tuple(notes))
