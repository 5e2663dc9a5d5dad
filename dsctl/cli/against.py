"""What ``validate`` compares a manifest with: an old manifest, or the live object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document
    from dsctl.manifests.schema import Version

    Old = Callable[[Document], dict[str, Any] | None]


def old_manifests(paths: tuple[str, ...], env: Env) -> Old:
    """Look up the DaemonSet of the same namespace and name in the old manifests.

    Raises UsageError and ManifestError for what can't be read or parsed, and where there is no
    DaemonSet. One that is not among them comes back as None: it is new.
    """
    from dsctl.manifests.sources import daemonsets, read_documents

    kept, _ = daemonsets(read_documents(paths, stdin=env.stdin))
    if not kept:
        raise UsageError(f"--old: no DaemonSet in {', '.join(paths)}")
    known = {_key(document): document.value for document in kept}

    def old(document: Document) -> dict[str, Any] | None:
        found = known.get(_key(document))
        if found is None:
            env.say(f"{document.source}: {document.name or '(no name)'} is new: not in --old")
        return found

    return old


def live_objects(env: Env) -> Old:
    """Look up the live object; None where there is none. Raises what the API door raises."""
    from dsctl.actions.apply import read_or_none
    from dsctl.actions.writes import namespace_of

    explicit = env.flags.namespace is not None

    def old(document: Document) -> dict[str, Any] | None:
        if not document.name:
            return None
        namespace = namespace_of(document, env.namespace, explicit=explicit)
        found = read_or_none(env.cluster(), document.name, namespace)
        if found is None:
            env.say(f"{document.source}: {document.name} is new: not in namespace {namespace}")
        return found

    return old


def version_of_cluster(env: Env) -> Version:
    """The schema for the server's version: the nearest there is, with a warning if another."""
    from dsctl.manifests.schema import VERSIONS, name

    server = str(env.cluster().version().get("gitVersion", ""))
    major, _, rest = server.removeprefix("v").partition(".")
    minor = rest.partition(".")[0]
    wanted = (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)
    nearest = min(VERSIONS, key=lambda known: (known[0] != wanted[0], abs(known[1] - wanted[1])))
    if nearest != wanted:
        env.warn_local(f"no schema for the server's {server}: checking against {name(nearest)}")
    return nearest


def _key(document: Document) -> tuple[str, str | None]:
    return document.namespace or "default", document.name
