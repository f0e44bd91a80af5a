"""The dashboard's routes over a simulated cluster."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from aiohttp import web

from simulated import actors, lists, tasks
from simulated.autoscaler import cluster_status, status_text
from simulated.cluster import SimulatedCluster
from simulated.head import FOUND, as_slow_as_real
from simulated.listing import BadQueryError, Kind, Row, answer
from simulated.nodes import SESSION

Handler = Callable[[web.Request], Awaitable[web.Response]]

_VERSION = {"version": "4", "ray_version": "2.60.0", "ray_commit": "simulated", "session_name": SESSION}
_PLAIN = {
    "/api/version": _VERSION,
    "/api/authentication_mode": {"authentication_mode": "disabled"},
    "/timezone": {"offset": "+00:00", "value": "UTC"},
    "/api/prometheus/sd": [],
}
_FAILING = {
    "/api/grafana_health": (500, "Grafana healthcheck failed"),
    "/api/prometheus_health": (500, "prometheus healthcheck failed."),
    "/api/serve/applications/": (501, "Serve dependencies are not installed."),
    "/api/train/v2/runs": (500, "Train is not installed."),
}


def application(cluster: SimulatedCluster, *, at_once: bool = False) -> web.Application:
    """Return the web application that answers for `cluster`: as slowly as a real head would, unless `at_once`."""
    app = web.Application(middlewares=() if at_once else (as_slow_as_real(cluster),))
    for path, value in _PLAIN.items():
        app.router.add_get(path, _fixed(200, msgspec.json.encode(value)))
    for path, (status, said) in _FAILING.items():
        body = {"result": False, "msg": said, "data": {}}
        app.router.add_get(path, _fixed(status, msgspec.json.encode(body)))
    for name, (kind, rows) in _lists(cluster).items():
        app.router.add_get(f"/api/v0/{name}", _listing(kind, rows))
    routes = Routes(cluster)
    app.router.add_get("/api/v0/tasks/summarize", routes.task_summary)
    app.router.add_get("/api/v0/actors/summarize", routes.actor_summary)
    app.router.add_get("/api/cluster_status", routes.cluster_status)
    app.router.add_get("/nodes", routes.nodes)
    app.router.add_get("/nodes/{id}", routes.node)
    app.router.add_get("/logical/actors", routes.logical_actors)
    app.router.add_get("/logical/actors/{id}", routes.logical_actor)
    app.router.add_get("/events", routes.events)
    app.router.add_get("/api/jobs/", routes.jobs)
    app.router.add_get("/api/jobs/{id}", routes.job)
    app.router.add_get("/api/jobs/{id}/logs", routes.job_logs)
    app.router.add_get("/api/v0/logs", routes.logs)
    app.router.add_get("/api/v0/logs/file", routes.log_file)
    return app


class Routes:
    """The handlers that are more than a list."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster

    async def task_summary(self, _request: web.Request) -> web.Response:
        return _json(self._cluster.tasks.summary())

    async def actor_summary(self, _request: web.Request) -> web.Response:
        return _json(self._cluster.actors.summary())

    async def cluster_status(self, request: web.Request) -> web.Response:
        make = status_text if request.query.get("format") == "1" else cluster_status
        return _json(make(self._cluster.nodes, time.time()))

    async def nodes(self, request: web.Request) -> web.Response:
        view = request.query.get("view")
        if view == "summary":
            return _json(self._cluster.nodes_summary())
        if view == "hostNameList":
            names = [f"ip-{node.ip.replace('.', '-')}" for node in self._cluster.nodes]
            return _said("Node hostname list fetched.", {"hostNameList": names})
        return _said(f"Unknown view {view}", {}, status=500)

    async def node(self, request: web.Request) -> web.Response:
        node = self._cluster.node_by_id.get(request.match_info["id"])
        if node is None:
            return _said("Node details fetched.", {"detail": {"raylet": {}, "actors": {}, "workers": []}})
        return _json(self._cluster.node_detail(node))

    async def logical_actors(self, request: web.Request) -> web.Response:
        ids = request.query.get("ids")
        wanted = frozenset(ids.split(",")) if ids else None
        return _said("All actors fetched.", {"actors": self._cluster.actors.logical(wanted)})

    async def logical_actor(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        found = self._cluster.actors.logical(frozenset((wanted,)))
        return _said("Actor details fetched.", {"detail": found.get(wanted)})

    async def events(self, _request: web.Request) -> web.Response:
        return _said("All events fetched.", {"events": {"global": list(self._cluster.events)}})

    async def jobs(self, _request: web.Request) -> web.Response:
        return _json(msgspec.json.encode(self._cluster.jobs))

    async def job(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        for job in self._cluster.jobs:
            if wanted in (job["job_id"], job["submission_id"]):
                return _json(msgspec.json.encode(job))
        return web.Response(status=404, text=f"Job {wanted} does not exist")

    async def job_logs(self, request: web.Request) -> web.Response:
        return _json(msgspec.json.encode({"logs": _lines(request.match_info["id"], 500)}))

    async def logs(self, request: web.Request) -> web.Response:
        node = self._cluster.node_by_id.get(request.query.get("node_id", ""))
        if node is None:
            return _said("Both node id and node ip are not provided.", {"result": None}, status=400)
        glob = request.query.get("glob", "*")
        files = {part: fnmatch.filter(names, glob) for part, names in lists.log_files(node).items()}
        return _said("", {"result": {part: names for part, names in files.items() if names}})

    async def log_file(self, request: web.Request) -> web.Response:
        lines = int(request.query.get("lines", "1000"))
        return web.Response(text=_lines(request.query.get("filename", ""), max(0, min(lines, 5000))))


def _lists(cluster: SimulatedCluster) -> dict[str, tuple[Kind, Callable[[], Sequence[Row]]]]:
    return {
        "nodes": (lists.NODE_KIND, cluster.node_rows),
        "jobs": (lists.JOB_KIND, cluster.job_rows),
        "tasks": (tasks.KIND, lambda: cluster.tasks.rows),
        "actors": (actors.KIND, lambda: cluster.actors.rows),
        "placement_groups": (lists.GROUP_KIND, lambda: cluster.groups),
        "workers": (lists.WORKER_KIND, lambda: cluster.workers),
        "objects": (lists.OBJECT_KIND, lambda: cluster.objects),
        "runtime_envs": (Kind(frozenset()), list),
    }


def _listing(kind: Kind, rows: Callable[[], Sequence[Row]]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            body, found = answer(kind, rows(), request.query)
        except BadQueryError as error:
            return _said(str(error), {"result": None}, status=400)
        response = _json(body)
        response[FOUND] = found
        return response

    return handle


def _fixed(status: int, body: bytes) -> Handler:
    async def handle(_request: web.Request) -> web.Response:
        return _json(body, status=status)

    return handle


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type="application/json", charset="utf-8")


def _said(message: str, data: dict[str, Any], status: int = 200) -> web.Response:
    return _json(msgspec.json.encode({"result": status == 200, "msg": message, "data": data}), status)


def _lines(name: str, count: int) -> str:
    return "".join(f"2026-11-23 09:00:{line % 60:02} INFO {name}: step {line} took 12 ms\n" for line in range(count))
