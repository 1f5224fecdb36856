"""Write the calibration tables: `python -m benchmarks.calibration [--replications N] [--only PAGE]`."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # one thread per process, before numpy loads
    os.environ.setdefault(_variable, "1")

from benchmarks.calibration import hashing, waves  # noqa: E402
from benchmarks.calibration.pages import FOLDER, PAGES, Page, page_named, write  # noqa: E402
from benchmarks.calibration.rows import Row, generator  # noqa: E402

SEED = 20_260_801
REPLICATIONS = 10_000
FEWER = {"power": 3_000}  # its 200 designs are judged together


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--replications", type=int, help="data sets per simulated row")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--only", choices=[page.name for page in PAGES], action="append", help="a page; may be repeated"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pages go")
    given = parser.parse_args()
    for page in PAGES:
        if given.only is None or page.name in given.only:
            replications = given.replications or FEWER.get(page.name, REPLICATIONS)
            rows = computed(page, seed=given.seed, replications=replications, processes=given.processes)
            write(page, rows, seed=given.seed, replications=replications, folder=given.folder)
    if given.only is None:
        hashing.write(folder=given.folder)
        waves.write(given.replications or REPLICATIONS, folder=given.folder)


def computed(page: Page, *, seed: int, replications: int, processes: int) -> list[Row]:
    """All rows of a page in their order."""
    with ProcessPoolExecutor(processes) as pool:
        names = [cell.name for cell in page.cells()]
        jobs = [pool.submit(one, page.name, name, seed, replications) for name in names]
        rows = []
        for name, job in zip(names, jobs, strict=True):
            rows.append(job.result())
            print(f"{page.name}: {name}: {rows[-1].status}", file=sys.stderr, flush=True)
    return rows


def one(page: str, name: str, seed: int, replications: int) -> Row:
    """One row, from its own stream of random numbers."""
    cell = next(cell for cell in page_named(page).cells() if cell.name == name)
    return cell.make(generator(seed, name), replications)


if __name__ == "__main__":
    main()
