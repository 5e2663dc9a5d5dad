"""``dsctl set env``: other environment variables for containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from dsctl.cli import editing as common
from dsctl.cli import options as flags
from dsctl.cli import selection
from dsctl.cli.editing import Editing
from dsctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.domain.edits import Edit
    from dsctl.domain.edits.env import Changes
    from dsctl.domain.edits.envrefs import Fetch

_SOURCES = {
    **dict.fromkeys(("configmap", "configmaps", "cm"), "ConfigMap"),
    **dict.fromkeys(("secret", "secrets"), "Secret"),
}


@dataclass(frozen=True, slots=True)
class EnvOptions:
    """What the command line of ``set env`` says."""

    editing: Editing
    specs: tuple[str, ...]
    containers: str
    overwrite: bool
    list_only: bool
    resolve: bool
    source: tuple[str, str] | None
    prefix: str
    keys: tuple[str, ...]


def set_env(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...] [KEY=VALUE|KEY-]...", show_default=False),
    ] = None,
    filename: flags.Files = None,
    kustomize: flags.Kustomize = None,
    recursive: flags.Recursive = False,
    selector: flags.Selector = None,
    everything: common.All = False,
    containers: common.Containers = "*",
    env: Annotated[
        list[str] | None,
        typer.Option("--env", "-e", metavar="KEY=VALUE", help="A variable to set (may repeat)"),
    ] = None,
    source: Annotated[
        str,
        typer.Option("--from", metavar="TYPE/NAME", help="Refer to all of configmap/x or secret/x"),
    ] = "",
    prefix: Annotated[
        str, typer.Option("--prefix", metavar="TEXT", help="Put this before the names")
    ] = "",
    keys: Annotated[
        list[str] | None,
        typer.Option("--keys", metavar="KEY", help="Only these keys of --from (may repeat)"),
    ] = None,
    list_only: Annotated[
        bool, typer.Option("--list/--no-list", help="Print the variables, with the changes")
    ] = False,
    resolve: Annotated[
        bool, typer.Option("--resolve/--no-resolve", help="With --list: print what they refer to")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite/--no-overwrite", help="Replace values that are there")
    ] = True,
    local: common.Local = False,
    output: flags.Output = None,
    dry_run: flags.DryRun = "none",
    change_cause: flags.ChangeCause = None,
    field_manager: flags.FieldManager = "dsctl-set",
    show_managed_fields: flags.ShowManagedFields = False,
) -> int:
    """Set and remove environment variables of containers: KEY=VALUE, KEY-, - for stdin.

    Examples:
      dsctl set env node-agent LOG_LEVEL=debug
      dsctl set env node-agent -c agent LOG_LEVEL-
      dsctl set env node-agent --from=configmap/settings --prefix=AGENT_
      dsctl set env node-agent --list
    """
    from dsctl.domain.edits import env as reader

    names, rest = reader.split(words or ())
    specs = (*(env or ()), *rest)
    if list_only and output:
        raise UsageError("--list and --output may not be specified together")
    if keys and not source:
        raise UsageError(
            "when specifying --keys, a configmap or secret must be provided with --from"
        )
    if not specs and not source and not list_only:
        raise UsageError("at least one environment variable must be provided")
    chosen = selection.read(
        "set env",
        names=names,
        filename=filename,
        kustomize=kustomize,
        recursive=recursive,
        selector=selector,
        everything=everything,
    )
    editing = common.read(
        chosen,
        ctx.obj,
        local=local,
        dry_run=dry_run,
        output=output,
        show_managed_fields=show_managed_fields,
        manager=field_manager,
        cause=change_cause,
    )
    return run(
        EnvOptions(
            editing=editing,
            specs=specs,
            containers=containers,
            overwrite=overwrite,
            list_only=list_only,
            resolve=resolve,
            source=_source(source),
            prefix=prefix,
            keys=flags.split(keys),
        ),
        ctx.obj,
    )


def _source(text: str) -> tuple[str, str] | None:
    """Kind and name in ``--from``. Raises UsageError."""
    if not text:
        return None
    word, _, name = text.partition("/")
    kind = _SOURCES.get(word.lower())
    if kind is None or not name:
        raise UsageError(
            f"unsupported resource specified in --from: {text}",
            hint="write configmap/NAME or secret/NAME",
        )
    return kind, name


def run(options: EnvOptions, env: Env) -> int:
    """Change the variables of each DaemonSet, or list them."""
    from functools import partial

    from dsctl.domain.edits import env as edits
    from dsctl.domain.edits import typed

    change = partial(
        edits.set_env,
        changes=_changes(options, env),
        pattern=options.containers,
        overwrite=options.overwrite,
    )
    if options.list_only:
        return _list(options, change, env)
    return common.run(options.editing, change, env, all_or_none=True, offline=typed.as_typed)


def _changes(options: EnvOptions, env: Env) -> Changes:
    from dsctl.domain.edits import env as edits

    if "-" in options.specs:
        env.stdin_is_input = True
    changes = edits.read(options.specs, env.stdin)
    if options.source is None:
        return edits.prefixed(changes, (), options.prefix)
    found = _fetcher(env, env.namespace)(*options.source)
    variables, warnings = edits.imported(found, options.keys)
    for warning in warnings:
        env.say(f"Warning: {warning}")
    return edits.prefixed(changes, variables, options.prefix)


def _fetcher(env: Env, namespace: str) -> Fetch:
    """Reads each Secret and ConfigMap once."""
    from functools import cache

    from dsctl.api.resources import CONFIG_MAPS, SECRETS

    resources = {"ConfigMap": CONFIG_MAPS, "Secret": SECRETS}

    @cache
    def fetch(kind: str, name: str) -> dict[str, object]:
        return env.cluster().read(resources[kind], name, namespace)

    return fetch


def _list(options: EnvOptions, change: Edit, env: Env) -> int:
    """Print the variables; exit 1 where a reference could not be resolved."""
    from dsctl.domain.edits import envrefs

    code = ExitCode.OK
    for target, obj in common.live_or_local(options.editing, env):
        edited = change(obj)
        for note in edited.notes:
            env.say(note)
        fetch = _fetcher(env, target.namespace) if options.resolve else None
        found = envrefs.listing(edited.obj, options.containers, fetch)
        for line in found.lines:
            env.print(common.shown(line, env))
        for note in found.notes:
            env.say(note)
        for error in found.errors:
            env.say(f"error: {error}")
            code = ExitCode.NO
    return int(code)
