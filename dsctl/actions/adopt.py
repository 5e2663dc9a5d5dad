"""Create a DaemonSet over the pods of a former one, and see that they are its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dsctl.actions.create import create
from dsctl.actions.recorded import recorded_hash
from dsctl.actions.repod import read_nodes
from dsctl.actions.targets import LOOK_AROUND, of_object, while_there
from dsctl.actions.writes import Done, WriteOptions
from dsctl.api.resources import CONTROLLER_REVISIONS, PODS
from dsctl.domain import adoption
from dsctl.domain import pods as pod_of
from dsctl.domain import revisions as revision_of
from dsctl.domain.adoption import Action, AdoptionPlan, Around
from dsctl.domain.selectors import SelectorError, from_label_selector
from dsctl.errors import AnswerIsNo, ClusterError, DeadlineExceeded, DsctlError

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

#: how many pods an error names
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Adoption:
    """How an adoption went, pod by pod uid.

    ``adopted``: how many the new DaemonSet took, those that it has replaced since included;
    ``gone``: they were to stay, and are not there any more or have another owner; ``outdated``:
    they were to stay, but do not count as updated.
    """

    adopted: int
    gone: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()


def plan(
    cluster: Cluster, manifest: dict[str, Any], namespace: str, options: WriteOptions
) -> AdoptionPlan:
    """What would become of the orphans, by a server dry run. Raises what that is refused with.

    AlreadyExists where the name is taken.
    """
    dry = replace(options, dry_run=True)
    wanted = create(cluster, manifest, namespace, dry).obj
    return adoption.plan(wanted, around(cluster, namespace))


def around(cluster: Cluster, namespace: str) -> Around:
    """The pods and ControllerRevisions of a namespace, and all nodes. Raises the API door's.

    All pods, not just those that a selector matches: the plan names orphans that it would miss.
    """
    pods = cluster.list(PODS, namespace, slim=True)["items"]
    revisions = cluster.list(CONTROLLER_REVISIONS, namespace)["items"]
    nodes = read_nodes(cluster) if pods else {}
    return Around(pods, revisions, None if nodes is None else list(nodes.values()))


def plan_locally(cluster: Cluster, manifest: dict[str, Any], namespace: str) -> AdoptionPlan:
    """The same without a dry run: the manifest, after the server's defaults, is compared.

    Raises AnswerIsNo for a manifest that has no selector or no template.
    """
    from dsctl.domain.templates import same_written
    from dsctl.domain.validation.decode import decode

    wanted = {**decode(manifest), "metadata": manifest["metadata"]}
    spec = wanted.get("spec") or {}
    if not spec.get("selector") or not spec.get("template"):
        raise AnswerIsNo(f'daemonsets.apps "{_name(manifest)}" has no selector or no template')

    def same(one: Object, revision: Object) -> bool:
        return same_written(one, revision_of.apply(one, revision))

    try:
        return adoption.plan(wanted, around(cluster, namespace), same)
    except SelectorError as error:
        raise AnswerIsNo(f'daemonsets.apps "{_name(manifest)}": bad selector: {error}') from None


def adopt(
    cluster: Cluster,
    manifest: dict[str, Any],
    namespace: str,
    plan: AdoptionPlan,
    options: WriteOptions,
) -> Done:
    """Create it at the plan's template generation: what differs from its template then rolls.

    Raises AnswerIsNo where there is nothing to adopt, and what ``create`` raises.
    """
    refuse_nothing(plan)
    return create(cluster, as_created(manifest, plan), namespace, options)


def as_created(manifest: dict[str, Any], plan: AdoptionPlan) -> dict[str, Any]:
    """The manifest as ``adopt`` sends it."""
    return adoption.with_generation(manifest, plan.generation)


def refuse_nothing(plan: AdoptionPlan) -> None:
    """Raise AnswerIsNo where the plan adopts no pod."""
    if not plan.adopted:
        raise AnswerIsNo(
            f'daemonsets.apps "{plan.name}": there is nothing to adopt: {_why_nothing(plan)}',
            hint="dsctl orphans lists pods without a controller; to create it all the same: "
            "dsctl create -f FILE",
        )


def _name(manifest: Object) -> str:
    return str(manifest["metadata"].get("name", ""))


def _why_nothing(plan: AdoptionPlan) -> str:
    left = plan.of(Action.LEAVE)
    if not left:
        return "there are no orphans in its namespace"
    reasons = dict.fromkeys(pod.reason for pod in left)
    named = "; ".join(list(reasons)[:_NAMED])
    return f"{len(left)} pods are left alone ({named})"


def verify(
    cluster: Cluster,
    plan: AdoptionPlan,
    created: Object,
    timeout: float,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> Adoption:
    """Wait until every pod of the plan is adopted, by uid, or gone.

    Raises DeadlineExceeded, which names those that still have no owner, and AnswerIsNo where the
    DaemonSet is deleted meanwhile.
    """
    uid = created["metadata"]["uid"]
    expected = {pod.orphan.uid: pod.orphan.name for pod in plan.adopted}
    found: dict[str, Object] = {}
    waiting = list(expected)
    end = time.monotonic() + timeout
    following = cluster.follow(
        PODS,
        plan.namespace,
        label_selector=from_label_selector(created["spec"]["selector"]).query(),
        slim=True,
        tick=LOOK_AROUND,
        settle=0.1,
        timeout=timeout,
        on_trouble=on_trouble,
    )
    target = of_object(dict(created))
    with following:
        for _ in while_there(cluster, target, following, "it was deleted meanwhile"):
            found = {pod_of.uid(pod): pod for pod in following.objects.values()}
            waiting = [one for one in expected if one in found and not _settled(found[one])]
            if not waiting:
                break
    if waiting:
        raise DeadlineExceeded(
            f"timed out: {len(waiting)} of {len(expected)} pods have no owner yet: "
            + _names(expected[one] for one in waiting)
        )
    new_hash = recorded_hash(cluster, created, end, on_trouble=on_trouble)
    return _result(plan, uid, found, new_hash)


def _settled(pod: Object) -> bool:
    return pod_of.owner_uid(pod) is not None or pod_of.deleting(pod)


def _result(
    plan: AdoptionPlan, uid: str, found: Mapping[str, Object], new_hash: str | None
) -> Adoption:
    adopted = 0
    for one in plan.adopted:
        pod = found.get(one.orphan.uid)
        if pod is None:
            adopted += one.action is Action.ADOPT_AND_REPLACE
        else:
            adopted += pod_of.owner_uid(pod) == uid
    gone, outdated = [], []
    kept = [p for p in plan.of(Action.ADOPT) if p.orphan.hash in plan.hashes]
    for one in kept:
        pod = found.get(one.orphan.uid)
        if pod is None or pod_of.owner_uid(pod) != uid or pod_of.deleting(pod):
            gone.append(one.orphan.name)
        elif new_hash is not None and pod_of.revision_hash(pod) != new_hash:
            outdated.append(one.orphan.name)
    return Adoption(adopted, tuple(gone), tuple(outdated))


def orphans_warning(cluster: Cluster, manifest: Object, namespace: str) -> str | None:
    """What to warn of before a plain ``create``: orphans that the selector matches.

    None where there are none, or where it can't be told.
    """
    try:
        selector = from_label_selector((manifest.get("spec") or {}).get("selector"))
        query = selector.query()
    except (SelectorError, AttributeError, TypeError):
        return None  # the server's to refuse
    if not query:
        return None
    try:
        table = cluster.table(
            PODS, namespace, label_selector=query, include_object="Metadata", slim=True
        )
    except DsctlError:
        return None
    pods = [row["object"] for row in table.get("rows") or ()]
    orphans = [p for p in pods if pod_of.owner_uid(p) is None and not pod_of.deleting(p)]
    if not orphans:
        return None
    count = "1 pod" if len(orphans) == 1 else f"{len(orphans)} pods"
    have = "has" if len(orphans) == 1 else "have"
    generation = str(revision_of.template_generation(manifest) or 1)
    stuck = sum(pod_of.template_generation(pod) == generation for pod in orphans)
    text = f"{count} that the selector matches {have} no controller and will be adopted"
    if stuck:
        text += (
            f"; {stuck} of template generation {generation} count as up to date whatever they "
            "run, and will not roll"
        )
    return f"{text} (dsctl adopt -f FILE --plan tells what becomes of them)"


def _names(names: Any) -> str:
    listed = list(names)
    more = len(listed) - _NAMED
    return ", ".join(listed[:_NAMED]) + (f" and {more} more" if more > 0 else "")
