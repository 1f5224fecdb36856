"""What was known of the customers of a made-up shop, by hand: passed and refused cells, small segments, moves."""

from __future__ import annotations

import datetime

from uplift.results.customers import (
    FREQUENCIES,
    STATES,
    Backtest,
    CellFigures,
    CustomersResult,
    Gate,
    Move,
    Range,
    SegmentFigures,
)

PASSED = Gate(True, None, 0.81, 1.21, ())
REFUSED = Gate(False, "auc", 0.52, 1.05, ())


def month(k: int) -> Backtest:
    return Backtest(datetime.date(2026, k, 1), 5_000, 400 + k, 410.4, 0.80 + k / 100, 0.66)


FIGURES = CustomersResult(
    as_of=datetime.date(2026, 11, 1),
    model="customers-2026-11-01-0123456789",
    currency="EUR",
    decimals=2,
    horizon_days=360,
    discount=0.1,
    first_day=datetime.date(2024, 1, 2),
    contacts=6_030,
    buyers=6_030,
    purchases=20_000,
    left_out=(("negative", 3), ("twice", 12)),
    parameters=(),
    typical_cycle_days=40.0,
    mean_basket=52.0,
    segments=(
        SegmentFigures("more.convert", 1_000, 2_000.4, 9_876_543, Range(9.7e6, 10.1e6, 0.9)),
        SegmentFigures("more.inactive", 5_000, 900.0, 1_234_567, Range(1.1e6, 1.3e6, 0.9)),
        SegmentFigures("one.open", 12, 5.0, 30_001, None),
        SegmentFigures("lead.open", 18, 0.0, 0, None),
    ),
    lifecycle=tuple(CellFigures(f, s, 100, 5_000, REFUSED if f == "one" else PASSED) for f in FREQUENCIES for s in STATES),
    leads=None,
    moves=(
        Move("more.convert", "more.convert", 700, 6_000_000),
        Move("more.convert", "more.inactive", 300, 0),
        Move("more.inactive", "more.inactive", 4_700, 10_050),
        Move("more.steady", "more.convert", 290, 1_500_000),
        Move("new", "one.open", 12, 40_000),
    ),
    overall=Gate(True, None, 0.81, 1.02, tuple(month(k) for k in range(1, 7))),
)  # fmt: skip
