"""The pod template's spec, and the containers in it, as kubectl's ``set`` commands choose them.

``matches`` is ``selectString`` and the order of ``chosen`` that of its callers (kubectl
``cmd/set/helper.go``, ``set_env.go``, ``set_resources.go``): containers first, then init
containers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Container = dict[str, Any]

#: the lists that hold containers, in the order in which kubectl goes through them
_LISTS = ("containers", "initContainers")


def spec_of(obj: Mapping[str, Any]) -> dict[str, Any]:
    """The pod spec of the template; empty where there is none."""
    template = (obj.get("spec") or {}).get("template") or {}
    return template.get("spec") or {}


def with_spec(obj: dict[str, Any], pod_spec: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with another pod spec."""
    spec = obj.get("spec") or {}
    template = spec.get("template") or {}
    return {**obj, "spec": {**spec, "template": {**template, "spec": dict(pod_spec)}}}


def names(obj: Mapping[str, Any]) -> list[str]:
    """The names of all containers, init containers after the others."""
    return [container["name"] for container in _all(spec_of(obj))]


def chosen(obj: Mapping[str, Any], pattern: str) -> list[Container]:
    """The containers whose name matches, init containers after the others."""
    return [c for c in _all(spec_of(obj)) if matches(c.get("name", ""), pattern)]


def each_container(
    obj: dict[str, Any], pattern: str, change: Callable[[Container], Container]
) -> dict[str, Any]:
    """A copy in which every container that matches was changed."""
    pod_spec = dict(spec_of(obj))
    for key in _LISTS:
        if key in pod_spec:
            pod_spec[key] = [
                change(c) if matches(c.get("name", ""), pattern) else c for c in pod_spec[key] or []
            ]
    return with_spec(obj, pod_spec)


def matches(name: str, pattern: str) -> bool:
    """Whether ``name`` matches a pattern with ``*``, in kubectl's not quite greedy way."""
    if pattern == "*":
        return True
    if "*" not in pattern:
        return name == pattern
    at = 0
    parts = pattern.split("*")
    for number, part in enumerate(parts):
        if not part:
            continue
        after = name[at:].find(part)
        last = number == len(parts) - 1
        if after < at or (number == 0 and at) or (last and len(name) != len(part) + after):
            return False
        at = after
    return True


def _all(pod_spec: Mapping[str, Any]) -> list[Container]:
    return [c for key in _LISTS for c in pod_spec.get(key) or [] if isinstance(c, dict)]
