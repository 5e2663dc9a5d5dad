"""What one GET may import: each of the others costs milliseconds of every ``dsctl get``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.unit.api.certificates import Authority
from tests.unit.api.loopback import Loopback, answers

_SCRIPT = """
import os, sys
from dsctl.api.client import Cluster
from dsctl.api.kubeconfig import ConnectionOptions, load
from dsctl.api.resources import DAEMONSETS
cluster = Cluster(load(ConnectionOptions(), os.environ), on_warning=print)
print(cluster.table(DAEMONSETS)["rows"])
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""
_COSTLY = ("kubernetes", "msgspec", "yaml", "http.client", "email", "encodings.idna", "dataclasses")
_LATER = ("proxy", "exchange", "failure", "status", "writing", "follow", "slim", "exec_plugin")


def test_one_get_imports_only_what_it_needs(
    serve: Callable[..., Loopback], authority: Authority, tmp_path: Path
) -> None:
    """A GET over TLS with a client certificate, as ``dsctl get`` makes it."""
    certificate, key = authority.issue("jane")
    server = serve(
        answers({"kind": "Table", "metadata": {}, "columnDefinitions": [], "rows": []}),
        context=authority.server_context(),
    )
    kubeconfig = tmp_path / "config"
    cluster = {"server": server.url, "certificate-authority": str(authority.certificate)}
    user = {"client-certificate": str(certificate), "client-key": str(key)}
    kubeconfig.write_text(
        yaml.safe_dump(
            {
                "current-context": "c",
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                "clusters": [{"name": "c", "cluster": cluster}],
                "users": [{"name": "u", "user": user}],
            }
        )
    )
    names = (*_COSTLY, *(f"dsctl.api.{name}" for name in _LATER))
    ran = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *names],
        env={**os.environ, "KUBECONFIG": str(kubeconfig)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.splitlines() == ["[]", ""]
