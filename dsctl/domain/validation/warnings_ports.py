"""Warnings about ports of a pod. Ported from pkg/api/pod/warnings.go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.validation.field import Problem, containers_of, each, quoted

_Port = tuple[str, dict[str, Any]]


def port_warnings(pod: dict[str, Any], path: str) -> list[Problem]:
    """hostIP without hostPort, then ports defined twice, then names used twice."""
    found = []
    ports = list(_ports(pod, path))
    earlier: dict[tuple[int, str], list[_Port]] = {}
    for where, port in ports:
        if port.get("hostIP") and not port.get("hostPort"):
            message = f"hostIP set without hostPort: {_go_struct(port)}"
            found.append(Problem(Severity.WARNING, "host-ip-without-port", where, message))
        key = (port.get("containerPort", 0), port["protocol"])
        for other in earlier.setdefault(key, []):
            found += _overlap(where, port, *other)
        earlier[key].append((where, port))
    names: dict[str, str] = {}
    for where, port in ports:
        name = port.get("name", "")
        other_place = names.setdefault(name, where)
        if name and other_place != where:
            message = (
                f"duplicate port name {quoted(name)} with {other_place}, services and probes "
                f"that select ports by name will use {other_place}"
            )
            found.append(Problem(Severity.WARNING, "port-name-shared", where, message))
    return found


def _ports(pod: dict[str, Any], path: str) -> Iterator[_Port]:
    for container, where in containers_of(pod, path):
        for index, port in each(container, "ports"):
            yield f"{where}.ports[{index}]", port


def _overlap(
    where: str, port: dict[str, Any], other_place: str, other: dict[str, Any]
) -> Iterator[Problem]:
    address, other_address = port.get("hostIP", ""), other.get("hostIP", "")
    number, other_number = port.get("hostPort", 0), other.get("hostPort", 0)
    if address == other_address and number == other_number:
        rule, what = "port-repeated", "duplicate"
    elif number == 0 or other_number == 0:
        rule, what = "port-overlapping", "overlapping"
    elif number == other_number and (address == "") != (other_address == ""):
        rule, what = "port-ambiguous", "dangerously ambiguous"
    else:
        return
    message = f"{what} port definition with {other_place}"
    yield Problem(Severity.WARNING, rule, where, message)


def _go_struct(port: dict[str, Any]) -> str:
    return (
        f"{{Name:{port.get('name', '')} HostPort:{port.get('hostPort', 0)} "
        f"ContainerPort:{port.get('containerPort', 0)} Protocol:{port['protocol']} "
        f"HostIP:{port.get('hostIP', '')}}}"
    )
