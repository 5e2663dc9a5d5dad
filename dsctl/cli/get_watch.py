"""``get -w``: what is there, then every change as a row or an object, until interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.api.resources import DAEMONSETS
from dsctl.cli import get_rows, get_targets
from dsctl.errors import NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dsctl.api.follow import Change
    from dsctl.cli.env import Env
    from dsctl.cli.get import GetOptions


def run(options: GetOptions, env: Env) -> int:
    """Show the first list (unless --watch-only), then what changes. Raises NotFound for NAME."""
    targets = get_targets.named(options, env)
    if targets is not None and len(targets) != 1:
        raise UsageError("watch takes one DaemonSet, or a list of them")
    target = targets[0] if targets else None
    cluster = env.cluster()
    if target is not None:
        try:
            cluster.read(DAEMONSETS, target.name, target.namespace)
        except NotFound:
            if options.ignore_not_found:
                return 0
            raise
    as_rows = options.output in (None, "", "wide", "csv")
    following = cluster.follow(
        DAEMONSETS,
        None if options.all_namespaces else target.namespace if target else env.namespace,
        name=target.name if target else None,
        all_namespaces=options.all_namespaces,
        label_selector=options.selector,
        field_selector=options.field_selector,
        table="Object" if as_rows else None,
        on_trouble=lambda error: env.warn_local(error.message),
        sleep=env.sleep,
    )
    show = _rows(options, env, following) if as_rows else _objects(options, env)
    with following:
        for count, batch in enumerate(following):
            if count or not options.watch_only:
                show(batch)
                env.stdout.flush()
    return 0


def _rows(options: GetOptions, env: Env, following: Any) -> Callable[[list[Change]], None]:
    printer = get_rows.printer(options, env)

    def show(batch: list[Change]) -> None:
        if not options.watch_events:
            rows = [change.object for change in batch]
            printer.print({"columnDefinitions": following.columns, "rows": rows})
            return
        for change in batch:
            table = {"columnDefinitions": following.columns, "rows": [change.object]}
            printer.print(table, event=change.type)

    return show


def _objects(options: GetOptions, env: Env) -> Callable[[list[Change]], None]:
    from dsctl.render import output as printers

    if options.neat:
        from dsctl.domain.neat import neat

    form = printers.parse(options.output or "")
    if form.name.startswith("custom-columns"):
        return _columns(options, env, form)
    shown = 0

    def show(batch: list[Change]) -> None:
        nonlocal shown
        for change in batch:
            shown += 1
            obj = neat(change.object) if options.neat else change.object
            if options.watch_events:
                printers.print_event(change.type, obj, form, env.stdout, first=shown == 1)
                continue
            printers.print_objects(
                [obj],
                form,
                env.stdout,
                show_managed_fields=options.show_managed_fields,
                is_list=False,
                first=shown == 1,
                no_headers=not options.headers,
            )

    return show


def _columns(options: GetOptions, env: Env, form: Any) -> Callable[[list[Change]], None]:
    """Columns are aligned over a whole batch, and stay as wide: kubectl keeps one tabwriter."""
    from dsctl.domain.neat import neat
    from dsctl.render import output as printers

    widths: list[int] = []
    headers = options.headers

    def show(batch: list[Change]) -> None:
        nonlocal headers
        if not batch:
            return
        objects = [neat(change.object) if options.neat else change.object for change in batch]
        if options.watch_events:
            changes = zip(batch, objects, strict=True)
            objects = [{"type": change.type, "object": obj} for change, obj in changes]
        printers.print_rows(objects, form, env.stdout, widths, headers=headers)
        headers = False

    return show
