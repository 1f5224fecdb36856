"""The charts of a report, in its order, each ready for a slide."""

from __future__ import annotations

from uplift.report.chapter import Chapter, ForestRow
from uplift.report.chart import Chart
from uplift.report.forest_chart import forest_chart
from uplift.report.page import Section, sections
from uplift.report.primary import PrimaryMetric
from uplift.report.scorecard import Scorecard, ScoreRow
from uplift.report.slides import Slide
from uplift.report.svg import Caption
from uplift.report.voice import Voice
from uplift.results import Result
from uplift.words.dates import day
from uplift.words.language import Language
from uplift.words.names import shortened

_MOST_ROWS = 14  # a slide holds no more intervals; the page has them all


def slides(result: Result, language: Language) -> tuple[tuple[str, Slide], ...]:
    """Every chart with its name for a file; the same numbers as on the page."""
    voice = Voice(result, language)
    source = f"{shortened(voice.name)} · {voice.labels.as_of} {day(result.as_of, language)} · uplift"
    found = [chart for section in sections(voice) for chart in _charts(voice, section)]
    return tuple((chart.caption.key, Slide(chart, source)) for chart in found)


def _charts(voice: Voice, section: Section) -> list[Chart]:
    content = section.content
    if isinstance(content, PrimaryMetric):
        return [content.chart] if content.chart else []
    if isinstance(content, Scorecard):
        return _scorecard(voice, content)
    if not isinstance(content, Chapter):
        return []
    found = [panel.chart for panel in content.panels]
    for number, forest in enumerate((*content.forests, *content.folded), start=1):
        if forest.ticks:
            told = " ".join(forest.sentences) or forest.caption
            caption = Caption(f"{content.key}-{number}", forest.title or content.heading, told)
            found.append(forest_chart(forest.rows[:_MOST_ROWS], forest.ticks, caption))
    return found


def _scorecard(voice: Voice, content: Scorecard) -> list[Chart]:
    if not content.ticks:
        return []
    rows = [_row(row) for row in content.rows[:_MOST_ROWS]]
    return [forest_chart(rows, content.ticks, Caption("all-metrics", voice.labels.all_metrics, content.caption))]


def _row(row: ScoreRow) -> ForestRow:
    name = f"{row.metric} ({row.arm})" if row.arm else row.metric
    return ForestRow(name, (), row.estimate, row.word, row.below, row.drawing, mood=row.verdict)
