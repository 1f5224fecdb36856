"""Progress on stderr: the stages of a run, shown once it takes longer than a second and only on a terminal."""

from __future__ import annotations

import sys
import time
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

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


class Bar:
    """A callable that takes a stage and the share of it that is done: a bar on a terminal, nothing elsewhere."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __call__(self, stage: str, share: float) -> None:
        """So much of the stage is done."""
        if self._bar is None:
            return
        if stage != self._stage or self._task is None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._stage, self._task = stage, self._bar.add_task(stage, total=1.0)
        self._bar.update(self._task, completed=share)

    def __enter__(self) -> Bar:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
