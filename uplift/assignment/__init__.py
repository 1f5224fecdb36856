"""WHO gets what: the hash, the draw, the ledger's rows, lists for the mail system, and the proof afterwards."""

from uplift.assignment.audit import AuditReport, audit
from uplift.assignment.dialects import DIALECTS, assignment_sql, selftest_sql
from uplift.assignment.draw import assign
from uplift.assignment.export import Layout, export_lists
from uplift.assignment.hashing import ALGORITHM, BUCKETS, bucket, salt
from uplift.assignment.ranges import ArmRange, Range, arm_ranges
from uplift.assignment.report import ArmDraw, AssignmentReport

__all__ = [
    "ALGORITHM",
    "BUCKETS",
    "DIALECTS",
    "ArmDraw",
    "ArmRange",
    "AssignmentReport",
    "AuditReport",
    "Layout",
    "Range",
    "arm_ranges",
    "assign",
    "assignment_sql",
    "audit",
    "bucket",
    "export_lists",
    "salt",
    "selftest_sql",
]
