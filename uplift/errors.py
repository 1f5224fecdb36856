"""Problems and exceptions: everything a user can mend has a code, a place and a fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands: a file and, where known, a line and column (both count from 1)."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        numbers = (n for n in (self.line, self.column) if n is not None)
        return ":".join([self.file, *map(str, numbers)])


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: what was found, where, and what to do about it.

    >>> print(Problem("UP103", "'maen' is not a metric kind",
    ...               fix="did you mean 'mean'?", place=Place("sale.yml", 7, 3)))
    sale.yml:7:3: error UP103 'maen' is not a metric kind
        fix: did you mean 'mean'?
    """

    code: str
    message: str
    fix: str = ""
    place: Place | None = None
    level: Level = "error"

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        text = f"{where}{self.level} {self.code} {self.message}"
        return f"{text}\n    fix: {self.fix}" if self.fix else text


class UpliftError(Exception):
    """Something a user can mend; the command line prints its problems and no traceback.

    `exit_code` is 2 («could not run»); `SpecError` says 1 («ran and found problems»).
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class SpecError(UpliftError):
    """The YAML is wrong; each problem points at a line and column."""

    exit_code: ClassVar[int] = 1


class ProjectError(UpliftError):
    """No project here, or one that can't be read at all."""


class DataError(UpliftError):
    """A source, a file or its contents can't be used as declared."""


class AssignmentError(UpliftError):
    """Contacts can't be assigned; nothing was written."""


class StateError(UpliftError):
    """What is kept in the state directory is missing, locked or does not fit."""


class StatisticsError(UpliftError):
    """Numbers that no estimator can use: negative counts, more converters than contacts, …"""
