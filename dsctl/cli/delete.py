"""``dsctl delete``: delete DaemonSets, with or without their pods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.argv import parse_bool
from dsctl.cli.options import DryRunMode
from dsctl.cli.selection import Selection
from dsctl.cli.trouble import sayer
from dsctl.errors import ExitCode, Forbidden, Unreachable, UsageError

if TYPE_CHECKING:
    from dsctl.actions.delete import Deleted, DeleteHow, NotDeleted
    from dsctl.actions.targets import Target
    from dsctl.cli.env import Env

_SUFFIX = {
    DryRunMode.NONE: "",
    DryRunMode.CLIENT: " (dry run)",
    DryRunMode.SERVER: " (server dry run)",
}
#: What 0 means for ``--timeout``, as in kubectl.
A_WEEK = 168 * 3600.0
_CASCADES = ("background", "foreground", "orphan")
_FORCED = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been "
    "terminated. The resource may continue to run on the cluster indefinitely."
)


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """What the command line of ``delete`` says, kubectl's rules for its flags applied.

    ``grace_period`` in seconds, None: the pods' own; ``timeout`` in seconds.
    """

    selection: Selection
    cascade: str
    grace_period: int | None
    force: bool
    ignore_not_found: bool
    wait: bool
    timeout: float
    dry_run: str
    output: str | None


def delete(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    field_selector: flags.FieldSelector = None,
    everything: Annotated[
        bool, typer.Option("--all/--no-all", help="Every DaemonSet of the namespace")
    ] = False,
    all_namespaces: flags.AllNamespaces = False,
    cascade: Annotated[
        str,
        typer.Option(
            "--cascade",
            metavar="HOW",
            help="What becomes of the pods. background (default): they go after the DaemonSet; "
            "foreground: before it; orphan: they stay, without an owner",
        ),
    ] = "background",
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait until they are gone (default)")
    ] = True,
    timeout: Annotated[
        str,
        typer.Option(
            "--timeout", metavar="TIME", help="How long to wait: 30s, 5m; 0 (default): a week"
        ),
    ] = "0s",
    grace_period: Annotated[
        int,
        typer.Option(
            "--grace-period", metavar="SECONDS", help="Time to end in; 0 only with --force"
        ),
    ] = -1,
    now: Annotated[bool, typer.Option("--now/--no-now", help="Same as --grace-period=1")] = False,
    force: Annotated[
        bool, typer.Option("--force/--no-force", help="Delete at once (--grace-period=0)")
    ] = False,
    ignore_not_found: Annotated[
        bool | None,
        typer.Option(
            "--ignore-not-found/--no-ignore-not-found",
            help="What is not there counts as deleted (the default with --all, -l)",
        ),
    ] = None,
    dry_run: flags.DryRun = "none",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FORMAT", help="name: print only type/name"),
    ] = None,
) -> int:
    """Delete DaemonSets, with or without their pods.

    Exit codes: 0 gone; 3 not found or refused, the others are deleted; 124 some are left.

    Examples:
      dsctl delete node-agent
      dsctl delete node-agent --cascade=orphan
      dsctl delete -f agent.yaml --timeout=2m
    """
    chosen = selection.read(
        "delete",
        names=names,
        filename=filename,
        kustomize=kustomize,
        recursive=recursive,
        selector=selector,
        field_selector=field_selector,
        everything=everything,
        all_namespaces=all_namespaces,
    )
    if output not in (None, "", "name"):
        raise UsageError(f"unexpected -o output mode: {output}. We only support '-o name'")
    options = DeleteOptions(
        selection=chosen,
        cascade=cascade,
        grace_period=_grace_period(grace_period, now=now, force=force),
        force=force,
        ignore_not_found=chosen.listed if ignore_not_found is None else ignore_not_found,
        wait=wait,
        timeout=_timeout(timeout),
        dry_run=dry_run,
        output=output or None,
    )
    return run(options, ctx.obj)


def _grace_period(seconds: int, *, now: bool, force: bool) -> int | None:
    """The grace period as kubectl makes it of its three flags (``DeleteOptions.Complete``)."""
    if now:
        if seconds != -1:
            raise UsageError("--now and --grace-period cannot be specified together")
        seconds = 1
    if seconds == 0 and not force:
        seconds = 1
    if force and seconds > 0:
        raise UsageError("--force and --grace-period greater than 0 cannot be specified together")
    if force:
        seconds = 0
    return seconds if seconds >= 0 else None


def _timeout(text: str) -> float:
    seconds = flags.seconds("--timeout", text)
    if seconds < 0:
        raise UsageError("--timeout must not be negative", hint="0 waits for a week")
    return seconds


def cascade_word(value: str, env: Env) -> str:
    """Read ``--cascade``, the deprecated booleans with kubectl's warning."""
    try:
        meaning = "background" if parse_bool("--cascade", value) else "orphan"
    except UsageError:
        if value not in _CASCADES:
            raise UsageError(
                f'invalid cascade value ({value}). Must be "background", "foreground", or "orphan"'
            ) from None
        return value
    env.warn_local(
        f"--cascade={value} is deprecated (boolean value) "
        f"and can be replaced with --cascade={meaning}."
    )
    return meaning


def run(options: DeleteOptions, env: Env) -> int:
    """Delete each, say so as it happens, and wait for them all to be gone.

    Raises DeadlineExceeded where something is left at the end of ``--timeout``.
    """
    from dsctl.actions.delete import DeleteHow, Propagation

    mode = flags.dry_run(options.dry_run, env)
    how = DeleteHow(
        propagation=Propagation[cascade_word(options.cascade, env).upper()],
        grace_period=options.grace_period,
        dry_run=mode is DryRunMode.SERVER,
        ignore_not_found=options.ignore_not_found,
    )
    if options.force:
        env.say(_FORCED)
    found = selection.targets(options.selection, env)
    if not found:
        env.print("No resources found")
        return int(ExitCode.OK)
    if mode is DryRunMode.CLIENT:
        for target in found:
            _print(target, options, mode, env)
        return int(ExitCode.OK)
    # Issue 7: what goes, and the question, belong here.
    deleted, failed = _delete(found, how, options, mode, env)
    lost = any(isinstance(one.error, Unreachable) for one in failed)
    waited = options.wait and mode is DryRunMode.NONE and not lost
    if waited:
        _wait(deleted, options.timeout or A_WEEK, env)
    if how.propagation is Propagation.ORPHAN:
        for one in deleted:
            _say_orphans(one, mode, env, gone=waited)
    return max((int(one.error.exit_code) for one in failed), default=int(ExitCode.OK))


def _delete(
    found: list[Target], how: DeleteHow, options: DeleteOptions, mode: DryRunMode, env: Env
) -> tuple[list[Deleted], list[NotDeleted]]:
    """Delete each; what the server took, and what it refused (already reported)."""
    from dsctl.actions import delete as action

    deleted: list[Deleted] = []
    failed: list[NotDeleted] = []
    for outcome in action.each(env.cluster(), found, how):
        match outcome:
            case action.Deleted(target=target):
                deleted.append(outcome)
                _print(target, options, mode, env)
            case action.NotDeleted():
                failed.append(outcome)
                _report(outcome, env)
            case action.NotSent(targets=targets):
                env.say(f"not deleted: {', '.join(_place(target) for target in targets)}")
    return deleted, failed


def _wait(deleted: list[Deleted], seconds: float, env: Env) -> None:
    """Wait until all are gone; issue 7 shows the states on the way. Raises DeadlineExceeded."""
    from dsctl.actions import leaving

    try:
        for _ in leaving.watch(env.cluster(), deleted, seconds, on_trouble=sayer(env)):
            pass
    except KeyboardInterrupt:
        if deleted:
            env.say("no longer waiting; the deletion goes on in the cluster")
        raise
    except Forbidden as error:  # kubectl too: who may delete but not look has done it all
        env.warn_local(f"not waiting: {error.message}")


def _say_orphans(one: Deleted, mode: DryRunMode, env: Env, *, gone: bool) -> None:
    from dsctl.actions import leaving

    count = None if one.orphans is None else len(one.orphans)
    if gone and count:
        count = leaving.orphans_left(env.cluster(), one)
    if count is None:
        said = "its pods"
    else:
        said = "1 pod" if count == 1 else f"{count} pods"
    verb = "would stay" if mode is DryRunMode.SERVER else "stays" if count == 1 else "stay"
    env.say(f"daemonset {one.target.name!r}: {said} {verb}, without an owner")


def _print(target: Target, options: DeleteOptions, mode: DryRunMode, env: Env) -> None:
    """The line that kubectl prints (``DeleteOptions.PrintObj``)."""
    if options.output == "name":
        env.print(f"daemonset.apps/{target.name}")
    else:
        operation = "force deleted" if options.grace_period == 0 else "deleted"
        env.print(
            f'daemonset.apps "{target.name}" {operation} from {target.namespace} namespace'
            f"{_SUFFIX[mode]}"
        )
    env.stdout.flush()


def _report(failed: NotDeleted, env: Env) -> None:
    from dsctl.cli.reporting import report

    if failed.target.source:
        failed.error.message = f"{_place(failed.target)}: {failed.error.message}"
    report(failed.error, env)


def _place(target: Target) -> str:
    return f"{target.source}: {target.name}" if target.source else f"daemonset {target.name!r}"
