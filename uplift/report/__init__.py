"""How to say it: charts and the report, rendered from a Result alone.

Importing this room costs nothing: `uplift` loads it first, so that its own function of the same name stays in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from uplift.results import Result
    from uplift.results.always_on import AlwaysOn
    from uplift.results.plan import Plan
    from uplift.results.portfolio import Portfolio
    from uplift.words.language import Language

__all__ = ["markdown", "render", "write", "write_always_on", "write_charts", "write_plan", "write_portfolio"]


def render(result: Result, *, language: Language | None = None, templates: Path | None = None) -> str:
    """The report as HTML, in the result's own language unless told otherwise; `templates` is a folder with own ones."""
    from uplift.report.document import html_of

    return html_of(result, language or result.experiment.language, templates=templates)


def write(result: Result, path: Path, *, language: Language | None = None, templates: Path | None = None) -> Path:
    """Render into a file, whole or not at all. Raises StateError when the place can't be written."""
    from uplift.report.document import write_whole

    return write_whole(render(result, language=language, templates=templates), path)


def markdown(result: Result, *, language: Language | None = None) -> str:
    """The report in a few lines, for a pull request or a chat."""
    from uplift.report.summary import markdown as summary

    return summary(result, language or result.experiment.language)


def write_charts(
    result: Result, folder: Path, *, form: Literal["png", "svg"], language: Language | None = None
) -> tuple[Path, ...]:
    """Every chart of the report as a slide of 1600 × 900 pixels in a folder, with the numbers of the page."""
    from uplift.report.deck import slides
    from uplift.report.document import write_bytes
    from uplift.report.file_names import plain_name
    from uplift.report.slides import slide

    found = slides(result, language or result.experiment.language)
    return tuple(write_bytes(slide(one, form), folder / f"{plain_name(name)}.{form}") for name, one in found)


def write_plan(plan: Plan, path: Path, *, language: Language | None = None) -> Path:
    """Draw the page of a plan, in the project's language unless told otherwise. Raises StateError like `write`."""
    from uplift.report.document import html_of_plan, write_whole

    return write_whole(html_of_plan(plan, language or plan.language), path)


def write_portfolio(portfolio: Portfolio, path: Path, *, language: Language) -> Path:
    """Write the index of all experiments; reports are linked as they lie beside it. Raises StateError like `write`."""
    from uplift.report.document import html_of_portfolio, write_whole

    return write_whole(html_of_portfolio(portfolio, language), path)


def write_always_on(found: AlwaysOn, path: Path, *, language: Language) -> Path:
    """Write the page of forecast, send time, monitors and recommendations. Raises StateError like `write`."""
    from uplift.report.document import html_of_always_on, write_whole

    return write_whole(html_of_always_on(found, language), path)
