"""How long a real head takes to answer: its dashboard does one thing at a time, and its time grows with the cluster."""

from __future__ import annotations

import asyncio
from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulated.cluster import SimulatedCluster

ANY_S = 0.002
TASK_KNOWN_S, TASK_FOUND_S, TASK_SUMMED_S = 7e-6, 2e-4, 2.4e-4
ACTOR_FOUND_S = 1.7e-4
NODE_SUMMARY_S, NODE_ROW_S, NODE_STATUS_S = 8e-4, 5e-4, 3e-4
"""Seconds for one request, and for each task, actor or node: Ray 2.60 with 10,000 tasks, 200 actors and 7 nodes."""

FOUND = web.ResponseKey("found", int)
"""How many rows of a list passed the filters that GCS applies."""


def as_slow_as_real(cluster: SimulatedCluster) -> Middleware:
    """Return a middleware that answers no sooner than a real head of this size would."""
    busy = asyncio.Lock()

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        async with busy:
            began = perf_counter()
            response = await handler(request)
            left = cost_s(cluster, request.path, response.get(FOUND, 0)) - (perf_counter() - began)
            if left > 0:
                await asyncio.sleep(left)
            return response

    return middleware


def cost_s(cluster: SimulatedCluster, path: str, found: int) -> float:
    """Return the seconds that an answer takes, in which `found` rows were found."""
    nodes, tasks, actors = len(cluster.nodes), len(cluster.tasks.rows), len(cluster.actors.rows)
    costs = {
        "/nodes": NODE_SUMMARY_S * nodes,
        "/api/cluster_status": NODE_STATUS_S * nodes,
        "/api/v0/nodes": NODE_ROW_S * nodes,
        "/api/v0/tasks": TASK_KNOWN_S * tasks + TASK_FOUND_S * found,
        "/api/v0/tasks/summarize": TASK_SUMMED_S * tasks,
        "/api/v0/actors": ACTOR_FOUND_S * found,
        "/api/v0/actors/summarize": ACTOR_FOUND_S * actors,
    }
    return ANY_S + costs.get(path, 0.0)
