"""The verb `report`: results again, in another language or another form, and the index of all of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uplift.cli.options import FOLDER, LanguageOption, speech_of, today
from uplift.cli.printing import shown
from uplift.cli.progress import Stages
from uplift.errors import Problem, ProjectError

if TYPE_CHECKING:
    from uplift.results import Result
    from uplift.results.portfolio import OpenTest
    from uplift.words.language import Language


class Form(StrEnum):
    """What a report can be written as."""

    html = "html"
    markdown = "markdown"
    csv = "csv"
    png = "png"
    svg = "svg"


def report(
    results: Annotated[
        list[Path] | None,
        typer.Argument(help="result.json files, or folders: the newest of each experiment. Default: results/"),
    ] = None,
    language: LanguageOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file for one report, else a folder. Default: reports/")
    ] = None,
    format: Annotated[  # noqa: A002
        list[Form] | None,
        typer.Option("--format", "-f", help="html, markdown, csv, png or svg (charts as slides); repeat for several."),
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(help="A folder with own templates (report.html.j2, report.css, sections/…).")
    ] = None,
    portfolio: Annotated[
        bool, typer.Option("--portfolio", help="Write index.html of all results too; a folder implies it.")
    ] = False,
) -> None:
    """Reports again from their results.

    In another language or form if you like; no data are read. A folder of results also gives the index of all
    experiments, with the tests of experiments/ that still run.
    """
    given = results or [Path("results")]
    forms = format or [Form.html]
    found = _read(given)
    several = len(found) * len(forms) > 1 or portfolio or any(path.is_dir() for path in given)
    if output is not None and output.suffix and not output.is_dir() and several:
        raise typer.BadParameter("several reports need a folder", param_hint="--output")
    if len(found) == 1 and len(forms) == 1 and forms[0] in (Form.markdown, Form.csv) and output is None:
        typer.echo(_text(found[0], forms[0], _speech(found[0], language)), nl=False)
        return
    with Stages() as stages:
        written: list[tuple[str, Path]] = []
        for number, result in enumerate(found, start=1):
            stages(f"report {number} of {len(found)}: {result.experiment.id}")
            for form in forms:
                written += _write(result, form, _speech(result, language), output, templates)
        if portfolio or any(path.is_dir() for path in given):
            stages("index of all experiments")
            written.append(_index(found, speech_of(language), output or Path("reports")))
        written += _always_on([path for path in given if path.is_dir()], speech_of(language), found, output)
    for kind, path in written:
        typer.echo(f"{kind:<7} {shown(path)}")


def _read(given: Sequence[Path]) -> tuple[Result, ...]:
    from uplift.results.json_form import read
    from uplift.results.portfolio import latest

    files = [path for path in given if not path.is_dir()]
    below = [file for path in given if path.is_dir() for file in sorted(path.rglob("result.json"))]
    if not below and files in ([], [Path("results")]) and not any(path.exists() for path in files):
        where = ", ".join(map(str, given))
        fix = "run `uplift analyze EXPERIMENT` first, or give the path of a result.json"
        raise ProjectError(Problem("UP902", f"there is no result.json in {where}", fix=fix))
    return (*(read(path) for path in files), *latest(read(path) for path in below))


def _speech(result: Result, choice: LanguageOption) -> Language:
    return speech_of(choice) or result.experiment.language


def _text(result: Result, form: Form, speech: Language) -> str:
    if form is Form.markdown:
        from uplift.report import markdown

        return markdown(result, language=speech)
    from uplift.results.forms import csv

    return csv(result, speech)


def _write(
    result: Result, form: Form, speech: Language, output: Path | None, templates: Path | None
) -> Iterable[tuple[str, Path]]:
    from uplift.report import write, write_charts
    from uplift.report.document import write_whole
    from uplift.report.file_names import stem

    name, place = stem(result.experiment.id, speech), output or Path("reports")
    one_file = place.suffix != "" and not place.is_dir()
    if form in (Form.png, Form.svg):
        folder = place if one_file else place / f"{name}.charts"
        charts = write_charts(result, folder, form="png" if form is Form.png else "svg", language=speech)
        return [("chart", path) for path in charts]
    ending = {Form.html: "html", Form.markdown: "md", Form.csv: "csv"}.get(form, "html")
    target = place if one_file else place / f"{name}.{ending}"
    if form is Form.html:
        return [("report", write(result, target, language=speech, templates=templates))]
    kind = "summary" if form is Form.markdown else "table"
    return [(kind, write_whole(_text(result, form, speech), target))]


def _index(found: tuple[Result, ...], choice: Language | None, folder: Path) -> tuple[str, Path]:
    from uplift.report import write_portfolio
    from uplift.results.portfolio import Portfolio, latest

    speech = choice if choice is not None else found[0].experiment.language
    day = max([today(), *(result.as_of for result in found)])
    page = Portfolio(latest(found), day, _open_tests(day))
    return "index", write_portfolio(page, folder / "index.html", language=speech)


def _always_on(
    folders: Sequence[Path], choice: Language | None, found: tuple[Result, ...], output: Path | None
) -> list[tuple[str, Path]]:
    """The page of forecast, send time, monitors and recommendations, where a folder of results holds any."""
    from uplift.report import write_always_on
    from uplift.results.always_on import read_folder

    written = []
    for folder in folders:
        everything = read_folder(folder / "always-on")
        if everything is not None:
            speech = choice if choice is not None else found[0].experiment.language
            page = (output or Path("reports")) / f"always-on.{speech}.html"
            written.append(("page", write_always_on(everything, page, language=speech)))
    return written


def _open_tests(day: datetime.date) -> tuple[OpenTest, ...]:
    if not FOLDER.is_dir():
        return ()
    from uplift.design.open_tests import open_tests

    return open_tests([FOLDER], today=day)
