"""What `uplift target` found, as plain tables for the terminal."""

from __future__ import annotations

from uplift.results.plan_table import Table, aligned
from uplift.results.targeting import (
    AllocationReading,
    Estimate,
    IncentiveChoice,
    IncentiveReading,
    ListReading,
    OutcomeReading,
    PolicyReading,
    TargetingReading,
)
from uplift.words import numbers, values
from uplift.words.codes import CODES
from uplift.words.language import Language, say
from uplift.words.names import tamed
from uplift.words.sentences import targeting as sentences
from uplift.words.sentences.incentives import INCENTIVES
from uplift.words.sentences.targeting import TARGETING

_THOUSAND = 1000.0


def text(reading: TargetingReading, currency: str, language: Language) -> str:
    """The verdict of each outcome, the policies of the first, incentives, the budget and the list."""
    lines = [sentences.exploratory(language)] if reading.exploratory else []
    for outcome in reading.outcomes:
        lines.append(verdict(outcome, language))
        lines += [f"  {_told(code, language)} ({code})" for code in outcome.codes if code in CODES]
    blocks = ["\n".join(lines)]
    first, words = reading.primary, TARGETING[language]
    if any(outcome.rankings for outcome in reading.outcomes):
        blocks.append(f"{words.proof}\n{aligned(proof_rows(reading, language))}")
    if first.policies:
        blocks.append(f"{words.policies}: {tamed(first.title_in(language))}\n{aligned(policy_rows(first, language))}")
    several = len(reading.outcomes) > 1
    believed = [
        f"{tamed(outcome.title_in(language))}: {told}" if several else told
        for outcome in reading.outcomes
        if (told := winners_curse(outcome, language, explain=outcome is first))
    ]
    if believed:
        blocks.append("\n".join(believed))
    if reading.incentives is not None:
        rows = aligned(incentive_rows(reading.incentives, currency, language))
        blocks.append("\n".join([INCENTIVES[language].title, rows, *incentive_notes(reading.incentives, language)]))
    if reading.budget:
        blocks.append(f"{words.budget}\n{aligned(budget_rows(reading, currency, language))}")
    if reading.allocation is not None:
        blocks.append("\n".join(allocation_lines(reading.allocation, first, currency, language)))
    return "\n\n".join(blocks)


def list_text(reading: ListReading, currency: str, language: Language) -> str:
    """A list of today's contacts by a kept model."""
    words = INCENTIVES[language]
    known = words.by_model.format(
        contacts=numbers.count(reading.contacts, language), model=reading.model_id, experiment=tamed(reading.experiment)
    )
    lines = [known] if reading.recommended else [known, words.unproven]
    if reading.allocation is None:
        return "\n".join(lines)
    told = allocation_lines(reading.allocation, None, currency, language)
    return "\n\n".join(["\n".join(lines), "\n".join(told)])


def verdict(outcome: OutcomeReading, language: Language) -> str:
    """What to do, in a sentence."""
    arm = tamed(outcome.arm) if outcome.arm else None
    return sentences.verdict(outcome.action, arm, outcome.contacts_needed, tamed(outcome.title_in(language)), language)


def proof_rows(reading: TargetingReading, language: Language) -> Table:
    """Per outcome and arm: average effect, how well the model ranks, whether its sizes are right, p, and the advice."""
    words = TARGETING[language]
    rows = [(words.case, words.average, words.autoc, words.slope, words.p_value, words.advice)]
    for outcome in reading.outcomes:
        for ranking in outcome.rankings:
            error = ranking.autoc.standard_error
            spread = "" if error is None else f" ({_per_thousand(outcome, error, language).lstrip('+')})"
            p_value = ranking.p_value if ranking.p_adjusted is None else ranking.p_adjusted
            rows.append(
                (
                    f"{tamed(outcome.title_in(language))}, {tamed(ranking.treatment)}",
                    _with_bounds(outcome, ranking.effect, language),
                    f"{_per_thousand(outcome, ranking.autoc.value, language)}{spread}",
                    values.MISSING if ranking.slope is None else numbers.number(ranking.slope.value, language),
                    values.MISSING if p_value is None else numbers.p_number(p_value, language),
                    sentences.advice(ranking.action, language),
                )
            )
    return tuple(rows)


def policy_rows(outcome: OutcomeReading, language: Language) -> Table:
    """Each policy with its honest value per 1,000 contacts, its interval, the difference to the best simple one."""
    words = TARGETING[language]
    rows = [(words.policy, words.honest, words.difference, words.plug_in)]
    for policy in outcome.policies:
        rows.append(
            (
                _policy_name(policy, language),
                _with_bounds(outcome, policy.value, language),
                values.MISSING if policy.difference is None else _with_bounds(outcome, policy.difference, language),
                values.MISSING if policy.plug_in is None else _per_thousand(outcome, policy.plug_in, language),
            )
        )
    return tuple(rows)


def winners_curse(outcome: OutcomeReading, language: Language, *, explain: bool = True) -> str | None:
    """What the model believes of its own policy beside what it is worth."""
    for policy in outcome.policies:
        if policy.policy == "model" and policy.plug_in is not None:
            believed = _per_thousand(outcome, policy.plug_in, language)
            honest, overrated = (
                _per_thousand(outcome, policy.value.value, language),
                policy.plug_in > policy.value.value,
            )
            return sentences.winners_curse(believed, honest, language, overrated=overrated, explain=explain)
    return None


def incentive_rows(choice: IncentiveChoice, currency: str, language: Language) -> Table:
    """Each arm: effect before and after the priors, net value per 1,000 contacts, chance to be best, expected loss."""
    words = INCENTIVES[language]
    rows: list[tuple[str, ...]] = [(words.arm, words.raw, words.uplift, words.net, words.chance, words.loss)]
    rows += [_incentive(reading, currency, language) for reading in choice.arms]
    return tuple(rows)


def incentive_notes(choice: IncentiveChoice, language: Language) -> list[str]:
    """The best choice, conflicts between priors and data, and whether the priors decide."""
    words = INCENTIVES[language]
    notes = [words.best.format(arm=_arm_name(choice.best, language))]
    notes += [words.conflict.format(arm=tamed(reading.arm)) for reading in choice.arms if reading.conflicting]
    if choice.sensitive:
        parts = [
            f"{numbers.plain_percent(line.weight, language)}: {_arm_name(line.arm, language)}"
            for line in choice.sensitivity
        ]
        notes.append(words.sensitive.format(lines=", ".join(parts)))
    elif choice.sensitivity:
        notes.append(words.steady)
    return notes


def budget_rows(reading: TargetingReading, currency: str, language: Language) -> Table:
    """Spending, share of contacts, honest value with its interval, and the model's belief, per 1,000 contacts."""
    words, outcome = TARGETING[language], reading.primary
    rows = [(words.spent, words.treated, words.honest, words.plug_in)]
    for point in sorted(reading.budget, key=lambda p: p.spent):
        rows.append(
            (
                numbers.money_total(point.spent, currency, language),
                numbers.percent(point.treated, language),
                _with_bounds(outcome, point.value, language),
                values.MISSING if point.plug_in is None else _per_thousand(outcome, point.plug_in, language),
            )
        )
    return tuple(rows)


def allocation_lines(
    allocation: AllocationReading, outcome: OutcomeReading | None, currency: str, language: Language
) -> list[str]:
    """What is sent to whom, what it costs, how far from perfect the plan is, and what is left to chance.

    `outcome` is what the honest value is about; None for contacts that were in no test.
    """
    words = INCENTIVES[language]
    rows: list[tuple[str, ...]] = [(words.arm, words.contacts, words.spend)]
    rows += [
        (tamed(arm.arm), numbers.count(arm.contacts, language), numbers.money(arm.spend, currency, language))
        for arm in allocation.arms
    ]
    lines = [words.list_title, aligned(tuple(rows))]
    if allocation.budget is not None:
        spent, budget = (numbers.money(x, currency, language) for x in (allocation.spend, allocation.budget))
        lines.append(words.kept.format(spend=spent, budget=budget))
    gap = max(allocation.bound - allocation.value, 0.0)
    if allocation.bound > 0:
        share = gap / allocation.bound
        told = words.gap.format(share=numbers.percent(share, language)) if share >= 5e-6 else words.perfect
        lines.append(told)
    if allocation.honest is None or outcome is None:
        lines.append(words.untested)
    else:
        lines.append(words.worth.format(value=_with_bounds(outcome, allocation.honest, language)))
    if allocation.held_back or allocation.tried_out:
        held, tried = (numbers.count(n, language) for n in (allocation.held_back, allocation.tried_out))
        lines.append(words.chance_note.format(held=held, tried=tried))
    else:
        lines.append(words.nothing_learned)
    return lines


def _incentive(reading: IncentiveReading, currency: str, language: Language) -> tuple[str, ...]:
    def share(value: float | None) -> str:
        return values.MISSING if value is None else numbers.percent(value, language, signed=True)

    between = reading.net_interval
    net = numbers.money_total(reading.net * _THOUSAND, currency, language, signed=True)
    if between is not None and between.low is not None and between.high is not None:
        low, high = (
            numbers.money_total(end * _THOUSAND, currency, language, signed=True) for end in (between.low, between.high)
        )
        net = f"{net} ({numbers.span(low, high, language)})"
    return (
        _arm_name(reading.arm, language),
        share(reading.raw),
        share(reading.uplift),
        net,
        numbers.percent(reading.chance_best, language, decimals=0),
        numbers.money_total(reading.loss * _THOUSAND, currency, language),
    )


def _arm_name(arm: str, language: Language) -> str:
    return INCENTIVES[language].nothing if arm == "none" else tamed(arm)


def _policy_name(policy: PolicyReading, language: Language) -> str:
    arm = tamed(policy.policy.removeprefix("all:")) if policy.policy.startswith("all:") else None
    return sentences.policy(tamed(policy.policy), arm, language)


def _with_bounds(outcome: OutcomeReading, estimate: Estimate, language: Language) -> str:
    told = _per_thousand(outcome, estimate.value, language)
    interval = estimate.interval
    if interval is None or (interval.low is None and interval.high is None):
        return told
    low, high = (
        None if end is None else _per_thousand(outcome, end, language) for end in (interval.low, interval.high)
    )
    return f"{told} ({values.bounds(low, high, language)})"


def _per_thousand(outcome: OutcomeReading, amount: float, language: Language) -> str:
    if outcome.format == "money" and outcome.currency:
        return numbers.money_total(amount * _THOUSAND, outcome.currency, language, signed=True)
    return numbers.number(amount * _THOUSAND, language, signed=True)


def _told(code: str, language: Language) -> str:
    entry = CODES[code]
    title = say(language, de=entry.title_de, en=entry.title_en)
    return f"{title[:1].upper()}{title[1:]}"
