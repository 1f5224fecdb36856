"""One check from its paths to its exit code. Nothing here parses a command line, so nothing here needs a parser."""

from __future__ import annotations

import datetime
import gc
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from uplift.errors import Place, Problem, ProjectError

if TYPE_CHECKING:
    from uplift.design.checkup import FailOn
    from uplift.design.formats import Format


def judge(
    paths: Sequence[Path],
    *,
    forms: Sequence[Format] = ("text",),
    files: Sequence[Path] = (),
    summary: Path | None = None,
    fail_on: FailOn = "error",
    since: str | None = None,
) -> int:
    """Judge files and folders (none: `experiments/`) and print what was found; returns the exit code.

    The first form goes into the first file, and so on; one form may be left over and is printed, else it is text.
    """
    from uplift.design.check import check_changed, check_paths, exit_code, render

    wanted = paths or [Path("experiments")]
    require(wanted)
    today = datetime.datetime.now().astimezone().date()
    report = check_changed(wanted, ref=since, today=today) if since else check_paths(wanted, today=today)
    for form, file in zip(forms, files, strict=False):
        _write(file, render(report, form) + "\n")
    sys.stdout.write(render(report, forms[-1] if len(forms) > len(files) else "text") + "\n")
    if summary is not None:
        _write(summary, render(report, "markdown") + "\n", append=True)
    return exit_code(report, fail_on=fail_on)


def command_of(words: Sequence[str]) -> Callable[[], NoReturn] | None:
    """What `check [PATHS…] [--offline]` runs, the form of every commit; None where a parser is needed.

    A check spends more time on loading the parser than on all its rules.

    >>> command_of(["check", "--since", "main"]), command_of(["plan", "sale"])
    (None, None)
    """
    if words[:1] != ["check"]:
        return None
    rest = [word for word in words[1:] if word != "--offline"]
    if any(word.startswith("-") or not word for word in rest):
        return None

    def command() -> NoReturn:
        gc.disable()  # a process that lives for a second: collecting costs more than it frees
        sys.exit(judge([Path(word) for word in rest]))

    return command


def require(paths: Iterable[Path]) -> None:
    """A path that is not there can't be checked, and an empty answer would look like a pass."""
    for path in paths:
        if not path.exists():
            fix = "name a YAML file or a folder, or run `uplift init` for a new project"
            raise ProjectError(Problem("UP902", "there is no such file or folder", fix=fix, place=Place(str(path))))


def _write(file: Path, text: str, *, append: bool = False) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a" if append else "w", encoding="utf-8", newline="\n") as handle:
            handle.write(text)
    except OSError as error:
        problem = Problem(
            "UP903", f"can't be written: {error.strerror or error}", "choose another file", Place(str(file))
        )
        raise ProjectError(problem) from error
