"""Operators on mounts and devices. Drawn from ValidateVolumeMounts and ValidateVolumeDevices."""

from __future__ import annotations

from tests.cluster.mutators.engine import Operator, append, both, put
from tests.cluster.mutators.volumes import PATHS

# fmt: off
OPERATORS: list[Operator] = [
    append("mount", "ctr.volumeMounts",
           {}, {"name": "nowhere", "mountPath": "/x"}, {"mountPath": "/x"},
           {"name": "nowhere", "mountPath": ""}),
    *(put(f"mount-{field}", f"ctr.volumeMounts.*.{field}", *values) for field, values in (
        ("name", ("nowhere", "")), ("mountPath", ("", "rel", "/a:b", "/host/proc", "/csi")),
        ("subPath", PATHS), ("subPathExpr", PATHS),
        ("mountPropagation", ("Bidirectional", "none", "", "None", "HostToContainer")),
        ("recursiveReadOnly", ("Enabled", "Disabled", "Maybe", "IfPossible", "")),
        ("bindMountOptions", (["noexec"], ["bogus"])))),
    append("device", "ctr.volumeDevices",
           {}, {"name": "nowhere", "devicePath": "/dev/x"}, {"name": "block", "devicePath": ""},
           {"name": "scratch", "devicePath": "/dev/x"}, {"name": "block", "devicePath": "/a/../b"},
           {"name": "claim", "devicePath": "/dev/x"}, {"name": "block", "devicePath": "/scratch"}),
    both("mount-twice",
         (put("", "ctr.volumeMounts.*.subPath", "a"),
          put("", "ctr.volumeMounts.*.subPathExpr", "b")),
         (put("", "ctr.volumeMounts.*.readOnly", True),
          put("", "ctr.volumeMounts.*.recursiveReadOnly", "Enabled"))),
]
