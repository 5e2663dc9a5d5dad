"""Flags that several commands share, and the parsing of their values: once, at the edge."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env

#: what kubectl takes a --timeout for that shall never pass, in seconds
A_WEEK = 168 * 3600.0

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", show_default=False)]
#: The two that are refused with a hint, instead of Typer's words: several names, and any.
OneName = Annotated[list[str] | None, typer.Argument(metavar="NAME", show_default=False)]
NoNames = Annotated[list[str] | None, typer.Argument(hidden=True, show_default=False)]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "--filename",
        "-f",
        metavar="FILE",
        help="File, directory, URL, or - for stdin; may repeat, or list several with commas",
    ),
]
Kustomize = Annotated[
    str | None,
    typer.Option("--kustomize", "-k", metavar="DIR", help="Directory with a kustomization"),
]
Recursive = Annotated[
    bool,
    typer.Option("--recursive/--no-recursive", "-R", help="Read the directories of -f in depth"),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FORMAT", help="How to print it"),
]
Selector = Annotated[
    str | None,
    typer.Option("--selector", "-l", metavar="SELECTOR", help="Label selector: a=b,c in (d,e)"),
]
FieldSelector = Annotated[
    str | None,
    typer.Option("--field-selector", metavar="SELECTOR", help="Field selector: a=b,c!=d"),
]
AllNamespaces = Annotated[
    bool,
    typer.Option("--all-namespaces/--no-all-namespaces", "-A", help="Across all namespaces"),
]
DryRun = Annotated[
    str,
    typer.Option(
        "--dry-run",
        metavar="HOW",
        help="client: send nothing; server: send, store nothing; none (default)",
    ),
]
Validate = Annotated[
    str,
    typer.Option(
        "--validate",
        metavar="HOW",
        help="What the server does about unknown fields: strict (default), warn or ignore",
    ),
]
FieldManager = Annotated[
    str,
    typer.Option("--field-manager", metavar="NAME", help="Name that owns the fields written"),
]
ChangeCause = Annotated[
    str | None,
    typer.Option(
        "--change-cause",
        metavar="TEXT",
        help="Why the template changes, for rollout history; without it an old cause goes",
    ),
]
ShowManagedFields = Annotated[
    bool,
    typer.Option(
        "--show-managed-fields/--no-show-managed-fields",
        help="Keep metadata.managedFields in json and yaml",
    ),
]
Timeout = Annotated[
    str,
    typer.Option("--timeout", metavar="TIME", help="When to give up: 30s, 5m, 1h"),
]


class DryRunMode(Enum):
    """What ``--dry-run`` asks for."""

    NONE = "none"
    CLIENT = "client"
    SERVER = "server"


def dry_run(value: str, env: Env) -> DryRunMode:
    """Read ``--dry-run`` as kubectl does, deprecated spellings with its warnings."""
    if value == "unchanged":
        env.warn_local("--dry-run is deprecated and can be replaced with --dry-run=client.")
        return DryRunMode.CLIENT
    if value in ("true", "false"):
        mode = DryRunMode.CLIENT if value == "true" else DryRunMode.NONE
        env.warn_local(
            f"--dry-run={value} is deprecated (boolean value) "
            f"and can be replaced with --dry-run={mode.value}."
        )
        return mode
    try:
        return DryRunMode(value)
    except ValueError:
        raise UsageError(
            f'invalid dry-run value ({value}): must be "none", "server", or "client"'
        ) from None


def field_validation(value: str) -> str:
    """Read ``--validate`` as the server's fieldValidation: Strict, Warn or Ignore."""
    known = {
        "strict": "Strict",
        "true": "Strict",
        "warn": "Warn",
        "ignore": "Ignore",
        "false": "Ignore",
    }
    if value.lower() not in known:
        raise UsageError(f"--validate takes strict, warn or ignore, not {value!r}")
    return known[value.lower()]


def change_cause(value: str | None) -> str | None:
    """Read ``--change-cause``; an empty one counts as not given, as kubectl's history has it."""
    return (value or "").strip() or None


def split(values: list[str] | None) -> tuple[str, ...]:
    """Values that repeat or are listed with commas, as one list."""
    return tuple(part for value in values or [] for part in value.split(",") if part)


def seconds(flag: str, text: str) -> float:
    """A duration in Go's form (``90s``, ``1m30s``; a bare number is seconds), in seconds."""
    from dsctl.domain.durations import parse_duration

    try:
        return parse_duration(text)
    except ValueError:
        raise UsageError(f"{flag} takes a time such as 30s, 5m or 1h, not {text!r}") from None


def max_unavailable(text: str) -> int | str:
    """Read ``--max-unavailable``: a number of nodes, or a percentage of them."""
    from dsctl.domain.batches import parse_batches

    try:
        (found,) = parse_batches(text)
    except ValueError:
        raise UsageError(
            "--max-unavailable takes a number of nodes, 1 or more, or a percentage of them, 1% to "
            f"100%, not {text!r}"
        ) from None
    return found.value


def selector(value: str | None) -> str | None:
    """Check a label selector before any request carries it."""
    if value is None:
        return None
    from dsctl.domain.selectors import parse

    try:
        parse(value)
    except ValueError as error:
        raise UsageError(f"bad label selector {value!r}: {error}") from None
    return value
