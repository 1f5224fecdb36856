"""The verb after a test: `target`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uplift.cli.options import DayOption, ExperimentArgument, LanguageOption, Speech, speech_of, study_of
from uplift.cli.printing import print_notices, shown
from uplift.cli.progress import Stages
from uplift.errors import Problem

if TYPE_CHECKING:
    from uplift.spec import Study
    from uplift.spec.quantities import Money
    from uplift.targeting.newcomers import Listed
    from uplift.targeting.target import Targeted


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
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", help="Learn nothing: score everybody eligible today by this model.json, and write their list."
        ),
    ] = None,
    language: LanguageOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the reading as JSON instead of tables.")] = False,
) -> None:
    """Whom to write to next, and with what.

    Tests whether contacts differ in their effect at all, compares selections by honest values, and writes the target
    list with the next experiment beside it where a selection is proven to be worth it. The model is kept beside the
    reading; with --model it lists the contacts of today, also those who were in no test.
    """
    from uplift.spec.quantities import QuantityError, parse_money

    study = study_of(experiment)
    try:
        money = None if budget is None else parse_money(budget)
    except QuantityError as error:
        raise typer.BadParameter(f"{error.message}; {error.fix}", param_hint="--budget") from error
    if model is None:
        _learn(study, as_of, out, money, language, anyway=anyway, json=json)
    elif as_of is not None:
        raise typer.BadParameter("--model lists the contacts of today; a day is read by learning", param_hint="--as-of")
    else:
        _list(study, model, out, money, language, anyway=anyway, json=json)


def _list(
    study: Study,
    model: Path,
    out: Path | None,
    money: Money | None,
    language: Speech | None,
    *,
    anyway: bool,
    json: bool,
) -> None:
    """Score today's contacts by a kept model, and print what was written."""
    from uplift.targeting.newcomers import list_newcomers

    notices: list[Problem] = []
    with Stages() as stages:
        found = list_newcomers(
            study,
            model,
            budget=money,
            anyway=anyway,
            out=out,
            language=speech_of(language),
            progress=stages,
            notice=notices.append,
        )
    _print(study, found, notices, json=json)


def _learn(
    study: Study,
    as_of: datetime.datetime | None,
    out: Path | None,
    money: Money | None,
    language: Speech | None,
    *,
    anyway: bool,
    json: bool,
) -> None:
    """Learn from the test, print what was found and written, and draw the report again."""
    from uplift.report import write
    from uplift.results.json_form import read
    from uplift.store.places import report_path, result_path
    from uplift.targeting.saved import save_model, save_reading
    from uplift.targeting.target import target as learn_and_list

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
        kept = None if found.model is None else save_model(study, found.model, found.as_of)
    _print(study, found, notices, json=json)
    typer.echo(f"reading {shown(saved)}", err=json)
    if kept is not None:
        typer.echo(f"model   {shown(kept)}", err=json)
    result = result_path(study.root, study.experiment.id, found.as_of)
    if result.is_file():
        report = report_path(study.root, study.experiment.id, found.language)
        typer.echo(f"report  {shown(write(read(result), report, language=found.language))}", err=json)


def _print(study: Study, found: Targeted | Listed, notices: Iterable[Problem], *, json: bool) -> None:
    """What was found, what is odd about the data, and where the list and the next experiment are (or why nowhere)."""
    from uplift.results.json_form import targeting_json
    from uplift.words.sentences.incentives import INCENTIVES

    typer.echo(targeting_json(found.reading) if json else str(found), nl=not json)
    # The same file is read for outcomes and for features: what is odd about it is told once.
    print_notices(study, {(n.code, n.message): n for n in notices}.values())
    if found.files is None:
        typer.echo(f"\n{INCENTIVES[found.language].refused}", err=json)
    else:
        typer.echo("", err=json)
        typer.echo(f"list    {shown(found.files.csv)}", err=json)
        typer.echo(f"list    {shown(found.files.parquet)}", err=json)
    if found.next is not None:
        typer.echo(f"next    {shown(found.next.experiment)}", err=json)
