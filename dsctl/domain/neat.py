"""A DaemonSet as someone would write it: without what the server added.

That is what identifies the stored object, its status, and the fields that hold their defaults:
the server would add them again. (itaysk/kubectl-neat does the same for kinds of all sorts.)
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from dsctl.domain.validation.defaults import apply_defaults

Object = Mapping[str, Any]

#: What the server alone writes (apimachinery ``ObjectMeta``).
_SERVERS = frozenset(
    """creationTimestamp deletionGracePeriodSeconds deletionTimestamp generation managedFields
    resourceVersion selfLink uid""".split()
)
_ANNOTATIONS = frozenset(
    {
        "deprecated.daemonset.template.generation",
        "kubectl.kubernetes.io/last-applied-configuration",
    }
)
#: Structs that the server writes even where nothing is in them.
_HOLLOW = frozenset({"annotations", "resources", "rollingUpdate", "securityContext"})
_HOLLOW_TOP = frozenset({"updateStrategy"})


def neat(obj: Object) -> dict[str, Any]:
    """A copy of ``obj`` without what the server added; sent again, it makes the same spec."""
    kept = deepcopy({key: value for key, value in obj.items() if key != "status"})
    metadata = kept.get("metadata") or {}
    for key in _SERVERS & metadata.keys():
        del metadata[key]
    for key in _ANNOTATIONS & (metadata.get("annotations") or {}).keys():
        del metadata["annotations"][key]
    spec = kept.get("spec") or {}
    template = (spec.get("template") or {}).get("metadata") or {}
    template.pop("creationTimestamp", None)
    if kept.get("kind", "DaemonSet") == "DaemonSet":
        _without_defaults(kept)
    _drop_hollow(kept, _HOLLOW | _HOLLOW_TOP)
    return kept


def _without_defaults(obj: dict[str, Any]) -> None:
    """Remove the fields that would be filled in again, with the values that they have.

    Which ones are tried is learnt from the object without its scalars: what the defaults add to
    that and is there too. What then is missed by the defaults of the rest is put back.
    """
    whole = _defaulted(obj)
    bare = _defaulted(_skeleton(obj))
    _prune(obj, bare)
    for deprecated in [(obj.get("spec") or {}).get("template", {}).get("spec", {})]:
        if deprecated.get("serviceAccount") == deprecated.get("serviceAccountName"):
            deprecated.pop("serviceAccount", None)
    _restore(obj, _defaulted(obj), whole)


def _defaulted(obj: Object) -> dict[str, Any]:
    filled = deepcopy(dict(obj))
    apply_defaults(filled)
    return filled


def _skeleton(value: Any) -> Any:
    """Structs, lists and images alone: defaults depend on these."""
    if isinstance(value, Mapping):
        return {
            key: _skeleton(child)
            for key, child in value.items()
            if isinstance(child, (dict, list)) or key in ("image", "name")
        }
    return [_skeleton(child) for child in value] if isinstance(value, list) else value


def _prune(value: Any, bare: Any) -> None:
    """Take out of ``value`` the scalars that ``bare`` has, with the same value."""
    if isinstance(value, dict) and isinstance(bare, Mapping):
        for key in list(value):
            if key in ("image", "name") or key not in bare:
                continue
            if isinstance(value[key], (dict, list)):
                _prune(value[key], bare[key])
            elif value[key] == bare[key]:
                del value[key]
    elif isinstance(value, list) and isinstance(bare, list):
        for child, other in zip(value, bare, strict=False):
            _prune(child, other)


def _restore(value: Any, filled: Any, whole: Any) -> None:
    """Put into ``value`` what ``whole`` has and ``filled``, made from ``value``, has not."""
    if isinstance(value, dict):
        for key, wanted in whole.items():
            if filled.get(key) == wanted:
                continue
            if key in value and isinstance(wanted, (dict, list)):
                _restore(value[key], filled[key], wanted)
            else:
                value[key] = wanted
    elif isinstance(value, list):
        for child, other, wanted in zip(value, filled, whole, strict=True):
            _restore(child, other, wanted)


def _drop_hollow(value: Any, names: frozenset[str]) -> None:
    if isinstance(value, dict):
        for key, child in list(value.items()):
            _drop_hollow(child, names)
            if key in names and child in ({}, None):
                del value[key]
    elif isinstance(value, list):
        for child in value:
            _drop_hollow(child, names)
