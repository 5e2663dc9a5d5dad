"""The kubeconfigs that dsctl reads itself mean what the ``kubernetes`` package makes of them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger

from dsctl.api.kubeconfig import ConnectionOptions, load
from tests.unit.api.certificates import Authority


def _b64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # name: (cluster, user); ABS(x) is the path and DATA(x) the content of a file of the fixture
    "token": ({}, {"token": "abc"}),
    "token file": ({}, {"tokenFile": "token"}),
    "password": ({}, {"username": "u", "password": "p:w"}),
    "nothing": ({}, {}),
    "client certificate data": (
        {"certificate-authority-data": "DATA(ca.crt)"},
        {"client-certificate-data": "DATA(jane.crt)", "client-key-data": "DATA(jane.key)"},
    ),
    "client certificate files": (
        {"certificate-authority": "ca.crt"},
        {"client-certificate": "jane.crt", "client-key": "jane.key"},
    ),
    "absolute files": (
        {"certificate-authority": "ABS(ca.crt)"},
        {"client-certificate": "ABS(jane.crt)", "client-key": "ABS(jane.key)"},
    ),
    "data wins over files": (
        {"certificate-authority": "ca.crt", "certificate-authority-data": "DATA(ca.crt)"},
        {
            "client-certificate": "nope.crt",
            "client-certificate-data": "DATA(jane.crt)",
            "client-key-data": "DATA(jane.key)",
        },
    ),
    "certificate and token": (
        {"certificate-authority-data": "DATA(ca.crt)"},
        {
            "client-certificate-data": "DATA(jane.crt)",
            "client-key-data": "DATA(jane.key)",
            "token": "t",
        },
    ),
    "insecure": ({"insecure-skip-tls-verify": True}, {"token": "t"}),
    "server name": ({"tls-server-name": "api.example.org"}, {"token": "t"}),
    "path in the address": ({"server": "https://rancher:443/k8s/clusters/c-1"}, {"token": "t"}),
    "port": ({"server": "https://127.0.0.1:6443"}, {"token": "t"}),
}


@pytest.fixture(scope="module")
def folder(authority: Authority) -> Path:
    """A folder with ca.crt, jane.crt, jane.key and token."""
    authority.issue("jane")
    (authority.folder / "token").write_text("from-file")
    return authority.folder


def _filled(value: Any, folder: Path) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, folder) for key, item in value.items()}
    if isinstance(value, str) and value.startswith("DATA("):
        return _b64(folder / value[5:-1])
    if isinstance(value, str) and value.startswith("ABS("):
        return str(folder / value[4:-1])
    return value


def _write(folder: Path, cluster: dict[str, Any], user: dict[str, Any], namespace: str) -> str:
    context = {"cluster": "c", "user": "u"} | ({"namespace": namespace} if namespace else {})
    document = {
        "current-context": "x",
        "contexts": [{"name": "x", "context": context}],
        "clusters": [{"name": "c", "cluster": {"server": "https://host:6443"} | cluster}],
        "users": [{"name": "u", "user": user}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return str(path)


def _ours(path: str) -> dict[str, Any]:
    config = load(ConnectionOptions(), {"KUBECONFIG": path})
    from dsctl.api.credentials import credentials_for

    def content(data: bytes, file: str) -> bytes | None:
        return data or (Path(file).read_bytes() if file else None)

    return {
        "host": config.server,
        "verify": not config.tls.insecure,
        "server name": config.tls.server_name or None,
        "ca": content(config.tls.ca_data, config.tls.ca_file),
        "certificate": content(config.tls.cert_data, config.tls.cert_file),
        "key": content(config.tls.key_data, config.tls.key_file),
        "authorization": credentials_for(config).authorization() or None,
        "namespace": config.namespace if config.namespace != "default" else None,
    }


def _theirs(path: str) -> dict[str, Any]:
    from kubernetes.client import Configuration

    # Each entry of the merger remembers its own file, as loading from a path does.
    loader = KubeConfigLoader(KubeConfigMerger(path).config, config_base_path=None)
    configuration = Configuration()
    loader.load_and_set(configuration)

    def content(file: str | None) -> bytes | None:
        return Path(file).read_bytes() if file else None

    return {
        "host": configuration.host,
        "verify": configuration.verify_ssl,
        "server name": configuration.tls_server_name,
        "ca": content(configuration.ssl_ca_cert),
        "certificate": content(configuration.cert_file),
        "key": content(configuration.key_file),
        "authorization": configuration.auth_settings().get("BearerToken", {}).get("value"),
        "namespace": loader.current_context["context"].get("namespace"),
    }


@pytest.mark.parametrize("namespace", ["", "apps"])
@pytest.mark.parametrize("name", CASES)
def test_equal_to_the_kubernetes_package(folder: Path, name: str, namespace: str) -> None:
    """Host, CA, certificate, key, credentials, checks and namespace are the same."""
    cluster, user = (_filled(part, folder) for part in CASES[name])
    path = _write(folder, cluster, user, namespace)
    assert _ours(path) == _theirs(path)


def test_merged_files_are_equal_too(folder: Path) -> None:
    """Two files in KUBECONFIG: the same entries win, with their paths beside their own file."""
    first, second = folder / "a" / "config", folder / "b" / "config"
    for path, token in ((first, "ta"), (second, "tb")):
        path.parent.mkdir(exist_ok=True)
        (path.parent / "ca.crt").write_bytes((folder / "ca.crt").read_bytes() + token.encode())
        _write(path.parent, {"certificate-authority": "ca.crt"}, {"token": token}, token)
        (path.parent / "kubeconfig").rename(path)
    both = f"{first}:{second}"
    ours = _ours(both)
    assert ours["authorization"] == "Bearer ta"
    assert ours == _theirs(both)
