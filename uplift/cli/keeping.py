"""The verbs of what is kept: `status`, `gc`, `erase`, `move`."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uplift.cli.options import FOLDER, root_of, today_in
from uplift.errors import Problem

if TYPE_CHECKING:
    from uplift.spec import Study
    from uplift.spec.project import Project
    from uplift.store import Store

ProjectOption = Annotated[
    Path, typer.Option("--project", metavar="FILE", help="The project file; default: experiments/project.yml.")
]
PROJECT = FOLDER / "project.yml"


def status(
    project: ProjectOption = PROJECT,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """What the state directory holds.

    Experiments with their rows and draws, caches, files that nothing names, receipts of what was erased.
    """
    from uplift.store.contents import contents

    _, store, _ = _opened(project)
    found = contents(store)
    if not json:
        typer.echo(str(found))
        return
    import json as writer
    from dataclasses import asdict

    typer.echo(writer.dumps(asdict(found), indent=2, default=str, ensure_ascii=False))


def gc(
    project: ProjectOption = PROJECT,
    caches: Annotated[bool, typer.Option("--caches", help="Remove every cache, not only idle ones.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")] = False,
) -> None:
    """Remove what nothing names, and enforce retention.

    With `retention` under `defaults.privacy` in project.yml it also erases the contacts of closed experiments and
    removes their lists once they were kept that long.
    """
    from uplift.assignment.retention import collect_garbage

    found, store, root = _opened(project)
    retention = found.defaults.privacy.retention
    collected = collect_garbage(
        store,
        root=root,
        today=today_in(found),
        retention=datetime.timedelta(days=retention.days) if retention else None,
        statuses=_statuses(project.parent),
        every_cache=caches,
        dry_run=dry_run,
    )
    typer.echo(str(collected))


def erase(
    contacts: Annotated[list[str] | None, typer.Argument(metavar="[CONTACT]...", help="Ids of contacts.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="A text file with one id per line; keeps ids out of the shell.")
    ] = None,
    project: ProjectOption = PROJECT,
) -> None:
    """Forget contacts for good.

    Replaces their ids in the ledger by random texts, takes them off the lists and removes caches; prints a receipt
    without the ids. Delete them from your sources first: those are not touched.
    """
    from uplift.assignment.erasure import contacts_in
    from uplift.assignment.erasure import erase as forget

    wanted = [*(contacts or ()), *(contacts_in(file) if file else ())]
    found, store, root = _opened(project)
    studies = _studies(project.parent)
    receipt = forget(
        store, wanted, root=root, on=today_in(found), ids=_id_columns(found, studies), merged=_merged(studies, wanted)
    )
    typer.echo(str(receipt))
    if (missing := receipt.contacts - receipt.found) > 0:
        message = f"{missing:,} of the contacts stand neither in a ledger nor on a list"
        fix = "ids are compared letter by letter: 00123 is not 123"
        typer.echo(str(Problem("UP831", message, fix=fix, level="note")), err=True)


def move(
    state: Annotated[
        str, typer.Argument(metavar="STATE", help="Where it shall be: a folder, or postgresql:NAME.schema.")
    ],
    project: ProjectOption = PROJECT,
) -> None:
    """Copy the state to a folder or a schema.

    Every run and every ledger file, byte for byte; the old place stays as it is. Write the new one into project.yml
    afterwards: from then on the old one must not be written to.
    """
    from uplift.store import Store
    from uplift.store.move import move as copy

    found, store, root = _opened(project)
    if found.state == state:
        raise typer.BadParameter(f"the state is kept in {state} already", param_hint="STATE")
    typer.echo(str(copy(store, Store.open(root / state, adopting=True))))
    typer.echo(
        f"\nnow write into project.yml:\n\nstate: {state}\n\nand check it: uplift status; uplift audit EXPERIMENT"
    )


def _opened(project: Path) -> tuple[Project, Store, Path]:
    """The project, its state and its root."""
    from uplift.spec import load_project
    from uplift.store import Store

    found, document = load_project(project)
    root = root_of(document)
    return found, Store.open(root / found.state), root


def _id_columns(project: Project, studies: list[Study]) -> set[str]:
    """The names under which lists and tables hold contacts: the sources' id columns and the experiments' units."""
    names = {source.id for source in project.sources.values() if source.id is not None}
    units = (study.experiment.unit.id for study in studies)
    return names | {unit for unit in units if isinstance(unit, str)}


def _merged(studies: list[Study], contacts: list[str]) -> set[str]:
    """Further ids of these contacts, as the list of merges reads for the experiments: ids as integers, as texts."""
    from uplift.assignment.merged import ids_of_persons
    from uplift.engine.merges import merges_of

    readers = {study.experiment.unit.type: study for study in studies if merges_of(study) is not None}
    return {unit for study in readers.values() for unit in ids_of_persons(study, contacts)}


def _studies(folder: Path) -> list[Study]:
    """Every experiment beside the project file that can be read."""
    from uplift.errors import UpliftError
    from uplift.spec import load_study

    found = []
    for path in _experiments(folder):
        try:
            found.append(load_study(path))
        except UpliftError:
            continue
    return found


def _experiments(folder: Path) -> list[Path]:
    """The experiments' files beside the project file."""
    return [path for path in sorted((*folder.rglob("*.yml"), *folder.rglob("*.yaml"))) if path.stem != "project"]


def _statuses(folder: Path) -> dict[str, str]:
    """The status of every experiment beside the project file; one that can't be read counts as running."""
    from uplift.errors import UpliftError
    from uplift.spec import load_study

    found: dict[str, str] = {}
    for path in _experiments(folder):
        try:
            study = load_study(path)
            found[study.experiment.id] = study.experiment.status
        except UpliftError:
            found[path.stem] = "running"
    return found
