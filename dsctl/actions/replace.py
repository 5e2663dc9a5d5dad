"""Replace a DaemonSet with what a manifest says: PUT, or delete and create with ``force``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.actions.writes import Done, WriteOptions, settle
from dsctl.api.resources import DAEMONSETS
from dsctl.errors import MaybeApplied, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsctl.actions.delete import DeleteHow
    from dsctl.api.client import Cluster


def replace(
    cluster: Cluster, manifest: dict[str, Any], namespace: str, options: WriteOptions
) -> Done:
    """Replace the whole object. A manifest with a resourceVersion must meet just that version.

    Raises NotFound where there is nothing to replace, Conflict where the version is another.
    """
    name = manifest["metadata"]["name"]
    try:
        obj = cluster.replace(
            DAEMONSETS,
            name,
            manifest,
            namespace,
            field_manager=options.manager,
            field_validation=options.validation,
            dry_run=options.dry_run,
        )
    except MaybeApplied as error:
        obj = settle(cluster, manifest, namespace, error)
    return Done(name, "replaced", obj)


def replace_anew(
    cluster: Cluster,
    manifest: dict[str, Any],
    namespace: str,
    options: WriteOptions,
    how: DeleteHow,
    *,
    timeout: float,
    on_deleted: Callable[[str], None],
) -> Done:
    """Delete what is there, wait until it is gone, create anew (``kubectl replace --force``).

    ``on_deleted`` is told the name once the server took the delete. Raises DeadlineExceeded where
    the old object is not gone within ``timeout`` seconds; nothing was created then.
    """
    from dsctl.actions import delete, leaving, targets
    from dsctl.actions.create import create

    name = manifest["metadata"]["name"]
    try:
        deleted = delete.delete(cluster, targets.Target(namespace, name), how)
    except NotFound:
        pass
    else:
        on_deleted(name)
        for _ in leaving.watch(cluster, [deleted], timeout):
            pass
    metadata = {
        k: v for k, v in manifest["metadata"].items() if k not in ("resourceVersion", "uid")
    }
    created = create(cluster, {**manifest, "metadata": metadata}, namespace, options)
    return Done(name, "replaced", created.obj)
