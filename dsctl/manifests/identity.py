"""Whether a document is a DaemonSet of this API at all: its kind and its apiVersion."""

from __future__ import annotations

from collections.abc import Iterator

from dsctl.domain.findings import Finding, Severity
from dsctl.manifests.documents import Document

CURRENT = "apps/v1"

#: Where DaemonSets lived until Kubernetes 1.16, and what changes with the move to apps/v1.
REMOVED = {
    "extensions/v1beta1": "use apps/v1; it needs spec.selector, knows no spec.templateGeneration, "
    "and rolls by itself: say updateStrategy.type OnDelete to keep what this one did",
    "apps/v1beta1": "use apps/v1",
    "apps/v1beta2": "use apps/v1; nothing else has to change",
}
_OUR_GROUPS = frozenset({"apps", "extensions", ""})


def is_daemonset(document: Document) -> bool:
    """Whether it is a DaemonSet of Kubernetes itself, in any apiVersion and any spelling.

    A DaemonSet of another group (such as apps.kruise.io) is another kind.
    """
    kind = document.kind
    if kind is None or kind.lower() not in ("daemonset", "daemonsets"):
        return False
    api_version = document.api_version or ""
    group = api_version.partition("/")[0] if "/" in api_version else ""
    return group in _OUR_GROUPS


def missing_identity(document: Document) -> Finding | None:
    """What keeps an object from being any kind at all: no kind, or no apiVersion."""
    for key in ("kind", "apiVersion"):
        found = document.value.get(key)
        if isinstance(found, str) and found:
            continue
        message = f"{key} is not set" if found in (None, "") else f"{key} is not a string"
        return document.finding(Severity.ERROR, "object-kind", key, message)
    return None


def wrong_identity(document: Document) -> Iterator[Finding]:
    """What is wrong with the kind and apiVersion of a document that means to be a DaemonSet."""
    kind, api_version = document.kind, document.api_version or ""
    if kind != "DaemonSet":
        message = f'no matches for kind "{kind}" in version "{api_version}"'
        hint = "did you mean DaemonSet?"
        yield document.finding(Severity.ERROR, "kind-unknown", "kind", message, hint)
    if api_version == CURRENT:
        return
    if not api_version:
        missing = missing_identity(document)
        if missing is not None and document.value.get("apiVersion") in (None, ""):
            yield missing  # one of a wrong type is the schema's to tell
        return
    message = f'no matches for kind "DaemonSet" in version "{api_version}"'
    if api_version in REMOVED:
        message = f"{message}: removed in Kubernetes 1.16"
        rule, hint = "api-version-removed", REMOVED[api_version]
    else:
        rule, hint = "api-version-unknown", "a DaemonSet is in apps/v1"
    yield document.finding(Severity.ERROR, rule, "apiVersion", message, hint)
