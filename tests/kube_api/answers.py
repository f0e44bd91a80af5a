"""How an API server says no."""

from __future__ import annotations

from typing import Any

from aiohttp import web


def status_object(code: int, message: str, reason: str) -> dict[str, Any]:
    """Return an error as the API server writes it."""
    said = {"status": "Failure", "message": message, "reason": reason, "code": code}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, **said}


def status(code: int, message: str, reason: str) -> web.Response:
    """Return an error as the API server answers it."""
    return web.json_response(status_object(code, message, reason), status=code)
