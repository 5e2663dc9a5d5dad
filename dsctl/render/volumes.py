"""The volumes of a pod as ``kubectl describe`` words them (``describeVolumes``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Object = Mapping[str, Any]

_LONGEST = 140


def volume_lines(volumes: Iterable[Object]) -> list[str]:
    """``Volumes:`` and each volume, in the template's order."""
    found = list(volumes)
    lines = ["  Volumes:" if found else "  Volumes:\t<none>"]
    for volume in found:
        lines.append(f"   {volume.get('name', '')}:")
        lines += _source(volume)
    return lines


def _source(volume: Object) -> list[str]:
    for kind, (words, fields) in _KINDS.items():
        if volume.get(kind) is not None:
            source = volume[kind]
            lines = [f"    Type:\t{words}"]
            for field in filter(None, fields.split(", ")):
                label, _, key = field.partition("=")
                lines.append(f"    {label}\t{_value(key, source.get(key))}")
            return lines + _MORE.get(kind, _nothing)(source)
    return ["  <unknown>"]


def _value(key: str, value: Any) -> str:
    """A field as Go's ``%v`` has it, an absent one by what its type is."""
    if key in _FLAGS:
        return "true" if value else "false"
    if key in _NUMBERS:
        return str(value or 0)
    if key in _LISTS:
        return f"[{' '.join(value or [])}]"
    if key == "targetWWNs":
        return ", ".join(value or [])
    if key == "options":
        return f"map[{' '.join(f'{k}:{v}' for k, v in sorted((value or {}).items()))}]"
    if key == "secretRef":  # a pointer to a struct, which prints itself
        name = (value or {}).get("name", "")
        return "nil" if value is None else f"&LocalObjectReference{{Name:{name},}}"
    if key == "sizeLimit" and value in (None, "", "0"):
        return "<unset>"
    return _ABSENT.get(key, "") if value is None else str(value)


def _nothing(source: Object) -> list[str]:
    return []


def _projected(source: Object) -> list[str]:
    lines = []
    for part in source.get("sources") or ():
        if part.get("secret") is not None:
            lines += _named("SecretName", part["secret"])
        elif part.get("downwardAPI") is not None:
            lines.append("    DownwardAPI:\ttrue")
        elif part.get("configMap") is not None:
            lines += _named("ConfigMapName", part["configMap"])
        elif part.get("serviceAccountToken") is not None:
            seconds = part["serviceAccountToken"].get("expirationSeconds") or 0
            lines.append(f"    TokenExpirationSeconds:\t{seconds}")
    return lines


def _named(label: str, source: Object) -> list[str]:
    optional = _value("optional", source.get("optional"))
    return [f"    {label}:\t{source.get('name', '')}", f"    Optional:\t{optional}"]


def _downward(source: Object) -> list[str]:
    lines = ["    Items:"]
    for item in source.get("items") or ():
        for key, name in (("fieldRef", "fieldPath"), ("resourceFieldRef", "resource")):
            if item.get(key) is not None:
                lines.append(f"      {item[key].get(name, '')} -> {item.get('path', '')}")
    return lines


def _attributes(source: Object) -> list[str]:
    pairs = [f"{k}={v}" for k, v in sorted((source.get("volumeAttributes") or {}).items())]
    if not pairs:
        return ["    VolumeAttributes:\t<none>"]
    cut = [pair if len(pair) <= _LONGEST else f"{pair[:_LONGEST]}..." for pair in pairs]
    return _pieces("VolumeAttributes", cut, "        ")


def _pieces(title: str, lines: list[str], indent: str = "    ") -> list[str]:
    """Lines after a title, indented as upstream does it: each piece of a line on its own."""
    first, *rest = lines or ["<none>"]
    return [f"    {title}:\t    {first}", *(f"{indent}\t    {line}" for line in rest)]


def _claim(source: Object) -> list[str]:
    template = source.get("volumeClaimTemplate")
    if template is None:
        return []
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    annotations = metadata.get("annotations") or {}
    beta = annotations.get("volume.beta.kubernetes.io/storage-class")
    labels = [f"{key}={value}" for key, value in sorted((metadata.get("labels") or {}).items())]
    lines = [
        f"    StorageClass:\t{beta or spec.get('storageClassName') or ''}",
        f"    Volume:\t{spec.get('volumeName') or ''}",
        *_pieces("Labels", labels, "        "),
        *_pieces("Annotations", [f"{key}: {v}" for key, v in sorted(annotations.items())]),
        f"    Capacity:\t{'0' if spec.get('volumeName') else ''}",
        "    Access Modes:\t",
    ]
    if spec.get("volumeMode") is not None:
        lines.append(f"    VolumeMode:\t{spec['volumeMode']}")
    data = spec.get("dataSource")
    if data is not None:
        lines.append("    DataSource:")
        if data.get("apiGroup") is not None:
            lines.append(f"      APIGroup:\t{data['apiGroup']}")
        lines += [f"      Kind:\t{data.get('kind', '')}", f"      Name:\t{data.get('name', '')}"]
    return lines


_FLAGS = frozenset(("readOnly", "optional", "chapAuthDiscovery", "chapAuthSession"))
_NUMBERS = frozenset(("partition",))
_LISTS = frozenset(("portals", "monitors"))
_ABSENT = {"type": "<none>", "initiatorName": "<none>", "lun": "<none>"}
_LASTING = "that shares a pod's lifetime)"

#: by field: what kind of volume it is, and the lines after that, as label=field
_KINDS: dict[str, tuple[str, str]] = {
    "hostPath": ("HostPath (bare host directory volume)", "Path:=path, HostPathType:=type"),
    "emptyDir": (
        f"EmptyDir (a temporary directory {_LASTING}",
        "Medium:=medium, SizeLimit:=sizeLimit",
    ),
    "gcePersistentDisk": (
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        "PDName:=pdName, FSType:=fsType, Partition:=partition, ReadOnly:=readOnly",
    ),
    "awsElasticBlockStore": (
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        "VolumeID:=volumeID, FSType:=fsType, Partition:=partition, ReadOnly:=readOnly",
    ),
    "gitRepo": (
        "GitRepo (a volume that is pulled from git when the pod is created)",
        "Repository:=repository, Revision:=revision",
    ),
    "secret": (
        "Secret (a volume populated by a Secret)",
        "SecretName:=secretName, Optional:=optional",
    ),
    "configMap": (
        "ConfigMap (a volume populated by a ConfigMap)",
        "Name:=name, Optional:=optional",
    ),
    "nfs": (
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        "Server:=server, Path:=path, ReadOnly:=readOnly",
    ),
    "iscsi": (
        "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then "
        "exposed to the pod)",
        "TargetPortal:=targetPortal, IQN:=iqn, Lun:=lun, ISCSIInterface=iscsiInterface, "
        "FSType:=fsType, ReadOnly:=readOnly, Portals:=portals, "
        "DiscoveryCHAPAuth:=chapAuthDiscovery, SessionCHAPAuth:=chapAuthSession, "
        "SecretRef:=secretRef, InitiatorName:=initiatorName",
    ),
    "glusterfs": (
        f"Glusterfs (a Glusterfs mount on the host {_LASTING}",
        "EndpointsName:=endpoints, Path:=path, ReadOnly:=readOnly",
    ),
    "persistentVolumeClaim": (
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        "ClaimName:=claimName, ReadOnly:=readOnly",
    ),
    "ephemeral": (
        "EphemeralVolume (an inline specification for a volume that gets created and deleted "
        "with the pod)",
        "",
    ),
    "rbd": (
        f"RBD (a Rados Block Device mount on the host {_LASTING}",
        "CephMonitors:=monitors, RBDImage:=image, FSType:=fsType, RBDPool:=pool, "
        "RadosUser:=user, Keyring:=keyring, SecretRef:=secretRef, ReadOnly:=readOnly",
    ),
    "quobyte": (
        f"Quobyte (a Quobyte mount on the host {_LASTING}",
        "Registry:=registry, Volume:=volume, ReadOnly:=readOnly",
    ),
    "downwardAPI": ("DownwardAPI (a volume populated by information about the pod)", ""),
    "azureDisk": (
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        "DiskName:=diskName, DiskURI:=diskURI, Kind: =kind, FSType:=fsType, "
        "CachingMode:=cachingMode, ReadOnly:=readOnly",
    ),
    "vsphereVolume": (
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        "VolumePath:=volumePath, FSType:=fsType, StoragePolicyName:=storagePolicyName",
    ),
    "cinder": (
        "Cinder (a Persistent Disk resource in OpenStack)",
        "VolumeID:=volumeID, FSType:=fsType, ReadOnly:=readOnly, SecretRef:=secretRef",
    ),
    "photonPersistentDisk": (
        "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
        "PdID:=pdID, FSType:=fsType",
    ),
    "portworxVolume": ("PortworxVolume (a Portworx Volume resource)", "VolumeID:=volumeID"),
    "scaleIO": (
        "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
        "Gateway:=gateway, System:=system, Protection Domain:=protectionDomain, "
        "Storage Pool:=storagePool, Storage Mode:=storageMode, VolumeName:=volumeName, "
        "FSType:=fsType, ReadOnly:=readOnly",
    ),
    "cephfs": (
        f"CephFS (a CephFS mount on the host {_LASTING}",
        "Monitors:=monitors, Path:=path, User:=user, SecretFile:=secretFile, "
        "SecretRef:=secretRef, ReadOnly:=readOnly",
    ),
    "storageos": (
        "StorageOS (a StorageOS Persistent Disk resource)",
        "VolumeName:=volumeName, VolumeNamespace:=volumeNamespace, FSType:=fsType, "
        "ReadOnly:=readOnly",
    ),
    "fc": (
        "FC (a Fibre Channel disk)",
        "TargetWWNs:=targetWWNs, LUN:=lun, FSType:=fsType, ReadOnly:=readOnly",
    ),
    "azureFile": (
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        "SecretName:=secretName, ShareName:=shareName, ReadOnly:=readOnly",
    ),
    "flexVolume": (
        "FlexVolume (a generic volume resource that is provisioned/attached using an exec "
        "based plugin)",
        "Driver:=driver, FSType:=fsType, SecretRef:=secretRef, ReadOnly:=readOnly, "
        "Options:=options",
    ),
    "flocker": (
        "Flocker (a Flocker volume mounted by the Flocker agent)",
        "DatasetName:=datasetName, DatasetUUID:=datasetUUID",
    ),
    "projected": ("Projected (a volume that contains injected data from multiple sources)", ""),
    "csi": (
        "CSI (a Container Storage Interface (CSI) volume source)",
        "Driver:=driver, FSType:=fsType, ReadOnly:=readOnly",
    ),
    "image": (
        "Image (a container image or OCI artifact)",
        "Reference:=reference, PullPolicy:=pullPolicy",
    ),
}
_MORE: dict[str, Callable[[Object], list[str]]] = {
    "projected": _projected,
    "downwardAPI": _downward,
    "csi": _attributes,
    "ephemeral": _claim,
}
