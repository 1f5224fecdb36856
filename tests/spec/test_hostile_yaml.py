"""Whatever stands in a file, the answer is a study or problems: nothing else is ever raised."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.design.studies import TODAY
from uplift.design.check import check_examined, render
from uplift.errors import UpliftError
from uplift.spec import Examined, examine, load_project, load_study, spec_hash
from uplift.spec.reader import read_text

FILES = ("project.yml", "hillstrom-2008.yml", "incentives-2027-q1.yml", "repeat-buyers-2026-11.yml")
PIECES = ("[", "]", "{", "}", ": ", "- ", "#", "'", '"', "&a ", "*a", "<<: ", "!!", "\t", "%", "|", ">", "---\n", "\x00", "é", "9" * 30, "1e9", "-1", "~", "null", "true", "0/0", "2199-12-31", "wave 99", "9999-99-99", "\n", "  ", "1_0", "0.1%", "1e99", "500", "3650d")  # fmt: skip


def mutated(text: str, rng: random.Random) -> str:
    """One to four of: a line deleted or doubled, lines swapped, characters swapped, indentation, a hostile piece."""
    for _ in range(rng.randint(1, 4)):
        lines = text.split("\n")
        at = rng.randrange(len(lines))
        what = rng.randrange(8)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines.insert(at, lines[rng.randrange(len(lines))])
        elif what == 2:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif what == 3:
            lines[at] = " " * rng.randrange(6) + lines[at].lstrip()
        elif what == 4 and len(lines[at]) > 1:
            i = rng.randrange(len(lines[at]) - 1)
            lines[at] = lines[at][:i] + lines[at][i + 1] + lines[at][i] + lines[at][i + 2 :]
        elif what == 5:
            i = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:i] + rng.choice(PIECES) + lines[at][i:]
        elif what == 6:
            i = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:i] + lines[at][i + rng.randrange(8) :]
        elif ": " in lines[at]:
            key, _, _ = lines[at].partition(": ")
            lines[at] = f"{key}: {rng.choice(PIECES)}"
        text = "\n".join(lines) or "\n"
    return text


def judge(folder: Path, name: str) -> None:
    """Every entrance is tried; problems are printable and placed inside the file."""
    for examined in examine([folder]):
        require_placed(examined)
    try:
        study = load_study(folder / name)
    except UpliftError:
        pass
    else:
        assert len(spec_hash(study)) == 64
        assert study.experiment.control in study.experiment.arms
    with contextlib.suppress(UpliftError):
        load_project(folder)


def require_placed(examined: Examined) -> None:
    """Every problem can be printed and stands inside its file; what failed is no study."""
    for problem in examined.problems:
        assert str(problem)
        assert problem.place is not None
        if problem.place.line is not None and problem.code != "UP003":
            text = Path(problem.place.file).read_text(encoding="utf-8")
            assert 1 <= problem.place.line <= max(1, len(text.splitlines()))
    assert examined.study is None or not examined.failed


def judge_mutant(name: str, seed: int, shared: Path, folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True)
    for file in FILES:
        text = (shared / "specimens" / file).read_text(encoding="utf-8")
        (folder / file).write_text(mutated(text, random.Random(seed)) if file == name else text, encoding="utf-8")
    judge(folder, name if name != "project.yml" else "incentives-2027-q1.yml")


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=50)
@given(seed=st.integers(0, 2**32))
def test_a_mutated_file_raises_nothing_but_our_errors(
    name: str, seed: int, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    judge_mutant(name, seed, shared, tmp_path_factory.getbasetemp() / "mutants" / name)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_ten_thousand_mutated_files_raise_nothing_but_our_errors(name: str, shared: Path, tmp_path: Path) -> None:
    """2,500 of each file, a hundred at a time in one folder; what survives its rules is judged by the gate, too."""
    sound = 0
    for batch in range(25):
        paths = list(mutants(name, range(100 * batch, 100 * batch + 100), shared, tmp_path))
        examined = examine(paths)
        assert {file.path for file in examined} >= set(paths)
        for file in examined:
            require_placed(file)
        simple = [
            file for file in examined if file.study is not None and file.study.experiment.design.sequential is None
        ]
        sound += len(simple)
        assert render(check_examined(simple[:20], today=TODAY), "json")
    assert name != "repeat-buyers-2026-11.yml" or sound > 200  # mutations are not all fatal


def mutants(name: str, seeds: range, shared: Path, folder: Path) -> Iterator[Path]:
    """Mutated files; experiments share a sound project, a mutated project stands alone."""
    original = (shared / "specimens" / name).read_text(encoding="utf-8")
    if name == "project.yml":
        for seed in seeds:
            home = folder / str(seed % len(seeds))
            home.mkdir(exist_ok=True)
            (home / name).write_text(mutated(original, random.Random(seed)), encoding="utf-8")
            yield home / name
        return
    (folder / "project.yml").write_bytes((shared / "specimens" / "project.yml").read_bytes())
    for seed in seeds:
        path = folder / f"mutant-{seed % len(seeds)}.yml"
        text = original.replace(f"id: {Path(name).stem}", f"id: {path.stem}")
        path.write_text(mutated(text, random.Random(seed)), encoding="utf-8")
        yield path


def test_mutants_are_hostile_enough(shared: Path, tmp_path: Path) -> None:
    """Of 100 mutants many are refused, in many ways, and some are still sound."""
    codes: set[str] = set()
    refused = 0
    for seed in range(100):
        judge_mutant("incentives-2027-q1.yml", seed, shared, tmp_path)
        problems = [p for e in examine([tmp_path / "incentives-2027-q1.yml"]) for p in e.problems]
        codes |= {p.code for p in problems}
        refused += any(p.level == "error" for p in problems)
    assert 50 <= refused <= 99
    assert len(codes) >= 10


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False) | st.text(max_size=12) | st.sampled_from(["15%", "30d", "1/3", "0.62 EUR", "1.0pp", "2026-11-30", "contacts", "wave 2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "from", "metric", "weight", "x", "[key]", "<row>", "<column>"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
KEYS = ("uplift", "id", "owner", "unit", "audience", "arms", "schedule", "metrics", "design", "assignment", "value",
        "segments", "targeting", "compliance", "claims", "waivers", "decision", "programme", "status", "title")  # fmt: skip


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_values_of_any_shape_raise_nothing_but_our_errors(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, changes: dict[str, object]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "shapes"
    folder.mkdir(exist_ok=True)
    (folder / "project.yml").write_bytes((shared / "specimens" / "project.yml").read_bytes())
    lines = (shared / "specimens" / "repeat-buyers-2026-11.yml").read_text(encoding="utf-8").split("\n")
    kept, skipping = [], False
    for line in lines:  # JSON is YAML: replace whole top-level blocks by JSON values
        if line and not line[0].isspace():
            skipping = line.partition(":")[0] in changes
        if not skipping:
            kept.append(line)
    kept += [f"{key}: {json.dumps(value)}" for key, value in changes.items()]
    (folder / "x.yml").write_text("\n".join(kept), encoding="utf-8")
    judge(folder, "x.yml")


@settings(max_examples=300)
@given(st.text(max_size=300) | st.text(alphabet="a1:-[]{}?|>'\"&*!#%@, \n\t", max_size=200))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    read_text(text, Path("x.yml"))


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_loader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yml"
    path.write_bytes(data)
    for examined in examine([path]):
        assert examined.problems
