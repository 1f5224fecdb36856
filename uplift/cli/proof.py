"""The verbs that prove and carry an assignment elsewhere: `sql`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from uplift.cli.options import DayOption, ExperimentArgument, study_of, today


class Warehouse(StrEnum):
    """The dialects of SQL that have a template."""

    duckdb = "duckdb"
    postgresql = "postgresql"
    spark = "spark"
    clickhouse = "clickhouse"
    datafusion = "datafusion"
    bigquery = "bigquery"
    snowflake = "snowflake"


def sql(
    experiment: ExperimentArgument,
    dialect: Annotated[Warehouse, typer.Option("--dialect", "-d", help="The SQL of your warehouse.")],
    table: Annotated[
        str | None, typer.Option("--table", metavar="NAME", help="The table of contacts; default: the source's.")
    ] = None,
    on: DayOption = None,
    selftest: Annotated[bool, typer.Option("--selftest", help="Only the self-test: one row, true or false.")] = False,
) -> None:
    """The assignment as SQL for your warehouse.

    A self-test on known answers comes first; then a statement with holdout, layer, bucket and arm of every contact.
    The header says whether uplift's own tests have executed the dialect.
    """
    from uplift.assignment.dialects import selftest_sql
    from uplift.assignment.statement import experiment_sql

    study = study_of(experiment)
    if selftest:
        typer.echo(selftest_sql(dialect.value), nl=False)
        return
    start, end = study.experiment.schedule.start, study.experiment.schedule.enrol_until
    day = max(today(study), start)
    day = on.date() if on else min(day, end or day)
    typer.echo(experiment_sql(study, dialect.value, on=day, table=table), nl=False)
