"""Where a document goes: its namespace, and the object as it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document


def prepared(
    document: Document, env: Env, *, offline: bool = False, generated: bool = False
) -> tuple[dict[str, Any], str]:
    """The manifest with its namespace filled in, and that namespace.

    ``offline``: without a kubeconfig the namespace is ``default``; ``generated``: a generateName
    will do for a name. Raises UsageError where the document has no name, or ``-n`` contradicts it.
    """
    from dsctl.actions.writes import namespace_of

    namespace = namespace_of(
        document, _default_namespace(env, offline), explicit=env.flags.namespace is not None
    )
    found = document.value.get("metadata") or {}
    metadata = dict(found) if isinstance(found, dict) else {}
    # What is no text but a name all the same is the server's to refuse, where it is only sent.
    named = metadata.get("name") or metadata.get("generateName") if generated else document.name
    if not named:
        raise UsageError(
            f"{document.source}:{document.line}: the DaemonSet has no name",
            hint="set metadata.name",
        )
    metadata["namespace"] = namespace
    return {**document.value, "metadata": metadata}, namespace


def refuse_selector_changes(documents: list[Document], env: Env) -> list[Document]:
    """Look at every live object first: a changed selector stops all, before anything is sent.

    Returns the documents of which there is no object yet. Raises AnswerIsNo for the first one.
    """
    from dsctl.actions.apply import read_or_none
    from dsctl.actions.writes import refuse_selector_change

    new = []
    for document in documents:
        manifest, namespace = prepared(document, env)
        live = read_or_none(env.cluster(), manifest["metadata"]["name"], namespace)
        if live is None:
            new.append(document)
        else:
            refuse_selector_change(live, manifest)
    return new


def warn_of_orphans(manifest: dict[str, Any], namespace: str, env: Env) -> None:
    """Of pods without a controller that a DaemonSet which is to be created adopts."""
    from dsctl.actions.adopt import orphans_warning

    if (warning := orphans_warning(env.cluster(), manifest, namespace)) is not None:
        env.warn_local(warning)


def _default_namespace(env: Env, offline: bool) -> str:
    try:
        return env.namespace
    except ConfigError:
        if not offline:
            raise
        return "default"
