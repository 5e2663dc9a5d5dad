"""The place to change for a path of the server, where that is not the path's own place.

Some of the server's paths name no field of the manifest (``spec.template.labels``,
``spec.HostPID``), and some errors are shown at the field that is right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsctl.manifests.documents import Document

_TEMPLATE_META = re.compile(r"spec\.template\.(labels|annotations)(?![A-Za-z])")
_POD_FIELD = re.compile(r"spec\.(Host(?:PID|IPC|Network))$")


def locate(document: Document, path: str) -> tuple[int, int]:
    """Line and column of what the user must change for a finding at ``path``."""
    positions = document.positions
    if path == "spec.template.metadata.labels" and positions.find("spec.selector") is None:
        return positions.lookup("spec")
    place = positions.find(path)
    if place is not None:
        return place
    path = _TEMPLATE_META.sub(r"spec.template.metadata.\1", path)
    match = _POD_FIELD.fullmatch(path)
    if match:
        path = f"spec.template.spec.h{match[1][1:]}"
    return positions.lookup(path)
