"""Whether two DaemonSets have the same pod template, as far as the controller would see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.revisions import without_nulls
from dsctl.domain.validation.decode import decode
from dsctl.domain.validation.defaults import apply_defaults

Object = Mapping[str, Any]

#: booleans and numbers that are no pointers in Go: false and 0 are the same as absent
_PLAIN = frozenset(
    "hostNetwork hostPID hostIPC stdin stdinOnce tty readOnly hostPort initialDelaySeconds".split()
)

#: what ``rollout restart`` sets in the template
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


def same_stored(one: Object, other: Object) -> bool:
    """For two objects out of the server: what it stores, it compares byte by byte."""
    return bool(without_nulls(_template(one)) == without_nulls(_template(other)))


def same_written(one: Object, other: Object) -> bool:
    """For objects of which one is a manifest: after the server's defaults, quantities by value."""
    first, second = decode(one), decode(other)
    _forget_restart(first, second)
    return bool(_normal(first) == _normal(second))


def made_from(pods: Iterable[Object], daemonset: Object) -> bool:
    """Whether all these pods may have been made from this template, by what admission leaves alone.

    For where the DaemonSet that made them is not to be had: containers with their images, and the
    nodeSelector.
    """
    wanted = _traits(decode(daemonset).get("spec", {}).get("template", {}).get("spec", {}))
    return all(_traits(pod.get("spec") or {}) == wanted for pod in pods)


def _traits(spec: Object) -> tuple[Object, ...]:
    images = (_images(spec, kind) for kind in ("initContainers", "containers"))
    return (spec.get("nodeSelector") or {}, *images)


def _images(spec: Object, kind: str) -> dict[str, str]:
    return {c.get("name", ""): c.get("image", "") for c in spec.get(kind) or ()}


def _template(obj: Object) -> Any:
    return (obj.get("spec") or {}).get("template") or {}


def _normal(filled: dict[str, Any]) -> Any:
    apply_defaults(filled)
    template = filled["spec"]["template"]
    for kind in ("initContainers", "containers"):
        for container in template["spec"].get(kind) or ():
            _canonical(container.get("resources") or {})
    _canonical(template["spec"].get("resources") or {})
    return _without_zeros(template)


def _forget_restart(first: Any, second: Any) -> None:
    """``rollout restart`` owns its annotation: applying a manifest without it leaves it there."""
    both = [
        (_template(obj).get("metadata") or {}).get("annotations") or {} for obj in (first, second)
    ]
    if sum(RESTARTED_AT in annotations for annotations in both) == 1:
        for annotations in both:
            annotations.pop(RESTARTED_AT, None)


def _canonical(resources: dict[str, Any]) -> None:
    for kind in ("requests", "limits"):
        amounts = resources.get(kind)
        if isinstance(amounts, dict):
            resources[kind] = {name: _amount(text) for name, text in amounts.items()}


def _amount(text: Any) -> Any:
    try:
        return parse(str(text)).nanos
    except QuantityError:
        return text


def _without_zeros(value: Any) -> Any:
    """Without what Go leaves out when it writes: empty maps, lists and texts, and plain zeros."""
    if isinstance(value, Mapping):
        found = {key: _without_zeros(item) for key, item in value.items()}
        return {k: v for k, v in found.items() if not _left_out(k, v)}
    if isinstance(value, list):
        return [_without_zeros(item) for item in value]
    return value


def _left_out(key: str, value: Any) -> bool:
    if value is False or value == 0:
        return key in _PLAIN
    return value is None or value in ("", [], {})
