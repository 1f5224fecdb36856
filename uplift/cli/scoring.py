"""The verbs about customers and running programmes: `score`, `forecast`, `monitor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uplift.cli.options import (
    FOLDER,
    DayOption,
    ExperimentArgument,
    LanguageOption,
    speech_of,
    study_of,
    today,
    today_in,
)
from uplift.cli.printing import shown
from uplift.cli.progress import Stages


def score(
    project: Annotated[
        Path, typer.Argument(metavar="[PROJECT]", help="project.yml, or the folder that holds it.")
    ] = FOLDER,
    as_of: DayOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Another table to write: .parquet or .csv.")
    ] = None,
    language: LanguageOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON instead of a table.")] = False,
) -> None:
    """What to expect of every customer: value, next basket, cycle, lifecycle.

    Reads the purchases that project.yml names under `customers` and writes scores/customers.parquet, whose columns
    `audience.scores` offers to experiments. Only days before --as-of (default: today) are used.
    """
    from uplift.customers.score import score as scored
    from uplift.results.customers_json import as_json
    from uplift.results.customers_table import text
    from uplift.spec import load_project
    from uplift.store.files import write_text_atomic
    from uplift.store.places import scores_path

    if output is not None and output.suffix not in (".parquet", ".csv"):
        raise typer.BadParameter("the table is written as .parquet or .csv", param_hint="--output")
    found, document = load_project(project)
    speech = speech_of(language) or found.language
    day = as_of.date() if as_of else today_in(found)
    with Stages() as stages:
        done = scored(found, document, as_of=day, table=output, language=speech, progress=stages)
        note = (output or scores_path(document.path.parent.parent)).with_suffix(".json")
        write_text_atomic(note, as_json(done.result))
    for problem in done.notices:
        if problem.level != "note" or problem.code.startswith("UP66"):
            typer.echo(str(problem), err=True)
    typer.echo(as_json(done.result) if json else text(done.result, speech), nl=not json)
    typer.echo(f"scores  {shown(done.table)}", err=json)
    typer.echo(f"figures {shown(note)}", err=json)


def forecast(
    project: Annotated[
        Path, typer.Argument(metavar="[PROJECT]", help="project.yml, or the folder that holds it.")
    ] = FOLDER,
    as_of: DayOption = None,
    language: LanguageOption = None,
) -> None:
    """The revenue of the coming quarter, with its interval.

    Known customers one by one, newcomers at their recent rate, the season where two years show it; and how the same
    forecast did in the quarters before.
    """
    from uplift.customers.forecast import forecast_project
    from uplift.results.forecast_table import text
    from uplift.spec import load_project

    found, document = load_project(project)
    day = as_of.date() if as_of else today_in(found)
    with Stages() as stages:
        told = forecast_project(found, document, as_of=day, progress=stages)
    typer.echo(text(told, found.currency, speech_of(language) or found.language))


def monitor(
    experiment: ExperimentArgument,
    as_of: DayOption = None,
    within: Annotated[int, typer.Option("--within", min=1, help="Days to report alarms of, back from the last.")] = 1,
    language: LanguageOption = None,
) -> None:
    """Is a running test still sound? For a daily job.

    Looks at the split of the arms (a test that may be asked every day) and at the daily series of each metric: drops,
    rises, silence. Ends with 1 when something needs attention.
    """
    from uplift.customers.monitor import monitor as watch
    from uplift.store import Store
    from uplift.words.codes import CODES
    from uplift.words.sentences import customers as words
    from uplift.words.sentences.audit import found

    study = study_of(experiment)
    speech = speech_of(language) or study.project.language
    day = as_of.date() if as_of else today(study)
    with Store.open(study.root / study.project.state) as store, Stages() as stages:
        stages("look at the split and the daily series")
        seen = watch(study, as_of=day, store=store, within=within)
    if seen.split is not None:
        typer.echo(f"{seen.split.status:5} {found(seen.split.code, dict(seen.split.facts), speech)}")
    for series in seen.series:
        if series.refused is not None:
            why = series.refused.message if speech == "en" else CODES[series.refused.code].title_de
            typer.echo(f"note  {series.metric}: {why} ({series.refused.code})")
        for alarm in series.alarms:
            typer.echo(
                f"alarm {words.alarm(series.metric, alarm.kind, alarm.day, alarm.expected, alarm.found, speech)}"
            )
        if series.refused is None and not series.alarms and series.last is not None:
            typer.echo(f"ok    {words.quiet(series.metric, series.last, series.days, speech)}")
    raise typer.Exit(0 if seen.sound else 1)
