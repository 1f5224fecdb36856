"""What a terminal shows: paths as the user would type them; problems and checks on stderr."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from uplift.cli.options import today
from uplift.errors import Problem

if TYPE_CHECKING:
    from uplift.results import Check
    from uplift.spec import Study
    from uplift.words.language import Language


def print_findings(study: Study, notices: Iterable[Problem] = ()) -> None:
    """What the design gate and the draw have to say, on stderr; CI is where an underpowered design is refused."""
    from uplift.design import findings
    from uplift.design.locked import lock_findings

    day = today(study)
    for problem in (*findings(study, today=day), *lock_findings(study, today=day), *notices):
        typer.echo(str(problem), err=True)


def print_notices(study: Study, notices: Iterable[Problem]) -> None:
    """How the sources were read, on stderr; files as the user would type them."""
    from uplift.engine.sources import shown_path

    files = {source.file for source in study.project.sources.values() if source.file}
    for problem in notices:
        place = problem.place
        if place is not None and place.file in files:
            place = replace(place, file=shown_path(study, place.file))
        typer.echo(str(replace(problem, place=place)), err=True)


def print_checks(checks: Iterable[Check], language: Language) -> None:
    """What needs attention, on stderr."""
    from uplift.words.sentences.checks import found

    for check in checks:
        if check.status != "ok":
            typer.echo(f"{check.code} {found(check.code, dict(check.facts), language)}", err=True)


def shown(path: Path) -> str:
    """A path as the user would type it: relative to here where it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
