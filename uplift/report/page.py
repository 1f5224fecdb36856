"""A report as a sequence of sections, each with its template; a new section is one line here and one template."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.chapter import Chapter
from uplift.report.closer import covariates_chapter, reached_chapter, triggered_chapter
from uplift.report.course import course_chapter
from uplift.report.customers import customers_chapter
from uplift.report.figure import Figure
from uplift.report.figures import key_figures
from uplift.report.headline import Headline, headline, kicker
from uplift.report.history import claims_chapter, history_chapter
from uplift.report.increments import IncrementRow, increments
from uplift.report.looks import looks_chapter
from uplift.report.method import appendix
from uplift.report.money import money_chapter
from uplift.report.pairs import pairs_chapter
from uplift.report.primary import primary_metric
from uplift.report.record import decisions
from uplift.report.scorecard import scorecard
from uplift.report.segments import segments_chapter
from uplift.report.side_by_side import side_by_side, sources
from uplift.report.targeting import targeting_chapter
from uplift.report.trust import trust
from uplift.report.voice import Voice
from uplift.words.dates import day, days_between
from uplift.words.names import tamed
from uplift.words.sentences.record import standing


@dataclass(frozen=True, slots=True)
class Section:
    """A template and what it lays out."""

    template: str
    content: object


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """Key figures and, below them, what was to be shown."""

    figures: tuple[Figure, ...]
    hypothesis: str


@dataclass(frozen=True, slots=True)
class Increments:
    """What the treatments added in all."""

    rows: tuple[IncrementRow, ...]
    several: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the templates set; the style sheet comes from the renderer."""

    language: str
    title: str
    kicker: tuple[str, ...]
    period: str
    as_of: str
    standing: str
    headline: Headline
    decisions: tuple[str, ...]
    sections: tuple[Section, ...]
    generator: str
    experiment_id: str
    style: str
    style_hash: str


def page(voice: Voice, *, style: str, style_hash: str) -> Page:
    """The report of one experiment. When a check failed, trust comes before any figure."""
    experiment = voice.result.experiment
    first = headline(voice)
    name = kicker(voice)
    return Page(
        language=voice.language,
        title=f"{name[0]}: {first.text}",
        kicker=name,
        period=_period(voice),
        as_of=day(voice.result.as_of, voice.language),
        standing=standing(voice.language, signed=voice.result.signed, final=voice.result.final),
        headline=first,
        decisions=decisions(voice),
        sections=sections(voice),
        generator=f"uplift {tamed(voice.result.provenance.uplift_version)}",
        experiment_id=tamed(experiment.id),
        style=style,
        style_hash=style_hash,
    )


def _period(voice: Voice) -> str:
    experiment = voice.result.experiment
    if experiment.enrol_until is None:
        return f"{voice.labels.start} {day(experiment.start, voice.language)}"
    return days_between(experiment.start, experiment.enrol_until, voice.language)


def sections(voice: Voice) -> tuple[Section, ...]:
    """Everything below the verdict, in order; what is not there leaves no heading."""
    hypothesis = tamed(voice.result.experiment.hypothesis_in(voice.language))
    figures = Section("sections/figures.html.j2", FirstScreen(key_figures(voice), hypothesis))
    trusted = Section("sections/trust.html.j2", trust(voice))
    found = [
        *([figures, trusted] if voice.result.trusted else [trusted, figures]),
        Section("sections/primary.html.j2", primary_metric(voice)),
        Section("sections/scorecard.html.j2", scorecard(voice)),
    ]
    found += _chapters(side_by_side(voice), sources(voice), money_chapter(voice))
    if rows := increments(voice):
        found.append(Section("sections/increments.html.j2", Increments(rows, voice.several)))
    found += _chapters(
        pairs_chapter(voice),
        course_chapter(voice),
        looks_chapter(voice),
        segments_chapter(voice),
        covariates_chapter(voice),
        reached_chapter(voice),
        triggered_chapter(voice),
        targeting_chapter(voice),
        customers_chapter(voice),
        history_chapter(voice),
        claims_chapter(voice),
    )
    found.append(Section("sections/method.html.j2", appendix(voice)))
    return tuple(found)


def _chapters(*found: Chapter | None) -> list[Section]:
    """Those that have something to show."""
    return [Section("sections/chapter.html.j2", chapter) for chapter in found if chapter is not None]
