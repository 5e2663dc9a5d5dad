"""DaemonSets for the tests: small, valid, and the same everywhere."""

from __future__ import annotations

import json
from typing import Any


def daemonset(name: str, image: str = "registry.example/agent:1", **spec: Any) -> dict[str, Any]:
    """A DaemonSet with one container ``agent``; ``spec`` adds to or replaces its spec's fields."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {"containers": [{"name": "agent", "image": image}]},
            },
            **spec,
        },
    }


def text(*objects: dict[str, Any]) -> str:
    """The objects as one YAML stream (JSON documents are YAML)."""
    return "\n---\n".join(json.dumps(obj) for obj in objects)
