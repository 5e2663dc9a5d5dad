"""Certificates for the tests, made when they are needed by the ``openssl`` program."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path


class Authority:
    """A tiny CA in a directory of its own."""

    def __init__(self, folder: Path, name: str = "test-ca") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "ca.crt"
        self._key = folder / "ca.key"
        _openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", str(self._key), "-out", str(self.certificate),
        )  # fmt: skip

    def issue(self, name: str, *, san: str = "", days: int = 2) -> tuple[Path, Path]:
        """Certificate and key for ``name``; ``days`` below zero for one that has expired."""
        stem = self.folder / name
        request, key, certificate = (stem.with_suffix(end) for end in (".csr", ".key", ".crt"))
        _openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(request),
        )  # fmt: skip
        extensions = stem.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={san}\n" if san else "basicConstraints=CA:FALSE\n")
        dates = ("-not_before", "20200101000000Z", "-not_after", "20200102000000Z")
        _openssl(
            "x509", "-req", "-in", str(request), "-out", str(certificate),
            "-extfile", str(extensions), "-set_serial", "7",
            "-CA", str(self.certificate), "-CAkey", str(self._key),
            *(dates if days < 0 and _has_dates() else ("-days", str(days))),
        )  # fmt: skip
        return certificate, key

    def server_context(self, name: str = "server", **options: object) -> ssl.SSLContext:
        """A context for a TLS server whose certificate this CA has signed."""
        options.setdefault("san", "IP:127.0.0.1,DNS:localhost")
        certificate, key = self.issue(name, **options)  # type: ignore[arg-type]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


def _has_dates() -> bool:
    # ``openssl x509 -not_before`` came with 3.4; before it, a negative -days did.
    return "not_before" in _openssl("x509", "-help")


def _openssl(*arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
