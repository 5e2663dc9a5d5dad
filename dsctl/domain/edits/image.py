"""``set image`` and ``set serviceaccount`` (kubectl ``cmd/set/set_image.go``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsctl.domain.edits import Edited
from dsctl.domain.edits.podspec import Container, each_container, names, spec_of, with_spec
from dsctl.errors import AnswerIsNo, UsageError

#: stands for every container
EVERY = "*"


def check(images: Mapping[str, str]) -> None:
    """Raise UsageError where nothing is set, or ``*`` leaves nothing for the others."""
    if not images:
        raise UsageError(
            "at least one image update is required", hint="write CONTAINER=IMAGE after the name"
        )
    if len(images) > 1 and EVERY in images:
        raise UsageError(
            "all containers are already specified by *, but saw more than one "
            "container_name=container_image pairs"
        )


def set_images(obj: dict[str, Any], images: Mapping[str, str]) -> Edited:
    """Set the image of containers and init containers by name, or of all by ``*``.

    Raises AnswerIsNo, with the names that there are, where one is unknown: nothing of a change is
    made whose other half can't be. (kubectl makes the half that it can, and fails.)
    """
    present = names(obj)
    missing = [name for name in images if name != EVERY and name not in present]
    if missing:
        raise unknown(missing, present)

    def change(container: Container) -> Container:
        image = images.get(EVERY, images.get(container["name"], container.get("image")))
        return {**container, "image": image} if image != container.get("image") else container

    wanted = each_container(obj, EVERY, change)
    return Edited(wanted, "" if wanted == obj else "image updated")


def unknown(missing: list[str], present: list[str]) -> AnswerIsNo:
    """The error for containers that are not there."""
    listed = ", ".join(f'"{name}"' for name in missing)
    what = "container" if len(missing) == 1 else "containers"
    return AnswerIsNo(
        f"unable to find {what} named {listed}",
        hint=f"it has {', '.join(present)}; nothing of it was changed",
    )


def set_service_account(obj: dict[str, Any], name: str) -> Edited:
    """Set the service account; kubectl says so also where it was that already."""
    wanted = with_spec(obj, {**spec_of(obj), "serviceAccountName": name})
    return Edited(wanted, "serviceaccount updated")
