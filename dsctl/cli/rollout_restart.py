"""``dsctl rollout restart``: every pod anew by a rollout, or some by deleting them one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import eachone, selection
from dsctl.cli import options as flags
from dsctl.cli import rollout_waiting as waiting
from dsctl.cli.options import DryRunMode
from dsctl.cli.selection import Selection
from dsctl.cli.writing import Showing, require_output
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import Done
    from dsctl.cli.env import Env
    from dsctl.domain.restart import Asked
    from dsctl.render.output import OutputFormat

_SOME = "--node, --unhealthy or --revision-older-than"


@dataclass(frozen=True, slots=True)
class RestartOptions:
    """What the command line of ``rollout restart`` says. ``some`` None: all pods.

    ``at_once`` is a number of nodes or a percentage, None: as the DaemonSet's own budget allows.
    """

    selection: Selection
    some: Asked | None
    at_once: int | str | None
    wait: bool
    timeout: float
    dry_run: DryRunMode
    output: OutputFormat | None
    manager: str
    cause: str | None
    show_managed_fields: bool


def restart(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    node: Annotated[
        list[str] | None,
        typer.Option("--node", metavar="NODE", help="Only the pod on this node; may repeat"),
    ] = None,
    unhealthy: Annotated[
        bool, typer.Option("--unhealthy/--no-unhealthy", help="Only pods that are not ready")
    ] = False,
    revision_older_than: Annotated[
        int | None,
        typer.Option(
            "--revision-older-than", metavar="N", help="Only pods of a revision before this one"
        ),
    ] = None,
    max_unavailable: Annotated[
        str | None,
        typer.Option(
            "--max-unavailable",
            metavar="N|P%",
            help=f"With {_SOME}: so many nodes at a time, those that are down already included "
            "(default: one, within the DaemonSet's own maxUnavailable)",
        ),
    ] = None,
    wait: waiting.Wait = False,
    timeout: waiting.Timeout = None,
    dry_run: flags.DryRun = "none",
    output: flags.Output = None,
    field_manager: flags.FieldManager = "dsctl-rollout",
    change_cause: flags.ChangeCause = None,
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Restart the pods of DaemonSets.

    All of them by a rollout, as the update strategy says. With --node, --unhealthy or
    --revision-older-than only those, without a change of the template: their pods are deleted node
    by node, and each node is waited for until its new pod is available.

    Exit codes: 0 restarted; 1 a new pod fails, nothing happens for 10 minutes, or some were left
    out; 124 --timeout passed; with --wait those of rollout status.

    Examples:
      dsctl rollout restart node-agent
      dsctl rollout restart node-agent --wait --timeout=15m
      dsctl rollout restart node-agent --node=node-3 --node=node-7
      dsctl rollout restart node-agent --unhealthy --timeout=5m
    """
    some = _some(_nodes(node), revision_older_than, unhealthy=unhealthy)
    options = RestartOptions(
        selection=selection.read(
            "rollout restart",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        some=some,
        at_once=None if max_unavailable is None else _at_once(max_unavailable, some),
        wait=wait,
        timeout=waiting.seconds(timeout, goes=wait or some is not None, needs=f"--wait, {_SOME}"),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        output=require_output(output),
        manager=field_manager,
        cause=flags.change_cause(change_cause),
        show_managed_fields=show_managed_fields,
    )
    return run(options, ctx.obj)


def _nodes(values: list[str] | None) -> tuple[str, ...]:
    """Raises UsageError for an empty ``--node``: a variable that is unset must not restart all."""
    found = flags.split(values)
    if values and not found:
        raise UsageError("--node names no node")
    return found


def _some(nodes: tuple[str, ...], older_than: int | None, *, unhealthy: bool) -> Asked | None:
    if bool(nodes) + unhealthy + (older_than is not None) > 1:
        raise UsageError(f"give only one of {_SOME}")
    if older_than is not None and older_than < 1:
        raise UsageError(f"--revision-older-than takes the number of a revision, not {older_than}")
    if not nodes and not unhealthy and older_than is None:
        return None
    from dsctl.domain.restart import Asked

    return Asked(tuple(dict.fromkeys(nodes)), unhealthy, older_than)


def _at_once(text: str, some: Asked | None) -> int | str:
    if some is None:
        raise UsageError(f"--max-unavailable goes with {_SOME}")
    return flags.max_unavailable(text)


def run(options: RestartOptions, env: Env) -> int:
    """Restart one DaemonSet after the other; one that fails does not stop the others."""
    if options.some is not None and (options.output is not None or options.cause is not None):
        flag = "-o" if options.output is not None else "--change-cause"
        raise UsageError(f"{flag} goes with a restart of all pods")
    found = selection.targets(options.selection, env)
    if options.some is not None:
        from dsctl.cli import restart_some

        return restart_some.run(found, options, env)
    showing = Showing(options.output, options.dry_run, options.show_managed_fields, typed=True)
    done, code = eachone.each(
        found, showing, env, lambda target: _restart(target, options, env), verb="restarted"
    )
    if options.wait and options.dry_run is DryRunMode.NONE and done:
        code = max(code, waiting.follow(done, options.timeout, options.output, env))
    return code


def _restart(target: Target, options: RestartOptions, env: Env) -> Done:
    from dsctl.actions import restart as action
    from dsctl.actions.writes import Done, WriteOptions
    from dsctl.domain.restart import awaited

    if options.dry_run is DryRunMode.CLIENT:
        live = action.checked(env.cluster(), target)
        return Done(target.name, "restarted", live)
    write = WriteOptions(
        options.manager, dry_run=options.dry_run is DryRunMode.SERVER, cause=options.cause
    )
    done = action.restart(env.cluster(), target, write, env.now())
    return Done(done.name, done.operation, done.obj, (*done.notes, *awaited(done.obj)))
