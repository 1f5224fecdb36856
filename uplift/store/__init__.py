"""WHAT is kept: the catalog, the append-only ledger, and files that are whole or not there."""

from uplift.store.catalog import CatalogWriter, Run
from uplift.store.files import content_hash, write_text_atomic, written_aside
from uplift.store.ledger import LEDGER_COLUMNS, Ledger
from uplift.store.places import lists_folder, report_path, result_path
from uplift.store.store import Store

__all__ = [
    "LEDGER_COLUMNS",
    "CatalogWriter",
    "Ledger",
    "Run",
    "Store",
    "content_hash",
    "lists_folder",
    "report_path",
    "result_path",
    "write_text_atomic",
    "written_aside",
]
