"""The index of all experiments: what came out, what runs, what programmes teach, and no total that is none."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.chapter import Cell, Chapter, Forest, Sheet, row
from uplift.report.figure import Figure
from uplift.report.file_names import file_name
from uplift.report.headline import headline
from uplift.report.history import programme_forest
from uplift.report.measures import revenue_per_contact
from uplift.report.record import decisions
from uplift.report.voice import Voice
from uplift.results import History, Interval, ProgrammeRun, Result, Verdict
from uplift.results.forms import recommendation
from uplift.results.portfolio import OpenTest, Portfolio
from uplift.version import __version__
from uplift.words import numbers, values
from uplift.words.dates import day
from uplift.words.language import Language
from uplift.words.names import shortened, tamed
from uplift.words.sentences import portfolio as sentences
from uplift.words.sentences.portfolio import PORTFOLIO


@dataclass(frozen=True, slots=True)
class Entry:
    """One experiment in the index; `mood` is its verdict and the filter's class."""

    mood: Verdict
    link: str
    title: str
    headline: str
    date: str
    owner: str
    estimate: str
    contribution: str
    advice: str
    decision: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Everything that one owner answers for."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class PortfolioPage:
    """Everything that the index sets."""

    language: str
    kicker: str
    headline: str
    deck: tuple[str, ...]
    figures: tuple[Figure, ...]
    chapters: tuple[Chapter, ...]
    entries: tuple[Entry, ...]
    filters: tuple[tuple[str, str], ...]  # class → word
    owners: tuple[Owner, ...]
    find: str
    generator: str
    style: str
    style_hash: str


def portfolio_page(portfolio: Portfolio, language: Language, *, style: str, style_hash: str) -> PortfolioPage:
    """The index; reports are linked as they lie beside it (`<id>.<language>.html`)."""
    words = PORTFOLIO[language]
    entries = tuple(_entry(Voice(result, language)) for result in portfolio.experiments)
    moods = [entry.mood for entry in entries]
    better, worse, unclear, refused = (moods.count(m) for m in ("better", "worse", "open", "refused"))
    names = (("better", words.better), ("worse", words.worse), ("open", words.open), ("refused", words.refused))
    owners = sorted({entry.owner for entry in entries}, key=str.casefold)
    total = _sum(portfolio, language)
    return PortfolioPage(
        language=language,
        kicker=day(portfolio.on, language),
        headline=sentences.headline(better, worse, unclear, refused, language),
        deck=_deck(portfolio, total, language),
        figures=_figures(portfolio, total, language),
        chapters=tuple(
            c
            for c in (_running(portfolio, language), _holdouts(portfolio, language), _programmes(portfolio, language))
            if c
        ),
        entries=entries,
        filters=tuple((mood, word) for mood, word in names if moods.count(mood)),  # type: ignore[arg-type]
        owners=tuple(Owner(owner, tuple(e for e in entries if e.owner == owner)) for owner in owners),
        find=sentences.find(language),
        generator=f"uplift {__version__}",
        style=style,
        style_hash=style_hash,
    )


def _entry(voice: Voice) -> Entry:
    result, metric = voice.result, voice.result.primary
    leading = voice.leading(metric)
    mood = voice.verdict(metric, leading) if leading else "refused"
    estimate = ""
    if leading is not None and mood != "refused":
        estimate = f"{voice.estimate(leading)} ({voice.bounds(leading)})" if leading.relative is not None else ""
    account = voice.result.account(leading.treatment.arm) if leading else None
    earned = ""
    if account is not None:
        earned = voice.money(account.contribution.value, signed=True)
        earned += f" ({voice.money_bounds(account.contribution.interval)})"
    signed = decisions(voice)
    return Entry(
        mood=mood,
        link=file_name(result.experiment.id, voice.language),
        title=shortened(voice.name),
        headline=headline(voice).text,
        date=day(result.as_of, voice.language),
        owner=shortened(result.experiment.owner),
        estimate=estimate,
        contribution=earned,
        advice=recommendation(result, voice.language),
        decision=signed[-1] if signed else "",
    )


@dataclass(frozen=True, slots=True)
class _Sum:
    value: float
    low: float | None
    high: float | None
    tests: int
    currency: str


def _revenue(result: Result, language: Language) -> tuple[float, Interval] | None:
    """What a result's treatments added in revenue in all; None where a part of it has no verdict or no bounds."""
    voice, metric = Voice(result, language), revenue_per_contact(result)
    if metric is None:
        return None
    value = low = high = 0.0
    for uplift in metric.uplifts:
        found = next((i for i in metric.increments if i.treatment == uplift.treatment.arm), None)
        if voice.verdict(metric, uplift) == "refused" or found is None or found.value is None or found.interval is None:
            return None
        if found.interval.low is None or found.interval.high is None:
            return None
        value, low, high = value + found.value, low + found.interval.low, high + found.interval.high
    return (value, Interval(low, high)) if metric.uplifts else None


def _sum(portfolio: Portfolio, language: Language) -> _Sum | None:
    """The sum over tests in the currency of most; bounds add up as if all tests erred together, whatever they share.

    For estimates with any dependence the standard deviation of a sum is at most the sum of the standard deviations.
    """
    found = [(r.experiment.currency, read) for r in portfolio.experiments if (read := _revenue(r, language))]
    if not found:
        return None
    currencies = sorted({c for c, _ in found}, key=lambda c: (-sum(x == c for x, _ in found), c))
    same = [read for currency, read in found if currency == currencies[0]]
    low = sum(i.low for _, i in same if i.low is not None)
    high = sum(i.high for _, i in same if i.high is not None)
    return _Sum(sum(value for value, _ in same), low, high, len(same), currencies[0])


def _money(amount: float | None, currency: str, language: Language, *, signed: bool = False) -> str:
    return values.MISSING if amount is None else numbers.money_total(amount, currency, language, signed=signed)


def _bounds(low: float | None, high: float | None, currency: str, language: Language) -> str:
    texts = [None if end is None else _money(end, currency, language) for end in (low, high)]
    return values.bounds(texts[0], texts[1], language)


def _deck(portfolio: Portfolio, total: _Sum | None, language: Language) -> tuple[str, ...]:
    told = []
    if total is not None and total.tests > 1:
        amount = _money(total.value, total.currency, language, signed=True)
        bounds = _bounds(total.low, total.high, total.currency, language)
        told.append(sentences.not_additive(amount, bounds, total.tests, language))
    whole = [text for result in portfolio.holdouts if (text := _holdout(result, language))]
    if total is not None or whole:
        told += whole or [sentences.no_holdout(language)]
    return tuple(told)


def _holdout(result: Result, language: Language) -> str | None:
    read = _revenue(result, language)
    if read is None:
        return None
    value, interval = read
    currency = result.experiment.currency
    return sentences.by_holdout(
        shortened(Voice(result, language).name),
        _money(value, currency, language, signed=True),
        _bounds(interval.low, interval.high, currency, language),
        1 - result.provenance.alpha,
        language,
    )


def _figures(portfolio: Portfolio, total: _Sum | None, language: Language) -> tuple[Figure, ...]:
    words = PORTFOLIO[language]
    found = [Figure(words.experiments, numbers.count(len(portfolio.experiments), language), ())]
    if portfolio.open_tests:
        found.append(Figure(words.running, numbers.count(len(portfolio.open_tests), language), ()))
    if total is not None and total.tests > 1:
        bounds = _bounds(total.low, total.high, total.currency, language)
        found.append(Figure(words.total, _money(total.value, total.currency, language, signed=True), (bounds,)))
    for result in portfolio.holdouts[:1]:
        if read := _revenue(result, language):
            value, interval = read
            currency = result.experiment.currency
            bounds = _bounds(interval.low, interval.high, currency, language)
            found.append(Figure(words.holdout_total, _money(value, currency, language, signed=True), (bounds,)))
    return tuple(found)


def _running(portfolio: Portfolio, language: Language) -> Chapter | None:
    if not portfolio.open_tests:
        return None
    words = PORTFOLIO[language]
    heads = (words.experiment, words.owner, words.status, words.design, words.read_out, words.left)
    ordered = sorted(portfolio.open_tests, key=lambda t: (t.read_out is None, t.read_out or t.start, t.experiment))
    lines = tuple(_open_test(test, portfolio, language) for test in ordered)
    sheet = Sheet(words.running, heads, lines, frozenset({1, 2, 3, 5}))
    return Chapter("running", words.running_heading, sheets=(sheet,))


def _open_test(test: OpenTest, portfolio: Portfolio, language: Language) -> tuple[Cell, ...]:
    left = None if test.read_out is None else (test.read_out - portfolio.on).days
    return row(
        shortened(test.title),
        shortened(test.owner),
        sentences.status(tamed(test.status), language),
        sentences.design(test.design, test.power, test.required, language),
        values.MISSING if test.read_out is None else day(test.read_out, language),
        sentences.days_left(left, test.read_out, language),
    )


def _holdouts(portfolio: Portfolio, language: Language) -> Chapter | None:
    if not portfolio.holdouts:
        return None
    words = PORTFOLIO[language]
    lines = []
    for result in portfolio.holdouts:
        entry = _entry(Voice(result, language))
        lines.append(row(Cell(entry.title, entry.headline), entry.date, Cell(entry.estimate or words.refused)))
    heads = (words.experiment, words.date, words.verdict)
    return Chapter("holdouts", words.holdouts, sheets=(Sheet(words.holdouts, heads, tuple(lines)),))


def _programmes(portfolio: Portfolio, language: Language) -> Chapter | None:
    """A forest per programme with at least two runs: pooled where a result holds its history."""
    runs: dict[str, list[Result]] = {}
    for result in portfolio.experiments:
        if result.experiment.programme:
            runs.setdefault(result.experiment.programme, []).append(result)
    forests = [f for name in sorted(runs) if (f := _programme(name, runs[name], language))]
    words = PORTFOLIO[language]
    return Chapter("programmes", words.programmes, forests=tuple(forests)) if forests else None


def _programme(name: str, results: list[Result], language: Language) -> Forest | None:
    kept = next((h for r in results for h in r.history if len(h.runs) > 1 and r.trusted), None)
    newest = results[0]
    title = Voice(newest, language).short_title(newest.primary)
    if kept is not None:
        told = sentences.runs(len(kept.runs), language)
        return programme_forest(kept, language, title=title, heading=f"{shortened(name)} · {told}")
    found = tuple(run for result in results if (run := _run(result, language)))
    if len(found) < 2 or len({r.primary.name for r in results}) > 1:
        return None
    history = History(name, newest.primary.name, found)
    forest = programme_forest(
        history, language, title=title, heading=f"{shortened(name)} · {sentences.runs(len(found), language)}"
    )
    return Forest(
        forest.title,
        forest.caption,
        forest.heads,
        forest.ticks,
        forest.rows,
        forest.sheet,
        (sentences.no_pool(language),),
    )


def _run(result: Result, language: Language) -> ProgrammeRun | None:
    voice = Voice(result, language)
    uplift = voice.leading(result.primary)
    if uplift is None or voice.verdict(result.primary, uplift) == "refused":
        return None
    if uplift.relative is None or uplift.relative_interval is None:
        return None
    e = result.experiment
    return ProgrammeRun(
        e.id, e.title, e.version, e.start, result.as_of, uplift.relative, uplift.relative_interval, 0.0, 0.0
    )


_CHAPTERS = (_running, _holdouts, _programmes)
