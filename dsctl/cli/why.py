"""``dsctl why``: node by node, whether a DaemonSet runs there, and if not, exactly why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli import nodeviews, whatif
from dsctl.cli import options as flags
from dsctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.actions.why import Answer
    from dsctl.cli.env import Env
    from dsctl.cli.nodeviews import View
    from dsctl.domain.whatif import Edit

Nodes = Annotated[
    list[str] | None,
    typer.Option("--node", metavar="NODE", help="Only this node; may repeat"),
]
NodeSelector = Annotated[
    str | None,
    typer.Option("--node-selector", metavar="SELECTOR", help="Only nodes with these labels"),
]


@dataclass(frozen=True, slots=True)
class WhyOptions:
    """What the command line of ``why`` says."""

    name: str
    nodes: tuple[str, ...]
    node_selector: str | None
    view: View
    edits: tuple[Edit, ...]
    add_nodes: tuple[str, ...]


def why(
    ctx: typer.Context,
    names: flags.OneName = None,
    node: Nodes = None,
    node_selector: NodeSelector = None,
    only: nodeviews.Only = None,
    summary: nodeviews.Summary = False,
    each: nodeviews.Each = False,
    node_map: nodeviews.Map = None,
    group_by: nodeviews.GroupBy = nodeviews.ZONE,
    no_headers: nodeviews.NoHeaders = False,
    output: nodeviews.Output = None,
    label_node: whatif.LabelNode = None,
    unlabel_node: whatif.UnlabelNode = None,
    taint_node: whatif.TaintNode = None,
    cordon: whatif.Cordon = None,
    add_node: whatif.AddNode = None,
) -> int:
    """Say of each node whether the DaemonSet runs there, and if not, why.

    Nodes with one reason share a row when there are many. The what-if flags change nodes on
    paper only, and show what would become of their pods.

    Exit codes: 0 every eligible node is Ready and no pod is misscheduled (with --node: each of
    these nodes is Ready); 1 if not. With what-if flags: 0.

    Examples:
      dsctl why node-agent
      dsctl why node-agent --node node-3
      dsctl why node-agent --only Excluded,Unscheduled --summary
      dsctl why node-agent --label-node node-3=disk=ssd
    """
    if len(names or ()) != 1:
        raise UsageError(
            "why needs the name of one DaemonSet" if not names else "why takes one DaemonSet",
            hint="dsctl get lists them; of a manifest: dsctl plan -f FILE",
        )
    nodes = flags.split(node)
    if node and not nodes:  # --node "$NODE" with NODE empty is no question about all nodes
        raise UsageError("--node names no node")
    options = WhyOptions(
        name=(names or [""])[0],
        nodes=nodes,
        node_selector=flags.selector(node_selector),
        view=nodeviews.view(
            only=only,
            summary=summary,
            each=each,
            node_map=node_map,
            group_by=group_by,
            no_headers=no_headers,
            output=output,
        ),
        edits=whatif.edits(
            label_node=label_node,
            unlabel_node=unlabel_node,
            taint_node=taint_node,
            cordon=cordon,
        ),
        add_nodes=flags.split(add_node),
    )
    return run(options, ctx.obj)


def run(options: WhyOptions, env: Env) -> int:
    """Read, judge, show."""
    if options.nodes and options.node_selector:
        raise UsageError("give --node or --node-selector, not both")
    from dsctl.actions.why import Question, answer
    from dsctl.api.resources import DAEMONSETS

    edits = whatif.with_added(options.edits, options.add_nodes, env)
    cluster = env.cluster()
    daemonset = cluster.read(DAEMONSETS, options.name, env.namespace)
    question = Question(
        options.nodes, options.node_selector, edits, whole=options.view.output is not None
    )
    found = answer(cluster, daemonset, question, env.now(), env.warn_local)
    if not found.report.nodes and options.node_selector:
        env.say(f"No nodes match {options.node_selector}.")
    nodes = found.report.nodes
    rows = nodes if found.before is None else [n for n in nodes if n.node in found.before]
    shown = nodeviews.Shown(found.report, rows, found.labels, found.before, not options.nodes)
    nodeviews.show([shown], options.view, env)
    well = found.before is not None or _well(found, options, daemonset)
    return int(ExitCode.OK if well else ExitCode.NO)


def _well(found: Answer, options: WhyOptions, daemonset: dict[str, Any]) -> bool:
    from dsctl.domain.placement_report import Verdict

    report = found.report
    if options.nodes:
        return all(node.verdict is Verdict.READY for node in report.nodes)
    if not found.complete:
        from dsctl.domain.rollout import counts

        return report.well and counts(daemonset).desired == len(report.nodes)
    return report.well
