"""Commands that are about one DaemonSet: its name, and nothing else."""

from __future__ import annotations

from dsctl.errors import UsageError


def one_name(command: str, names: list[str] | None) -> str:
    """The one name of the command line. Raises UsageError for none, several or an empty one."""
    if not names:
        raise UsageError(f"{command} needs the name of one DaemonSet", hint="dsctl get lists them")
    if len(names) > 1:
        raise UsageError(f"{command} takes one DaemonSet, not {len(names)}")
    if not names[0]:
        raise UsageError("resource name may not be empty")
    return names[0]
