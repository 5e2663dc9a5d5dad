"""What dsctl reads of nodes and pods, down to the last type: for files, which anyone may write.

``slim`` trusts a server and leaves its inner lists as they come; here each value that a rule
relies on is checked while it is read. Amounts may be numbers, as people write them.
"""

from __future__ import annotations

from typing import Any, TypedDict

_Strings = dict[str, str | None] | None
_Amounts = dict[str, str | int | float | None] | None


class Condition(TypedDict, total=False):
    """A condition of a node or a pod."""

    type: str
    status: str
    reason: str | None
    message: str | None
    lastTransitionTime: str | None


class Owner(TypedDict, total=False):
    """An ownerReference."""

    kind: str
    name: str
    uid: str
    controller: bool | None


class Metadata(TypedDict, total=False):
    """ObjectMeta."""

    name: str
    namespace: str
    uid: str
    creationTimestamp: str | None
    deletionTimestamp: str | None
    labels: _Strings
    ownerReferences: list[Owner] | None


class Taint(TypedDict, total=False):
    """A taint."""

    key: str
    value: str | None
    effect: str


class NodeSpec(TypedDict, total=False):
    """A node's spec."""

    unschedulable: bool | None
    taints: list[Taint] | None


class NodeStatus(TypedDict, total=False):
    """A node's status."""

    allocatable: _Amounts
    conditions: list[Condition] | None


class Node(TypedDict, total=False):
    """A node."""

    kind: str
    metadata: Metadata | None
    spec: NodeSpec | None
    status: NodeStatus | None


class Resources(TypedDict, total=False):
    """ResourceRequirements."""

    requests: _Amounts
    limits: _Amounts


class Port(TypedDict, total=False):
    """A container's port."""

    containerPort: int
    hostPort: int | None
    protocol: str | None
    hostIP: str | None


class Container(TypedDict, total=False):
    """What scheduling reads of a container."""

    name: str
    image: str
    ports: list[Port] | None
    resources: Resources | None
    restartPolicy: str | None


class Field(TypedDict, total=False):
    """A requirement of a node selector term."""

    key: str
    operator: str
    values: list[str] | None


class Term(TypedDict, total=False):
    """A node selector term, of which the fields name a daemon pod's node."""

    matchFields: list[Field] | None


class NodeSelector(TypedDict, total=False):
    """The terms of a node affinity."""

    nodeSelectorTerms: list[Term] | None


class NodeAffinity(TypedDict, total=False):
    """Node affinity, without preferences."""

    requiredDuringSchedulingIgnoredDuringExecution: NodeSelector | None


class Affinity(TypedDict, total=False):
    """Affinity, of which the node's is read."""

    nodeAffinity: NodeAffinity | None


class PodSpec(TypedDict, total=False):
    """A pod's spec."""

    nodeName: str | None
    nodeSelector: _Strings
    affinity: Affinity | None
    containers: list[Container] | None
    initContainers: list[Container] | None
    resources: Resources | None
    overhead: _Amounts
    hostNetwork: bool | None
    priority: int | None


class Ended(TypedDict, total=False):
    """ContainerStateTerminated."""

    exitCode: int
    signal: int | None
    reason: str | None
    finishedAt: str | None


class Waiting(TypedDict, total=False):
    """ContainerStateWaiting."""

    reason: str | None
    message: str | None


class State(TypedDict, total=False):
    """ContainerState."""

    waiting: Waiting | None
    running: dict[str, Any] | None
    terminated: Ended | None


class ContainerStatus(TypedDict, total=False):
    """A container's status."""

    name: str
    ready: bool
    started: bool | None
    restartCount: int | None
    state: State | None
    lastState: State | None
    resources: Resources | None
    allocatedResources: _Amounts


class PodStatus(TypedDict, total=False):
    """A pod's status."""

    phase: str | None
    reason: str | None
    conditions: list[Condition] | None
    containerStatuses: list[ContainerStatus] | None
    initContainerStatuses: list[ContainerStatus] | None
    resources: Resources | None
    allocatedResources: _Amounts


class Pod(TypedDict, total=False):
    """A pod."""

    kind: str
    metadata: Metadata | None
    spec: PodSpec | None
    status: PodStatus | None
