"""A shelf kept as the API server tells it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import anyio

from raymon_tui.backends.base import KubernetesObjects
from raymon_tui.backends.errors import RaymonError
from raymon_tui.cluster.kubernetes.shelf import Shelf

RETRY_S = 10.0
"""The backend tries again by itself what broke off; this is for what it gave up, as after a refusal."""

Tell = Callable[[RaymonError | None], None]
"""Takes note of an answer, or of the failure in its place."""


async def keep(objects: KubernetesObjects, path: str, params: Mapping[str, str], shelf: Shelf[Any], tell: Tell) -> None:
    """Watch what is at `path`, until cancelled; each change, and each failure, is told."""
    while True:
        stream = objects.watch(path, params)
        try:
            async for event in stream:
                await shelf.take(event)
                tell(None)
        except RaymonError as failure:
            tell(failure)
        finally:
            if isinstance(stream, AsyncGenerator):
                with anyio.CancelScope(shield=True):
                    await stream.aclose()
        await anyio.sleep(RETRY_S)
