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


class FailOn(StrEnum):
    """The gravest level that `check` lets pass lies below this one."""

    error = "error"
    warning = "warning"
    never = "never"


def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="YAML files or folders; default: experiments/")] = None,
    format: Annotated[Format, typer.Option("--format", help="How findings are printed.")] = Format.text,  # noqa: A002
    fail_on: Annotated[FailOn, typer.Option(help="The level that fails.")] = FailOn.error,
) -> None:
    """YAML, rules and power.

    Refuses designs that are too small to answer their own question (exit code 1).
    """
    from uplift.design.check import check_paths, exit_code, render

    wanted = paths or [Path("experiments")]
    require(wanted)
    report = check_paths(wanted, today=today())
    typer.echo(render(report, format.value), err=False)
    raise typer.Exit(exit_code(report, fail_on=fail_on.value))


def require(paths: Iterable[Path]) -> None:
    """A path that is not there can't be checked, and an empty answer would look like a pass."""
    for path in paths:
        if not path.exists():
            fix = "name a YAML file or a folder, or run `uplift init` for a new project"
            raise ProjectError(Problem("UP902", "there is no such file or folder", fix=fix, place=Place(str(path))))
