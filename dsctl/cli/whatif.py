"""The flags of ``why`` and ``plan`` that change nodes on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dsctl.cli.options import split
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.whatif import Edit, Edits

LabelNode = Annotated[
    list[str] | None,
    typer.Option(
        "--label-node", metavar="NODE=KEY=VALUE", help="What if the node had this label; may repeat"
    ),
]
UnlabelNode = Annotated[
    list[str] | None,
    typer.Option("--unlabel-node", metavar="NODE=KEY", help="… lacked this label; may repeat"),
]
TaintNode = Annotated[
    list[str] | None,
    typer.Option(
        "--taint-node",
        metavar="NODE=KEY=VALUE:EFFECT",
        help="… had this taint (- after it: lacked it); may repeat",
    ),
]
Cordon = Annotated[
    list[str] | None,
    typer.Option("--cordon", metavar="NODE", help="… were cordoned; may repeat"),
]
AddNode = Annotated[
    list[str] | None,
    typer.Option(
        "--add-node", metavar="FILE", help="What if the nodes of this file joined; may repeat"
    ),
]


def edits(
    *,
    label_node: list[str] | None,
    unlabel_node: list[str] | None,
    taint_node: list[str] | None,
    cordon: list[str] | None,
) -> tuple[Edit, ...]:
    """Read the flags. Raises UsageError for one that can't be read."""
    if not (label_node or unlabel_node or taint_node or cordon):
        return ()
    from dsctl.domain import whatif

    found: list[Edit] = []
    found += _read("--label-node", label_node, whatif.label)
    found += _read("--unlabel-node", unlabel_node, whatif.unlabel)
    found += _read("--taint-node", taint_node, whatif.taint)
    found += [whatif.CordonEdit(node) for node in split(cordon)]
    return tuple(found)


def with_added(edits: tuple[Edit, ...], files: tuple[str, ...], env: Env) -> Edits:
    """The edits with the Node objects of ``--add-node``.

    Raises UsageError for a file that can't be read or holds no Node.
    """
    from dsctl.domain.whatif import NO_EDITS, Edits

    if not edits and not files:
        return NO_EDITS
    added: list[dict[str, Any]] = []
    for path in files:
        added += _nodes(path, env)
    return Edits(edits, tuple(added))


def _read(flag: str, texts: Iterable[str] | None, read: Callable[[str], Edit]) -> Iterable[Edit]:
    for text in texts or ():
        try:
            yield read(text)
        except ValueError as error:
            raise UsageError(f"{flag}: {error}") from None


def _nodes(path: str, env: Env) -> list[dict[str, Any]]:
    from dsctl.api.saved import shaped
    from dsctl.domain.nodes import allocatable, name
    from dsctl.domain.quantity import QuantityError
    from dsctl.domain.requests import as_amounts
    from dsctl.manifests import sources

    env.stdin_is_input = env.stdin_is_input or path == "-"
    documents = sources.read_documents([path], stdin=env.stdin)
    found = [
        shaped(document.value, "Node", f"--add-node: {path}")
        for document in documents
        if document.kind == "Node" and document.name
    ]
    if not found:
        raise UsageError(
            f"--add-node: {path} holds no Node",
            hint="kubectl get node NODE -o yaml prints one to start from",
        )
    for node in found:
        try:
            as_amounts(allocatable(node))
        except QuantityError as error:
            raise UsageError(
                f"--add-node: {path}: allocatable of node {name(node)!r}: {error}"
            ) from None
    return found
