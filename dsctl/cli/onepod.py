"""``logs`` and ``exec`` are about one pod: which, and of what container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.errors import AnswerIsNo

if TYPE_CHECKING:
    from dsctl.actions.onepod import Found
    from dsctl.cli.env import Env

Node = Annotated[
    str | None,
    typer.Option("--node", metavar="NODE", help="The pod on this node; without it any one"),
]
Container = Annotated[
    str | None, typer.Option("--container", "-c", metavar="NAME", help="Which of its containers")
]


def find(name: str, node: str | None, env: Env, *, quiet: bool = False) -> Found:
    """The pod; without ``node`` any one, and which is said on stderr.

    Raises AnswerIsNo, with the reasons, where there is none, and NotFound for a DaemonSet or node
    that does not exist.
    """
    from dsctl.actions import onepod as action
    from dsctl.api.resources import DAEMONSETS

    cluster = env.cluster()
    daemonset = cluster.read(DAEMONSETS, name, env.namespace)
    if node is not None:
        found = action.of_node(cluster, daemonset, node)
        if found is None:
            raise _nothing_on(node, daemonset, env)
        return found
    found = action.any_one(cluster, daemonset)
    if found is None:
        raise AnswerIsNo(f'daemonset "{name}" has no pods', hint=f"see: dsctl why {name}")
    if not quiet and found.among > 1:
        pod = found.pod["metadata"]["name"]
        where = f" on node {found.node}" if found.node else ""
        env.say(f"Found {found.among} pods, using pod/{pod}{where}")
    return found


def _nothing_on(node: str, daemonset: dict[str, Any], env: Env) -> AnswerIsNo:
    """Why that node has no pod, by its verdict."""
    from dsctl.actions import onepod as action
    from dsctl.render.placement import why

    name = daemonset["metadata"]["name"]
    judged = action.why_none(env.cluster(), daemonset, node, env.now(), env.warn_local)
    reasons = "; ".join(why(judged))
    verdict = f"{judged.verdict.value}: {reasons}" if reasons else judged.verdict.value
    return AnswerIsNo(
        f'no pod of daemonset "{name}" on node "{node}": {verdict}',
        hint=f"dsctl why {name} says where its pods are",
    )


def container(found: Found, asked: str | None, env: Env, *, quiet: bool = False) -> str:
    """Its container; where one of several was chosen, that is said in kubectl's words."""
    from dsctl.domain.onepod import container as choose

    name, said = choose(found.pod, asked)
    if said is not None and not quiet:
        env.say(said)
    return name


def writer(stream: Any) -> Any:
    """What writes bytes to a text stream, each at once."""
    stream.flush()
    raw = getattr(stream, "buffer", None)
    if raw is None:
        return lambda data: (stream.write(data.decode("utf-8", "replace")), stream.flush())

    def write(data: bytes) -> None:
        raw.write(data)
        raw.flush()

    return write
