"""Which Ray answers, and in which session."""

from __future__ import annotations

from msgspec import Struct


class Version(Struct, frozen=True, kw_only=True):
    """The answer of `/api/version`. A new `session_name` means that the cluster was started anew."""

    ray_version: str = ""
    ray_commit: str = ""
    session_name: str = ""
