"""Reports: one from a result in a cold process, a hundred in one, an index of a hundred, and every chart as a slide.

CPU seconds (user and system) are the process's own. They are shown as ratios to `import matplotlib.figure` in a cold
process, which no chart can do without, so that a run on a slow or busy machine can be read too. The bars: one report
in less than 1.5 s, a hundred in less than 60 s. Run it on a quiet machine:

    python benchmarks/reports.py [reports]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TIMED = "import sys, time; sys.path.insert(0, {root!r}); {body}; print(time.process_time())"

IMPORT = "import matplotlib.figure, matplotlib.backends.backend_svg"
CASES = "from tests.report import report_cases as c, rich_cases as r, portfolio_cases as p"
READ = "from uplift.results.json_form import read; from uplift.report import render; from pathlib import Path"


def seconds(body: str) -> float:
    """The faster of two cold processes."""
    program = _TIMED.format(root=str(ROOT), body=body)
    command = [sys.executable, "-c", program]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(2)]
    return min(float(run.stdout.split()[-1]) for run in runs)


def main(reports: int) -> None:
    """Print a line per measurement."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, case in (("two arms", "c.clear_win()"), ("everything", "r.everything()")):
            files[name] = Path(folder) / f"{name.replace(' ', '-')}.json"
            write = f"Path({str(files[name])!r}).write_text(to_json({case}))"
            made = f"{CASES}; from pathlib import Path; from uplift.results.json_form import to_json; {write}"
            subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {made}"], check=True)
        base = seconds(IMPORT)
        print(f"import matplotlib.figure            {base:7.2f} s CPU    1.0 ×")
        rows = [
            (f"one report, {name}, cold", f"{READ}; render(read(Path({str(file)!r})))") for name, file in files.items()
        ]
        many = f"{READ}; result = read(Path({str(files['everything'])!r})); [render(result) for _ in range({reports})]"
        index = (
            f"{CASES}; import dataclasses as d; from uplift.report.document import html_of_portfolio; "
            "from uplift.results.portfolio import Portfolio; base = r.everything(); "
            f"many = tuple(p.named(base, f'e{{i}}', owner='o', programme=None, days=i) for i in range({reports})); "
            "html_of_portfolio(Portfolio(many, p.ON), 'de')"
        )
        slides = (
            f"{CASES}; from uplift.report.deck import slides; from uplift.report.slides import slide; "
            "[slide(s, 'png') for _, s in slides(r.everything(), 'de')]"
        )
        rows += [
            (f"{reports} reports, everything", many),
            (f"index of {reports}", index),
            ("all slides as PNG", slides),
        ]
        for name, body in rows:
            spent = seconds(body)
            print(f"{name:<35} {spent:7.2f} s CPU  {spent / base:5.1f} ×")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
