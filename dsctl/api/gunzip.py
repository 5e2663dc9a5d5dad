"""Packed answers."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from dsctl.api.http1 import Broken

if TYPE_CHECKING:
    from dsctl.api.wire import Source


class Gunzip:
    """A gzip body, unpacked as it comes."""

    __slots__ = ("_source", "_unpack")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def read_some(self) -> bytes:
        """The next unpacked bytes, at least one; b"" at the end."""
        while packed := self._source.read_some():
            try:
                if data := self._unpack.decompress(packed):
                    return data
            except zlib.error as error:
                raise Broken(f"gzip: {error}") from None
        if not self._unpack.eof:
            raise Broken("the answer was cut short")
        return b""
