"""Advice on how the DaemonSet rolls out, and on which pods it takes for its own."""

from __future__ import annotations

from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.validation.advice import POD, Advice, Places, pod_of, strategy_of
from dsctl.domain.validation.field import each
from dsctl.domain.validation.strategy import amount

_STRATEGY = "spec.updateStrategy"
# Labels that many workloads share, so that a selector by them alone is too wide.
_SHARED_LABELS = frozenset(
    (
        "app.kubernetes.io/managed-by",
        "app.kubernetes.io/part-of",
        "app.kubernetes.io/version",
        "env",
        "environment",
        "helm.sh/chart",
        "chart",
        "heritage",
        "team",
        "tier",
        "version",
    )
)


def surge_with_host_port(obj: dict[str, Any]) -> Places:
    """A surging pod needs the host port that the old one still holds on its node."""
    kind, _, surge = strategy_of(obj)
    if kind != "RollingUpdate" or not amount(surge):
        return
    pod = pod_of(obj)
    for key in ("containers", "initContainers"):
        for index, container in each(pod, key):
            if key == "initContainers" and container.get("restartPolicy") != "Always":
                continue
            for position, port in each(container, "ports"):
                number = port.get("hostPort") or (
                    pod.get("hostNetwork") and port.get("containerPort")
                )
                if number:
                    path = f"{POD}.{key}[{index}].ports[{position}]"
                    yield path, f"port {number} of the node is taken by the old pod: no rollout"


def on_delete(obj: dict[str, Any]) -> Places:
    """OnDelete replaces nothing by itself."""
    if strategy_of(obj)[0] == "OnDelete":
        yield f"{_STRATEGY}.type", "with OnDelete a change reaches no node until pods are deleted"


def rolling_update_ignored(obj: dict[str, Any]) -> Places:
    """rollingUpdate beside OnDelete is accepted and unused."""
    strategy = obj.get("spec", {}).get("updateStrategy", {})
    if strategy.get("type") == "OnDelete" and strategy.get("rollingUpdate"):
        yield f"{_STRATEGY}.rollingUpdate", "rollingUpdate has no effect with OnDelete"


def all_unavailable(obj: dict[str, Any]) -> Places:
    """maxUnavailable 100% stops the agent on every node at once."""
    kind, unavailable, _ = strategy_of(obj)
    if kind == "RollingUpdate" and isinstance(unavailable, str) and amount(unavailable) == 100:
        path = f"{_STRATEGY}.rollingUpdate.maxUnavailable"
        yield path, "maxUnavailable 100% stops the pods of all nodes at the same time"


def selector_too_wide(obj: dict[str, Any]) -> Places:
    """The DaemonSet would adopt, and delete, pods of others that match its selector."""
    selector = obj.get("spec", {}).get("selector", {})
    labels = selector.get("matchLabels", {})
    exact = [
        item.get("key", "")
        for _, item in each(selector, "matchExpressions")
        if item.get("operator") == "In" and len(item.get("values") or ()) == 1
    ]
    expressions = selector.get("matchExpressions")
    if not labels and not expressions:
        return
    if not labels and not exact:
        yield "spec.selector", "no label is asked for by value: pods of others would match"
    elif not ({*labels, *exact} - _SHARED_LABELS):
        shown = ", ".join(sorted({*labels, *exact}))
        yield "spec.selector", f"only labels that workloads share are asked for ({shown})"


RULES = (
    Advice(
        "surge-with-host-port",
        Severity.WARNING,
        "With maxSurge a new pod starts beside the old one, and both need the same host port.",
        "Use maxUnavailable instead of maxSurge, or do without the host port.",
        surge_with_host_port,
    ),
    Advice(
        "on-delete-strategy",
        Severity.INFO,
        "OnDelete replaces a pod only once something deletes it.",
        "Delete pods node by node, or use RollingUpdate.",
        on_delete,
    ),
    Advice(
        "rolling-update-ignored",
        Severity.INFO,
        "The server accepts rollingUpdate beside OnDelete and ignores it.",
        "Remove rollingUpdate.",
        rolling_update_ignored,
    ),
    Advice(
        "all-unavailable",
        Severity.WARNING,
        "A bad version would be on every node before the first pod could fail.",
        "Use a number, or a lower percentage such as 10%.",
        all_unavailable,
    ),
    Advice(
        "selector-too-wide",
        Severity.WARNING,
        "A DaemonSet takes every pod that its selector matches for its own and may delete it.",
        "Select by a label that only this DaemonSet's pods have, such as app.",
        selector_too_wide,
    ),
)
