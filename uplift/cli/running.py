"""The verbs of a running test: `assign`, `audit`, `analyze`."""

from __future__ import annotations

import datetime
from typing import Annotated

import typer

from uplift.cli.options import FOLDER, DayOption, ExperimentArgument, LanguageOption, Speech, speech_of, study_of, today
from uplift.cli.printing import print_checks, print_findings, print_notices, shown
from uplift.cli.progress import Stages
from uplift.errors import Problem


def assign(
    experiment: ExperimentArgument,
    on: DayOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Lists hold everybody assigned so far, not only new ones.")
    ] = False,
    columns: Annotated[
        str, typer.Option("--columns", metavar="A,B", help="Columns of the source that lists shall hold too.")
    ] = "",
    one_file: Annotated[
        bool, typer.Option("--one-file", help="One list with a column for the arm, not one list per arm.")
    ] = False,
    delimiter: Annotated[str, typer.Option("--delimiter", help="What separates the columns of lists.")] = ",",
    encoding: Annotated[
        str, typer.Option("--encoding", help="Of lists: utf-8, utf-8-sig (for Excel), cp1252, latin-1, utf-16.")
    ] = "utf-8",
) -> None:
    """Contacts to arms: the ledger, and one list per arm.

    Running it again assigns new contacts only and changes nobody.
    """
    from uplift.assignment import Layout, export_lists
    from uplift.assignment import assign as draw
    from uplift.store import Store

    study = study_of(experiment)
    day = on.date() if on else today(study)
    with Store.open(study.root / study.project.state) as store:
        with Stages() as stages:
            stages("assign contacts")
            report = draw(study, on=day, store=store)
            stages("write the lists")
            anybody = any(arm.total for arm in report.arms)
            named = tuple(name.strip() for name in columns.split(",") if name.strip())
            layout = Layout(named, one_file, "\t" if delimiter == "\\t" else delimiter, encoding)
            lists = export_lists(study, store=store, on=day, only_new=not every, layout=layout) if anybody else ()
        print_findings(study, report.notices)
        typer.echo(str(report))
        for path in lists:
            typer.echo(f"list    {shown(path)}")


def audit(
    experiment: ExperimentArgument,
    sends: Annotated[
        str | None,
        typer.Option("--sends", metavar="SOURCE", help="The source of messages; default: that of compliance.received."),
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", metavar="COLUMN", help="The column of the messages' channel.")
    ] = None,
    language: LanguageOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Every assignment recomputed from its id, and the arms as they are now.

    Sizes of the arms by epoch, stratum and day, balance, messages to the control and to held-out contacts, who was
    never reached, delays, contacts of earlier tests.
    """
    from uplift.assignment import audit as prove
    from uplift.assignment.audit_text import text, to_json
    from uplift.store import Store

    study = study_of(experiment)
    with Store.open(study.root / study.project.state) as store, Stages() as stages:
        stages("recompute every assignment")
        found = prove(study, store=store, sends=sends, channel=channel)
    speech = speech_of(language) or study.project.language
    typer.echo(to_json(found) if json else text(found, speech), nl=not json)
    for problem in (*found.problems, *found.notices):
        typer.echo(str(problem), err=True)
    raise typer.Exit(0 if found.passed else 1)


def analyze(
    experiments: Annotated[
        list[str], typer.Argument(metavar="EXPERIMENT", help="An experiment's id, or its YAML file; or several.")
    ],
    as_of: DayOption = None,
    language: LanguageOption = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME[:30d]", help="For holdout:ID: what is compared; default: its list."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of a table.")] = False,
) -> None:
    """The uplift of every metric, and the report; also `holdout:ID`.

    One scan over the data gives result.json, an HTML report and a table on the terminal. `holdout:ID` compares the
    contacts of a holdout with all others: what all programmes together are worth. Several experiments share the scan.
    """
    if len(experiments) > 1:
        from uplift.analysis.several import read_together

        with Stages() as stages:
            read_together([study_of(name) for name in experiments if not name.startswith("holdout:")], progress=stages)
    trusted = [_analyze(name, as_of, language, metric, json=json) for name in experiments]
    raise typer.Exit(0 if all(trusted) else 1)


def _analyze(
    experiment: str, as_of: datetime.datetime | None, language: Speech | None, metric: list[str] | None, *, json: bool
) -> bool:
    """Analyse one experiment, write its result and report, print; whether the result can be trusted."""
    from uplift.analysis import analyze as measure
    from uplift.analysis import save
    from uplift.report import write
    from uplift.results.forms import text
    from uplift.results.json_form import to_json
    from uplift.store import report_path

    day, notices = as_of.date() if as_of else None, list[Problem]()
    with Stages() as stages:
        if experiment.startswith("holdout:"):
            from uplift.analysis.holdout import analyze_holdout, wanted_of

            study, result = analyze_holdout(
                FOLDER / "project.yml",
                experiment.removeprefix("holdout:"),
                as_of=day,
                metrics=[wanted_of(text) for text in metric or ()],
                progress=stages,
                notice=notices.append,
            )
        else:
            study = study_of(experiment)
            result = measure(study, as_of=day, progress=stages, notice=notices.append)
        if day is not None and day > today(study):
            notices.insert(0, _ahead(day))
        stages("write the report")
        saved = save(study, result)
        speech = speech_of(language) or result.experiment.language
        report = write(result, report_path(study.root, result.experiment.id, speech), language=speech)
    typer.echo(to_json(result) if json else text(result, speech), nl=not json)
    print_notices(study, notices)
    print_checks(result.findings, speech)
    typer.echo(f"result  {shown(saved)}", err=json)
    typer.echo(f"report  {shown(report)}", err=json)
    return result.trusted


def _ahead(day: datetime.date) -> Problem:
    """An analysis of a day to come is let through, but not in silence: it takes missing orders for none."""
    message = f"--as-of {day} lies ahead: windows count as over whose orders are still to come"
    return Problem("UP907", message, fix="leave it out, or give today or an earlier day", level="warning")
