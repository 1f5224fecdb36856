"""How to say it: charts and the report, rendered from a Result alone."""

from uplift.report.render import render, write

__all__ = ["render", "write"]
