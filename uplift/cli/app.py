"""The command line: parse, call, print, exit. Results go to stdout, progress and problems to stderr.

Exit codes: 0 done; 1 ran and found problems (a located YAML error, an underpowered design, a failed check);
2 could not run (usage, unreadable project, unreachable source). A mere insignificance is no problem.
Ctrl-C ends with 130.
"""

from __future__ import annotations

import io
import signal
import sys
from typing import Annotated, NoReturn

import typer

from uplift.cli import INTERRUPTED
from uplift.cli.decisions import amend, decide, lock
from uplift.cli.design import check
from uplift.cli.first_project import init
from uplift.cli.imports import import_
from uplift.cli.keeping import erase, gc, status
from uplift.cli.planning import baseline, plan
from uplift.cli.proof import sql
from uplift.cli.reporting import report
from uplift.cli.running import analyze, assign, audit
from uplift.cli.scoring import forecast, monitor, score
from uplift.cli.simulation import simulate
from uplift.cli.start import demo, explain, schema
from uplift.cli.targeting import target
from uplift.errors import Problem, ProjectError, UpliftError

app = typer.Typer(
    name="uplift",
    help="Experiments and uplift measurement for CRM: YAML in, a decision you can trust out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for verb in (
    *(demo, init, check, baseline, plan, simulate, lock, amend),
    *(assign, import_, audit, sql),
    *(analyze, decide, report, schema, explain),
    *(score, forecast, target, monitor),
    *(status, gc, erase),
):
    app.command(verb.__name__.rstrip("_"))(verb)


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


def _fail(error: UpliftError) -> NoReturn:
    """Say what can be mended, and end."""
    for problem in error.problems:
        typer.echo(str(problem), err=True)
    sys.exit(error.exit_code)


def main() -> None:
    """The entry point: what a user can mend is printed without a traceback; bugs crash."""
    _settle_streams()
    try:
        app(standalone_mode=True)
    except UpliftError as error:
        _fail(error)
    except OSError as error:
        named = f": {error.filename}" if error.filename else ""
        fix = "mend that and run it again; files are written whole or not at all"
        _fail(ProjectError(Problem("UP906", f"{error.strerror or error}{named}", fix=fix)))
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        typer.echo("\nUP905 interrupted; files are written whole or not at all", err=True)
        sys.exit(INTERRUPTED)


def _settle_streams() -> None:
    """End quietly with the reader of a pipe (`uplift … | head`), and never fail on a sign the terminal lacks."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPIPE})  # some callers start us with it blocked
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
