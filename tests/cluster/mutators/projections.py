"""Operators on projected volumes. Drawn from validateProjectionSources."""

from __future__ import annotations

from typing import Any

from tests.cluster.mutators.engine import Operator
from tests.cluster.mutators.volumes import extra

# fmt: off
_CERTIFICATE = {"signerName": "example.com/s", "keyType": "RSA3072", "keyPath": "k"}


def _projecting(name: str, source: str, *values: Any) -> Operator:
    return extra(name, "projected", *({"sources": [{source: value}]} for value in values))


OPERATORS: list[Operator] = [
    extra("projected", "projected", {}, {"defaultMode": 512}, {"sources": [{}]},
          {"sources": [{"secret": {"name": "a"}, "configMap": {"name": "b"}}]},
          {"sources": [{"secret": {"name": "a", "items": [{"key": "k", "path": "p"}]}},
                       {"configMap": {"name": "b", "items": [{"key": "k", "path": "p"}]}}]},
          {"sources": [{"downwardAPI": {"items": [
              {"path": "p", "fieldRef": {"fieldPath": "metadata.name"}}] * 2}}]},
          {"sources": [{"secret": {"name": "a", "items": [{"key": "k", "path": "p"}]}},
                       {"serviceAccountToken": {"path": "p/q"}}]}),
    _projecting("projected-token", "serviceAccountToken", {}, {"path": "../x"}, {"path": "p"},
                {"path": "p", "expirationSeconds": 599}, {"path": "p", "expirationSeconds": 600},
                {"path": "p", "expirationSeconds": 4294967297}, {"path": "..x"}),
    _projecting("projected-keys", "secret", {}, {"name": "s", "items": [{}]},
                {"name": "s", "items": [{"key": "k", "path": "/p"}]}),
    _projecting("projected-trust-bundle", "clusterTrustBundle", {}, {"path": "p"},
                {"name": "a", "signerName": "a.b/c", "path": "p"}, {"name": "", "path": "p"},
                {"name": "a.b:c:d", "path": "p"}, {"name": "A", "path": "p"},
                {"name": ":x", "path": "p"}, {"name": "a/b:c", "path": "p"},
                {"name": "ok", "path": "p", "labelSelector": {}}, {"signerName": "", "path": "p"},
                {"signerName": "nodomain/x", "path": "p"}, {"signerName": "a.b", "path": "p"},
                {"signerName": "A.b/c", "path": "p"}, {"signerName": "a.b/C", "path": "p"},
                {"signerName": "a.b/c", "path": "../p"},
                {"signerName": "a.b/c", "path": "p",
                 "labelSelector": {"matchExpressions": [{"key": "k", "operator": "In"}]}}),
    _projecting("projected-certificate", "podCertificate", {}, _CERTIFICATE, *(
        {**_CERTIFICATE, key: value} for key, value in (
            ("keyType", "RSA"), ("signerName", "x"), ("keyPath", "/abs"), ("keyPath", ""),
            ("certificateChainPath", "k"), ("maxExpirationSeconds", 3599),
            ("maxExpirationSeconds", 7862401), ("maxExpirationSeconds", 7862400),
            ("userAnnotations", {"nodomain": "x"}), ("userAnnotations", {"a.b/c": "x"}),
            ("userAnnotations", {"a b/c": "x"}))),
        {**_CERTIFICATE, "signerName": "kubernetes.io/x", "maxExpirationSeconds": 86401}),
]
