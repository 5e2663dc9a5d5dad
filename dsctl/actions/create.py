"""Create one DaemonSet, and tell the truth where the answer was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.actions.writes import Done, WriteOptions, settle
from dsctl.api.resources import DAEMONSETS
from dsctl.domain.changecause import with_cause
from dsctl.errors import MaybeApplied

if TYPE_CHECKING:
    from dsctl.api.client import Cluster


def create(
    cluster: Cluster, manifest: dict[str, Any], namespace: str, options: WriteOptions
) -> Done:
    """Create a DaemonSet. Raises AlreadyExists where the name is taken, and the API door's."""
    if options.cause is not None:
        manifest = with_cause(manifest, options.cause)
    try:
        obj = cluster.create(
            DAEMONSETS,
            manifest,
            namespace,
            field_manager=options.manager,
            field_validation=options.validation,
            dry_run=options.dry_run,
        )
    except MaybeApplied as error:
        obj = settle(cluster, manifest, namespace, error)
    return Done(obj["metadata"]["name"], "created", obj)


def from_image(
    name: str, images: tuple[str, ...], *, port: int | None, command: tuple[str, ...]
) -> dict[str, Any]:
    """A DaemonSet that runs ``images`` on every node, labelled as kubectl's generators do.

    Containers are named after their images; ``command`` (for one image) replaces its command.
    """
    labels = {"app": name}
    containers: list[dict[str, Any]] = []
    for image in images:
        container: dict[str, Any] = {"name": _container_name(image, containers), "image": image}
        if command:
            container["command"] = list(command)
        if port is not None:
            container["ports"] = [{"containerPort": port}]
        containers.append(container)
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }


def _container_name(image: str, others: list[dict[str, Any]]) -> str:
    """The image's last path element without tag and digest, as a DNS label; unique."""
    last = image.rsplit("/", 1)[-1].split("@")[0].split(":")[0].lower()
    cleaned = "".join(c if c.isascii() and c.isalnum() else "-" for c in last).strip("-")
    base = cleaned[:55].rstrip("-") or "main"
    taken = {other["name"] for other in others}
    name, n = base, 1
    while name in taken:
        n += 1
        name = f"{base}-{n}"
    return name
