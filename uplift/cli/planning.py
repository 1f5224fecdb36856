"""The verbs before a test: `plan` and `baseline`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uplift.cli.options import DayOption, ExperimentArgument, LanguageOption, speech_of, study_of, today
from uplift.cli.printing import print_findings, shown
from uplift.cli.progress import Stages


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


def baseline(
    experiment: ExperimentArgument,
    as_of: DayOption = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the values into the experiment's YAML, with source and date.")
    ] = False,
    from_forecast: Annotated[
        bool,
        typer.Option("--from-forecast", help="Move them as the forecast moves the same customers' next quarter."),
    ] = False,
    language: LanguageOption = None,
) -> None:
    """Measure baselines from data.

    Audience size, value, spread and shape of every metric, over windows that ended before today.
    """
    from uplift.design import findings
    from uplift.design.baseline import measure_baselines
    from uplift.design.baseline_file import write as write_into
    from uplift.design.baseline_table import text
    from uplift.design.checkup import exit_code

    study = study_of(experiment)
    with Stages() as stages:
        day = as_of.date() if as_of else today(study)
        found = measure_baselines(study, as_of=day, progress=stages)
        ahead = None
        if from_forecast:
            from uplift.customers.ahead import move_baselines

            found, ahead = move_baselines(study, found, as_of=day, progress=stages)
    for notice in found.notices:
        typer.echo(str(notice), err=True)
    speech = speech_of(language) or found.language
    typer.echo(text(found, speech))
    if ahead is not None:
        from uplift.words.sentences.always_on import moved

        typer.echo(f"\n{moved(ahead.factor, speech)}")
    if not write:
        return
    typer.echo(f"\nwrote   {shown(write_into(study, found))}")
    after = study_of(experiment)
    print_findings(after)
    raise typer.Exit(exit_code(findings(after, today=today(after))))
