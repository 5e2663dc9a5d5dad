"""Bytes to text, as kubectl reads files: UTF-8, or UTF-16 with a byte order mark."""

from __future__ import annotations

import codecs

from dsctl.manifests.parsed import BrokenText

_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode_text(data: bytes) -> str:
    """The text of a file, without its byte order mark.

    Raises BrokenText, with an offset into ``data.decode("utf-8", "replace")``.
    """
    encoding = "utf-8"
    data = data.removeprefix(codecs.BOM_UTF8)
    for mark, name in _UTF16:
        if data.startswith(mark):
            encoding, data = name, data[len(mark) :]
    if encoding == "utf-8" and b"\0" in data:
        raise BrokenText("yaml-encoding", "not a text file", 0)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        offset = len(data[: error.start].decode(encoding, "replace"))
        byte = f"0x{data[error.start]:02X}"
        raise BrokenText(
            "yaml-encoding",
            f"byte {byte} is not {encoding.upper()}",
            offset,
            "save the file as UTF-8",
        ) from None
