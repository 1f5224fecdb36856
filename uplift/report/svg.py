"""From matplotlib's SVG to a drawing that belongs to the page: real text, classes instead of styles, no ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARK = "u:"  # artists whose gid starts so are kept; what follows become their classes
_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_ANCHOR = re.compile(r"text-anchor:\s*(start|middle|end)")


@dataclass(frozen=True, slots=True)
class Caption:
    """What a drawing is called and what it says, for those who don't see it; `key` is unique on the page."""

    key: str
    title: str
    description: str


def drawing(figure: Figure, caption: Caption, *, texts: Sequence[str], classes: str) -> str:
    """The figure as inline SVG: it scales with its place, and the page's style sheet gives it colour and type.

    Only artists with a gid that starts with `MARK` are drawn. A text artist holds the index of its words in `texts`:
    matplotlib places them, but never reads a dollar sign as mathematics or looks for a glyph. Equal figures give
    equal text.
    """
    width, height = (figure.get_size_inches() * figure.dpi).tolist()
    body = "\n".join(_shape(group, texts) for group in _marked(_svg_of(figure)))
    key = escape(caption.key)
    return (
        f'<svg class="{escape(classes)}" viewBox="0 0 {_brief(width)} {_brief(height)}" role="img" '
        f'aria-labelledby="{key}-t {key}-d">\n'
        f'<title id="{key}-t">{escape(caption.title)}</title>\n'
        f'<desc id="{key}-d">{escape(caption.description)}</desc>\n'
        f"{body}\n</svg>"
    )


def _svg_of(figure: Figure) -> ElementTree.Element:
    """matplotlib's own SVG, free of dates and of random ids."""
    from io import StringIO

    from matplotlib import rc_context

    sink = StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "uplift", "path.simplify": False, "savefig.bbox": None}):
        figure.savefig(sink, format="svg", metadata={"Date": None})
    return ElementTree.fromstring(sink.getvalue())


def _marked(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [group for group in root.iter(f"{_SVG}g") if group.get("id", "").startswith(MARK)]


def _shape(group: ElementTree.Element, texts: Sequence[str]) -> str:
    classes = escape(group.get("id", "").removeprefix(MARK))
    paths = [path.get("d", "") for path in group.iter(f"{_SVG}path")]
    parts = [f'<path class="{classes}" d="{_compact(d)}"/>' for d in paths]
    parts += [_text(text, classes, texts) for text in group.iter(f"{_SVG}text")]
    return "\n".join(parts)


def _text(text: ElementTree.Element, classes: str, texts: Sequence[str]) -> str:
    words = texts[int("".join(text.itertext()))]
    anchor = _ANCHOR.search(text.get("style", ""))
    aligned = f' text-anchor="{anchor[1]}"' if anchor and anchor[1] != "start" else ""
    x, y = (_brief(float(text.get(axis, "0"))) for axis in ("x", "y"))
    return f'<text class="{classes}" x="{x}" y="{y}"{aligned}>{escape(words)}</text>'


def _compact(d: str) -> str:
    rounded = _NUMBER.sub(lambda match: _brief(float(match[0])), " ".join(d.split()))
    return re.sub(r" ?([MLCQz]) ?", r"\1", rounded)


def _brief(value: float) -> str:
    """At most one decimal, and no negative zero.

    >>> _brief(12.04), _brief(-0.01), _brief(7.25)
    ('12', '0', '7.2')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
