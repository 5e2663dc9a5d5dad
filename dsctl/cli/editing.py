"""What the commands that edit share: their flags, and the way from each DaemonSet to its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.options import DryRunMode
from dsctl.cli.selection import Selection
from dsctl.cli.writing import Showing, require_output, show_one
from dsctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.actions.edits import Outcome
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import WriteOptions
    from dsctl.api.client import Cluster
    from dsctl.cli.env import Env
    from dsctl.domain.edits import Edit, Edited
    from dsctl.manifests.documents import Document
    from dsctl.render.output import OutputFormat

    #: what is done to one DaemonSet of the cluster
    Write = Callable[[Cluster, Target, WriteOptions], Edited]

#: the server is asked to warn of unknown fields and no more, as kubectl's edits do
_VALIDATION = "Warn"

Local = Annotated[
    bool,
    typer.Option("--local/--no-local", help="Change what the files say; ask no cluster"),
]
All = Annotated[bool, typer.Option("--all/--no-all", help="Every DaemonSet of the namespace")]
Containers = Annotated[
    str,
    typer.Option(
        "--containers", "-c", metavar="NAME", help="Only these containers; * is a wildcard"
    ),
]


@dataclass(frozen=True, slots=True)
class Editing:
    """Which DaemonSets are edited, and how."""

    selection: Selection
    local: bool
    dry_run: DryRunMode
    output: OutputFormat | None
    show_managed_fields: bool
    manager: str
    cause: str | None = None


def read(
    chosen: Selection,
    env: Env,
    *,
    local: bool,
    dry_run: str,
    output: str | None,
    show_managed_fields: bool,
    manager: str,
    cause: str | None = None,
) -> Editing:
    """Check the flags that all of these commands have. Raises UsageError, in kubectl's words."""
    mode = flags.dry_run(dry_run, env)
    if local and mode is DryRunMode.SERVER:
        raise UsageError(
            "cannot specify --local and --dry-run=server - did you mean --dry-run=client?"
        )
    if local and not chosen.from_files:
        raise UsageError("--local changes what files say: name them with -f")
    return Editing(
        selection=chosen,
        local=local,
        dry_run=mode,
        output=require_output(output),
        show_managed_fields=show_managed_fields,
        manager=manager,
        cause=flags.change_cause(cause),
    )


def run(
    editing: Editing,
    change: Edit,
    env: Env,
    *,
    all_or_none: bool = False,
    keep_holds: bool = True,
    offline: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    write: Write | None = None,
    of_files: bool = False,
    suffix: bool = True,
) -> int:
    """Do ``change`` to each DaemonSet and print its line or object; the worst exit code.

    ``all_or_none``: one that is not there stops all, before anything is sent. ``keep_holds``: the
    change may touch what a pause or a suspension holds. ``offline`` makes of what a file says what
    Go's types would, where no cluster is asked; kubectl prints them then. ``of_files``: none is
    asked. ``write`` stands in the place of reading, changing and writing. ``suffix``: the lines
    tell of a dry run.
    """
    typed = offline is not None
    if editing.local or of_files:
        outcomes = _locally(editing, change, env, offline)
        return show(outcomes, editing, env, suffix=suffix, typed=typed)
    found = selection.targets(editing.selection, env)
    if not found:
        env.say("No resources found")
        return int(ExitCode.OK)
    if all_or_none:
        found, code = read_all(found, env)
        if code:
            return code
    write = write or _writer(editing, change, keep_holds=keep_holds)
    outcomes = _remotely(found, editing, env, write)
    return show(outcomes, editing, env, suffix=suffix, typed=typed)


def show(
    outcomes: Iterable[Outcome],
    editing: Editing,
    env: Env,
    *,
    suffix: bool = True,
    typed: bool = False,
) -> int:
    """Print each outcome as it comes, refusals too; the exit code of the worst.

    ``typed``: of ``Showing``.
    """
    from dsctl.actions.edits import NotReached, Refused
    from dsctl.actions.writes import Done

    mode = editing.dry_run if suffix else DryRunMode.NONE
    showing = Showing(editing.output, mode, editing.show_managed_fields, typed)
    sent = not editing.local and editing.dry_run is not DryRunMode.CLIENT
    code = int(ExitCode.OK)
    shown = 0
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            with env.about(outcome.target.namespace):
                code = max(code, report(outcome, env))
            continue
        if isinstance(outcome, NotReached):
            names = ", ".join(target.name for target in outcome.targets)
            env.say(f"not changed: {names}")
            continue
        name, edited = outcome
        for line in edited.lines if sent else ():
            env.print(line)
        with env.about((edited.obj.get("metadata") or {}).get("namespace")):
            for note in edited.notes:
                env.say(note)
        if edited.operation:
            shown += 1
            show_one(Done(name, edited.operation, edited.obj), showing, env, first=shown == 1)
    return code


def report(refused: Any, env: Env) -> int:
    """Print why one DaemonSet was not changed, its file and its name before it."""
    from dsctl.cli.reporting import report as print_error

    target, error = refused.target, refused.error
    if f'"{target.name}"' not in error.message:
        error.message = f'daemonset "{target.name}": {error.message}'
    if target.source:
        error.message = f"{target.source}: {error.message}"
    return print_error(error, env)


def live_or_local(editing: Editing, env: Env) -> Iterator[tuple[Target, dict[str, Any]]]:
    """Each DaemonSet as it is, for commands that only look. Raises what the API door raises."""
    from dsctl.actions.modify import read as read_live

    if editing.local:
        for document in _documents(editing, env):
            yield _target_of(document), document.value
        return
    for target in selection.targets(editing.selection, env):
        yield target, target.obj or read_live(env.cluster(), target)


def shown(text: str, env: Env) -> str:
    """Raw for a script; nothing that a terminal would obey."""
    if not env.stdout_is_tty:
        return text
    from dsctl.render.text import escape_lines

    return escape_lines(text)


def _documents(editing: Editing, env: Env) -> list[Document]:
    from dsctl.cli import inputs

    chosen = editing.selection
    documents = inputs.load(env, chosen.files, chosen.kustomize, recursive=chosen.recursive)
    return inputs.selected(documents, chosen.selector)


def _target_of(document: Document) -> Target:
    from dsctl.actions.targets import Target

    return Target(document.namespace or "", document.name or "", source=document.source)


def _locally(
    editing: Editing,
    change: Edit,
    env: Env,
    offline: Callable[[dict[str, Any]], dict[str, Any]] | None,
) -> Iterator[Outcome]:
    from dsctl.actions.edits import each
    from dsctl.cli.targets import prepared

    pairs = [(_target_of(document), document) for document in _documents(editing, env)]
    documents = {id(target): document for target, document in pairs}

    def act(target: Target) -> Edited:
        document = documents[id(target)]
        value = document.value if editing.local else prepared(document, env)[0]
        return change(offline(value) if offline else value)

    return each([target for target, _ in pairs], act)


def _remotely(found: list[Target], editing: Editing, env: Env, write: Write) -> Iterator[Outcome]:
    from dsctl.actions.edits import each
    from dsctl.actions.writes import WriteOptions

    server = editing.dry_run is DryRunMode.SERVER
    options = WriteOptions(editing.manager, _VALIDATION, server, editing.cause)
    cluster = env.cluster()
    return each(found, lambda target: write(cluster, target, options))


def _writer(editing: Editing, change: Edit, *, keep_holds: bool) -> Write:
    """Read, change and write; without the last in a dry run of the client."""

    def write(cluster: Cluster, target: Target, options: WriteOptions) -> Edited:
        from dsctl.actions.edits import edit, foretold
        from dsctl.actions.modify import read as read_live

        if editing.dry_run is DryRunMode.CLIENT:
            live = target.obj or read_live(cluster, target)
            return foretold(live, change(live), editing.cause, keep_holds=keep_holds)
        return edit(cluster, target, change, options, keep_holds=keep_holds)

    return write


def read_all(
    found: list[Target], env: Env, *, subresource: str | None = None
) -> tuple[list[Target], int]:
    """The targets with their objects; the exit code where one of them can't be read."""
    from dataclasses import replace

    from dsctl.actions.edits import Refused
    from dsctl.actions.modify import read as read_live
    from dsctl.errors import DsctlError, Unreachable

    code = 0
    whole = []
    cluster = env.cluster()
    for target in found:
        try:
            obj = target.obj or read_live(cluster, target, subresource=subresource)
            whole.append(replace(target, uid=obj["metadata"]["uid"], obj=obj))
        except Unreachable:
            raise
        except DsctlError as error:
            code = max(code, report(Refused(target, error), env))
    if code and len(found) > 1:
        env.say("nothing was changed")
    return whole, code
