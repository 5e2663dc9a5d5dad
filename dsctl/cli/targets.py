"""Where a document goes: its namespace, and the object as it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document


def prepared(document: Document, env: Env, *, offline: bool = False) -> tuple[dict[str, Any], str]:
    """The manifest with its namespace filled in, and that namespace.

    ``offline``: without a kubeconfig the namespace is ``default``. Raises UsageError where the
    document has no name, or ``-n`` contradicts it.
    """
    from dsctl.actions.writes import namespace_of

    namespace = namespace_of(
        document, _default_namespace(env, offline), explicit=env.flags.namespace is not None
    )
    metadata = dict(document.value.get("metadata") or {})
    if not metadata.get("name") and not metadata.get("generateName"):
        raise UsageError(
            f"{document.source}:{document.line}: the DaemonSet has no name",
            hint="set metadata.name",
        )
    metadata["namespace"] = namespace
    return {**document.value, "metadata": metadata}, namespace


def refuse_selector_changes(documents: list[Document], env: Env) -> None:
    """Look at every live object first: a changed selector stops all, before anything is sent.

    Raises AnswerIsNo for the first one.
    """
    from dsctl.actions.apply import read_or_none
    from dsctl.actions.writes import refuse_selector_change

    for document in documents:
        manifest, namespace = prepared(document, env)
        name = manifest["metadata"].get("name")
        live = read_or_none(env.cluster(), name, namespace) if name else None
        if live is not None:
            refuse_selector_change(live, manifest)


def _default_namespace(env: Env, offline: bool) -> str:
    try:
        return env.namespace
    except ConfigError:
        if not offline:
            raise
        return "default"
