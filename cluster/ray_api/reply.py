"""The envelope that most routes of the dashboard answer in: `{"result": bool, "msg": str, "data": {…}}`."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from raymon_tui.backends.errors import BadAnswerError
from raymon_tui.cluster.ray_api.lenient import decode
from raymon_tui.cluster.ray_api.words import complaint

T = TypeVar("T")


class _Reply(Struct, frozen=True):
    data: Raw = Raw(b"null")
    result: bool = True
    msg: str = ""


def content(body: bytes, type_: type[T], *, asked: str) -> T:
    """Return what is in `data`; raises `BadAnswerError` in the server's own words where it says that it failed."""
    return decode(payload(body, asked=asked), type_, asked=asked)


def payload(body: bytes, *, asked: str) -> bytes:
    """Return `data` as it stands; raises `BadAnswerError` in the server's own words where it says that it failed."""
    reply = decode(body, _Reply, asked=asked)
    if not reply.result:
        raise BadAnswerError(f"asking Ray for {asked}", complaint(reply.msg) or "it failed", "")
    return bytes(memoryview(reply.data))


def failure_words(body: bytes) -> str:
    """Return what the body of a failed request says, whatever it is made of."""
    try:
        reply = msgspec.json.decode(body, type=_Reply)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return complaint(body[:20_000].decode("utf-8", "replace"))
    return complaint(reply.msg)
