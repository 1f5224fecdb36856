"""The wheel, built from the sdist and installed into an empty environment, holds all that the demo needs."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.slow]


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel by way of an sdist, as an index would serve it."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(root)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_templates_and_experiments(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "uplift/_bundled/reports/templates/report.html.j2" in names
    assert "uplift/_bundled/experiments/project.yml" in names
    assert "uplift/starter/project.yml" in names
    assert "uplift/py.typed" in names
    assert not [name for name in names if name.startswith("tests/")]


def test_the_demo_runs_from_the_wheel_in_an_empty_environment(wheel: Path, root: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--constraint",
        str(root / "constraints.txt"),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, text=True)
    where = [str(python), "-c", "import uplift; print(uplift.__file__)"]
    assert str(home) in subprocess.run(where, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    done = subprocess.run(
        [str(home / "bin" / "uplift"), "demo"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert "24,9 % (±11,0 %)" in done.stdout.replace("\u00a0", " ")
    report = tmp_path / "demo" / "reports" / "brandalley-churn-v3.de.html"
    assert "24,9 % (±11,0 %)" in report.read_text(encoding="utf-8").replace("\u00a0", " ")
