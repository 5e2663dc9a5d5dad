"""What every write to the cluster has in common: its options, and one outcome a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.errors import DsctlError, Unreachable

if TYPE_CHECKING:
    from dsctl.manifests.documents import Document


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a write is sent. ``validation`` is Strict, Warn or Ignore; ``dry_run``: the server's."""

    manager: str
    validation: str = "Strict"
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What the server made of one document: the stored object and the word for what happened."""

    name: str
    operation: str
    obj: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """One document that was refused, and why."""

    document: Document
    error: DsctlError


@dataclass(frozen=True, slots=True)
class NotSent:
    """Documents that were never sent, since the server went away before their turn."""

    documents: tuple[Document, ...]


def each(
    documents: Iterable[Document], write: Callable[[Document], Done]
) -> Iterator[Done | Failed | NotSent]:
    """Write the documents one by one, as kubectl does: a refusal does not stop the others.

    A server that can't be reached ends it: the rest comes back as one NotSent.
    """
    waiting = list(documents)
    while waiting:
        document = waiting.pop(0)
        try:
            yield write(document)
        except Unreachable as error:
            yield Failed(document, error)
            if waiting:
                yield NotSent(tuple(waiting))
            return
        except DsctlError as error:
            yield Failed(document, error)


def namespace_of(document: Document, default: str, *, explicit: bool) -> str:
    """The namespace that a document goes to: its own, else ``default``.

    Raises UsageError where ``-n`` was given and the document names another one (as kubectl).
    """
    from dsctl.errors import UsageError

    own = document.namespace
    if own and explicit and own != default:
        raise UsageError(
            f"{document.source}: the manifest says namespace {own!r}, --namespace says {default!r}",
            hint=f"leave --namespace out, or pass --namespace={own}",
        )
    return own or default
