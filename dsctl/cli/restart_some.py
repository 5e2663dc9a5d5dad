"""``rollout restart`` of some pods: node by node, told as it goes, and how to carry on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dsctl.cli.options import DryRunMode
from dsctl.cli.trouble import sayer
from dsctl.errors import AnswerIsNo, DsctlError, ExitCode, Unreachable

if TYPE_CHECKING:
    from dsctl.actions.restart import Plan
    from dsctl.actions.targets import Target
    from dsctl.cli.env import Env
    from dsctl.cli.rollout_restart import RestartOptions
    from dsctl.domain.restart import Asked
    from dsctl.domain.turnover import Event, Turnover


def run(found: list[Target], options: RestartOptions, env: Env) -> int:
    """Restart the chosen pods of each DaemonSet; the exit code of the worst.

    ``--timeout`` is for all of them together.
    """
    from dsctl.cli.reporting import placed, report

    if not found:
        env.say(f"No resources found in {env.namespace} namespace.")
    end = time.monotonic() + options.timeout
    code = int(ExitCode.OK)
    for target in found:
        left = max(end - time.monotonic(), 0.001) if options.timeout else None
        with env.about(target.namespace):
            try:
                code = max(code, _restart(target, options, left, env))
            except Unreachable:
                raise
            except DsctlError as error:
                code = max(code, report(placed(error, target, several=len(found) > 1), env))
    return code


def _restart(target: Target, options: RestartOptions, left: float | None, env: Env) -> int:
    from dsctl.actions import restart as action
    from dsctl.cli.reporting import printable

    asked = options.some
    assert asked is not None
    plan = action.plan(env.cluster(), target, asked, options.at_once)
    nodes = plan.choice.work.nodes
    for node, why in plan.choice.left_out.items():
        env.say(f"node {node}: left out: {printable(why)}")
    if not nodes:
        env.say(f"daemonset {target.name!r}: {_none(asked)}")
    elif options.dry_run is not DryRunMode.NONE:
        for node in nodes:
            env.print(f"daemonset.apps/{target.name} restarted on {node} (dry run)")
    else:
        _carry_out(target.name, plan, asked, left, env)
    return int(ExitCode.NO if plan.choice.left_out else ExitCode.OK)


def _carry_out(name: str, plan: Plan, asked: Asked, left: float | None, env: Env) -> None:
    """Delete and wait, node by node. Raises AnswerIsNo at the first new pod that fails."""
    from dsctl.actions import restart as action
    from dsctl.actions.repod import ObjectDeleted
    from dsctl.domain.turnover import Step

    if plan.choice.old:
        pods = "1 pod" if plan.choice.old == 1 else f"{plan.choice.old} pods"
        env.say(f"daemonset {name!r}: in place of {pods} others of the newest revision come")
    repod = action.run(env.cluster(), plan, env.now, timeout=left, on_trouble=sayer(env))
    try:
        for event in repod:
            _say(name, event, env)
            if event.step is Step.FAILING:
                raise AnswerIsNo(f"pod {event.pod} on node {event.node}: {event.message}")
    except DsctlError as error:
        if not isinstance(error, ObjectDeleted):
            error.hint = error.hint or _carry_on(name, repod.state, asked)
        env.say(_so_far(name, repod.state))
        raise
    except KeyboardInterrupt:
        env.say(f"interrupted: {_so_far(name, repod.state)}")
        if (hint := _carry_on(name, repod.state, asked)) is not None:
            env.say(f"hint: {hint}")
        raise
    env.say(_so_far(name, repod.state))


def _say(name: str, event: Event, env: Env) -> None:
    from dsctl.domain.turnover import Step

    match event.step:
        case Step.AVAILABLE:
            env.print(f"daemonset.apps/{name} restarted on {event.node}")
            env.stdout.flush()
        case Step.DELETED:
            env.say(f"node {event.node}: pod {event.pod} deleted")
        case Step.WAITING:
            env.say(f"waiting: {event.message}")
        case Step.SKIPPED | Step.GONE:
            env.say(f"node {event.node}: {event.message}")


def _so_far(name: str, state: Turnover) -> str:
    """What was done, what is under way and what is left."""
    total = len(state.work.nodes)
    parts = [f"daemonset {name!r}: restarted on {len(state.done)} of {total} nodes"]
    if state.left:
        parts.append(f"nothing to do on {len(state.left)}")
    if state.going:
        parts.append(f"under way: {', '.join(state.going)}")
    if state.todo:
        parts.append(f"not touched: {', '.join(state.todo)}")
    return "; ".join(parts).replace("of 1 nodes", "of 1 node")


def _carry_on(name: str, state: Turnover, asked: Asked) -> str | None:
    """The command that does the rest; what is under way comes back by itself."""
    if not state.todo:
        return f"dsctl rollout status {name}" if state.going else None
    if asked.nodes:
        which = f"--node={','.join(state.todo)}"
    elif asked.unhealthy:
        which = "--unhealthy"
    else:
        which = f"--revision-older-than={asked.older_than}"
    return f"to carry on: dsctl rollout restart {name} {which}"


def _none(asked: Asked) -> str:
    if asked.unhealthy:
        return "no pod to restart: all are ready"
    return f"no pod to restart: none is of a revision before {asked.older_than}"
