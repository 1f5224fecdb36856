"""Where a project keeps what people read: results, lists and reports, all under the project's root."""

from __future__ import annotations

import datetime
from pathlib import Path

LISTS = "lists"
IMPORTS = "imports"
SCORES = "scores"
OF_CONTACTS = (LISTS, IMPORTS, SCORES)
"""Folders whose files name contacts: CSV files, and Parquet files whose first column is the contact's id."""


def result_path(root: Path, experiment_id: str, as_of: datetime.date) -> Path:
    """`results/<id>/<as-of>/result.json`."""
    return root / "results" / experiment_id / as_of.isoformat() / "result.json"


def scores_path(root: Path) -> Path:
    """`scores/customers.parquet`: the table that `uplift score` replaces; its figures lie beside it as JSON."""
    return root / SCORES / "customers.parquet"


def figures_path(root: Path, experiment_id: str) -> Path:
    """`results/<id>/customers.json`: what was known of the customers when contacts were first assigned."""
    return root / "results" / experiment_id / "customers.json"


def targeting_path(root: Path, experiment_id: str, as_of: datetime.date) -> Path:
    """`results/<id>/<as-of>/targeting.json`: what `uplift target` found, beside the result of the same day."""
    return result_path(root, experiment_id, as_of).with_name("targeting.json")


def report_path(root: Path, experiment_id: str, language: str) -> Path:
    """`reports/<id>.<language>.html`."""
    return root / "reports" / f"{experiment_id}.{language}.html"


def plan_path(root: Path, experiment_id: str, language: str) -> Path:
    """`reports/<id>.plan.<language>.html`."""
    return root / "reports" / f"{experiment_id}.plan.{language}.html"


def lists_folder(root: Path, experiment_id: str, on: datetime.date) -> Path:
    """`lists/<id>/<on>`: one file per arm, for upload to the mail system."""
    return root / LISTS / experiment_id / on.isoformat()


def imports_folder(root: Path, experiment_id: str) -> Path:
    """`imports/<id>`: send logs of the mail system, one Parquet file per import."""
    return root / IMPORTS / experiment_id


def recommendations_path(root: Path) -> Path:
    """`scores/recommendations.parquet`: the lists that `uplift recommend` replaces."""
    return root / SCORES / "recommendations.parquet"


def always_on_folder(root: Path) -> Path:
    """`results/always-on`: what forecast, monitor, send time and recommendations found last, one JSON file each."""
    return root / "results" / "always-on"


def always_on_page(root: Path, language: str) -> Path:
    """`reports/always-on.<language>.html`."""
    return root / "reports" / f"always-on.{language}.html"
