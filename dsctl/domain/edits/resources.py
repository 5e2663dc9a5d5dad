"""``set resources``: requests and limits of containers (kubectl ``cmd/set/set_resources.go``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.domain import quantity
from dsctl.domain.edits import Edited
from dsctl.domain.edits.image import unknown
from dsctl.domain.edits.podspec import Container, chosen, each_container, names
from dsctl.errors import UsageError


def read(text: str) -> dict[str, str]:
    """``cpu=100m,memory=256Mi`` as canonical quantities; empty for "". Raises UsageError."""
    found: dict[str, str] = {}
    for statement in text.split(",") if text else ():
        name, equals, value = statement.partition("=")
        if not equals or "=" in value:
            raise UsageError(
                f"invalid argument syntax {statement}, expected <resource>=<value>",
                hint="such as cpu=100m,memory=256Mi",
            )
        try:
            if value != value.strip():  # in an object blanks around a quantity are taken
                raise quantity.QuantityError(quantity.WRONG_FORMAT)
            found[name] = str(quantity.parse(value))
        except quantity.QuantityError as error:
            raise UsageError(f"{statement}: {error}") from None
    return found


def set_resources(
    obj: dict[str, Any], pattern: str, limits: Mapping[str, str], requests: Mapping[str, str]
) -> Edited:
    """Set these requests and limits and keep the others. Raises AnswerIsNo where none matches."""
    if not chosen(obj, pattern):
        raise unknown([pattern], names(obj))

    def change(container: Container) -> Container:
        resources = dict(container.get("resources") or {})
        for field, given in (("limits", limits), ("requests", requests)):
            if given:
                resources[field] = {**(resources.get(field) or {}), **given}
        return {**container, "resources": resources}

    wanted = each_container(obj, pattern, change)
    return Edited(wanted, "" if wanted == obj else "resource requirements updated")
