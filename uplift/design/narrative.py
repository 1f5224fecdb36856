"""`explain EXPERIMENT`: what will happen to whom and when, what the test can find, and what is decided then."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from uplift.design.assessment import Assessment, assess
from uplift.design.locked import differences, named
from uplift.design.rule_words import rule_in_words
from uplift.spec.lock import read_lock
from uplift.spec.quantities import Effect
from uplift.spec.rule_pair import rules_of
from uplift.spec.rules.metrics import uses
from uplift.spec.rules.timing import last_assignment
from uplift.spec.scalars import titled
from uplift.spec.study import Study
from uplift.words import numbers, values
from uplift.words.language import Language
from uplift.words.names import shortened, tamed
from uplift.words.sentences import guardrails, prospects
from uplift.words.sentences import narrative as sentences
from uplift.words.sentences.narrative import Heading


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the sentences below it."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """The whole story of one experiment."""

    title: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        blocks = [self.title, *(f"{part.heading}\n  " + "\n  ".join(part.sentences) for part in self.parts)]
        return "\n\n".join(blocks)


def narrative(study: Study, *, today: datetime.date, language: Language) -> Narrative:
    """Everything that people should know before it starts. Raises StateError (UP403) for a damaged lock file."""
    found = assess(study, today=today)
    parts: tuple[tuple[Heading, Iterator[str]], ...] = (
        ("about", _about(study, language)),
        ("who", _who(study, language)),
        ("what", _what(study, found, language)),
        ("when", _when(study, found, language)),
        ("measured", _measured(study, language)),
        ("finds", _finds(study, found, language)),
        ("decided", _decided(study, language)),
        ("withheld", _withheld(study, found, language)),
        ("signed", _signed(study, language)),
    )
    told = tuple(Part(sentences.heading(name, language), tuple(lines)) for name, lines in parts)
    title = titled(study.experiment.title, study.experiment.id, language)
    return Narrative(tamed(title), tuple(p for p in told if p.sentences))


def _about(study: Study, language: Language) -> Iterator[str]:
    experiment = study.experiment
    yield sentences.hypothesis(tamed(experiment.hypothesis.in_language(language)), language)
    yield sentences.owner(tamed(experiment.owner), language)


def _who(study: Study, language: Language) -> Iterator[str]:
    experiment, project = study.experiment, study.project
    audience, assignment = experiment.audience, experiment.assignment
    where = None if audience.where is None else tamed(audience.where)
    yield sentences.audience(audience.source, where, audience.expected_size, language)
    if assignment.holdout is not None and assignment.method != "observed":
        held = project.holdouts[assignment.holdout]
        yield sentences.holdout(assignment.holdout, float(held.share), [tamed(e) for e in held.exempt], language)
    if assignment.layer is not None:
        part = assignment.layer
        yield sentences.layer(part.name, float(part.from_), float(part.to), language)
    if experiment.unit.cluster is not None:
        yield sentences.cluster(experiment.unit.cluster, language)


def _what(study: Study, found: Assessment, language: Language) -> Iterator[str]:
    experiment = study.experiment
    assignment = experiment.assignment
    if assignment.method == "observed":
        yield sentences.observed(assignment.column or "", language)
    else:
        yield sentences.drawn(language, strata=assignment.strata)
    sizes = {arm.arm: arm.contacts for arm in found.treatments}
    if found.control is not None:
        sizes[found.control.arm] = found.control.contacts
    for name, arm in experiment.arms.items():
        called = titled(arm.title, name, language)
        title, share, contacts = shortened(called), float(arm.weight), sizes.get(name)
        if arm.control:
            yield sentences.control(title, share, contacts, language)
        else:
            details = [f"{tamed(key)}: {value}" for key, value in arm.params.items()]
            what, channels = shortened(arm.treatment or called), [tamed(c) for c in arm.channels]
            yield sentences.treatment(title, share, contacts, language, what=what, details=details, channels=channels)
        each, redeemed = arm.contact_cost, arm.redemption_cost
        if each is not None or redeemed is not None:
            total = None
            if each is not None and contacts is not None:
                total = numbers.money_total(float(each.amount) * contacts, each.currency, language)
            yield sentences.cost(
                "" if each is None else numbers.money(each.amount, each.currency, language),
                total,
                None if redeemed is None else numbers.money(redeemed.amount, redeemed.currency, language),
                language,
            )


def _when(study: Study, found: Assessment, language: Language) -> Iterator[str]:
    experiment = study.experiment
    audience, start, last = experiment.audience, experiment.schedule.start, last_assignment(study)
    if audience.entry == "rolling" and last is not None and audience.entry_date is not None:
        yield sentences.entry_rolling(start, last, audience.entry_date, language)
    elif audience.entry == "waves" and audience.waves is not None and last is not None:
        waves = audience.waves
        yield sentences.entry_in_waves(start, waves.count, waves.every.days, last, language)
    else:
        yield sentences.entry_at_once(start, language)
    if found.read_out is None or last is None:
        yield sentences.no_read_out(language)
    else:
        window = max((use.window.days for _, use in uses(study) if use.window), default=0)
        if window:
            yield sentences.read_out(window, (found.read_out - last).days - window, found.read_out, language)
    early = [(look.name, look.day) for look in found.looks if found.read_out is None or look.day < found.read_out]
    yield sentences.looks(early, language) if early else sentences.no_looks(language)


def _measured(study: Study, language: Language) -> Iterator[str]:
    metrics = study.experiment.metrics
    window = metrics.primary.window
    kind = study.metric(metrics.primary.metric).kind
    title = _title(study, metrics.primary.metric, language)
    yield prospects.primary(title, kind, window.days if window else None, language)
    if metrics.secondary:
        yield prospects.secondary([_title(study, use.metric, language) for use in metrics.secondary], language)
    for use in metrics.guardrails:
        margin, better = _effect(study, use.metric, use.margin, language), study.metric(use.metric).better
        yield prospects.guardrail(_title(study, use.metric, language), margin, language, better=better)
    if study.experiment.segments:
        yield prospects.segments(study.experiment.segments, language)
    yield prospects.by_assignment(language)


def _finds(study: Study, found: Assessment, language: Language) -> Iterator[str]:
    effect = _effect(study, found.metric, found.mde, language)
    if found.power is None or found.unanswered is not None:
        yield prospects.unanswered(found.unanswered or "impossible", effect, language)
        return
    arms = len(found.treatments)
    wanted, some = _from_to(study, found, effect, language), found.power_for == "any" and arms > 1
    yield prospects.power(wanted, found.power, 1 - found.alpha, language, any_arm=some, several=arms > 1)
    if found.verdict_chance is not None and found.verdict_chance < found.required:
        yield prospects.too_few(found.verdict_chance, language)
    if found.enough is False:
        yield prospects.too_small(found.required, language)
    if found.detectable is not None:
        yield prospects.detectable(_effect(study, found.metric, found.detectable, language), found.required, language)
    if found.explained:
        yield prospects.explained(found.explained, language)
    if found.comparisons > 1:
        yield prospects.several_arms(found.comparisons, found.correction, language)
    if found.baseline is not None:
        known = found.baseline
        value = values.value(
            known.value, form=_form(study, found.metric), currency=_currency(study, found.metric), language=language
        )
        yield prospects.rests_on(value, known.typed, tamed(known.source), known.date, language)


def _from_to(study: Study, found: Assessment, effect: str, language: Language) -> str:
    """The effect with the values before and after, where today's value is known."""
    if found.baseline is None:
        return effect
    size, before = float(found.mde.value), found.baseline.value
    sign = 1 if study.metric(found.metric).better == "up" else -1
    after = before * (1 + sign * size) if found.mde.unit == "relative" else before + sign * size
    form, currency = _form(study, found.metric), _currency(study, found.metric)
    ends = [values.value(level, form=form, currency=currency, language=language) for level in (before, after)]
    return prospects.from_to(effect, ends[0], ends[1], language)


def _decided(study: Study, language: Language) -> Iterator[str]:
    rules = rules_of(study)
    yield prospects.ship(rule_in_words(rules.ship, study, language), language)
    yield prospects.stop(rule_in_words(rules.stop, study, language), language)
    yield prospects.person(language)


def _withheld(study: Study, found: Assessment, language: Language) -> Iterator[str]:
    if found.withheld is None:
        return
    yield prospects.withheld(found.withheld, found.read_out, language)
    if found.baseline is None or found.kind not in ("proportion", "mean"):
        return
    size = float(found.mde.value) * (found.baseline.value if found.mde.unit == "relative" else 1.0)
    missed = size * found.withheld
    effect = _effect(study, found.metric, found.mde, language)
    if study.metric(found.metric).better != "up" or missed <= 0:
        return
    currency = _currency(study, found.metric)
    if found.kind == "proportion":
        yield prospects.price(effect, prospects.events(missed, language), language)
    elif currency is not None:
        yield prospects.price(effect, numbers.money_total(missed, currency, language), language)


def _signed(study: Study, language: Language) -> Iterator[str]:
    lock = read_lock(study)
    if lock is None:
        yield prospects.unsigned(study.experiment.id, language)
        return
    yield prospects.signed(tamed(lock.locked.signed.by), lock.locked.signed.on, len(lock.amendments), language)
    made = named(differences(lock, study), lock)
    if made:
        yield prospects.differs([change.field for change in made], language)


def _title(study: Study, metric: str, language: Language) -> str:
    return shortened(titled(study.metric(metric).title, metric.replace("_", " "), language))


def _form(study: Study, metric: str) -> values.Format:
    definition = study.metric(metric)
    return definition.format or ("percent" if definition.kind == "proportion" else "number")


def _currency(study: Study, metric: str) -> str | None:
    if _form(study, metric) != "money":
        return None
    return study.metric(metric).currency or study.project.currency


def _effect(study: Study, metric: str, effect: Effect, language: Language) -> str:
    currency = effect.currency or _currency(study, metric)
    form = "money" if effect.unit == "absolute" and currency else _form(study, metric)
    return guardrails.margin(float(effect.value), effect.unit, form=form, currency=currency, language=language)
