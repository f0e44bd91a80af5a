"""What became of one link of the chain to a cluster."""

from __future__ import annotations

from msgspec import Struct


class Check(Struct, frozen=True, kw_only=True):
    """One link: whether it `holds` (None: it is not there, and need not be), what was said of it, what to do.

    `took_s` seconds went by on it; `exit_code` is that of a broken one.
    """

    name: str
    holds: bool | None
    said: str
    took_s: float | None = None
    advice: str = ""
    exit_code: int = 0
