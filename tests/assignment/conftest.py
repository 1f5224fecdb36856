from __future__ import annotations

from pathlib import Path

import pytest

from tests.assignment.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.folder.mkdir()
    made.project()
    made.write()
    made.people(600)
    return made
