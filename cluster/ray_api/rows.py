"""Long lists, decoded a few milliseconds at a time so that the screen stays alive meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread
import msgspec

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.ray_api.lenient import decode, decode_mended

S = TypeVar("S")
T = TypeVar("T")

SLICE_S, PAUSE_S = 0.002, 0.001
_SMALL = 1 << 18


async def decode_split(data: bytes, type_: type[T], *, asked: str) -> T:
    """Return `data` as `type_`, whose rows are `msgspec.Raw` still; what is broken and large is mended in a thread."""
    if len(data) < _SMALL:
        return decode(data, type_, asked=asked)
    await anyio.lowlevel.checkpoint()  # Putting the body together has taken its milliseconds already.
    try:
        return msgspec.json.decode(data, type=type_, strict=False)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return await anyio.to_thread.run_sync(lambda: decode_mended(data, type_, asked=asked))


async def decode_rows(raws: Iterable[msgspec.Raw], type_: type[T]) -> tuple[list[T], int]:
    """Return the rows that can be read, and how many cannot."""
    return await decode_into(raws, type_, lambda row: row)


async def decode_into(raws: Iterable[msgspec.Raw], type_: type[S], make: Callable[[S], T]) -> tuple[list[T], int]:
    """Return what `make` makes of each row that can be read, and how many cannot."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(type_, strict=False)

    def read(raw: msgspec.Raw) -> T | None:
        row = _row(raw, decoder, type_)
        return None if row is None else make(row)

    found = await in_slices(read, raws)
    made = [one for one in found if one is not None]
    return made, len(found) - len(made)


async def in_slices(make: Callable[[S], T], items: Iterable[S]) -> list[T]:
    """Return what `make` makes of each item; every few milliseconds others have their turn."""
    made: list[T] = []
    begun = perf_counter()
    for item in items:
        made.append(make(item))
        if perf_counter() - begun > SLICE_S:
            # Longer than one turn of the loop: a key goes through several before it is on the screen.
            await anyio.sleep(PAUSE_S)
            begun = perf_counter()
    return made


def _row(raw: msgspec.Raw, decoder: msgspec.json.Decoder[Any], type_: type[T]) -> T | None:
    try:
        row: T = decoder.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        try:
            return decode_mended(bytes(memoryview(raw)), type_)
        except BadAnswerError:
            return None
    return row
