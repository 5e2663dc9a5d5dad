"""Replace a DaemonSet with what a manifest says: PUT, or delete and create with ``force``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.actions.writes import Done, WriteOptions, settle
from dsctl.api.resources import DAEMONSETS
from dsctl.errors import MaybeApplied

if TYPE_CHECKING:
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
