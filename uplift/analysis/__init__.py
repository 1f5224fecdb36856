"""The story: an experiment and its data become a Result."""

from uplift.analysis.analyze import analyze

__all__ = ["analyze"]
