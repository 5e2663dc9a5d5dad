"""``Warning`` headers, as API servers send them: ``299 - "text"``.

Ported from apimachinery ``util/net.ParseWarningHeaders``: several in one header, quoted
strings with escapes, an optional date; after a malformed one the rest of that header is
left out.
"""

from __future__ import annotations

import re

_ONE = re.compile(r'\s*(\d{3}) (\S+) +"((?:[^"\\]|\\.)*)"\s*(?:"[^"]*"\s*)?(,|$)', re.ASCII)


def warning_texts(headers: list[str]) -> list[str]:
    """The texts of all warnings with code 299, in order."""
    texts = []
    for header in headers:
        at = 0
        while match := _ONE.match(header, at):
            code, _, quoted, comma = match.groups()
            text = re.sub(r"\\(.)", r"\1", quoted)
            if code == "299" and text and not _has_control(text):
                texts.append(text)
            if not comma:
                break
            at = match.end()
    return texts


def _has_control(text: str) -> bool:
    return any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in text)
