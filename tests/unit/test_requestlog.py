"""``-v``: what is shown at each level, and what never is."""

from __future__ import annotations

from dsctl.api.exchange import Exchange
from dsctl.cli.requestlog import lines


def exchange(url: str = "https://s/api/v1/pods", sent: bytes = b"", body: bytes = b"") -> Exchange:
    """A request with a token, answered."""
    made = Exchange("POST", url, [("Authorization", "Bearer abc"), ("Accept", "x")], sent)
    made.status, made.body, made.seconds = 200, body, 0.0123
    made.received = [("set-cookie", "abc"), ("date", "now")]
    return made


def shown(level: int, made: Exchange) -> str:
    """All its lines."""
    return "\n".join(lines(made, level))


def test_each_level_shows_more() -> None:
    """6 the request, 7 its headers, 8 bodies cut, 9 a curl command and bodies whole."""
    made = exchange(sent=b"{1}", body=b"y" * 3000)
    assert shown(6, made) == "POST https://s/api/v1/pods 200 in 12 ms"
    assert "    Accept: x" in shown(7, made)
    assert "Body" not in shown(7, made)
    assert "Request Body: {1}" in shown(8, made)
    assert shown(8, made).endswith("[truncated 1976 chars]")
    assert "-d '{1}' https://s/api/v1/pods\n" in shown(9, made)
    assert shown(9, made).endswith("y" * 3000)


def test_credentials_are_masked_at_every_level() -> None:
    """Headers, tokens in bodies, and whatever goes to a Secret or a token request."""
    body = b'{"token": "abc\\"abc", "client-key-data":"abc", "other": "kept"}'
    for level in (6, 7, 8, 9):
        assert "abc" not in shown(level, exchange(sent=body, body=body))
    assert '"other": "kept"' in shown(9, exchange(body=body))
    for path in (
        "api/v1/namespaces/a/secrets/s",
        "api/v1/namespaces/a/secrets?limit=5",
        "api/v1/namespaces/a/serviceaccounts/s/token",
        "apis/authentication.k8s.io/v1/tokenreviews?pretty=1",
    ):
        secret = exchange(f"https://s/{path}", sent=b"hidden", body=b"hidden")
        assert "hidden" not in shown(9, secret)
        assert "<masked: 6 bytes>" in shown(9, secret)


def test_a_request_without_an_answer_says_why() -> None:
    """In the place of the status."""
    made = exchange()
    made.error = "timed out"
    assert shown(6, made) == "POST https://s/api/v1/pods timed out in 12 ms"
