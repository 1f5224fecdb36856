"""Every chart of a report in slide proportions (16:9), as PNG and as SVG, with the numbers of the page."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import escape
from io import BytesIO
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

from uplift.report.chart import Chart
from uplift.report.svg import MARK
from uplift.resources import bundled

if TYPE_CHECKING:
    from matplotlib.artist import Artist

WIDTH, HEIGHT = 1600, 900  # px
_TITLE, _SENTENCE, _FOOT = 34, 22, 16
_MARGIN, _ABOVE, _BELOW = 70, 150, 190  # px around the chart, for title and sentence

Form = Literal["png", "svg"]


@dataclass(frozen=True, slots=True)
class Slide:
    """A chart on a slide: its title above, its sentence below, where it comes from at the bottom."""

    chart: Chart
    source: str

    @property
    def title(self) -> list[str]:
        """The chart's title on at most two lines."""
        return wrap(self.chart.caption.title, 78)[:2]

    @property
    def sentence(self) -> list[str]:
        """What the chart says, on at most four lines."""
        return wrap(self.chart.caption.description, 125)[:4]


def slide(content: Slide, form: Form) -> bytes:
    """The slide as a file's bytes; equal slides give equal bytes."""
    return _svg(content).encode() if form == "svg" else _png(content)


@cache
def _colours() -> dict[str, str]:
    """The light colours of the page's style sheet, by name."""
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", _css().split("@media", 1)[0]))


@cache
def _css() -> str:
    return (bundled("reports/templates") / "report.css").read_text(encoding="utf-8")


def _chart_css() -> str:
    """The style sheet's rules for charts, with the light colours."""
    colours = "".join(f"--{name}: {colour};" for name, colour in _colours().items())
    rules = [line for line in _css().split("@media", 2)[2].splitlines() if re.match(r"\.(chart|bar)[ .]", line)]
    first = [line for line in _css().splitlines() if re.match(r"\.(chart|bar)[ .].*\}$", line)]
    seen = dict.fromkeys((*first, *rules))
    return f":root {{ {colours} }}\n" + "\n".join(line for line in seen if line.endswith("}"))


def _svg(content: Slide) -> str:
    width, height = _size(content.chart)
    scale = _scale(width, height)
    inner = content.chart.svg.replace(
        "<svg ",
        f'<svg x="{(WIDTH - width * scale) / 2:.1f}" y="{_ABOVE}" width="{width * scale:.1f}" '
        f'height="{height * scale:.1f}" ',
        1,
    )
    font = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
    lines = [_line(text, _MARGIN, 80 + 42 * i, _TITLE, "700") for i, text in enumerate(content.title)]
    lines += [
        _line(text, _MARGIN, HEIGHT - _BELOW + 60 + 29 * i, _SENTENCE, "400") for i, text in enumerate(content.sentence)
    ]
    lines.append(_line(content.source, _MARGIN, HEIGHT - 22, _FOOT, "400"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="{font}">\n<style>{escape(_chart_css(), quote=False)}</style>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_colours()["bg"]}"/>\n'
        + "\n".join(lines)
        + f"\n{inner}\n</svg>\n"
    )


def _line(text: str, x: float, y: float, size: int, weight: str) -> str:
    colour = _colours()["muted" if size == _FOOT else "ink"]
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">{escape(text)}</text>'


def _size(chart: Chart) -> tuple[float, float]:
    width, height = (chart.canvas.figure.get_size_inches() * chart.canvas.figure.dpi).tolist()
    return float(width), float(height)


def _scale(width: float, height: float) -> float:
    return min((WIDTH - 2 * _MARGIN) / width, (HEIGHT - _ABOVE - _BELOW) / height)


def _png(content: Slide) -> bytes:
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    width, height = _size(content.chart)
    scale = _scale(width, height)
    drawn = BytesIO()
    with _styled(content.chart), _any_glyph():
        content.chart.canvas.figure.savefig(drawn, format="png", dpi=72 * scale, facecolor=_colours()["bg"])
    drawn.seek(0)
    picture = imread(drawn)
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=_colours()["bg"])
    rows, columns = picture.shape[:2]
    left, top = round((WIDTH - columns) / 2), _ABOVE
    figure.figimage(picture, xo=left, yo=HEIGHT - top - rows, origin="upper")
    for i, text in enumerate(content.title):
        _words(figure, text, 80 + 42 * i, _TITLE, bold=True)
    for i, text in enumerate(content.sentence):
        _words(figure, text, HEIGHT - _BELOW + 60 + 29 * i, _SENTENCE)
    _words(figure, content.source, HEIGHT - 22, _FOOT)
    sink = BytesIO()
    with _any_glyph():
        figure.savefig(sink, format="png", dpi=100, metadata={"Software": None})
    return sink.getvalue()


def _words(figure: object, text: str, y: float, size: int, *, bold: bool = False) -> None:
    colour = _colours()["muted" if size == _FOOT else "ink"]
    figure.text(  # type: ignore[attr-defined]
        _MARGIN / WIDTH,
        1 - y / HEIGHT,
        text,
        fontsize=size * 0.72,
        color=colour,
        weight="bold" if bold else "normal",
        parse_math=False,
    )


@contextmanager
def _any_glyph() -> Iterator[None]:
    """A sign that matplotlib's font lacks is drawn as a box, without a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
        warnings.filterwarnings("ignore", message=".*Matplotlib currently does not support.*")
        yield


@contextmanager
def _styled(chart: Chart) -> Iterator[None]:
    """The chart's artists in the page's light colours, with their words; afterwards the words are indices again."""
    from matplotlib.text import Text

    found = [a for a in chart.canvas.figure.findobj() if str(a.get_gid() or "").startswith(MARK)]
    indices: list[tuple[Text, str]] = []
    for artist in found:
        roles = str(artist.get_gid()).removeprefix(MARK).split()
        if isinstance(artist, Text):
            indices.append((artist, artist.get_text()))
            artist.set_text(chart.canvas.texts[int(artist.get_text())])
            artist.set_parse_math(False)
        _paint(artist, roles)
    try:
        yield
    finally:
        for text, index in indices:
            text.set_text(index)


_LINES = {  # role → colour, width, dashes
    "base": ("ink", 1.0, None),
    "grid": ("hair", 1.0, None),
    "halo": ("bg", 6.0, None),
    "antenna": ("ink", 1.75, None),
    "line": ("treat", 2.5, None),
    "curve": ("treat", 2.5, None),
    "bound": ("ink", 1.5, (5, 4)),
    "required": ("ink", 1.5, (5, 4)),
    "random": ("control", 1.5, (2, 3)),
    "whisker": ("control", 2.25, None),
}
_TEXTS = {"tick": (12, "muted", "normal"), "value": (14, "ink", "bold"), "chip": (15, "ink", "bold")}
_MOODS = {"better": "up", "worse": "down"}


def _paint(artist: Artist, roles: list[str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    colours = _colours()
    mood = next((_MOODS[role] for role in roles if role in _MOODS), None)
    if isinstance(artist, Text):
        size, colour, weight = _TEXTS.get(roles[0], (13, "ink", "normal"))
        artist.set(fontsize=size, color=colours[colour], fontweight=weight)
    elif isinstance(artist, Line2D):
        colour, width, dashes = _LINES[roles[0]]
        artist.set(color=colours[mood or colour], linewidth=width, clip_on=False)
        if dashes:
            artist.set_dashes(dashes)
    elif isinstance(artist, Patch):
        if roles[0] == "area":
            artist.set(facecolor=colours["treat"], alpha=0.16, edgecolor="none")
        elif roles[0] == "bar":
            control = "control" in roles
            artist.set_facecolor(colours["bg" if control else "treat"])
            artist.set_edgecolor(colours["control" if control else "treat"])
            artist.set_linewidth(2)
        else:  # dots
            artist.set_facecolor(colours[mood] if mood else colours["bg"])
            artist.set_edgecolor(colours[mood or "control"])
            artist.set_linewidth(2.25)
