"""Which model of the effect may speak: a race on held-out contacts, won by the simplest that is not clearly worse.

Ranking measures make good and bad models look alike; what tells them apart is how far their effects lie from the
doubly robust scores, whose mean given the features is the effect itself. The same effect for all is in the race: where
nothing wins over it, nobody should be ranked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uplift.targeting.effect_models import CANDIDATES, Candidate
from uplift.targeting.influence import Floats, Integers, Statistic, mean_of
from uplift.targeting.scores import dr_loss


@dataclass(frozen=True, slots=True)
class Entrant:
    """One candidate: its held-out loss minus that of the best, with the standard error of that paired difference."""

    candidate: Candidate
    excess: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Race:
    """How the candidates did for one treatment: who won, and who ranks best among those that are not constant."""

    entrants: tuple[Entrant, ...]
    winner: Candidate
    ranker: Candidate


def run_race(
    pseudo: Floats,
    effects: Mapping[Candidate, Floats],
    *,
    clusters: Integers | None = None,
    weights: Floats | None = None,
) -> Race:
    """Compare held-out effects by their DR loss; the simplest within one standard error of the best wins.

    `ranker` is the best candidate that is not constant: it is judged even where it may not speak.
    """
    running: list[Candidate] = [candidate for candidate in CANDIDATES if candidate in effects]
    losses = {candidate: mean_of(dr_loss(pseudo, effects[candidate]), weights) for candidate in running}
    best = min(running, key=lambda candidate: losses[candidate].value)
    behind: dict[Candidate, Statistic] = {candidate: losses[candidate] - losses[best] for candidate in running}
    entrants = tuple(
        Entrant(name, difference.value, difference.standard_error(clusters)) for name, difference in behind.items()
    )
    winner = next(e.candidate for e in entrants if e.excess <= e.standard_error)
    ranker = winner
    rest = [candidate for candidate in running if candidate != "constant"]
    if winner == "constant" and rest:
        ranker = min(rest, key=lambda candidate: losses[candidate].value)
    return Race(entrants, winner, ranker)
