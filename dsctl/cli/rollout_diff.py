"""``dsctl rollout diff``: what changed in the pod template between two revisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli.names import is_type_word, strip_type_word
from dsctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.changes import Change
    from dsctl.domain.versions import Version
    from dsctl.render.output import OutputFormat


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """What the command line of ``rollout diff`` says. ``old``, ``new``: None as by default."""

    name: str
    old: int | None
    new: int | None
    output: OutputFormat | None


def diff(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="NAME [OLD [NEW]]", show_default=False)
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FORMAT", help="A DiffReport as"),
    ] = None,
) -> int:
    """Show what changed in the pod template between two revisions.

    OLD is the revision before the current one if not given, NEW the template as it is now.

    Exit codes: 0 no difference; 1 they differ; 2 or 3 it failed.

    Examples:
      dsctl rollout diff node-agent
      dsctl rollout diff node-agent 3
      dsctl rollout diff node-agent 3 5 -o json
    """
    name, numbers = _arguments(words or [])
    options = DiffOptions(
        name=name,
        old=numbers[0] if numbers else None,
        new=numbers[1] if len(numbers) > 1 else None,
        output=_format(output),
    )
    return run(options, ctx.obj)


def _arguments(words: list[str]) -> tuple[str, list[int]]:
    """NAME, ``ds/NAME`` or ``ds NAME``, and up to two revision numbers after it."""
    end = 2 if words and is_type_word(words[0]) else 1
    names = strip_type_word(words[:end])
    if not names:
        raise UsageError(
            "rollout diff needs the name of a DaemonSet", hint="see: dsctl rollout diff --help"
        )
    if len(words) > end + 2:
        raise UsageError("rollout diff takes one DaemonSet and at most two revisions")
    return names[0], [_number(word) for word in words[end:]]


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) > 0):
        raise UsageError(
            f"{word!r} is no revision: a number such as 3 is one",
            hint="dsctl rollout history NAME lists them",
        )
    return int(word)


def _format(output: str | None) -> OutputFormat | None:
    if not output:
        return None
    from dsctl.render import output as printers

    return printers.parse(output, printers.REPORTS)


def run(options: DiffOptions, env: Env) -> int:
    """Read, compare, show; the exit code is that of a diff."""
    from dsctl.actions import history
    from dsctl.actions.targets import Target
    from dsctl.domain import versions
    from dsctl.domain.changes import changes

    past = history.read(env.cluster(), Target(env.namespace, options.name))
    old, new = versions.pair(past.daemonset, past.revisions, options.old, options.new)
    found = changes(old.template, new.template, "spec.template")
    if options.output is not None:
        _report(past.daemonset, old, new, found, options.output, env)
    elif found:
        _print(options.name, old, new, env)
    return int(ExitCode.NO if found else ExitCode.OK)


def _print(name: str, old: Version, new: Version, env: Env) -> None:
    from dsctl.domain.revisions import without_nulls
    from dsctl.render.style import Style
    from dsctl.render.textdiff import diff_lines, print_diff

    def whole(version: Version) -> dict[str, Any]:
        return {"spec": {"template": without_nulls(version.template)}}

    lines = diff_lines(whole(old), whole(new), f"{name} {old}", f"{name} {new}")
    print_diff(lines, env.stdout, Style(env.color))


def _report(
    daemonset: dict[str, Any],
    old: Version,
    new: Version,
    found: tuple[Change, ...],
    form: OutputFormat,
    env: Env,
) -> None:
    from dsctl.render import output as printers

    metadata = daemonset["metadata"]
    item: dict[str, Any] = {
        "daemonSet": {"namespace": metadata["namespace"], "name": metadata["name"]},
        "from": old.to_dict(),
        "to": new.to_dict(),
        "changes": [change.to_dict() for change in found],
        "consequence": None,
    }
    report = {"apiVersion": "dsctl/v1", "kind": "DiffReport", "items": [item]}
    printers.print_report(report, form, env.stdout)
