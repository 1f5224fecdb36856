"""The verbs about designs: `check`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


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
    from uplift.cli.checking import judge

    forms, files = format or [Format.text], output or []
    if len(files) > len(forms) or len(forms) > len(files) + 1:
        raise typer.BadParameter("give each --format its --output; one may go without and is printed")
    code = judge(
        paths or [],
        forms=[form.value for form in forms],
        files=files,
        summary=summary,
        fail_on=fail_on.value,
        since=since,
    )
    raise typer.Exit(code)
