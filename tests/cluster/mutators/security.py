"""Operators on security contexts, operating systems and host namespaces.

Drawn from ValidateSecurityContext, validatePodSpecSecurityContext, validateOS and
validateHostUsers.
"""

from __future__ import annotations

from typing import Any

from tests.cluster.mutators.engine import Operator, both, merge, put

# fmt: off
_IDS = (-1, 0, 2147483647, 2147483648)
_SECCOMP: tuple[dict[str, Any], ...] = (
    {}, {"type": "runtimedefault"}, {"type": "Localhost"}, {"type": "Unconfined"},
    {"type": "Localhost", "localhostProfile": "/abs"},
    {"type": "Localhost", "localhostProfile": "a/../b"},
    {"type": "Localhost", "localhostProfile": ""},
    {"type": "RuntimeDefault", "localhostProfile": "x"}, {"type": ""},
)
_APP_ARMOR: tuple[dict[str, Any], ...] = (
    {}, {"type": "complain"}, {"type": "Localhost"}, {"type": "Localhost", "localhostProfile": ""},
    {"type": "Localhost", "localhostProfile": " p"}, {"type": "Localhost", "localhostProfile": "p"},
    {"type": "Localhost", "localhostProfile": "p" * 4096}, {"type": "RuntimeDefault"},
    {"type": "Unconfined", "localhostProfile": "p"}, {"type": "Localhost", "localhostProfile": " "},
)
_WINDOWS: tuple[dict[str, Any], ...] = (
    {}, {"gmsaCredentialSpecName": "A b"}, {"gmsaCredentialSpec": ""},
    {"gmsaCredentialSpec": "x" * 65537}, {"hostProcess": True}, {"hostProcess": False},
    *({"runAsUserName": name} for name in (
        "", "a\\b\\c", "\\user", "domain\\", "a" * 105, "...", "a|b", "a\tb", "NT SERVICE\\x",
        ".dot\\u", "x" * 256 + "\\u", "my-domain.example.com\\u", "bad*domain\\u", "ok", "@u")),
)

OPERATORS: list[Operator] = [
    *(put(f"pod-{field}", f"pod.securityContext.{field}", *_IDS)
      for field in ("runAsUser", "runAsGroup", "fsGroup")),
    *(put(f"container-{field}", f"ctr.securityContext.{field}", *_IDS)
      for field in ("runAsUser", "runAsGroup")),
    put("supplemental-groups", "pod.securityContext.supplementalGroups", *([i] for i in _IDS), []),
    put("pod-seccomp", "pod.securityContext.seccompProfile", *_SECCOMP),
    put("container-seccomp", "ctr.securityContext.seccompProfile", *_SECCOMP),
    put("pod-apparmor", "pod.securityContext.appArmorProfile", *_APP_ARMOR),
    put("container-apparmor", "ctr.securityContext.appArmorProfile", *_APP_ARMOR),
    put("pod-windows", "pod.securityContext.windowsOptions", *_WINDOWS),
    put("container-windows", "ctr.securityContext.windowsOptions", *_WINDOWS),
    put("os", "pod.os", {}, {"name": "linux"}, {"name": "windows"}, {"name": "Linux"},
        {"name": ""}),
    *(put(f"pod-{field}", f"pod.securityContext.{field}", *values) for field, values in (
        ("fsGroupChangePolicy", ("Never", "Always", "")),
        ("supplementalGroupsPolicy", ("merge", "Merge", "")),
        ("seLinuxChangePolicy", ("MountOption", "Recursive", "Once", "")))),
    put("sysctls", "pod.securityContext.sysctls", [], [{}], [{"name": "A.b", "value": "1"}],
        [{"name": "kernel.shm_rmid_forced", "value": "1"}] * 2,
        [{"name": "net/ipv4/x", "value": ""}], [{"name": "net.ipv4.tcp_syncookies", "value": "1"}],
        [{"name": "fs.mqueue.x", "value": "1"}], [{"name": "a..b", "value": "1"}],
        [{"name": "x" * 254, "value": "1"}], [{"name": "kernel.msgmax", "value": "1"}],
        [{"name": "a-", "value": "1"}]),
    both("host-sysctl",
         (put("", "pod.hostNetwork", True),
          put("", "pod.securityContext.sysctls", [{"name": "net.core.somaxconn", "value": "1"}])),
         (put("", "pod.hostIPC", True),
          put("", "pod.securityContext.sysctls", [{"name": "kernel.sem", "value": "1"}])),
         (put("", "pod.hostIPC", True),
          put("", "pod.securityContext.sysctls", [{"name": "net.core.somaxconn", "value": "1"}]))),
    put("proc-mount", "ctr.securityContext.procMount", "Unmasked", "Default", "unmasked", ""),
    merge("no-escalation", "ctr.securityContext",
          {"allowPrivilegeEscalation": False, "privileged": True},
          {"allowPrivilegeEscalation": False, "capabilities": {"add": ["CAP_SYS_ADMIN"]}},
          {"allowPrivilegeEscalation": False, "capabilities": {"add": ["SYS_ADMIN"]}},
          {"allowPrivilegeEscalation": True, "privileged": True}, {"privileged": True}),
    *(put(f"pod-{field}", f"pod.{field}", True, False) for field in (
        "hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace",
        "setHostnameAsFQDN")),
    both("host-users",
         *((put("", "pod.hostUsers", False), put("", f"pod.{field}", True))
           for field in ("hostNetwork", "hostPID", "hostIPC")),
         (put("", "pod.hostPID", True), put("", "pod.shareProcessNamespace", True))),
]
