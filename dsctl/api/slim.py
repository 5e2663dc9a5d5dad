"""Pods and nodes cut down to the fields that dsctl reads, for fleets.

A node is mostly image names, a pod mostly volumes and environment; at 5,000 of each, reading
all of that into Python takes longer than everything else. What is decoded here are plain
dicts with the API's own names, so whoever reads whole objects can read these. Only *reading*:
an object that shall be written back, or printed, must be whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypedDict

from dsctl.api.decode import decode
from dsctl.api.resources import NODES, PODS, Resource

# Below this many bytes json has read everything before msgspec is even imported.
_PAYS = 700_000

_Strings = dict[str, str] | None
_Anything = list[Any] | None


class Metadata(TypedDict, total=False):
    """ObjectMeta without managedFields."""

    name: str
    generateName: str
    namespace: str
    uid: str
    resourceVersion: str
    generation: int
    creationTimestamp: str | None
    deletionTimestamp: str | None
    deletionGracePeriodSeconds: int | None
    labels: _Strings
    annotations: _Strings
    ownerReferences: _Anything
    finalizers: list[str] | None


class Container(TypedDict, total=False):
    """What scheduling reads of a container."""

    name: str
    image: str
    ports: _Anything
    resources: Any
    restartPolicy: str | None
    readinessProbe: Any
    startupProbe: Any


class ContainerStatus(TypedDict, total=False):
    """A container's status without its ids."""

    name: str
    image: str
    ready: bool
    started: bool | None
    restartCount: int
    state: Any
    lastState: Any
    resources: Any
    allocatedResources: Any


class PodSpec(TypedDict, total=False):
    """A pod's spec without volumes, environment and security."""

    nodeName: str
    nodeSelector: _Strings
    affinity: Any
    tolerations: _Anything
    containers: list[Container] | None
    initContainers: list[Container] | None
    resources: Any
    overhead: _Strings
    hostNetwork: bool
    hostname: str
    subdomain: str
    restartPolicy: str
    schedulerName: str
    schedulingGates: _Anything
    readinessGates: _Anything
    priority: int | None
    priorityClassName: str
    terminationGracePeriodSeconds: int | None


class PodStatus(TypedDict, total=False):
    """A pod's status."""

    phase: str
    reason: str
    message: str
    conditions: _Anything
    containerStatuses: list[ContainerStatus] | None
    initContainerStatuses: list[ContainerStatus] | None
    podIP: str
    podIPs: _Anything
    hostIP: str
    hostIPs: _Anything
    startTime: str | None
    nominatedNodeName: str
    resize: str
    resources: Any
    allocatedResources: Any


class NodeMetadata(TypedDict, total=False):
    """A node's metadata without annotations, which agents fill."""

    name: str
    uid: str
    resourceVersion: str
    creationTimestamp: str | None
    deletionTimestamp: str | None
    labels: _Strings


class Condition(TypedDict, total=False):
    """A condition of a node, without its heartbeat."""

    type: str
    status: str
    reason: str
    message: str
    lastTransitionTime: str | None


class NodeSpec(TypedDict, total=False):
    """A node's spec."""

    unschedulable: bool
    taints: _Anything


class NodeStatus(TypedDict, total=False):
    """A node's status without its images and volumes."""

    allocatable: _Strings
    conditions: list[Condition] | None
    addresses: _Anything


class Pod(TypedDict, total=False):
    """A pod."""

    apiVersion: str
    kind: str
    metadata: Metadata
    spec: PodSpec
    status: PodStatus


class Node(TypedDict, total=False):
    """A node."""

    apiVersion: str
    kind: str
    metadata: NodeMetadata
    spec: NodeSpec
    status: NodeStatus


class PodList(TypedDict, total=False):
    """A chunk of pods."""

    apiVersion: str
    kind: str
    metadata: Any
    items: list[Pod] | None


class NodeList(TypedDict, total=False):
    """A chunk of nodes."""

    apiVersion: str
    kind: str
    metadata: Any
    items: list[Node] | None


class Owner(TypedDict, total=False):
    """An owner reference."""

    kind: str
    name: str
    uid: str
    controller: bool | None


class RowMetadata(TypedDict, total=False):
    """What a row's object tells beside its cells."""

    name: str
    namespace: str
    uid: str
    creationTimestamp: str | None
    deletionTimestamp: str | None
    labels: _Strings
    ownerReferences: list[Owner] | None


class RowObject(TypedDict, total=False):
    """The object of a row."""

    metadata: RowMetadata


class Row(TypedDict, total=False):
    """A row of the server's Table."""

    cells: list[Any]
    object: RowObject


class Table(TypedDict, total=False):
    """A chunk of the server's Table, with the metadata of its objects."""

    apiVersion: str
    kind: str
    metadata: Any
    columnDefinitions: _Anything
    rows: list[Row] | None


class PodEvent(TypedDict):
    """A watch event."""

    type: str
    object: Pod


class NodeEvent(TypedDict):
    """A watch event."""

    type: str
    object: Node


_LISTS: dict[Resource, type[Any]] = {PODS: PodList, NODES: NodeList}
_EVENTS: dict[Resource, type[Any]] = {PODS: PodEvent, NODES: NodeEvent}


def list_parser(resource: Resource) -> Callable[[bytes | bytearray], Any]:
    """Reads a List of ``resource``; whole where it is small, or not pods or nodes."""
    return _parser(_LISTS.get(resource))


def table_parser() -> Callable[[bytes | bytearray], Any]:
    """Reads a Table whose rows carry metadata, without managedFields and annotations."""
    return _parser(Table)


def event_parser(resource: Resource) -> Callable[[bytes | bytearray], Any]:
    """Reads one watch event of ``resource``; errors are whole, of course."""
    parse = _parser(_EVENTS.get(resource))

    def event(line: bytes | bytearray) -> Any:
        found = parse(line)
        return decode(line) if found.get("type") == "ERROR" else found

    return event


def _parser(shape: type[Any] | None) -> Callable[[bytes | bytearray], Any]:
    if shape is None:
        return decode
    decoder: Any = None

    def parse(body: bytes | bytearray) -> Any:
        nonlocal decoder
        if len(body) < _PAYS and "msgspec" not in sys.modules:
            return decode(body)
        import msgspec

        decoder = decoder or msgspec.json.Decoder(shape)
        try:
            return decoder.decode(body)
        except msgspec.DecodeError:
            # An API that has other types than we know; or no JSON, which ``decode`` says.
            return decode(body)

    return parse
