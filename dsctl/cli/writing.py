"""Showing what writes did, as it happens: a line or an object each, and the failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.actions.writes import Done, Failed, NotSent
from dsctl.cli.options import DryRunMode
from dsctl.cli.reporting import report
from dsctl.errors import AlreadyExists, APIError, Conflict, ExitCode, Forbidden, NotFound
from dsctl.render import output as printers

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document

_SUFFIX = {
    DryRunMode.NONE: "",
    DryRunMode.CLIENT: " (dry run)",
    DryRunMode.SERVER: " (server dry run)",
}


#: Refusals to which the manifest's own lines add nothing.
_NOT_ABOUT_CONTENT = (AlreadyExists, Conflict, Forbidden, NotFound)


@dataclass(frozen=True, slots=True)
class Showing:
    """How results are shown: the format of ``-o`` (None: a line each) and the dry run.

    ``typed``: kubectl's command reads objects into Go types, and prints their fields in the order
    of those.
    """

    output: printers.OutputFormat | None
    dry_run: DryRunMode
    show_managed_fields: bool = False
    typed: bool = False


def show(
    outcomes: Iterable[Done | Failed | NotSent], showing: Showing, env: Env, *, verb: str
) -> int:
    """Print each outcome as it comes, refusals too; return the exit code of the worst.

    ``verb`` is for the line that names what was not sent.
    """
    code = int(ExitCode.OK)
    shown = 0
    for outcome in outcomes:
        if isinstance(outcome, Done):
            shown += 1
            with env.about(outcome.namespace):
                for note in outcome.notes:
                    env.say(note)
            show_one(outcome, showing, env, first=shown == 1)
        elif isinstance(outcome, Failed):
            with env.about(outcome.document.namespace):
                code = max(code, _report(outcome, env))
        else:
            names = ", ".join(_place(document) for document in outcome.documents)
            env.say(f"not {verb}: {names}")
    return code


def show_one(done: Done, showing: Showing, env: Env, *, first: bool = True) -> None:
    """Print one result: a line such as ``daemonset.apps/x created``, or the object for ``-o``."""
    if showing.output is None or showing.output.name == "name":
        operation = "" if showing.output else f" {done.operation}{_SUFFIX[showing.dry_run]}"
        env.print(f"daemonset.apps/{done.name}{operation}")
    else:
        printers.print_objects(
            [typed(done.obj, showing.output) if showing.typed else done.obj],
            showing.output,
            env.stdout,
            show_managed_fields=showing.show_managed_fields,
            is_list=False,
            first=first,
        )
    env.stdout.flush()


def typed(obj: dict[str, Any], form: printers.OutputFormat) -> dict[str, Any]:
    """The object as a command prints it that reads it into Go types: ``Showing.typed``."""
    if form.name not in printers.ORDERED:
        return obj
    from dsctl.manifests.declared import as_declared

    return as_declared(obj)


def _report(failed: Failed, env: Env) -> int:
    error = failed.error
    if isinstance(error, APIError) and not isinstance(error, _NOT_ABOUT_CONTENT):
        error.detail = _with_lines(failed.document)
    source, name = failed.document.source, failed.document.name
    if source and not error.message.startswith(f"{source}:"):
        which = f"{name}: " if name and f'"{name}"' not in error.message else ""
        error.message = f"{source}: {which}{error.message}"
    return report(error, env)


def _place(document: Document) -> str:
    name = document.name or "(no name)"
    return f"daemonset {name!r}" if not document.source else f"{document.source}: {name}"


def _with_lines(document: Document) -> str | None:
    """What the offline rules say of a document that the server refused: lines and remedies."""
    from dsctl.cli.findings import lines_of

    return "\n".join(lines_of(document)) or None


def require_output(text: str | None) -> printers.OutputFormat | None:
    """The format of ``-o``, for commands that print one line without it. Raises UsageError."""
    return printers.parse(text, printers.OBJECTS) if text else None
