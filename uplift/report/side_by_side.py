"""The measures that mail systems show, side by side, and where the uplift of revenue comes from."""

from __future__ import annotations

from uplift.report.chapter import Cell, Chapter, Panel, Sheet, row
from uplift.report.decomposition import decompositions
from uplift.report.measures import engagement, order_value, purchase_rate, revenue_per_contact
from uplift.report.primary import GroupRow, arms_compared
from uplift.report.voice import Voice
from uplift.words.sentences import measures as sentences
from uplift.words.sentences.measures import MEASURES


def side_by_side(voice: Voice) -> Chapter | None:
    """A chart for each of the four measures; None where fewer than two have a verdict."""
    result = voice.result
    wanted = (purchase_rate(result), order_value(result), revenue_per_contact(result), engagement(result))
    panels = []
    for metric in wanted:
        if metric is not None and (shown := arms_compared(voice, metric, key=f"measure-{metric.name}")).chart:
            foot = voice.labels.descriptive if metric.conditional else ""
            sheet = Sheet(shown.heading, _heads(voice), tuple(_row(line) for line in shown.rows))
            panels.append(Panel(shown.heading, shown.chart, shown.sentence, foot, sheet))
    if len(panels) < 2:
        return None
    return Chapter("measures", MEASURES[voice.language].heading, panels=tuple(panels))


def sources(voice: Voice) -> Chapter | None:
    """How much of the uplift buyers, orders and order values brought; None where the metrics don't say it."""
    found = decompositions(voice)
    if not found:
        return None
    return Chapter(
        key="sources",
        heading=MEASURES[voice.language].source,
        lead=tuple(dict.fromkeys(one.sentence for one in found)),
        sheets=tuple(one.sheet for one in found),
        notes=(sentences.how(voice.language),),
    )


def _heads(voice: Voice) -> tuple[str, ...]:
    words = voice.labels
    return (words.group, words.contacts, words.with_event, words.value, words.interval, words.uplift, words.interval)


def _row(line: GroupRow) -> tuple[Cell, ...]:
    cells = (line.group, line.contacts, line.events, line.value, line.interval, line.uplift, line.uplift_interval)
    return row(*cells)
