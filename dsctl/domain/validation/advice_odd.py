"""Advice on what the server accepts although it hardly can be meant."""

from __future__ import annotations

from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.validation.advice import POD, Advice, Places, pod_of
from dsctl.domain.validation.field import containers_of, each
from dsctl.domain.validation.images import tag_of
from dsctl.domain.validation.ips import parse_ip

_AFFINITY = f"{POD}.affinity.nodeAffinity"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def image_unreadable(obj: dict[str, Any]) -> Places:
    """The kubelet can't pull what is no image reference."""
    for container, path in containers_of(pod_of(obj), POD):
        image = container.get("image", "")
        if image and tag_of(image) is None:
            yield f"{path}.image", f"{image!r} is no image reference: no node can pull it"


def mount_path_relative(obj: dict[str, Any]) -> Places:
    """Container runtimes refuse relative mount paths, or read them from the root."""
    pod = pod_of(obj)
    if pod.get("os", {}).get("name") == "windows":
        return
    for container, path in containers_of(pod, POD):
        for index, mount in each(container, "volumeMounts"):
            value = mount.get("mountPath", "")
            if value and value[0] not in "/\\" and value[1:2] != ":":
                yield f"{path}.volumeMounts[{index}].mountPath", f"{value} is a relative path"


def probe_port_unknown(obj: dict[str, Any]) -> Places:
    """A probe by name fails when the container has no port of that name."""
    for container, path in containers_of(pod_of(obj), POD):
        names = {port.get("name") for _, port in each(container, "ports")}
        for probe in _PROBES:
            for kind in ("httpGet", "tcpSocket"):
                port = container.get(probe, {}).get(kind, {}).get("port")
                if isinstance(port, str) and port and port not in names:
                    where = f"{path}.{probe}.{kind}.port"
                    yield where, f"the container has no port named {port}: the probe always fails"


def volume_without_source(obj: dict[str, Any]) -> Places:
    """A volume with only a name silently is an empty directory."""
    for index, volume in each(pod_of(obj), "volumes"):
        if not volume.keys() - {"name"}:
            path = f"{POD}.volumes[{index}]"
            yield path, "a volume without a source is an empty directory"


def affinity_not_number(obj: dict[str, Any]) -> Places:
    """Gt and Lt compare integers; anything else matches no node."""
    affinity = pod_of(obj).get("affinity", {}).get("nodeAffinity", {})
    terms = [
        (term, f"{_AFFINITY}.{_REQUIRED}.nodeSelectorTerms[{index}]")
        for index, term in each(affinity.get(_REQUIRED, {}), "nodeSelectorTerms")
    ]
    for index, item in each(affinity, _PREFERRED):
        path = f"{_AFFINITY}.{_PREFERRED}[{index}].preference"
        terms.append((item.get("preference", {}), path))
    for term, path in terms:
        for index, item in each(term, "matchExpressions"):
            if item.get("operator") in ("Gt", "Lt"):
                for position, value in each(item, "values"):
                    if not value.lstrip("+-").isdecimal():
                        where = f"{path}.matchExpressions[{index}].values[{position}]"
                        yield where, f"{value!r} is no integer: the comparison never holds"


def preference_empty(obj: dict[str, Any]) -> Places:
    """A preferred term without a preference prefers nothing."""
    affinity = pod_of(obj).get("affinity", {}).get("nodeAffinity", {})
    for index, item in each(affinity, _PREFERRED):
        term = item.get("preference", {})
        if not term.get("matchExpressions") and not term.get("matchFields"):
            yield f"{_AFFINITY}.{_PREFERRED}[{index}]", "the term has no preference and no effect"


def host_ip_invalid(obj: dict[str, Any]) -> Places:
    """hostIP is taken as written, and fails on the node."""
    for container, path in containers_of(pod_of(obj), POD):
        for index, port in each(container, "ports"):
            address = port.get("hostIP", "")
            if address and parse_ip(address) is None:
                where = f"{path}.ports[{index}].hostIP"
                yield where, f"{address!r} is no IP address: the port can't be opened"


def container_restart_policy(obj: dict[str, Any]) -> Places:
    """A container that may end leaves its pod unready."""
    for index, container in each(pod_of(obj), "containers"):
        policy = container.get("restartPolicy")
        if policy in ("Never", "OnFailure") and not container.get("restartPolicyRules"):
            where = f"{POD}.containers[{index}].restartPolicy"
            yield where, f"with restartPolicy {policy} the container may end and not come back"


def resource_unknown(obj: dict[str, Any]) -> Places:
    """No node offers an unknown kubernetes.io resource, so the pod fits nowhere."""
    for container, path in containers_of(pod_of(obj), POD):
        for kind in ("requests", "limits"):
            for name in container.get("resources", {}).get(kind, {}):
                if "kubernetes.io/" in name:
                    message = f"Kubernetes has no resource {name}: no node offers it"
                    yield f"{path}.resources.{kind}[{name}]", message


RULES = (
    Advice(
        "image-unreadable",
        Severity.WARNING,
        "The server does not look into the image; the kubelet reports InvalidImageName.",
        "Write [registry/]repository[:tag][@digest] in lower case.",
        image_unreadable,
    ),
    Advice(
        "mount-path-relative",
        Severity.WARNING,
        "The server accepts relative mount paths; what runtimes make of them differs.",
        "Begin mountPath with '/'.",
        mount_path_relative,
    ),
    Advice(
        "probe-port-unknown",
        Severity.WARNING,
        "The server does not compare the port names of probes with those of the container.",
        "Name the port under ports, or probe it by number.",
        probe_port_unknown,
    ),
    Advice(
        "volume-without-source",
        Severity.WARNING,
        "The server turns a volume that has only a name into an emptyDir.",
        "Write emptyDir: {} if that is meant; check the indentation if it is not.",
        volume_without_source,
    ),
    Advice(
        "affinity-not-number",
        Severity.WARNING,
        "Gt and Lt compare integers, but the server takes any value.",
        "Compare with an integer in quotes.",
        affinity_not_number,
    ),
    Advice(
        "preference-empty",
        Severity.WARNING,
        "The server accepts a preferred term that prefers nothing.",
        "Add a preference, or remove the term.",
        preference_empty,
    ),
    Advice(
        "host-ip-invalid",
        Severity.WARNING,
        "The server takes hostIP as it is written.",
        "Write an IP address, such as 127.0.0.1 for localhost.",
        host_ip_invalid,
    ),
    Advice(
        "container-restart-policy",
        Severity.INFO,
        "restartPolicy on a container overrides the pod's Always.",
        "Remove it if the container is to run for as long as the pod.",
        container_restart_policy,
    ),
    Advice(
        "resource-unknown",
        Severity.WARNING,
        "Names below kubernetes.io pass the server's checks whether they exist or not.",
        "Use cpu, memory, ephemeral-storage, hugepages-…, or a vendor's own domain.",
        resource_unknown,
    ),
)
