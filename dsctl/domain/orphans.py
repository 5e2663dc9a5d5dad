"""Orphans: pods with no controller that a DaemonSet must have made.

A DaemonSet's pods bear a revision hash, the tolerations that every daemon pod gets, and an
affinity for one node by its name. A StatefulSet's pods bear a hash too, so all three are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsctl.domain import pods as pod_of
from dsctl.domain.pods import GENERATION_LABEL, HASH_LABEL
from dsctl.domain.taints import DAEMON_TOLERATIONS

Pod = Mapping[str, Any]

#: what the controller and the server put on pods: it says nothing about whose they are
ADDED_LABELS = frozenset(
    (
        HASH_LABEL,
        GENERATION_LABEL,
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
    )
)


@dataclass(frozen=True, slots=True)
class Orphan:
    """One pod. ``node``: where it runs or is meant to run; ``created``: as the server wrote it.

    ``version``: the resourceVersion at which it was seen to be one.
    """

    namespace: str
    name: str
    uid: str
    node: str | None
    labels: Mapping[str, str]
    hash: str | None
    terminating: bool
    created: str | None
    version: str | None = None

    @property
    def group(self) -> str:
        """Its labels without those that were added to it: what a selector could match it by."""
        own = (f"{k}={v}" for k, v in sorted(self.labels.items()) if k not in ADDED_LABELS)
        return ",".join(own)

    def to_dict(self) -> dict[str, Any]:
        """The entry of an ``OrphanReport``."""
        return {
            "namespace": self.namespace,
            "pod": self.name,
            "uid": self.uid,
            "node": self.node,
            "labels": dict(sorted(self.labels.items())),
            "hash": self.hash,
            "terminating": self.terminating,
        }


def orphan(pod: Pod) -> Orphan:
    """The pod as an Orphan, whatever it looks like."""
    metadata = pod["metadata"]
    return Orphan(
        namespace=metadata.get("namespace", ""),
        name=pod_of.name(pod),
        uid=pod_of.uid(pod),
        node=pod_of.target_node(pod),
        labels=pod_of.labels(pod),
        hash=pod_of.revision_hash(pod),
        terminating=pod_of.deleting(pod),
        created=metadata.get("creationTimestamp"),
        version=metadata.get("resourceVersion"),
    )


def orphans(pods: Iterable[Pod]) -> list[Orphan]:
    """Those of ``pods`` that are orphans, by namespace, labels, node and name."""
    found = [orphan(p) for p in pods if pod_of.owner_uid(p) is None and looks_daemon(p)]
    return sorted(found, key=lambda o: (o.namespace, o.group, o.node or "", o.name))


def looks_daemon(pod: Pod) -> bool:
    """Whether a DaemonSet controller made this pod, by the three marks that it leaves."""
    return bool(pod_of.revision_hash(pod)) and _pinned(pod) and _tolerates(pod)


def _pinned(pod: Pod) -> bool:
    """An affinity for one node by its name (``ReplaceDaemonSetPodNodeNameNodeAffinity``)."""
    spec = {**(pod.get("spec") or {}), "nodeName": None}
    return pod_of.target_node({"spec": spec}) is not None


def _tolerates(pod: Pod) -> bool:
    """The tolerations of daemon pods: forever, which admission gives to nobody else."""
    has = {
        (t.get("key"), t.get("effect"))
        for t in (pod.get("spec") or {}).get("tolerations") or ()
        if t.get("operator") == "Exists" and t.get("tolerationSeconds") is None
    }
    return has.issuperset(DAEMON_TOLERATIONS)


def report(found: Iterable[Orphan]) -> dict[str, Any]:
    """The ``OrphanReport`` that ``-o json`` prints."""
    listed = [one.to_dict() for one in found]
    return {"apiVersion": "dsctl/v1", "kind": "OrphanReport", "orphans": listed}


def groups(found: Iterable[Orphan]) -> dict[tuple[str, str], list[Orphan]]:
    """The orphans by namespace and labels, in their order."""
    result: dict[tuple[str, str], list[Orphan]] = {}
    for one in found:
        result.setdefault((one.namespace, one.group), []).append(one)
    return result
