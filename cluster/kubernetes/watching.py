"""A shelf kept as the API server tells it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import anyio

from raymon_tui.backends.base import Connecting, KubernetesObjects
from raymon_tui.backends.errors import RaymonError, RefusedError, RouteMissingError
from raymon_tui.cluster.kubernetes.shelf import Shelf

TOUCH_S = 15.0
"""How often the API server is asked whether it is there: a watch tells nothing of that while nothing changes."""
RETRY_S = 10.0
"""The backend tries again by itself what broke off; this is for what it gave up, as after a refusal."""
MISSING_S = 60.0
"""A kind that the API server has not heard of comes with an installation at most."""

VERSION = "/version"

Tell = Callable[[RaymonError | None], None]
"""Takes note of an answer, or of the failure in its place."""


async def keep(objects: KubernetesObjects, path: str, params: Mapping[str, str], shelf: Shelf[Any], tell: Tell) -> None:
    """Watch what is at `path`, until cancelled; each change, and each failure, is told."""
    while True:
        stream, rest_s = objects.watch(path, params), RETRY_S
        try:
            async for event in stream:
                await shelf.take(event)
                tell(None)
        except RaymonError as failure:
            rest_s = MISSING_S if isinstance(failure, RouteMissingError) else RETRY_S
            tell(failure)
        finally:
            if isinstance(stream, AsyncGenerator):
                with anyio.CancelScope(shield=True):
                    await stream.aclose()
        await anyio.sleep(rest_s)


async def arrive(objects: KubernetesObjects, tell: Tell) -> None:
    """Return when it is known where in Kubernetes we are; each failure on the way is told."""
    while True:
        await arrive_once(objects, tell)
        place = objects.place
        if place.namespace and (place.name or not place.kind):
            return
        await anyio.sleep(RETRY_S)


async def arrive_once(objects: KubernetesObjects, tell: Tell) -> None:
    """Ask the API server for its version: the namespace may stand in kubeconfig alone, which is read for that.

    Where the name is to be found among several objects, the way to the head is looked for, which finds it.
    """
    try:
        await objects.get(VERSION)
        if objects.place.kind and not objects.place.name and isinstance(objects, Connecting):
            await objects.connect()
    except RaymonError as failure:
        tell(failure)
    else:
        tell(None)


async def stay_in_touch(objects: KubernetesObjects, tell: Tell) -> None:
    """Tell when the API server goes and comes back, until cancelled."""
    gone = False
    while True:
        await anyio.sleep(TOUCH_S)
        try:
            await objects.get(VERSION)
        except RefusedError:
            reached = True
        except RaymonError as failure:
            reached = False
            tell(failure)
        else:
            reached = True
        if reached and gone:
            tell(None)
        gone = not reached
