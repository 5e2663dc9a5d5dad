"""A small valid DaemonSet to bend, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.domain.validation import validate_daemonset

POD = "spec.template.spec"
CONTAINER = f"{POD}.containers[0]"


def daemonset(**spec: Any) -> dict[str, Any]:
    """A DaemonSet with some fields of its spec replaced."""
    base: dict[str, Any] = {
        "selector": {"matchLabels": {"app": "agent"}},
        "template": {
            "metadata": {"labels": {"app": "agent"}},
            "spec": {"containers": [{"name": "agent", "image": "agent:1"}]},
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent", "namespace": "default"},
        "spec": base | spec,
    }


def with_pod(**fields: Any) -> dict[str, Any]:
    """A DaemonSet with these fields of the pod."""
    obj = daemonset()
    obj["spec"]["template"]["spec"].update(fields)
    return obj


def with_container(**fields: Any) -> dict[str, Any]:
    """A DaemonSet whose one container has these fields."""
    obj = daemonset()
    obj["spec"]["template"]["spec"]["containers"][0].update(fields)
    return obj


def with_volumes(*volumes: dict[str, Any], **container: Any) -> dict[str, Any]:
    """A DaemonSet with these volumes, and these fields of its container."""
    obj = with_container(**container)
    obj["spec"]["template"]["spec"]["volumes"] = list(volumes)
    return obj


def errors(obj: Mapping[str, Any], version: tuple[int, int] = (1, 37)) -> list[tuple[str, str]]:
    """Rule and path of every error; paths within the pod or its container are cut short."""
    return [
        (problem.rule, problem.path.removeprefix(f"{CONTAINER}.").removeprefix(f"{POD}."))
        for problem in validate_daemonset(obj, version=version)
    ]
