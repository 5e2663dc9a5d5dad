"""What every write to the cluster has in common: its options, and one outcome a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsctl.api.resources import DAEMONSETS
from dsctl.domain.selectors import format_label_selector
from dsctl.errors import AnswerIsNo, DsctlError, MaybeApplied, Unreachable, UsageError

if TYPE_CHECKING:
    from dsctl.api.client import Cluster
    from dsctl.manifests.documents import Document


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a write is sent. ``validation`` is Strict, Warn or Ignore; ``dry_run``: the server's.

    ``cause``: the change cause to record if the template changes (``actions.changecause``).
    """

    manager: str
    validation: str = "Strict"
    dry_run: bool = False
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What the server made of one document: the stored object and the word for what happened."""

    name: str
    operation: str
    obj: dict[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def namespace(self) -> str | None:
        """Where the object is; None for one of a manifest that names no namespace."""
        found: str | None = (self.obj.get("metadata") or {}).get("namespace")
        return found


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
    own = document.namespace
    if own and explicit and own != default:
        raise UsageError(
            f"{document.source}: the manifest says namespace {own!r}, --namespace says {default!r}",
            hint=f"leave --namespace out, or pass --namespace={own}",
        )
    return own or default


def settle(
    cluster: Cluster, manifest: dict[str, Any], namespace: str, lost: MaybeApplied
) -> dict[str, Any]:
    """Read back what a write with a lost answer did, and return the stored object.

    Only where the stored spec says all that the manifest says is the write taken as done; else
    ``lost`` is raised again: dsctl doesn't report what it doesn't know.
    """
    name = manifest["metadata"].get("name")
    if not name:
        raise lost
    try:
        live = cluster.read(DAEMONSETS, name, namespace)
    except DsctlError:
        raise lost from None
    if not contains(live.get("spec"), manifest.get("spec")):
        raise lost
    return live


def contains(whole: Any, part: Any) -> bool:
    """Whether ``whole`` (which may have defaults added) says everything that ``part`` says."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(contains(whole.get(k), v) for k, v in part.items())
    if isinstance(part, list):
        return (
            isinstance(whole, list)
            and len(whole) == len(part)
            and all(contains(w, p) for w, p in zip(whole, part, strict=True))
        )
    return bool(whole == part)


def refuse_selector_change(
    live: Mapping[str, Any], manifest: Mapping[str, Any], *, says: str = "the manifest says"
) -> None:
    """Raise AnswerIsNo where the manifest's selector differs from the live object's.

    Compared as the server compares (``ValidateImmutableField``): two spellings of one selector
    are a change too. A manifest without a selector, or with one that is none, is left to the
    server.
    """
    if same_selector(live, manifest):
        return
    old, new = (live.get("spec") or {}).get("selector"), manifest["spec"]["selector"]
    try:
        before, after = format_label_selector(old), format_label_selector(new)
    except (TypeError, AttributeError):  # a map or a list that is none
        return
    name = live["metadata"]["name"]
    raise AnswerIsNo(
        f'daemonsets.apps "{name}": spec.selector is immutable: it is {before}, {says} {after}',
        hint=f"keep the selector, or move the pods to the new one without a restart: dsctl "
        f"migrate-selector {name} -f FILE (by hand: dsctl delete {name} --cascade=orphan, then "
        "dsctl adopt -f FILE)",
    )


def same_selector(live: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    """Whether the server would take the manifest's selector for the live one, or judge it itself.

    The latter where the manifest has none.
    """
    old = (live.get("spec") or {}).get("selector")
    spec = manifest.get("spec")
    new = spec.get("selector") if isinstance(spec, dict) else None
    return not isinstance(new, dict) or _parts(old) == _parts(new)


def _parts(selector: Any) -> tuple[Any, ...]:
    selector = selector if isinstance(selector, dict) else {}
    listed = selector.get("matchExpressions")
    expressions = [
        (e.get("key"), e.get("operator"), e.get("values") or [])
        for e in (listed if isinstance(listed, list) else ())
        if isinstance(e, dict)
    ]
    return selector.get("matchLabels") or {}, expressions
