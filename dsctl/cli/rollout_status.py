"""``dsctl rollout status``: where a rollout stands."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.selection import Selection
from dsctl.cli.trouble import sayer
from dsctl.errors import AnswerIsNo, DsctlError, ExitCode, Unreachable, UsageError

if TYPE_CHECKING:
    from dsctl.actions.rollout import Following, Rollout
    from dsctl.actions.targets import Target
    from dsctl.cli.env import Env
    from dsctl.cli.rollout_screens import Screen
    from dsctl.domain.rollout import RolloutStatus
    from dsctl.render.output import OutputFormat

#: the format that is printed for each change
JSONL = "jsonl"
#: a stall timeout that no rollout lives to see, in seconds
_NEVER = 1e9


@dataclass(frozen=True, slots=True)
class StatusOptions:
    """What the command line of ``rollout status`` says. Times in seconds, 0: never."""

    selection: Selection
    watch: bool
    timeout: float
    revision: int
    output: str | None
    stall_timeout: float = 600.0
    fail_fast: bool = False
    ignore_not_ready: bool = False


def status(
    ctx: typer.Context,
    names: flags.Names = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", "-w", help="Watch until it is done (default)")
    ] = True,
    timeout: Annotated[
        str,
        typer.Option("--timeout", metavar="TIME", help="When to give up; 0 (default): never"),
    ] = "0s",
    revision: Annotated[
        int,
        typer.Option(
            "--revision", metavar="N", help="Fail once another revision is rolled out; 0: any"
        ),
    ] = 0,
    stall_timeout: Annotated[
        str,
        typer.Option(
            "--stall-timeout",
            metavar="TIME",
            help="Stalled after so long without a change; 0: never",
        ),
    ] = "10m",
    fail_fast: Annotated[
        bool,
        typer.Option(
            "--fail-fast/--no-fail-fast", help="End at the first sure failure of the new version"
        ),
    ] = False,
    ignore_nodes_not_ready: Annotated[
        bool,
        typer.Option(
            "--ignore-nodes-not-ready/--no-ignore-nodes-not-ready",
            help="Don't wait for nodes that are not ready; says which",
        ),
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FORMAT",
            help="A report at the end (jsonl: one for each change), as",
        ),
    ] = None,
) -> int:
    """Watch a rollout until it is done.

    On a terminal it is a live screen, in a pipe kubectl's lines; what blocks it, and at the end
    what is not done, with the reasons, goes to stderr.

    Exit codes: 0 complete, or no node to run on; 1 failed (--fail-fast), stalled, paused, waiting
    for deletions (OnDelete), or deleted; 124 --timeout passed. With --no-watch: 1 while it is
    under way.

    Examples:
      dsctl rollout status node-agent
      dsctl rollout status node-agent --timeout=15m --fail-fast
      dsctl rollout status node-agent --ignore-nodes-not-ready -o jsonl
      dsctl rollout status -l team=infra --no-watch -o json
    """
    options = StatusOptions(
        selection=selection.read(
            "rollout status",
            names=names,
            filename=filename,
            kustomize=kustomize,
            recursive=recursive,
            selector=selector,
        ),
        watch=watch,
        timeout=flags.seconds("--timeout", timeout),
        revision=revision,
        output=output or None,
        stall_timeout=flags.seconds("--stall-timeout", stall_timeout),
        fail_fast=fail_fast,
        ignore_not_ready=ignore_nodes_not_ready,
    )
    return run(options, ctx.obj)


def run(options: StatusOptions, env: Env) -> int:
    """Follow one DaemonSet after the other; the exit code of the worst.

    The report of ``-o`` is printed however it ends, at an interrupt too.
    """
    if options.revision < 0:
        raise UsageError(f"revision must be a positive integer: {options.revision}")
    if options.timeout < 0:
        raise UsageError("--timeout must not be negative", hint="0 watches for ever")
    if options.stall_timeout < 0:
        raise UsageError(
            "--stall-timeout must not be negative", hint="0: it never counts as stalled"
        )
    form = None if options.output in (None, JSONL) else _format(options.output)
    found = selection.targets(options.selection, env)
    if not found:
        env.say(f"No resources found in {env.namespace} namespace.")
    statuses: list[RolloutStatus] = []
    try:
        return follow_all(found, options, env, statuses)
    finally:
        if form is not None:
            _print_report(statuses, form, env, as_list=options.selection.listed or len(found) > 1)


def _format(output: str) -> OutputFormat:
    from dsctl.render import output as printers

    return printers.parse(output, printers.REPORTS | {JSONL})


def follow_all(
    found: list[Target], options: StatusOptions, env: Env, statuses: list[RolloutStatus]
) -> int:
    """Follow each, the timeout for all of them together; ``statuses`` gets the last of each."""
    from dsctl.actions.rollout import Rollout

    end = time.monotonic() + options.timeout
    code = int(ExitCode.OK)
    for target in found:
        left = max(end - time.monotonic(), 0.001) if options.timeout else None
        screen = _screen(options, env)
        rollout = Rollout(
            env.cluster(),
            target,
            _following(options, env, left),
            env.now,
            on_trouble=sayer(env, screen.warn),
            note=screen.warn,
        )
        try:
            with env.about(target.namespace):
                code = max(code, _told(rollout, screen, options, env))
        finally:
            if rollout.last is not None:
                statuses.append(rollout.last.status)
    return code


def _told(rollout: Rollout, screen: Screen, options: StatusOptions, env: Env) -> int:
    """Follow one; what it can't be followed for is reported, and no end of the others."""
    from dsctl.cli.reporting import report

    try:
        return _follow(rollout, screen, options)
    except Unreachable:
        raise
    except DsctlError as error:
        return report(error, env)


def _following(options: StatusOptions, env: Env, left: float | None) -> Following:
    from datetime import timedelta

    from dsctl.actions.rollout import Following

    return Following(
        timeout=left,
        revision=options.revision or None,
        with_revision=options.output is not None or _is_live(env),
        once=not options.watch,
        stall_after=timedelta(seconds=options.stall_timeout or _NEVER),
        fail_fast=options.fail_fast,
        ignore_not_ready=options.ignore_not_ready,
    )


def _is_live(env: Env) -> bool:
    return env.stdout_is_tty and env.environ.get("TERM") != "dumb"


def _screen(options: StatusOptions, env: Env) -> Screen:
    from dsctl.cli import rollout_screens as screens

    if options.output is not None:
        return screens.Reports(env, each=options.output == JSONL)
    if options.watch and _is_live(env):
        return screens.LiveScreen(env)
    return screens.Lines(env)


def _follow(rollout: Rollout, screen: Screen, options: StatusOptions) -> int:
    """Show states until the rollout has ended; raises AnswerIsNo where that is no good end."""
    from dsctl.domain import held

    remarks: tuple[str, ...] = ()
    try:
        for state in rollout:
            before, remarks = remarks, held.remarks(state.daemonset, state.suspensions)
            for line in remarks:
                if line not in before:
                    screen.warn(line)
            screen.show(state)
            if state.status.phase.good:
                return int(ExitCode.OK)
            if state.status.phase.ended:
                raise _held(state.status, options)
    finally:
        screen.end(None if rollout.gone else rollout.last)
    return int(ExitCode.NO)


def _held(status: RolloutStatus, options: StatusOptions) -> AnswerIsNo:
    """Why a rollout goes no further."""
    from dsctl.domain.rollout import RolloutPhase
    from dsctl.domain.times import human_duration

    done = f"{status.counts.updated} of {status.counts.desired} pods are updated"
    what = f"the rollout of daemonset {status.name!r}"
    match status.phase:
        case RolloutPhase.AWAITING_DELETION:
            return AnswerIsNo(
                f"daemonset {status.name!r} updates on deletion (OnDelete): {done}",
                hint="the others get the new template when someone deletes them",
            )
        case RolloutPhase.PAUSED:
            return AnswerIsNo(
                f"{what} is paused: {done}", hint=f"dsctl rollout resume {status.name}"
            )
        case RolloutPhase.FAILED:
            sure = next(b for b in status.blockers if b.sure)
            return AnswerIsNo(
                f"{what} failed: pod {sure.pod} on {sure.node}: {sure.message}",
                hint=f"dsctl rollout undo {status.name}",
            )
    spent = human_duration(options.stall_timeout)
    available = f"{status.counts.available} available"
    return AnswerIsNo(f"{what} is stalled, no change for {spent}: {done}, {available}")


def _print_report(
    statuses: list[RolloutStatus], form: OutputFormat, env: Env, *, as_list: bool
) -> None:
    from dsctl.render import output as printers

    reports: list[dict[str, Any]] = [status.to_dict() for status in statuses]
    if as_list:
        whole = {"apiVersion": "dsctl/v1", "kind": "RolloutStatusList", "items": reports}
        printers.print_report(whole, form, env.stdout)
    elif reports:
        printers.print_report(reports[0], form, env.stdout)
