"""Resources of the whole pod. Ported from pkg/apis/core/validation (validatePodResources,
validatePodResourceConsistency) and component-helpers/resource (AggregateContainerRequests)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.quantity import Quantity, QuantityError, parse
from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.resources import (
    HUGE_PAGES,
    Quantities,
    check_base_name,
    check_requirements,
)

_SUPPORTED = ("cpu", "hugepages-", "memory")


def check_pod_resources(
    report: Report, pod: dict[str, Any], claims: frozenset[str], path: str
) -> None:
    """validatePodResources."""
    resources = pod.get("resources")
    if resources is None:
        return
    if pod.get("os", {}).get("name") == "windows":
        report.forbidden("windows-pod-resources", path, "may not be set for a windows pod")
        return
    if "claims" in resources:
        detail = "claims may not be set for Resources at pod-level"
        report.forbidden("pod-resource-claims", f"{path}.claims", detail)
    check_requirements(report, resources, _check_name, claims, path)
    _check_consistency(report, pod, path)


def _check_name(report: Report, name: str, path: str) -> None:
    """validatePodResourceName."""
    if check_base_name(report, name, path) and not (
        name in ("cpu", "memory") or name.startswith(HUGE_PAGES)
    ):
        report.unsupported("pod-resource-unsupported", path, name, _SUPPORTED)


def _quantities(owner: dict[str, Any], kind: str) -> Quantities:
    """The well-formed quantities; the others are reported where their container is checked."""
    found = {}
    for name, text in owner.get("resources", {}).get(kind, {}).items():
        try:
            found[name] = parse(text).rounded_to_milli()
        except QuantityError:
            continue
    return found


def _check_consistency(report: Report, pod: dict[str, Any], path: str) -> None:
    """validatePodResourceConsistency; the path of container limits is the server's own."""
    requests, limits = _quantities(pod, "requests"), _quantities(pod, "limits")
    for name, total in _aggregate(pod, "requests").items():
        have = requests.get(name)
        if have is not None and total > have:
            detail = f"must be greater than or equal to aggregate container requests of {total}"
            where = f"{path}.requests[{name}]"
            report.invalid("pod-requests-too-small", where, str(have), detail)
    for name, total in _aggregate(pod, "limits").items():
        have = limits.get(name)
        if name.startswith(HUGE_PAGES) and have is not None and total > have:
            detail = f"must be greater than or equal to aggregate container limits of {total}"
            where = f"{path}.limits[{name}]"
            report.invalid("pod-limits-too-small", where, str(have), detail)
    for index, container in each(pod, "containers"):
        for name, limit in _quantities(container, "limits").items():
            have = limits.get(name)
            if have is not None and limit > have:
                detail = f"must be less than or equal to pod limits of {have}"
                where = f"{path}.containers[{index}][{name}].limits"
                parent = path.removesuffix("resources")
                place = f"{parent}containers[{index}].resources.limits[{name}]"
                with report.moved(where, place):
                    report.invalid("container-limit-over-pod", where, str(limit), detail)


def _aggregate(pod: dict[str, Any], kind: str) -> Quantities:
    """aggregateContainerResourcesByFn: containers and sidecars together, init containers apart."""
    result: Quantities = {}
    for _, container in each(pod, "containers"):
        _add(result, _quantities(container, kind))
    sidecars: Quantities = {}
    peak: Quantities = {}
    for _, container in each(pod, "initContainers"):
        own = _quantities(container, kind)
        if container.get("restartPolicy") == "Always":
            _add(result, own)
            _add(sidecars, own)
            current = sidecars
        else:
            current = dict(own)
            _add(current, sidecars)
        _raise_to(peak, current)
    _raise_to(result, peak)
    return result


def _add(total: Quantities, more: Quantities) -> None:
    for name, quantity in more.items():
        have: Quantity | None = total.get(name)
        total[name] = quantity if have is None else have + quantity


def _raise_to(total: Quantities, floor: Quantities) -> None:
    for name, quantity in floor.items():
        if name not in total or quantity > total[name]:
            total[name] = quantity
