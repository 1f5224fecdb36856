"""An analysis reads the tables that a program hands over, and what was decided stays what it was."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import uplift
from tests.analysis.projects import AFTER, draw
from tests.analysis.test_story import orders_of


def test_a_data_frame_takes_the_place_of_a_file_and_gives_its_result(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    drawn.order([*orders_of(drawn, "control", 100), *orders_of(drawn, "treatment", 160)])
    in_file = uplift.analyze(drawn.study, as_of=AFTER)
    frame = pd.read_csv(tmp_path / "data" / "orders.csv", parse_dates=["ordered_at"])
    drawn.order([])
    given = uplift.analyze(drawn.study, as_of=AFTER, sources={"orders": frame})
    assert given.metrics == in_file.metrics
    assert given.experiment.spec_hash == in_file.experiment.spec_hash
    assert [check for check in given.checks if check.status != "ok"] == [c for c in in_file.checks if c.status != "ok"]
    empty = uplift.analyze(drawn.study, as_of=AFTER, sources={"orders": frame.iloc[:0]})
    assert "UP522" in {check.code for check in empty.checks}
