"""A dashboard that answers as a real Ray 2.60 once did, save for what a test changes."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import httpx

from raymon_tui.cluster.ray_api.client import RayApi

ANSWERS = Path(__file__).parent.parent / "answers"

HEAD = "f" * 51 + "00000"
GPU_NODE = "f" * 51 + "00003"
GONE_NODE = "f" * 51 + "00009"

ROUTES = {
    "/api/version": "version.json",
    "/api/authentication_mode": "authentication_mode.json",
    "/nodes": "nodes.json",
    f"/nodes/{HEAD}": "node_detail.json",
    "/api/v0/nodes": "state_nodes.json",
    "/api/cluster_status": "cluster_status.json",
    "/api/cluster_status?format=1": "cluster_status_text.json",
    "/api/jobs/": "jobs.json",
    "/api/v0/tasks": "tasks.json",
    "/api/v0/actors": "actors.json",
    "/logical/actors": "logical_actors.json",
    "/api/v0/placement_groups": "placement_groups.json",
    "/api/v0/workers": "workers.json",
    "/api/v0/objects": "objects.json",
    "/api/v0/tasks/summarize": "task_summary.json",
    "/api/v0/actors/summarize": "actor_summary.json",
    "/api/serve/applications/": "serve.json",
    "/events": "events.json",
    "/api/v0/logs": "logs.json",
}


def recorded(name: str) -> Any:
    """Return a recorded answer, to be changed at will."""
    return json.loads((ANSWERS / name).read_bytes())


def status_body(text: str) -> Any:
    """Return what `/api/cluster_status?format=1` answers when the status reads `text`."""
    return {"result": True, "msg": "Got formatted cluster status.", "data": {"clusterStatus": text}}


def recorded_ray(changed: MutableMapping[str, Any] | None = None) -> RayApi:
    """Return the client of the recorded dashboard.

    `changed` gives other answers by route: bytes as they are, an int as a bare status, an exception to be raised,
    anything else as JSON. It may be changed again between two questions.
    """
    recorded_answers = {route: (ANSWERS / name).read_bytes() for route, name in ROUTES.items()}
    answers = ChainMap(changed or {}, recorded_answers)

    def answer(request: httpx.Request) -> httpx.Response:
        formatted = "?format=1" if request.url.params.get("format") == "1" else ""
        found = answers.get(request.url.path + formatted, 404)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, int):
            return httpx.Response(found, text=f"{found}: Not Found" if found == 404 else "")
        if isinstance(found, httpx.Response):
            return found
        return httpx.Response(200, content=found if isinstance(found, bytes) else json.dumps(found))

    return RayApi(httpx.AsyncClient(base_url="http://head:8265", transport=httpx.MockTransport(answer)))
