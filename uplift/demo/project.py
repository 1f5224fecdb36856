"""`prepare`: the demo's working folder, made from the shipped experiments and the generated data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from uplift.demo.designs import DEMO_EXPERIMENTS
from uplift.demo.generate import SEED, DemoData, exports, write
from uplift.errors import Place, Problem, StateError
from uplift.resources import bundled
from uplift.spec.study import Study
from uplift.store.files import write_text_atomic

MARKER = ".uplift-demo.json"

Hashes = dict[str, str]


@dataclass(frozen=True, slots=True)
class DemoProject:
    """A project folder with data: `experiments` are the closed tests to run, `kept` the YAML files that you changed."""

    folder: Path
    data: DemoData
    experiments: tuple[Path, ...]
    kept: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Marker:
    """What an earlier run wrote, as hashes by file name: it tells a demo from any other folder."""

    data: Hashes
    experiments: Hashes


def prepare(folder: Path, *, seed: int = SEED) -> DemoProject:
    """Make `folder` a demo project, or bring the demo in it up to date: data/*.csv and experiments/*.yml.

    Running it again changes nothing; an experiment that was edited stays as it is.

    Raises StateError: UP903 for a folder that holds something else, or a demo with other data (its contacts are
    assigned already), UP515 where the folder can't be written.
    """
    before = _read_marker(folder)
    files = exports(seed)
    data = {name: _hash(content) for name, content in files.items()}
    if before is not None and before.data != data:
        raise _occupied(folder, "holds a demo with other data, to whose contacts its ledger belongs")
    _write_marker(folder, _Marker(data, before.experiments if before else {}))
    written = write(files, folder / "data")
    kept = _copy_experiments(folder / "experiments", before.experiments if before else {})
    _write_marker(folder, _Marker(data, {p.name: _hash(p.read_bytes()) for p in _shipped()}))
    return DemoProject(
        folder=folder,
        data=written,
        experiments=tuple(folder / "experiments" / f"{experiment}.yml" for experiment in DEMO_EXPERIMENTS),
        kept=kept,
    )


def at_its_start(study: Study) -> Study:
    """A closed test as it was on its first day, when contacts could still be assigned.

    The demo replays the past: `assign(at_its_start(study), on=study.experiment.schedule.start, …)`. The status is no
    part of what was decided, so the ledger and the closed file still agree.
    """
    return replace(study, experiment=study.experiment.model_copy(update={"status": "running"}))


def _shipped() -> tuple[Path, ...]:
    return tuple(sorted(bundled("experiments").glob("*.yml")))


def _copy_experiments(folder: Path, before: Mapping[str, str]) -> tuple[Path, ...]:
    """Copy the shipped files; those that are neither as shipped now nor as shipped before are returned untouched."""
    kept = []
    for source in _shipped():
        target, content = folder / source.name, source.read_bytes()
        if target.is_file():
            found = _hash(target.read_bytes())
            if found == _hash(content):
                continue
            if found != before.get(source.name):
                kept.append(target)
                continue
        write_text_atomic(target, content.decode())
    return tuple(kept)


def _read_marker(folder: Path) -> _Marker | None:
    """The marker of a demo; None where there is nothing yet."""
    if folder.exists() and not folder.is_dir():
        raise _occupied(folder, "is a file")
    try:
        if not folder.exists() or not any(folder.iterdir()):
            return None
        facts = json.loads((folder / MARKER).read_text("utf-8"))
        return _Marker(dict(facts["data"]), dict(facts["experiments"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _occupied(folder, "is not empty and not a demo of this program") from error


def _write_marker(folder: Path, marker: _Marker) -> None:
    facts = {"demo": 1, "data": marker.data, "experiments": marker.experiments}
    write_text_atomic(folder / MARKER, json.dumps(facts, indent=2) + "\n")


def _occupied(folder: Path, what: str) -> StateError:
    return StateError(
        Problem(
            "UP903",
            f"the folder {what}; nothing was written",
            fix="choose another folder, `uplift demo my-demo`, or delete this one",
            place=Place(str(folder)),
        )
    )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
