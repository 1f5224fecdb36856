"""What a draw did, as a value and as text for a terminal."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from uplift.errors import Problem


@dataclass(frozen=True, slots=True)
class ArmDraw:
    """One arm: its designed share of buckets, the contacts it got now and those it has in all."""

    arm: str
    control: bool
    weight: float
    new: int
    total: int


@dataclass(frozen=True, slots=True)
class AssignmentReport:
    """One dated draw. `eligible` contacts are those of the audience; of them `known` had a row in the ledger already.

    `excluded` counts new eligible contacts that got no row, by reason: `layer` (outside the experiment's part of its
    layer), `no_cluster` (no household and `cluster_fallback: exclude`), `frozen` (the draw of this wave is over),
    `not_yet` (eligible later), `merged` (the id was merged into another one).
    `departed` contacts have a row and are no longer eligible: they stay in the read-out. `run_id` is None when nobody
    was new; `committed` is False when the caller declined.
    """

    experiment_id: str
    on: datetime.date
    eligible: int
    known: int
    departed: int
    held_out: int
    held_out_total: int
    excluded: tuple[tuple[str, int], ...]
    arms: tuple[ArmDraw, ...]
    notices: tuple[Problem, ...]
    run_id: str | None
    committed: bool

    @property
    def assigned(self) -> int:
        """Contacts that got an arm in this draw."""
        return sum(arm.new for arm in self.arms)

    def __str__(self) -> str:
        width = max(len(arm.arm) for arm in self.arms)
        lines = [f"{self.experiment_id}: {self.assigned:,} contacts assigned on {self.on}"]
        for arm in self.arms:
            share = f"{arm.weight:.2%}"
            lines.append(f"  {arm.arm:<{width}}  {share:>8}  {arm.new:>11,} new  {arm.total:>11,} in all")
        counts = [
            ("eligible", self.eligible),
            ("assigned before", self.known),
            ("held out", self.held_out),
            *((_REASONS[reason], count) for reason, count in self.excluded),
            ("in the ledger but no longer eligible", self.departed),
        ]
        lines.extend(f"  {label}: {count:,}" for label, count in counts if count or label == "eligible")
        if not self.committed:
            lines.append("  nothing was written")
        return "\n".join(lines)


_REASONS = {
    "layer": "outside this experiment's part of the layer",
    "no_cluster": "left out, without a cluster",
    "frozen": "left out, the draw is frozen",
    "not_yet": "not eligible yet",
    "merged": "merged into another id",
}
