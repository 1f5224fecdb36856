"""A real, headless Chromium: pictures, printed pages and measured layouts of local files."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest


def chromium() -> str:
    """The browser's path; skips the test where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium here: install the Debian package `chromium` to run the browser tests")
    return found


def run(tmp_path: Path, page: Path, *arguments: str) -> str:
    """Open a page once, offline and with a profile of its own; returns what Chromium prints."""
    command = [
        chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars",
        "--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}", *arguments, page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def screenshot(tmp_path: Path, page: Path, *, width: int, height: int, dark: bool = False) -> Path:
    """A picture of the page in a window of this size."""
    target = tmp_path / f"{page.stem}.{width}{'.dark' if dark else ''}.png"
    scheme = "--blink-settings=preferredColorScheme=0" if dark else "--blink-settings=preferredColorScheme=1"
    run(tmp_path, page, scheme, f"--screenshot={target}", f"--window-size={width},{height}")
    return target


@dataclass(frozen=True)
class Layout:
    """What a frame of a given width holds."""

    page: str
    width: int
    scroll_width: int
    too_wide: tuple[str, ...]  # elements that stick out of the page and are in no scrolling box
    squeezed: tuple[str, ...]  # names of metrics in less than a third of the width
    figures_end: float  # where the key figures end, in pixels from the top


PROBE = """<!doctype html><meta charset="utf-8"><title>probe</title><pre id="out"></pre><script>
const measure = (frame, page, width) => {
  const d = frame.contentDocument;
  const figures = d.querySelector('.figures')?.getBoundingClientRect().bottom ?? 0;
  d.querySelectorAll('details').forEach(x => x.open = true);
  const wide = [...d.body.querySelectorAll('*')]
    .filter(e => !e.closest('.scroll, pre, .skip, .unseen') && e.getBoundingClientRect().right > width + 0.5)
    .map(e => e.tagName + '.' + (e.getAttribute('class') ?? '') + ': ' + e.textContent.slice(0, 40));
  const squeezed = [...d.querySelectorAll('.scorecard th[scope=row]')]
    .map(e => [e.getBoundingClientRect().width, e.textContent.slice(0, 40)])
    .filter(([own]) => own < 0.3 * Math.min(width, 800)).map(([own, text]) => text + ': ' + Math.round(own) + ' px');
  const scroll_width = d.documentElement.scrollWidth;
  return {page, width, scroll_width, too_wide: wide, squeezed, figures_end: figures};
};
const load = (page, width) => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.style.cssText = `border:0;height:900px;width:${width}px`;
  frame.onload = () => { const found = measure(frame, page, width); frame.remove(); done(found); };
  frame.src = page;
  document.body.append(frame);
});
onload = async () => {
  const found = [];
  for (const [page, width] of WANTED) found.push(await load(page, width));
  out.textContent = 'MEASURED' + btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(found)))) + 'END';
};
</script>"""


def layouts(tmp_path: Path, pages: Iterable[Path], *, widths: Iterable[int]) -> tuple[Layout, ...]:
    """Measure pages (all in `tmp_path`) in frames of these widths; the script is the test's, never the report's."""
    wanted = [(page.name, width) for page in pages for width in widths]
    probe = tmp_path / "probe.html"
    probe.write_text(PROBE.replace("WANTED", json.dumps(wanted)), encoding="utf-8")
    dom = run(tmp_path, probe, "--virtual-time-budget=20000", "--window-size=1600,1000", "--dump-dom")
    found = re.search(r"MEASURED([A-Za-z0-9+/=]+)END", dom)
    assert found is not None, dom[-500:]
    measured = json.loads(base64.b64decode(found[1]))
    assert len(measured) == len(wanted)
    return tuple(
        Layout(**{**one, "too_wide": tuple(one["too_wide"]), "squeezed": tuple(one["squeezed"])}) for one in measured
    )


def printed(tmp_path: Path, page: Path) -> Path:
    """The page as PDF, as the browser's print dialog makes it."""
    target = tmp_path / f"{page.stem}.pdf"
    run(tmp_path, page, "--no-pdf-header-footer", f"--print-to-pdf={target}")
    return target
