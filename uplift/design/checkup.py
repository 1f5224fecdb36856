"""One file as the check sees it: its problems and, where it is an experiment that could be read, its assessment."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uplift.design.assessment import Assessment, assess
from uplift.design.gate import findings_about
from uplift.design.waivers import waived
from uplift.engine.proofread import snippet_problems
from uplift.errors import Level, Problem
from uplift.spec.load import Examined, examine, find_project
from uplift.spec.study import Study

FailOn = Literal["error", "warning", "never"]
_RANK: dict[Level, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found in one YAML file; `assessment` is None for project.yml and for files with errors in the YAML."""

    path: Path
    status: str | None
    assessment: Assessment | None
    problems: tuple[Problem, ...]

    @property
    def name(self) -> str:
        """The experiment's id, or the file's name."""
        return self.assessment.experiment if self.assessment else self.path.name

    @property
    def worst(self) -> Level | None:
        """The gravest level that was found."""
        return min((p.level for p in self.problems), key=_RANK.__getitem__, default=None)


Report = tuple[Checkup, ...]


def check_paths(paths: Sequence[Path | str], *, today: datetime.date) -> Report:
    """Read, validate and judge these files and folders. Nothing is raised for what a file says."""
    return check_examined(examine(paths), today=today)


def check_changed(paths: Sequence[Path | str], *, ref: str, today: datetime.date) -> Report:
    """All rules for what changed against a git ref; of the other files only the errors that show between files.

    A changed project.yml or lock changes the experiments that it is about. Files without a finding that did not change
    are not in the report. Raises ProjectError where git can't tell.
    """
    from uplift.design.changed import changed_since

    changed = changed_since(ref, paths)
    examined = examine(paths)
    ours = {file.path.absolute() for file in examined if _touched(file, changed)}
    return tuple(
        _checkup(file, today) if file.path.absolute() in ours else Checkup(file.path, None, None, _grave(file.common))
        for file in examined
        if _grave(file.common) or file.path.absolute() in ours
    )


def _grave(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The errors: a warning between two files that nobody touched has been read when they came."""
    return tuple(problem for problem in problems if problem.level == "error")


def _touched(file: Examined, changed: frozenset[Path]) -> bool:
    """Whether the file, its lock or its project changed."""
    home = find_project(file.path)
    about = [file.path, file.path.with_suffix(".lock.json"), *([home] if home else [])]
    return not changed.isdisjoint(path.resolve() for path in about)


def check_examined(examined: Iterable[Examined], *, today: datetime.date) -> Report:
    """The gate on top of what the YAML's rules found; waivers hold for both."""
    return tuple(_checkup(file, today) for file in examined)


def levels(report: Report) -> Counter[Level]:
    """How many errors, warnings and notes there are."""
    return Counter(problem.level for checkup in report for problem in checkup.problems)


def exit_code(problems: Iterable[Problem], fail_on: FailOn = "error") -> int:
    """1 when a problem is as grave as `fail_on`, else 0; notes never fail.

    >>> exit_code([Problem("UP312", "close", level="warning")]), exit_code([Problem("UP310", "no")])
    (0, 1)
    """
    fails = {"error": {"error"}, "warning": {"error", "warning"}, "never": set[str]()}[fail_on]
    return int(any(problem.level in fails for problem in problems))


def _checkup(file: Examined, today: datetime.date) -> Checkup:
    study = file.study
    if study is None:
        return Checkup(file.path, None, None, file.problems)
    assessment = assess(study, today=today)
    found = (*findings_about(study, assessment, today=today), *_about_the_lock(study, today))
    written = (*file.problems, *snippet_problems(study))
    problems = sorted((*waived(written, study, today=today), *found), key=lambda p: _RANK[p.level])
    return Checkup(file.path, study.experiment.status, assessment, tuple(problems))


def _about_the_lock(study: Study, today: datetime.date) -> tuple[Problem, ...]:
    """What was signed; a draft that nobody has locked has nothing to say, and needs no code that reads locks."""
    beside = study.document.path.with_name(f"{study.experiment.id}.lock.json")
    if study.experiment.status == "draft" and not beside.exists():
        return ()
    from uplift.design.locked import lock_findings

    return lock_findings(study, today=today)
