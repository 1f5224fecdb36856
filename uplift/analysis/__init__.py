"""The story: an experiment and its data become a Result."""

from uplift.analysis.analyze import analyze
from uplift.analysis.save import save

__all__ = ["analyze", "save"]
