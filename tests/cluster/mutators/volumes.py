"""Operators on volumes that nodes and the API hold.

Drawn from ValidateVolumes, validateVolumeSource and the function of each source.
"""

from __future__ import annotations

from typing import Any

from tests.cluster.mutators.engine import Operator, append, drop, put

# fmt: off
PATHS = ("", "/abs", "../up", "a/../b", "..x", "..", "a/..", "ok/file", "a//b", ".")


def extra(name: str, source: str, *values: Any) -> Operator:
    """Add a volume of this source."""
    return append(name, "pod.volumes", *({"name": "extra", source: value} for value in values))


OPERATORS: list[Operator] = [
    put("volume-name", "pod.volumes.*.name", "", "A", "a.b", "a" * 64, "a_b", "fresh"),
    drop("volume-name-missing", "pod.volumes.*.name", "pod.volumes"),
    append("volume-two-sources", "pod.volumes",
           {"name": "v", "emptyDir": {}, "hostPath": {"path": "/x"}},
           {"name": "v", "hostPath": {"path": "/x"}, "gcePersistentDisk": {"pdName": "x"}},
           {"name": "v", "emptyDir": {}, "cephfs": {"monitors": ["x"]}},
           {"name": "v", "secret": {"secretName": "x"}, "downwardAPI": {}},
           {"name": "v", "nfs": {}, "iscsi": {}, "image": {}, "ephemeral": {}}),
    extra("empty-dir", "emptyDir", {"sizeLimit": "-1"}, {"sizeLimit": "0"}, {"medium": "Tape"},
          {"sizeLimit": "1.5"}, {"medium": "HugePages-2Mi"}, {"mode": 9999}, {"sizeLimit": "x"}),
    extra("host-path", "hostPath", {}, {"path": ""}, {"path": "/a/../b"}, {"path": "relative"},
          {"path": "/x", "type": "directory"}, {"path": "/x", "type": "Socket"},
          {"path": "C:\\x"}, {"path": "/..a"}, {"path": "", "type": "Nope"}),
    extra("git-repo", "gitRepo", {}, *({"repository": "r", "directory": path} for path in PATHS)),
    *(extra(f"{source}-items", source, *(
        {**named, "items": [{"key": "k", "path": path}]} for path in PATHS),
        {**named, "items": [{}]}, {**named, "items": [{"key": "", "path": "p", "mode": 512}]},
        {**named, "items": [{"key": "k", "path": "p", "mode": -1}]},
        {**named, "defaultMode": 512}, {**named, "defaultMode": -1}, {**named, "defaultMode": 511},
        {}, {**named, "items": [{"key": "k", "path": "p"}] * 2}, {**named, "defaultUser": -1})
      for source, named in (("secret", {"secretName": "s"}), ("configMap", {"name": "c"}))),
    extra("downward-api", "downwardAPI", {}, {"defaultMode": 1000}, *(
        {"items": [item]} for item in (
            {}, {"path": "p"}, {"path": "../p", "fieldRef": {"fieldPath": "metadata.name"}},
            {"path": "p", "fieldRef": {"fieldPath": "spec.nodeName"}},
            {"path": "p", "fieldRef": {"fieldPath": "metadata.annotations['x y']"}},
            {"path": "p", "fieldRef": {}}, {"path": "p", "resourceFieldRef": {}},
            {"path": "p", "resourceFieldRef": {"resource": "limits.cpu"}},
            {"path": "p", "resourceFieldRef": {"resource": "limits.x", "containerName": "c"}},
            {"path": "p", "mode": 777, "fieldRef": {"fieldPath": "metadata.uid"}},
            {"path": "p", "fieldRef": {"fieldPath": "metadata.uid"},
             "resourceFieldRef": {"resource": "limits.cpu", "containerName": "c"}},
        ))),
    extra("claim", "persistentVolumeClaim", {}, {"claimName": ""}, {"claimName": "Not A Name"}),
    extra("csi", "csi", {}, {"driver": "A.b"}, {"driver": "a_b"}, {"driver": "x" * 64},
          {"driver": "d", "nodePublishSecretRef": {}},
          {"driver": "d", "nodePublishSecretRef": {"name": "A"}}),
    extra("image", "image", {}, {"reference": "r", "pullPolicy": "Often"}, {"reference": ""},
          {"reference": "r"}),
]
