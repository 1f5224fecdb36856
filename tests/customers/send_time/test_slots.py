from __future__ import annotations

import duckdb
import numpy as np

from uplift.customers.send_time.slots import SLOTS, drawn_slot, drawn_slot_sql, slots_until
from uplift.stats.srm import srm_test


def test_anybody_computes_the_drawn_slot_again_in_python_and_in_sql() -> None:
    for allowed in (slots_until(None), slots_until("18:00")):
        sql = drawn_slot_sql("spring-sale", 2, "CAST(i AS VARCHAR)", allowed)
        found = duckdb.sql(f"SELECT {sql} FROM range(300) AS r(i) ORDER BY i").fetchall()
        assert [slot for (slot,) in found] == [drawn_slot("spring-sale", 2, str(i), allowed) for i in range(300)]


def test_chance_gives_every_slot_its_share() -> None:
    slots = [drawn_slot("spring-sale", 1, str(i), range(SLOTS)) for i in range(12_000)]
    counts = np.bincount(slots, minlength=SLOTS).tolist()
    assert srm_test(counts, [1.0] * SLOTS).p_value > 0.001
