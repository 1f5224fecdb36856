"""The verb after a test: `target`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from uplift.cli.options import DayOption, ExperimentArgument, LanguageOption, speech_of, study_of
from uplift.cli.printing import print_notices, shown
from uplift.cli.progress import Stages
from uplift.errors import Problem


def target(
    experiment: ExperimentArgument,
    as_of: DayOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where lists/ goes; default: the project's own folder.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", help="Instead of the strategy's: an amount with its currency, '5000 EUR'.")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Write a list even where the gate advises against it, labelled so.")
    ] = False,
    language: LanguageOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the reading as JSON instead of tables.")] = False,
) -> None:
    """Whom to write to next, and with what.

    Tests whether contacts differ in their effect at all, compares selections by honest values, and writes the target
    list with the next experiment beside it where a selection is proven to be worth it.
    """
    from uplift.report import write
    from uplift.results.json_form import read, targeting_json
    from uplift.spec.quantities import QuantityError, parse_money
    from uplift.store.places import report_path, result_path
    from uplift.targeting.saved import save_model, save_reading
    from uplift.targeting.target import target as learn_and_list
    from uplift.words.sentences.incentives import INCENTIVES

    study = study_of(experiment)
    try:
        money = None if budget is None else parse_money(budget)
    except QuantityError as error:
        raise typer.BadParameter(f"{error.message}; {error.fix}", param_hint="--budget") from error
    notices: list[Problem] = []
    with Stages() as stages:
        found = learn_and_list(
            study,
            as_of=as_of.date() if as_of else None,
            budget=money,
            anyway=anyway,
            out=out,
            language=speech_of(language),
            progress=stages,
            notice=notices.append,
        )
        saved = save_reading(study, found.reading, found.as_of)
        if found.model is not None:
            save_model(study, found.model, found.as_of)
    typer.echo(targeting_json(found.reading) if json else str(found), nl=not json)
    # The same file is read for outcomes and for features: what is odd about it is told once.
    print_notices(study, {(n.code, n.message): n for n in notices}.values())
    words = INCENTIVES[found.language]
    if found.files is None:
        typer.echo(f"\n{words.refused}", err=json)
    else:
        typer.echo("", err=json)
        typer.echo(f"list    {shown(found.files.csv)}", err=json)
        typer.echo(f"list    {shown(found.files.parquet)}", err=json)
    if found.next is not None:
        typer.echo(f"next    {shown(found.next.experiment)}", err=json)
    typer.echo(f"reading {shown(saved)}", err=json)
    result = result_path(study.root, study.experiment.id, found.as_of)
    if result.is_file():
        report = report_path(study.root, study.experiment.id, found.language)
        typer.echo(f"report  {shown(write(read(result), report, language=found.language))}", err=json)
