"""How the check is printed: for people, for GitHub, for a pull request's summary, for programs, for JUnit readers."""

from __future__ import annotations

import dataclasses
import datetime
import re
from fractions import Fraction
from typing import Literal

from uplift.design.assessment import Assessment, Unanswered
from uplift.design.checkup import Checkup, Report, exit_code, levels
from uplift.errors import Problem
from uplift.spec.quantities import Effect, exact_decimal

Format = Literal["text", "github", "markdown", "json", "junit", "gitlab"]
SCHEMA = "uplift.check/1"
GITHUB_SHOWS = 10
"""Annotations of each level that GitHub shows per step; the rest is in the summary."""

_WANTING: dict[Unanswered, str] = {
    "quantile": "power is not computed for quantiles",
    "audience": "power not checked: no audience size",
    "baseline": "power not checked: no baseline",
    "spread": "power not checked: no standard deviation",
    "clusters": "power not checked: households without icc or number",
    "impossible": "power not checked: effect and baseline do not fit",
}
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # compiling it takes as long as a whole module


def render(report: Report, form: Format = "text") -> str:
    """The report in one of the formats; ends without a line break."""
    match form:
        case "text":
            return text(report)
        case "github":
            return github(report)
        case "markdown":
            return markdown(report)
        case "json":
            return as_json(report)
        case "junit":
            return junit(report)
        case "gitlab":
            from uplift.design.code_quality import code_quality

            return code_quality(report)


def text(report: Report) -> str:
    """Every problem with its fix, then a line per experiment, then the count."""
    problems = [str(problem) for checkup in report for problem in checkup.problems]
    lines = [f"{_mark(checkup):<5} {summary(checkup)}" for checkup in report if _has_line(checkup)]
    return "\n".join([*problems, *lines, _count(report)])


def summary(checkup: Checkup) -> str:
    """One experiment in one line: power, effect, contacts and the day of the read-out."""
    a = checkup.assessment
    if a is None:
        return f"{checkup.name}: not checked, the YAML has errors"
    closed = " (closed)" if checkup.status == "closed" else ""
    parts = [_power_phrase(a)]
    if a.contacts is not None and a.audience is not None:
        of = "" if a.contacts == a.audience else f" of {a.audience:,}"
        parts.append(f"{a.contacts:,}{of} contacts")
    if a.read_out is not None:
        parts.append(f"read-out {a.read_out}")
    if a.power is not None and a.baseline is not None:
        parts.append(f"baseline {_level(a.baseline.value, a)} ({a.baseline.label})")
    return f"{a.experiment}{closed}: {', '.join(parts)}"


def github(report: Report) -> str:
    """Workflow commands: GitHub shows them as annotations at the line; one per rule and experiment, gravest first.

    Of each level no more than GitHub shows; the others are plain lines of the log and stand in the summary.
    """
    shown: dict[tuple[str, str], Problem] = {}
    for checkup in report:
        for problem in checkup.problems:
            shown.setdefault((checkup.name, problem.code), problem)
    by_level = [[p for p in shown.values() if p.level == level] for level in ("error", "warning", "note")]
    lines = [_annotation(problem) for problems in by_level for problem in problems[:GITHUB_SHOWS]]
    rest = [_logged(problem) for problems in by_level for problem in problems[GITHUB_SHOWS:]]
    if rest:
        lines.append(f"{len(rest)} more, which GitHub would not show at their line:")
    return "\n".join([*lines, *rest, _count(report)])


def markdown(report: Report) -> str:
    """A row per experiment and every problem below: for a job summary or a comment on a pull request."""
    rows = [
        "| | experiment | power | effect to find | smallest detectable | contacts per arm | withheld | read-out |",
        "|---|---|---:|---|---|---|---:|---|",
        *(_row(checkup) for checkup in report if _has_line(checkup)),
    ]
    problems = [_bullet(problem) for checkup in report for problem in checkup.problems]
    found = ["", *problems] if problems else []
    return "\n".join(["### uplift check", "", *rows, *found, "", _count(report)])


def as_json(report: Report) -> str:
    """Everything, versioned: numbers are numbers, shares are fractions of one, dates are ISO."""
    import json

    counted = levels(report)
    document = {
        "schema": SCHEMA,
        "exit_code": exit_code(p for c in report for p in c.problems),
        "errors": counted["error"],
        "warnings": counted["warning"],
        "notes": counted["note"],
        "files": [
            {
                "path": str(checkup.path),
                "status": checkup.status,
                "assessment": _plain(checkup.assessment) if checkup.assessment else None,
                "enough": checkup.assessment.enough if checkup.assessment else None,
                "problems": [_problem(problem) for problem in checkup.problems],
            }
            for checkup in report
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def junit(report: Report) -> str:
    """One suite per file, one case per rule that was found; a file without errors has a case that passed."""
    suites = [_suite(checkup) for checkup in report]
    failures = levels(report)["error"]
    tests = sum(len(cases) for _, cases in suites)
    inner = [line for opening, cases in suites for line in (opening, *cases, "  </testsuite>")]
    head = f'<testsuites name="uplift check" tests="{tests}" failures="{failures}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *inner, "</testsuites>"])


def _suite(checkup: Checkup) -> tuple[str, list[str]]:
    name = _attribute(checkup.name)
    errors = [p for p in checkup.problems if p.level == "error"]
    cases = [_case(problem, name) for problem in checkup.problems]
    if not errors:
        cases.insert(0, f'    <testcase classname={name} name="uplift check"/>')
    return f'  <testsuite name={name} tests="{len(cases)}" failures="{len(errors)}">', cases


def _case(problem: Problem, classname: str) -> str:
    place = f" at {problem.place}" if problem.place else ""
    name = _attribute(f"{problem.code}{place}")
    body = _escaped(str(problem))
    if problem.level == "error":
        inner = f"<failure message={_attribute(problem.message)}>{body}</failure>"
    else:
        inner = f"<system-out>{body}</system-out>"
    return f"    <testcase classname={classname} name={name}>{inner}</testcase>"


def _annotation(problem: Problem) -> str:
    place = problem.place
    level = "notice" if problem.level == "note" else problem.level
    where: dict[str, object] = {}
    if place is not None:
        where = {"file": place.file, "line": place.line, "col": place.column}
    where["title"] = problem.code
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in where.items() if value is not None)
    message = f"{problem.message}\nfix: {problem.fix}" if problem.fix else problem.message
    return f"::{level} {properties}::{_data(message)}"


def _logged(problem: Problem) -> str:
    """A line of the log that can't be read as a workflow command."""
    return "    " + str(problem).replace("\r", " ").replace("\n", "\n    ")


def _data(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _row(checkup: Checkup) -> str:
    a = checkup.assessment
    if a is None:
        return f"| {_mark(checkup)} | {_cell(checkup.name)} | – | – | – | – | – | – |"
    arms = [f"{a.control.arm} {a.control.contacts:,}"] if a.control else []
    arms += [f"{arm.arm} {arm.contacts:,}" for arm in a.treatments]
    cells = [
        _mark(checkup),
        a.experiment,
        "–" if a.power is None else _percent(a.power),
        f"{a.mde} on {a.metric}",
        "–" if a.detectable is None else str(a.detectable),
        ", ".join(arms) or "–",
        "–" if a.withheld is None else f"{a.withheld:,}",
        "–" if a.read_out is None else str(a.read_out),
    ]
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _bullet(problem: Problem) -> str:
    place = f"`{problem.place}` " if problem.place else ""
    fix = f"<br>fix: {_cell(problem.fix)}" if problem.fix else ""
    return f"- {place}**{problem.level} {problem.code}** {_cell(problem.message)}{fix}"


def _cell(content: str) -> str:
    escaped = content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("|", "\\|").replace("\n", " ")


def _power_phrase(a: Assessment) -> str:
    if a.power is None:
        return _WANTING[a.unanswered] if a.unanswered else "power not checked"
    return f"power {_percent(a.power)} for {a.mde} on {a.metric}"


def _level(value: float, a: Assessment) -> str:
    return f"{100 * value:.3g}%" if a.kind == "proportion" else f"{value:,.10g}"


def _mark(checkup: Checkup) -> str:
    if checkup.worst == "error":
        return "fail"
    if checkup.worst == "warning":
        return "warn"
    return "ok" if checkup.assessment is not None and checkup.assessment.enough else "note"


def _has_line(checkup: Checkup) -> bool:
    """A project file without findings is not worth a line."""
    return checkup.assessment is not None or (checkup.path.stem != "project" and bool(checkup.problems))


def _count(report: Report) -> str:
    counted = levels(report)
    files = sum(1 for checkup in report if _has_line(checkup))
    kinds = (("error", counted["error"]), ("warning", counted["warning"]), ("note", counted["note"]))
    return f"{_many(files, 'experiment')}: {', '.join(_many(n, word) for word, n in kinds)}"


def _many(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


def _percent(share: float) -> str:
    return f"{int(100 * share + 1e-9)}%"


def _problem(problem: Problem) -> dict[str, object]:
    place = problem.place
    return {
        "code": problem.code,
        "level": problem.level,
        "message": problem.message,
        "fix": problem.fix or None,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }


def _plain(value: object) -> object:
    """A value of ours as JSON knows it."""
    if isinstance(value, Effect):
        return {"text": str(value), "value": float(value.value), "unit": value.unit}
    if isinstance(value, Assessment):
        named = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        del named["question"]  # how the gate asked; what it found stands beside
        return {name: _plain(item) for name, item in (named | {"detectable": value.detectable}).items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return float(exact_decimal(value) or value)
    return value


def _attribute(content: str) -> str:
    escaped = _escaped(content).replace('"', "&quot;")
    for character in "\n\r\t":  # a reader of XML would turn them into spaces
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return f'"{escaped}"'


def _escaped(content: str) -> str:
    return _printable(content).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _printable(content: str) -> str:
    """Without the control characters that XML can't hold."""
    return re.sub(_NOT_XML, "\N{REPLACEMENT CHARACTER}", content)
