"""The pods of one DaemonSet, followed in a thread beside the DaemonSet itself."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from sys import intern
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import PODS
from dsctl.domain import pods as pod_of
from dsctl.domain.selectors import from_label_selector
from dsctl.errors import ClusterError

if TYPE_CHECKING:
    from dsctl.api.client import Cluster

Object = Mapping[str, Any]

_LABELS = (pod_of.HASH_LABEL, pod_of.GENERATION_LABEL)
_SPEC = ("nodeName", "affinity", "containers", "initContainers", "readinessGates")
_STATUS = (
    "phase",
    "reason",
    "message",
    "conditions",
    "containerStatuses",
    "initContainerStatuses",
)
#: changes of pods come in bursts: they are gathered for so many seconds
_SETTLE = 0.2


class PodFeed:
    """Follows the pods until closed. Start it once; ``close`` may be repeated.

    ``failure``: why they can't be followed, or no longer; then ``take`` tells nothing new.
    """

    def __init__(self, cluster: Cluster, daemonset: Object) -> None:
        metadata = daemonset["metadata"]
        self.failure: ClusterError | None = None
        self._closing = False
        self._uid: str = metadata["uid"]
        self._follow = cluster.follow(
            PODS,
            metadata["namespace"],
            label_selector=_query(daemonset),
            slim=True,
            cut=Trimmer().trim,
            settle=_SETTLE,
        )
        self._listed = threading.Event()
        self._news = False
        threading.Thread(target=self._run, name="pods", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Whether the first list has come, or failed, within that time."""
        return self._listed.wait(seconds)

    @property
    def ready(self) -> bool:
        """Whether the first list has come, or failed."""
        return self._listed.is_set()

    @property
    def news(self) -> bool:
        """Whether something changed since the last ``take``."""
        return self._news

    def take(self) -> list[Object]:
        """The DaemonSet's own pods as they are known now."""
        self._news = False
        # One step of the interpreter: the thread can't change the dict meanwhile.
        return pod_of.owned_by(self._uid, list(self._follow.objects.values()))

    def close(self) -> None:
        """End the thread."""
        self._closing = True
        self._follow.close()

    def _run(self) -> None:
        try:
            for batch in self._follow:
                self._news = self._news or bool(batch) or not self._listed.is_set()
                self._listed.set()
        except ClusterError as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 (a bug must not look like a lack of pods)
            if not self._closing:
                self.failure = ClusterError(f"pods can't be followed: {error}")
        finally:
            self._listed.set()


class Trimmer:
    """Takes from pods what no look at a rollout reads, and shares what is the same in all."""

    def __init__(self) -> None:
        self._same: dict[str, Any] = {}

    def trim(self, pod: dict[str, Any]) -> dict[str, Any]:
        """The pod, half as big: at 5,000 of them 30 MB less."""
        metadata, spec, status = pod["metadata"], pod.get("spec") or {}, pod.get("status") or {}
        own = metadata.get("labels") or {}
        metadata["labels"] = {key: own[key] for key in _LABELS if key in own}
        metadata["ownerReferences"] = self._shared(metadata.get("ownerReferences"))
        bound = {"affinity": None} if spec.get("nodeName") else {}
        pod["spec"] = {key: spec[key] for key in _SPEC if key in spec and key not in bound}
        for key in ("containers", "initContainers"):
            if key in spec:
                pod["spec"][key] = self._shared(spec[key])
        pod["status"] = {key: status[key] for key in _STATUS if key in status}
        for condition in status.get("conditions") or ():
            for key in ("type", "status", "lastTransitionTime"):
                if condition.get(key):
                    condition[key] = intern(condition[key])
        return pod

    def _shared(self, value: Any) -> Any:
        return self._same.setdefault(repr(value), value)


def _query(daemonset: Object) -> str | None:
    return from_label_selector(daemonset["spec"].get("selector")).query()
