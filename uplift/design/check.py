"""What the command line's `check` calls: judge files, print the report, choose the exit code."""

from __future__ import annotations

from uplift.design import checkup
from uplift.design.checkup import Checkup, FailOn, Report, check_changed, check_examined, check_paths
from uplift.design.formats import render


def exit_code(report: Report, *, fail_on: FailOn = "error") -> int:
    """1 when any finding is as grave as `fail_on`, else 0."""
    return checkup.exit_code((p for c in report for p in c.problems), fail_on)


__all__ = ["Checkup", "Report", "check_changed", "check_examined", "check_paths", "exit_code", "render"]
