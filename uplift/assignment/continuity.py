"""May this draw go on where the ledger stands? Epochs of salt and weights, and draws that are frozen."""

from __future__ import annotations

from dataclasses import replace

from uplift.assignment.decide import LEDGER
from uplift.assignment.plan import Plan
from uplift.assignment.ranges import arm_ranges, weights_hash
from uplift.engine.adapter import Engine
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study
from uplift.spec.lock import read_lock
from uplift.spec.quantities import parse_share


def check_salt_epoch(study: Study, plan: Plan, epochs: tuple[int, ...]) -> None:
    """Refuse (UP512) a salt epoch that a newer one has replaced; `epochs` are those in the ledger, ascending."""
    if epochs and epochs[-1] > plan.salt_epoch:
        raise AssignmentError(
            Problem(
                "UP512",
                f"salt epoch {plan.salt_epoch} of '{plan.experiment_id}' is over: contacts were drawn anew"
                f" in epoch {epochs[-1]}",
                fix=f"write `salt_epoch: {epochs[-1]}`, or a higher one to draw everybody anew",
                place=study.document.place("assignment", "salt_epoch"),
            )
        )


def opened_epoch(study: Study, plan: Plan) -> int | None:
    """The weight epoch that the lock's newest amendment (or the lock itself) opened for the plan's weights, or None.

    Raises StateError (UP403) for a lock file that can't be believed.
    """
    lock = read_lock(study)
    if lock is None:
        return None
    signed = arm_ranges({name: parse_share(share) for name, share in lock.weights.weights})
    return lock.weights.epoch if weights_hash(signed) == plan.weights_hash else None


def with_weight_epoch(study: Study, plan: Plan, engine: Engine) -> Plan:
    """The plan in the ledger's newest weight epoch, or in a newer one that an amendment opened for these weights.

    Weights that nobody signed are refused (UP508).
    """
    ((epoch, weights),) = engine.run(
        f"SELECT weight_epoch, weights_hash FROM {LEDGER} ORDER BY weight_epoch DESC, weights_hash LIMIT 1"
    )
    newest = int(str(epoch))
    if weights == plan.weights_hash:
        return replace(plan, weight_epoch=newest)
    opened = opened_epoch(study, plan)
    if opened is not None and opened > newest:
        return replace(plan, weight_epoch=opened)
    raise AssignmentError(
        Problem(
            "UP508",
            f"the arms or weights of '{plan.experiment_id}' are not those by which its contacts were assigned",
            fix=f'put the old ones back, or sign the new ones: `uplift amend {plan.experiment_id} --reason "…"` opens'
            " a weight epoch, which applies to newcomers only and is analysed on its own",
            place=study.document.place("arms", of="key"),
        )
    )


def is_frozen(plan: Plan, engine: Engine) -> bool:
    """Whether this snapshot or wave was drawn on another day already."""
    if plan.wave is None:
        return False
    first, last = plan.wave
    ((days,),) = engine.run(
        f"SELECT count(*) FROM (SELECT DISTINCT CAST(assigned_at AS DATE) AS day FROM {LEDGER}) AS days"
        f" WHERE day BETWEEN DATE '{first}' AND DATE '{last}' AND day <> DATE '{plan.on}'"
    )
    return bool(days)


def frozen_notice(study: Study, left_out: int) -> Problem:
    """Say that newcomers were left out because the draw is over (UP509)."""
    entry = study.experiment.audience.entry
    return Problem(
        "UP509",
        f"this {'wave' if entry == 'waves' else 'experiment'} was drawn on an earlier day;"
        f" {left_out:,} contacts that became eligible since were not assigned",
        fix="use `entry: rolling` in experiments that newcomers shall join",
        place=study.document.place("audience", "entry"),
        level="note",
    )
