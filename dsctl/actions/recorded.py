"""The wait for the revision that records a DaemonSet's template: the controller makes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import CONTROLLER_REVISIONS
from dsctl.domain import revisions as revision_of
from dsctl.domain.pods import HASH_LABEL, labels
from dsctl.domain.selectors import from_label_selector

if TYPE_CHECKING:
    from dsctl.api.client import Cluster
    from dsctl.errors import ClusterError


def recorded_hash(
    cluster: Cluster,
    daemonset: Mapping[str, Any],
    end: float,
    *,
    on_trouble: Callable[[ClusterError], None] | None = None,
) -> str | None:
    """The hash of the revision that records the template of ``daemonset`` and belongs to it.

    None where there is none until ``end`` (``time.monotonic``).
    """
    metadata = daemonset["metadata"]
    following = cluster.follow(
        CONTROLLER_REVISIONS,
        metadata["namespace"],
        label_selector=from_label_selector(daemonset["spec"]["selector"]).query(),
        timeout=max(end - time.monotonic(), 0.001),
        on_trouble=on_trouble,
    )
    with following:
        for _ in following:
            own = revision_of.owned(following.objects.values(), metadata["uid"])
            found = revision_of.current(daemonset, own)
            if found is not None and HASH_LABEL in labels(found):
                return revision_of.revision_hash(found)
    return None
