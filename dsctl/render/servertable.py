"""A ``meta.k8s.io/v1`` Table of the API server, printed as ``kubectl get`` prints it.

Ported from cli-runtime ``printers/tableprinter.go`` and its tabwriter. Columns of dsctl's own
come after kubectl's, and not at all without headers: then the output is kubectl's, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

from dsctl.render.style import Style
from dsctl.render.table import PADDING, Cell, column_widths, joined, texts
from dsctl.render.text import cell, display_width

Row = Mapping[str, Any]
_EVENTS = {"ADDED": "ADDED   ", "MODIFIED": "MODIFIED", "DELETED": "DELETED ", "ERROR": "ERROR   "}


class ServerTablePrinter:
    """Prints Tables one after another; a watch keeps one printer for its whole life.

    Headers come once, before the first row; column widths never shrink from one table to the next.
    ``show_kind`` is what stands before names (``daemonset.apps``), empty for none; ``extra`` are
    dsctl's own columns, a header and what makes its cell from a row of the Table. ``csv`` writes
    comma-separated values instead: every column, cells whole, headers or not.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        wide: bool = False,
        no_headers: bool = False,
        with_namespace: bool = False,
        show_kind: str = "",
        label_columns: Sequence[str] = (),
        show_labels: bool = False,
        extra: Sequence[tuple[str, Callable[[Row], Cell]]] = (),
        style: Style | None = None,
        csv: bool = False,
    ) -> None:
        self._stream = stream
        self._csv = csv
        self._wide = wide or csv
        self._no_headers = no_headers
        self._with_namespace = with_namespace
        self._show_kind = show_kind
        self._label_columns = label_columns
        self._show_labels = show_labels
        self._extra = () if no_headers and not csv else extra
        self._style = style
        self._definitions: list[Mapping[str, Any]] = []
        self._headed = False
        self._widths: list[int] = []

    def print(self, table: Mapping[str, Any], event: str = "") -> int:
        """Write the rows of ``table`` and return how many they were.

        ``event`` is the type of a watch event, for the EVENT column that --output-watch-events
        adds. A Table without column definitions has those of the one before.
        """
        definitions = table.get("columnDefinitions") or self._definitions
        if definitions != self._definitions:
            self._definitions, self._headed = list(definitions), False
        rows = table.get("rows") or []
        if not rows:
            return 0
        raw = self._cells(rows, event)
        headers = [] if self._no_headers or self._headed else self._headers(event)
        self._headed = True
        if self._csv:
            from dsctl.render.csvprint import print_csv

            print_csv(headers, raw, self._stream, no_headers=not headers)
            return len(rows)
        lines = [texts(line) for line in raw]
        if headers:
            lines.insert(0, headers)
        # kubectl pads to bytes and counts runes; where dsctl adds columns, what the eye sees counts
        measure = len if self._no_headers else display_width
        self._widths = column_widths(lines, measure, self._least(raw))
        self._stream.write(joined(lines, self._widths, self._style, measure))
        return len(rows)

    def _headers(self, event: str) -> list[str]:
        names = [str(d.get("name", "")).upper() for d in self._definitions if self._is_shown(d)]
        names += [key.rsplit("/", 1)[-1].upper() for key in self._label_columns]
        names += ["LABELS"] if self._show_labels else []
        names += [header for header, _ in self._extra]
        return ["EVENT"] * bool(event) + ["NAMESPACE"] * self._with_namespace + names

    def _is_shown(self, definition: Mapping[str, Any]) -> bool:
        return self._wide or not definition.get("priority")

    def _cells(self, rows: Sequence[Row], event: str) -> list[list[Any]]:
        shown = [i for i, d in enumerate(self._definitions) if self._is_shown(d)]
        named = self._name_column() if self._show_kind else None
        return [self._line(row, shown, named, event) for row in rows]

    def _name_column(self) -> int | None:
        for i, definition in enumerate(self._definitions):
            if (definition.get("format"), definition.get("type")) == ("name", "string"):
                return i
        return None

    def _line(self, row: Row, shown: list[int], named: int | None, event: str) -> list[Any]:
        cells = row.get("cells") or []
        line: list[Any] = [cells[i] if i < len(cells) else None for i in shown]
        if named is not None:
            at = shown.index(named)
            line[at] = f"{self._show_kind}/{cell(line[at])}"
        metadata = (row.get("object") or {}).get("metadata") or {}
        if self._with_namespace:
            line.insert(0, metadata.get("namespace", ""))
        if event:
            line.insert(0, _EVENTS.get(event, event))
        if self._label_columns or self._show_labels:
            labels = metadata.get("labels") or {}
            line += [labels.get(key, "") for key in self._label_columns]
            line += [format_labels(labels)] if self._show_labels else []
        return line + [make(row) for _, make in self._extra]

    def _least(self, raw: list[list[Any]]) -> list[int]:
        """What each column must have: its width so far, and room for kubectl's first line.

        ``printTable`` pads that line by bytes, to the longest value of the column.
        """
        least = [0] * len(raw[0])
        if self._no_headers:
            for i, column in enumerate(zip(*raw, strict=True)):
                spare = max(map(_bytes, column)) - _bytes(column[0])
                least[i] = len(cell(column[0])) + spare + PADDING
        for i, width in enumerate(self._widths[: len(least)]):
            least[i] = max(least[i], width)
        return least


def _bytes(value: object) -> int:
    return len((value if isinstance(value, str) else cell(value)).encode(errors="replace"))


def format_labels(labels: Mapping[str, str]) -> str:
    """``k=v,k=v`` or ``<none>`` (apimachinery ``labels.FormatLabels``).

    The pairs are sorted, not the keys: ``app.kubernetes.io/name=x`` comes before ``app=x``.
    """
    return ",".join(sorted(f"{key}={value}" for key, value in labels.items())) or "<none>"
