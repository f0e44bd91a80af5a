"""Which groups and resources there are, as far as kubectl has to know for what the tests have it do."""

from __future__ import annotations

from aiohttp import web

_PODS = {"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod", "verbs": ["get", "list", "watch"]}


async def core(_request: web.Request) -> web.Response:
    """Answer which versions of the core group there are."""
    return web.json_response({"kind": "APIVersions", "versions": ["v1"]})


async def groups(_request: web.Request) -> web.Response:
    """Answer which other groups there are."""
    return web.json_response({"kind": "APIGroupList", "apiVersion": "v1", "groups": []})


async def resources(_request: web.Request) -> web.Response:
    """Answer what is in the core group."""
    return web.json_response({"kind": "APIResourceList", "groupVersion": "v1", "resources": [_PODS]})
