"""The verb `import`: lists and send logs of the mail system."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from uplift.cli.options import DayOption, ExperimentArgument, study_of, today
from uplift.cli.printing import shown
from uplift.errors import Problem

ColumnOption = Annotated[str | None, typer.Option(metavar="COLUMN")]


class System(StrEnum):
    """Systems whose column names are known."""

    emarsys = "emarsys"


def import_(
    experiment: ExperimentArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Parquet.", exists=True, dir_okay=False)],
    sends: Annotated[bool, typer.Option("--sends", help="The file is a send log: one line per message.")] = False,
    preset: Annotated[System | None, typer.Option("--preset", help="Column names of a system we know.")] = None,
    id_: Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="The contact's id.")] = None,
    arm: Annotated[str | None, typer.Option("--arm", metavar="ARM", help="The arm of the whole file.")] = None,
    arm_column: Annotated[
        str | None, typer.Option("--arm-column", metavar="COLUMN", help="The column that says the arm.")
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="VALUE=ARM", help="What a value of that column means.")
    ] = None,
    time: Annotated[str | None, typer.Option("--time", metavar="COLUMN", help="When a message was sent.")] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="The zone of such times; default: the project's.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", metavar="COLUMN", help="The column of the message's channel.")
    ] = None,
    on: DayOption = None,
) -> None:
    """Lists and send logs from the mail system.

    Lists of contacts become rows of the ledger, as assigned on the day `--on`: the first row of a contact stays, and
    what contradicts it is refused. With --sends the file becomes a source of messages, for the audit and for the
    effect on those who were reached.
    """
    from uplift.assignment.imports import import_lists
    from uplift.assignment.sends import import_sends
    from uplift.store import Store

    study = study_of(experiment)
    columns = {"id": id_, "arm": arm_column, "time": time, "channel": channel}
    with Store.open(study.root / study.project.state) as store:
        if sends:
            done = import_sends(study, file, store=store, columns=columns, preset=preset, timezone=timezone)
            _told(done.notices, str(done))
            typer.echo(f"sends   {shown(done.path)}")
            if not any(source.file and "imports" in source.file for source in study.project.sources.values()):
                typer.echo(f"\nwrite into project.yml, once:\n\n{done.yaml}", nl=False)
            return
        day = on.date() if on else today(study)
        lists = import_lists(
            study, file, on=day, store=store, arm=arm, arms=_arms(map_ or []), columns=columns, preset=preset
        )
    _told(lists.notices, str(lists))


def _told(notices: tuple[Problem, ...], text: str) -> None:
    for notice in notices:
        typer.echo(str(notice), err=True)
    typer.echo(text)


def _arms(pairs: list[str]) -> dict[str, str]:
    split = [pair.rpartition("=") for pair in pairs]
    if any(not sign for _, sign, _ in split):
        raise typer.BadParameter("write VALUE=ARM", param_hint="--map")
    return {value: arm for value, _, arm in split}
