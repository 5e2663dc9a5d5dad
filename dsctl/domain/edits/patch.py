"""A patch of one of the three types, and what it makes of an object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dsctl.domain import jsonpatch
from dsctl.domain.mergepatch import apply_merge_patch
from dsctl.domain.strategicmerge import strategic_merge
from dsctl.errors import AnswerIsNo, UsageError

Kind = Literal["strategic", "merge", "json"]
KINDS: tuple[Kind, ...] = ("json", "merge", "strategic")

_EXAMPLES = {
    "json": """--type=json -p '[{"op":"replace","path":"/spec/minReadySeconds","value":5}]'""",
    "merge": """--type=merge -p '{"spec":{"minReadySeconds":5}}'""",
    "strategic": """-p '{"spec":{"minReadySeconds":5}}'""",
}


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch that can be one: a list of operations for ``json``, else an object."""

    kind: Kind
    body: Any

    def applied(self, obj: dict[str, Any]) -> dict[str, Any]:
        """What it makes of ``obj``. Raises AnswerIsNo where it does not apply."""
        try:
            if self.kind == "json":
                found = jsonpatch.apply_patch(obj, self.body)
            elif self.kind == "merge":
                found = apply_merge_patch(obj, self.body)
            else:
                found = strategic_merge(obj, self.body)
        except ValueError as error:
            raise AnswerIsNo(f"the patch does not apply: {error}") from None
        if not isinstance(found, dict):
            raise AnswerIsNo("the patch leaves no object")
        return found

    def with_annotations(self, extra: Mapping[str, Any]) -> Patch:
        """The patch with a merge patch of annotations in it (None removes one)."""
        if not extra:
            return self
        if self.kind != "json":
            return Patch(self.kind, apply_within(self.body, extra))
        operations = list(self.body)
        for key, value in extra["metadata"]["annotations"].items():
            path = "/metadata/annotations/" + key.replace("~", "~0").replace("/", "~1")
            if value is None:
                operations.append({"op": "remove", "path": path})
            else:
                operations.append({"op": "add", "path": path, "value": value})
        return Patch(self.kind, operations)


def apply_within(patch: Any, extra: Any) -> Any:
    """Two merge patches as one; what ``extra`` says comes last."""
    if not isinstance(patch, Mapping) or not isinstance(extra, Mapping):
        return extra
    both = {key: apply_within(patch.get(key), value) for key, value in extra.items()}
    return {**patch, **both}


def checked(kind: str, body: Any) -> Patch:
    """A Patch of a value that was read. Raises UsageError, with an example, where it is none."""
    found = next((known for known in KINDS if known == kind.lower()), None)
    if found is None:
        raise UsageError(f'--type must be one of [{" ".join(KINDS)}], not "{kind}"')
    problem = None
    if found == "json":
        problem = jsonpatch.problem(body)
    elif not isinstance(body, dict):
        problem = (
            f"a {found} merge patch is an object"
            if found == "strategic"
            else ("a merge patch is an object")
        )
    if problem:
        raise UsageError(f"invalid patch: {problem}", hint=_hint(found, body))
    return Patch(found, body)


def _hint(kind: Kind, body: Any) -> str:
    if kind != "json" and isinstance(body, list) and jsonpatch.problem(body) is None:
        return "this is a JSON patch: add --type=json"
    if kind == "json" and isinstance(body, dict) and "op" in body:
        return f"put it in a list: [{json.dumps(body)}]"
    if kind == "json" and isinstance(body, dict):
        return "this is a merge patch: add --type=merge, or leave out --type"
    return f"such as {_EXAMPLES[kind]}"
