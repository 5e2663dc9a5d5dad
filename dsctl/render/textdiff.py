"""Two objects as one unified diff of their YAML."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any, TextIO

from dsctl.render.style import Style
from dsctl.render.text import escape
from dsctl.render.yamlprint import encode

CONTEXT = 3


def diff_lines(
    old: Any, new: Any, old_name: str, new_name: str, *, context: int = CONTEXT
) -> list[str]:
    """The lines of ``diff -u`` between the YAML of both; none where that is the same.

    None is an object that is not there.
    """
    before, after = ([] if obj is None else encode(obj).splitlines() for obj in (old, new))
    return list(unified_diff(before, after, old_name, new_name, n=context, lineterm=""))


def print_diff(lines: list[str], stream: TextIO, style: Style) -> None:
    """Write them, painted as diffs are; what would steer a terminal is spelled out there."""
    shown = [escape(line) for line in lines] if stream.isatty() else lines
    stream.write("".join(f"{_painted(line, n, style)}\n" for n, line in enumerate(shown)))


def _painted(line: str, number: int, style: Style) -> str:
    if number < 2:
        return style.paint(line, "bold")
    if line.startswith("@@"):
        return style.paint(line, "note")
    if line.startswith("+"):
        return style.paint(line, "good")
    if line.startswith("-"):
        return style.paint(line, "bad")
    return line
