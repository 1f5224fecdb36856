"""The command line. Its modules are imported inside `main`, so that Ctrl-C is understood from the first moment on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

INTERRUPTED = 130  # as shells count it: 128 + SIGINT


def main() -> None:
    """The entry point of `uplift` and of `python -m uplift`."""
    # Pydantic looks for plugins in the metadata of every installed package: no model here has a use for one.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from uplift.cli.checking import command_of
        from uplift.cli.ending import run

        command = command_of(sys.argv[1:]) or _typer()
    except KeyboardInterrupt:
        sys.stderr.write("\nUP905 interrupted; nothing was begun\n")
        sys.exit(INTERRUPTED)
    run(command)


def _typer() -> Callable[[], object]:
    """What parses every other command line."""
    from uplift.cli.app import run_verb

    return run_verb


__all__ = ["INTERRUPTED", "main"]
