"""axe-core in a real Chromium: what a page does wrong for people who can't see it well, or use no mouse."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.report import browser

MEDIA = ("light", "dark", "phone", "print")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')

_PROBE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>probe</title><pre id="out"></pre><script>
const load = (page, width) => new Promise(done => {
  const frame = document.createElement('iframe');
  frame.style.cssText = `border:0;height:2000px;width:${width}px`;
  frame.onload = async () => {
    const inner = frame.contentWindow;
    inner.document.querySelectorAll('details').forEach(x => x.open = true);
    const rules = {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']};
    const found = await inner.axe.run(inner.document, rules);
    frame.remove();
    done(found.violations.map(v => ({rule: v.id, where: v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' | ' +
      (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ''))})));
  };
  frame.src = page;
  document.body.append(frame);
});
onload = async () => {
  const found = {};
  for (const [name, page, width] of WANTED) found[name] = await load(page, width);
  out.textContent = 'MEASURED' + btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(found)))) + 'END';
};
</script></html>"""


def axe_source(folder: Path) -> str:
    """axe-core's script, fetched by npm into `folder`; skips the test where npm is absent or finds no registry."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here: install it to let axe-core judge the reports")
    done = subprocess.run(
        [npm, "pack", "axe-core@4", "--silent"], cwd=folder, check=False, capture_output=True, text=True, timeout=120
    )
    archives = sorted(folder.glob("axe-core-*.tgz"))
    if done.returncode != 0 or not archives:
        pytest.skip(f"npm could not fetch axe-core: {done.stderr.strip()[-200:]}")
    with tarfile.open(archives[-1]) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


def violations(tmp_path: Path, axe: str, pages: Mapping[str, str], medium: str) -> dict[str, list[dict[str, object]]]:
    """What axe finds on each page (by name) in one medium; the page's policy is lifted in the copy that is judged."""
    (tmp_path / "axe.js").write_text(axe, encoding="utf-8")
    width, wanted = {"phone": 390}.get(medium, 1280), []
    for name, html in pages.items():
        copy = tmp_path / f"{name}.{medium}.html"
        copy.write_text(_judged(html, medium), encoding="utf-8")
        wanted.append((name, copy.name, width))
    probe = tmp_path / f"axe.{medium}.html"
    probe.write_text(_PROBE.replace("WANTED", json.dumps(wanted)), encoding="utf-8")
    scheme = f"--blink-settings=preferredColorScheme={0 if medium == 'dark' else 1}"
    dom = browser.run(tmp_path, probe, scheme, "--virtual-time-budget=200000", "--window-size=1600,2200", "--dump-dom")
    found = re.search(r"MEASURED([A-Za-z0-9+/=]+)END", dom)
    assert found is not None, dom[-500:]
    read: dict[str, list[dict[str, object]]] = json.loads(base64.b64decode(found[1]))
    assert set(read) == set(pages)
    return read


def _judged(html: str, medium: str) -> str:
    """The page with axe in it; paper is judged by making its rules those of the screen."""
    assert _POLICY.search(html)
    html = _POLICY.sub("", html).replace("</body>", '<script src="axe.js"></script></body>')
    if medium == "print":
        html = html.replace("@media screen and", "@media not all and").replace("@media print", "@media all")
    return html
