"""What most sections consist of: a heading, sentences, charts with their tables, and intervals drawn in rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uplift.report.axis import Axis, Drawing, Span, axis_for
from uplift.report.chart import Chart
from uplift.words import numbers
from uplift.words.language import Language


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, with a second line in small type."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the first column names the rows; `left` are the columns (from 0) that hold words."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart with its sentence and the table of its numbers."""

    title: str
    chart: Chart
    sentence: str
    foot: str
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled position on an axis."""

    at: float
    label: str
    zero: bool


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One interval in its row; `mood` colours it (better, worse, open, refused), `strong` rows are set in bold."""

    name: str
    notes: tuple[str, ...]
    estimate: str
    word: str
    below: str
    drawing: Drawing | None
    mood: str = "open"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Forest:
    """Intervals on one common axis, and the same numbers as a table."""

    title: str
    caption: str
    heads: tuple[str, str]
    ticks: tuple[Tick, ...]
    rows: tuple[ForestRow, ...]
    sheet: Sheet | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the report; whatever is empty is not shown."""

    key: str
    heading: str
    lead: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    forests: tuple[Forest, ...] = ()
    folded: tuple[Forest, ...] = ()  # shown on demand, below `folded_title`
    folded_title: str = ""
    sheets: tuple[Sheet, ...] = ()
    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """Something judged: a status (ok, warn, fail), its word, what it is, and sentences about it."""

    status: str
    word: str
    text: str
    sentences: tuple[str, ...] = ()


def row(*cells: str | Cell) -> tuple[Cell, ...]:
    """A row of a sheet; plain texts become cells."""
    return tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells)


def ticks_of(axis: Axis, language: Language) -> tuple[Tick, ...]:
    """The ticks of an axis of relative uplifts, in words."""

    def label(value: float) -> str:
        return ("+" if value > 0 else "") + numbers.plain_percent(value, language)

    return tuple(Tick(axis.at(value), label(value), value == 0) for value in axis.ticks)


def axis_of(spans: Sequence[Span | None], *, always: Sequence[Span | None] = ()) -> Axis | None:
    """The common axis of those intervals that exist; None where there is none."""
    kept = [span for span in spans if span is not None]
    return axis_for(kept, always=[span for span in always if span is not None]) if kept else None
