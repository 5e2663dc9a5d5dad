"""The real server's verdict on the text of a manifest: what a create with dry run answers."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

_QUERY = "dryRun=All&fieldValidation=Strict"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``code`` is the HTTP code; ``causes`` are field and message, none of a decode error."""

    code: int
    message: str
    causes: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    obj: dict[str, Any]

    @property
    def accepted(self) -> bool:
        """Whether the object would have been created."""
        return self.code < 300

    @property
    def fields(self) -> set[str]:
        """The fields that it names."""
        return {field for field, _ in self.causes if field}


class Server:
    """One connection to the API server of a kubeconfig with client certificates."""

    def __init__(self, kubeconfig: Path, scratch: Path) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        where = urlsplit(cluster["server"])
        context = ssl.create_default_context(cadata=_decoded(cluster, "certificate-authority-data"))
        pair = scratch / "client.pem"
        parts = ("client-certificate-data", "client-key-data")
        pair.write_text("".join(_decoded(user, part) for part in parts))
        context.load_cert_chain(pair)
        self._connection = http.client.HTTPSConnection(
            str(where.hostname), where.port, context=context, timeout=30
        )

    def create(self, path: str, text: bytes, content_type: str = "application/yaml") -> Verdict:
        """POST ``text`` to a path."""
        return self.send("POST", path, text, content_type)

    def send(
        self, method: str, path: str, text: bytes, content_type: str = "application/json"
    ) -> Verdict:
        """Any write."""
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        self._connection.request(method, path, text, headers)
        response = self._connection.getresponse()
        found: dict[str, Any] = json.loads(response.read())
        details = (found.get("details") or {}) if found.get("kind") == "Status" else {}
        causes = details.get("causes") or ()
        return Verdict(
            response.status,
            str(found.get("message", "")),
            tuple((cause.get("field", ""), cause.get("message", "")) for cause in causes),
            tuple(map(_warning, response.headers.get_all("Warning") or ())),
            found,
        )

    def judge(self, text: bytes, namespace: str) -> Verdict:
        """What it says of a DaemonSet."""
        return self.create(f"/apis/apps/v1/namespaces/{namespace}/daemonsets?{_QUERY}", text)

    def make_namespace(self, name: str) -> bool:
        """Create a namespace; False if it is there already or can't be."""
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        text = json.dumps(body).encode()
        return self.create("/api/v1/namespaces", text, "application/json").accepted

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def _decoded(holder: dict[str, str], key: str) -> str:
    return base64.b64decode(holder[key]).decode()


def _warning(header: str) -> str:
    """The text of a Warning header: ``299 - "text"``."""
    text = header.partition('"')[2].rpartition('"')[0]
    return text.replace('\\"', '"').replace("\\\\", "\\")
