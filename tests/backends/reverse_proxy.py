"""A reverse proxy such as stands in front of dashboards: with a prefix, TLS, a password, or Ray's token."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
from aiohttp import web
from listening import HERE

PASSED = {"Content-Type", "Range", "X-Ray-Authorization"}
"""`Authorization` is the proxy's own, and goes no further."""
Refusal = Callable[[web.Request], web.Response | None]


def asking_for_password(user: str, password: str) -> Refusal:
    """Return what such a proxy says to whoever does not name both."""
    expected = "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    def refuse(request: web.Request) -> web.Response | None:
        return None if request.headers.get("Authorization") == expected else web.Response(status=401)

    return refuse


def asking_for_token(token: str) -> Refusal:
    """Return what Ray 2.60 says with RAY_AUTH_MODE=token: nothing to the right token, 401 to none, 403 to others."""

    def refuse(request: web.Request) -> web.Response | None:
        sent = request.headers.get("Authorization") or request.headers.get("X-Ray-Authorization")
        if not sent:
            return web.Response(status=401, text="Unauthorized: Missing authentication token")
        return None if sent == f"Bearer {token}" else web.Response(status=403, text="Forbidden: Invalid token")

    return refuse


@asynccontextmanager
async def reverse_proxy(
    upstream: str, *, prefix: str = "", tls: ssl.SSLContext | None = None, refusals: tuple[Refusal, ...] = ()
) -> AsyncIterator[int]:
    """Give the port at which everything below `prefix`, and nothing else, is answered as `upstream` answers it."""
    async with httpx.AsyncClient(base_url=upstream, trust_env=False, timeout=60) as client:

        async def forward(request: web.Request) -> web.Response:
            for refuse in refusals:
                if (refused := refuse(request)) is not None:
                    return refused
            below = request.raw_path.removeprefix(prefix)
            passed = {name: value for name, value in request.headers.items() if name in PASSED}
            answer = await client.request(request.method, below, content=await request.read(), headers=passed)
            kind = answer.headers.get("content-type", "text/plain").partition(";")[0]
            return web.Response(status=answer.status_code, body=answer.content, content_type=kind)

        app = web.Application()
        app.router.add_route("*", prefix + "/{path:.*}", forward)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, HERE, 0, ssl_context=tls)
        await site.start()
        try:
            yield int(runner.addresses[0][1])
        finally:
            await runner.cleanup()
