"""The pod proxy: HTTP to a port of a pod."""

from __future__ import annotations

import aiohttp
from aiohttp import web

from kube_api.answers import status

_HOP_BY_HOP = ("Transfer-Encoding", "Content-Length", "Connection")


async def proxied(request: web.Request, address: str, port: str, seen: list[dict[str, str]]) -> web.StreamResponse:
    """Pass a request on to where a pod's port really is, and keep its headers in `seen`."""
    # As a real one does: what says who asks is for the API server alone.
    headers = {key: value for key, value in request.headers.items() if key not in ("Authorization", "Host")}
    seen.append(headers)
    url = f"http://{address}:{port}/{request.match_info['tail']}"
    if request.query_string:
        url += f"?{request.query_string}"
    try:
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(request.method, url, headers=headers, data=await request.read()) as reply,
        ):
            kept = {key: value for key, value in reply.headers.items() if key not in _HOP_BY_HOP}
            answer = web.StreamResponse(status=reply.status, headers=kept)
            await answer.prepare(request)
            async for part in reply.content.iter_any():
                await answer.write(part)
            return answer
    except aiohttp.ClientConnectionError as error:
        said = f"error trying to reach service: dial tcp {address}:{port}: connect: {error}"
        return status(503, said, "ServiceUnavailable")
