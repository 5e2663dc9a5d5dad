"""Who else has to do with the pods of a migration: other controllers, strangers, Services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsctl.actions import rivals
from dsctl.api.resources import SERVICES
from dsctl.domain import migration
from dsctl.domain import pods as pod_of
from dsctl.domain.selectors import from_label_selector
from dsctl.errors import AnswerIsNo, Forbidden

if TYPE_CHECKING:
    from dsctl.actions.migrate import Scene
    from dsctl.actions.targets import Target
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]


def refuse_rivals(cluster: Cluster, target: Target, pods: Sequence[Object], wanted: Object) -> None:
    """Raise AnswerIsNo where another controller would adopt the pods while they have no owner."""
    new = migration.new_labels(wanted)
    labels = [each for pod in pods for each in (pod_of.labels(pod), {**pod_of.labels(pod), **new})]
    for rival in rivals.among(cluster, target.namespace, target.name, labels):
        raise AnswerIsNo(
            f"{rival.kind} {rival.name} selects these pods too ({rival.selector}): it would "
            "take them while they have no owner",
            hint="choose labels that no other controller selects",
        )


def notes(cluster: Cluster, scene: Scene, pods: Sequence[Object]) -> tuple[str, ...]:
    """What to warn of: strangers that the new selector takes, Services that lose pods."""
    if scene.state is None:
        return ()
    found = []
    new = migration.new_labels(scene.wanted)
    selector = from_label_selector(scene.wanted["spec"].get("selector"))
    known = {pod_of.uid(pod) for pod in scene.pods}
    strangers = [
        pod_of.name(pod)
        for pod in pods
        if pod_of.owner_uid(pod) is None
        and pod_of.uid(pod) not in known
        and not pod_of.deleting(pod)
        and selector.matches(pod_of.labels(pod))
    ]
    if strangers:
        found.append(
            f"the new selector also matches pods without a controller that are not its own, and "
            f"adopts them: {', '.join(strangers[:5])}"
        )
    try:
        services = cluster.list(SERVICES, scene.target.namespace)["items"]
    except Forbidden:
        services = []
        found.append("Services may not be listed: see yourself which select the former labels")
    old = dict(scene.state.labels)
    for service in services:
        name = service["metadata"]["name"]
        if not migration.service_selects(service, old):
            continue
        if not migration.service_selects(service, {**old, **new}):
            found.append(f"Service {name} selects a label that changes: it loses the pods")
        elif not migration.service_selects(service, new):
            found.append(
                f"Service {name} selects a former label, which pods that are created later lack"
            )
    return tuple(found)
