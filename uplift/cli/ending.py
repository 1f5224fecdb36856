"""How every run ends: what a user can mend is printed without a traceback and with its exit code; bugs crash."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from uplift.cli import INTERRUPTED
from uplift.errors import Problem, ProjectError, UpliftError


def run(command: Callable[[], object]) -> None:
    """Call the command and end as it ends."""
    _settle_streams()
    try:
        command()
    except UpliftError as error:
        _fail(error)
    except OSError as error:
        named = f": {error.filename}" if error.filename else ""
        fix = "mend that and run it again; files are written whole or not at all"
        _fail(ProjectError(Problem("UP906", f"{error.strerror or error}{named}", fix=fix)))
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:
            raise
        print("\nUP905 interrupted; files are written whole or not at all", file=sys.stderr)
        _leave()


def _leave() -> NoReturn:
    """End at once: everything of ours was put away on the way here, and an engine's last statement may take seconds."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def _fail(error: UpliftError) -> NoReturn:
    """Say what can be mended, and end."""
    sys.stdout.flush()
    for problem in error.problems:
        print(problem, file=sys.stderr)
    sys.exit(error.exit_code)


def _settle_streams() -> None:
    """End quietly with the reader of a pipe (`uplift … | head`), and never fail on a sign the terminal lacks."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPIPE})  # some callers start us with it blocked
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
