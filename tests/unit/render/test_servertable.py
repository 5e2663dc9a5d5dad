"""Tables of the server, byte for byte against kubectl where kubectl decides."""

import io
from typing import Any

import pytest

from dsctl.render.servertable import ServerTablePrinter
from dsctl.render.style import Style, Styled
from tests.unit.render.kubectl import Stub

COLUMNS = [
    {"name": "Name", "type": "string", "format": "name", "priority": 0},
    {"name": "Desired", "type": "integer", "priority": 0},
    {"name": "Node Selector", "type": "string", "priority": 0},
    {"name": "Age", "type": "string", "priority": 0},
    {"name": "Images", "type": "string", "priority": 1},
]


def row(
    name: str, *cells: object, namespace: str = "default", labels: dict[str, str] | None = None
) -> dict[str, Any]:
    """One row as the server sends it, with the metadata of its object."""
    metadata = {"name": name, "namespace": namespace, "labels": labels or {}}
    object_ = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
    return {"cells": [name, *cells], "object": {**object_, "metadata": metadata}}


def table(*rows: dict[str, Any]) -> dict[str, Any]:
    """A Table with the columns above."""
    return {"columnDefinitions": COLUMNS, "rows": list(rows)}


PLAIN = table(
    row("a", 3, "<none>", "5m", "busybox", labels={"app": "x", "example.com/tier": "front"}),
    row("fluent-bit", 5000, "kubernetes.io/os=linux", "2y31d", "a,b", namespace="kube-system"),
    row("x" * 63, 0, "<none>", "<unknown>", "registry.example.com/very/long:1.0"),
)
ODD = table(
    row("中文", None, "é", "5m", ""),
    row("b", 1.5, True, "line\nbreak\x1b[31m", "i"),
    row("c", 10**21, 0.00001, "\x1b[31mred", "carriage\rreturn"),
)
LONG = table(*(row(f"ds-{i}", i, "<none>" if i < 150 else "x" * i, "1s", "i") for i in range(250)))

FLAGS: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["-o", "wide"], {"wide": True}),
    (
        ["-A", "-L", "app,example.com/tier", "-L", "none"],
        {"with_namespace": True, "label_columns": ["app", "example.com/tier", "none"]},
    ),
    (
        ["-A", "-o", "wide", "--show-kind", "--show-labels", "-L", "app"],
        {
            "with_namespace": True,
            "wide": True,
            "show_kind": "daemonset.apps",
            "show_labels": True,
            "label_columns": ["app"],
        },
    ),
]


def shown(content: dict[str, Any], **options: Any) -> str:
    """What our printer writes for one Table."""
    stream = io.StringIO()
    ServerTablePrinter(stream, **options).print(content)
    return stream.getvalue()


@pytest.mark.parametrize(("flags", "options"), FLAGS, ids=[" ".join(f) or "none" for f, _ in FLAGS])
def test_tables_are_kubectls(flags: list[str], options: dict[str, Any]) -> None:
    """With and without headers, for every flag that adds columns; 250 rows cross its flushes."""
    for content in (PLAIN, LONG):
        with Stub(table=content) as kubectl:
            assert shown(content, **options) == kubectl.get(*flags).stdout
            bare = kubectl.get(*flags, "--no-headers").stdout
            assert shown(content, no_headers=True, **options) == bare


def test_odd_cells_are_kubectls_without_headers() -> None:
    """Wide characters, numbers, line breaks and escape sequences, padded as kubectl pads them."""
    with Stub(table=ODD) as kubectl:
        for flags, options in FLAGS[1:]:
            bare = kubectl.get(*flags, "--no-headers").stdout
            assert shown(ODD, no_headers=True, **options) == bare


def test_columns_line_up_for_the_eye() -> None:
    """Under headers a wide character counts two columns, a combining mark none."""
    lines = shown(table(row("中文", 1, "<none>", "5m"), row("e\u0301e", 2, "é", "6m"))).splitlines()
    assert lines[0] == "NAME   DESIRED   NODE SELECTOR   AGE"
    assert lines[1] == "中文   1         <none>          5m"
    assert lines[2] == "e\u0301e     2         é               6m"


def test_own_columns_follow_kubectls_and_vanish_without_headers() -> None:
    """An extra column comes last, even after LABELS, and --no-headers is kubectl's alone."""
    extra = [("STATUS", lambda r: Styled("Healthy", "good"))]
    content = table(row("a", 1, "<none>", "5m", labels={"k": "v"}))
    assert shown(content, extra=extra, show_labels=True) == (
        "NAME   DESIRED   NODE SELECTOR   AGE   LABELS   STATUS\n"
        "a      1         <none>          5m    k=v      Healthy\n"
    )
    assert shown(content, extra=extra, no_headers=True) == shown(content, no_headers=True)
    painted = shown(content, extra=extra, style=Style(True))
    assert painted.endswith("5m    \x1b[32mHealthy\x1b[0m\n")


def test_a_watch_prints_headers_once_and_keeps_widths() -> None:
    """Tables of later events have no column definitions and line up with the first."""
    stream = io.StringIO()
    printer = ServerTablePrinter(stream)
    assert printer.print({"columnDefinitions": COLUMNS, "rows": []}) == 0
    assert printer.print(table(row("long-name", 1, "<none>", "5m"))) == 1
    assert printer.print({"columnDefinitions": [], "rows": [row("b", 2, "<none>", "1s")]}) == 1
    assert stream.getvalue() == (
        "NAME        DESIRED   NODE SELECTOR   AGE\n"
        "long-name   1         <none>          5m\n"
        "b           2         <none>          1s\n"
    )


def test_watch_events_get_a_column() -> None:
    """--output-watch-events puts the event's type first."""
    stream = io.StringIO()
    ServerTablePrinter(stream).print(table(row("a", 1, "<none>", "5m")), event="ADDED")
    assert stream.getvalue() == (
        "EVENT      NAME   DESIRED   NODE SELECTOR   AGE\n"
        "ADDED      a      1         <none>          5m\n"
    )


def test_csv_holds_every_column_whole() -> None:
    """Wide columns and dsctl's own, cells neither cut nor escaped, quoted where needed."""
    content = table(row("a", 1, None, "line\nbreak", 'x,"y"'), row("中", 1.5, True, "5m", "i"))
    extra = [("STATUS", lambda r: Styled("Healthy", "good"))]
    header = "NAME,DESIRED,NODE SELECTOR,AGE,IMAGES,STATUS\n"
    rows = 'a,1,,"line\nbreak","x,""y""",Healthy\n中,1.5,true,5m,i,Healthy\n'
    assert shown(content, csv=True, extra=extra) == header + rows
    assert shown(content, csv=True, extra=extra, no_headers=True) == rows
