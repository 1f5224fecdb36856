"""Results as data: Result, Uplift, Check and their forms (JSON, text, notebook)."""

from uplift.results.effects import ArmValue, Direction, Interval, Kind, Method, Uplift, Verdict
from uplift.results.record import Record
from uplift.results.result import (
    ArmCount,
    Check,
    ExperimentFacts,
    GuardrailStatus,
    Increment,
    MetricResult,
    Provenance,
    Recommendation,
    Result,
    SourceFacts,
)

__all__ = [
    "ArmCount",
    "ArmValue",
    "Check",
    "Direction",
    "ExperimentFacts",
    "GuardrailStatus",
    "Increment",
    "Interval",
    "Kind",
    "Method",
    "MetricResult",
    "Provenance",
    "Recommendation",
    "Record",
    "Result",
    "SourceFacts",
    "Uplift",
    "Verdict",
]
