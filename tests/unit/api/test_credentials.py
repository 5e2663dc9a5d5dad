"""Credentials: exec plugins and their protocol, tokens that change, and refusals explained."""

from __future__ import annotations

import base64
import json
import ssl
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dsctl.api.client import Cluster
from dsctl.api.client_config import TLS, Auth, ClientConfig
from dsctl.api.credentials import credentials_for
from dsctl.api.exec_plugin import ExecCredentials
from dsctl.api.resources import NODES
from dsctl.errors import ConfigError, Forbidden, Unauthorized
from tests.unit.api.certificates import Authority
from tests.unit.api.loopback import Loopback, Peer, answers, status

Serve = Callable[..., Loopback]
At = Callable[..., Cluster]

V1 = "client.authentication.k8s.io/v1"
BETA = "client.authentication.k8s.io/v1beta1"


class Plugin:
    """An exec plugin: a Python script that says ``answers`` in turn and notes what it was told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._script = folder / "plugin.py"
        self._script.write_text(
            "import json, os, sys, pathlib\n"
            f"folder = pathlib.Path({str(folder)!r})\n"
            "calls = folder / 'calls.jsonl'\n"
            "count = len(calls.read_text().splitlines()) if calls.exists() else 0\n"
            "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
            "call = {'info': info, 'args': sys.argv[1:],\n"
            "        'extra': os.environ.get('EXTRA'), 'stdin': sys.stdin.read()}\n"
            "calls.open('a').write(json.dumps(call) + '\\n')\n"
            "answers = json.loads((folder / 'answers.json').read_text())\n"
            "answer = answers[min(count, len(answers) - 1)]\n"
            "sys.stdout.write(answer if isinstance(answer, str) else json.dumps(answer))\n"
            "sys.exit(7 if answer == 'fail' else 0)\n"
        )

    def says(self, *answers: Any) -> None:
        """What the next calls print; the last of it again and again."""
        (self._folder / "answers.json").write_text(json.dumps(answers))

    @property
    def calls(self) -> list[dict[str, Any]]:
        """How the plugin was called, so far."""
        path = self._folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def auth(self, **over: Any) -> Auth:
        """The Auth that names this plugin."""
        plugin = {
            "command": sys.executable,
            "args": [str(self._script), "--region", "x"],
            "env": [{"name": "EXTRA", "value": "given"}],
            "apiVersion": V1,
            "interactiveMode": "Never",
            "installHint": "",
            "provideClusterInfo": False,
        }
        return Auth(exec_plugin=plugin | over)


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    """A plugin that gives the token ``one``."""
    plugin = Plugin(tmp_path)
    plugin.says(credential(token="one"))
    return plugin


def credential(version: str = V1, expires: float | None = None, **fields: Any) -> dict[str, Any]:
    """An ExecCredential; ``expires`` in seconds from now."""
    if expires is not None:
        when = datetime.now(UTC) + timedelta(seconds=expires)
        fields["expirationTimestamp"] = when.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"kind": "ExecCredential", "apiVersion": version, "status": fields}


def _exec(auth: Auth, **fields: Any) -> ExecCredentials:
    found = credentials_for(ClientConfig(server="https://h:6443", auth=auth, **fields))
    assert isinstance(found, ExecCredentials)
    return found


def test_plugin_is_asked_once(serve: Serve, cluster_at: At, plugin: Plugin) -> None:
    """A token without an expiry serves every request of a process."""
    server = serve(answers({}, {}, {}))
    cluster = cluster_at(server, auth=plugin.auth())
    for _ in range(3):
        cluster.read(NODES, "n")
    assert len(plugin.calls) == 1
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer one"}


def test_plugin_is_told_what_the_protocol_says(plugin: Plugin) -> None:
    """Version, interactive, arguments and environment; no standard input."""
    _exec(plugin.auth()).authorization()
    (call,) = plugin.calls
    assert call == {
        "info": {"kind": "ExecCredential", "apiVersion": V1, "spec": {"interactive": False}},
        "args": ["--region", "x"],
        "extra": "given",
        "stdin": "",
    }


def test_plugin_is_told_about_the_cluster_where_it_wants_to_be(plugin: Plugin) -> None:
    """provideClusterInfo sends address, CA and the cluster's extension; what is empty is absent."""
    tls = TLS(ca_data=b"CA", server_name="api")
    _exec(
        plugin.auth(provideClusterInfo=True), tls=tls, exec_cluster_config={"audience": "a"}
    ).authorization()
    assert plugin.calls[0]["info"]["spec"]["cluster"] == {
        "server": "https://h:6443",
        "tls-server-name": "api",
        "certificate-authority-data": "Q0E=",
        "config": {"audience": "a"},
    }


def test_plugin_is_asked_again_after_expiry(plugin: Plugin) -> None:
    """An expired token is replaced before it is used; one that has time left is kept."""
    plugin.says(credential(token="old", expires=-5), credential(token="new", expires=60))
    credentials = _exec(plugin.auth())
    assert credentials.authorization() == "Bearer old"
    assert credentials.authorization() == "Bearer new"
    assert credentials.authorization() == "Bearer new"
    assert len(plugin.calls) == 2


def test_refused_token_is_renewed_once(serve: Serve, cluster_at: At, plugin: Plugin) -> None:
    """401 asks the plugin again, and the request goes out with what it says then."""
    plugin.says(credential(token="one"), credential(token="two"))

    def script(peer: Peer) -> None:
        while True:
            if peer.request().headers["authorization"] == "Bearer one":
                peer.answer(status(401, "Unauthorized", "Unauthorized"), 401)
            else:
                peer.answer({"ok": True})

    server = serve(script)
    assert cluster_at(server, auth=plugin.auth()).read(NODES, "n") == {"ok": True}
    assert len(plugin.calls) == 2


def test_token_that_stays_refused_is_an_error(serve: Serve, cluster_at: At, plugin: Plugin) -> None:
    """A second 401 is final, names the plugin, and the plugin was asked twice in all."""

    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.answer(status(401, "Unauthorized", "Unauthorized"), 401)

    server = serve(script)
    cluster = cluster_at(server, auth=plugin.auth(), user="jane", context="dev")
    with pytest.raises(Unauthorized, match="refused the credentials of the exec plugin") as caught:
        cluster.read(NODES, "n")
    assert 'of user "jane", context "dev"' in caught.value.message
    assert len(plugin.calls) == 2
    assert len(server.requests) == 2


def test_plugin_may_give_a_certificate(
    serve: Serve, cluster_at: At, plugin: Plugin, authority: Authority
) -> None:
    """The certificate is shown in the handshake; after 401 a new one is, on a new connection."""

    def pair(name: str) -> dict[str, Any]:
        certificate, key = authority.issue(name)
        return credential(
            clientCertificateData=certificate.read_text(), clientKeyData=key.read_text()
        )

    plugin.says(pair("first"), pair("second"))
    context = authority.server_context()
    context.load_verify_locations(authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED

    def script(peer: Peer) -> None:
        request = peer.request()
        subject: Any = peer.socket.getpeercert()["subject"]  # type: ignore[attr-defined]
        name = dict(part[0] for part in subject)["commonName"]
        assert "authorization" not in request.headers
        if name == "first":
            peer.answer(status(401, "Unauthorized", "Unauthorized"), 401)
        else:
            peer.answer({"name": name})

    server = serve(script, context=context)
    tls = TLS(ca_data=authority.certificate.read_bytes())
    cluster = cluster_at(server, auth=plugin.auth(), tls=tls)
    assert cluster.read(NODES, "n") == {"name": "second"}
    assert server.connections == 2


@pytest.mark.parametrize(
    "auth",
    [Auth(token="given"), Auth(username="u", password="p")],
    ids=["token", "password"],
)
def test_other_credentials_come_before_the_plugin(plugin: Plugin, auth: Auth) -> None:
    """``dsctl --token`` with an exec user does not run the plugin."""
    auth = auth._replace(exec_plugin=plugin.auth().exec_plugin)
    credentials = credentials_for(ClientConfig(server="https://h", auth=auth))
    assert credentials.authorization() in ("Bearer given", "Basic dTpw")
    assert plugin.calls == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("nonsense", "did not print an ExecCredential"),
        ("[]", "did not print an ExecCredential"),
        ("fail", "failed with exit code 7"),
        (credential(version=BETA, token="x"), f"answered in {BETA}, the kubeconfig says {V1}"),
        ({"kind": "ExecCredential", "apiVersion": V1}, "gave no status"),
        (credential(), "neither a token nor a certificate"),
        (credential(clientKeyData="k"), "only one of certificate and key"),
        (credential(token=1), "must be strings"),
        (credential(token="a\r\nb: c"), "no header may hold"),
        (credential(token="x", expirationTimestamp="soon"), "expirationTimestamp is no time"),
    ],
)
def test_faults_of_a_plugin(plugin: Plugin, answer: Any, words: str) -> None:
    """Whatever a plugin does wrong is one line that names it."""
    plugin.says(answer)
    with pytest.raises(ConfigError, match=words) as caught:
        _exec(plugin.auth()).authorization()
    assert "\n" not in caught.value.message


def test_v1beta1_is_spoken_too(plugin: Plugin) -> None:
    """A v1beta1 plugin is asked and answers in v1beta1."""
    plugin.says(credential(version=BETA, token="beta"))
    assert _exec(plugin.auth(apiVersion=BETA)).authorization() == "Bearer beta"
    assert plugin.calls[0]["info"]["apiVersion"] == BETA


def test_missing_plugin_shows_its_install_hint(plugin: Plugin) -> None:
    """installHint becomes the hint: one line, escape sequences made harmless."""
    auth = plugin.auth(command="no-such-plugin", installHint="run:\n  brew \x1b[1minstall x\n")
    with pytest.raises(ConfigError, match='"no-such-plugin" is not installed') as caught:
        _exec(auth).authorization()
    assert caught.value.hint == "run: brew U+001B[1minstall x"


def test_plugin_that_must_ask_needs_a_terminal(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """interactiveMode Always: no terminal, or a manifest on standard input, is an error."""
    with pytest.raises(ConfigError, match="standard input is not a terminal"):
        _exec(plugin.auth(interactiveMode="Always")).authorization()
    credentials = _exec(plugin.auth(interactiveMode="Always"))
    credentials.stdin_in_use = True
    with pytest.raises(ConfigError, match="is used for a manifest"):
        credentials.authorization()
    assert plugin.calls == []


def test_token_file_is_read_each_time(serve: Serve, cluster_at: At, tmp_path: Path) -> None:
    """A token that the kubelet renews is seen without a restart, and 401 reads it anew."""
    path = tmp_path / "token"
    path.write_text("one\n")

    def script(peer: Peer) -> None:
        assert peer.request().headers["authorization"] == "Bearer one"
        peer.answer({})
        assert peer.request().headers["authorization"] == "Bearer two"
        path.write_text("three")
        peer.answer(status(401, "Unauthorized", "Unauthorized"), 401)

    def after(peer: Peer) -> None:
        assert peer.request().headers["authorization"] == "Bearer three"
        peer.answer({"ok": True})

    cluster = cluster_at(serve(script, after), auth=Auth(token_file=str(path)))
    cluster.read(NODES, "n")
    path.write_text("two\n")
    assert cluster.read(NODES, "n") == {"ok": True}


def test_token_file_falls_back_to_the_token(tmp_path: Path) -> None:
    """With both, the file wins while it can be read; alone, it must be there."""
    config = ClientConfig(server="https://h", auth=Auth(token="t", token_file=str(tmp_path / "no")))
    assert credentials_for(config).authorization() == "Bearer t"
    alone = config._replace(auth=config.auth._replace(token=""))
    with pytest.raises(ConfigError, match="cannot read the token file"):
        credentials_for(alone).authorization()


def test_token_that_no_header_may_hold() -> None:
    """A line break in a token can't smuggle a header in."""
    with pytest.raises(ConfigError, match="no header may hold"):
        credentials_for(ClientConfig(server="https://h", auth=Auth(token="a\r\nb: c")))


@pytest.mark.parametrize("name", ["gcp", "azure", "openstack"])
def test_removed_auth_providers_say_what_came_after(name: str) -> None:
    """The providers that kubectl dropped are named, with their successor where there is one."""
    auth = Auth(auth_provider={"name": name})
    with pytest.raises(ConfigError, match=f'"{name}", which kubectl no longer has') as caught:
        credentials_for(ClientConfig(server="https://h", auth=auth))
    assert bool(caught.value.hint) == (name != "openstack")


def test_oidc_token_is_used() -> None:
    """An id-token that is still valid is sent as it is."""
    auth = Auth(auth_provider={"name": "oidc", "config": {"id-token": _jwt(time.time() + 3600)}})
    header = credentials_for(ClientConfig(server="https://h", auth=auth)).authorization()
    assert header == f"Bearer {auth.auth_provider['config']['id-token']}"  # type: ignore[index]


def _jwt(expires: float) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({'exp': int(expires), 'x': '??>>'})}.sig"


# -- refusals ---------------------------------------------------------------------------------


def _refused(serve: Serve, cluster_at: At, **fields: Any) -> Unauthorized:
    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.answer(status(401, "Unauthorized", "Unauthorized"), 401)

    with pytest.raises(Unauthorized) as caught:
        cluster_at(serve(script), **fields).read(NODES, "n")
    assert "\n" not in caught.value.message
    return caught.value


def test_expired_token_is_recognised(serve: Serve, cluster_at: At) -> None:
    """A JWT says itself when it expired."""
    auth = Auth(token=_jwt(1_700_000_000))
    error = _refused(serve, cluster_at, auth=auth, user="jane", context="dev")
    assert error.message.endswith('refused the token of user "jane", context "dev" (Unauthorized)')
    assert error.hint == "the token expired on 2023-11-14 22:13:20 UTC"
    assert error.code == 401


def test_other_token_gets_a_general_hint(serve: Serve, cluster_at: At) -> None:
    """An opaque token, or one that is still valid, is only said to be refused."""
    for token in ("opaque", _jwt(time.time() + 60), "a.b.c"):
        error = _refused(serve, cluster_at, auth=Auth(token=token))
        assert error.hint == "it may have expired: get a new one"


def test_expired_client_certificate_is_recognised(
    serve: Serve, cluster_at: At, authority: Authority
) -> None:
    """The date is read out of the certificate."""
    certificate, key = authority.issue("late", days=-1)
    tls = TLS(insecure=True, cert_data=certificate.read_bytes(), key_file=str(key))

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(status(401, "Unauthorized", "Unauthorized"), 401)

    server = serve(script, context=authority.server_context())
    with pytest.raises(Unauthorized, match="refused the client certificate") as caught:
        cluster_at(server, tls=tls).read(NODES, "n")
    assert (caught.value.hint or "").startswith("the client certificate expired on 20")


def test_no_credentials_at_all(serve: Serve, cluster_at: At) -> None:
    """Where none were sent, the reason is said: the context's user is not in the file."""
    error = _refused(serve, cluster_at, context="dev", user="gone", source="/k", user_missing=True)
    assert "wants credentials, and none were sent" in error.message
    assert error.hint == 'context "dev" names the user "gone", which is not in /k'


def test_anonymous_refusal_has_the_servers_words(serve: Serve, cluster_at: At) -> None:
    """403 keeps the server's own words; for an anonymous user the hint says why."""
    message = 'nodes is forbidden: User "system:anonymous" cannot list resource "nodes"'

    def script(peer: Peer) -> None:
        peer.request()
        peer.answer(status(403, "Forbidden", message), 403)

    with pytest.raises(Forbidden) as caught:
        cluster_at(serve(script), user="jane", source="/k").list(NODES)
    assert caught.value.message == message
    assert caught.value.hint == "credentials are not sent over plain http"
