"""``dsctl plan``: which nodes would run a manifest's pods, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import nodeviews, planning, whatif
from dsctl.cli import options as flags
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.cli.nodeviews import View
    from dsctl.domain.whatif import Edit

Dumps = Annotated[
    list[str] | None,
    typer.Option(
        "--cluster-dump",
        metavar="FILE",
        help="Ask no server: take nodes and pods from kubectl get nodes,pods -A -o json; "
        "may repeat",
    ),
]


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the command line of ``plan`` says."""

    files: tuple[str, ...]
    kustomize: str | None
    recursive: bool
    selector: str | None
    dumps: tuple[str, ...]
    view: View
    edits: tuple[Edit, ...]
    add_nodes: tuple[str, ...]


def plan(
    ctx: typer.Context,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    cluster_dump: Dumps = None,
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
    """Say which nodes would run the pods of a manifest, and which would not and why.

    Against the live DaemonSet: which nodes gain, lose or replace a pod, and how many at a time.
    Nothing is changed. With --cluster-dump no server is asked.

    Exit codes: 0 the plan was made, whatever it says; 1 it can't be (the selector differs); 2 a
    bad dump.

    Examples:
      dsctl plan -f agent.yaml
      dsctl plan -f agent.yaml --taint-node node-3=dedicated=db:NoSchedule
      dsctl plan -f agent.yaml --cluster-dump nodes.json --cluster-dump pods.json --summary
    """
    options = PlanOptions(
        files=flags.split(filename),
        kustomize=kustomize,
        recursive=recursive,
        selector=flags.selector(selector),
        dumps=flags.split(cluster_dump),
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


def run(options: PlanOptions, env: Env) -> int:
    """Plan each DaemonSet of the files."""
    if not options.files and not options.kustomize:
        raise UsageError("plan needs -f FILE or -k DIR", hint="of a live one: dsctl why NAME")
    if [*options.files, *options.dumps, *options.add_nodes].count("-") > 1:
        raise UsageError("- (stdin) can be given once only")
    from dsctl.cli import inputs

    edits = whatif.with_added(options.edits, options.add_nodes, env)
    documents = inputs.selected(
        inputs.load(env, options.files, options.kustomize, recursive=options.recursive),
        options.selector,
    )
    if options.dumps:
        plans = planning.of_dump(documents, options.dumps, edits, env)
    else:
        from dsctl.actions.writes import WriteOptions

        plans = planning.of_cluster(documents, edits, env, WriteOptions("dsctl"))
    planning.show(plans, options.view, env)
    return 0
