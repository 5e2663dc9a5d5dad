"""Warnings about volumes. Ported from pkg/api/pod/warnings.go and
pkg/api/persistentvolumeclaim (GetWarningsForPersistentVolumeClaimSpec)."""

from __future__ import annotations

from typing import Any

from dsctl.domain.findings import Severity
from dsctl.domain.quantity import QuantityError, parse
from dsctl.domain.validation.field import Problem, each, quoted

# Field, the name the server gives it, what it says.
_DEPRECATED = (
    ("photonPersistentDisk", "photonPersistentDisk", "v1.11, non-functional in v1.16+"),
    ("gitRepo", "gitRepo", "v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "scaleIO", "v1.16, non-functional in v1.22+"),
    ("flocker", "flocker", "v1.22, non-functional in v1.25+"),
    ("storageos", "storageOS", "v1.22, non-functional in v1.25+"),
    ("quobyte", "quobyte", "v1.22, non-functional in v1.25+"),
    ("glusterfs", "glusterfs", "v1.25, non-functional in v1.26+"),
    ("ephemeral", "ephemeral", ""),
    ("cephfs", "cephfs", "v1.28, non-functional in v1.31+"),
    ("rbd", "rbd", "v1.28, non-functional in v1.31+"),
)
_Path = tuple[str, str]


def volume_warnings(pod: dict[str, Any], path: str) -> list[Problem]:
    """Volume types that are gone, then paths of one volume that overlap."""
    found = []
    for index, volume in each(pod, "volumes"):
        where = f"{path}.volumes[{index}]"
        for field, name, what in _DEPRECATED:
            if field not in volume:
                continue
            if field == "ephemeral":
                found += _claim(volume[field], f"{where}.ephemeral.volumeClaimTemplate.spec")
                continue
            rule, place = "volume-deprecated", None if field == name else f"{where}.{field}"
            message = f"deprecated in {what}"
            warning = Problem(Severity.WARNING, rule, f"{where}.{name}", message, None, place)
            found.append(warning)
    for index, volume in each(pod, "volumes"):
        where = f"{path}.volumes[{index}]"
        for rule, message in _overlaps(volume):
            found.append(Problem(Severity.WARNING, rule, "", message, None, where))
    return found


def _claim(source: dict[str, Any], path: str) -> list[Problem]:
    resources = source.get("volumeClaimTemplate", {}).get("spec", {}).get("resources", {})
    found = []
    for kind in ("requests", "limits"):
        try:
            storage = parse(resources.get(kind, {}).get("storage", "0")).rounded_to_milli()
        except QuantityError:
            continue
        if storage.milli % 1000:
            message = f'fractional byte value "{storage}" is invalid, must be an integer'
            where = f"{path}.resources.{kind}[storage]"
            found.append(Problem(Severity.WARNING, "bytes-fractional", where, message))
    return found


def _overlaps(volume: dict[str, Any]) -> list[tuple[str, str]]:
    """warningsForOverlappingVirtualPaths, of one volume."""
    name = quoted(volume.get("name", ""))
    found = []
    for kind, described in (("configMap", "ConfigMap"), ("secret", "Secret"), ("downwardAPI", "")):
        source = volume.get(kind)
        if source is None:
            continue
        of = source.get("name", source.get("secretName", ""))
        shown = f"{described} {quoted(of)}" if described else "DownwardAPI"
        paths = [(item.get("path", "").rstrip("/"), "") for _, item in each(source, "items")]
        for body in _collisions(paths):
            message = f"volume {name} ({shown}): overlapping paths: {body}"
            found.append(("volume-paths-overlap", message))
    if "projected" in volume:
        sources = volume["projected"]
        for _, source in each(sources, "sources"):
            if not source:
                message = f"volume {name} (Projected) has no sources provided"
                found.append(("projected-source-empty", message))
        for body in _collisions([p for _, s in each(sources, "sources") for p in _paths(s)]):
            message = f"volume {name} (Projected): overlapping paths: {body}"
            found.append(("volume-paths-overlap", message))
    return found


def _paths(source: dict[str, Any]) -> list[_Path]:
    """The paths that one source of a projected volume writes, with what writes them."""
    for kind, described in (("configMap", "ConfigMap"), ("secret", "Secret"), ("downwardAPI", "")):
        if "items" in source.get(kind, ()):
            name = quoted(source[kind].get("name", ""))
            shown = f"{described} {name}" if described else "DownwardAPI"
            return [(i.get("path", "").rstrip("/"), shown) for _, i in each(source[kind], "items")]
    if "serviceAccountToken" in source:
        return [(source["serviceAccountToken"].get("path", "").rstrip("/"), "ServiceAccountToken")]
    if "clusterTrustBundle" in source:
        bundle = source["clusterTrustBundle"]
        shown = quoted(bundle.get("name", bundle.get("signerName", "")))
        return [(bundle.get("path", "").rstrip("/"), f"ClusterTrustBundle {shown}")]
    certificate = source.get("podCertificate", {})
    named = (
        ("certificateChainPath", "PodCertificate chain"),
        ("keyPath", "PodCertificate key"),
        ("credentialBundlePath", "PodCertificate credential bundle"),
    )
    return [(certificate[key].rstrip("/"), what) for key, what in named if certificate.get(key)]


def _collisions(paths: list[_Path]) -> list[str]:
    """checkForOverlap: equal paths, and paths below another."""
    found = []
    earlier: list[_Path] = []
    for path, source in paths:
        for other, other_source in earlier:
            below = f"{other}/".startswith(f"{path}/") or f"{path}/".startswith(f"{other}/")
            if path and other and below:
                found.append(f"{_shown(path, source)} with {_shown(other, other_source)}")
        earlier.append((path, source))
    return found


def _shown(path: str, source: str) -> str:
    return f"{quoted(path)} ({source})" if source else quoted(path)
