"""A chart before it is written: what is on its canvas and what it says, ready for a page or a slide."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.canvas import Canvas
from uplift.report.svg import Caption, drawing


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn canvas with its caption; `classes` are those of the inline SVG."""

    canvas: Canvas
    caption: Caption
    classes: str = "chart narrow"

    @property
    def svg(self) -> str:
        """The chart as inline SVG for a page; the page's style sheet colours it."""
        return drawing(self.canvas.figure, self.caption, texts=self.canvas.texts, classes=self.classes)
