"""Tab-separated text aligned as kubectl aligns it (``liggitt/tabwriter``, Go's ``tabwriter``).

For text that may hold tabs and newlines of its own; a table whose cells are known to be one line
each is cheaper in ``dsctl.render.table``.
"""

from __future__ import annotations

from dsctl.render.table import MIN_WIDTH, PADDING


def aligned(text: str, *, described: bool = False, widths: list[int] | None = None) -> str:
    """``text`` with its tabs replaced by padding.

    A column is a run of lines that all have a cell there; a line of one cell ends every column,
    and from then on no column is narrower than it was (RememberWidths). ``described``: closer, and
    nothing is remembered, as in ``kubectl describe`` (``tabbedString``). ``widths``: what earlier
    texts taught, which this one adds to.
    """
    writer = _Writer(0, 2, remember=False) if described else _Writer(MIN_WIDTH, PADDING, widths)
    for line in text.split("\n")[:-1]:
        writer.add(line)
    return writer.end()


class _Writer:
    def __init__(
        self, least: int, padding: int, widths: list[int] | None = None, *, remember: bool = True
    ) -> None:
        self._least = least
        self._padding = padding
        self._remember = remember
        self._lines: list[list[str]] = []
        self._remembered = [] if widths is None else widths
        self._out: list[str] = []

    def add(self, line: str) -> None:
        cells = line.replace("\v", "\t").split("\t")
        self._lines.append(cells)
        if len(cells) == 1:
            self._flush()

    def end(self) -> str:
        self._flush()
        return "".join(self._out)

    def _flush(self) -> None:
        self._format([], 0, len(self._lines))
        self._lines = []

    def _format(self, widths: list[int], start: int, end: int) -> None:
        """Print lines ``start`` to ``end``; ``widths`` are those of the columns to the left."""
        column = len(widths)
        this = start
        while this < end:
            if column >= len(self._lines[this]) - 1:
                this += 1
                continue
            self._print(widths, start, this)
            start = this
            while this < end and column < len(self._lines[this]) - 1:
                this += 1
            width = max(len(line[column]) for line in self._lines[start:this])
            width += self._padding
            self._format([*widths, self._wide(column, widths, width)], start, this)
            start = this
        self._print(widths, start, end)

    def _wide(self, column: int, widths: list[int], width: int) -> int:
        """The width of a column, at least what it was before, and remembered."""
        width = max(width, self._least)
        if not self._remember:
            return width
        known = self._remembered
        known += widths[len(known) :]
        if len(known) == column:
            known.append(width)
        known[column] = max(known[column], width)
        return known[column]

    def _print(self, widths: list[int], start: int, end: int) -> None:
        for line in self._lines[start:end]:
            padded = map(str.ljust, line[: len(widths)], widths)
            self._out.append("".join([*padded, *line[len(widths) :], "\n"]))
