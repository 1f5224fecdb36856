"""Planned looks: z against its bounds, and the estimate that knows of them."""

from __future__ import annotations

import math

from uplift.report.chapter import Cell, Chapter, Panel, Sheet, row
from uplift.report.plot import Dot, Line, Plot, plot
from uplift.report.svg import Caption
from uplift.report.voice import Voice
from uplift.results import LookReading, Looks
from uplift.words import numbers, values
from uplift.words.codes import CODES
from uplift.words.dates import day
from uplift.words.language import say
from uplift.words.names import shortened
from uplift.words.sentences import course as sentences
from uplift.words.sentences.course import COURSE


def looks_chapter(voice: Voice) -> Chapter | None:
    """A chart per treatment and its table; None without planned looks, or where no number may be trusted."""
    if not voice.result.trusted:
        return None
    words = COURSE[voice.language]
    panels, leads, sheets = [], [], []
    for looks in voice.result.primary.looks:
        leads += _lead(voice, looks)
        panel = _panel(voice, looks)
        if panel:
            panels.append(panel)
        else:
            sheets.append(_sheet(voice, looks, words.looks))
    if not leads:
        return None
    return Chapter("looks", words.looks, lead=tuple(leads), panels=tuple(panels), sheets=tuple(sheets))


def _lead(voice: Voice, looks: Looks) -> list[str]:
    arm = voice.arm(looks.treatment) if voice.several else None
    stopped = None if looks.stopped_at is None else _label(voice, looks.looks[looks.stopped_at])
    taken = sum(look.z is not None for look in looks.looks)
    told = [sentences.looks(looks.outcome, stopped, taken, len(looks.looks), voice.language, arm=arm)]
    if looks.estimate is not None:
        bounds = voice.share_bounds(looks.interval) if looks.interval else None
        estimate = voice.relative(looks.estimate, looks.interval)
        finished = looks.outcome == "finished"
        told.append(sentences.after_stopping(estimate, bounds, looks.p_value, voice.language, finished=finished))
    return told


def _panel(voice: Voice, looks: Looks) -> Panel | None:
    taken = [look for look in looks.looks if look.z is not None and look.information is not None]
    bounds = [(look.information or 0.0, look.bound) for look in taken if look.bound is not None]
    if not taken or not bounds:
        return None
    words, language = COURSE[voice.language], voice.language
    reach = math.ceil(max([abs(look.z or 0) for look in taken] + [bound for _, bound in bounds]) * 1.15)
    last = max(1.0, *(look.information or 0 for look in taken))
    upper, lower = tuple(bounds), tuple((information, -bound) for information, bound in bounds)
    content = Plot(
        x_range=(0.0, last * 1.04),
        y_range=(-float(reach), float(reach)),
        x_ticks=tuple((share, numbers.plain_percent(share, language)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
        y_ticks=tuple((float(z), numbers.plain_number(z, language)) for z in (-reach, 0, reach)),
        axis=words.information_axis,
        lines=(Line(_stretched(upper), "bound"), Line(_stretched(lower), "bound")),
        dots=tuple(_dot(voice, look) for look in taken),
    )
    title = words.looks if not voice.several else f"{words.looks}: {voice.arm(looks.treatment)}"
    sentence = "; ".join(
        f"{_label(voice, look)}: z{numbers.NBSP}={numbers.NBSP}{numbers.number(look.z or 0.0, language)}"
        + ("" if look.bound is None else f" ({words.bound} ±{numbers.number(look.bound, language)})")
        for look in taken
    )
    chart = plot(content, Caption(f"looks-{looks.treatment}", title, f"{sentence}."))
    foot = sentences.spending(shortened(looks.spending), language)
    return Panel("" if not voice.several else title, chart, f"{sentence}.", foot, _sheet(voice, looks, title))


def _stretched(places: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """A single bound is drawn as a short line, so that it can be seen."""
    if len(places) != 1:
        return places
    ((x, y),) = places
    return ((x - 0.06, y), (x + 0.06, y))


def _dot(voice: Voice, look: LookReading) -> Dot:
    assert look.information is not None
    assert look.z is not None
    crossed = look.bound is not None and abs(look.z) >= look.bound
    good = (look.z > 0) == (voice.result.primary.better == "up")
    role = "open" if not crossed else "better" if good else "worse"
    return Dot(look.information, look.z, role=role, text=_label(voice, look))


def _label(voice: Voice, look: LookReading) -> str:
    """«Welle 2» or the day of the look."""
    if look.label.startswith("wave ") and voice.language == "de":
        return f"Welle{numbers.NBSP}{look.label.removeprefix('wave ')}"
    return day(look.day, voice.language) if look.label[:4].isdigit() else shortened(look.label, 24)


def _sheet(voice: Voice, looks: Looks, caption: str) -> Sheet:
    words = COURSE[voice.language]
    heads = (words.look, words.information, words.z, words.bound, words.repeated)
    return Sheet(caption, heads, tuple(_row(voice, look) for look in looks.looks))


def _row(voice: Voice, look: LookReading) -> tuple[Cell, ...]:
    words, language = COURSE[voice.language], voice.language
    name = Cell(_label(voice, look), "" if look.label[:4].isdigit() else day(look.day, language))
    if look.z is None:
        entry = CODES.get(look.refusal or "")
        why = say(language, de=entry.title_de, en=entry.title_en) if entry else words.not_due
        return row(name, values.MISSING, values.MISSING, values.MISSING, why)
    return row(
        name,
        values.MISSING if look.information is None else numbers.percent(look.information, language),
        numbers.number(look.z, language),
        values.MISSING if look.bound is None else f"±{numbers.number(look.bound, language)}",
        voice.share_bounds(look.interval),
    )
