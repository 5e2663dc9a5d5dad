"""Fields that an older version drops before it validates, in place on a defaulted tree.

Ported from pkg/api/pod/util.go (dropDisabledFields), for the gates that are not on everywhere.
"""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import containers_of, each


def drop_disabled(gates: frozenset[str], pod: dict[str, Any]) -> None:
    """dropDisabledFields on creation: nothing counts as in use already."""
    for container, _ in containers_of(pod, ""):
        _drop_stop_signal(container)
    if "ContainerRestartRules" not in gates:
        _drop_restart_rules(pod)
    if "HostnameOverride" not in gates:
        pod.pop("hostnameOverride", None)
    if "EnvFiles" not in gates:
        _drop_file_keys(pod)
    if "ImageVolume" not in gates:
        _drop_image_volumes(pod)
    for gate, source in (
        ("ClusterTrustBundleProjection", "clusterTrustBundle"),
        ("PodCertificateRequest", "podCertificate"),
    ):
        if gate not in gates:
            _drop_projection(pod, source)


def _drop_stop_signal(container: dict[str, Any]) -> None:
    """A lifecycle that held nothing else goes with it."""
    lifecycle = container.get("lifecycle")
    if lifecycle and lifecycle.pop("stopSignal", None) is not None and not lifecycle:
        del container["lifecycle"]


def _drop_restart_rules(pod: dict[str, Any]) -> None:
    for _, container in each(pod, "initContainers"):
        container.pop("restartPolicyRules", None)
        if container.get("restartPolicy", "Always") != "Always":
            del container["restartPolicy"]
    for key in ("containers", "ephemeralContainers"):
        for _, container in each(pod, key):
            container.pop("restartPolicyRules", None)
            container.pop("restartPolicy", None)


def _drop_file_keys(pod: dict[str, Any]) -> None:
    for container, _ in containers_of(pod, ""):
        for _, variable in each(container, "env"):
            variable.get("valueFrom", {}).pop("fileKeyRef", None)


def _drop_image_volumes(pod: dict[str, Any]) -> None:
    volumes = pod.get("volumes") or []
    names = {item.get("name", "") for _, item in each(pod, "volumes") if "image" in item}
    if not names:
        return
    pod["volumes"] = [item for item in volumes if item is None or "image" not in item]
    for container, _ in containers_of(pod, ""):
        mounts = [
            mount
            for _, mount in each(container, "volumeMounts")
            if mount.get("name", "") not in names
        ]
        container["volumeMounts"] = mounts


def _drop_projection(pod: dict[str, Any], source: str) -> None:
    for _, volume in each(pod, "volumes"):
        for _, item in each(volume.get("projected", {}), "sources"):
            item.pop(source, None)
