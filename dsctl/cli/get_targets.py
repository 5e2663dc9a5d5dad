"""Which DaemonSets ``get`` was asked for: by name, by file, or as a list; and what was missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dsctl.cli.reporting import report
from dsctl.errors import DsctlError, NotFound, Unreachable

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.cli.get import GetOptions


class Target(NamedTuple):
    """One DaemonSet asked for by name."""

    namespace: str
    name: str


def named(options: GetOptions, env: Env) -> list[Target] | None:
    """The targets by name or file; None where a list was asked for."""
    if options.names:
        return [Target(env.namespace, name) for name in options.names]
    if not options.files and not options.kustomize:
        return None
    from dsctl.cli import inputs
    from dsctl.cli.targets import prepared

    documents = inputs.load(env, options.files, options.kustomize, recursive=options.recursive)
    prepared_documents = (prepared(document, env) for document in documents)
    return [Target(namespace, obj["metadata"]["name"]) for obj, namespace in prepared_documents]


def read_each(
    targets: list[Target],
    read: Callable[[Target], dict[str, Any]],
    *,
    ignore_not_found: bool,
    failures: list[DsctlError],
) -> Iterator[dict[str, Any]]:
    """Read the targets in turn; what is refused goes to ``failures``, the rest goes on.

    Raises Unreachable at once: no other target would fare better.
    """
    for target in targets:
        try:
            yield read(target)
        except Unreachable:
            raise
        except NotFound as error:
            if not ignore_not_found:
                failures.append(error)
        except DsctlError as error:
            failures.append(error)


def end(failures: list[DsctlError], env: Env) -> int:
    """Report what failed; the exit code of the worst."""
    return max((report(error, env) for error in failures), default=0)


def say_nothing_found(options: GetOptions, env: Env) -> None:
    """kubectl's words for an empty list, on stderr."""
    if options.all_namespaces:
        env.say("No resources found")
    else:
        env.say(f"No resources found in {env.namespace} namespace.")
