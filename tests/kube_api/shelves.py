"""The objects of the stand-in: each change has a version, and watches are told what came after theirs."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from kube_api.answers import status, status_object

Found = dict[str, Any]
Chosen = Callable[[Found], bool]
_GONE = "The resourceVersion for the provided watch is too old."


class Shelves:
    """Objects by kind, namespace and name; what they were is told to watches that ask from where they were.

    `forget_before` is the oldest version that is still known; `told_in_stream` says that a watch that is too old is
    told so by an event, as where it was not when it began. `pages_end` makes the next list forget its second page.
    """

    def __init__(self) -> None:
        self.version = 10
        self.forget_before = 0
        self.told_in_stream = False
        self.pages_end = False
        self.watchers: list[tuple[str, asyncio.Queue[Found]]] = []
        self._objects: dict[tuple[str, str, str], Found] = {}
        self._changes: list[tuple[int, str, Found]] = []

    def find(self, plural: str, namespace: str, name: str) -> Found | None:
        """Return an object; None where there is none."""
        return self._objects.get((plural, namespace, name))

    def put(self, plural: str, found: Found) -> None:
        """Add or replace an object."""
        self.version += 1
        found["metadata"]["resourceVersion"] = str(self.version)
        key = (plural, found["metadata"]["namespace"], found["metadata"]["name"])
        kind = "MODIFIED" if key in self._objects else "ADDED"
        self._objects[key] = found
        self._tell(plural, {"type": kind, "object": copy.deepcopy(found)})

    def remove(self, plural: str, namespace: str, name: str) -> None:
        """Take an object away."""
        self.version += 1
        self._tell(plural, {"type": "DELETED", "object": self._objects.pop((plural, namespace, name))})

    def bookmark(self, plural: str) -> None:
        """Tell watches how far they are."""
        self.version += 1
        mark = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(self.version)}}}
        self._tell(plural, mark, kept=False)

    def end_watches(self, *, forget: bool = True) -> None:
        """End every watch; with `forget`, whoever goes on from there is told 410."""
        if forget:
            self.forget_before = self.version = self.version + 1
        for _, queue in self.watchers:
            queue.put_nowait({})

    def _tell(self, plural: str, event: Found, *, kept: bool = True) -> None:
        if kept:
            self._changes.append((self.version, plural, event))
        for wanted, queue in self.watchers:
            if wanted == plural:
                queue.put_nowait(event)

    def listed(self, request: web.Request, plural: str, chosen: Chosen) -> web.Response:
        """Answer a list, a page of it where one of so many was asked for."""
        namespace = request.match_info.get("ns")
        items = [
            found
            for (kind, within, _), found in self._objects.items()
            if kind == plural and namespace in (None, within) and chosen(found)
        ]
        start, limit = int(request.query.get("continue") or 0), int(request.query.get("limit") or 0)
        if start and self.pages_end:
            self.pages_end = False
            return status(410, "The provided continue parameter is too old", "Expired")
        metadata: Found = {"resourceVersion": str(self.version)}
        if limit and len(items) > start + limit:
            metadata["continue"] = str(start + limit)
        items = items[start : start + limit] if limit else items[start:]
        return web.json_response({"kind": "List", "apiVersion": "v1", "metadata": metadata, "items": items})

    async def watched(self, request: web.Request, plural: str, chosen: Chosen) -> web.StreamResponse:
        """Answer a watch, until it is ended or whoever watches goes."""
        since = int(request.query["resourceVersion"])
        too_old = since < self.forget_before
        if too_old and not self.told_in_stream:
            return status(410, _GONE, "Expired")
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        if too_old:
            await _write(answer, {"type": "ERROR", "object": status_object(410, _GONE, "Expired")})
            return answer
        entry: tuple[str, asyncio.Queue[Found]] = (plural, asyncio.Queue())
        for version, kind, event in self._changes:
            if version > since and kind == plural:
                entry[1].put_nowait(event)
        self.watchers.append(entry)
        try:
            # Who has gone away is known by the next that is written.
            with contextlib.suppress(ConnectionError):
                while event := await entry[1].get():
                    if event["type"] == "BOOKMARK" or chosen(event["object"]):
                        await _write(answer, event)
        finally:
            self.watchers.remove(entry)
        return answer


async def _write(answer: web.StreamResponse, event: Found) -> None:
    await answer.write(json.dumps(event).encode() + b"\n")


def chosen_by(request: web.Request) -> Chosen:
    """Return what the selectors of a request choose."""
    labels = [one.partition("=") for one in request.query.get("labelSelector", "").split(",") if one]
    fields = [one.partition("=") for one in request.query.get("fieldSelector", "").split(",") if one]

    def value(found: Found, path: str) -> Any:
        for part in path.split("."):
            found = found.get(part, {})
        return found

    def fits(found: Found, key: str, equals: str, wanted: str) -> bool:
        given = found["metadata"].get("labels", {})
        return given.get(key) == wanted if equals else key in given

    def chosen(found: Found) -> bool:
        by_labels = (
            _by_labels(request, found)
            if " in " in request.query.get("labelSelector", "")
            else all(fits(found, *one) for one in labels)
        )
        return by_labels and all(value(found, key) == wanted for key, _, wanted in fields)

    return chosen


def _by_labels(request: web.Request, found: Found) -> bool:
    """Take a selector of the form `key in (a,b)`."""
    key, _, names = request.query["labelSelector"].partition(" in ")
    return found["metadata"].get("labels", {}).get(key.strip()) in names.strip("() ").split(",")
