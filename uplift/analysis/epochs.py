"""Weight epochs: contacts that joined under different weights are counted, and compared, apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uplift.engine import Measurement
from uplift.spec import Study
from uplift.spec.lock import read_lock
from uplift.spec.quantities import parse_share


@dataclass(frozen=True, slots=True)
class Epochs:
    """The weight epochs with contacts: how many, and of those whose weights are known the counts and the weights.

    `numbers` are those of the known ones, in the same order.
    """

    number: int
    known: tuple[tuple[Mapping[str, int], Mapping[str, float]], ...]
    numbers: tuple[int, ...] = ()

    @property
    def unsigned(self) -> int:
        """Epochs whose weights no lock and no amendment has signed."""
        return self.number - len(self.known)


def epochs_of(study: Study, measurement: Measurement) -> Epochs:
    """The epochs of a measurement, with the randomised units (contacts, or clusters) per arm.

    With a single epoch its weights are the experiment's own; with several they are those that the lock and its
    amendments have signed. Raises StateError (UP403) for a lock file that can't be believed.
    """
    counts: dict[int, dict[str, int]] = {}
    for cell in measurement.assigned_cells:
        epoch = counts.setdefault(cell.weight_epoch, dict.fromkeys(study.experiment.arms, 0))
        epoch[cell.arm] += cell.n if cell.clusters is None else cell.clusters
    if len(counts) <= 1:
        own = {name: float(arm.weight) for name, arm in study.experiment.arms.items()}
        return Epochs(len(counts), tuple((found, own) for found in counts.values()), tuple(counts))
    signed = _signed(study)
    known = {
        epoch: (found, signed[epoch])
        for epoch, found in sorted(counts.items())
        if epoch in signed and found.keys() <= signed[epoch].keys()
    }
    return Epochs(len(counts), tuple(known.values()), tuple(known))


def _signed(study: Study) -> dict[int, dict[str, float]]:
    lock = read_lock(study)
    if lock is None:
        return {}
    opened = (lock.locked.weights, *(amendment.weights for amendment in lock.amendments if amendment.weights))
    return {e.epoch: {arm: float(parse_share(share)) for arm, share in e.weights} for e in opened}
