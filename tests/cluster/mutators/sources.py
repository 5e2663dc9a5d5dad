"""Operators on volumes of storage systems, and on claim templates.

Drawn from the functions that validateVolumeSource calls and ValidatePersistentVolumeClaimSpec.
"""

from __future__ import annotations

from typing import Any

from tests.cluster.mutators.engine import Operator, append
from tests.cluster.mutators.volumes import extra

# fmt: off
_EUI = "eui." + "0" * 16


def _claim(**fields: Any) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {"volumeClaimTemplate": {"spec": {**spec, **fields}}}


OPERATORS: list[Operator] = [
    extra("nfs", "nfs", {}, {"server": "s", "path": "relative"}, {"path": "/p"},
          {"server": "s", "path": "/p"}),
    extra("iscsi", "iscsi", {}, *(
        {"targetPortal": "p", "iqn": iqn} for iqn in (
            "iqn.2001-04.com.example:x", "iqn.2001-04.com.example", "abc", _EUI,
            "eui.0", "naa." + "f" * 32, "naa.f", "iqn.01-04.x:y")),
        {"targetPortal": "p", "iqn": _EUI, "lun": 256},
        {"targetPortal": "p", "iqn": _EUI, "chapAuthDiscovery": True},
        {"targetPortal": "p" * 70, "iqn": _EUI, "initiatorName": _EUI},
        {"targetPortal": "p", "iqn": _EUI, "initiatorName": "bad"}),
    extra("fc", "fc", {}, {"targetWWNs": ["x"]}, {"targetWWNs": ["x"], "lun": 300},
          {"targetWWNs": ["x"], "lun": 1, "wwids": ["y"]}, {"wwids": ["y"]}, {"targetWWNs": []}),
    extra("flex", "flexVolume", {}, {"driver": "d", "options": {"kubernetes.io/x": "y"}},
          {"driver": "d", "options": {"a.K8s.io/x": "y"}},
          {"driver": "d", "options": {"notkubernetes.io": "y", "k8s.io": "z"}}),
    extra("azure-disk", "azureDisk", {}, {"diskName": "d", "diskURI": "http://x"},
          {"diskName": "d", "diskURI": "https://x", "kind": "Managed"},
          {"diskName": "d", "diskURI": "/subscriptions/x", "kind": "Managed"},
          {"diskName": "d", "diskURI": "https://x", "cachingMode": "Some", "kind": "Odd"}),
    extra("quobyte", "quobyte", {}, {"registry": "r", "volume": "v"}, {"registry": "a:1,b"},
          {"registry": "[::1]:1", "volume": "v"}, {"registry": "a:1", "tenant": "t" * 65},
          {"registry": "::1:1", "volume": "v"}),
    *(append(f"remote-{kind}", "pod.volumes", *({"name": "extra", kind: v} for v in values))
      for kind, values in (
          ("awsElasticBlockStore", ({}, {"volumeID": "v", "partition": 256})),
          ("gcePersistentDisk", ({}, {"pdName": "v", "partition": -1})),
          ("azureFile", ({}, {"secretName": "s"})), ("cephfs", ({}, {"monitors": []})),
          ("cinder", ({}, {"volumeID": "v", "secretRef": {}})),
          ("flocker", ({}, {"datasetName": "a/b"}, {"datasetName": "a", "datasetUUID": "u"})),
          ("glusterfs", ({}, {"endpoints": "e"})), ("photonPersistentDisk", ({},)),
          ("portworxVolume", ({},)), ("rbd", ({}, {"monitors": ["m"]})),
          ("scaleIO", ({}, {"gateway": "g", "system": "s", "volumeName": "v"})),
          ("storageos", ({}, {"volumeName": "A"}, {"volumeName": "v", "volumeNamespace": "N"},
                         {"volumeName": "v", "secretRef": {}})),
          ("vsphereVolume", ({},)))),
    extra("ephemeral", "ephemeral", {}, {"volumeClaimTemplate": {}}, _claim(accessModes=[]),
          _claim(accessModes=["ReadWriteOnce", "ReadWriteOncePod"]), _claim(accessModes=["RWO"]),
          _claim(resources={}), _claim(resources={"requests": {"storage": "0"}}),
          _claim(resources={"requests": {"storage": "-1"}}), _claim(storageClassName="A"),
          _claim(storageClassName=""), _claim(volumeMode="Raw"), _claim(volumeMode="Block"),
          _claim(selector={"matchLabels": {"a b": "c"}}), _claim(dataSource={"kind": "Pod"}),
          _claim(dataSource={"kind": "X", "name": "n", "apiGroup": "A"}),
          _claim(dataSource={"kind": "PersistentVolumeClaim", "name": "n"},
                 dataSourceRef={"kind": "PersistentVolumeClaim", "name": "m"}),
          _claim(dataSourceRef={"kind": "PersistentVolumeClaim", "name": "m", "namespace": "N"}),
          _claim(volumeAttributesClassName="A"), _claim(resources={"requests": {"storage": "1.5"}}),
          {"volumeClaimTemplate": {**_claim()["volumeClaimTemplate"],
                                   "metadata": {"name": "x", "finalizers": []}}},
          {"volumeClaimTemplate": {**_claim()["volumeClaimTemplate"],
                                   "metadata": {"uid": "x", "labels": {"a b": "c"}}}}),
]
