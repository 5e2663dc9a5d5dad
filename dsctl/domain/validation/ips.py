"""IP addresses as the server parses them: leading zeros are read, as in ParseIPSloppy.

After k8s.io/utils/net (ParseIPSloppy) and Go's net/netip.
"""

from __future__ import annotations

from dataclasses import dataclass

_HEX = "0123456789abcdefABCDEF"


@dataclass(frozen=True, slots=True)
class Address:
    """The groups of an address: 4 bytes, or 8 words; ``leading_zeros`` in dotted decimals."""

    groups: tuple[int, ...]
    leading_zeros: bool


def parse_ip(text: str) -> Address | None:
    """The address, or None; zones (``fe80::1%eth0``) are refused."""
    if ":" not in text:
        return _parse_dotted(text)
    return _parse_words(text)


def _parse_dotted(text: str) -> Address | None:
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if any(len(part.lstrip("0")) > 3 or int(part) > 255 for part in parts):
        return None
    leading = any(len(part) > 1 and part[0] == "0" for part in parts)
    return Address(tuple(map(int, parts)), leading)


def _parse_words(text: str) -> Address | None:
    head, gap, tail = text.partition("::")
    if gap and "::" in tail:
        return None
    left = _words(head, last=not gap)
    right = _words(tail, last=True) if gap else ((), False)
    if left is None or right is None:
        return None
    words = (*left[0], *right[0])
    if len(words) > (7 if gap else 8) or (not gap and len(words) != 8):
        return None
    filled = (*left[0], *(0,) * (8 - len(words)), *right[0])
    return Address(filled, left[1] or right[1])


def _words(text: str, *, last: bool) -> tuple[tuple[int, ...], bool] | None:
    if not text:
        return (), False
    parts = text.split(":")
    words: list[int] = []
    leading = False
    for position, part in enumerate(parts):
        if "." in part:
            dotted = _parse_dotted(part)
            if dotted is None or not last or position != len(parts) - 1:
                return None
            a, b, c, d = dotted.groups
            words += [a * 256 + b, c * 256 + d]
            leading = dotted.leading_zeros
        elif 1 <= len(part) <= 4 and not part.strip(_HEX):
            words.append(int(part, 16))
        else:
            return None
    return tuple(words), leading


def is_mapped(address: Address, text: str) -> bool:
    """Whether it is written as an IPv4-mapped IPv6 address."""
    return ":" in text and address.groups[:6] == (0, 0, 0, 0, 0, 0xFFFF)


def canonical(address: Address) -> str:
    """Go's ``net.IP.String``: RFC 5952, mapped addresses in dotted decimals."""
    groups = address.groups
    if len(groups) == 4:
        return ".".join(map(str, groups))
    if groups[:6] == (0, 0, 0, 0, 0, 0xFFFF):
        return ".".join(str(part) for word in groups[6:] for part in divmod(word, 256))
    start, length = _longest_zeros(groups)
    words = [f"{word:x}" for word in groups]
    if length < 2:
        return ":".join(words)
    return ":".join(words[:start]) + "::" + ":".join(words[start + length :])


def _longest_zeros(groups: tuple[int, ...]) -> tuple[int, int]:
    best = (0, 0)
    start = 0
    while start < len(groups):
        end = start
        while end < len(groups) and groups[end] == 0:
            end += 1
        if end - start > best[1]:
            best = (start, end - start)
        start = max(end, start + 1)
    return best
