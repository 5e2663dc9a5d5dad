"""DNS, host names and IP addresses. Ported from pkg/apis/core/validation (validateDNSPolicy,
validatePodDNSConfig, ValidateHostAliases, validatePodHostName) and apimachinery
pkg/util/validation/ip.go."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each
from dsctl.domain.validation.ips import is_mapped, parse_ip
from dsctl.domain.validation.names import (
    byte_length,
    dns1123_label,
    dns1123_subdomain,
    dns1123_subdomain_with_underscore,
)

_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_MAX_NAMESERVERS = 3
_MAX_SEARCHES = 32
_MAX_SEARCH_LENGTH = 2048
_MAX_HOST_NAME = 64


def check_dns(report: Report, pod: dict[str, Any], path: str) -> None:
    """validateDNSPolicy, validatePodDNSConfig."""
    policy, config = pod["dnsPolicy"], pod.get("dnsConfig")
    if policy not in _POLICIES:
        report.unsupported("dns-policy-unsupported", f"{path}.dnsPolicy", policy, _POLICIES)
    where = f"{path}.dnsConfig"
    if policy == "None" and config is None:
        detail = "must provide `dnsConfig` when `dnsPolicy` is None"
        report.required("dns-config-required", where, detail)
    elif policy == "None" and config is not None and not config.get("nameservers"):
        detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
        report.required("dns-nameservers-required", f"{where}.nameservers", detail)
    elif config is not None:
        _check_config(report, config, where)


def _check_config(report: Report, config: dict[str, Any], path: str) -> None:
    servers = config.get("nameservers") or []
    where = f"{path}.nameservers"
    if len(servers) > _MAX_NAMESERVERS:
        detail = f"must not have more than {_MAX_NAMESERVERS} nameservers"
        report.invalid("dns-nameservers-too-many", where, servers, detail)
    for index, server in each(config, "nameservers"):
        check_ip(report, server, f"{where}[{index}]")
    searches = config.get("searches") or []
    where = f"{path}.searches"
    if len(searches) > _MAX_SEARCHES:
        detail = f"must not have more than {_MAX_SEARCHES} search paths"
        report.invalid("dns-searches-too-many", where, searches, detail)
    names = [search for _, search in each(config, "searches")]
    if byte_length(" ".join(names)) > _MAX_SEARCH_LENGTH:
        detail = (
            f"must not have more than {_MAX_SEARCH_LENGTH} characters (including spaces) in "
            "the search list"
        )
        report.invalid("dns-searches-too-long", where, searches, detail)
    for index, search in each(config, "searches"):
        if search != ".":
            name = search.removesuffix(".")
            found = dns1123_subdomain_with_underscore(name)
            report.invalid_each("dns-search-invalid", f"{where}[{index}]", name, found)
    for index, option in each(config, "options"):
        if not option.get("name"):
            report.required("dns-option-required", f"{path}.options[{index}]", "must not be empty")


def check_ip(report: Report, value: str, path: str) -> None:
    """IsValidIPForLegacyField, strict where the version is."""
    parsed = parse_ip(value)
    if parsed is None:
        detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
        report.invalid("ip-invalid", path, value, detail)
        return
    if not report.on("StrictIPCIDRValidation"):
        return
    if parsed.leading_zeros:
        report.invalid("ip-not-strict", path, value, "must not have leading 0s")
    elif is_mapped(parsed, value):
        detail = "must not be an IPv4-mapped IPv6 address"
        report.invalid("ip-not-strict", path, value, detail)


def check_host_names(report: Report, pod: dict[str, Any], path: str) -> None:
    """hostname, subdomain, hostAliases and hostnameOverride (validatePodHostName)."""
    override = pod.get("hostnameOverride")
    if override is not None:
        _check_override(report, pod, override, f"{path}.hostnameOverride")
    for name in ("hostname", "subdomain"):
        value = pod.get(name)
        if value:
            found = dns1123_label(value)
            report.invalid_each("host-name-invalid", f"{path}.{name}", value, found)
    for index, alias in each(pod, "hostAliases"):
        where = f"{path}.hostAliases[{index}]"
        check_ip(report, alias.get("ip", ""), f"{where}.ip")
        for position, name in each(alias, "hostnames"):
            field = f"{where}.hostnames[{position}]"
            report.invalid_each("host-alias-invalid", field, name, dns1123_subdomain(name))


def _check_override(report: Report, pod: dict[str, Any], override: str, path: str) -> None:
    rule = "hostname-override-forbidden"
    for name in ("setHostnameAsFQDN", "hostNetwork"):
        if pod.get(name):
            report.forbidden(rule, path, f"may not be specified when {name} is true")
    if byte_length(override) > _MAX_HOST_NAME:
        report.too_long("hostname-override-too-long", path, _MAX_HOST_NAME)
    report.invalid_each("host-name-invalid", path, override, dns1123_subdomain(override))
