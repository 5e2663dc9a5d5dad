"""What ``wait --for`` can wait for: kubectl's forms with kubectl's meaning, and dsctl's own.

Ported from kubectl's ``cmd/wait`` (``conditionFuncsFor``, ``ConditionalWait``, ``JSONPathWait``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsctl.domain.health import observed
from dsctl.domain.jsonpath import JSONPath
from dsctl.domain.rollout import counts

Object = Mapping[str, Any]

_RELAXED = re.compile(r"\{\.?([^{}]+)\}|\.?([^{}]+)")


class Form(StrEnum):
    """The words that stand alone."""

    CREATE = "create"
    DELETE = "delete"
    ROLLED_OUT = "rolled-out"
    READY = "ready"
    AVAILABLE = "available"
    PLACED = "placed"


#: The words that stand alone, as they are written.
FORMS = {form.value: form for form in Form}


@dataclass(frozen=True, slots=True)
class Condition:
    """A word of ``Form``, or ``condition=…`` (``kind``, ``value``), or ``jsonpath=…``.

    ``value`` is None where any value will do.
    """

    form: Form | None = None
    kind: str | None = None
    path: JSONPath | None = None
    value: str | None = None

    def met(self, obj: Object) -> bool:
        """Whether an object that is there meets it; never for ``delete``.

        Raises ValueError, in kubectl's words, where a JSONPath finds what can't be compared.
        """
        if self.path is not None:
            return _jsonpath_met(self.path, self.value, obj)
        if self.kind is not None:
            return _condition_met(self.kind, self.value or "", obj)
        return self.form is Form.CREATE or _stands(self.form, obj)


def parse(text: str) -> Condition:
    """Read one ``--for``. Raises ValueError in kubectl's words."""
    form = FORMS.get(text.lower())
    if form is not None:
        return Condition(form=form)
    if text.startswith("condition="):
        kind, equals, value = text.removeprefix("condition=").partition("=")
        return Condition(kind=kind, value=value if equals else "true")
    if text.startswith("jsonpath="):
        return _jsonpath(text.removeprefix("jsonpath="))
    raise ValueError(f'unrecognized condition: "{text}"')


def _jsonpath(text: str) -> Condition:
    """``processJSONPathInput``: a path, and after a single ``=`` the value that it must have."""
    path, *values = _split(text)
    if len(values) > 1:
        raise ValueError(
            "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 "
            "or --for=jsonpath='{.status.readyReplicas}'"
        )
    if path:
        found = _RELAXED.fullmatch(path)
        if found is None:
            raise ValueError(
                "unexpected path string, expected a 'name1.name2' or '.name1.name2' "
                "or '{name1.name2}' or '{.name1.name2}'"
            )
        path = f"{{.{found[1] or found[2]}}}"
    value = values[0].strip("'\"") if values else None
    if value == "":
        raise ValueError(
            "jsonpath wait has to have a value after equal sign, "
            "like --for=jsonpath='{.status.readyReplicas}'=3"
        )
    if not path:
        raise ValueError("jsonpath expression cannot be empty")
    return Condition(path=JSONPath(path), value=value)


def _split(text: str) -> list[str]:
    """Split at single ``=``; a pair of them is kept (``splitJSONPathInput``)."""
    parts, at = [""], 0
    while at < len(text):
        if text[at] != "=":
            parts[-1] += text[at]
        elif text[at + 1 : at + 2] == "=":
            parts[-1] += "=="
            at += 1
        else:
            parts.append("")
        at += 1
    return parts


def _jsonpath_met(path: JSONPath, value: str | None, obj: Object) -> bool:
    results = path.find(obj)
    if not results or not results[0]:
        return False
    if len(results) > 1:
        raise ValueError("given jsonpath expression matches more than one list")
    if len(results[0]) > 1:
        raise ValueError("given jsonpath expression matches more than one value")
    found = results[0][0]
    if value is None:
        return True
    if isinstance(found, (dict, list)):
        raise ValueError("jsonpath leads to a nested object or list which is not supported")
    return _text(found).strip() == value.strip()


def _text(value: Any) -> str:
    """A scalar as Go's ``%v`` has it; no field of a DaemonSet is a fraction."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)


def _condition_met(kind: str, value: str, obj: Object) -> bool:
    for condition in (obj.get("status") or {}).get("conditions") or ():
        if str(condition.get("type", "")).lower() != kind.lower() or "status" not in condition:
            continue
        seen = condition.get("observedGeneration")
        if seen is None:
            seen = (obj.get("status") or {}).get("observedGeneration")
        generation = (obj.get("metadata") or {}).get("generation")
        if None not in (seen, generation) and seen < generation:
            return False
        return str(condition["status"]).lower() == value.lower()
    return False


def _stands(form: Form | None, obj: Object) -> bool:
    """dsctl's own words, true only of a status that is about the newest generation.

    With no eligible node all of them hold. OnDelete is no special case: rolled out is when every
    pod is of the newest template, however it came there. ``available`` counts minReadySeconds,
    ``ready`` does not; both count pods of any revision.
    """
    if not observed(obj):
        return False
    found = counts(obj)
    have = {
        Form.ROLLED_OUT: min(found.updated, found.available),
        Form.READY: found.ready,
        Form.AVAILABLE: found.available,
        Form.PLACED: (obj.get("status") or {}).get("currentNumberScheduled") or 0,
    }
    return form in have and have[form] >= found.desired


def describe(condition: Condition, obj: Object | None) -> str:
    """What is missing, for a message; empty where the condition itself says it."""
    if condition.form is Form.DELETE:
        return ""
    if obj is None:
        return "it does not exist"
    if condition.form is None:
        return ""
    if not observed(obj):
        return "the controller has not seen its newest generation yet"
    found, status = counts(obj), obj.get("status") or {}
    placed = status.get("currentNumberScheduled") or 0
    texts = {
        Form.ROLLED_OUT: f"{found.updated} of {found.desired} pods are updated, "
        f"{found.available} available",
        Form.READY: f"{found.ready} of {found.desired} pods are ready",
        Form.AVAILABLE: f"{found.available} of {found.desired} pods are available",
        Form.PLACED: f"{placed} of {found.desired} nodes have their pod",
    }
    return texts.get(condition.form, "")
