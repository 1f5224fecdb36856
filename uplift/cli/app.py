"""The command line: parse, call, print, exit. Results go to stdout, progress and problems to stderr.

Exit codes: 0 done; 1 ran and found problems (a located YAML error, an underpowered design, a failed check);
2 could not run (usage, unreadable project, unreachable source). A mere insignificance is no problem.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from uplift.cli.progress import Stages
from uplift.errors import Place, Problem, ProjectError, UpliftError

if TYPE_CHECKING:
    from uplift.results import Check
    from uplift.spec import Study
    from uplift.words.language import Language

app = typer.Typer(
    name="uplift",
    help="Experiments and uplift measurement for CRM: YAML in, a decision you can trust out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Speech(StrEnum):
    """The language of a report."""

    de = "de"
    en = "en"


class Format(StrEnum):
    """The output formats of `check`."""

    text = "text"
    github = "github"
    markdown = "markdown"
    json = "json"
    junit = "junit"


class FailOn(StrEnum):
    """The gravest level that `check` lets pass lies below this one."""

    error = "error"
    warning = "warning"
    never = "never"


ExperimentArgument = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="An experiment's id, or its YAML file.")]
LanguageOption = Annotated[Speech | None, typer.Option("--language", "-l", help="de or en; default: the project's.")]
DayOption = Annotated[
    datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A local day of the project, YYYY-MM-DD.")
]


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo project goes.")] = Path("demo"),
    language: LanguageOption = None,
) -> None:
    """Run the whole circle on a generated retailer: data, check, assign, analyze, report."""
    from uplift.demo.run import run

    with Stages() as stages:
        lines = list(run(folder, language=_language(language), progress=stages))
    for line in lines:
        typer.echo(line)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Where the project goes.")] = Path()) -> None:
    """Write a commented project (project.yml, one experiment, sample data) that passes its own check."""
    from uplift.starter import write_starter

    for path in write_starter(folder):
        typer.echo(f"wrote {path}")
    typer.echo(f"next: uplift check {folder / 'experiments'}")


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="YAML files or folders; default: experiments/")] = None,
    format: Annotated[Format, typer.Option("--format", help="How findings are printed.")] = Format.text,  # noqa: A002
    fail_on: Annotated[FailOn, typer.Option(help="The level that fails.")] = FailOn.error,
) -> None:
    """Validate YAML and rules, and refuse designs too small to answer their own question."""
    from uplift.design.check import check_paths, exit_code, render

    wanted = paths or [Path("experiments")]
    _require(wanted)
    report = check_paths(wanted, today=_today())
    typer.echo(render(report, format.value), err=False)
    raise typer.Exit(exit_code(report, fail_on=fail_on.value))


@app.command()
def assign(
    experiment: ExperimentArgument,
    on: DayOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Lists hold everybody assigned so far, not only new ones.")
    ] = False,
) -> None:
    """Assign eligible contacts to arms: the ledger, and one list per arm. Running it again changes nobody."""
    from uplift.assignment import assign as draw
    from uplift.assignment import export_lists
    from uplift.store import Store

    study = _study(experiment)
    day = on.date() if on else _today(study)
    with Store.open(study.root / study.project.state) as store:
        with Stages() as stages:
            stages("assign contacts")
            report = draw(study, on=day, store=store)
            stages("write the lists")
            lists = export_lists(study, store=store, on=day, only_new=not every)
        _print_findings(study, report.notices)
        typer.echo(str(report))
        for path in lists:
            typer.echo(f"list    {_shown(path)}")


@app.command()
def analyze(
    experiment: ExperimentArgument,
    as_of: DayOption = None,
    language: LanguageOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON instead of a table.")] = False,
) -> None:
    """Measure the uplift: one scan over the data, result.json, a report, and a table on the terminal."""
    from uplift.analysis import analyze as measure
    from uplift.analysis import save
    from uplift.report import write
    from uplift.results.forms import text
    from uplift.results.json_form import to_json
    from uplift.store import report_path

    study = _study(experiment)
    with Stages() as stages:
        result = measure(study, as_of=as_of.date() if as_of else None, progress=stages)
        stages("write the report")
        saved = save(study, result)
        speech = _language(language) or result.experiment.language
        report = write(result, report_path(study.root, result.experiment.id, speech), language=speech)
    typer.echo(to_json(result) if json else text(result, speech), nl=not json)
    _print_checks(result.checks, speech)
    typer.echo(f"result  {_shown(saved)}", err=json)
    typer.echo(f"report  {_shown(report)}", err=json)
    raise typer.Exit(0 if result.trusted else 1)


@app.command()
def report(
    results: Annotated[list[Path], typer.Argument(help="result.json files.")],
    language: LanguageOption = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file, or a folder for several.")] = None,
) -> None:
    """Draw reports again from their results, in another language if you like; no data are read."""
    from uplift.report import write
    from uplift.results.json_form import read

    if output is not None and len(results) > 1 and output.suffix == ".html":
        raise typer.BadParameter("several results need a folder", param_hint="--output")
    for path in results:
        result = read(path)
        speech = _language(language) or result.experiment.language
        name = f"{result.experiment.id}.{speech}.html"
        target = Path("reports") / name if output is None else output
        target = target if target.suffix == ".html" else target / name
        typer.echo(f"report  {_shown(write(result, target, language=speech))}")


@app.command()
def schema(
    which: Annotated[str, typer.Argument(metavar="[experiment|project]", help="Which file's schema.")] = "experiment",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A folder: writes both schemas there.")] = None,
) -> None:
    """Print the JSON Schema of a YAML file, for completion in an editor."""
    import json

    from uplift.spec.schema import experiment_schema, project_schema

    schemas = {"experiment": experiment_schema, "project": project_schema}
    if which not in schemas:
        raise typer.BadParameter("choose experiment or project", param_hint="WHICH")
    if output is None:
        typer.echo(json.dumps(schemas[which](), indent=2, ensure_ascii=False))
        return
    from uplift.store.files import write_text_atomic

    for name, make in schemas.items():
        target = output / f"{name}.v1.schema.json"
        write_text_atomic(target, json.dumps(make(), indent=2, ensure_ascii=False) + "\n")
        typer.echo(f"wrote {_shown(target)}")


@app.command()
def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A finding code, such as UP310.")],
    language: LanguageOption = None,
) -> None:
    """Say in plain words what a finding means and what to do."""
    from uplift.words.codes import CODES

    entry = CODES.get(code.upper())
    if entry is None:
        raise UpliftError(Problem("UP902", f"there is no code '{code}'", fix=f"known codes: {', '.join(CODES)}"))
    german = language == Speech.de
    typer.echo(f"{entry.code}  {entry.title_de if german else entry.title_en}\n")
    typer.echo(entry.why_de if german else entry.why_en)
    typer.echo(f"\n{'Abhilfe' if german else 'Fix'}: {entry.fix_de if german else entry.fix_en}")


def _version(wanted: bool) -> None:
    if wanted:
        from uplift.version import __version__

        typer.echo(f"uplift {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Nothing is shared between the verbs."""


def _study(experiment: str) -> Study:
    """The study of an id or a path: `sale`, `experiments/sale.yml`; ids are looked for in experiments/ and here."""
    from uplift.spec import load_study

    given = Path(experiment)
    candidates = [given, Path("experiments") / f"{experiment}.yml", Path(f"{experiment}.yml")]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        known = sorted(p.stem for p in Path("experiments").glob("*.yml") if p.stem != "project")
        hint = f"known here: {', '.join(known)}" if known else "run the command in the folder that holds experiments/"
        raise ProjectError(Problem("UP902", f"there is no experiment '{experiment}'", fix=hint))
    return load_study(found)


def _print_findings(study: Study, notices: Iterable[Problem] = ()) -> None:
    """What the design gate and the draw have to say, on stderr; CI is where an underpowered design is refused."""
    from uplift.design import findings

    for problem in (*findings(study, today=_today(study)), *notices):
        typer.echo(str(problem), err=True)


def _require(paths: Iterable[Path]) -> None:
    """A path that is not there can't be checked, and an empty answer would look like a pass."""
    for path in paths:
        if not path.exists():
            fix = "name a YAML file or a folder, or run `uplift init` for a new project"
            raise ProjectError(Problem("UP902", "there is no such file or folder", fix=fix, place=Place(str(path))))


def _today(study: Study | None = None) -> datetime.date:
    if study is None:
        return datetime.datetime.now().astimezone().date()
    from zoneinfo import ZoneInfo

    return datetime.datetime.now(ZoneInfo(study.project.timezone)).date()


def _language(choice: Speech | None) -> Language | None:
    if choice is None:
        return None
    return "de" if choice is Speech.de else "en"


def _print_checks(checks: Iterable[Check], language: Language) -> None:
    """What needs attention, on stderr."""
    from uplift.words.sentences.checks import found

    for check in checks:
        if check.status != "ok":
            typer.echo(f"{check.code} {found(check.code, dict(check.facts), language)}", err=True)


def _shown(path: Path) -> str:
    """A path as the user would type it: relative to here where it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _fail(error: UpliftError) -> NoReturn:
    for problem in error.problems:
        typer.echo(str(problem), err=True)
    sys.exit(error.exit_code)


def main() -> None:
    """The entry point: what a user can mend is printed without a traceback; bugs crash."""
    try:
        app(standalone_mode=True)
    except UpliftError as error:
        _fail(error)
    except KeyboardInterrupt:
        _fail(ProjectError(Problem("UP905", "interrupted; files are written whole or not at all", fix="run it again")))
    except BrokenPipeError:  # `uplift … | head`
        sys.stderr.close()
        sys.exit(0)
