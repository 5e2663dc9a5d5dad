"""What ``set env --list`` prints of variables: their values, or what they refer to.

Ported from kubectl ``cmd/set/env/env_resolve.go``.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from dsctl.domain import quantity
from dsctl.domain.edits.podspec import chosen
from dsctl.domain.validation.names import qualified_name
from dsctl.errors import DsctlError

#: a Secret or a ConfigMap by its kind and name
Fetch = Callable[[str, str], Mapping[str, Any]]


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """The lines; what could not be resolved; and ``notes`` of what no DaemonSet can know."""

    lines: list[str] = dataclasses.field(default_factory=list)
    errors: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)


class _OfPods(ValueError):
    """A field that only a pod has, such as the node it is on."""


def listing(obj: dict[str, Any], pattern: str, fetch: Fetch | None) -> Listing:
    """What there is for every container that matches.

    ``fetch`` is None where references are shown as such.
    """
    found = Listing()
    unresolved: dict[tuple[bool, str], list[str]] = {}
    for container in chosen(obj, pattern):
        found.lines.append(
            f"# DaemonSet {obj['metadata'].get('name')}, container {container['name']}"
        )
        for variable in container.get("env") or []:
            found.lines.append(_line(variable, obj, container, fetch, unresolved))
    for (of_pods, why), variables in sorted(unresolved.items()):
        names = ", ".join(sorted(variables))
        if of_pods:
            found.notes.append(f"{names}: known once a pod runs ({why})")
        else:
            found.errors.append(f"cannot resolve {names}: {why}")
    return found


def _line(
    variable: Mapping[str, Any],
    obj: Mapping[str, Any],
    container: Mapping[str, Any],
    fetch: Fetch | None,
    unresolved: dict[tuple[bool, str], list[str]],
) -> str:
    name, source = variable["name"], variable.get("valueFrom")
    if not source:
        return f"{name}={variable.get('value', '')}"
    if fetch is not None:
        try:
            return f"{name}={_value(source, obj, container, fetch)}"
        except (DsctlError, ValueError) as error:
            why = (isinstance(error, _OfPods), str(error))
            unresolved.setdefault(why, []).append(name)
    return f"# {name} from {_reference(source)}"


def _reference(source: Mapping[str, Any]) -> str:
    """``GetEnvVarRefString``."""
    for field, what in (("configMapKeyRef", "configmap"), ("secretKeyRef", "secret")):
        if found := source.get(field):
            return f"{what} {found.get('name', '')}, key {found.get('key', '')}"
    if found := source.get("fieldRef"):
        return f"field path {found.get('fieldPath', '')}"
    if found := source.get("resourceFieldRef"):
        prefix = f"{found['containerName']}/" if found.get("containerName") else ""
        return f"resource field {prefix}{found.get('resource', '')}"
    return "invalid valueFrom"


def _value(
    source: Mapping[str, Any],
    obj: Mapping[str, Any],
    container: Mapping[str, Any],
    fetch: Fetch,
) -> str:
    """``GetEnvVarRefValue``. Raises ValueError with its words, and what ``fetch`` raises."""
    for field, kind, what in (
        ("secretKeyRef", "Secret", "secret"),
        ("configMapKeyRef", "ConfigMap", "config map"),
    ):
        if found := source.get(field):
            data = fetch(kind, found["name"]).get("data") or {}
            if found["key"] not in data:
                raise ValueError(f"key {found['key']} not found in {what} {found['name']}")
            text = data[found["key"]]
            return base64.b64decode(text).decode("utf-8", "replace") if kind == "Secret" else text
    if found := source.get("fieldRef"):
        return _field(obj["metadata"], found.get("fieldPath", ""))
    if found := source.get("resourceFieldRef"):
        return _resource(container, found)
    raise ValueError("invalid valueFrom")


def _field(metadata: Mapping[str, Any], path: str) -> str:
    """``extractFieldPathAsString``: of the DaemonSet, since there is no pod to ask."""
    base, bracket, rest = path.partition("['")
    if bracket and base and rest.endswith("']"):
        key = rest[:-2]
        if base not in ("metadata.annotations", "metadata.labels"):
            raise ValueError(f'fieldPath "{path}" does not support subscript')
        if problems := qualified_name(key.lower() if base.endswith("annotations") else key):
            raise ValueError(f"invalid key subscript in {path}: {';'.join(problems)}")
        return str((metadata.get(base.partition(".")[2]) or {}).get(key, ""))
    if path in ("metadata.annotations", "metadata.labels"):
        return _formatted(metadata.get(path.partition(".")[2]) or {})
    if path in ("metadata.name", "metadata.namespace", "metadata.uid"):
        return str(metadata.get(path.partition(".")[2], ""))
    if path.startswith(("spec.", "status.")):
        raise _OfPods(path)
    raise ValueError(f"unsupported fieldPath: {path}")


def _formatted(found: Mapping[str, str]) -> str:
    from json import dumps

    return "\n".join(f"{key}={dumps(found[key], ensure_ascii=False)}" for key in sorted(found))


def _resource(container: Mapping[str, Any], reference: Mapping[str, Any]) -> str:
    """``extractContainerResourceValue``: rounded up to whole divisors."""
    resource = reference.get("resource", "")
    side, _, name = resource.partition(".")
    known = ("cpu", "memory", "ephemeral-storage")
    if side not in ("limits", "requests") or not (name in known or name.startswith("hugepages-")):
        raise ValueError(f"Unsupported container resource : {resource}")
    found = ((container.get("resources") or {}).get(side) or {}).get(name, "0")
    divisor = quantity.parse(str(reference.get("divisor") or "0"))
    divisor = divisor if divisor.nanos else quantity.parse("1")
    amount = quantity.parse(str(found))
    if name == "cpu":
        return str(-(-amount.milli // divisor.milli))
    return str(-(-amount.value // divisor.value))
