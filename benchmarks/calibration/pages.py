"""The pages of `docs/calibration/`: which rows they hold, what is said above them, Markdown and JSON."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.calibration import designs, estimators, looks, means, proportions
from benchmarks.calibration.rows import Cell, CoverageRow, LooksRow, PowerRow, Row, as_json, from_json

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/calibration"

_MARKS = {"kept": "✓", "within error": "≈", "outside": "✗ outside", "no promise": "no promise"}
_TITLES = {
    "score": "score: proportions",
    "log": "log: revenue per contact and order value, arms up to 3:1",
    "hall": "hall: revenue per contact and order value, arms more unequal than 3:1",
    "strata": "strata: stratified score, post-stratified means",
    "cuped": "cuped: adjusted for the pre-period",
    "clusters": "clusters: households",
    "group-sequential": "group-sequential: planned looks",
    "sized-by-plan": "sized-by-plan: planned looks with as many contacts as the plan asks for",
    "confidence-sequence": "confidence-sequence: open-ended monitoring",
    "power-shares": "power-shares: one treatment, a share",
    "power-means": "power-means: one treatment, revenue per contact",
    "power-several": "power-several: two or three treatments, a share",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One generated file; sections are headed by the estimator's name, which the report's appendix points to."""

    name: str
    title: str
    lead: str
    cells: Callable[[], list[Cell]]


PAGES = (
    Page(
        "proportions",
        "Calibration of proportions",
        "Exact: all pairs of counts that have any probability are enumerated, so there is no Monte Carlo error. "
        "Promised: coverage 0.945 to 0.955 and no tail above 0.033, from ten expected control converters on.",
        proportions.cells,
    ),
    Page(
        "means",
        "Calibration of revenue per contact and order value",
        "Simulated with the interval that `auto` chooses. Promised: coverage 0.945 to 0.955 from 150 control buyers "
        "on, among the data sets that had a verdict. Rows with fewer buyers are shown without a promise. A buyer "
        "places 1 + Poisson(0.3) orders of one lognormal basket size; the uplift multiplies revenue.",
        means.cells,
    ),
    Page(
        "estimators",
        "Calibration of strata, CUPED and households",
        "Simulated. Promised as for means: coverage 0.945 to 0.955 from 150 control buyers (strata, CUPED) or control "
        "households with a purchase (clusters) on. The columns beside ours read the same data without strata and "
        "without covariates; for households they are given household totals.",
        estimators.cells,
    ),
    Page(
        "sequential",
        "Calibration of tests that are read several times",
        "Simulated. Promised for shares: planned looks err in 4.5 to 5.5% of the tests without an effect and keep 95% "
        "of the power of a single read-out: with its contacts for `obrien_fleming` and `hsd(-4)`, and with as many as "
        "the plan asks for under every rule. (Pocock spending at the size of a single read-out is shown: it buys early "
        "stops with power, and the plan adds the contacts that pay for them.) Confidence sequences err in 5% at most. "
        "Revenue is shown beside them. The effect for the power is what a single read-out finds with about 80%. "
        "*Contacts used* are those seen until the stop, on average under that effect, relative to the single read-out.",
        looks.cells,
    ),
    Page(
        "power",
        "Calibration of the planned power",
        "200 random designs from halves to holdouts of 5%, with 60 to 1,800 control converters or buyers and an effect "
        "that is found with 20 to 97%. *Planned* is what the gate computes for the weakest arm, *found* how often the "
        "read-out of a simulated experiment proves the effect in its direction. Promised: no further apart than one "
        "point. *In equal arms*: what the same contacts would have without a small control, which is what calculators "
        "for even splits print.",
        designs.cells,
    ),
)


def page_named(name: str) -> Page:
    return next(page for page in PAGES if page.name == name)


def write(page: Page, rows: Sequence[Row], *, seed: int, replications: int, folder: Path = FOLDER) -> None:
    """Both forms of a page: numbers for tests and tools, tables for readers."""
    exact = not any(row.replications for row in rows)
    found = {
        "page": page.name,
        "seed": None if exact else seed,
        "replications": 0 if exact else replications,
        "rows": [as_json(row) for row in rows],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{page.name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    (folder / f"{page.name}.md").write_text(markdown(page, rows, seed=seed, replications=replications))


def committed(name: str, folder: Path = FOLDER) -> dict[str, Row]:
    """The rows of a page as they were last written, by name."""
    found = json.loads((folder / f"{name}.json").read_text())
    return {row.name: row for row in map(from_json, found["rows"])}


def markdown(page: Page, rows: Sequence[Row], *, seed: int, replications: int) -> str:
    exact = not any(row.replications for row in rows)
    how = "exact enumeration" if exact else f"seed {seed}, {replications:,} replications per row"
    text = [
        f"# {page.title}",
        "",
        page.lead,
        "",
        f"Generated by `make calibrate`: {how}. [How to read it](README.md).",
        "",
    ]
    text += _summary(rows)
    for section, group in itertools.groupby(rows, key=lambda row: row.section):
        text += [f'<a id="{section}"></a>', "", f"## {_TITLES[section]}", "", *_table(list(group)), ""]
    return "\n".join(text)


def _summary(rows: Sequence[Row]) -> list[str]:
    count = {status: sum(row.status == status for row in rows) for status in _MARKS}
    promised = len(rows) - count["no promise"]
    said = [
        f"Of {promised} rows with a promise {count['kept']} keep it, {count['within error']} lie outside it by no more "
        f"than three Monte Carlo errors, {count['outside']} break it."
    ]
    said += [f"- Broken: {row.name}" for row in rows if row.status == "outside"]
    return [*said, ""]


def _table(rows: Sequence[Row]) -> list[str]:
    coverage = [row for row in rows if isinstance(row, CoverageRow)]
    powers = [row for row in rows if isinstance(row, PowerRow)]
    read = [row for row in rows if isinstance(row, LooksRow)]
    lines = _coverage_table(coverage) if coverage else _power_table(powers) if powers else _looks_table(read)
    head, *body = lines
    return [_line(head), _line(["---"] * len(head)), *map(_line, body)]


def _coverage_table(rows: Sequence[CoverageRow]) -> list[list[str]]:
    ours, *others = (m.method for m in rows[0].results)
    simulated = any(row.replications for row in rows)
    head = ["control / treatment", "process", "promise", f"**{_same(rows, ours)}** (above/below)"]
    head += (["no verdict", "MC error"] if simulated else []) + others
    table = [head]
    for row in rows:
        first, *rest = (f"{m.coverage:.4f} ({m.above:.3f}/{m.below:.3f})" for m in row.results)
        extra = [f"{row.refused:.1%}", f"{row.error:.4f}"] if simulated else []
        table.append([row.design, row.process, _MARKS[row.status], f"**{first}**", *extra, *rest])
    return table


def _same(rows: Sequence[CoverageRow], method: str) -> str:
    return method if all(row.results[0].method == method for row in rows) else "ours"


def _looks_table(rows: Sequence[LooksRow]) -> list[list[str]]:
    head = ["rule", "control / treatment, looks", "metric", "promise", "**false positives** (up/down)", "MC error"]
    table = [
        [*head, "one look", "peeking at 1.96", "power", "of one look", "ratio", "contacts used", "looks not taken"]
    ]
    for r in rows:
        errors = f"**{r.false_positives:.4f}** ({r.up:.3f}/{r.down:.3f})"
        powers = ["–"] * 4
        if r.power is not None and r.fixed_power is not None and r.power_ratio is not None:
            used = "–" if r.used is None else f"{r.used:.2f}"
            powers = [f"{r.power:.3f}", f"{r.fixed_power:.3f}", f"{r.power_ratio:.3f}", used]
        about = [r.rule, r.design, r.process, _MARKS[r.status], errors, f"{r.error:.4f}"]
        table.append([*about, f"{r.fixed:.4f}", f"{r.peeking:.4f}", *powers, f"{r.skipped:.1%}"])
    return table


def _power_table(rows: Sequence[PowerRow]) -> list[list[str]]:
    table = [["contacts", "process", "promise", "**planned**", "found", "apart", "MC error", "in equal arms"]]
    for r in rows:
        powers = [f"**{r.planned:.3f}**", f"{r.found:.3f}", f"{100 * (r.planned - r.found):+.1f}", f"{r.error:.4f}"]
        table.append([r.design, r.process, _MARKS[r.status], *powers, f"{r.even:.3f}"])
    return table


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
