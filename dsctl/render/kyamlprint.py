"""Objects as ``kubectl -o kyaml`` prints them: sigs.k8s.io/yaml ``kyaml``, byte for byte.

Flow style with braces, every string in double quotes, keys bare where no reader could mistake
them, several lines folded with a backslash at each end.
"""

from __future__ import annotations

import re
from math import isinf
from typing import Any, TextIO

from dsctl.domain.struct import Struct
from dsctl.render.gonumbers import json_float, json_int
from dsctl.render.jsonprint import without_surrogates
from dsctl.render.yamlresolve import is_timestamp

_BARE = re.compile(r"\w(?:[\w./-]*\w)?")
_WORDS = frozenset(("null", "true", "y", "yes", "on", "false", "n", "no", "off", "t", "f"))
_INT = re.compile(r"0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*")
_HEX_FLOAT = re.compile(r"0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][-+]?[0-9]+")
_SPACES = frozenset("\t\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(
    map(chr, range(0x2000, 0x200B))
)
_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r",
    "\v": "\\v", "\0": "\\0", "\x1b": "\\e", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L",
    "\u2029": "\\P",
}  # fmt: skip


def print_kyaml(obj: Any, stream: TextIO) -> None:
    """Write one document, its ``---`` line first as kubectl has it; a ``Struct`` in its order."""
    stream.write(encode(obj))


def encode(value: Any) -> str:
    """``kyaml.Encoder.FromObject``, header and final newline included."""
    return without_surrogates(f"---\n{_node(value, '')}\n")


def _node(value: Any, pad: str) -> str:
    """``value`` as it stands after ``pad`` spaces of indent."""
    kind = type(value)
    if kind is str:
        return _string(value, pad + "  ")
    inner = pad + "  "
    if kind is dict or kind is Struct:
        if not value:
            return "{}"
        keys = value if kind is Struct else sorted(value)
        fields = [f"{inner}{_key(k)}: {_node(value[k], inner)},\n" for k in keys]
        return f"{{\n{''.join(fields)}{pad}}}"
    if kind is list:
        if not value:
            return "[]"
        if all(isinstance(item, (dict, list)) for item in value):
            return f"[{', '.join([_node(item, pad) for item in value])}]"
        return f"[\n{''.join([f'{inner}{_node(item, inner)},{chr(10)}' for item in value])}{pad}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return json_int(value)
    if isinstance(value, float):
        return json_float(value)
    raise TypeError(f"not a JSON value: {type(value).__name__}")


def _key(text: str) -> str:
    if _BARE.fullmatch(text) and not _is_ambiguous(text):
        return text
    return f'"{_escaped(text, keep_tabs=False)}"'


def _string(text: str, pad: str) -> str:
    if "\n" not in text:
        return f'"{_escaped(text)}"'
    lines = text.split("\n")
    last = lines.pop()
    out = [f"{pad}{_lead(line)}{_escaped(line)}\\n\\\n" for line in lines]
    if last:
        out.append(f"{pad}{_lead(last)}{_escaped(last)}\\\n")
    return f'"\\\n{"".join(out)}{pad}"'


def _lead(line: str) -> str:
    """A backslash keeps leading blanks; elsewhere a space keeps lines level with those."""
    return "\\" if line[:1] in _SPACES and line else " "


def _escaped(text: str, *, keep_tabs: bool = True) -> str:
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return "".join(c if c.isprintable() and c not in '"\\' else _escape(c, keep_tabs) for c in text)


def _escape(character: str, keep_tabs: bool) -> str:
    if character == "\t":
        return "\t" if keep_tabs else "\\t"
    short = _ESCAPES.get(character)
    if short is not None:
        return short
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if 0xD800 <= code < 0xE000:
        return "\ufffd"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_ambiguous(text: str) -> bool:
    """``isTypeAmbiguous``, for text that is word characters at both ends."""
    if text.lower() in _WORDS:
        return True
    plain = text.replace("_", "")
    if not plain.isascii():
        return False
    if _INT.fullmatch(plain) and len(plain) < 19:
        return True
    return _is_float(plain) or is_timestamp(text)


def _is_float(plain: str) -> bool:
    if _HEX_FLOAT.fullmatch(plain):
        return True
    try:
        value = float(plain)
    except ValueError:
        return False
    return not isinf(value) or plain.lower().startswith("inf")
