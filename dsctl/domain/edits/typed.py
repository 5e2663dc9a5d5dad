"""A manifest as it looks after Go's types have read it: what ``set --local`` prints.

``set`` decodes a file into ``apps/v1`` types and prints those: fields without omitempty appear,
and quantities are canonical.
"""

from __future__ import annotations

from typing import Any

from dsctl.domain import quantity
from dsctl.domain.edits.podspec import spec_of, with_spec

_COUNTS = (
    "currentNumberScheduled",
    "desiredNumberScheduled",
    "numberMisscheduled",
    "numberReady",
)


def as_typed(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with the fields that Go's types print even where they are empty."""
    pod_spec = dict(spec_of(manifest))
    for key in ("containers", "initContainers"):
        if isinstance(pod_spec.get(key), list):
            pod_spec[key] = [_container(c) for c in pod_spec[key]]
    obj = with_spec(manifest, pod_spec)
    spec = obj["spec"]
    status = obj.get("status") or {}
    return {
        **obj,
        "spec": {**spec, "updateStrategy": spec.get("updateStrategy") or {}},
        "status": {**dict.fromkeys(_COUNTS, 0), **status},
    }


def _container(container: Any) -> Any:
    if not isinstance(container, dict):
        return container
    resources = dict(container.get("resources") or {})
    for field in ("limits", "requests"):
        if isinstance(resources.get(field), dict):
            resources[field] = {k: _canonical(v) for k, v in resources[field].items()}
    return {**container, "resources": resources}


def _canonical(value: Any) -> Any:
    try:
        return str(quantity.parse(str(value)))
    except quantity.QuantityError:
        return value
