"""The kubeconfig of a sandbox: a file of its own, never the user's."""

from __future__ import annotations

import base64
import os

from dsctl.sandbox.paths import ClusterPaths
from dsctl.sandbox.record import Record

_TEMPLATE = """\
apiVersion: v1
kind: Config
clusters:
- name: {name}
  cluster:
    server: {server}
    certificate-authority-data: {ca}
users:
- name: {name}
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
contexts:
- name: {name}
  context:
    cluster: {name}
    user: {name}
current-context: {name}
"""


def write(paths: ClusterPaths, record: Record) -> None:
    """Write it with its keys inside, so that it can be copied; readable by the user alone.

    Cluster, user and context are all named ``sandbox-NAME``.
    """
    text = _TEMPLATE.format(
        name=f"sandbox-{paths.name}",
        server=record.endpoint,
        ca=_data(paths, "ca.crt"),
        certificate=_data(paths, "admin.crt"),
        key=_data(paths, "admin.key"),
    )
    draft = paths.kubeconfig.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(paths.kubeconfig)


def _data(paths: ClusterPaths, file: str) -> str:
    return base64.b64encode((paths.pki / file).read_bytes()).decode()
