"""Quoted strings as Go reads them (``strconv.UnquoteChar``), in single quotes too."""

from __future__ import annotations

_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_HEX_WIDTHS = {"x": 2, "u": 4, "U": 8}


def unquote(text: str) -> str:
    r"""The string in ``'…'`` or ``"…"``, with Go's escapes (``\n``, ``\x41``, ``é``).

    Raises ValueError for what Go refuses: an unknown escape, or an unescaped quote of its own.
    """
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'":
        raise ValueError("invalid syntax")
    quote, inside = text[0], text[1:-1]
    if "\\" not in inside and quote not in inside:
        return inside
    out: list[str] = []
    at = 0
    while at < len(inside):
        c = inside[at]
        if c == quote:
            raise ValueError("invalid syntax")
        if c == "\\":
            c, at = _escape(inside, at + 1, quote)
        else:
            at += 1
        out.append(c)
    return "".join(out)


def _escape(text: str, at: int, quote: str) -> tuple[str, int]:
    """The character that the escape at ``at`` (after the backslash) means, and where it ends."""
    letter = text[at : at + 1]
    if letter in _SIMPLE:
        return _SIMPLE[letter], at + 1
    if letter and letter in "\"'":
        if letter != quote:
            raise ValueError("invalid syntax")
        return letter, at + 1
    if letter in _HEX_WIDTHS:
        return _number(text[at + 1 : at + 1 + _HEX_WIDTHS[letter]], _HEX_WIDTHS[letter], 16, at + 1)
    if letter.isdecimal():
        return _number(text[at : at + 3], 3, 8, at)
    raise ValueError("invalid syntax")


def _number(digits: str, width: int, base: int, at: int) -> tuple[str, int]:
    allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"
    if len(digits) != width or any(c not in allowed for c in digits):
        raise ValueError("invalid syntax")
    code = int(digits, base)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000 or (base == 8 and code > 255):
        raise ValueError("invalid syntax")
    return chr(code), at + width
