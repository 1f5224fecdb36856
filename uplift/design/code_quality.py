"""GitLab's code quality report: findings in the merge request, at their line."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from uplift.design.checkup import Report
from uplift.errors import Level

_SEVERITY: dict[Level, str] = {"error": "major", "warning": "minor", "note": "info"}


def code_quality(report: Report) -> str:
    """A list of findings; the fingerprint names file, code and message, so that moved lines are not new findings."""
    seen: Counter[str] = Counter()
    found = []
    for checkup in report:
        for problem in checkup.problems:
            place = problem.place
            file = (place.file if place else str(checkup.path)).removeprefix("./")
            identity = f"{file}\n{problem.code}\n{problem.message}"
            seen[identity] += 1
            mark = hashlib.sha256(f"{identity}\n{seen[identity]}".encode(errors="surrogateescape")).hexdigest()
            fix = f" Fix: {problem.fix}" if problem.fix else ""
            found.append(
                {
                    "description": f"{problem.message}.{fix}" if fix else problem.message,
                    "check_name": problem.code,
                    "fingerprint": mark,
                    "severity": _SEVERITY[problem.level],
                    "location": {"path": file, "lines": {"begin": (place.line if place else None) or 1}},
                }
            )
    return json.dumps(found, ensure_ascii=False, indent=2)
