"""What the LimitRanges of a namespace give the containers of a pod that ask for nothing.

Ported from the LimitRanger admission plugin (``PodMutateLimitFunc``, plugin/pkg/admission).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Object = Mapping[str, Any]


def with_defaults(daemonset: Object, limit_ranges: Iterable[Object]) -> Object:
    """The DaemonSet with the requests that its pods will have; the same one where none is given.

    Limits that are given change no request: the server gives each of them a request beside it.
    """
    given: dict[str, Any] = {}
    for limit_range in limit_ranges:
        for name, amount in _default_requests(limit_range).items():
            given.setdefault(name, amount)
    spec = daemonset.get("spec") or {}
    template = spec.get("template") or {}
    pod = template.get("spec") or {}
    if not given or not pod:
        return daemonset
    filled = {
        kind: [_filled(container, given) for container in pod[kind]]
        for kind in ("containers", "initContainers")
        if pod.get(kind)
    }
    made = {**template, "spec": {**pod, **filled}}
    return {**daemonset, "spec": {**spec, "template": made}}


def _default_requests(limit_range: Object) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for limit in (limit_range.get("spec") or {}).get("limits") or ():
        if limit.get("type") == "Container":
            found |= limit.get("defaultRequest") or {}
    return found


def _filled(container: Object, given: Object) -> Object:
    """A limit counts as the request for the same: that default comes before admission."""
    resources = container.get("resources") or {}
    own = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    return {**container, "resources": {**resources, "requests": {**given, **own}}}
