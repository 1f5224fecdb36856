"""The bucket cube: nothing is lost in it, and who is in which bucket depends on nothing but the unit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from tests.engine.conformance import shop
from tests.engine.conformance.tables import into_duckdb
from tests.engine.studies import LATER
from uplift.assignment.hashing import GOLDEN, bucket
from uplift.engine import DuckDBEngine, Measurement, Settings
from uplift.engine.buckets import BUCKETS, bucket_sql
from uplift.engine.measure import measure
from uplift.spec.study import Study
from uplift.stats.resampling import CompactArm, bootstrap_uplift


def measured(
    study: Study, folder: Path, ids: str = "integer", *, threads: int = 2, cache: str = "cache"
) -> Measurement:
    with DuckDBEngine(Settings(threads=threads)) as engine:
        who = shop.assigned(folder, ids)
        return measure(study, who, as_of=LATER, cache_dir=folder / cache, engine=engine, buckets=True)


def flat(found: Measurement) -> dict[tuple[object, ...], list[list[int]]]:
    assert found.buckets is not None
    return {(key, *group): rows.tolist() for key, m in found.buckets.metrics.items() for group, rows in m.cells.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cube")
    shop.write(path, "integer")
    return path


@pytest.fixture(scope="module")
def contacts(folder: Path) -> Measurement:
    return measured(shop.study(folder, "integer"), folder)


@pytest.fixture(scope="module")
def households(folder: Path) -> Measurement:
    return measured(shop.study(folder, "integer", clustered=True), folder, cache="households")


@pytest.mark.parametrize("unit", ["contacts", "households"])
def test_the_buckets_add_up_to_the_sums_of_the_measurement(unit: str, request: pytest.FixtureRequest) -> None:
    found: Measurement = request.getfixturevalue(unit)
    assert found.buckets is not None
    assert set(found.buckets.metrics) == set(found.metrics)
    for key, metric in found.metrics.items():
        sums = found.buckets.metrics[key]
        assert len(sums.cells) == len(metric.cells)
        for cell in metric.cells:
            rows = sums.cells[cell.arm, cell.weight_epoch, cell.stratum or ""]
            assert rows.shape == (BUCKETS, 1 + len(cell.sums.columns))
            k = len(cell.sums.columns)
            shifted = [cell.sums.powers[tuple(int(i == j) for j in range(k))] for i in range(k)]
            plain = [total + cell.sums.n * shift for total, shift in zip(shifted, cell.sums.shift, strict=True)]
            assert rows.sum(axis=0).tolist() == [cell.sums.n, *plain]
            assert sums.decimals == cell.sums.decimals


def test_values_are_in_the_metrics_own_unit_and_strata_unite(contacts: Measurement) -> None:
    assert contacts.buckets is not None
    sums = contacts.buckets.metrics["revenue 30d"]
    keys = sorted({group[1:] for group in sums.cells})
    apart = sums.arm("treatment", [[key] for key in keys])
    assert apart.shape == (BUCKETS, len(keys), 2)
    together = sums.arm("treatment", [keys])
    assert together[:, 0].sum(axis=0) == pytest.approx(apart.sum(axis=(0, 1)))
    whole = contacts.metrics["revenue 30d"].by_arm()["treatment"].moments()
    assert together[:, 0, 1].sum() / together[:, 0, 0].sum() == pytest.approx(whole.mean[0])


def test_the_bucket_of_a_unit_is_u1_with_a_salt_of_its_own() -> None:
    with DuckDBEngine() as engine:
        for vector in GOLDEN:
            (found,) = engine.run(f"SELECT {bucket_sql('sale', 'u')} FROM (SELECT '{vector.unit}' AS u) AS t")[0]
            assert found == bucket("sale/buckets", vector.unit) % BUCKETS


def test_buckets_are_alike_and_independent_of_the_arm() -> None:
    """200,000 ids: counts are multinomial, and an arm from the same hash with another salt says nothing of them."""
    ids = [str(i) for i in range(200_000)]
    with DuckDBEngine() as engine:
        rows = engine.run(f"SELECT {bucket_sql('sale', 'i')} AS b FROM range(200000) AS r(i) ORDER BY i")
    where = np.array([int(str(row[0])) for row in rows])
    assert chisquare(np.bincount(where, minlength=BUCKETS)).pvalue > 0.001
    treated = np.array([bucket("sale/1", i) < 500_000 for i in ids])
    table = [np.bincount(where[treated == arm] // 10, minlength=100) for arm in (False, True)]
    assert chi2_contingency(table).pvalue > 0.001


def test_contacts_of_a_household_share_a_bucket(households: Measurement, contacts: Measurement) -> None:
    assert households.buckets is not None
    assert contacts.buckets is not None
    assert "coalesce(cluster_id, unit_id)" in households.buckets.sql
    assert "coalesce(cluster_id, unit_id)" in contacts.buckets.sql  # a contact without a cluster is its own


def test_threads_and_the_place_of_the_data_change_no_number(
    folder: Path, contacts: Measurement, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flat(measured(shop.study(folder, "integer"), folder, threads=1, cache="one")) == flat(contacts)
    into_duckdb(folder / "shop.duckdb", folder)
    monkeypatch.setenv("UPLIFT_SHOP", f"duckdb:{folder / 'shop.duckdb'}")
    there = shop.study(folder, "integer", connection="shop", contacts_too=True)
    assert flat(measured(there, folder, cache="there")) == flat(contacts)


def test_a_statistic_of_ones_own_is_resampled_from_the_cube(contacts: Measurement) -> None:
    """Margin per order: of three sums, as docs/methods/resampling.md shows it."""
    cube = contacts.buckets
    assert cube is not None
    keys = [sorted({group[1:] for group in cube.metrics["revenue 30d"].cells})]

    def arm(name: str) -> CompactArm:
        revenue, orders = (cube.metrics[m].arm(name, keys)[:, 0] for m in ("revenue 30d", "orders_made"))
        return CompactArm.from_buckets(revenue[:, 0], np.column_stack([revenue[:, 1], orders[:, 1]]))

    def profit(s: np.ndarray) -> np.ndarray:
        return (0.38 * s[..., 1] - 0.05 * s[..., 0]) / s[..., 2]

    both = arm("control"), arm("treatment")
    found = bootstrap_uplift(*both, statistic=profit, rng=np.random.default_rng(1), replicates=400)
    sums = [contacts.metrics[m].by_arm() for m in ("revenue 30d", "orders_made")]
    value = {
        name: (0.38 * sums[0][name].moments().mean[0] - 0.05) / sums[1][name].moments().mean[0] for name in sums[0]
    }
    assert found.uplift == pytest.approx(value["treatment"] / value["control"] - 1)
    assert found.interval is not None


def test_no_id_is_in_the_statement_or_the_cube(contacts: Measurement) -> None:
    assert contacts.buckets is not None
    assert dict(contacts.sql)["buckets"] == contacts.buckets.sql
    assert "cap_" in contacts.buckets.sql  # caps are parameters there too
