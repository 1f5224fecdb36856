"""The verb about customers: `score`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uplift.cli.options import (
    FOLDER,
    DayOption,
    LanguageOption,
    root_of,
    speech_of,
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
        note = (output or scores_path(root_of(document))).with_suffix(".json")
        write_text_atomic(note, as_json(done.result))
    for problem in done.notices:
        if problem.level != "note" or problem.code.startswith("UP66"):
            typer.echo(str(problem), err=True)
    typer.echo(as_json(done.result) if json else text(done.result, speech), nl=not json)
    typer.echo(f"scores  {shown(done.table)}", err=json)
    typer.echo(f"figures {shown(note)}", err=json)
