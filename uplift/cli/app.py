"""The command line: parse, call, print, exit. Results go to stdout, progress and problems to stderr.

Exit codes: 0 done; 1 ran and found problems (a located YAML error, an underpowered design, a failed check);
2 could not run (usage, unreadable project, unreachable source). A mere insignificance is no problem.
Ctrl-C ends with 130.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated, Any

import typer

VERBS = {
    "demo": "start",
    "init": "first_project",
    "check": "design",
    "baseline": "planning",
    "plan": "planning",
    "simulate": "simulation",
    "lock": "decisions",
    "amend": "decisions",
    "assign": "running",
    "import": "imports",
    "audit": "running",
    "sql": "proof",
    "analyze": "running",
    "decide": "decisions",
    "report": "reporting",
    "schema": "start",
    "explain": "start",
    "score": "scoring",
    "recommend": "programmes",
    "forecast": "programmes",
    "target": "targeting",
    "sendtime": "programmes",
    "monitor": "programmes",
    "status": "keeping",
    "gc": "keeping",
    "erase": "keeping",
    "move": "keeping",
}
"""Each verb with the module that holds its function, in the order of `--help`."""


def app_of(verbs: Iterable[str]) -> typer.Typer:
    """The command line with these verbs only: building all of them takes longer than many a verb itself."""
    made = typer.Typer(
        name="uplift",
        help="Experiments and uplift measurement for CRM: YAML in, a decision you can trust out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for verb in verbs:
        module = import_module(f"uplift.cli.{VERBS[verb]}")
        made.command(verb)(getattr(module, verb if verb != "import" else "import_"))
    made.callback()(_root)
    return made


def __getattr__(name: str) -> Any:
    """`app`: the command line with every verb, made when somebody asks for it."""
    if name == "app":
        return app_of(VERBS)
    raise AttributeError(name)


def _version(wanted: bool) -> None:
    if wanted:
        from uplift.version import __version__

        typer.echo(f"uplift {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Nothing is shared between the verbs."""


def run_verb() -> None:
    """Parse the command line and run its verb."""
    asked = sys.argv[1:2]
    app_of(asked if asked and asked[0] in VERBS else VERBS)(standalone_mode=True)
