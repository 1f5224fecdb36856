"""The command line. Its modules are imported inside `main`, so that Ctrl-C is understood from the first moment on."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # as shells count it: 128 + SIGINT


def main() -> None:
    """The entry point of `uplift` and of `python -m uplift`."""
    try:
        from uplift.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("\nUP905 interrupted; nothing was begun\n")
        sys.exit(INTERRUPTED)
    run()


__all__ = ["INTERRUPTED", "main"]
