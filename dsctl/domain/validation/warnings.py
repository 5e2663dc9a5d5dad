"""The warnings the server sends with its answer. Ported from pkg/api/pod/warnings.go.

``path`` and ``message`` joined by ``": "`` are the server's text; a few of its warnings name no
path, so theirs is empty and ``place`` says where to look.
"""

from __future__ import annotations

from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.validation.annotations import APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD
from dsctl.domain.validation.field import Problem, containers_of, each, quoted
from dsctl.domain.validation.ips import canonical, parse_ip
from dsctl.domain.validation.names import label_value
from dsctl.domain.validation.warnings_ports import port_warnings
from dsctl.domain.validation.warnings_volumes import volume_warnings

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_NULL_SELECTOR = "a null labelSelector results in matching no pod"
_LATER_INVALID = "will be considered invalid in a future Kubernetes release"
_BYTES = ("memory", "ephemeral-storage")

DEPRECATED_NODE_LABELS = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": (
        'deprecated since v1.17; use "topology.kubernetes.io/region" instead'
    ),
    "failure-domain.beta.kubernetes.io/zone": (
        'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'
    ),
    "beta.kubernetes.io/instance-type": (
        'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'
    ),
    "app.kubernetes.io/created-by": "deprecated since v1.9",
    "scheduler.alpha.kubernetes.io/preferAvoidPods": (
        "deprecated since v1.22; use Taints and Tolerations instead"
    ),
    "node-role.kubernetes.io/master": 'use "node-role.kubernetes.io/control-plane" instead',
}
_DEPRECATED_ANNOTATIONS = {
    "scheduler.alpha.kubernetes.io/critical-pod": (
        'non-functional in v1.16+; use the "priorityClassName" field instead'
    ),
    "security.alpha.kubernetes.io/sysctls": (
        'non-functional in v1.11+; use the "sysctls" field instead'
    ),
    "security.alpha.kubernetes.io/unsafe-sysctls": (
        'non-functional in v1.11+; use the "sysctls" field instead'
    ),
}


def template_warnings(
    template: dict[str, Any], path: str, version: tuple[int, int]
) -> list[Problem]:
    """GetWarningsForPodTemplate, on a defaulted tree, without what it says of an old object."""
    pod, annotations = template["spec"], template["metadata"].get("annotations", {})
    spec = f"{path}.spec"
    found: list[Problem] = []
    _node_labels(found, pod, spec)
    _spread(found, pod, spec)
    for key, message in _DEPRECATED_ANNOTATIONS.items():
        if key in annotations:
            _add(found, "annotation-deprecated", f"{path}.metadata.annotations[{key}]", message)
    found += volume_warnings(pod, spec)
    _repeated(found, pod, spec)
    _fractions(found, pod.get("overhead", {}), f"{spec}.overhead")
    _profiles(found, annotations, pod, path)
    for container, where in containers_of(pod, spec):
        _container(found, container, where)
    found += port_warnings(pod, spec)
    if pod["terminationGracePeriodSeconds"] < 0:
        message = "must be >= 0; negative values are invalid and will be treated as 1"
        _add(found, "grace-period-negative", f"{spec}.terminationGracePeriodSeconds", message)
    _pod_affinity(found, pod, spec)
    _addresses(found, pod, spec, strict=version >= (1, 36))
    return found


def _add(found: list[Problem], rule: str, path: str, message: str) -> None:
    found.append(Problem(Severity.WARNING, rule, path, message))


def _node_labels(found: list[Problem], pod: dict[str, Any], path: str) -> None:
    for key in pod.get("nodeSelector", {}):
        if key in DEPRECATED_NODE_LABELS:
            where = f"{path}.nodeSelector[{key}]"
            _add(found, "node-label-deprecated", where, DEPRECATED_NODE_LABELS[key])
    affinity = pod.get("affinity", {}).get("nodeAffinity", {})
    where = f"{path}.affinity.nodeAffinity"
    for index, term in each(affinity.get(_REQUIRED, {}), "nodeSelectorTerms"):
        _term(found, term, f"{where}.{_REQUIRED}.nodeSelectorTerms[{index}]", values=False)
    for index, item in each(affinity, _PREFERRED):
        term = item.get("preference", {})
        _term(found, term, f"{where}.{_PREFERRED}[{index}].preference", values=True)


def _term(found: list[Problem], term: dict[str, Any], path: str, *, values: bool) -> None:
    """GetWarningsForNodeSelectorTerm."""
    for index, expression in each(term, "matchExpressions"):
        where = f"{path}.matchExpressions[{index}]"
        key = expression.get("key", "")
        if key in DEPRECATED_NODE_LABELS:
            message = f"{key} is {DEPRECATED_NODE_LABELS[key]}"
            _add(found, "node-label-deprecated", f"{where}.key", message)
        if values:
            for position, value in each(expression, "values"):
                for detail in label_value(value):
                    message = f"{value} is invalid, {detail}"
                    _add(found, "affinity-value-invalid", f"{where}.values[{position}]", message)


def _spread(found: list[Problem], pod: dict[str, Any], path: str) -> None:
    for index, constraint in each(pod, "topologySpreadConstraints"):
        where = f"{path}.topologySpreadConstraints[{index}]"
        key = constraint.get("topologyKey", "")
        if key in DEPRECATED_NODE_LABELS:
            message = f"{key} is {DEPRECATED_NODE_LABELS[key]}"
            _add(found, "node-label-deprecated", f"{where}.topologyKey", message)
        if "labelSelector" not in constraint:
            _add(found, "label-selector-null", f"{where}.labelSelector", _NULL_SELECTOR)


def _pod_affinity(found: list[Problem], pod: dict[str, Any], path: str) -> None:
    for kind in ("podAffinity", "podAntiAffinity"):
        affinity = pod.get("affinity", {}).get(kind, {})
        where = f"{path}.affinity.{kind}"
        for index, term in each(affinity, _REQUIRED):
            if "labelSelector" not in term:
                field = f"{where}.{_REQUIRED}[{index}].labelSelector"
                _add(found, "label-selector-null", field, _NULL_SELECTOR)
        for index, item in each(affinity, _PREFERRED):
            if "labelSelector" not in item.get("podAffinityTerm", {}):
                field = f"{where}.{_PREFERRED}[{index}].podAffinityTerm.labelSelector"
                _add(found, "label-selector-null", field, _NULL_SELECTOR)


def _repeated(found: list[Problem], pod: dict[str, Any], path: str) -> None:
    addresses: set[str] = set()
    for index, alias in each(pod, "hostAliases"):
        address = alias.get("ip", "")
        if address in addresses:
            where = f"{path}.hostAliases[{index}].ip"
            _add(found, "host-alias-repeated", where, f"duplicate ip {quoted(address)}")
        addresses.add(address)
    names: set[str] = set()
    empty = []
    for index, secret in each(pod, "imagePullSecrets"):
        name = secret.get("name", "")
        where = f"{path}.imagePullSecrets[{index}].name"
        if name in names:
            _add(found, "pull-secret-repeated", where, f"duplicate name {quoted(name)}")
        if not name:
            empty.append(where)
        names.add(name)
    for where in empty:
        _add(found, "pull-secret-empty", where, 'invalid empty name ""')


def _fractions(found: list[Problem], amounts: dict[str, str], path: str) -> None:
    """Bytes are counted whole."""
    for name in _BYTES:
        try:
            quantity = parse(amounts[name]).rounded_to_milli() if name in amounts else None
        except QuantityError:
            continue
        if quantity is not None and quantity.milli % 1000:
            message = f'fractional byte value "{quantity}" is invalid, must be an integer'
            _add(found, "bytes-fractional", f"{path}[{name}]", message)


def _container(found: list[Problem], container: dict[str, Any], path: str) -> None:
    resources = container.get("resources", {})
    for name in _BYTES:
        for kind in ("limits", "requests"):
            text = resources.get(kind, {}).get(name)
            if text is not None:
                _fractions(found, {name: text}, f"{path}.resources.{kind}")
    names: set[str] = set()
    for index, variable in each(container, "env"):
        name = variable.get("name", "")
        if name in names and _hides(name, variable):
            message = (
                f"hides previous definition of {quoted(name)}, which may be dropped when using "
                "apply"
            )
            _add(found, "env-repeated", f"{path}.env[{index}]", message)
        names.add(name)


def _hides(name: str, variable: dict[str, Any]) -> bool:
    """A second definition is fine when it extends the first: ``PATH: /x:$(PATH)``."""
    value, reference = variable.get("value", ""), f"$({name})"
    return "valueFrom" in variable or value == reference or reference not in value


def _profiles(
    found: list[Problem], annotations: dict[str, str], pod: dict[str, Any], path: str
) -> None:
    """Annotations of seccomp and AppArmor that no field stands for."""
    if not annotations:
        return
    context = pod["securityContext"]
    useless = 'non-functional in v1.27+; use the "seccompProfile" field instead'
    old = 'deprecated since v1.30; use the "appArmorProfile" field instead'
    where = f"{path}.metadata.annotations"
    if "seccompProfile" not in context and SECCOMP_POD in annotations:
        _add(found, "annotation-deprecated", f"{where}[{SECCOMP_POD}]", useless)
    for container, _ in containers_of(pod, path):
        own, name = container.get("securityContext", {}), container.get("name", "")
        key = SECCOMP_CONTAINER + name
        if "seccompProfile" not in own and key in annotations:
            _add(found, "annotation-deprecated", f"{where}[{key}]", useless)
        key = APP_ARMOR + name
        if "appArmorProfile" in own or key not in annotations:
            continue
        profile = context.get("appArmorProfile")
        if profile is None or profile != _app_armor_field(annotations[key]):
            _add(found, "annotation-deprecated", f"{where}[{key}]", old)


def _app_armor_field(annotation: str) -> dict[str, str] | None:
    """ApparmorFieldForAnnotation."""
    if annotation == "unconfined":
        return {"type": "Unconfined"}
    if annotation == "runtime/default":
        return {"type": "RuntimeDefault"}
    name = annotation.removeprefix("localhost/")
    if name and name != annotation:
        return {"type": "Localhost", "localhostProfile": name}
    return None


def _addresses(found: list[Problem], pod: dict[str, Any], path: str, *, strict: bool) -> None:
    """GetWarningsForIP."""
    servers = each(pod.get("dnsConfig", {}), "nameservers")
    named = [(f"{path}.dnsConfig.nameservers[{index}]", text) for index, text in servers]
    for index, alias in each(pod, "hostAliases"):
        named.append((f"{path}.hostAliases[{index}].ip", alias.get("ip", "")))
    for where, text in named:
        address = parse_ip(text)
        if address is None:
            continue
        good = canonical(address)
        mapped = ":" in text and ":" not in good
        if address.leading_zeros or mapped:
            so = "is invalid" if strict else _LATER_INVALID
            message = f"non-standard IP address {quoted(text)} {so}: use {quoted(good)}"
            _add(found, "ip-not-canonical", where, message)
        elif ":" in text and good != text:
            message = (
                f"IPv6 address {quoted(text)} should be in RFC 5952 canonical format "
                f"({quoted(good)})"
            )
            _add(found, "ip-not-canonical", where, message)
