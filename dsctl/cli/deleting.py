"""``dsctl delete`` at work: what goes, the question, the deletes, and the wait."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from dsctl.cli import leaving, selection
from dsctl.cli import options as flags
from dsctl.cli.argv import parse_bool
from dsctl.cli.options import DryRunMode
from dsctl.errors import (
    ClusterError,
    DeadlineExceeded,
    ExitCode,
    Forbidden,
    Unreachable,
    UsageError,
)

if TYPE_CHECKING:
    from dsctl.actions.delete import Deleted, DeleteHow, NotDeleted
    from dsctl.actions.leaving_pods import Scene
    from dsctl.actions.targets import Target
    from dsctl.cli.delete import DeleteOptions
    from dsctl.cli.env import Env

_SUFFIX = {
    DryRunMode.NONE: "",
    DryRunMode.CLIENT: " (dry run)",
    DryRunMode.SERVER: " (server dry run)",
}
_CASCADES = ("background", "foreground", "orphan")
_FORCED = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been "
    "terminated. The resource may continue to run on the cluster indefinitely."
)


def run(options: DeleteOptions, env: Env) -> int:
    """Delete as ``delete.run`` says."""
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
    scenes = _announce(found, how, mode, env)
    if mode is DryRunMode.NONE:
        _ask(found, options, env)
    chosen = [scene.target if scene else target for target, scene in scenes]
    deleted, failed = _delete(chosen, how, options, mode, env)
    lost = any(isinstance(one.error, Unreachable) for one in failed)
    waits = options.wait is not False and mode is DryRunMode.NONE and not lost
    if waits:
        shown = {s.target.uid: s for _, s in scenes if s and _follows_pods(options, how, env)}
        end = time.monotonic() + (options.timeout or flags.A_WEEK)
        try:
            leaving.wait([(one, shown.get(one.uid)) for one in deleted], end, env)
        except DeadlineExceeded:
            _say_all_orphans(deleted, how, options, env, gone=False)
            raise
    _say_all_orphans(deleted, how, options, env, gone=waits)
    return max((int(one.error.exit_code) for one in failed), default=int(ExitCode.OK))


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


def _announce(
    found: list[Target], how: DeleteHow, mode: DryRunMode, env: Env
) -> list[tuple[Target, Scene | None]]:
    """Say of each what goes with it. What can't be read is left to the delete to report."""
    from dsctl.actions.leaving_pods import scene

    seen: list[tuple[Target, Scene | None]] = []
    reachable, spread = True, len({target.namespace for target in found}) > 1
    for target in found:
        here = None
        try:
            here = scene(env.cluster(), target) if reachable else None
        except Unreachable:
            reachable = False
        except ClusterError:  # who may delete but not look
            here = None
        if here is not None:
            where = f" in namespace {target.namespace}" if spread else ""
            env.say(_what_goes(here, how, mode, where))
            _warn_of_rivals(here, how, env)
        seen.append((target, here))
    return seen


def _warn_of_rivals(seen: Scene, how: DeleteHow, env: Env) -> None:
    """Of controllers that take pods without an owner: those then do not stay as they are."""
    from dsctl.actions import rivals
    from dsctl.actions.delete import Propagation

    if how.propagation is Propagation.ORPHAN and seen.target.obj is not None and seen.pods:
        for rival in rivals.of(env.cluster(), seen.target.obj):
            env.warn_local(
                f"{rival.kind} {rival.name} selects these pods too ({rival.selector}): it adopts "
                "them, and deletes those that it has no use for"
            )


def _what_goes(seen: Scene, how: DeleteHow, mode: DryRunMode, where: str) -> str:
    from dsctl.actions.delete import Propagation

    orphan = how.propagation is Propagation.ORPHAN
    if seen.pods is None:
        what = "its pods"
    else:
        nodes = len({pod.node for pod in seen.pods if pod.node})
        what = f"{_count(len(seen.pods), 'pod')} on {_count(nodes, 'node')}"
    verb = "stay, without an owner" if orphan else "go with it"
    if seen.pods is not None and len(seen.pods) == 1:
        verb = "stays, without an owner" if orphan else "goes with it"
    doing = "would delete" if mode is not DryRunMode.NONE else "deleting"
    line = f"{doing} daemonset {seen.target.name!r}{where}: {what} {verb}"
    since = ((seen.target.obj or {}).get("metadata") or {}).get("deletionTimestamp")
    if since and orphan:
        line += f"; it is being deleted since {since}, so some may be going already"
    elif since:
        line += f"; it is being deleted since {since}"
    return line


def _ask(found: list[Target], options: DeleteOptions, env: Env) -> None:
    """The question, where it is due. Raises AnswerIsNo, and UsageError where nobody can answer."""
    from dsctl.cli.asking import can_ask, confirm

    many = len(found) > 1 or options.selection.everything
    if options.interactive and env.stdin_is_input:
        raise UsageError("--interactive can't ask: the manifest comes on stdin")
    if options.interactive or (many and not options.yes and can_ask(env)):
        what = f"daemonset {found[0].name!r}" if len(found) == 1 else f"{len(found)} daemonsets"
        confirm(env, f"Delete {what}?")


def _follows_pods(options: DeleteOptions, how: DeleteHow, env: Env) -> bool:
    """Whether the wait is for the pods too: kubectl's is not, unless the deletion itself waits."""
    from dsctl.actions.delete import Propagation

    if how.propagation is Propagation.ORPHAN:
        return False
    return bool(options.wait) or how.propagation is Propagation.FOREGROUND or env.stderr_is_tty


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


def _say_all_orphans(
    deleted: list[Deleted], how: DeleteHow, options: DeleteOptions, env: Env, *, gone: bool
) -> None:
    """Of each the pods that stay, and the command that adopts them; nothing of another cascade."""
    from dsctl.actions.delete import Propagation

    if how.propagation is Propagation.ORPHAN:
        for one in deleted:
            if _say_orphans(one, env, dry_run=how.dry_run, gone=gone) and not how.dry_run:
                env.say(f"to adopt them: dsctl {_adopting(one.target, options)}")


def _say_orphans(one: Deleted, env: Env, *, dry_run: bool, gone: bool) -> bool:
    """How many pods stay; whether any does."""
    from dsctl.actions.leaving import orphans_left

    count = None if one.orphans is None else len(one.orphans)
    if gone and count:
        try:
            count = orphans_left(env.cluster(), one)
        except Forbidden:
            count = None
    said = "its pods" if count is None else _count(count, "pod")
    verb = "would stay" if dry_run else "stays" if count == 1 else "stay"
    env.say(f"daemonset {one.target.name!r}: {said} {verb}, without an owner")
    return bool(count)


def _adopting(target: Target, options: DeleteOptions) -> str:
    """The command that adopts what it leaves.

    A file says its namespaces itself, maybe several: ``-n`` of one would refuse the others.
    """
    if options.selection.kustomize:
        return f"adopt -k {shlex.quote(options.selection.kustomize)}"
    if target.source and target.source != "-":
        return f"adopt -f {shlex.quote(target.source)}"
    return f"-n {target.namespace} adopt -f FILE"


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


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
