"""Feature gates by Kubernetes version, as far as they change a DaemonSet's validation.

From pkg/features/kube_features.go of v1.34.4, v1.35.4, v1.36.3 and v1.37.2. Gates that are on in
all four are not listed; what they guard is plain validation here. Fields whose gate is off in
all four are dropped by the server without a word, so ``shapes`` leaves them out (DROPPED), but for
stopSignal, which takes an otherwise empty lifecycle with it.
"""

from __future__ import annotations

OLDEST = (1, 34)
NEWEST = (1, 37)

_ON_SINCE: dict[str, tuple[int, int]] = {
    "ContainerRestartRules": (1, 35),
    "EnvFiles": (1, 35),
    "HostnameOverride": (1, 35),
    "ImageVolume": (1, 35),
    "RestartAllContainersOnContainerExits": (1, 36),
    "StrictIPCIDRValidation": (1, 36),
    "ClusterTrustBundleProjection": (1, 37),
    "PodCertificateRequest": (1, 37),
    "SELinuxMount": (1, 37),
}

# What a version drops if it knows the field but not yet this gate: struct, field, gate.
GATED: tuple[tuple[str, str, str], ...] = (
    ("Container", "restartPolicyRules", "ContainerRestartRules"),
    ("EnvVarSource", "fileKeyRef", "EnvFiles"),
    ("PodSpec", "hostnameOverride", "HostnameOverride"),
    ("Volume", "image", "ImageVolume"),
    ("VolumeProjection", "clusterTrustBundle", "ClusterTrustBundleProjection"),
    ("VolumeProjection", "podCertificate", "PodCertificateRequest"),
)

# Struct, field and gate of what every known version drops.
DROPPED: tuple[tuple[str, str, str], ...] = (
    ("Lifecycle", "stopSignal", "ContainerStopSignals"),
    ("PodSpec", "schedulingGroup", "GenericWorkload"),
    ("PodSpec", "workloadRef", "GenericWorkload"),
    ("PodSpec", "evictionResponders", "EvictionRequestAPI"),
    ("HTTPGetAction", "protocol", "H2CContainerProbe"),
    ("GRPCAction", "mode", "GRPCContainerProbeTLS"),
    ("VolumeMount", "bindMountOptions", "VolumeBindMountOptions"),
    ("EmptyDirVolumeSource", "mode", "EmptyDirVolumeMode"),
    ("ConfigMapVolumeSource", "defaultUser", "AtomicWriteVolumeUserFields"),
    ("SecretVolumeSource", "defaultUser", "AtomicWriteVolumeUserFields"),
    ("DownwardAPIVolumeSource", "defaultUser", "AtomicWriteVolumeUserFields"),
    ("ProjectedVolumeSource", "defaultUser", "AtomicWriteVolumeUserFields"),
    ("KeyToPath", "user", "AtomicWriteVolumeUserFields"),
    ("DownwardAPIVolumeFile", "user", "AtomicWriteVolumeUserFields"),
    ("ClusterTrustBundleProjection", "user", "AtomicWriteVolumeUserFields"),
    ("PodCertificateProjection", "user", "AtomicWriteVolumeUserFields"),
    ("ServiceAccountTokenProjection", "user", "AtomicWriteVolumeUserFields"),
)


def gates(version: tuple[int, int]) -> frozenset[str]:
    """The gates on in ``version``; an older or newer version counts as the nearest known one."""
    known = min(max(version, OLDEST), NEWEST)
    return frozenset(name for name, since in _ON_SINCE.items() if since <= known)
