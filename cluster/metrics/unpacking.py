"""What an exporter sends, unpacked in pieces that are small however well they were packed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

PIECE = 1 << 14
"""Bytes: decoded in a millisecond, and in a few where each line is another surprise."""
PACKED_AS = ("", "identity", "gzip", "x-gzip")
_GZIP = 16 + zlib.MAX_WBITS


class UnpackError(ValueError):
    """What came is not packed as its header says; the message says it in words."""


class Unpacker:
    """Unpacks one answer. `encoding` is its Content-Encoding; raises `UnpackError` for one that was not asked for.

    httpx would unpack all that it has read at once, which may be a thousand times as much, and more than once over.
    """

    def __init__(self, encoding: str) -> None:
        asked = encoding.strip().lower()
        if asked not in PACKED_AS:
            raise UnpackError(f"it is packed as {encoding[:40]}, which was not asked for")
        self._gzip = zlib.decompressobj(_GZIP) if asked.endswith("gzip") else None

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """Give what these bytes hold, in pieces of at most `PIECE`; raises `UnpackError`."""
        if self._gzip is None:
            for begin in range(0, len(packed), PIECE):
                yield packed[begin : begin + PIECE]
            return
        while packed:
            if self._gzip.eof:
                self._gzip = zlib.decompressobj(_GZIP)
            try:
                yield self._gzip.decompress(packed, PIECE)
            except zlib.error:
                raise UnpackError("it is not packed as it says") from None
            packed = self._gzip.unconsumed_tail or self._gzip.unused_data

    @property
    def whole(self) -> bool:
        """Whether what was packed has come to its end."""
        return self._gzip is None or self._gzip.eof
