"""Environment variables. Ported from pkg/apis/core/validation (ValidateEnv, ValidateEnvFrom,
validateEnvVarValueFrom and the selectors, validateFileKeyRefVolumes)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.validation.field import Report, containers_of, each
from dsctl.domain.validation.names import (
    config_key,
    dns1123_label,
    env_name,
    name_is_subdomain,
    qualified_name,
)
from dsctl.domain.validation.paths import check_no_backsteps

ENV_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_POD_FIELDS = frozenset(
    (
        *ENV_FIELDS,
        "metadata.annotations",
        "metadata.labels",
        "spec.restartPolicy",
        "spec.schedulerName",
        "status.phase",
        "spec.host",
    )
)
_RESOURCES = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_HUGE_PAGES = ("requests.hugepages-", "limits.hugepages-")
_BYTE_DIVISORS = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


def check_env(report: Report, container: dict[str, Any], path: str) -> None:
    """ValidateEnv."""
    for index, variable in each(container, "env"):
        where = f"{path}[{index}]"
        name = variable.get("name", "")
        if not name:
            report.required("env-name-required", f"{where}.name")
        else:
            report.invalid_each("env-name-invalid", f"{where}.name", name, env_name(name))
        if "valueFrom" in variable:
            _check_value_from(report, variable, f"{where}.valueFrom")


def _check_value_from(report: Report, variable: dict[str, Any], path: str) -> None:
    source = variable["valueFrom"]
    if "fieldRef" in source:
        check_field_ref(report, source["fieldRef"], f"{path}.fieldRef", ENV_FIELDS)
    if "resourceFieldRef" in source:
        where = f"{path}.resourceFieldRef"
        check_resource_ref(report, source["resourceFieldRef"], where, volume=False)
    for key in ("configMapKeyRef", "secretKeyRef"):
        if key in source:
            _check_key_ref(report, source[key], f"{path}.{key}")
    if "fileKeyRef" in source:
        _check_file_key(report, source["fileKeyRef"], f"{path}.fileKeyRef")
    count = sum(key in source for key in _SOURCES)
    if count == 0:
        # Only an update of an object that uses fileKeyRef mentions it.
        detail = (
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
            "`secretKeyRef`"
        )
        if report.on("EnvFiles"):
            detail = detail.replace(" or `secretKeyRef`", ", `secretKeyRef` or `fileKeyRef`")
        report.invalid("env-source-required", path, "", detail)
    elif variable.get("value"):
        detail = "may not be specified when `value` is not empty"
        report.invalid("env-value-and-source", path, "", detail)
    elif count > 1:
        detail = "may not have more than one field specified at a time"
        report.invalid("env-source-multiple", path, "", detail)


def check_field_ref(
    report: Report, ref: dict[str, Any], path: str, supported: Sequence[str]
) -> None:
    """validateObjectFieldSelector, after defaulting of apiVersion."""
    field = ref.get("fieldPath", "")
    where = f"{path}.fieldPath"
    if not field:
        report.required("field-ref-path-required", where)
        return
    if ref["apiVersion"] != "v1":
        detail = f"error converting fieldPath: unsupported pod version: {ref['apiVersion']}"
        report.invalid("field-ref-unknown", where, field, detail)
        return
    name, subscript = _subscript(field)
    if subscript is not None:
        if name == "metadata.annotations":
            found: Iterable[str] = qualified_name(subscript.lower())
            report.invalid_each("field-ref-key-invalid", path, subscript.lower(), found)
        elif name == "metadata.labels":
            found = qualified_name(subscript)
            report.invalid_each("field-ref-key-invalid", path, subscript, found)
        else:
            detail = f"error converting fieldPath: field label does not support subscript: {field}"
            report.invalid("field-ref-unknown", where, field, detail)
        return
    if field not in _POD_FIELDS:
        detail = f"error converting fieldPath: field label not supported: {field}"
        report.invalid("field-ref-unknown", where, field, detail)
        return
    internal = "spec.nodeName" if field == "spec.host" else field
    if internal not in supported:
        report.unsupported("field-ref-unsupported", where, internal, sorted(supported))


def _subscript(field: str) -> tuple[str, str | None]:
    """SplitMaybeSubscriptedPath: ``metadata.labels['x']`` is two things."""
    if not field.endswith("']"):
        return field, None
    name, bracket, key = field[:-2].partition("['")
    return (name, key) if bracket and name else (field, None)


def check_resource_ref(report: Report, ref: dict[str, Any], path: str, *, volume: bool) -> None:
    """validateContainerResourceFieldSelector."""
    resource = ref.get("resource", "")
    if volume and not ref.get("containerName"):
        report.required("resource-ref-container-required", f"{path}.containerName")
    elif not resource:
        report.required("resource-ref-required", f"{path}.resource")
    elif resource not in _RESOURCES and not resource.startswith(_HUGE_PAGES):
        where = f"{path}.resource"
        report.unsupported("resource-ref-unsupported", where, resource, _RESOURCES)
    _check_divisor(report, resource, ref.get("divisor"), f"{path}.divisor")


def _check_divisor(report: Report, resource: str, text: str | None, path: str) -> None:
    try:
        divisor = parse(text) if text is not None else None
    except QuantityError as error:
        report.add("quantity-invalid", path, str(error))
        return
    if not divisor or not divisor.nanos:
        return
    if resource in ("limits.cpu", "requests.cpu"):
        if str(divisor) not in ("1m", "1"):
            detail = "only divisor's values 1m and 1 are supported with the cpu resource"
            report.invalid("resource-ref-divisor-invalid", path, resource, detail)
        return
    kinds = {"memory": "memory", "ephemeral-storage": "local ephemeral storage"}
    kind = kinds.get(resource.partition(".")[2]) if resource in _RESOURCES else None
    if resource.startswith(_HUGE_PAGES):
        kind = "hugepages"
    if kind and str(divisor) not in _BYTE_DIVISORS:
        values = ", ".join(_BYTE_DIVISORS)
        detail = f"only divisor's values {values} are supported with the {kind} resource"
        report.invalid("resource-ref-divisor-invalid", path, resource, detail)


def _check_key_ref(report: Report, ref: dict[str, Any], path: str) -> None:
    """validateConfigMapKeySelector, validateSecretKeySelector."""
    name, key = ref.get("name", ""), ref.get("key", "")
    report.invalid_each("key-ref-name-invalid", f"{path}.name", name, name_is_subdomain(name))
    if not key:
        report.required("key-ref-key-required", f"{path}.key")
    else:
        report.invalid_each("key-ref-key-invalid", f"{path}.key", key, config_key(key))


def _check_file_key(report: Report, ref: dict[str, Any], path: str) -> None:
    """validateFileKeySelector."""
    key, volume, file = ref.get("key", ""), ref.get("volumeName", ""), ref.get("path", "")
    if not key:
        report.required("file-key-required", f"{path}.key")
    else:
        report.invalid_each("file-key-invalid", f"{path}.key", key, env_name(key))
    if not volume:
        report.required("file-key-required", f"{path}.volumeName")
    else:
        found = dns1123_label(volume)
        report.invalid_each("file-key-invalid", f"{path}.volumeName", volume, found)
    if not file:
        report.required("file-key-required", f"{path}.path")
    else:
        check_no_backsteps(report, file, f"{path}.path")


def check_env_from(report: Report, container: dict[str, Any], path: str) -> None:
    """ValidateEnvFrom; errors about the number of sources carry no index, as the server's."""
    for index, source in each(container, "envFrom"):
        where = f"{path}[{index}]"
        prefix = source.get("prefix", "")
        if prefix:
            report.invalid_each("env-prefix-invalid", f"{where}.prefix", prefix, env_name(prefix))
        refs = [key for key in ("configMapRef", "secretRef") if key in source]
        for key in refs:
            name = source[key].get("name", "")
            if not name:
                report.required("env-from-name-required", f"{where}.{key}.name")
            else:
                found = name_is_subdomain(name, prefix=True)
                report.invalid_each("env-from-name-invalid", f"{where}.{key}.name", name, found)
        if len(refs) == 1:
            continue
        with report.moved(path, where):
            if not refs:
                detail = "must specify one of: `configMapRef` or `secretRef`"
                report.invalid("env-from-source-required", path, "", detail)
            else:
                detail = "may not have more than one field specified at a time"
                report.invalid("env-from-source-multiple", path, "", detail)


def check_file_key_volumes(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateFileKeyRefVolumes: the volume exists and is an emptyDir."""
    volumes = {volume.get("name", ""): volume for _, volume in each(pod, "volumes")}
    for container, where in containers_of(pod, path):
        for index, variable in each(container, "env"):
            ref = variable.get("valueFrom", {}).get("fileKeyRef")
            if ref is None:
                continue
            name = ref.get("volumeName", "")
            field = f"{where}.env[{index}].valueFrom.fileKeyRef.volumeName"
            if name not in volumes:
                report.not_found("file-key-volume-unknown", field, name)
            elif "emptyDir" not in volumes[name]:
                detail = "referenced volume must be of type emptyDir"
                report.invalid("file-key-volume-type", field, name, detail)
