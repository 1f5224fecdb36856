"""What the gate costs beside the packages it stands on: `python -m benchmarks.check [--runs N]`.

Each command runs N times as a process of its own; the smallest CPU time (user + system) counts. The bare import of
typer, pydantic and PyYAML is what no command line of ours can fall below. Modules are compiled before, as after an
installation: PYTHONDONTWRITEBYTECODE would have every run compile the whole house again.

The aims on an idle core, where the bare import takes 0.18 s: 1.7 for one simple draft (0.3 s), 4 with t, Dunnett or
looks (0.7 s), 11 for two hundred experiments (2 s).
"""

from __future__ import annotations

import argparse
import datetime
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from uplift.design import lock as locking
from uplift.spec import load_study

ROOT = Path(__file__).resolve().parents[1]
BARE = "import typer, yaml; from pydantic import BaseModel, TypeAdapter"
MANY = 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check", description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    one, looks = (ROOT / f"experiments/{name}.yml" for name in ("second-order-2026-12", "win-back-2027-01"))
    with tempfile.TemporaryDirectory() as folder:
        drafts, locked = Path(folder, "drafts"), Path(folder, "locked")
        many(one, drafts, locked=False)
        many(one, locked, locked=True)
        bare = cpu([sys.executable, "-c", BARE], runs)
        print(f"{'bare imports':32} {bare:6.3f} s CPU   1.00")
        for name, words in (
            ("uplift --help", ["--help"]),
            ("check, one draft", ["check", str(one)]),
            ("check, one draft, with options", ["check", "--fail-on", "warning", str(one)]),
            ("check, one draft with looks", ["check", str(looks)]),
            (f"check, {MANY} drafts", ["check", str(drafts)]),
            (f"check, {MANY} locked", ["check", str(locked)]),
        ):
            took = cpu([sys.executable, "-m", "uplift", *words], runs)
            print(f"{name:32} {took:6.3f} s CPU {took / bare:6.2f}")


def many(model: Path, folder: Path, *, locked: bool) -> None:
    """A project with two hundred experiments."""
    folder.mkdir()
    (folder / "project.yml").write_bytes((model.parent / "project.yml").read_bytes())
    text = model.read_text(encoding="utf-8")
    for number in range(MANY):
        path = folder / f"copy-{number:03d}.yml"
        path.write_text(text.replace(model.stem, path.stem), encoding="utf-8")
        if locked:
            aside = Path(folder, "alone")  # signed in a folder of its own: to sign means to check all of them
            aside.mkdir(exist_ok=True)
            for name in ("project.yml", path.name):
                (aside / name).write_bytes((folder / name).read_bytes())
            study = load_study(aside / path.name)
            locking.lock(study, by="benchmark", on=datetime.date.today())
            locking.mark_as_locked(study)
            for file in aside.glob(f"{path.stem}.*"):
                file.replace(folder / file.name)
    if locked:
        (folder / "alone/project.yml").unlink()
        (folder / "alone").rmdir()


def cpu(command: list[str], runs: int) -> float:
    """The smallest CPU time of several runs, in seconds, after one that compiles."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    took = []
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=False, capture_output=True, cwd=ROOT, env=environment | {"NO_COLOR": "1"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(took[1:])


if __name__ == "__main__":
    main()
