"""The verbs of always-on programmes: `forecast`, `monitor`, `sendtime`, `recommend`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uplift.cli.options import (
    FOLDER,
    DayOption,
    ExperimentArgument,
    LanguageOption,
    root_of,
    speech_of,
    study_of,
    today,
    today_in,
)
from uplift.cli.printing import shown
from uplift.cli.progress import Stages

if TYPE_CHECKING:
    from uplift.results.always_on import Found
    from uplift.words.language import Language

ProjectArgument = Annotated[Path, typer.Argument(metavar="[PROJECT]", help="project.yml, or the folder that holds it.")]


def forecast(project: ProjectArgument = FOLDER, as_of: DayOption = None, language: LanguageOption = None) -> None:
    """The revenue of the coming quarter, with its interval.

    Known customers one by one, newcomers at their recent rate, the season where two years show it; and how the same
    forecast did in the quarters before. The page reports/always-on shows it too.
    """
    from uplift.customers.forecast import forecast_project
    from uplift.results.forecast_table import text
    from uplift.spec import load_project

    found, document = load_project(project)
    day, speech = as_of.date() if as_of else today_in(found), speech_of(language) or found.language
    with Stages() as stages:
        told = forecast_project(found, document, as_of=day, progress=stages)
    typer.echo(text(told, found.currency, speech))
    _keep(told, root_of(document), found.currency, speech)


def monitor(
    experiment: ExperimentArgument,
    as_of: DayOption = None,
    within: Annotated[int, typer.Option("--within", min=1, help="Days to report alarms of, back from the last.")] = 1,
    language: LanguageOption = None,
) -> None:
    """Is a running test still sound? For a daily job.

    Looks at the split of the arms (a test that may be asked every day), at the daily series of each metric and the
    volume of its source (drops, rises, silence), and at whether sources are late or lose their contacts. Ends with 1
    when something needs attention. Asking again changes nothing.
    """
    from uplift.customers.monitor import monitor as watch
    from uplift.results.always_on_text import watch_lines
    from uplift.store import Store

    study = study_of(experiment)
    speech = speech_of(language) or study.project.language
    day = as_of.date() if as_of else today(study)
    with Store.open(study.root / study.project.state) as store, Stages() as stages:
        stages("look at the split and the daily series")
        seen = watch(study, as_of=day, store=store, within=within)
    for status, line in watch_lines(seen, speech):
        typer.echo(f"{status:5} {line}")
    _keep(seen, study.root, study.project.currency, speech)
    raise typer.Exit(0 if seen.sound else 1)


def sendtime(
    experiment: ExperimentArgument,
    as_of: DayOption = None,
    all_by_chance: Annotated[
        bool, typer.Option("--all-by-chance", help="Draw everybody's hour: the first campaign, to learn from.")
    ] = False,
    language: LanguageOption = None,
) -> None:
    """At which hour a campaign reaches each contact, as a list for the mail system.

    Learns from the log that `send_time` names, from mails before --as-of (default: today). The control's hours are
    drawn by chance, so `uplift analyze` measures what the choice was worth.
    """
    from uplift.customers.send_time.choose import send_times
    from uplift.results.always_on_text import send_time_text
    from uplift.store import Store

    study = study_of(experiment)
    speech = speech_of(language) or study.project.language
    day = as_of.date() if as_of else today(study)
    with Store.open(study.root / study.project.state) as store, Stages() as stages:
        done = send_times(study, on=day, store=store, all_by_chance=all_by_chance, progress=stages)
    if done.result is not None:
        typer.echo(send_time_text(done.result, speech))
        _keep(done.result, study.root, study.project.currency, speech)
    typer.echo(f"list    {shown(done.list)}")


def recommend(
    project: ProjectArgument = FOLDER,
    as_of: DayOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Check and judge another system's list instead: .csv or .parquet.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Another list to write: .parquet or .csv.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="How many days ahead.")] = 7,
    most: Annotated[int, typer.Option("--most", min=1, max=100, help="Items per customer.")] = 10,
    language: LanguageOption = None,
) -> None:
    """What each customer will probably buy in the next seven days.

    Lists by his own frequency, filled up with what is popular, go to scores/recommendations.parquet; lists made the
    same way a week earlier say how good they are. `--file` measures any other recommender's list beside them.
    """
    from uplift.customers.cross_sell.recommend import judge_file
    from uplift.customers.cross_sell.recommend import recommend as make
    from uplift.results.always_on_text import recommendations_text
    from uplift.spec import load_project
    from uplift.store.places import recommendations_path
    from uplift.words.sentences.always_on import not_over

    if output is not None and output.suffix not in (".parquet", ".csv"):
        raise typer.BadParameter("the list is written as .parquet or .csv", param_hint="--output")
    found, document = load_project(project)
    root, speech = root_of(document), speech_of(language) or found.language
    day = as_of.date() if as_of else today_in(found)
    with Stages() as stages:
        if file is not None:
            seen = judge_file(found, document, file, as_of=day, days=days, most=most, progress=stages)
            result = seen.result
        else:
            table = output or recommendations_path(root)
            made = make(found, document, as_of=day, table=table, days=days, most=most, progress=stages)
            result = made.result
    if result is None:
        typer.echo(not_over(seen.given.rows, seen.over_on, speech))
        return
    typer.echo(recommendations_text(result, speech))
    if file is None:
        _keep(result, root, found.currency, speech)
        typer.echo(f"list    {shown(table)}")


def _keep(found: Found, root: Path, currency: str, speech: Language) -> None:
    """Keep the finding, and bring the page of always-on programmes up to date."""
    from uplift.report import write_always_on
    from uplift.results.always_on import file_name, read_folder, to_json
    from uplift.store.files import write_text_atomic
    from uplift.store.places import always_on_folder, always_on_page

    folder = always_on_folder(root)
    write_text_atomic(folder / file_name(found), to_json(found, currency))
    everything = read_folder(folder)
    if everything is not None:
        page = write_always_on(everything, always_on_page(root, speech), language=speech)
        typer.echo(f"page    {shown(page)}", err=True)
