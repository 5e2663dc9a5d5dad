"""The documents that ``-f`` and ``-k`` name, for commands that change something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsctl.errors import AnswerIsNo, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document


def load(
    env: Env, files: tuple[str, ...], kustomize: str | None, *, recursive: bool
) -> list[Document]:
    """Read every DaemonSet, in order; other kinds are named on stderr and passed over.

    Raises UsageError for a path that can't be read or holds no DaemonSet, ManifestError for one
    that can't be parsed, AnswerIsNo where two documents have one name: nothing is sent then.
    """
    from dsctl.manifests import sources

    env.stdin_is_input = env.stdin_is_input or "-" in files
    documents = sources.read_documents(
        files, recursive=recursive, kustomize=kustomize, stdin=env.stdin
    )
    kept, passed_over = sources.daemonsets(documents)
    if passed_over:
        names = ", ".join(
            "/".join(filter(None, (d.kind or "a document without kind", d.name)))
            for d in passed_over
        )
        env.say(f"passed over (not a DaemonSet): {names}")
    if not kept:
        where = ", ".join(files) or kustomize or "the input"
        raise UsageError(
            f"no DaemonSet in {where}", hint="dsctl handles DaemonSets; use kubectl for other kinds"
        )
    _refuse_repeated(sources.repeated(kept, env.flags.namespace or ""))
    return kept


def selected(documents: list[Document], selector: str | None) -> list[Document]:
    """The documents whose labels match ``-l``; all of them without one."""
    if selector is None:
        return documents
    from dsctl.domain.selectors import parse

    wanted = parse(selector)
    return [document for document in documents if wanted.matches(_labels(document))]


def _labels(document: Document) -> dict[str, str]:
    metadata = document.value.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return labels if isinstance(labels, dict) else {}


def _refuse_repeated(pairs: list[tuple[Document, Document]]) -> None:
    for first, again in pairs:
        raise AnswerIsNo(
            f"two documents describe daemonset {again.name!r}: "
            f"{first.source}:{first.line} and {again.source}:{again.line}",
            hint="nothing was sent; remove one of them",
        )
