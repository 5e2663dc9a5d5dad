"""Projected volumes. Ported from pkg/apis/core/validation (validateProjectedVolumeSource) and
names.go (ValidateSignerName, ValidateClusterTrustBundleName)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.validation.field import Report, each, quoted
from dsctl.domain.validation.labels import check_selector
from dsctl.domain.validation.names import (
    byte_length,
    dns1123_label,
    dns1123_subdomain,
    name_is_subdomain,
    qualified_name,
)
from dsctl.domain.validation.paths import check_non_reserved
from dsctl.domain.validation.volumes_files import (
    check_downward_files,
    check_items,
    check_mode,
    require,
)

_MIN_TOKEN_SECONDS = 600
_MAX_TOKEN_SECONDS = 1 << 32
_KEY_TYPES = ("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")
_MIN_CERTIFICATE_SECONDS = 3600
_MAX_CERTIFICATE_SECONDS = 91 * 24 * 3600
_MAX_KUBERNETES_CERTIFICATE_SECONDS = 24 * 3600
_MAX_SIGNER = 253 + 1 + 253 + 63 + 1
_MAX_ANNOTATIONS = 256 * 1024


def check_projected(report: Report, volume: dict[str, Any], path: str) -> None:
    """validateProjectedVolumeSource."""
    check_mode(report, volume.get("defaultMode"), f"{path}.defaultMode")
    taken: set[str] = set()
    for index, source in each(volume, "sources"):
        where = f"{path}.sources[{index}]"
        for key, check in _SOURCES.items():
            if key in source:
                check(report, source[key], path, f"{where}.{key}", taken)
        if sum(key in source for key in _SOURCES) > 1:
            detail = "may not specify more than 1 volume type per source"
            report.forbidden("projected-source-multiple", where, detail)


def _take(report: Report, taken: set[str], value: str, shown: str, path: str) -> None:
    if value in taken:
        report.invalid("projected-path-duplicate", path, shown, "conflicting duplicate paths")
    taken.add(value)


def _check_keys(
    report: Report, source: dict[str, Any], volume: str, path: str, taken: set[str]
) -> None:
    require(report, source, path, "name")
    for value in check_items(report, source, f"{path}.items"):
        _take(report, taken, value, source.get("name", ""), volume)


def _check_downward(
    report: Report, source: dict[str, Any], volume: str, path: str, taken: set[str]
) -> None:
    for value in check_downward_files(report, source, path):
        _take(report, taken, value, value, volume)


def _check_token(
    report: Report, source: dict[str, Any], volume: str, path: str, taken: set[str]
) -> None:
    """The path of a token is checked at that of the volume, as the server has it."""
    seconds = source["expirationSeconds"]
    where = f"{path}.expirationSeconds"
    if seconds < _MIN_TOKEN_SECONDS:
        detail = "may not specify a duration less than 10 minutes"
        report.invalid("token-expiration-range", where, seconds, detail)
    if seconds > _MAX_TOKEN_SECONDS:
        detail = "may not specify a duration larger than 2^32 seconds"
        report.invalid("token-expiration-range", where, seconds, detail)
    with report.moved(f"{volume}.path", f"{path}.path"):
        if not source.get("path"):
            report.required("volume-field-required", f"{volume}.path")
        else:
            check_non_reserved(report, source["path"], f"{volume}.path")


def _check_trust_bundle(
    report: Report, source: dict[str, Any], volume: str, path: str, taken: set[str]
) -> None:
    name, signer = source.get("name"), source.get("signerName")
    if name is not None and signer is not None:
        detail = "only one of name and signerName may be used"
        report.invalid("trust-bundle-source", path, source, detail)
    elif name is not None:
        if not name:
            detail = "must be a valid object name"
            report.required("volume-field-required", f"{path}.name", detail)
        for message in _bundle_name(name):
            detail = f"not a valid clustertrustbundlename: {message}"
            report.invalid("trust-bundle-name-invalid", f"{path}.name", name, detail)
        if "labelSelector" in source:
            detail = "labelSelector must be unset if name is specified"
            where = f"{path}.labelSelector"
            report.invalid("trust-bundle-source", where, source["labelSelector"], detail)
    elif signer is not None:
        if not signer:
            detail = "must be a valid signer name"
            report.required("volume-field-required", f"{path}.signerName", detail)
        _check_signer(report, signer, f"{path}.signerName")
        check_selector(report, source.get("labelSelector"), f"{path}.labelSelector")
    else:
        detail = "either name or signerName must be specified"
        report.required("trust-bundle-source", path, detail)
    value = source.get("path", "")
    require(report, source, path, "path")
    check_non_reserved(report, value, f"{path}.path")
    _take(report, taken, value, value, volume)


def _bundle_name(name: str) -> list[str]:
    """ValidateClusterTrustBundleName: what stands before the last colon names the signer."""
    signer, colon, own = name.rpartition(":")
    if colon and not signer:
        return ['ClusterTrustBundle without signer name must not have ":" in its name']
    if "/" in signer:
        named, prefix = signer.replace(":", "/"), signer.replace("/", ":") + ":"
        return [f"ClusterTrustBundle for signerName {named} must be named with prefix {prefix}"]
    return name_is_subdomain(own)


def _check_certificate(
    report: Report, source: dict[str, Any], volume: str, path: str, taken: set[str]
) -> None:
    signer = source.get("signerName", "")
    _check_signer(report, signer, f"{path}.signerName")
    _check_user_annotations(report, source.get("userAnnotations", {}), f"{path}.userAnnotations")
    kind = source.get("keyType", "")
    if kind not in _KEY_TYPES:
        report.unsupported("certificate-key-type", f"{path}.keyType", kind, _KEY_TYPES)
    seconds = source.get("maxExpirationSeconds")
    if seconds is not None:
        _check_expiration(report, seconds, signer, f"{path}.maxExpirationSeconds")
    names = ("credentialBundlePath", "keyPath", "certificateChainPath")
    for name in names:
        value = source.get(name)
        if value:
            check_non_reserved(report, value, f"{path}.{name}")
            _take(report, taken, value, value, volume)
    if not any(source.get(name) for name in names):
        detail = "specify at least one of credentialBundlePath, keyPath, and certificateChainPath"
        report.required("certificate-path-required", path, detail)


def _check_user_annotations(report: Report, annotations: dict[str, str], path: str) -> None:
    """ValidateUserAnnotations: every key has a domain."""
    size = 0
    for key, value in annotations.items():
        size += byte_length(key) + byte_length(value)
        lower = key.lower()
        if not lower:
            report.required("annotation-key-invalid", path)
            continue
        found = qualified_name(lower)
        report.invalid_each("annotation-key-invalid", path, lower, found)
        if not found and "/" not in lower:
            detail = 'must be a domain-prefixed key (such as "acme.io/foo")'
            report.invalid("annotation-key-invalid", path, lower, detail)
    if size > _MAX_ANNOTATIONS:
        report.too_long("annotations-too-long", path, _MAX_ANNOTATIONS)


def _check_expiration(report: Report, seconds: int, signer: str, path: str) -> None:
    rule = "certificate-expiration-range"
    if seconds < _MIN_CERTIFICATE_SECONDS:
        detail = "if provided, maxExpirationSeconds must be >= 3600"
        report.invalid(rule, path, seconds, detail)
    host = signer.partition("/")[0]
    own = host == "kubernetes.io" or host.endswith(".kubernetes.io")
    limit = _MAX_KUBERNETES_CERTIFICATE_SECONDS if own else _MAX_CERTIFICATE_SECONDS
    if seconds > limit:
        detail = f"if provided, maxExpirationSeconds must be <= {limit}"
        report.invalid(rule, path, seconds, detail)


def _check_signer(report: Report, signer: str, path: str) -> None:
    """ValidateSignerName: ``example.com/signer-name``."""
    rule = "signer-name-invalid"
    if not signer:
        report.required("volume-field-required", path)
        return
    segments = signer.split("/")
    if len(segments) != 2:
        detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        report.invalid(rule, path, signer, detail)
        return
    domain, name = segments
    if byte_length(domain) > 253:
        report.too_long(rule, path, 253)
    labels = domain.split(".")
    for check, part, pieces in (
        (dns1123_label, domain, labels),
        (dns1123_subdomain, name, name.split(".")),
    ):
        wrong = next((piece for piece in pieces if check(piece)), None)
        if wrong is not None:
            for message in check(wrong):
                detail = f"validating label {quoted(wrong)}: {message}"
                report.invalid(rule, path, part, detail)
        if pieces is labels and len(labels) < 2:
            detail = "should be a domain with at least two segments separated by dots"
            report.invalid(rule, path, domain, detail)
    if byte_length(signer) > _MAX_SIGNER:
        report.too_long(rule, path, _MAX_SIGNER)


_SOURCES = {
    "secret": _check_keys,
    "configMap": _check_keys,
    "downwardAPI": _check_downward,
    "serviceAccountToken": _check_token,
    "clusterTrustBundle": _check_trust_bundle,
    "podCertificate": _check_certificate,
}
