"""TLS: whom to trust, what to show, and what to say when it fails."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsctl.api.client_config import TLS
from dsctl.api.transport import Transport
from dsctl.errors import ConfigError, Unreachable
from tests.unit.api.certificates import Authority
from tests.unit.api.loopback import Loopback, Peer, answers

Serve = Callable[..., Loopback]
To = Callable[..., Transport]


def _ca(authority: Authority) -> TLS:
    return TLS(ca_data=authority.certificate.read_bytes())


def test_given_ca_is_trusted(serve: Serve, transport_to: To, authority: Authority) -> None:
    """A server whose certificate the given CA signed is believed, from data and from a file."""
    server = serve(answers(1), context=authority.server_context())
    for tls in (_ca(authority), TLS(ca_file=str(authority.certificate))):
        assert transport_to(server, tls=tls).request("GET", "/x").status == 200


def test_unknown_authority_is_explained(
    serve: Serve, transport_to: To, authority: Authority, tmp_path: Path
) -> None:
    """Another CA's server is refused, by name and with a remedy."""
    server = serve(answers(1), context=Authority(tmp_path, "another").server_context())
    with pytest.raises(Unreachable) as caught:
        transport_to(server, tls=_ca(authority)).request("GET", "/x")
    assert caught.value.message == (
        f"the certificate of {server.url} was signed by an unknown authority"
    )
    assert "--certificate-authority" in (caught.value.hint or "")
    assert server.requests == []


def test_insecure_asks_no_questions(serve: Serve, transport_to: To, authority: Authority) -> None:
    """With insecure-skip-tls-verify any certificate will do."""
    server = serve(answers(1), context=authority.server_context("any", san="DNS:elsewhere"))
    assert transport_to(server, tls=TLS(insecure=True)).request("GET", "/x").status == 200


def test_wrong_host_name_is_explained(serve: Serve, transport_to: To, authority: Authority) -> None:
    """A certificate for another host is refused, until tls-server-name says it is right."""
    context = authority.server_context("other", san="DNS:api.example.org")
    server = serve(answers(1), context=context)
    with pytest.raises(Unreachable, match=r'is not for "127\.0\.0\.1"') as caught:
        transport_to(server, tls=_ca(authority)).request("GET", "/x")
    assert "--tls-server-name" in (caught.value.hint or "")
    named = _ca(authority)._replace(server_name="api.example.org")
    assert transport_to(server, tls=named).request("GET", "/x").status == 200


def test_common_name_alone_is_not_enough(
    serve: Serve, transport_to: To, authority: Authority
) -> None:
    """As in Go, a host name counts only where it is a subject alternative name."""
    server = serve(answers(1), context=authority.server_context("localhost", san=""))
    address = server.url.replace("127.0.0.1", "localhost")
    with pytest.raises(Unreachable, match='is not for "localhost"'):
        transport_to(server, server=address, tls=_ca(authority)).request("GET", "/x")


def test_expired_server_certificate_is_explained(
    serve: Serve, transport_to: To, authority: Authority
) -> None:
    """An expired certificate is called that."""
    server = serve(answers(1), context=authority.server_context("old", days=-1))
    with pytest.raises(Unreachable, match="has expired"):
        transport_to(server, tls=_ca(authority)).request("GET", "/x")


def test_https_to_a_plain_server_is_explained(serve: Serve, transport_to: To) -> None:
    """A plain HTTP server behind an https address is recognised."""

    def script(peer: Peer) -> None:
        peer.socket.recv(100)
        peer.send(b"HTTP/1.0 400 Bad Request\r\n\r\nwhat?")

    server = serve(script)
    address = server.url.replace("http:", "https:")
    with pytest.raises(Unreachable, match="does not speak TLS") as caught:
        transport_to(server, server=address, tls=TLS(insecure=True)).request("GET", "/x")
    assert "http://" in (caught.value.hint or "")


def _mutual(authority: Authority) -> ssl.SSLContext:
    context = authority.server_context()
    context.load_verify_locations(authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _whoami(peer: Peer) -> None:
    peer.request()
    certificate: Any = peer.socket.getpeercert()  # type: ignore[attr-defined]
    peer.answer(dict(pair[0] for pair in certificate["subject"])["commonName"])


@pytest.mark.parametrize("form", ["files", "data", "mixed"])
def test_client_certificate_is_shown(
    serve: Serve, transport_to: To, authority: Authority, form: str
) -> None:
    """From files, from data, or one of each."""
    certificate, key = authority.issue("jane")
    tls = _ca(authority)
    tls = (
        tls._replace(cert_data=certificate.read_bytes())
        if form != "files"
        else tls._replace(cert_file=str(certificate))
    )
    tls = (
        tls._replace(key_data=key.read_bytes())
        if form == "data"
        else tls._replace(key_file=str(key))
    )
    server = serve(_whoami, context=_mutual(authority))
    assert bytes(transport_to(server, tls=tls).request("GET", "/x").body) == b'"jane"'


def test_key_never_becomes_a_file_that_stays(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no memory file, the temporary one is private and gone afterwards."""
    from dsctl.api import tls as tls_module

    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with tls_module._as_file(b"certificate", b"key") as path:
        assert Path(path).parent == tmp_path
        assert Path(path).stat().st_mode & 0o777 == 0o600
        assert Path(path).read_bytes() == b"certificate\nkey"
    assert list(tmp_path.iterdir()) == []


def test_refused_client_certificate_is_explained(
    serve: Serve, transport_to: To, authority: Authority, tmp_path: Path
) -> None:
    """A certificate that the server's CA did not sign: said so, and a write is not 'lost'."""
    from dsctl.api.lost import Write

    certificate, key = Authority(tmp_path, "another").issue("eve")
    tls = _ca(authority)._replace(cert_file=str(certificate), key_file=str(key))
    server = serve(answers(1), context=_mutual(authority))
    write = Write("create", "daemonsets.apps", "ns", "x")
    with pytest.raises(Unreachable, match="refused the client certificate"):
        transport_to(server, tls=tls).request("POST", "/x", body=b"{}", write=write)


def test_certificate_and_key_of_two_pairs(
    transport_to: To, serve: Serve, authority: Authority
) -> None:
    """A key that belongs to another certificate is a fault of the configuration."""
    certificate, _ = authority.issue("one")
    _, key = authority.issue("two")
    tls = _ca(authority)._replace(cert_file=str(certificate), key_file=str(key))
    server = serve(answers(1), context=authority.server_context())
    with pytest.raises(ConfigError, match="don't match"):
        transport_to(server, tls=tls).request("GET", "/x")


@pytest.mark.parametrize(
    ("tls", "words"),
    [
        (TLS(ca_data=b"not PEM"), "certificate-authority-data holds no certificate"),
        (TLS(insecure=True, cert_data=b"no", key_data=b"no"), "can't be read as PEM"),
    ],
)
def test_unusable_certificates_are_faults_of_the_configuration(
    serve: Serve, transport_to: To, authority: Authority, tls: TLS, words: str
) -> None:
    """What is no certificate is said to be none."""
    server = serve(answers(1), context=authority.server_context())
    with pytest.raises(ConfigError, match=words):
        transport_to(server, tls=tls).request("GET", "/x")
