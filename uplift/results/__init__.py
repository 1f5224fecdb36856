"""Results as data: Result, Uplift, Check and their forms (JSON, text, notebook)."""

from uplift.results.breakdowns import (
    Course,
    CourseDay,
    CourseWeek,
    Covariates,
    LookReading,
    Looks,
    Reached,
    Segments,
    SegmentValue,
    Triggered,
)
from uplift.results.effects import ArmValue, Direction, Interval, Kind, Method, Uplift, Verdict
from uplift.results.history import ClaimReading, History, ProgrammeRun
from uplift.results.money import Amount, Money
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
from uplift.results.targeting import TargetingReading

__all__ = [
    "Amount",
    "ArmCount",
    "ArmValue",
    "Check",
    "ClaimReading",
    "Course",
    "CourseDay",
    "CourseWeek",
    "Covariates",
    "Direction",
    "ExperimentFacts",
    "GuardrailStatus",
    "History",
    "Increment",
    "Interval",
    "Kind",
    "LookReading",
    "Looks",
    "Method",
    "MetricResult",
    "Money",
    "ProgrammeRun",
    "Provenance",
    "Reached",
    "Recommendation",
    "Record",
    "Result",
    "SegmentValue",
    "Segments",
    "SourceFacts",
    "TargetingReading",
    "Triggered",
    "Uplift",
    "Verdict",
]
