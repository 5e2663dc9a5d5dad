"""Which DaemonSets a command is about: names, files, a selector, or all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsctl.cli.options import selector as checked_selector
from dsctl.cli.options import split
from dsctl.errors import UsageError

if TYPE_CHECKING:
    from dsctl.actions.targets import Target
    from dsctl.cli.env import Env
    from dsctl.manifests.documents import Document


@dataclass(frozen=True, slots=True)
class Selection:
    """One way to say which: only combinations that kubectl takes too can be made."""

    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    kustomize: str | None = None
    recursive: bool = False
    selector: str | None = None
    field_selector: str | None = None
    everything: bool = False
    all_namespaces: bool = False

    @property
    def from_files(self) -> bool:
        """Whether ``-f`` or ``-k`` says which."""
        return bool(self.files or self.kustomize)

    @property
    def listed(self) -> bool:
        """Whether the server is asked which there are."""
        return not self.names and not self.from_files


def read(
    command: str,
    *,
    names: list[str] | None = None,
    filename: list[str] | None = None,
    kustomize: str | None = None,
    recursive: bool = False,
    selector: str | None = None,
    field_selector: str | None = None,
    everything: bool | None = None,
    all_namespaces: bool = False,
    needs_one: bool = True,
) -> Selection:
    """Check the flags as kubectl's resource builder does. Raises UsageError.

    ``everything`` is ``--all``, None where the command has no such flag; ``needs_one``: no
    selection at all is refused.
    An empty ``-l`` counts as not given: an unset variable in a script must not select everything.
    """
    found = Selection(
        names=tuple(names or ()),
        files=split(filename),
        kustomize=kustomize or None,
        recursive=recursive,
        selector=checked_selector((selector or "").strip() or None),
        field_selector=(field_selector or "").strip() or None,
        everything=bool(everything),
        all_namespaces=all_namespaces,
    )
    _refuse_conflicts(found)
    if needs_one and not (
        found.names
        or found.from_files
        or found.selector
        or found.field_selector
        or found.everything
    ):
        ways = "names, -f or -l" if everything is None else "names, -f, -l or --all"
        raise UsageError(
            f"{command} needs to know which DaemonSets: {ways}", hint=f"see: dsctl {command} --help"
        )
    return found


def _refuse_conflicts(found: Selection) -> None:
    if found.files and found.kustomize:
        raise UsageError("only one of -f or -k can be specified")
    if found.kustomize and found.recursive:
        raise UsageError("the -k flag can't be used with -f or -R")
    if found.everything and found.selector:
        raise UsageError("cannot set --all and --selector at the same time")
    if found.everything and found.field_selector:
        raise UsageError("cannot set --all and --field-selector at the same time")
    if found.from_files:
        if found.names:
            raise UsageError("name cannot be provided when a path is specified")
        if found.field_selector or found.all_namespaces:
            flag = "--field-selector" if found.field_selector else "--all-namespaces"
            raise UsageError(f"{flag} does not go with -f or -k")
    elif found.names:
        if found.selector or found.field_selector or found.everything:
            raise UsageError("name cannot be provided when a selector is specified")
        if found.all_namespaces:
            raise UsageError("a resource cannot be retrieved by name across all namespaces")
        if "" in found.names:
            raise UsageError("resource name may not be empty")


def targets(found: Selection, env: Env) -> list[Target]:
    """The DaemonSets that are meant, in order.

    Names and files are not looked up: whoever acts on them learns whether they exist. Raises what
    ``inputs.load`` and the API door raise.
    """
    from dsctl.actions import targets as action

    if found.names:
        return [action.Target(env.namespace, name) for name in found.names]
    if found.from_files:
        return _from_files(found, env)
    return action.listed(
        env.cluster(),
        env.namespace,
        all_namespaces=found.all_namespaces,
        label_selector=found.selector,
        field_selector=found.field_selector,
    )


def _from_files(found: Selection, env: Env) -> list[Target]:
    from dsctl.cli import inputs

    documents = inputs.load(env, found.files, found.kustomize, recursive=found.recursive)
    return [_target(d, env) for d in inputs.selected(documents, found.selector)]


def _target(document: Document, env: Env) -> Target:
    from dsctl.actions.targets import Target
    from dsctl.actions.writes import namespace_of

    explicit = env.flags.namespace is not None
    namespace = namespace_of(document, env.namespace, explicit=explicit)
    if not document.name:
        raise UsageError(
            f"{document.source}:{document.line}: the DaemonSet has no name",
            hint="set metadata.name",
        )
    return Target(namespace, document.name, source=document.source)
