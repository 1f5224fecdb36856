"""How to say it: charts and the report, rendered from a Result alone.

Importing this room costs nothing: `uplift` loads it first, so that its own function of the same name stays in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from uplift.results import Result
    from uplift.results.plan import Plan
    from uplift.results.portfolio import Portfolio
    from uplift.words.language import Language

__all__ = ["render", "write", "write_plan", "write_portfolio"]


def render(result: Result, *, language: Language | None = None) -> str:
    """The report as HTML, in the result's own language unless told otherwise."""
    from uplift.report.document import html_of

    return html_of(result, language or result.experiment.language)


def write(result: Result, path: Path, *, language: Language | None = None) -> Path:
    """Render into a file, whole or not at all. Raises StateError when the place can't be written."""
    from uplift.report.document import write_whole

    return write_whole(render(result, language=language), path)


def write_plan(plan: Plan, path: Path, *, language: Language | None = None) -> Path:
    """Draw the page of a plan, in the project's language unless told otherwise. Raises StateError like `write`."""
    from uplift.report.document import html_of_plan, write_whole

    return write_whole(html_of_plan(plan, language or plan.language), path)


def write_portfolio(portfolio: Portfolio, path: Path, *, language: Language) -> Path:
    """Write the index of all experiments; reports are linked as they lie beside it. Raises StateError like `write`."""
    from uplift.report.document import html_of_portfolio, write_whole

    return write_whole(html_of_portfolio(portfolio, language), path)
