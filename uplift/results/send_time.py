"""What a send log taught about hours, and where the next campaign goes: figures only, no contact is in here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlotReading:
    """One two-hour slot (0 begins at midnight): mails whose slot chance drew, their reactions, and the share's bounds.

    `own` counts the contacts of the treatment that the list sends there.
    """

    slot: int
    mails: int
    reactions: int
    rate: float | None
    low: float | None
    high: float | None
    own: int


@dataclass(frozen=True, slots=True)
class Belief:
    """What was believed after the first `mails` of a contact: bits of indecision (12 slots: 3.58 knows nothing).

    `shares` is the mean probability that a slot is the best, over the contacts whom the list now sends at `favourite`.
    """

    mails: int
    contacts: int
    bits: float
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CampaignReading:
    """A past campaign: reactions to mails by chance and to mails with a chosen slot, and the relative uplift."""

    campaign: str
    first_day: datetime.date
    chance_mails: int
    chance_reactions: int
    chosen_mails: int
    chosen_reactions: int
    relative: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SendTimes:
    """Everything about the send time of one campaign.

    `gain` is what the chosen slots are expected to bring over chance, `gain_of_one` what one slot for all would bring:
    both by the model, so expectations; the campaign's own test measures. `not_used` counts mails of campaigns without
    enough random slots.
    """

    experiment: str
    title: str
    as_of: datetime.date
    not_after: str | None
    mails: int
    by_chance: int
    not_used: int
    contacts_seen: int
    control: int
    treatment: int
    without_history: int
    slots: tuple[SlotReading, ...]
    favourite: int
    one_for_all: int
    beliefs: tuple[Belief, ...]
    gain: float
    gain_of_one: float
    campaigns: tuple[CampaignReading, ...]
