"""The verbs of decisions: `lock`, `amend`, `decide`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from uplift.cli.options import ExperimentArgument, study_of, today
from uplift.cli.printing import shown
from uplift.errors import Place, Problem, SpecError, StateError

if TYPE_CHECKING:
    from uplift.results import Result
    from uplift.spec import Study
    from uplift.spec.lock import DecidedOn
    from uplift.words.language import Language

ByOption = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who signs; default: git's user.name.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]


class Choice(StrEnum):
    """What can be decided."""

    ship = "ship"
    stop = "stop"
    repeat = "repeat"


def lock(experiment: ExperimentArgument, by: ByOption = None) -> None:
    """Sign what was decided, before anybody looks.

    Keeps every decided field, the plan and the decision rule in EXPERIMENT.lock.json, which belongs into git. From
    then on the check refuses silent changes.
    """
    from uplift.design.lock import lock as sign
    from uplift.design.lock import mark_as_locked
    from uplift.spec.lock import lock_path

    study = study_of(experiment)
    made = sign(study, by=by, on=today(study))
    signed = made.locked.signed
    typer.echo(f"locked  {made.experiment} on {signed.on} by {signed.by}: {made.spec_hash[:12]}")
    typer.echo(f"lock    {shown(lock_path(study))}")
    if study.experiment.status == "draft":
        done = mark_as_locked(study)
        typer.echo(f"status  {'locked' if done else 'write `status: locked` into the YAML'}")
    typer.echo("next: commit both files", err=True)


def amend(experiment: ExperimentArgument, reason: ReasonOption, by: ByOption = None) -> None:
    """Change what was signed, in the open.

    Adds every difference between the YAML and the lock, with the reason, to the lock file. New weights open a new
    weight epoch, for newcomers only.
    """
    from uplift.design.lock import amend as sign
    from uplift.design.locked import named, told
    from uplift.spec.lock import lock_path, read_lock

    study = study_of(experiment)
    before = read_lock(study)
    made = sign(study, reason=reason, by=by, on=today(study))
    amendment = made.amendments[-1]
    typer.echo(f"amended {made.experiment} on {amendment.signed.on} by {amendment.signed.by}: {made.spec_hash[:12]}")
    for change in named(amendment.changes, before or made):
        typer.echo(f"change  {told(change)}")
    if amendment.weights is not None:
        typer.echo(f"weights epoch {amendment.weights.epoch}: for contacts that join from now on")
    typer.echo(f"lock    {shown(lock_path(study))}")


def decide(
    experiment: ExperimentArgument,
    reason: ReasonOption,
    ship: Annotated[bool, typer.Option("--ship", help="Roll out.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Do not roll out.")] = False,
    repeat: Annotated[bool, typer.Option("--repeat", help="Test again.")] = False,
    by: ByOption = None,
    result: Annotated[
        Path | None, typer.Option("--result", help="The result.json that was looked at; default: the newest.")
    ] = None,
) -> None:
    """A person signs: ship, stop or repeat, with a reason.

    Kept beside the lock with the fingerprint of the result, and written into that result and its report.
    """
    from uplift.design.lock import decide as sign
    from uplift.spec.lock import lock_path

    chosen = [choice for choice, given in ((Choice.ship, ship), (Choice.stop, stop), (Choice.repeat, repeat)) if given]
    if len(chosen) != 1:
        raise typer.BadParameter("choose one of --ship, --stop and --repeat", param_hint="--ship")
    study = study_of(experiment)
    path = result or _newest(study)
    seen = _seen(study, path)
    made = sign(study, chosen[0].value, reason=reason, by=by, on=today(study), result=_basis(seen))
    decision = made.decisions[-1]
    typer.echo(f"decided {made.experiment}: {decision.action}, on {decision.signed.on} by {decision.signed.by}")
    typer.echo(f"lock    {shown(lock_path(study))}")
    for name, written in _told_again(study, path, seen):
        typer.echo(f"{name:<7} {shown(written)}")


def _told_again(study: Study, path: Path, seen: Result) -> Iterator[tuple[str, Path]]:
    """The result and its reports with the decision in them; no data are read."""
    from dataclasses import replace

    from uplift.analysis.record import record_of
    from uplift.report import write
    from uplift.results.json_form import to_json
    from uplift.store import report_path, write_text_atomic

    signed = replace(seen, record=record_of(study))
    write_text_atomic(path, to_json(signed))
    yield "result", path
    languages: tuple[Language, ...] = ("de", "en")
    for language in languages:
        report = report_path(study.root, study.experiment.id, language)
        if language == signed.experiment.language or report.exists():
            yield "report", write(signed, report, language=language)


def _newest(study: Study) -> Path:
    """The result of the latest day that was analysed."""
    found = sorted((study.root / "results" / study.experiment.id).glob("*/result.json"))
    if not found:
        raise StateError(
            Problem(
                "UP409",
                f"there is no result of '{study.experiment.id}' to decide on",
                fix=f"run `uplift analyze {study.experiment.id}` and look at its report, or name one with --result",
                place=Place(str(study.root / "results" / study.experiment.id)),
            )
        )
    return found[-1]


def _seen(study: Study, path: Path) -> Result:
    """The result, if it is one of this experiment as it is defined now."""
    from uplift.results.json_form import read
    from uplift.spec import spec_hash

    seen = read(path)
    mine = seen.experiment.id == study.experiment.id
    if mine and seen.experiment.spec_hash == spec_hash(study):
        return seen
    what = "another definition of this experiment" if mine else f"'{seen.experiment.id}'"
    raise SpecError(
        Problem(
            "UP409",
            f"this is a result of {what}, not of what is decided on",
            fix=f"run `uplift analyze {study.experiment.id}`, look at the report, then decide",
            place=Place(str(path)),
        )
    )


def _basis(seen: Result) -> DecidedOn:
    from uplift.results.json_form import fingerprint
    from uplift.spec.lock import DecidedOn

    return DecidedOn(seen.as_of, fingerprint(seen), seen.recommendation.action, seen.trusted)
