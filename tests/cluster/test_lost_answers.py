"""Writes whose answer is lost on the way: dsctl says what is true, and nothing else.

Between dsctl and the API server stands a relay on loopback that hands every request on, and can
hang up instead of handing back the answer.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
import yaml

from tests.cluster.conftest import Kubectl, Ran, Sandbox
from tests.cluster.daemonsets import daemonset, text

Loses = Callable[[str], bool]


@contextlib.contextmanager
def relay(sandbox: Sandbox, loses: Loses, path: Path) -> Iterator[str]:
    """A kubeconfig for a relay that loses the answers to the methods that ``loses`` names."""
    config = yaml.safe_load(sandbox.paths.kubeconfig.read_text())
    server = urlsplit(config["clusters"][0]["cluster"]["server"])
    context = _context(config, path)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            onward = http.client.HTTPSConnection(
                server.hostname or "", server.port, context=context, timeout=20
            )
            headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
            onward.request(self.command, self.path, body or None, headers)
            answer = onward.getresponse()
            data = answer.read()
            onward.close()
            if loses(self.command):
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name in ("Content-Type", "Content-Encoding"):
                if value := answer.getheader(name):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    kubeconfig = path / "kubeconfig"
    kubeconfig.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "c",
                "clusters": [
                    {"name": "c", "cluster": {"server": f"http://127.0.0.1:{httpd.server_port}"}}
                ],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": ""}}],
            }
        )
    )
    try:
        yield str(kubeconfig)
    finally:
        httpd.shutdown()
        thread.join(10)
        httpd.server_close()


def _context(config: dict[str, list[dict[str, dict[str, str]]]], path: Path) -> ssl.SSLContext:
    """TLS to the sandbox's server with the client certificate of its kubeconfig."""
    import base64

    def file(holder: dict[str, str], key: str) -> str:
        if inline := holder.get(f"{key}-data"):
            target = path / key
            target.write_bytes(base64.b64decode(inline))
            return str(target)
        return holder[key]

    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    context = ssl.create_default_context(cafile=file(cluster, "certificate-authority"))
    context.load_cert_chain(file(user, "client-certificate"), file(user, "client-key"))
    return context


@pytest.fixture
def through(sandbox: Sandbox, kubectl: Kubectl, tmp_path: Path) -> Callable[..., Ran]:
    """Run dsctl through a relay: ``through(loses, *args)``."""

    def run(loses: Loses, *args: str, manifest: str) -> Ran:
        with relay(sandbox, loses, tmp_path) as kubeconfig:
            return sandbox.dsctl(
                *args,
                namespace=kubectl.namespace,
                input=manifest,
                environ={"KUBECONFIG": kubeconfig},
            )

    return run


def image(kubectl: Kubectl) -> str:
    return kubectl("get", "ds", "a", "-o", "jsonpath={.spec.template.spec.containers[0].image}")


def test_a_create_is_read_back(through: Callable[..., Ran], kubectl: Kubectl) -> None:
    """The server has created it: so says dsctl, though nobody told it."""
    ran = through(lambda m: m == "POST", "create", "-f", "-", manifest=text(daemonset("a")))
    assert (ran.code, ran.out, ran.err) == (0, "daemonset.apps/a created\n", "")
    assert kubectl("get", "ds", "-o", "name") == "daemonset.apps/a\n"


def test_an_apply_and_a_replace_are_read_back(
    through: Callable[..., Ran], kubectl: Kubectl
) -> None:
    """What is stored says all that the manifest says: done."""
    kubectl.apply(daemonset("a", image="x:1"))
    ran = through(
        lambda m: m == "PUT", "replace", "-f", "-", manifest=text(daemonset("a", image="x:2"))
    )
    assert (ran.code, ran.out) == (0, "daemonset.apps/a replaced\n")
    assert image(kubectl) == "x:2"
    lost: list[str] = []

    def second_patch(method: str) -> bool:
        """The first moves ownership; the second is the apply itself."""
        lost.extend([method] if method == "PATCH" else [])
        return method == "PATCH" and len(lost) == 2

    ran = through(
        second_patch,
        "apply",
        "-f",
        "-",
        "--force-conflicts",
        manifest=text(daemonset("a", image="x:3")),
    )
    assert (ran.code, ran.out) == (0, "daemonset.apps/a configured\n")
    assert image(kubectl) == "x:3"


def test_what_can_not_be_settled_is_said_to_be_open(
    through: Callable[..., Ran], kubectl: Kubectl
) -> None:
    """Exit code 3 and "may have been": neither a success nor a failure is invented."""
    ran = through(lambda m: True, "create", "-f", "-", manifest=text(daemonset("a")))
    assert ran.code == 3
    assert ran.out == ""
    assert "may have been created" in ran.err
    assert kubectl("get", "ds", "-o", "name") == "daemonset.apps/a\n"
