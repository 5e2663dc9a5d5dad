"""Strings as kubectl's YAML has them: style, quoting, folding (goyaml.v2 ``emitterc.go``)."""

from __future__ import annotations

import re

from dsctl.render.jsonprint import without_surrogates
from dsctl.render.yamlresolve import needs_quotes

WIDTH = 80
BREAKS = "\n\u2028\u2029"

_CONTROL = re.compile(r"[^\n -~]")
_SPECIAL = re.compile(r"[^ !#-\[\]-~]")
_INDICATOR = re.compile(r"""---|\.\.\.|[#,\[\]{}&*!|>'"%@`]|[-?](?: |\Z)""")
_BREAK = re.compile("[\n\r\x85\u2028\u2029]")
_SPACE_BREAK = re.compile("[ ][\n\u2028\u2029]")
_BREAK_SPACE = re.compile("[\u2028\u2029][ ]")
_LINE_START = re.compile("(?:\\A|(?<=[\n\u2028\u2029]))(?=[^\n\u2028\u2029])")
_LINE_SEPARATORS = re.compile("([\u2028\u2029]+)")
_LONE_SPACE = re.compile("(?<=[^ ]) (?=[^ ])")
_SPACE_RUN = re.compile("(?<! ) ")
_ESCAPES = {
    "\0": "\\0", "\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f",
    "\r": "\\r", "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\xa0": "\\_",
    "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip


def one_line(text: str) -> str | None:
    """``text`` as a plain or quoted scalar, not folded; None if only ``block`` can write it."""
    if not _is_printable(text):
        clean = without_surrogates(text)
        return (one_line(clean) if clean != text else None) or _double(clean)
    if "\n" in text:
        if text[-1] == " " or _SPACE_BREAK.search(text):
            return _double(text)
        return None
    if needs_quotes(text):
        return _double(text)
    if "\u2028" in text or "\u2029" in text:
        if _SPACE_BREAK.search(text) or _BREAK_SPACE.search(text):
            return _double(text)
        return None
    if text[0] == " " or text[-1] in " :" or _INDICATOR.match(text) or ": " in text or " #" in text:
        return _single(text)
    return text


def is_simple_key(text: str) -> bool:
    """Whether it can stand before a colon; else it takes ``? key`` and ``: value`` lines."""
    if len(text) > 128 or (len(text) > 32 and len(text.encode(errors="replace")) > 128):
        return False
    return _BREAK.search(text) is None


def block(text: str, column: int, indent: int) -> str:
    """What ``one_line`` declines: a literal block, or quoted lines, indented by ``indent``.

    A literal block ends with a line break if and only if ``text`` does.
    """
    if "\n" not in text:
        return _single_lines(text, column, indent)
    hint = "2" if text[0] in " \n\u2028\u2029" else ""
    if text[-1] not in BREAKS:
        hint += "-"
    elif len(text) == 1 or text[-2] in BREAKS:
        hint += "+"
    return f"|{hint}\n" + _LINE_START.sub(" " * indent, text)


def folded(scalar: str, column: int, indent: int) -> str:
    """``one_line``'s answer broken at spaces past column 80; ``column`` is where it starts."""
    if scalar[0] == '"':
        return _fold_double(scalar, column, indent)
    if scalar[0] == "'":
        return f"'{_fold(scalar[1:-1], _LONE_SPACE, column + 1, indent)}'"
    return _fold(scalar, _LONE_SPACE, column, indent)


def _single(text: str) -> str:
    return f"'{text.replace(chr(39), chr(39) * 2)}'"


def _double(text: str) -> str:
    if text[:1] == "\ufeff":  # goyaml asks of every character whether the *text* starts so
        return f'"{"".join(_ESCAPES.get(c) or _hex(c) for c in text)}"'
    if text.isascii():
        return f'"{_SPECIAL.sub(lambda match: _escape(match.group()), text)}"'
    return f'"{"".join(map(_escape, text))}"'


def _is_printable(text: str) -> bool:
    """``is_printable``: goyaml judges by UTF-8 bytes, so nothing beyond U+FFFF is."""
    if text.isascii():
        return _CONTROL.search(text) is None
    return (
        all(
            " " <= c <= "~" or c == "\n" or "\xa0" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd"
            for c in text
        )
        and "\ufeff" not in text
    )


def _escape(c: str) -> str:
    """``c`` in double quotes; only a no-break space has a short escape and needs none."""
    if " " <= c <= "~" or "\xa0" <= c <= "\ud7ff" or ("\ue000" <= c <= "\ufffd" and c != "\ufeff"):
        return _ESCAPES[c] if c in '"\\\u2028\u2029' else c
    return _ESCAPES.get(c) or _hex(c)


def _hex(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    if code <= 0xFFFF:
        return f"\\u{code:04X}"
    return f"\\U{code:08X}"


def _fold(text: str, spaces: re.Pattern[str], column: int, indent: int) -> str:
    """Break at those ``spaces`` that stand past the width."""
    out = []
    start = 0
    for match in spaces.finditer(text):
        at = match.start()
        if column + at - start > WIDTH:
            out.append(text[start:at])
            start, column = at + 1, indent
    out.append(text[start:])
    return ("\n" + " " * indent).join(out)


def _fold_double(scalar: str, column: int, indent: int) -> str:
    out = []
    start = 0
    last = len(scalar) - 2
    for match in _SPACE_RUN.finditer(scalar):
        at = match.start()
        if at == 1 or at == last or column + at - start <= WIDTH:
            continue
        out.append(scalar[start:at])
        start, column = at + 1, indent
        if scalar[start] == " ":  # keeps the reader from dropping the rest of the run
            out[-1] += "\n" + " " * indent + "\\"
            column += 1
        else:
            out[-1] += "\n" + " " * indent
    out.append(scalar[start:])
    return "".join(out)


def _single_lines(text: str, column: int, indent: int) -> str:
    """A single-quoted scalar with U+2028 or U+2029 in it, which goyaml takes for line breaks."""
    out: list[str] = []
    column += 1
    for part in _LINE_SEPARATORS.split(text.replace("'", "''")):
        if part and part[0] not in BREAKS:
            part = _fold(part, _LONE_SPACE, column, indent)
            if out:
                part = " " * indent + part
            column = indent
        out.append(part)
    return f"'{''.join(out)}'"
