"""What a draw will do, settled before any contact is read: salts, ranges, epochs, and whether it may run at all."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from uplift.assignment.hashing import salt
from uplift.assignment.ranges import ArmRange, Range, arm_ranges, holdout_range, layer_range, weights_hash
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study, spec_hash


@dataclass(frozen=True, slots=True)
class Slice:
    """A holdout or a layer's part: the units, by their own salt, whose bucket lies in the range."""

    name: str
    unit: str  # the column of the audience that is hashed
    salt: str
    range: Range


@dataclass(frozen=True, slots=True)
class Plan:
    """One dated draw of one experiment."""

    experiment_id: str
    on: datetime.date
    salt: str
    salt_epoch: int
    weight_epoch: int
    ranges: tuple[ArmRange, ...]
    weights_hash: str
    spec_hash: str
    holdout: Slice | None
    layer: Slice | None
    clustered: bool
    exclude_unclustered: bool
    rolling: bool
    strata: tuple[str, ...]
    min_stratum: int | None  # None: by the hash alone; else permuted within strata, smaller ones pooled
    wave: tuple[datetime.date, datetime.date] | None  # first and last day of the frozen draw this day belongs to
    notices: tuple[Problem, ...]

    def run_id(self, ledger: str | None) -> str:
        """A name for this run that the same draw on the same ledger always gets: 16 hex digits."""
        parts = (self.experiment_id, self.on.isoformat(), self.salt, self.weights_hash, self.spec_hash, ledger or "")
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    def facts(self) -> dict[str, object]:
        """What an audit needs to prove the run later, as JSON values."""
        return {
            "ranges": [[r.arm, r.range.low, r.range.high] for r in self.ranges],
            "weights_hash": self.weights_hash,
            "spec_hash": self.spec_hash,
            "salt": self.salt,
            "weight_epoch": self.weight_epoch,
            "holdout": _slice_facts(self.holdout),
            "layer": _slice_facts(self.layer),
            "strata": list(self.strata),
            "min_stratum": self.min_stratum,
        }


def plan_of(study: Study, *, on: datetime.date, weight_epoch: int = 1, to_draw: bool = True) -> Plan:
    """The draw of a study on a local day; without `to_draw` also that of a closed one, to be looked at.

    Raises AssignmentError when nothing may be drawn: UP504 observed arms, UP505 closed, UP506 outside the enrolment
    period.
    """
    experiment = study.experiment
    assignment = experiment.assignment
    _check_method(study)
    if to_draw:
        _check_status(study)
    wave = _check_day(study, on)
    ranges = arm_ranges({name: arm.weight for name, arm in experiment.arms.items()})
    holdout, notices = active_holdout(study, on)
    layer = None
    if assignment.layer is not None:
        shared = study.project.layers[assignment.layer.name]
        part = layer_range(assignment.layer.from_, assignment.layer.to)
        layer = Slice(assignment.layer.name, shared.unit, salt(assignment.layer.name, shared.epoch), part)
    return Plan(
        experiment_id=experiment.id,
        on=on,
        salt=salt(experiment.id, assignment.salt_epoch),
        salt_epoch=assignment.salt_epoch,
        weight_epoch=weight_epoch,
        ranges=ranges,
        weights_hash=weights_hash(ranges),
        spec_hash=spec_hash(study),
        holdout=holdout,
        layer=layer,
        clustered=experiment.unit.cluster is not None,
        exclude_unclustered=experiment.unit.cluster is not None and experiment.unit.cluster_fallback == "exclude",
        rolling=experiment.audience.entry == "rolling",
        strata=assignment.strata,
        min_stratum=assignment.min_stratum if assignment.method == "stratified" else None,
        wave=wave,
        notices=(*notices, *_draft(study)),
    )


def _check_method(study: Study) -> None:
    assignment, place = study.experiment.assignment, study.document.place("assignment", "method")
    if assignment.method == "observed":
        raise AssignmentError(
            Problem(
                "UP504",
                f"nothing to assign: the arms of '{study.experiment.id}' are observed in column '{assignment.column}'",
                fix=f"run `uplift analyze {study.experiment.id}`",
                place=place,
            )
        )


def _check_status(study: Study) -> None:
    if study.experiment.status == "closed":
        raise AssignmentError(
            Problem(
                "UP505",
                f"'{study.experiment.id}' is closed: nobody is assigned to it any more",
                fix="start a new experiment with a new id",
                place=study.document.place("status"),
            )
        )


def _check_day(study: Study, on: datetime.date) -> tuple[datetime.date, datetime.date] | None:
    """The frozen draw this day belongs to (None for rolling entry), or an error when nobody may enter that day."""
    schedule, audience = study.experiment.schedule, study.experiment.audience
    if on < schedule.start:
        raise _closed_that_day(study, f"{on} is before the start on {schedule.start}", "start")
    if schedule.enrol_until is not None and on > schedule.enrol_until:
        raise _closed_that_day(study, f"enrolment ended on {schedule.enrol_until}, before {on}", "enrol_until")
    if audience.entry == "rolling":
        return None
    if audience.entry == "snapshot" or audience.waves is None:
        return schedule.start, schedule.enrol_until or datetime.date.max
    number = (on - schedule.start).days // audience.waves.every.days
    if number >= audience.waves.count:
        raise _closed_that_day(study, f"the last of {audience.waves.count} waves is over on {on}", "start")
    first = schedule.start + datetime.timedelta(days=number * audience.waves.every.days)
    return first, first + datetime.timedelta(days=audience.waves.every.days - 1)


def _closed_that_day(study: Study, what: str, key: str) -> AssignmentError:
    return AssignmentError(
        Problem(
            "UP506",
            f"nobody can be assigned: {what}",
            fix="assign on a day inside the enrolment period, or change the schedule",
            place=study.document.place("schedule", key),
        )
    )


def active_holdout(study: Study, on: datetime.date) -> tuple[Slice | None, Sequence[Problem]]:
    """The holdout of the experiment where it runs on that day; else None, with a warning if one is named."""
    name = study.experiment.assignment.holdout
    if name is None:
        return None, ()
    holdout = study.project.holdouts[name]
    if not holdout.from_ <= on <= holdout.until:
        note = Problem(
            "UP510",
            f"holdout '{name}' runs from {holdout.from_} to {holdout.until} and holds nobody out on {on}",
            fix="prolong the holdout in project.yml, or name the one that is active",
            place=study.document.place("assignment", "holdout"),
            level="warning",
        )
        return None, (note,)
    return Slice(name, holdout.unit, salt(name, holdout.epoch), holdout_range(holdout.share)), ()


def _draft(study: Study) -> Sequence[Problem]:
    if study.experiment.status != "draft":
        return ()
    return (
        Problem(
            "UP507",
            f"'{study.experiment.id}' is still a draft: what it decides can change after contacts were assigned",
            fix=f"run `uplift lock {study.experiment.id}` once the decisions stand, and commit both files",
            place=study.document.place("status"),
            level="warning",
        ),
    )


def _slice_facts(part: Slice | None) -> dict[str, object] | None:
    if part is None:
        return None
    return {"name": part.name, "unit": part.unit, "salt": part.salt, "low": part.range.low, "high": part.range.high}
