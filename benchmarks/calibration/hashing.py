"""Is the hash of the assignment uniform, and are two experiments independent? `docs/calibration/assignment.*`

Nothing is random here: the ids are 1, 2, 3, … (the worst case for a weak hash), the salts are those of fifty
experiments, and the same numbers come out on every machine.

    python -m benchmarks.calibration.hashing [--ids N] [--salts N]
"""

from __future__ import annotations

import argparse
import itertools
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, kolmogorov

from uplift.assignment.dialects import bucket_sql
from uplift.assignment.hashing import BUCKETS, salt

FOLDER = Path(__file__).resolve().parents[2] / "docs/calibration"
IDS, SALTS, CELLS, PARTS = 1_000_000, 50, 1_000, 10
CONTROL = 100_000  # buckets of a 10 % control group


@dataclass(frozen=True, slots=True)
class Uniform:
    """One salt: chi-square over 1,000 cells and Kolmogorov–Smirnov over all buckets; the share of a 10 % control."""

    salt: str
    chi_square_p: float
    ks_p: float
    control_share: float
    control_z: float


@dataclass(frozen=True, slots=True)
class Independent:
    """All pairs of salts: chi-square tests of independence in 10 × 10 tables."""

    pairs: int
    below_5_percent: float
    smallest_p: float
    ks_p: float  # of the p-values against the uniform distribution
    largest_v: float  # Cramér's V


@dataclass(frozen=True, slots=True)
class Nested:
    """A 20 % arm inside another salt's 5 % slice."""

    pairs: int
    largest_z: float


def buckets(name: str, ids: int) -> NDArray[np.int32]:
    """The buckets of the ids 1 to `ids` under a salt."""
    import duckdb

    bucket = bucket_sql("duckdb", name, "CAST(i AS VARCHAR)")
    sql = f"SELECT CAST({bucket} AS INTEGER) AS b FROM range(1, {ids + 1}) AS t(i)"
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        return np.asarray(connection.execute(sql).fetchnumpy()["b"], dtype=np.int32)


def uniform(name: str, found: NDArray[np.int32]) -> Uniform:
    """How well the buckets of one salt fit the uniform distribution."""
    n = found.size
    cells = np.bincount(found // (BUCKETS // CELLS), minlength=CELLS)
    statistic = float(np.sum((cells - n / CELLS) ** 2) / (n / CELLS))
    steps = np.cumsum(np.bincount(found, minlength=BUCKETS)) / n
    distance = float(np.max(np.abs(steps - np.arange(1, BUCKETS + 1) / BUCKETS)))
    share = float(np.mean(found < CONTROL))
    spread = np.sqrt(0.1 * 0.9 / n)
    return Uniform(
        name,
        float(chdtrc(CELLS - 1, statistic)),
        float(kolmogorov(np.sqrt(n) * distance)),
        share,
        float((share - 0.1) / spread),
    )


def independent(tenths: list[NDArray[np.uint8]]) -> Independent:
    """Every pair of salts against each other."""
    p_values, largest = [], 0.0
    n = tenths[0].size
    for a, b in itertools.combinations(tenths, 2):
        table = np.bincount(a * np.uint8(PARTS) + b, minlength=PARTS**2).reshape(PARTS, PARTS)
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
        statistic = float(np.sum((table - expected) ** 2 / expected))
        p_values.append(float(chdtrc((PARTS - 1) ** 2, statistic)))
        largest = max(largest, float(np.sqrt(statistic / n / (PARTS - 1))))
    ordered = np.sort(p_values)
    m = ordered.size
    distance = max(np.max(np.arange(1, m + 1) / m - ordered), np.max(ordered - np.arange(m) / m))
    return Independent(
        m,
        float(np.mean(ordered < 0.05)),
        float(ordered[0]),
        float(kolmogorov(np.sqrt(m) * distance)),
        largest,
    )


def nested(found: list[NDArray[np.int32]]) -> Nested:
    """Neighbouring salts: the share of a 20 % arm among the 5 % that the other salt holds out."""
    largest = 0.0
    for inner, outer in itertools.pairwise(found):
        inside = outer < BUCKETS // 20
        n = int(inside.sum())
        share = float(np.mean(inner[inside] < BUCKETS // 5))
        largest = max(largest, abs(share - 0.2) / float(np.sqrt(0.16 / n)))
    return Nested(len(found) - 1, largest)


def write(ids: int = IDS, salts: int = SALTS, folder: Path = FOLDER) -> None:
    """Compute everything and write the page and its JSON."""
    names = [salt(f"campaign-{number:02d}", 1) for number in range(salts)]
    found = [buckets(name, ids) for name in names]
    rows = [uniform(name, own) for name, own in zip(names, found, strict=True)]
    pairs = independent([(own // (BUCKETS // PARTS)).astype(np.uint8) for own in found])
    inside = nested(found)
    content = {
        "ids": ids,
        "salts": [asdict(row) for row in rows],
        "independence": asdict(pairs),
        "nested": asdict(inside),
    }
    (folder / "assignment.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    (folder / "assignment.md").write_text(_page(ids, rows, pairs, inside), encoding="utf-8")


def _page(ids: int, rows: list[Uniform], pairs: Independent, inside: Nested) -> str:
    z, shares = [abs(row.control_z) for row in rows], [row.control_share for row in rows]
    tests = len(rows)
    smallest = f"about {1 / (tests + 1):.2g}"
    found = (
        ("uniform over 1,000 cells?", "chi-square", f"smallest p {min(r.chi_square_p for r in rows):.2g}", smallest),
        ("uniform over all buckets?", "Kolmogorov–Smirnov", f"smallest p {min(r.ks_p for r in rows):.2g}", smallest),
        (
            "is a 10 % control 10 %?",
            "z of its share",
            f"{min(shares):.3%} to {max(shares):.3%}, largest z {max(z):.2f}",
            "largest z about 2.5",
        ),
        (
            f"are two experiments independent? ({pairs.pairs:,} pairs)",
            "chi-square in 10 × 10 tables",
            f"{pairs.below_5_percent:.1%} with p < 0.05, smallest p {pairs.smallest_p:.2g}, "
            f"largest Cramér's V {pairs.largest_v:.4f}",
            f"5 %, about {1 / (pairs.pairs + 1):.2g}",
        ),
        ("are those p-values uniform?", "Kolmogorov–Smirnov", f"p {pairs.ks_p:.2g}", "any"),
        (
            f"is a 20 % arm 20 % inside another salt's 5 %? ({inside.pairs} pairs)",
            "z of its share",
            f"largest z {inside.largest_z:.2f}",
            "about 2.5",
        ),
    )
    lines = [
        "# Calibration of the assignment's hash",
        "",
        "Generated by `make calibrate`; nothing in it is random, and no salt was chosen for its looks. Scheme `u1`",
        f"(sha256, 13 hex digits, modulo 1,000,000) over the ids 1 to {ids:,}, under {tests} salts `campaign-00/1`,",
        "`campaign-01/1`, … A perfect hash gives p-values that are spread evenly: the last column says what its most",
        "extreme one would be like.",
        "",
        "| Question | Test | Found | Perfect |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in found),
        "",
        "So a holdout, a layer and an experiment can be nested, and two experiments on the same people leave each",
        "other's arms alone. The JSON beside this page holds all digits.",
        "",
        "| Salt | chi-square p | KS p | 10 % control | z |",
        "|---|---:|---:|---:|---:|",
    ]
    for r in rows:
        lines.append(
            f"| `{r.salt}` | {r.chi_square_p:.3f} | {r.ks_p:.3f} | {r.control_share:.3%} | {r.control_z:+.2f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration.hashing", description=__doc__)
    parser.add_argument("--ids", type=int, default=IDS)
    parser.add_argument("--salts", type=int, default=SALTS)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    write(given.ids, given.salts, given.folder)


if __name__ == "__main__":
    main()
