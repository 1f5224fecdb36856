"""A forest of intervals as one chart, for slides; on the page each interval is drawn in its row."""

from __future__ import annotations

from collections.abc import Sequence

from uplift.report.axis import WIDTH as ROW_WIDTH
from uplift.report.canvas import blank
from uplift.report.chapter import ForestRow, Tick
from uplift.report.chart import Chart
from uplift.report.svg import MARK, Caption
from uplift.words.names import shortened

_WIDTH, _STEP, _TOP, _NAMES, _TOLD = 700.0, 30.0, 24.0, 215.0, 185.0  # px: drawn for slides, so wider than a phone


def forest_chart(rows: Sequence[ForestRow], ticks: Sequence[Tick], caption: Caption) -> Chart:
    """Names on the left, lines in the middle on the axis of the page, estimates on the right."""
    from matplotlib.patches import Ellipse

    height = _TOP + _STEP * len(rows) + 6
    canvas = blank(height, left=_NAMES, right=_TOLD, top=0, bottom=0, width=_WIDTH)
    px = ROW_WIDTH / (_WIDTH - _NAMES - _TOLD)
    canvas.ax.set_xlim(0, ROW_WIDTH)
    canvas.ax.set_ylim(height, 0)
    for tick in ticks:
        canvas.line([tick.at, tick.at], [_TOP, height - 4], "base" if tick.zero else "grid")
        canvas.write(tick.at, 13, tick.label, "tick", centred=True)
    for i, row in enumerate(rows):
        y = _TOP + _STEP * i + 16
        canvas.write(-_NAMES * px, y + 5, shortened(row.name, 32), "label")
        told = " ".join(part for part in (row.estimate or row.word, f"({row.below})" if row.below else "") if part)
        canvas.write(ROW_WIDTH + 6 * px, y + 4, shortened(told, 36), "tick")
        if row.drawing is not None:
            drawing = row.drawing
            canvas.line([drawing.start, drawing.end], [y, y], f"whisker {row.mood}")
            if drawing.dot_shown:
                dot = Ellipse((drawing.dot, y), 10 * px, 10, zorder=3, gid=f"{MARK}dot {row.mood}")
                canvas.ax.add_patch(dot)
    return Chart(canvas, caption)
