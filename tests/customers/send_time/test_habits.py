from __future__ import annotations

import numpy as np
import pytest

from tests.customers.send_time.world import RATE, Run, best_for_all, pooled, thompson, world
from uplift.customers.send_time.habits import Seen, belief, entropy, first_habits, fit, worth
from uplift.customers.send_time.slots import SLOTS, drawn_slot, slots_until
from uplift.stats.decision import Level
from uplift.stats.proportions import score_test

CONTACTS = 20_000


@pytest.fixture(scope="module")
def account() -> np.ndarray:
    return world(CONTACTS, 0)


@pytest.fixture(scope="module")
def run(account: np.ndarray) -> Run:
    return pooled(account)


@pytest.mark.slow
def test_pooled_habits_beat_chance_early_and_hold_the_best_slot_for_all_in_the_end(
    account: np.ndarray, run: Run
) -> None:
    """World with +9.2 % for the best slot and +40 % for each contact's own: +9 % at the 10th, +10 % at the 25th send."""
    assert best_for_all(account) == pytest.approx(0.092, abs=0.001)
    assert account.max(axis=1).mean() / RATE - 1 == pytest.approx(0.40, abs=0.01)
    assert run.uplift[9] >= 0.07
    assert run.uplift[24] >= best_for_all(account) - 0.005


@pytest.mark.slow
def test_a_bandit_of_each_contact_s_own_loses_to_one_good_slot_for_everybody(account: np.ndarray, run: Run) -> None:
    """25 mails are five opens per contact: too few to learn twelve slots from nothing."""
    alone = thompson(account)
    assert alone[10] <= 0.02
    assert alone[25] < 0.03 < best_for_all(account)
    assert alone[25] < run.uplift[0]


@pytest.mark.slow
def test_the_belief_narrows_from_the_first_to_the_25th_mail(run: Run) -> None:
    assert np.log2(SLOTS) > run.entropy[1] > run.entropy[10] > run.entropy[25]


@pytest.mark.slow
def test_the_ordinary_statistics_read_the_control_of_a_campaign(run: Run) -> None:
    """One campaign of 20,000: the interval of the uplift holds the true one (fixed seed; 95 of 100 seeds do)."""
    control = (float(run.opened[run.by_chance].sum()), float(run.by_chance.sum()))
    chosen = (float(run.opened[~run.by_chance].sum()), float((~run.by_chance).sum()))
    found = score_test(control, chosen, Level())
    assert found is not None
    assert found.relative.low < run.uplift[24] < found.relative.high


def test_a_contact_without_mails_gets_the_slot_that_the_account_likes() -> None:
    """Reactions per slot 100, one slot 140: nobody has shown anything of his own yet."""
    reactions = np.full(SLOTS, 100.0)
    reactions[7] = 140
    habits = first_habits(reactions, np.full(SLOTS, 1_000.0))
    nobody = Seen(np.zeros((1, SLOTS)), np.zeros((1, SLOTS)))
    assert worth(habits, nobody).argmax() == 7


def test_reactions_move_the_belief_towards_their_slot_and_silence_moves_it_away() -> None:
    habits = first_habits(np.full(SLOTS, 100.0), np.full(SLOTS, 1_000.0))
    reactions, exposure = np.zeros((3, SLOTS)), np.zeros((3, SLOTS))
    reactions[1, 4] = 5
    exposure[1:, 4] = 10
    rows = belief(habits, Seen(reactions, exposure), slots_until(None))
    assert rows.sum(axis=1) == pytest.approx(1.0)
    assert rows[1, 4] > rows[0, 4] > rows[2, 4]
    assert entropy(rows)[1] < entropy(rows)[0]


def test_the_kinds_are_those_that_made_the_reactions() -> None:
    """Half the account opens in the morning, half in the evening; a quarter of each shows nothing in its own slot, so
    at best 7 in 8 can be told."""
    rng = np.random.default_rng(3)
    n = 4_000
    likes = np.where(np.arange(n) % 2 == 0, 4, 9)
    exposure = np.full((n, SLOTS), 2.0)
    reactions = rng.binomial(2, np.where(np.arange(SLOTS) == likes[:, None], 0.5, 0.05)).astype(float)
    habits = fit(first_habits(reactions.sum(axis=0), exposure.sum(axis=0)), Seen(reactions, exposure))
    chosen = worth(habits, Seen(reactions, exposure)).argmax(axis=1)
    assert (chosen == likes).mean() > 0.75


def test_a_deadline_takes_the_late_slots_away_from_choice_and_chance_alike() -> None:
    early = slots_until("10:00")
    assert early == (0, 1, 2, 3, 4)
    habits = first_habits(np.full(SLOTS, 100.0), np.full(SLOTS, 1_000.0))
    nobody = Seen(np.zeros((1, SLOTS)), np.zeros((1, SLOTS)))
    assert belief(habits, nobody, early)[0, 5:].sum() == 0
    assert {drawn_slot("sale", 1, str(unit), early) for unit in range(200)} == set(early)
