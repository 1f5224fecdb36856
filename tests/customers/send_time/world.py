"""A made-up account whose contacts prefer hours of their own, and four ways of choosing the hour, send after send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.customers.send_time.habits import Habits, Seen, belief, entropy, first_habits, fit, worth
from uplift.customers.send_time.slots import SLOTS

Floats = NDArray[np.float64]
ALL_DAY = tuple(range(SLOTS))
RATE = 0.19
CONTROL = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """Per send the uplift over a random slot of what was chosen; what the end knows, and the log of the last send."""

    uplift: tuple[float, ...]
    entropy: Mapping[int, float]  # of the belief after the first 1, 10, 25 mails, with what the end knows of the kinds
    by_chance: NDArray[np.bool_]
    opened: NDArray[np.bool_]


def world(contacts: int, seed: int, *, best: float = 1.092, oracle: float = 1.40) -> Floats:
    """Contact × slot → probability of opening. The best slot for all gains `best` over chance, each contact's own
    `oracle`: hours of preference from six kinds of day, noise of each contact's own, one hour that all like a little.
    """
    rng = np.random.default_rng(seed)
    hours = np.arange(SLOTS)
    centres = np.array([3, 4, 6, 9, 10, 5])
    kind = rng.choice(6, contacts, p=[0.15, 0.2, 0.15, 0.2, 0.2, 0.1])
    own = np.exp(-(_apart(hours, centres[:, None]) ** 2) / 2.88)[kind] + 0.3 * rng.standard_normal((contacts, SLOTS))
    common = np.exp(-(_apart(hours, 9) ** 2) / 8)
    lively = rng.gamma(4.0, 1 / 4.0, (contacts, 1))
    x, y = 0.5, 0.05
    for _ in range(60):
        lean = np.exp(x * own + y * common)
        opens = np.clip(lively * RATE * lean / lean.mean(axis=1, keepdims=True), 0, 0.9)
        opens *= RATE / opens.mean()
        x *= ((oracle - 1) / (opens.max(axis=1).mean() / RATE - 1)) ** 0.5
        y += 0.8 * (best - opens.mean(axis=0).max() / RATE)
    return opens


def pooled(opens: Floats, *, sends: int = 25, history: int = 2, seed: int = 1) -> Run:
    """The latent classes of the product: each send 10 % by chance, the others where the belief says."""
    rng = np.random.default_rng(seed)
    n = len(opens)
    here = np.arange(n)
    seen = Seen(np.zeros((n, SLOTS)), np.zeros((n, SLOTS)))
    drawn_opens, drawn_mails = np.zeros(SLOTS), np.zeros(SLOTS)
    uplifts, after = [], {}
    found: Habits | None = None
    chance = np.ones(n, bool)
    opened = chance
    for send in range(-history, sends):
        slot = rng.integers(0, SLOTS, n)
        if send >= 0:
            found = fit(first_habits(drawn_opens, drawn_mails), seen, begin=found, rounds=6 if found else 30)
            chosen = worth(found, seen).argmax(axis=1)
            uplifts.append(float(opens[here, chosen].mean() / RATE - 1))
            chance = rng.random(n) < CONTROL
            slot = np.where(chance, slot, chosen)
        opened = rng.random(n) < opens[here, slot]
        seen.reactions[here, slot] += opened
        seen.exposure[here, slot] += 1
        mails = send + history + 1
        if mails in (1, 10, 25):
            after[mails] = Seen(seen.reactions.copy(), seen.exposure.copy())
        drawn_opens += np.bincount(slot[chance], opened[chance], SLOTS)
        drawn_mails += np.bincount(slot[chance], minlength=SLOTS)
    assert found is not None
    undecided = {mails: float(entropy(belief(found, early, ALL_DAY)).mean()) for mails, early in after.items()}
    return Run(tuple(uplifts), undecided, chance, opened)


def thompson(opens: Floats, *, sends: int = 25, seed: int = 1) -> Mapping[int, float]:
    """The textbook: a Beta(1, 1) per contact and slot, nobody learns from anybody; uplift by number of sends."""
    rng = np.random.default_rng(seed)
    n = len(opens)
    here = np.arange(n)
    won, lost = np.ones((n, SLOTS)), np.ones((n, SLOTS))
    found = {}
    for send in range(1, sends + 1):
        slot = rng.beta(won, lost).argmax(axis=1)
        found[send] = float(opens[here, slot].mean() / RATE - 1)
        opened = rng.random(n) < opens[here, slot]
        won[here, slot] += opened
        lost[here, slot] += ~opened
    return found


def best_for_all(opens: Floats) -> float:
    """What the one best slot for everybody gains over chance, known as if by an oracle."""
    return float(opens.mean(axis=0).max() / RATE - 1)


def _apart(a: NDArray[np.int64], b: NDArray[np.int64] | int) -> NDArray[np.int64]:
    return np.minimum((a - b) % SLOTS, (b - a) % SLOTS)
