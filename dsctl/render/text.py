"""Foreign text made safe for a terminal, and how wide text is there.

Whatever came from the cluster or a file may hold escape sequences, line breaks and characters
that turn the reading direction; printed raw they could forge output.
"""

from __future__ import annotations

ELLIPSIS = "…"

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u2028\u2029\ufeff\ufff9\ufffa\ufffb")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "^["}


def escape(text: str) -> str:
    """``text`` on one line: control, direction and line-separator characters are spelled out.

    ESC is ``^[`` as kubectl writes it, a newline ``\\n``, others ``\\x07`` or ``\\u202e``.
    Printable text of any script is left alone; backslashes too, so this is for reading, not for
    decoding.
    """
    if text.isprintable():
        return text
    return "".join(_spelled(c) if _is_unsafe(c) else c for c in text)


def escape_lines(text: str) -> str:
    """As ``escape``, but line breaks and tabs stay: for text of several lines."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(_spelled(c) if c not in "\n\t" and _is_unsafe(c) else c for c in text)


def cell(value: object) -> str:
    """A table cell as kubectl prints it, and safe.

    None is empty; text ends at its first line break, with ``...`` for the rest (cli-runtime
    ``appendCellValue``); numbers are as Go's ``fmt.Sprint`` has them.
    """
    if isinstance(value, str):
        if value.isprintable():
            return value
        return _first_line(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    return _first_line(str(value))


def display_width(text: str) -> int:
    """Columns that ``text`` takes on a terminal: wide East Asian 2, combining marks 0."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def clip(text: str, width: int) -> str:
    """``text`` if it fits in ``width`` columns, else its beginning and an ellipsis."""
    if display_width(text) <= width:
        return text
    taken = 0
    for i, character in enumerate(text):
        taken += _character_width(character)
        if taken > width - 1:
            return text[:i] + ELLIPSIS if width > 0 else ""
    return text


def _number(value: float) -> str:
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return str(value)
    from dsctl.render.gonumbers import general

    return general(float(value), 6)


def _first_line(text: str) -> str:
    for i, character in enumerate(text):
        if character in "\f\n\r":
            return escape(text[:i]) + "..."
    return escape(text)


def _is_unsafe(character: str) -> bool:
    code = ord(character)
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF:
        return True
    return character in _BIDI or character in _INVISIBLE


def _spelled(character: str) -> str:
    short = _SHORT.get(character)
    if short is not None:
        return short
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _character_width(character: str) -> int:
    if character.isascii():
        return 1
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
