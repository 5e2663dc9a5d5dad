"""Image references: the tag they name and the pull policy that follows from it.

After pkg/util/parsers.ParseImageName and distribution/reference, as far as the tag depends on it.
"""

from __future__ import annotations

from dsctl.domain.validation.names import only

_PATH = "abcdefghijklmnopqrstuvwxyz0123456789._-"
_TAG = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"


def tag_of(image: str) -> str | None:
    """The tag: ``latest`` when none and no digest is written, "" with only a digest, None when
    the reference cannot be parsed."""
    name, _, digest = image.partition("@")
    path, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        path, colon, tag = name, "", ""
    if colon and not (0 < len(tag) <= 128 and only(tag, _TAG) and tag[0] not in ".-"):
        return None
    if "@" in image and ":" not in digest:
        return None
    return None if not _repository(path) else tag or ("" if digest else "latest")


def _repository(path: str) -> bool:
    parts = path.split("/")
    if len(parts) > 1 and (
        "." in parts[0]
        or ":" in parts[0]
        or parts[0] == "localhost"
        or parts[0].lower() != parts[0]
    ):
        parts = parts[1:]
    ends = "._-"
    return all(
        part and only(part, _PATH) and part[0] not in ends and part[-1] not in ends
        for part in parts
    )


def pull_policy(image: str) -> str:
    """What imagePullPolicy defaults to."""
    return "Always" if tag_of(image) == "latest" else "IfNotPresent"
