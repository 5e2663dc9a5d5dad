"""TLS as cheap as it gets, and its failures in words.

A context for a private CA reads no system bundle (28 ms), and data from a kubeconfig never
becomes a file that others could read.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dsctl.errors import ConfigError, Unreachable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from dsctl.api.client_config import TLS


def context_for(tls: TLS) -> ssl.SSLContext:
    """A client context: the given CA, else the system's; the given certificate, if any.

    Raises ConfigError for certificates and keys that can't be used.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A name in the common name alone has not been enough for Go since 1.15.
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif tls.ca_data or tls.ca_file:
        _trust(context, tls)
    else:
        context.load_default_certs()
    if tls.has_client_certificate:
        _show(context, tls)
    return context


def _trust(context: ssl.SSLContext, tls: TLS) -> None:
    import ssl

    try:
        if tls.ca_data:
            context.load_verify_locations(cadata=tls.ca_data.decode("ascii"))
        else:
            context.load_verify_locations(cafile=tls.ca_file)
    except (ssl.SSLError, ValueError) as error:
        what = f'"{tls.ca_file}"' if tls.ca_file else "certificate-authority-data"
        raise ConfigError(f"{what} holds no certificate in PEM form") from error
    except OSError as error:
        raise ConfigError(f'cannot read "{tls.ca_file}": {error.strerror}') from error


def _show(context: ssl.SSLContext, tls: TLS) -> None:
    import ssl

    def no_password() -> str:
        raise ConfigError("the client key is encrypted", hint="kubeconfigs hold plain keys")

    try:
        if not (tls.cert_data or tls.key_data):
            context.load_cert_chain(tls.cert_file, tls.key_file, password=no_password)
            return
        with _as_file(_read(tls.cert_data, tls.cert_file), _read(tls.key_data, tls.key_file)) as f:
            context.load_cert_chain(f, password=no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise ConfigError("the client certificate and the client key don't match") from error
        where = f' ("{tls.cert_file}")' if tls.cert_file else ""
        raise ConfigError(f"the client certificate or key{where} can't be read as PEM") from error
    except OSError as error:
        raise ConfigError(f"cannot read the client certificate or key: {error}") from error


def _read(data: bytes, path: str) -> bytes:
    if data:
        return data
    with open(path, "rb") as file:
        return file.read()


@contextmanager
def _as_file(certificate: bytes, key: bytes) -> Iterator[str]:
    """A path that OpenSSL can read both from: in memory where the system has that."""
    data = certificate.rstrip() + b"\n" + key
    if sys.platform == "linux" and os.path.isdir("/proc/self/fd"):
        descriptor = os.memfd_create("dsctl", os.MFD_CLOEXEC)
        try:
            _write(descriptor, data)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    import tempfile

    descriptor, path = tempfile.mkstemp(prefix="dsctl-")  # mode 0600
    try:
        _write(descriptor, data)
        os.close(descriptor)
        yield path
    finally:
        os.unlink(path)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def is_tls_error(error: Exception) -> bool:
    """Whether TLS, not the network, is what failed."""
    import ssl

    return isinstance(error, ssl.SSLError) and not isinstance(
        error, ssl.SSLEOFError | ssl.SSLZeroReturnError
    )


def explain(error: OSError, server: str, name: str) -> Unreachable:
    """A failed handshake with ``server`` in words. ``name`` is what the certificate must say."""
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return _explain_certificate(error, server, name)
    reason = getattr(error, "reason", None) or ""
    if reason in (
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "UNKNOWN_PROTOCOL",
        "RECORD_LAYER_FAILURE",
    ):
        return Unreachable(
            f"the server {server} does not speak TLS",
            hint="check the port, or write http:// if it really is plain HTTP",
        )
    if "CERTIFICATE" in reason or "UNKNOWN_CA" in reason or "ACCESS_DENIED" in reason:
        return Unreachable(
            f"the server {server} refused the client certificate ({_plain(reason)})",
            hint="the certificate may have expired, or belong to another cluster",
        )
    return Unreachable(f"no TLS connection to {server}: {_plain(reason) or error}")


def _explain_certificate(
    error: ssl.SSLCertVerificationError, server: str, name: str
) -> Unreachable:
    code = error.verify_code
    if code in (62, 64):  # X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH
        return Unreachable(
            f'the certificate of {server} is not for "{name}"',
            hint="name the host that it is for with --tls-server-name",
        )
    if code in (9, 10):  # NOT_YET_VALID, HAS_EXPIRED
        when = "is not valid yet" if code == 9 else "has expired"
        return Unreachable(
            f"the certificate of {server} {when}", hint="check this machine's clock too"
        )
    if code in (2, 18, 19, 20, 21):  # no issuer found, self-signed
        return Unreachable(
            f"the certificate of {server} was signed by an unknown authority",
            hint="give its CA with --certificate-authority or in the kubeconfig",
        )
    return Unreachable(f"the certificate of {server} is not accepted: {error.verify_message}")


def _plain(reason: str) -> str:
    return reason.lower().replace("_", " ")
