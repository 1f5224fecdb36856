"""Progress on stderr: the stages of a run, shown once it takes longer than a second and only on a terminal."""

from __future__ import annotations

import sys
import time
from threading import Event, Thread
from types import TracebackType

PATIENCE = 1.0  # seconds: quicker work shows nothing


class Stages:
    """A callable that names the stage that begins; a spinner with the elapsed time appears after a second.

    Nothing is printed when stderr is no terminal, so that logs stay clean.
    """

    def __init__(self) -> None:
        self._stage = ""
        self._started = time.monotonic()
        self._done = Event()
        self._thread: Thread | None = None

    def __call__(self, stage: str) -> None:
        """The next stage begins."""
        self._stage = stage

    def __enter__(self) -> Stages:
        if sys.stderr.isatty():
            self._thread = Thread(target=self._show, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def _show(self) -> None:
        if self._done.wait(PATIENCE):
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(self._stage)
            while not self._done.wait(0.1):
                bar.update(task, description=self._stage)
