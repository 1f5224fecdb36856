from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.demo.published import tables
from uplift.demo import DemoData, generate


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> DemoData:
    """The generated files, once for all tests that only read them."""
    return generate(tmp_path_factory.mktemp("retailer"))


@pytest.fixture(scope="session")
def typed(demo_data: DemoData) -> Iterator[duckdb.DuckDBPyConnection]:
    """The generated files as tables, read without the package."""
    with tables(demo_data.contacts.parent) as connection:
        yield connection
