"""How much of this machine an engine may use: what project.yml says, else half of the memory and every processor."""

from __future__ import annotations

import os
from pathlib import Path

from uplift.engine.adapter import Settings
from uplift.spec.study import Study

SHARE = 2  # one half: pandas, matplotlib and the user's other programs live here too
SMALLEST = 300 * 1024 * 1024
CGROUP = Path("/sys/fs/cgroup")


def settings_for(study: Study, folder: Path) -> Settings:
    """The settings of a study's engine; what does not fit into memory goes to a folder below `folder`."""
    said = study.project.engine
    scratch = folder / "spill" if said.temp_directory is None else study.folder / said.temp_directory
    return Settings(
        threads=said.threads or processors(),
        memory_limit=said.memory_limit or f"{max(memory() // SHARE, SMALLEST) // 2**20}MiB",
        temp_directory=scratch,
    )


def memory(cgroup: Path = CGROUP) -> int:
    """Bytes of memory that this process may use: the machine's, or its container's where that is less."""
    own = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = (_number(cgroup / "memory.max"), _number(cgroup / "memory" / "memory.limit_in_bytes"))
    return min([own, *(limit for limit in limits if limit)])


def processors(cgroup: Path = CGROUP) -> int:
    """Processors that this process may use: those it is allowed to run on, or its container's share of time."""
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
        return max(1, min(own, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no container, or one without a limit: `max 100000`
        return own


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None
