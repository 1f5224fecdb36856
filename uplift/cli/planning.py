"""The verbs before a test: `plan` and `baseline`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uplift.cli.options import ExperimentArgument, LanguageOption, speech_of, study_of, today
from uplift.cli.printing import print_findings, shown


def plan(
    experiment: ExperimentArgument,
    language: LanguageOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the page goes; default: reports/.")
    ] = None,
) -> None:
    """What a design can find, and when.

    Contacts per arm, power, the smallest detectable effect by duration and by control share, the looks: as a table
    and as a page with charts.
    """
    from uplift.design.planning import plan as planned
    from uplift.report import write_plan
    from uplift.results.plan_table import text
    from uplift.store.places import plan_path

    study = study_of(experiment)
    found = planned(study, today=today(study))
    speech = speech_of(language) or found.language
    print_findings(study)
    typer.echo(text(found, speech))
    page = write_plan(found, output or plan_path(study.root, found.experiment, speech), language=speech)
    typer.echo(f"\nplan    {shown(page)}")
    raise typer.Exit(1 if found.enough is False else 0)
