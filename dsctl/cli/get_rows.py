"""``get`` for people: kubectl's rows with dsctl's STATUS, and one DaemonSet node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsctl.api.resources import DAEMONSETS
from dsctl.cli import get_targets
from dsctl.domain.health import Health, health
from dsctl.errors import DsctlError
from dsctl.render.servertable import ServerTablePrinter
from dsctl.render.style import Style, Styled

if TYPE_CHECKING:
    from dsctl.cli.env import Env
    from dsctl.cli.get import GetOptions
    from dsctl.domain.nodetable import NodeTable

_HEALTH_STYLES = {
    Health.HEALTHY: "good",
    Health.DEGRADED: "bad",
    Health.STALLED: "bad",
    Health.PROGRESSING: "warn",
    Health.PAUSED: "note",
    Health.SUSPENDED: "note",
    Health.EMPTY: "dim",
}


def run(options: GetOptions, env: Env) -> int:
    """Print the rows that were asked for, then the pods of each where they are wanted."""
    targets = get_targets.named(options, env)
    failures: list[DsctlError] = []
    tables = (
        [_list(options, env)]
        if targets is None
        else list(
            get_targets.read_each(
                targets,
                lambda target: env.cluster().table(
                    DAEMONSETS, target.namespace, name=target.name, include_object="Object"
                ),
                ignore_not_found=options.ignore_not_found,
                failures=failures,
            )
        )
    )
    rows = [row for table in tables for row in table.get("rows") or ()]
    if rows:
        merged = {"columnDefinitions": tables[0]["columnDefinitions"], "rows": rows}
        if options.sort_by:
            from dsctl.render.sorting import sort_rows

            merged["rows"] = sort_rows(rows, options.sort_by)
        printer(options, env).print(merged)
    elif targets is None and not options.ignore_not_found:
        get_targets.say_nothing_found(options, env)
    if _wants_pods(options, env, count=len(rows)):
        for row in rows:
            _show_pods(row["object"], env, titled=len(rows) > 1)
    return get_targets.end(failures, env)


def printer(options: GetOptions, env: Env) -> ServerTablePrinter:
    """The printer for rows of DaemonSets: kubectl's columns, then STATUS."""
    return ServerTablePrinter(
        env.stdout,
        wide=options.output == "wide",
        csv=options.output == "csv",
        no_headers=not options.headers,
        with_namespace=options.all_namespaces,
        show_kind="daemonset.apps" if options.show_kind else "",
        label_columns=options.label_columns,
        show_labels=options.show_labels,
        extra=[("STATUS", _status)],
        style=Style(env.color),
    )


def _status(row: Any) -> str:
    verdict = health(row["object"])
    return Styled(verdict.value, _HEALTH_STYLES[verdict])


def _list(options: GetOptions, env: Env) -> dict[str, Any]:
    return env.cluster().table(
        DAEMONSETS,
        None if options.all_namespaces else env.namespace,
        all_namespaces=options.all_namespaces,
        label_selector=options.selector,
        field_selector=options.field_selector,
        include_object="Object",
        chunk_size=options.chunk_size,
    )


def _wants_pods(options: GetOptions, env: Env, *, count: int) -> bool:
    if options.pods is not None:
        return options.pods and options.headers and options.output != "csv"
    asked_for_one = len(options.names) == 1 and count == 1
    return asked_for_one and env.stdout_is_tty and not options.output and options.headers


def _show_pods(daemonset: dict[str, Any], env: Env, *, titled: bool) -> None:
    from dsctl.actions import nodepods
    from dsctl.render.table import print_table

    env.stdout.flush()
    table = nodepods.read(env.cluster(), daemonset, on_forbidden=env.warn_local)
    env.print(f"\n{daemonset['metadata']['name']}:" if titled else "")
    print_table(
        ("NODE", "POD", "READY", "STATUS", "RESTARTS", "REVISION", "AGE", "IP"),
        _pod_rows(table),
        env.stdout,
        style=Style(env.color),
    )
    env.print(table.summary())


def _pod_rows(table: NodeTable) -> list[tuple[str, ...]]:
    return [
        (
            row.node if row.scheduled else f"{row.node} (waiting)",
            row.pod,
            row.ready,
            Styled(row.status, "good" if row.is_ready else "warn" if row.scheduled else "bad"),
            row.restarts,
            row.revision,
            row.age,
            row.ip,
        )
        for row in table.rows
    ]
