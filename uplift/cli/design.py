"""The verbs about designs: `check`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from uplift.cli.options import today
from uplift.errors import Place, Problem, ProjectError


class Format(StrEnum):
    """The output formats of `check`."""

    text = "text"
    github = "github"
    markdown = "markdown"
    json = "json"
    junit = "junit"
    gitlab = "gitlab"


class FailOn(StrEnum):
    """The gravest level that `check` lets pass lies below this one."""

    error = "error"
    warning = "warning"
    never = "never"


def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="YAML files or folders; default: experiments/")] = None,
    format: Annotated[  # noqa: A002
        list[Format] | None, typer.Option("--format", help="How findings are printed; may be given more than once.")
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", help="Where the format goes: the first --format to the first --output, …"),
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(help="Append a Markdown summary to this file (a job summary, a comment).")
    ] = None,
    fail_on: Annotated[FailOn, typer.Option(help="The level that fails.")] = FailOn.error,
    since: Annotated[
        str | None, typer.Option(metavar="REF", help="Judge only what changed against this git ref, e.g. origin/main.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Says what is always so: a check reads no data.")] = True,  # noqa: ARG001
) -> None:
    """YAML, rules and power.

    Refuses designs that are too small to answer their own question (exit code 1).
    """
    from uplift.design.check import check_changed, check_paths, exit_code, render

    forms, files = format or [Format.text], output or []
    if len(files) > len(forms) or len(forms) > len(files) + 1:
        raise typer.BadParameter("give each --format its --output; one may go without and is printed")
    wanted = paths or [Path("experiments")]
    require(wanted)
    report = check_changed(wanted, ref=since, today=today()) if since else check_paths(wanted, today=today())
    for form, file in zip(forms, files, strict=False):
        _write(file, render(report, form.value) + "\n")
    typer.echo(render(report, forms[-1].value if len(forms) > len(files) else "text"))
    if summary is not None:
        _write(summary, render(report, "markdown") + "\n", append=True)
    raise typer.Exit(exit_code(report, fail_on=fail_on.value))


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


def require(paths: Iterable[Path]) -> None:
    """A path that is not there can't be checked, and an empty answer would look like a pass."""
    for path in paths:
        if not path.exists():
            fix = "name a YAML file or a folder, or run `uplift init` for a new project"
            raise ProjectError(Problem("UP902", "there is no such file or folder", fix=fix, place=Place(str(path))))
