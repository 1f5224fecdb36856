"""The one report that is compared with a file a person has read: as a tree of elements, free of chart coordinates.

After a wanted change, look at the report in a browser, then run `python -m tests.report.approved_report`.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib

from tests.report import report_cases
from uplift.report import render

APPROVED = Path(__file__).parent / "approved"
MOVING = frozenset({"d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "viewBox", "content"})  # geometry, policy hash


def normalised(html: str) -> str:
    """One element or text a line, indented, attributes sorted, without what a library's next version may move."""
    return "\n".join(_lines(html5lib.parse(html, namespaceHTMLElements=False), depth=0)) + "\n"


def _lines(element: Element, *, depth: int) -> list[str]:
    if not isinstance(element.tag, str):
        return []
    tag = element.tag.rsplit("}", 1)[-1]
    attributes = "".join(f' {k}="{v}"' for k, v in sorted(element.attrib.items()) if k not in MOVING)
    lines = ["  " * depth + f"<{tag}{attributes}>"]
    if tag == "style":
        return lines
    lines += _text(element.text, depth + 1)
    for child in element:
        lines += _lines(child, depth=depth + 1)
        lines += _text(child.tail, depth + 1)
    return lines


def _text(text: str | None, depth: int) -> list[str]:
    words = " ".join((text or "").split(" ")).strip("\n ")
    return ["  " * depth + line for line in words.splitlines() if line.strip()]


def received() -> dict[Path, str]:
    """The approved files and what the code renders now."""
    return {
        APPROVED / f"guardrail_breached.{language}.html": normalised(
            render(report_cases.guardrail_breached(), language=language)
        )
        for language in ("de", "en")
    }


if __name__ == "__main__":
    for path, text in received().items():
        path.write_text(text, encoding="utf-8")
