"""Which Ray answers, and whether it wants a token."""

from __future__ import annotations

from msgspec import Struct

from raymon_tui.backends.errors import BadAnswerError, NotRayError, RouteMissingError
from raymon_tui.cluster.model.version import Version
from raymon_tui.cluster.ray_api.asking import Get
from raymon_tui.cluster.ray_api.lenient import decode

_PATH = "/api/version"
_MODE_PATH = "/api/authentication_mode"
_ADVICE = "Is this the dashboard's port (8265 by default), and is the path prefix right?"


class _Mode(Struct, frozen=True):
    authentication_mode: str = ""


async def ask_version(get: Get) -> Version:
    """Return the version; raises `NotRayError` where the answer is none that Ray would give."""
    tried = "looking for a Ray dashboard"
    try:
        found = decode(await get(_PATH), Version, asked=_PATH)
    except RouteMissingError:
        raise NotRayError(tried, f"there is an HTTP server, but it has no {_PATH}", _ADVICE) from None
    except BadAnswerError as error:
        if error.said.startswith("HTTP 5"):
            raise
        raise NotRayError(tried, f"{_PATH} answered with {error.said}", _ADVICE) from None
    if not found.ray_version:
        raise NotRayError(tried, f"{_PATH} names no version of Ray", _ADVICE)
    return found


async def ask_authentication_mode(get: Get) -> str:
    """Return `disabled` or `token`; raises `RouteMissingError` on a Ray that knows no tokens."""
    return decode(await get(_MODE_PATH), _Mode, asked=_MODE_PATH).authentication_mode
