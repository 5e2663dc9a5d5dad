"""Small builders of DaemonSets, pods and nodes in a given state, for the tests of this folder."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


def ago(**delta):
    """The time that long before NOW, as the API writes it."""
    return (NOW - timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def daemonset(desired=2, updated=2, available=2, generation=2, observed=2, **more):
    """A DaemonSet with these counters; ``spec``, ``template`` and ``metadata`` are merged in."""
    return {
        "metadata": {
            "namespace": "logs",
            "name": "agent",
            "generation": generation,
            "creationTimestamp": ago(days=9),
            "annotations": {
                "deprecated.daemonset.template.generation": "2",
                **more.get("annotations", {}),
            },
            "managedFields": more.get("managed", []),
        },
        "spec": {
            "updateStrategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0},
            },
            "template": {"spec": more.get("template", {})},
            **more.get("spec", {}),
        },
        "status": {
            "observedGeneration": observed,
            "desiredNumberScheduled": desired,
            "currentNumberScheduled": desired,
            "updatedNumberScheduled": updated,
            "numberReady": available,
            "numberAvailable": available,
            "numberUnavailable": desired - available,
            "numberMisscheduled": 0,
        },
    }


ON_DELETE = {"updateStrategy": {"type": "OnDelete"}}


def pod(name, node="n1", generation="2", ready=True, since=60, **more):
    """A pod of the DaemonSet. ``waiting``: its container's reason; ``bound``: it has its node."""
    container = {"name": "agent", "ready": ready, "state": {"running": {}}}
    container |= more.get("container", {})
    if more.get("waiting"):
        container["state"] = {"waiting": {"reason": more["waiting"]}}
    condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": ago(seconds=since)}
    pin = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": pin}}
    return {
        "metadata": {
            "name": name,
            "uid": f"uid-{name}",
            "creationTimestamp": ago(seconds=more.get("age", 3600)),
            "labels": {
                "pod-template-generation": generation,
                "controller-revision-hash": more.get("hash", f"hash-{generation}"),
            },
            **more.get("metadata", {}),
        },
        "spec": {
            "nodeName": node if more.get("bound", True) else None,
            "affinity": {"nodeAffinity": required},
            "containers": [{"name": "agent"}],
        },
        "status": {
            "phase": more.get("phase", "Running"),
            "conditions": [*([condition] if more.get("bound", True) else []),
                           *more.get("conditions", [])],
            "containerStatuses": [container] if more.get("bound", True) else [],
        },
    }  # fmt: skip


def node(name, ready=True, **more):
    """A node; ``spec`` and ``labels`` are merged in."""
    condition = {"type": "Ready", "status": "True" if ready else "Unknown"}
    if not ready:
        condition |= {
            "reason": "NodeStatusUnknown",
            "message": "Kubelet stopped posting node status.",
            "lastTransitionTime": ago(minutes=7),
        }
    return {
        "metadata": {"name": name, "labels": more.get("labels", {})},
        "spec": more.get("spec", {}),
        "status": {"conditions": [condition]},
    }
