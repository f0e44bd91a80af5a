"""The server: who asks, whether they may, and which answer that leads to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import trustme
from aiohttp import web

from kube_api import discovery
from kube_api.answers import status
from kube_api.channels import executed, forwarded
from kube_api.logs import Logs
from kube_api.objects import NAMESPACE
from kube_api.proxy import proxied
from kube_api.rights import Rights, Rule, needed
from kube_api.shelves import Found, Shelves, chosen_by

TOKEN = "viewer-token"
_RAY = ("rayclusters", "rayjobs", "rayservices", "raycronjobs")


class KubeApi:
    """The server. Its objects may be changed at will by `put` and `remove`, which watches then tell.

    `rights` are what a Role in the namespace of all that is here grants whoever comes, `granted` knows more of them;
    `asked` names what was asked, as verb and resource; `token` is the one that is taken; `slow_s` delays every answer;
    `protocols` are those of exec that it knows; `kinds` are those of KubeRay that are installed; `logs` has what
    containers write; `headers` are those of the last request, and `minor` its minor version.
    """

    def __init__(self, rights: set[Rule]) -> None:
        self.granted = Rights(rights)
        self.token = TOKEN
        self.slow_s = 0.0
        self.asked: list[tuple[str, str]] = []
        self.proxied_headers: list[dict[str, str]] = []
        self.logs = Logs()
        self.headers: list[tuple[str, str]] = []
        self.minor = 36
        self.protocols: tuple[str, ...] = ("v5.channel.k8s.io", "v4.channel.k8s.io")
        self.kinds: tuple[str, ...] = _RAY
        self.url = ""
        self.ca = trustme.CA()
        self.shelves = Shelves()

    @property
    def rights(self) -> set[Rule]:
        """What may be done in the namespace; it may be changed at will."""
        return self.granted.in_namespace

    @rights.setter
    def rights(self, rights: set[Rule]) -> None:
        self.granted.in_namespace = rights

    @property
    def _watchers(self) -> list[tuple[str, asyncio.Queue[Found]]]:
        return self.shelves.watchers

    def put(self, plural: str, found: Found) -> None:
        """Add or replace an object."""
        self.shelves.put(plural, found)

    def remove(self, plural: str, name: str, namespace: str = NAMESPACE) -> None:
        """Take an object away."""
        self.shelves.remove(plural, namespace, name)

    def end_watches(self) -> None:
        """End every watch, and forget what was before: whoever goes on from there is told 410."""
        self.shelves.end_watches()

    def application(self) -> web.Application:
        """Return what answers."""
        app = web.Application(middlewares=[self._guard], client_max_size=1 << 30)
        within = "/api/v1/namespaces/{ns}"
        routes: list[tuple[str, str, Callable[[web.Request], Any]]] = [
            ("GET", "/version", self._version),
            ("GET", "/api", discovery.core),
            ("GET", "/apis", discovery.groups),
            ("GET", "/api/v1", discovery.resources),
            ("GET", "/apis/ray.io/v1/{plural}", self._list),
            ("GET", "/apis/ray.io/v1/namespaces/{ns}/{plural}", self._list),
            ("GET", "/apis/ray.io/v1/namespaces/{ns}/{plural}/{name}", self._one),
            ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", self._review),
            ("*", within + "/pods/{pod}/proxy/{tail:.*}", self._proxy),
            ("GET", within + "/pods/{pod}/portforward", self._forward),
            ("GET", within + "/pods/{pod}/exec", self._exec),
            ("GET", within + "/pods/{pod}/log", self._log),
            ("GET", "/api/v1/{plural}", self._list),
            ("GET", within + "/{plural}", self._list),
            ("GET", within + "/{plural}/{name}", self._one),
        ]
        for method, path, handler in routes:
            app.router.add_route(method, path, handler)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if not self._known(request):
            return status(401, "Unauthorized", "Unauthorized")
        self.headers = list(request.headers.items())
        need = needed(request, self.minor)
        self.asked += [(verb, resource) for _, resource, verb in need.rules[:1]]
        refused = self.granted.refusal(need)
        if refused is not None:
            return refused
        answer: web.StreamResponse = await handler(request)
        return answer

    def _known(self, request: web.Request) -> bool:
        shown = request.transport.get_extra_info("peercert") if request.transport else None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return bool(shown) or (scheme.lower(), token) == ("bearer", self.token)

    async def _version(self, _request: web.Request) -> web.Response:
        told = {"major": "1", "minor": str(self.minor), "gitVersion": f"v1.{self.minor}.2"}
        return web.json_response(told)

    async def _review(self, request: web.Request) -> web.Response:
        asked = (await request.json())["spec"]["resourceAttributes"]
        resource = asked["resource"] + (f"/{asked['subresource']}" if asked.get("subresource") else "")
        rule = (asked.get("group", ""), resource, asked["verb"])
        allowed = self.granted.grants(rule, asked.get("namespace") or None)
        return web.json_response({"kind": "SelfSubjectAccessReview", "status": {"allowed": allowed}}, status=201)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        plural = request.match_info["plural"]
        if request.path.startswith("/apis/") and plural not in self.kinds:
            return web.Response(status=404, text="404 page not found\n")
        answering = self.shelves.watched if "watch" in request.query else None
        chosen = chosen_by(request)
        return await answering(request, plural, chosen) if answering else self.shelves.listed(request, plural, chosen)

    async def _one(self, request: web.Request) -> web.Response:
        plural, name = request.match_info["plural"], request.match_info["name"]
        if request.path.startswith("/apis/") and plural not in self.kinds:
            return web.Response(status=404, text="404 page not found\n")
        found = self.shelves.find(plural, request.match_info["ns"], name)
        if found is None:
            return status(404, f'{plural} "{name}" not found', "NotFound")
        return web.json_response(found)

    async def _log(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["pod"]
        found = self.shelves.find("pods", request.match_info["ns"], name)
        if found is None:
            return status(404, f'pods "{name}" not found', "NotFound")
        return await self.logs.answer(request, found)

    def _address(self, request: web.Request, name: str) -> str:
        """Return where a pod's ports really are: the head's on the loopback, as if that were in its network."""
        if "head" in name:
            return "127.0.0.1"
        found = self.shelves.find("pods", request.match_info["ns"], name)
        return str(found["status"]["podIP"]) if found else ""

    async def _proxy(self, request: web.Request) -> web.StreamResponse:
        _, name, port = request.match_info["pod"].split(":")
        address = self._address(request, name)
        if not self.shelves.find("pods", request.match_info["ns"], name):
            return status(404, f'pods "{name}" not found', "NotFound")
        return await proxied(request, address, port, self.proxied_headers)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["pod"]
        if not self.shelves.find("pods", request.match_info["ns"], name):
            return status(404, f'pods "{name}" not found', "NotFound")
        return await forwarded(request, self._address(request, name))

    async def _exec(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["pod"]
        if not self.shelves.find("pods", request.match_info["ns"], name):
            return status(404, f'pods "{name}" not found', "NotFound")
        return await executed(request, self.protocols)
