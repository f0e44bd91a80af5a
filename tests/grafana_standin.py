"""What stands in for Grafana, which no package index has: the few routes that are used, as Grafana 11 answers them.

Its data source is a real Prometheus server where a test has one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiohttp import web

TOKEN = "glsa_right"
SOURCE = "prom-1"


class StandIn:
    """Answers with these dashboards, by uid, while it is `well`; `asked` remembers the paths."""

    def __init__(self, dashboards: Mapping[str, dict[str, Any]], prometheus: str = "", *, viewer: bool = False) -> None:
        self.dashboards = dashboards
        self.prometheus = prometheus
        self.viewer = viewer
        self.asked: list[str] = []
        self.well = True
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        path = request.path.removeprefix("/grafana")
        if path == "/api/health":
            said = {"database": "ok" if self.well else "failing", "version": "11.2.0"}
            return web.json_response(said, status=200 if self.well else 503)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"message": "Unauthorized", "statusCode": 401}, status=401)
        if path.startswith(f"/api/datasources/proxy/uid/{SOURCE}/"):
            return await self._through(path.partition(f"{SOURCE}/")[2], request)
        return self._known(path)

    def _known(self, path: str) -> web.Response:
        if path == "/api/search":
            found = [{"uid": uid, "title": one["title"], "type": "dash-db"} for uid, one in self.dashboards.items()]
            return web.json_response(found)
        if path == "/api/datasources" and not self.viewer:
            kinds = ({"uid": "l", "type": "loki"}, {"uid": SOURCE, "type": "prometheus", "isDefault": True})
            return web.json_response(kinds)
        if path == "/api/datasources":
            words = "You'll need additional permissions to perform this action. Permissions needed: datasources:read"
            return web.json_response({"message": words, "title": "Access denied"}, status=403)
        uid = path.removeprefix("/api/dashboards/uid/")
        if uid in self.dashboards:
            return web.json_response({"meta": {}, "dashboard": self.dashboards[uid]})
        return web.json_response({"message": "Dashboard not found"}, status=404)

    async def _through(self, path: str, request: web.Request) -> web.Response:
        async with httpx.AsyncClient(trust_env=False) as http:
            sent = dict(await request.post()) if request.method == "POST" else None
            answer = await http.request(
                request.method, f"{self.prometheus}/{path}", params=request.query, data=sent, timeout=20
            )
        return web.Response(status=answer.status_code, body=answer.content, content_type="application/json")


@asynccontextmanager
async def listening(stand_in: StandIn) -> AsyncIterator[StandIn]:
    """Have it answer below the path `/grafana`, as behind a proxy, until the block ends."""
    async with serving(stand_in.answer) as url:
        stand_in.url = f"{url}/grafana"
        yield stand_in


@asynccontextmanager
async def serving(answer: Any) -> AsyncIterator[str]:
    """Answer every request with what `answer` gives, and give the URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
