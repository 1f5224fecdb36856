"""How much of the machine a run takes: what the project says, else half of the memory and every processor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engine.studies import study_in, write_text
from uplift.engine.machine import memory, processors, settings_for
from uplift.errors import SpecError
from uplift.spec import load_study
from uplift.spec.study import Study

CONTACTS = {"contacts": {"file": "../contacts.csv", "id": "customer_id"}}


def study_with(folder: Path, engine: str) -> Study:
    study = study_in(folder, sources=CONTACTS, metrics={"age": {"kind": "mean", "column": "age"}}, use=[("age", None)])
    path = folder / "experiments" / "project.yml"
    write_text(path, path.read_text("utf-8") + engine)
    return load_study(study.document.path)


def test_the_project_file_decides(tmp_path: Path) -> None:
    study = study_with(tmp_path, "engine: {memory_limit: 1.5 GB, threads: 3, temp_directory: ../scratch}\n")
    settings = settings_for(study, tmp_path / "cache")
    assert (settings.threads, settings.memory_limit) == (3, "1.5 GB")
    assert settings.temp_directory == study.folder / "../scratch"


def test_without_a_word_half_of_the_memory_is_taken_and_what_is_more_goes_beside_the_cache(tmp_path: Path) -> None:
    settings = settings_for(study_with(tmp_path, ""), tmp_path / "cache")
    assert settings.temp_directory == tmp_path / "cache" / "spill"
    assert settings.memory_limit == f"{max(memory() // 2, 300 * 2**20) // 2**20}MiB"
    assert settings.threads == processors()


@pytest.mark.parametrize("wrong", ["memory_limit: lots", "memory_limit: 4", "threads: 0", "cores: 2"])
def test_what_is_no_amount_is_refused_with_its_place(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SpecError, match=r"project\.yml:\d+:\d+: error UP10\d"):
        study_with(tmp_path, f"engine: {{{wrong}}}\n")


def test_a_container_is_smaller_than_its_machine(tmp_path: Path) -> None:
    write_text(tmp_path / "memory.max", f"{512 * 2**20}\n")
    write_text(tmp_path / "cpu.max", "100000 100000\n")
    assert memory(tmp_path) == 512 * 2**20
    assert processors(tmp_path) == 1


def test_a_container_without_limits_has_all_of_the_machine(tmp_path: Path) -> None:
    write_text(tmp_path / "memory.max", "max\n")
    write_text(tmp_path / "cpu.max", "max 100000\n")
    assert memory(tmp_path) == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert processors(tmp_path) == len(os.sched_getaffinity(0))
