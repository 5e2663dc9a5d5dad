"""One object before and after, as a unified diff: for ``diff`` and for ``--plan``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from dsctl.cli.env import Env


def file_of(namespace: str, name: str) -> str:
    """What kubectl calls the files that it compares."""
    return f"apps.v1.DaemonSet.{namespace}.{name}"


def print_one(
    file: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any],
    env: Env,
    out: TextIO,
) -> None:
    """What ``diff -u -N LIVE MERGED`` prints of the two, without times."""
    from dsctl.render.style import Style
    from dsctl.render.textdiff import diff_lines, print_diff

    style = Style(env.color)
    old_name, new_name = f"LIVE/{file}", f"MERGED/{file}"
    out.write(style.paint(f"diff -u -N {old_name} {new_name}", "bold") + "\n")
    print_diff(diff_lines(old, new, old_name, new_name), out, style)
