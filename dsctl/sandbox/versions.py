"""Which versions a sandbox can run, and how a user may write them."""

from __future__ import annotations

from dataclasses import dataclass

from dsctl.errors import UsageError

ETCD = "v3.7.3"
KWOK = "v0.8.0"
#: Of KWOK with our repairs (``kwok_source``); the last number counts them.
KWOK_BUILD = f"{KWOK}-dsctl.2"

#: Minor version -> the release that stands for it, oldest first.
RELEASES = {
    "1.34": "v1.34.4",
    "1.35": "v1.35.4",
    "1.36": "v1.36.3",
    "1.37": "v1.37.2",
}
DEFAULT = "1.37"


@dataclass(frozen=True, slots=True)
class KubernetesVersion:
    """A Kubernetes that a sandbox can run: ``minor`` as in 1.37, ``release`` as in v1.37.2."""

    minor: str
    release: str


def resolve(text: str | None) -> KubernetesVersion:
    """The version that ``1.37``, ``v1.37``, ``1.37.2`` or ``v1.37.2`` names; None is the default.

    Raises UsageError for a version that is not offered; the hint lists those that are.
    """
    wanted = (text or DEFAULT).removeprefix("v")
    for minor, release in RELEASES.items():
        if wanted in (minor, release.removeprefix("v")):
            return KubernetesVersion(minor, release)
    offered = ", ".join(f"{minor} ({release})" for minor, release in RELEASES.items())
    raise UsageError(f"no sandbox for Kubernetes {text!r}", hint=f"offered are {offered}")
