"""What a programme has shown so far: the closed runs in `results/`, read without the weight of a full result.

A run counts when its experiment is closed, its primary metric is the one that is asked for, all its contacts were
mature, and its verdict was not refused. Of each experiment the newest result is read.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from uplift.results.effects import Interval
from uplift.results.history import ProgrammeRun
from uplift.results.result import SCHEMA
from uplift.spec.study import Study

_CLOSED = re.compile(r"^status:[ \t]*['\"]?closed\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Past:
    """One closed experiment of the programme: its runs by treatment arm."""

    experiment: str
    runs: Mapping[str, ProgrammeRun]

    def like(self, arm: str, *, only: bool) -> ProgrammeRun | None:
        """The run of the same treatment: the arm of that name, or the only one where there is `only` one now too."""
        if arm in self.runs:
            return self.runs[arm]
        return next(iter(self.runs.values())) if only and len(self.runs) == 1 else None


def past_runs(study: Study, *, by: datetime.date | None = None) -> tuple[Past, ...]:
    """The closed runs of the study's programme, oldest first, without the study itself; `by` leaves out later results.

    Files that are no result are passed over: they are somebody else's.
    """
    programme, folder = study.experiment.programme, study.root / "results"
    if programme is None or not folder.is_dir():
        return ()
    found = []
    for own in sorted(folder.iterdir()):
        newest = _newest(own, by)
        if own.name == study.experiment.id or newest is None:
            continue
        stamp = newest.stat()
        raw = _read(newest, stamp.st_mtime_ns, stamp.st_size)
        if raw is None or raw["experiment"].get("programme") != programme.id or not _closed(study, own.name, raw):
            continue
        runs = dict(_runs(raw, study.experiment.metrics.primary.metric))
        if runs:
            found.append(Past(own.name, runs))
    return tuple(sorted(found, key=lambda past: min((run.start, run.experiment) for run in past.runs.values())))


def largest_shrunken(study: Study) -> tuple[float, int] | None:
    """The best that any closed run of the programme has shown once its luck is taken out, and the number of runs.

    A relative uplift, positive where the metric moved the good way. None below five runs of a treatment: nothing is
    shrunken then.
    """
    past = past_runs(study)
    if len(past) < 2:
        return None
    from uplift.stats.meta import FEWEST_RUNS, shrink

    up = study.metric(study.experiment.metrics.primary.metric).better == "up"
    only = len(study.experiment.treatments) == 1
    best: tuple[float, int] | None = None
    for arm in study.experiment.treatments:
        runs = [run for one in past if (run := one.like(arm, only=only)) is not None]
        if len(runs) < FEWEST_RUNS:
            continue
        after = shrink([run.log_ratio for run in runs], [run.standard_error for run in runs])
        effects = [s.uplift if up else -s.uplift for s in after if s.uplift is not None]
        if effects and (best is None or max(effects) > best[0]):
            best = max(effects), len(runs)
    return best


def _newest(folder: Path, by: datetime.date | None) -> Path | None:
    """The result of the latest day of one experiment."""
    days = []
    for each in folder.iterdir() if folder.is_dir() else ():
        try:
            day = datetime.date.fromisoformat(each.name)
        except ValueError:
            continue
        if (by is None or day <= by) and (each / "result.json").is_file():
            days.append((day, each / "result.json"))
    return max(days)[1] if days else None


@lru_cache(maxsize=1_000)
def _read(path: Path, _changed: int, _size: int) -> dict[str, Any] | None:
    """The JSON of a result as it is; None where it is none, or of another schema."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(raw, dict) and raw.get("schema") == SCHEMA and isinstance(raw.get("experiment"), dict)
    return raw if known else None


def _closed(study: Study, experiment: str, raw: Mapping[str, Any]) -> bool:
    """Whether the experiment is over: by its result, or by its file, which may have been closed after it was read."""
    if raw["experiment"].get("status") == "closed":
        return True
    return any(_CLOSED.search(path.read_text(encoding="utf-8")) for path in study.folder.rglob(f"{experiment}.yml"))


def _runs(raw: Mapping[str, Any], metric: str) -> Iterator[tuple[str, ProgrammeRun]]:
    from uplift.stats.decision import NORMAL, Level

    own = next((m for m in raw["metrics"] if m["role"] == "primary" and m["name"] == metric), None)
    if own is None or any(n for _, n in own["immature"]):
        return
    facts = raw["experiment"]
    for uplift in own["uplifts"]:
        bounds = uplift["relative_interval"]
        usable = uplift["direction"] != "refused" and bounds is not None and uplift["relative"] is not None
        if not usable or bounds["low"] is None or bounds["high"] is None or bounds["low"] <= -1:
            continue
        level = Level(1 - uplift["confidence"])
        width = math.log1p(bounds["high"]) - math.log1p(bounds["low"])
        error = width / (2 * level.critical(NORMAL if uplift["df"] is None else uplift["df"]))
        if error > 0:
            yield (
                uplift["treatment"]["arm"],
                run_of(
                    experiment=facts["id"],
                    title=facts["title"],
                    version=facts["version"],
                    start=datetime.date.fromisoformat(facts["start"]),
                    as_of=datetime.date.fromisoformat(raw["as_of"]),
                    relative=uplift["relative"],
                    interval=Interval(bounds["low"], bounds["high"]) if _is_95(uplift["confidence"]) else None,
                    standard_error=error,
                ),
            )


def run_of(
    *,
    experiment: str,
    title: str,
    version: str | None,
    start: datetime.date,
    as_of: datetime.date,
    relative: float,
    interval: Interval | None,
    standard_error: float,
    current: bool = False,
) -> ProgrammeRun:
    """A run with its own 95 % interval, by its standard error where the given one is at another level."""
    log_ratio = math.log1p(relative)
    reach = 1.959963984540054 * standard_error
    shown = interval or Interval(math.expm1(log_ratio - reach), math.expm1(log_ratio + reach))
    return ProgrammeRun(
        experiment, title, version, start, as_of, relative, shown, log_ratio, standard_error, current=current
    )


def _is_95(confidence: float) -> bool:
    return abs(confidence - 0.95) < 1e-9
