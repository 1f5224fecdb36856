"""What is kept between runs is never truth: missing, damaged or foreign files are made again, whole ones stay."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.engine.studies import LATER, Assigned, ledger, study_in, write_text
from uplift.engine import Measurement
from uplift.engine.kept import keeping, make_cache, recall, remember
from uplift.engine.measure import measure
from uplift.errors import DataError, StateError
from uplift.spec.study import Study

ORDERS = {"file": "../orders.csv", "grain": "event", "id": "customer_id", "time": "at"}


@pytest.fixture
def shop(tmp_path: Path) -> Study:
    write_text(tmp_path / "orders.csv", "customer_id;at\n" + "".join(f"{i};2026-03-10\n" for i in range(1, 40)))
    return study_in(
        tmp_path,
        sources={"contacts": {"file": "../contacts.csv", "id": "customer_id"}, "orders": ORDERS},
        metrics={"orders": {"kind": "count", "source": "orders"}},
    )


def analysed(shop: Study) -> Measurement:
    path = shop.root / "l.parquet"
    if not path.exists():
        ledger(path, [{"unit_id": str(i), "arm": ("control", "treatment")[i % 2]} for i in range(1, 60)])
    return measure(shop, Assigned.from_ledger([path]), as_of=LATER, cache_dir=shop.root / "cache")


def orders(found: Measurement) -> int:
    return int(sum(sums.powers[(1,)] for sums in found.sums("orders").values()))


@pytest.mark.parametrize("suffix", [".parquet", ".json"])
@pytest.mark.parametrize("content", ["", "{}", "[1, 2", "null", "PAR1 garbage PAR1"])
def test_a_damaged_cache_is_made_again(shop: Study, suffix: str, content: str) -> None:
    first = analysed(shop)
    for path in (shop.root / "cache").glob(f"*{suffix}"):
        path.write_text(content)
    second = analysed(shop)
    assert orders(second) == orders(first) == 39
    assert second == first


def test_a_kept_table_whose_pages_rotted_is_made_again(shop: Study) -> None:
    analysed(shop)
    for path in (shop.root / "cache").glob("*.parquet"):
        content = bytearray(path.read_bytes())
        content[4:40] = bytes(36)
        path.write_bytes(content)
    assert orders(analysed(shop)) == 39


def test_a_cache_of_damaged_tables_without_records_is_made_again(shop: Study) -> None:
    analysed(shop)
    for path in (shop.root / "cache").glob("*.json"):
        path.unlink()
    for path in (shop.root / "cache").glob("*.parquet"):
        path.write_text("not a table")
    assert orders(analysed(shop)) == 39


def test_runs_at_the_same_time_do_not_disturb_each_other(shop: Study) -> None:
    analysed(shop)
    found: list[int] = []

    def again() -> None:
        for path in (shop.root / "cache").glob("*.json"):
            path.unlink(missing_ok=True)
        found.append(orders(analysed(shop)))

    threads = [threading.Thread(target=again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [39] * 4


def test_the_first_whole_table_keeps_its_name(tmp_path: Path) -> None:
    table = tmp_path / "t.parquet"
    for content in (b"PAR1 one PAR1", b"PAR1 two PAR1"):
        with keeping(table) as aside:
            aside.write_bytes(content)
    assert table.read_bytes() == b"PAR1 one PAR1"
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]


def test_a_table_that_was_cut_off_is_replaced(tmp_path: Path) -> None:
    table = tmp_path / "t.parquet"
    table.write_bytes(b"PAR1 on")
    with keeping(table) as aside:
        aside.write_bytes(b"PAR1 two PAR1")
    assert table.read_bytes() == b"PAR1 two PAR1"


def test_nothing_is_kept_of_a_block_that_failed(tmp_path: Path) -> None:
    def stopped(aside: Path) -> None:
        aside.write_bytes(b"PAR1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), keeping(tmp_path / "t.parquet") as aside:
        stopped(aside)
    assert list(tmp_path.iterdir()) == []


def test_a_record_belongs_to_the_bytes_that_it_describes(tmp_path: Path) -> None:
    table, record = tmp_path / "t.parquet", tmp_path / "t.json"
    assert recall(record, table) is None
    table.write_bytes(b"PAR1 one PAR1")
    remember(record, {"rows": 1}, table)
    assert recall(record, table) == {"rows": 1}
    table.write_bytes(b"PAR1 two PAR1")
    assert recall(record, table) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["cache", "cache/deeper"])
def test_a_file_where_the_cache_belongs_is_refused_in_plain_words(shop: Study, place: str) -> None:
    (shop.root / "cache").write_text("a file")
    with pytest.raises(StateError, match=r"UP515 .*cache.* can't be written"):
        make_cache(shop.root / place)
    with pytest.raises(StateError, match="UP515"):
        analysed(shop)


def test_a_folder_without_tables_is_no_source(shop: Study) -> None:
    (shop.root / "orders.csv").unlink()
    (shop.root / "orders.csv").mkdir()
    with pytest.raises(DataError, match="is a folder without Parquet files"):
        analysed(shop)


def test_a_place_in_a_file_is_written_as_the_user_would_type_it(shop: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    from uplift.spec import load_study

    (shop.root / "orders.csv").write_text("customer_id;at\n1;2026-03-10\n2;yesterday\n")
    monkeypatch.chdir(shop.root)
    with pytest.raises(DataError) as refused:
        analysed(load_study(Path("experiments/test.yml")))
    place = refused.value.problems[0].place
    assert str(place) == "orders.csv:3"
