"""May this draw go on where the ledger stands? Epochs of salt and weights, and draws that are frozen."""

from __future__ import annotations

from dataclasses import replace

from uplift.assignment.decide import LEDGER
from uplift.assignment.plan import Plan
from uplift.engine.adapter import Engine
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study


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


def with_weight_epoch(study: Study, plan: Plan, engine: Engine) -> Plan:
    """The plan in the ledger's newest weight epoch; weights other than that epoch's are refused (UP508)."""
    ((epoch, weights),) = engine.run(
        f"SELECT weight_epoch, weights_hash FROM {LEDGER} ORDER BY weight_epoch DESC, weights_hash LIMIT 1"
    )
    if weights != plan.weights_hash:
        raise AssignmentError(
            Problem(
                "UP508",
                f"the arms or weights of '{plan.experiment_id}' are not those by which its contacts were assigned",
                fix="put the old ones back: new weights need a weight epoch of their own, which applies to newcomers"
                " only and is analysed on its own",
                place=study.document.place("arms", of="key"),
            )
        )
    return replace(plan, weight_epoch=int(str(epoch)))


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
