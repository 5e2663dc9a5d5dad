"""Requests and limits. Ported from pkg/apis/core/validation (validateResourceRequirements,
ValidateContainerResourceName, validateResourceClaimNames) and pkg/apis/core/helper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dsctl.domain.quantity import Quantity, QuantityError, parse
from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.names import dns1123_label, name_is_subdomain, qualified_name

HUGE_PAGES = "hugepages-"

_CONTAINER_RESOURCES = frozenset(("cpu", "memory", "ephemeral-storage"))
_STANDARD = frozenset(
    (
        *_CONTAINER_RESOURCES,
        *(f"{kind}.{name}" for kind in ("requests", "limits") for name in _CONTAINER_RESOURCES),
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "storage",
        "requests.storage",
        "services.nodeports",
        "services.loadbalancers",
    )
)
_WHOLE = frozenset(
    (
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    )
)

Quantities = dict[str, Quantity]
_CheckName = Callable[[Report, str, str], None]


def read_quantities(report: Report, texts: Mapping[str, str], path: str) -> Quantities:
    """The quantities of a resource list, rounded up to milli as its defaulting does.

    One that does not parse is reported with the server's decoding error, which names no field.
    """
    found = {}
    for name, text in texts.items():
        try:
            found[name] = parse(text).rounded_to_milli()
        except QuantityError as error:
            report.add("quantity-invalid", f"{path}[{name}]", str(error))
    return found


def check_container_resources(
    report: Report, requirements: dict[str, Any], claims: frozenset[str], path: str
) -> None:
    """ValidateContainerResourceRequirements."""
    if requirements:
        check_requirements(report, requirements, check_resource_name, claims, path)


def check_requirements(
    report: Report,
    requirements: dict[str, Any],
    check_name: _CheckName,
    claims: frozenset[str],
    path: str,
) -> None:
    """validateResourceRequirements."""
    limits_path, requests_path = f"{path}.limits", f"{path}.requests"
    limits = read_quantities(report, requirements.get("limits", {}), limits_path)
    requests = read_quantities(report, requirements.get("requests", {}), requests_path)
    for amounts, parent in ((limits, limits_path), (requests, requests_path)):
        for name, quantity in amounts.items():
            where = f"{parent}[{name}]"
            check_name(report, name, where)
            check_quantity(report, name, quantity, where)
            if name.startswith(HUGE_PAGES) and not _divisible(name, quantity):
                detail = f"{quantity} is not positive integer multiple of {name}"
                report.invalid("huge-pages-multiple", where, str(quantity), detail)
    for name, quantity in requests.items():
        with report.moved(requests_path, f"{requests_path}[{name}]"):
            _check_against_limit(report, name, quantity, limits.get(name), path)
    named = limits.keys() | requests.keys()
    if any(name.startswith(HUGE_PAGES) for name in named) and not named & {"cpu", "memory"}:
        report.forbidden("huge-pages-alone", path, "HugePages require cpu or memory")
    _check_claims(report, requirements, claims, f"{path}.claims")


def _check_against_limit(
    report: Report, name: str, quantity: Quantity, limit: Quantity | None, path: str
) -> None:
    """The path is that of all requests, as the server has it."""
    where = f"{path}.requests"
    overcommit = is_native(name) and not name.startswith(HUGE_PAGES)
    if limit is None:
        if not overcommit:
            detail = "Limit must be set for non overcommitable resources"
            report.required("limit-required", f"{path}.limits", detail)
    elif quantity != limit and not overcommit:
        detail = f"must be equal to {name} limit of {limit}"
        report.invalid("request-not-limit", where, str(quantity), detail)
    elif quantity > limit:
        detail = f"must be less than or equal to {name} limit of {limit}"
        report.invalid("request-over-limit", where, str(quantity), detail)


def check_quantity(report: Report, name: str, quantity: Quantity, path: str) -> None:
    """ValidateResourceQuantityValue: not negative, whole where the resource is counted."""
    if quantity.nanos < 0:
        detail = "must be greater than or equal to 0"
        report.invalid("quantity-negative", path, str(quantity), detail)
    whole = name in _WHOLE or is_extended(name)
    # Beyond an int64 of thousandths Go loses count and lets it pass.
    if whole and quantity.milli % 1000 and abs(quantity.milli) < 1 << 63:
        report.invalid("quantity-not-integer", path, str(quantity), "must be an integer")


def _divisible(name: str, quantity: Quantity) -> bool:
    """IsHugePageResourceValueDivisible."""
    try:
        size = parse(name.removeprefix(HUGE_PAGES))
    except QuantityError:
        return False
    if size.nanos <= 0 or size.milli % 1000:
        return False
    return quantity.value % size.value == 0


def is_native(name: str) -> bool:
    """IsNativeResource: unprefixed, or with a kubernetes.io prefix."""
    return "/" not in name or "kubernetes.io/" in name


def is_extended(name: str) -> bool:
    """IsExtendedResourceName."""
    if is_native(name) or name.startswith("requests."):
        return False
    return not qualified_name(f"requests.{name}")


def check_base_name(report: Report, name: str, path: str) -> bool:
    """validateResourceName; False when it reported something."""
    found = qualified_name(name)
    if found:
        report.invalid_each("resource-name-invalid", path, name, found)
        return False
    if "/" not in name and name not in _STANDARD and not _quota_huge_pages(name):
        detail = "must be a standard resource type or fully qualified"
        report.invalid("resource-name-unknown", path, name, detail)
        return False
    return True


def _quota_huge_pages(name: str) -> bool:
    return name.startswith((HUGE_PAGES, f"requests.{HUGE_PAGES}"))


def check_resource_name(report: Report, name: str, path: str) -> None:
    """ValidateContainerResourceName."""
    check_base_name(report, name, path)
    if "/" not in name:
        if name not in _CONTAINER_RESOURCES and not name.startswith(HUGE_PAGES):
            detail = "must be a standard resource for containers"
            report.invalid("resource-name-not-container", path, name, detail)
    elif not is_native(name) and not is_extended(name):
        detail = "doesn't follow extended resource name standard"
        report.invalid("resource-name-not-extended", path, name, detail)


def _check_claims(
    report: Report, requirements: dict[str, Any], known: frozenset[str], path: str
) -> None:
    """validateResourceClaimNames."""
    keys: list[str] = []
    for index, claim in each(requirements, "claims"):
        where = f"{path}[{index}]"
        name, request = claim.get("name", ""), claim.get("request", "")
        if not name:
            report.required("claim-name-required", where)
            continue
        if name in keys:
            report.duplicate("claim-duplicate", where, name)
        else:
            key = name
            if request:
                found = dns1123_label(request)
                report.invalid_each("claim-request-invalid", f"{where}.request", request, found)
                key = f"{name}/{request}"
            overlaps = [x for x in keys if x.partition("/")[0] == name and "/" in x]
            if key in keys:
                report.duplicate("claim-duplicate", where, key)
            elif not request:
                for _ in overlaps:
                    report.duplicate("claim-duplicate", where, name)
            if key not in keys:
                keys.append(key)
        if name not in known:
            listed = f": {', '.join(sorted(known))}" if known else " which is empty"
            detail = f"must be one of the names in pod.spec.resourceClaims{listed}"
            report.not_found("claim-unknown", where, name, detail)


def check_pod_claims(report: Report, pod: dict[str, Any], path: str) -> None:
    """validatePodResourceClaims."""
    seen: set[str] = set()
    for index, claim in each(pod, "resourceClaims"):
        where = f"{path}[{index}]"
        name = claim.get("name", "")
        if not name:
            report.required("pod-claim-name-required", f"{where}.name")
        elif name in seen:
            report.duplicate("pod-claim-duplicate", f"{where}.name", name)
        else:
            found = dns1123_label(name)
            report.invalid_each("pod-claim-name-invalid", f"{where}.name", name, found)
            seen.add(name)
        _check_pod_claim_source(report, claim, where)


def _check_pod_claim_source(report: Report, claim: dict[str, Any], path: str) -> None:
    sources = [key for key in ("resourceClaimName", "resourceClaimTemplateName") if key in claim]
    if len(sources) == 2:
        detail = (
            "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
        )
        report.invalid("pod-claim-source-multiple", path, claim, detail)
    if not sources:
        detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
        report.invalid("pod-claim-source-required", path, claim, detail)
    for key in sources:
        found = name_is_subdomain(claim[key])
        report.invalid_each("pod-claim-source-invalid", f"{path}.{key}", claim[key], found)
