"""``dsctl suspend`` and ``dsctl unsuspend``: take a DaemonSet off every node, and put it back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import holding, selection
from dsctl.cli import options as flags
from dsctl.cli.holding import HoldOptions
from dsctl.cli.options import DryRunMode
from dsctl.cli.trouble import sayer
from dsctl.cli.writing import require_output
from dsctl.errors import ClusterError, DsctlError, ExitCode, Forbidden, UsageError

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import Done
    from dsctl.cli.env import Env

#: how long unsuspend waits for the controller, before it leaves a revision behind
_SECONDS = 30.0

Wait = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait until the pods are gone, or are back")
]
Timeout = Annotated[
    str, typer.Option("--timeout", metavar="TIME", help="With --wait: when to give up; 0: never")
]


def suspend(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    wait: Wait = False,
    timeout: Timeout = "0s",
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Take a DaemonSet off every node, and keep everything else of it.

    Adds dsctl/suspended=true to the nodeSelector of its pods; apply, replace, edit, set and patch
    keep it there, until unsuspend.

    Exit codes: 0 suspended; 1 it is suspended already; 124 pods are left at the end of --timeout.

    Examples:
      dsctl suspend node-agent
      dsctl suspend node-agent --wait --timeout=2m
      dsctl suspend -l team=infra --dry-run=server
    """
    options = HoldOptions(
        selection=selection.read(
            "suspend",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        output=require_output(output),
        show_managed_fields=show_managed_fields,
        wait=wait,
        timeout=_seconds(timeout),
    )
    return run_suspend(options, ctx.obj)


def unsuspend(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    wait: Wait = False,
    timeout: Timeout = "0s",
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Put a suspended DaemonSet back on its nodes, just as it was.

    The revision of the suspension is taken out of the history, so that no undo goes back to it.

    Exit codes: 0 also for one that is not suspended; 124 pods are missing at the end of --timeout.

    Examples:
      dsctl unsuspend node-agent
      dsctl unsuspend node-agent --wait --timeout=5m
    """
    options = HoldOptions(
        selection=selection.read(
            "unsuspend",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        output=require_output(output),
        show_managed_fields=show_managed_fields,
        wait=wait,
        timeout=_seconds(timeout),
    )
    return run_unsuspend(options, ctx.obj)


def _seconds(timeout: str) -> float:
    seconds = flags.seconds("--timeout", timeout)
    if seconds < 0:
        raise UsageError("--timeout must not be negative", hint="0 waits for ever")
    return seconds


def run_suspend(options: HoldOptions, env: Env) -> int:
    """Suspend each, then wait for the pods of all to be gone."""
    from dsctl.actions import unsuspend as action

    done, code = holding.each(options, env, lambda t: _suspend(t, options, env), verb="suspended")

    def wait_for(obj: dict[str, Any], left: float | None) -> None:
        action.wait_until_gone(env.cluster(), obj, left, env.now, on_trouble=sayer(env))

    return max(code, _wait(done, options, env, wait_for, "it stays suspended, and its pods go"))


def run_unsuspend(options: HoldOptions, env: Env) -> int:
    """Release each, see to its history, then wait for the pods of all to be back."""
    done, code = holding.each(
        options, env, lambda t: _unsuspend(t, options, env), verb="unsuspended"
    )

    def wait_for(obj: dict[str, Any], left: float | None) -> None:
        _wait_until_back(obj, left, env)

    return max(code, _wait(done, options, env, wait_for, "its pods come back all the same"))


def _suspend(target: Target, options: HoldOptions, env: Env) -> Done:
    from dsctl.actions import owned
    from dsctl.actions.writes import Done
    from dsctl.domain import held, hold

    target = holding.looked_up(target, env)
    before: dict[str, Any] = target.obj or {}
    try:
        count = sum(not pod.terminating for pod in owned.pods(env.cluster(), before))
    except Forbidden:
        count = (before.get("status") or {}).get("currentNumberScheduled") or 0
    done = holding.write(
        options, env, target, hold.suspend, operation="suspended", unchanged="already suspended"
    )
    verb = "would go" if options.dry_run is not DryRunMode.NONE else "go"
    pods = ("1 pod goes" if verb == "go" else "1 pod would go") if count == 1 else ""
    note = f"daemonset {done.name!r}: {pods or f'{count} pods {verb}'} away"
    return Done(done.name, done.operation, done.obj, (*held.suspending(before), note))


def _unsuspend(target: Target, options: HoldOptions, env: Env) -> Done:
    from dsctl.actions.writes import Done
    from dsctl.domain import hold

    done = holding.write(
        options,
        env,
        target,
        hold.unsuspend,
        operation="unsuspended",
        unchanged="not suspended",
    )
    if options.dry_run is not DryRunMode.NONE:
        return done
    return Done(done.name, done.operation, done.obj, _forget(done, env))


def _forget(done: Done, env: Env) -> tuple[str, ...]:
    """Take the suspension out of the history; what could not be done is a warning, no failure."""
    from dsctl.actions import unsuspend as action

    again = f"run dsctl unsuspend {done.name} again"
    risk = "until then an undo without --to-revision may go back to it"
    try:
        found = action.forget(env.cluster(), done.obj, _SECONDS, on_trouble=sayer(env))
    except ClusterError as error:
        return (f"warning: the suspension stays in the history: {error.message}; {again}, {risk}",)
    notes = []
    if found.deleted:
        gone = _revisions(found.deleted)
        notes.append(f"daemonset {done.name!r}: taken out of the history: {gone} (suspended)")
    if found.left:
        notes.append(
            f"warning: still in the history: {_revisions(found.left)} (suspended), since "
            f"{found.why}: {again} later; {risk}"
        )
    return tuple(notes)


def _revisions(numbers: tuple[int, ...]) -> str:
    return f"revision{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _wait(done: list[Done], options: HoldOptions, env: Env, wait_for: Any, goes_on: str) -> int:
    """Wait for each, the timeout for all of them together; the exit code of the worst."""
    from dsctl.cli.reporting import report

    if not options.wait or options.dry_run is not DryRunMode.NONE:
        return int(ExitCode.OK)
    end = time.monotonic() + options.timeout
    code = int(ExitCode.OK)
    for one in done:
        left = max(end - time.monotonic(), 0.001) if options.timeout else None
        try:
            wait_for(one.obj, left)
        except KeyboardInterrupt:
            env.say(f"no longer waiting for daemonset {one.name!r}; {goes_on}")
            raise
        except DsctlError as error:
            code = max(code, report(error, env))
    return code


def _wait_until_back(obj: dict[str, Any], left: float | None, env: Env) -> None:
    from dsctl.actions.unsuspend import wait_until_back

    seconds = flags.A_WEEK if left is None else left
    wait_until_back(env.cluster(), obj, seconds, on_trouble=sayer(env))
