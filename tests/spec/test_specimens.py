"""The specimens are the language: each is read, and no key of them can be misspelt unnoticed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from uplift.errors import Place
from uplift.spec import examine, load_study
from uplift.spec.diagnosis import field_names, model_at
from uplift.spec.experiment import Experiment
from uplift.spec.project import Project
from uplift.spec.reader import Reading, read_file
from uplift.spec.study import KeyPath

REFERENCES = {("design", "baselines"), ("targeting", "strategy", "caps")}
"""Blocks whose keys are names that must exist elsewhere: a misspelt one is caught, although no model lists it."""


def test_every_specimen_is_read_without_a_finding(specimens: Path) -> None:
    examined = examine([specimens])
    assert len(examined) == 4
    for file in examined:
        assert file.problems == (), "\n".join(map(str, file.problems))
        assert (file.study is None) == (file.path.name == "project.yml")


def test_our_own_experiments_are_sound(root: Path) -> None:
    examined = examine([root / "experiments"])
    assert len(examined) >= 4
    for file in examined:
        assert [p for p in file.problems if p.level == "error"] == []


def test_every_block_of_the_largest_specimen_arrives(specimens: Path) -> None:
    experiment = load_study(specimens / "incentives-2027-q1.yml").experiment
    assert experiment.programme is not None
    assert experiment.programme.version == "v1.0"
    assert experiment.unit.cluster == "household_id"
    assert experiment.audience.waves is not None
    assert experiment.audience.waves.count == 6
    assert list(experiment.arms) == ["control", "voucher_5", "voucher_10", "free_shipping"]
    assert str(experiment.arms["voucher_5"].params["value"]) == "5 EUR"
    assert experiment.design.correction == "dunnett"
    assert experiment.design.baselines["repeat_purchase"].icc == 0.12
    assert experiment.design.sequential is not None
    assert experiment.design.sequential.looks == ("wave 2", "wave 4", "wave 6")
    assert experiment.assignment.layer is not None
    assert experiment.assignment.layer.to * 5 == 3
    assert experiment.value is not None
    assert experiment.value.redemptions is not None
    assert experiment.targeting is not None
    assert experiment.targeting.strategy is not None
    assert experiment.targeting.strategy.caps["voucher_10"] * 5 == 1
    assert experiment.compliance is not None
    assert experiment.claims[0].value is not None
    assert experiment.claims[0].value.unit == "relative"
    assert experiment.waivers[0].code == "UP213"
    assert experiment.decision is not None
    assert experiment.decision.stop


def test_row_numbers_are_ids_where_the_file_has_none(specimens: Path) -> None:
    study = load_study(specimens / "hillstrom-2008.yml")
    assert not isinstance(study.experiment.unit.id, str)
    assert study.experiment.arms["mens"].observed == "Mens E-Mail"


def misspellings(word: str) -> tuple[str, ...]:
    """Two letters swapped, a letter dropped, a letter doubled: each at every position."""
    swapped = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    dropped = [word[:i] + word[i + 1 :] for i in range(len(word))]
    doubled = [word[:i] + word[i] + word[i:] for i in range(len(word))]
    return tuple(dict.fromkeys(w for w in (*swapped, *dropped, *doubled) if w not in (word, "")))


def a_few(words: tuple[str, ...]) -> tuple[str, ...]:
    """A swapped, a dropped and a doubled letter."""
    return words[:: max(1, len(words) // 3)]


def keys_of_the_language(
    reading: Reading, root: type[Experiment] | type[Project]
) -> Iterator[tuple[KeyPath, str, Place]]:
    """Every key that the language (not the user) names, or that must be a name from elsewhere."""
    for path, place in reading.document.keys.items():
        if model_at(path[:-1], root) is not None or path[:-1] in REFERENCES:
            yield path, str(path[-1]), place


def check_misspellings(specimens: Path, folder: Path, chosen: Callable[[tuple[str, ...]], tuple[str, ...]]) -> int:
    """Misspell each key in turn; return how many misspellings were tried (each was caught at its place)."""
    shutil.copytree(specimens, folder)
    tried = 0
    for original in sorted(specimens.glob("*.yml")):
        model = Project if original.name == "project.yml" else Experiment
        reading = read_file(original)
        assert isinstance(reading, Reading)
        target = folder / original.name
        for path, key, place in keys_of_the_language(reading, model):
            siblings = {str(p[-1]) for p in reading.document.keys if p[:-1] == path[:-1]}
            parent = model_at(path[:-1], model)
            known = set(field_names(parent)) if parent is not None else set()
            for wrong in chosen(tuple(w for w in misspellings(key) if w not in siblings | known)):
                lines = reading.document.text.splitlines(keepends=True)
                assert place.line is not None
                assert place.column is not None
                line, start = lines[place.line - 1], place.column - 1
                assert line[start : start + len(key)] == key
                lines[place.line - 1] = line[:start] + wrong + line[start + len(key) :]
                target.write_text("".join(lines), encoding="utf-8")
                tried += 1
                problems = [p for file in examine([target]) for p in file.problems if p.level == "error"]
                at = [(p.place.line, p.place.column) for p in problems if p.place is not None]
                assert (place.line, place.column) in at, f"{original.name}: {key} → {wrong}: {problems}"
        target.write_bytes(original.read_bytes())
    return tried


def test_a_misspelt_key_is_caught_at_its_own_line_and_column(specimens: Path, tmp_path: Path) -> None:
    assert check_misspellings(specimens, tmp_path / "misspelt", a_few) > 400


def test_so_is_every_key_of_the_yaml_that_we_ship(root: Path, tmp_path: Path) -> None:
    """One swapped pair of letters in each key of our own experiments and their project."""
    assert (
        check_misspellings(root / "experiments", tmp_path / "misspelt", lambda words: words[len(words) // 4 :][:1])
        > 300
    )


@pytest.mark.slow
def test_every_misspelling_of_every_key_is_caught(specimens: Path, tmp_path: Path) -> None:
    assert check_misspellings(specimens, tmp_path / "misspelt", lambda words: words) > 2_000


def test_a_misspelt_name_of_a_metric_or_source_is_caught_where_it_is_used(specimens: Path) -> None:
    project = specimens / "project.yml"
    project.write_text(
        project.read_text(encoding="utf-8").replace("  unsubscribe_rate: {", "  unsubscribe_rat: {"), encoding="utf-8"
    )
    problems = [p for file in examine([specimens]) for p in file.problems]
    assert {p.code for p in problems} == {"UP205"}
    assert all("did you mean 'unsubscribe_rat'?" in p.fix for p in problems)
