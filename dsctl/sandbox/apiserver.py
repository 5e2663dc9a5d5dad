"""A plain door to the API server of a sandbox, with its own keys.

The sandbox does not use ``dsctl.api``: it must be able to judge it, and work when it is broken.
"""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any

from dsctl.errors import APIError, Unreachable
from dsctl.sandbox.paths import ClusterPaths


class ApiServer:
    """One connection, kept open between requests; not for use by several threads."""

    def __init__(self, paths: ClusterPaths, port: int, *, timeout: float = 30.0) -> None:
        self.address = f"https://127.0.0.1:{port}"
        context = ssl.create_default_context(cafile=str(paths.pki / "ca.crt"))
        context.load_cert_chain(paths.pki / "admin.crt", paths.pki / "admin.key")
        self._connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=timeout, context=context
        )

    def __enter__(self) -> ApiServer:
        return self

    def __exit__(self, *exc: object) -> None:
        self._connection.close()

    def request(
        self, method: str, path: str, body: dict[str, Any] | str | None = None
    ) -> dict[str, Any]:
        """Send one request; return the JSON of the answer (text that is no JSON as ``{}``).

        ``body`` is an object, or text in YAML. Raises APIError with the code of a refusal, and
        Unreachable if there is no answer.
        """
        payload = json.dumps(body) if isinstance(body, dict) else body
        kind = "application/yaml" if isinstance(body, str) else "application/json"
        try:
            self._connection.request(method, path, payload, {"Content-Type": kind})
            response = self._connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Unreachable(f"no answer from {self.address}: {error}") from error
        parsed = _parse(data)
        if response.status >= 400:
            message = parsed.get("message") or data.decode(errors="replace").strip()
            raise APIError(message, code=response.status, status=parsed)
        return parsed

    def is_ready(self) -> bool:
        """Whether /readyz says yes."""
        try:
            self.request("GET", "/readyz")
        except (APIError, Unreachable):
            return False
        return True


def _parse(data: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(data)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
