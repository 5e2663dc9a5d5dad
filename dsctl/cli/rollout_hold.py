"""``dsctl rollout pause`` and ``rollout resume``: hold a rolling update where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import holding, selection
from dsctl.cli import options as flags
from dsctl.cli.holding import HoldOptions
from dsctl.cli.writing import require_output

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import Done
    from dsctl.cli.env import Env


def pause(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Hold a rolling update: pods that run are replaced no further.

    The update strategy becomes OnDelete, and what it was is kept in the annotation
    dsctl/paused-strategy for resume. New nodes, and pods that are deleted, get the newest
    template all the same. One that is paused, or is OnDelete anyway, is left as it is: exit 0.

    Examples:
      dsctl rollout pause node-agent
      dsctl rollout pause -l team=infra --dry-run=server
      dsctl rollout pause node-agent && dsctl rollout step node-agent --batch 1,10%,100%
    """
    options = HoldOptions(
        selection=selection.read(
            "rollout pause",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        output=require_output(output),
        show_managed_fields=show_managed_fields,
    )
    return run_pause(options, ctx.obj)


def resume(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    force: Annotated[
        bool,
        typer.Option("--force/--no-force", help="Also where someone else changed the strategy"),
    ] = False,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Let a paused rolling update go on, with the strategy that it had.

    Exit codes: 0 also for one that is not paused; 1 someone else changed the strategy meanwhile.

    Examples:
      dsctl rollout resume node-agent
      dsctl rollout resume node-agent --force
    """
    options = HoldOptions(
        selection=selection.read(
            "rollout resume",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        dry_run=flags.dry_run(dry_run, ctx.obj),
        output=require_output(output),
        show_managed_fields=show_managed_fields,
        force=force,
    )
    return run_resume(options, ctx.obj)


def run_pause(options: HoldOptions, env: Env) -> int:
    """Pause each, and say what is held and what is not."""
    return holding.each(options, env, lambda t: _pause(t, options, env), verb="paused")[1]


def run_resume(options: HoldOptions, env: Env) -> int:
    """Resume each."""
    return holding.each(options, env, lambda t: _resume(t, options, env), verb="resumed")[1]


def _pause(target: Target, options: HoldOptions, env: Env) -> Done:
    from dsctl.actions.writes import Done
    from dsctl.domain import held, hold
    from dsctl.domain.strategy import has_paused_strategy

    target = holding.looked_up(target, env)
    before: dict[str, Any] = target.obj or {}
    surged = _surged(before, env)
    done = holding.write(
        options, env, target, hold.pause, operation="paused", unchanged="already paused"
    )
    if done.operation == "paused":
        return Done(done.name, "paused", done.obj, held.pausing(before, surged))
    if has_paused_strategy(done.obj):
        return done
    note = f"daemonset {done.name!r} updates on deletion (OnDelete): there is nothing to hold"
    return Done(done.name, "not paused", done.obj, (note,))


def _surged(daemonset: dict[str, Any], env: Env) -> tuple[str, ...]:
    """The nodes on which a second pod runs now, that OnDelete does not allow."""
    from dsctl.actions import hold
    from dsctl.domain.strategy import allows_surge
    from dsctl.errors import Forbidden

    if not allows_surge(daemonset):
        return ()
    try:
        return hold.surged(env.cluster(), daemonset)
    except Forbidden:
        env.warn_local("may not list pods: whether surged pods are removed can't be told")
        return ()


def _resume(target: Target, options: HoldOptions, env: Env) -> Done:
    from dsctl.domain import hold

    return holding.write(
        options,
        env,
        target,
        lambda live: hold.resume(live, force=options.force),
        operation="resumed",
        unchanged="not paused",
    )
