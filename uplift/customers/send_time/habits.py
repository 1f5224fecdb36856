"""When contacts react: twelve kinds of day, pooled over the account, and what each contact's own mails say of his.

A contact reacts to a mail in slot a at the rate λ · s[k, a]: λ is how lively he is (Gamma over the account), k his kind
of day, s[k] that kind's profile over the slots with mean one. Both are integrated out in closed form: with R reactions
to mails whose exposure adds up to E_k under kind k,

    P(k | contact)  ∝  w[k] · Π_a s[k, a]^R_a · (β + E_k)^−(α + R)

Kinds begin as the account's own profile (from mails whose slot was drawn by chance), tilted towards one hour of the
day each, and EM moves them as far as the reactions of the account outweigh that prior. So a contact without history
gets the account's best slot, and 25 mails with five opens turn into a belief: such few reactions alone would not.
Reactions are treated as Poisson, which overstates what a contact who opens everything tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from uplift.customers.send_time.slots import SLOTS

Floats = NDArray[np.float64]
KINDS = 12  # one for each slot towards which a day may lean
TILT = 0.5  # how far a kind leans at first, on the log scale
STRENGTH = 200.0  # reactions that a kind's first profile is worth
ROUNDS = 30
SMOOTH = 50.0  # reactions per slot that the even profile is worth


@dataclass(frozen=True, slots=True)
class Seen:
    """Per contact and slot: reactions, and exposure (mails, each weighted by how much its campaign drew)."""

    reactions: Floats
    exposure: Floats

    def __len__(self) -> int:
        return len(self.reactions)


@dataclass(frozen=True, slots=True)
class Habits:
    """What the account taught: shares of the kinds of day, their profiles, the liveliness of contacts as α and β."""

    weights: Floats
    profiles: Floats
    shape: float
    rate: float


def first_habits(reactions: Floats, exposure: Floats, *, shape: float = 1.5) -> Habits:
    """The prior from the account's history: reactions and exposure per slot of mails whose slot chance had drawn."""
    base = float(reactions.sum() / exposure.sum())
    account = (reactions + SMOOTH) / (exposure * base + SMOOTH)
    apart = np.arange(SLOTS)[None, :] - np.arange(KINDS)[:, None] * SLOTS / KINDS
    profiles = account * np.exp(TILT * np.cos(2 * np.pi * apart / SLOTS))
    return Habits(np.full(KINDS, 1 / KINDS), profiles / profiles.mean(axis=1, keepdims=True), shape, shape / base)


def fit(first: Habits, seen: Seen, *, begin: Habits | None = None, rounds: int = ROUNDS) -> Habits:
    """The kinds after looking at all mails of these contacts; `begin` continues an earlier fit.

    All mails may be used, also those whose slot was chosen: the choice looked only at mails that are in here.
    """
    found = begin or first
    found = replace(found, shape=first.shape, rate=first.rate)
    per_contact = seen.reactions.sum(axis=1, keepdims=True)
    for _ in range(rounds):
        kinds, lively = _kinds(found, seen)
        share = kinds.mean(axis=0) + 1e-3 / KINDS
        expected = (kinds * ((found.shape + per_contact) / lively)).T @ seen.exposure
        moved = (kinds.T @ seen.reactions + STRENGTH * first.profiles) / (expected + STRENGTH)
        found = replace(found, weights=share / share.sum(), profiles=moved / moved.mean(axis=1, keepdims=True))
    return found


def liveliness(seen: Seen) -> float:
    """The shape α of the contacts' liveliness, from how much their reactions vary beyond chance; 0.2 to 50."""
    total, exposure = seen.reactions.sum(axis=1), seen.exposure.sum(axis=1)
    base = float(total.sum() / exposure.sum())
    beyond = float(((total - base * exposure) ** 2).sum() - (base * exposure * (1 - base)).sum())
    variance = beyond / float((exposure**2).sum())
    return float(np.clip(base**2 / variance, 0.2, 50.0)) if variance > 0 else 50.0


def worth(habits: Habits, seen: Seen) -> Floats:
    """The expected rate of reaction of each contact in each slot, for a campaign that draws as usual."""
    kinds, lively = _kinds(habits, seen)
    per_contact = seen.reactions.sum(axis=1, keepdims=True)
    return np.asarray((kinds * ((habits.shape + per_contact) / lively)) @ habits.profiles)


def belief(habits: Habits, seen: Seen, allowed: tuple[int, ...]) -> Floats:
    """Per contact, how probable it is that each slot is his best among the allowed ones; rows add up to one."""
    kinds, _ = _kinds(habits, seen)
    open_ = np.asarray(allowed)
    best = open_[habits.profiles[:, open_].argmax(axis=1)]
    found = np.zeros((len(seen), SLOTS))
    for kind, slot in enumerate(best):
        found[:, slot] += kinds[:, kind]
    return found


def entropy(beliefs: Floats) -> Floats:
    """How undecided a belief is, in bits: 0 is sure, log2(12) = 3.58 knows nothing."""
    kept = np.where(beliefs > 0, beliefs, 1.0)
    return np.asarray(-(kept * np.log2(kept)).sum(axis=1))


def _kinds(habits: Habits, seen: Seen) -> tuple[Floats, Floats]:
    """Per contact the probabilities of the kinds, and β + E for each."""
    lively = habits.rate + seen.exposure @ habits.profiles.T
    per_contact = seen.reactions.sum(axis=1, keepdims=True)
    log = np.log(habits.weights) + seen.reactions @ np.log(habits.profiles).T
    log -= (habits.shape + per_contact) * np.log(lively)
    log -= log.max(axis=1, keepdims=True)
    kinds = np.exp(log)
    return kinds / kinds.sum(axis=1, keepdims=True), lively
