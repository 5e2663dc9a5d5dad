"""The diff program that KUBECTL_EXTERNAL_DIFF names, run as kubectl runs it (``cmd/diff``)."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dsctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env

#: what kubectl lets through of the words after the program
_ARGUMENT = re.compile(r"[a-zA-Z0-9\-=]+")


def run(
    command: str, pairs: Iterable[tuple[str, dict[str, Any] | None, dict[str, Any]]], env: Env
) -> int:
    """Compare file names with their objects, before and after; 0 or 1, as the program says.

    Raises UsageError where it can't be run, or fails.
    """
    program, *words = command.split(" ")
    arguments = [word for word in words if _ARGUMENT.fullmatch(word)]
    with (
        tempfile.TemporaryDirectory(prefix="LIVE-") as live,
        tempfile.TemporaryDirectory(prefix="MERGED-") as merged,
    ):
        for name, old, new in pairs:
            _write(Path(live) / name, old)
            _write(Path(merged) / name, new)
        env.stdout.flush()
        try:
            ran = subprocess.run(
                [program, *arguments, live, merged],
                env=dict(env.environ),
                stdout=_own(env.stdout),
                check=False,
            )
        except OSError as error:
            raise _failed(program, str(error.strerror)) from None
    if ran.returncode > 1 or ran.returncode < 0:
        raise _failed(program, f"exit status {ran.returncode}")
    return ran.returncode or int(ExitCode.OK)


def _own(stream: Any) -> int | None:
    """The descriptor of our stdout; None, where it is none, inherits the process's."""
    try:
        return int(stream.fileno())
    except (OSError, ValueError):
        return None


def _failed(program: str, reason: str) -> UsageError:
    return UsageError(
        f'failed to run "{program}": {reason}',
        hint="KUBECTL_EXTERNAL_DIFF names a program that ends with 0 (same) or 1 (different)",
    )


def _write(path: Path, obj: dict[str, Any] | None) -> None:
    """kubectl writes an empty file for what is not there."""
    from dsctl.render.yamlprint import encode

    path.touch(mode=0o600)
    path.write_text("" if obj is None else encode(obj), encoding="utf-8")
