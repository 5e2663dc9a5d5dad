"""``dsctl delete``: delete DaemonSets, with or without their pods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.selection import Selection
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """What the command line of ``delete`` says, kubectl's rules for its flags applied.

    ``grace_period`` in seconds, None: the pods' own; ``timeout`` in seconds; ``wait`` is None
    where nothing was said: for the DaemonSets, and on a terminal for their pods.
    """

    selection: Selection
    cascade: str
    grace_period: int | None
    force: bool
    ignore_not_found: bool
    wait: bool | None
    timeout: float
    interactive: bool
    yes: bool
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
        bool | None,
        typer.Option(
            "--wait/--no-wait",
            help="Wait until they and their pods are gone (default: the DaemonSets, and on a "
            "terminal the pods)",
        ),
    ] = None,
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
    interactive: Annotated[
        bool, typer.Option("--interactive/--no-interactive", "-i", help="Always ask first")
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes/--no-yes",
            "-y",
            help="Never ask (else a terminal is asked for more than one, and for --all)",
        ),
    ] = False,
    orphans: Annotated[
        bool,
        typer.Option(
            "--orphans/--no-orphans",
            help="Delete pods that no DaemonSet owns any more (of -n or -A, and -l) instead",
        ),
    ] = False,
    dry_run: flags.DryRun = "none",
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FORMAT", help="Print only type/name"),
    ] = None,
) -> int:
    """Delete DaemonSets, with or without their pods.

    Says first what goes, and on a terminal asks before it deletes more than one.

    Exit codes: 0 gone; 1 answered no, nothing was sent; 3 not found or refused, the others are
    deleted; 124 some are left.

    Examples:
      dsctl delete node-agent
      dsctl delete node-agent --cascade=orphan
      dsctl delete -f agent.yaml --timeout=2m
      dsctl delete --orphans -l app=node-agent
    """
    chosen = selection.read(
        "delete",
        needs_one=not orphans,
        names=names,
        filename=filename,
        kustomize=kustomize,
        recursive=recursive,
        selector=selector,
        field_selector=field_selector,
        everything=everything,
        all_namespaces=all_namespaces,
    )
    if interactive and yes:
        raise UsageError("--interactive and --yes cannot be specified together")
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
        interactive=interactive,
        yes=yes,
        dry_run=dry_run,
        output=output or None,
    )
    return _run_orphans(options, ctx.obj) if orphans else run(options, ctx.obj)


def _run_orphans(options: DeleteOptions, env: Env) -> int:
    """``--orphans``: the same flags, but for pods."""
    from dsctl.cli import delete_orphans

    delete_orphans.check(options.selection)
    found = delete_orphans.DeleteOrphansOptions(
        selector=options.selection.selector,
        all_namespaces=options.selection.all_namespaces,
        grace_period=options.grace_period,
        wait=options.wait is not False,
        timeout=options.timeout,
        interactive=options.interactive,
        yes=options.yes,
        dry_run=options.dry_run,
        output=options.output,
    )
    return delete_orphans.run(found, env)


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


def run(options: DeleteOptions, env: Env) -> int:
    """Say what goes, ask where that is due, delete each, and wait for them to be gone.

    Raises DeadlineExceeded where something is left at the end of ``--timeout``, and AnswerIsNo
    where the question is not answered with yes.
    """
    from dsctl.cli import deleting

    return deleting.run(options, env)
