"""``dsctl delete --orphans``: delete pods that a DaemonSet made and that nobody owns any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsctl.cli import options as flags
from dsctl.cli.options import DryRunMode
from dsctl.cli.trouble import sayer
from dsctl.errors import ExitCode, Forbidden, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsctl.cli.env import Env
    from dsctl.cli.selection import Selection
    from dsctl.domain.orphans import Orphan

_SUFFIX = {
    DryRunMode.NONE: "",
    DryRunMode.CLIENT: " (dry run)",
    DryRunMode.SERVER: " (server dry run)",
}
#: so many groups of labels are said before the deletion
_GROUPS = 10
#: up to so many pods each has a line when it is gone
_EACH = 20


@dataclass(frozen=True, slots=True)
class DeleteOrphansOptions:
    """What the command line of ``delete --orphans`` says; times in seconds."""

    selector: str | None
    all_namespaces: bool
    grace_period: int | None
    wait: bool
    timeout: float
    interactive: bool
    yes: bool
    dry_run: str
    output: str | None


def check(found: Selection) -> None:
    """Refuse what can't choose among orphans. Raises UsageError."""
    if found.names or found.from_files or found.field_selector or found.everything:
        raise UsageError(
            "--orphans goes with -l, -n and -A: orphans have no DaemonSet any more",
            hint="dsctl orphans lists them with their labels",
        )


def run(options: DeleteOrphansOptions, env: Env) -> int:
    """Say what goes, ask on a terminal, delete each as long as it is an orphan, and wait.

    Raises AnswerIsNo for a no, DeadlineExceeded where some are left at the end of the time.
    """
    from dsctl.actions import orphans as action

    mode = flags.dry_run(options.dry_run, env)
    cluster = env.cluster()
    found = action.find(
        cluster,
        env.namespace,
        all_namespaces=options.all_namespaces,
        label_selector=options.selector,
    )
    found = [orphan for orphan in found if not orphan.terminating]
    if not found:
        env.print("No resources found")
        return int(ExitCode.OK)
    _announce(found, mode, options, env)
    if mode is DryRunMode.CLIENT:
        for orphan in found:
            _print(orphan, mode, options, env)
        return int(ExitCode.OK)
    if mode is DryRunMode.NONE:
        _ask(len(found), options, env)
    code, deleted = _delete(found, mode, options, env)
    if deleted and options.wait and mode is DryRunMode.NONE:
        _wait(deleted, options.timeout or flags.A_WEEK, env)
    return code


def _announce(
    found: Sequence[Orphan], mode: DryRunMode, options: DeleteOrphansOptions, env: Env
) -> None:
    from dsctl.cli.reporting import printable
    from dsctl.domain.orphans import groups

    doing = "deleting" if mode is DryRunMode.NONE else "would delete"
    grouped = groups(found)
    for (namespace, labels), members in list(grouped.items())[:_GROUPS]:
        nodes = len({one.node for one in members})
        where = f" in namespace {namespace}" if options.all_namespaces else ""
        env.say(
            printable(
                f"{doing} {_count(len(members), 'orphan')} on {_count(nodes, 'node')}{where}: "
                f"{labels or '(no labels)'}"
            )
        )
    if len(grouped) > _GROUPS:
        env.say(f"… and {len(grouped) - _GROUPS} more groups of labels: dsctl orphans lists all")


def _ask(count: int, options: DeleteOrphansOptions, env: Env) -> None:
    from dsctl.cli.asking import can_ask, confirm

    if options.interactive or (not options.yes and can_ask(env)):
        confirm(env, f"Delete {_count(count, 'pod')}?")


def _delete(
    found: Sequence[Orphan], mode: DryRunMode, options: DeleteOrphansOptions, env: Env
) -> tuple[int, list[Orphan]]:
    from dsctl.actions import orphans as action
    from dsctl.cli.reporting import report

    code, deleted = int(ExitCode.OK), []
    outcomes = action.delete_each(
        env.cluster(),
        found,
        grace_period=options.grace_period,
        dry_run=mode is DryRunMode.SERVER,
    )
    sent = 0
    for outcome in outcomes:
        sent += 1
        orphan = outcome.orphan
        if isinstance(outcome, action.Deleted):
            deleted.append(orphan)
            _print(orphan, mode, options, env)
        elif outcome.error is not None:
            outcome.error.message = f"pod {orphan.name!r}: {outcome.error.message}"
            code = max(code, report(outcome.error, env))
        else:
            env.say(f"pod {orphan.name!r} is not deleted: {outcome.why}")
    if sent < len(found):
        env.say(f"not deleted: {_count(len(found) - sent, 'more pod')}")
    return code, deleted


def _wait(deleted: Sequence[Orphan], seconds: float, env: Env) -> None:
    from dsctl.actions import orphans as action

    gone, total = 0, len(deleted)
    try:
        for orphan in action.wait_gone(env.cluster(), deleted, seconds, on_trouble=sayer(env)):
            gone += 1
            if total <= _EACH and env.stderr_is_tty:
                place = f" on {orphan.node}" if orphan.node else ""
                env.say(f"pod {orphan.name}{place} is gone ({gone} of {total})")
    except KeyboardInterrupt:
        env.say("no longer waiting; the deletion goes on in the cluster")
        raise
    except Forbidden as error:  # kubectl too: who may delete but not look has done it all
        env.warn_local(f"not waiting: {error.message}")


def _print(orphan: Orphan, mode: DryRunMode, options: DeleteOrphansOptions, env: Env) -> None:
    if options.output == "name":
        env.print(f"pod/{orphan.name}")
    else:
        operation = "force deleted" if options.grace_period == 0 else "deleted"
        env.print(
            f'pod "{orphan.name}" {operation} from {orphan.namespace} namespace{_SUFFIX[mode]}'
        )
    env.stdout.flush()


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
