"""The public names of the room: all there, and loaded only when they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import uplift.stats as stats


def test_every_public_name_exists():
    for name in stats.__all__:
        assert getattr(stats, name).__module__.startswith("uplift.stats.")
    assert set(stats.__all__) == set(stats._HOME_OF)
    with pytest.raises(AttributeError, match="no attribute 'compere'"):
        stats.__getattr__("compere")


def test_the_room_itself_imports_neither_numpy_nor_scipy():
    code = "import sys, uplift.stats.roots; sys.exit('numpy' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_comparing_needs_no_more_of_scipy_than_special_functions():
    code = (
        "import sys, uplift.stats; uplift.stats.compare; uplift.stats.compare_strata; uplift.stats.compare_quantiles;"
        "sys.exit(any(m in sys.modules for m in ('scipy.stats', 'scipy.optimize', 'pandas', 'statsmodels')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
