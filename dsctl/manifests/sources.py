"""The documents that ``-f`` and ``-k`` name: for validation as they are, for changes or not at all.

``scan`` goes on past what can't be read; ``read_documents`` is for commands that change something
and raises at the first thing wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from dsctl.domain.excerpt import numbered
from dsctl.domain.findings import Severity
from dsctl.errors import ManifestError, UsageError
from dsctl.manifests.documents import Document, decode
from dsctl.manifests.identity import is_daemonset, missing_identity
from dsctl.manifests.paths import Inputs, read_sources

__all__ = ["daemonsets", "is_daemonset", "read_documents", "repeated", "scan"]


def scan(inputs: Inputs, stdin: IO[str] | None = None) -> Iterator[Document | UsageError]:
    """Every document in turn, broken ones too, and an error for each path that can't be read.

    One file at a time is in memory. Raises UsageError where nothing is named.
    """
    inputs.check()
    for name, data in read_sources(inputs, stdin):
        if isinstance(data, UsageError):
            yield data
        else:
            yield from decode(data, name)


def read_documents(
    paths: Sequence[str],
    *,
    recursive: bool = False,
    kustomize: str | None = None,
    stdin: IO[str] | None = None,
) -> list[Document]:
    """Every document, in order.

    Raises UsageError for a path that can't be read, and ManifestError, with file, line, column
    and the line itself, for text that is no Kubernetes object. A repeated key is left to the
    server to judge: ``findings`` of the document tells of it.
    """
    documents = []
    for document in scan(Inputs(paths, recursive, kustomize), stdin):
        if isinstance(document, UsageError):
            raise document
        _raise_if_broken(document)
        documents.append(document)
    return documents


def daemonsets(documents: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """The DaemonSets, and the documents of other kinds, each in order."""
    kept: list[Document] = []
    passed_over: list[Document] = []
    for document in documents:
        (kept if is_daemonset(document) else passed_over).append(document)
    return kept, passed_over


def repeated(
    documents: Iterable[Document], default_namespace: str = ""
) -> list[tuple[Document, Document]]:
    """Pairs of documents of one namespace and name: the first, and one that repeats it.

    ``default_namespace`` is where a document without one goes. Nameless ones repeat nothing.
    """
    first: dict[tuple[str, str], Document] = {}
    pairs: list[tuple[Document, Document]] = []
    for document in documents:
        if not document.name:
            continue
        key = (document.namespace or default_namespace, document.name)
        before = first.setdefault(key, document)
        if before is not document:
            pairs.append((before, document))
    return pairs


def _raise_if_broken(document: Document) -> None:
    errors = [
        finding
        for finding in document.findings
        if finding.severity is Severity.ERROR and finding.rule != "key-duplicate"
    ]
    problem = errors[0] if errors else missing_identity(document)
    if problem is None:
        return
    line, column = problem.line or 1, problem.column or 1
    raise ManifestError(
        f"{document.source}: line {line}, column {column}: {problem.message}",
        hint=problem.hint,
        detail=numbered(line, problem.excerpt or "", problem.caret),
    )
