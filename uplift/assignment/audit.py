"""`audit`: is the ledger what the hash gives, and did the arms stay what they were drawn to be?"""

from __future__ import annotations

from dataclasses import dataclass

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.decide import LEDGER
from uplift.assignment.recompute import Recomputed, recompute
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study
from uplift.store import Store


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found. `arms` counts assigned contacts, those of erased rows too."""

    experiment_id: str
    recomputation: Recomputed
    arms: tuple[tuple[str, int], ...]
    held_out: int

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Rows that are not what their salt and weights give."""
        return self.recomputation.problems

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    def __str__(self) -> str:
        done = self.recomputation
        lines = [
            f"{self.experiment_id}: {done.recomputed:,} of {done.rows:,} assignments recomputed, {done.wrong:,} wrong"
        ]
        lines.extend(f"  {arm}: {count:,}" for arm, count in self.arms)
        if self.held_out:
            lines.append(f"  held out: {self.held_out:,}")
        if done.erased:
            lines.append(f"  erased: {done.erased:,}")
        return "\n".join(lines)


def audit(study: Study, *, store: Store) -> AuditReport:
    """Check the files of the ledger against the catalog's hashes, then every row against the rule it names.

    Raises AssignmentError (UP504) when there is no ledger, StateError (UP518) when a file was changed.
    """
    name = study.experiment.id
    files = store.ledger.files(name)
    if not files:
        raise AssignmentError(
            Problem("UP504", f"nobody was assigned to '{name}' yet", fix=f"run `uplift assign {name}` first")
        )
    store.ledger.verify(name)
    with bounded_engine() as engine:
        engine.register_files(LEDGER, files)
        done = recompute(engine, study, store.catalog.runs(name), files=len(files))
        counts = engine.run(f"SELECT arm, count(*) FROM {LEDGER} WHERE arm IS NOT NULL GROUP BY arm")
        ((held_out,),) = engine.run(f"SELECT count(*) FROM {LEDGER} WHERE status = 'held_out'")
    found = {str(arm): int(str(n)) for arm, n in counts}
    order = [*study.experiment.arms, *sorted(found.keys() - study.experiment.arms.keys())]
    return AuditReport(name, done, tuple((arm, found.get(arm, 0)) for arm in order), int(str(held_out)))
