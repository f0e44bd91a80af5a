"""What an idle monitor asks of an API server: requests, and bytes on the wire, counted on our side of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import anyio
import yaml

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.kubernetes import port_forward
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.kubernetes.whole_cluster import WholeCluster
from raymon_tui.cluster.feeds.catalogue import BASE_FEEDS
from raymon_tui.cluster.kubernetes.listing import RayObjects
from raymon_tui.cluster.monitor import Monitor

SETTLED_S = 15.0
"""So long a monitor is given before it counts as idle."""
_CHUNK = 1 << 16


class Minute(NamedTuple):
    """What a minute costs; `of_ray` are the requests that are passed on to Ray, and that it alone works for."""

    of_kubernetes: float
    of_ray: float
    kilobytes: float


class Tally:
    """Requests by whom they are for, and bytes both ways."""

    def __init__(self) -> None:
        self.of_kubernetes = self.of_ray = self.size = 0

    def take(self, path: str) -> None:
        """Count a request."""
        is_rays = "/proxy" in path or path.endswith("/portforward")
        self.of_ray += is_rays
        self.of_kubernetes += not is_rays


async def listing(config: Path, namespace: str, seconds: float) -> Minute:
    """Measure the list of all objects of KubeRay in a namespace."""

    async def watch(relayed: Path) -> None:
        kubernetes = WholeCluster(ConnectOptions(kubeconfig=relayed, namespace=namespace), os.environ)
        try:
            await RayObjects(kubernetes, namespace).run()
        finally:
            with anyio.CancelScope(shield=True):
                await kubernetes.aclose()

    return await _measured(config, watch, seconds)


async def monitoring(config: Path, namespace: str, cluster: str, seconds: float) -> Minute:
    """Measure the monitor on one RayCluster, as its overview needs it."""

    async def watch(relayed: Path) -> None:
        options = ConnectOptions(kubeconfig=relayed, namespace=namespace)
        backend = KubernetesBackend("raycluster", cluster, options, os.environ)
        monitor = Monitor(backend)
        monitor.want("bench", BASE_FEEDS)
        try:
            await monitor.run()
        finally:
            with anyio.CancelScope(shield=True):
                await monitor.aclose()
                await backend.aclose()

    return await _measured(config, watch, seconds)


async def _measured(config: Path, watch: Callable[[Path], Awaitable[None]], seconds: float) -> Minute:
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, _counted(tally):
        async with _relayed(config, Path(folder), tally) as relayed, anyio.create_task_group() as tasks:
            tasks.start_soon(watch, relayed)
            await anyio.sleep(SETTLED_S)
            tally.of_kubernetes = tally.of_ray = tally.size = 0
            await anyio.sleep(seconds)
            per_minute = 60.0 / seconds
            found = Minute(tally.of_kubernetes * per_minute, tally.of_ray * per_minute, tally.size / 1000 * per_minute)
            tasks.cancel_scope.cancel()
    return found


@contextmanager
def _counted(tally: Tally) -> Iterator[None]:
    """Count each request that is sent, and each websocket that is opened to a port."""
    send, open_channels = ApiServer.send, port_forward.open_channels

    async def sending(self: ApiServer, method: str, path: str, **more: Any) -> Any:
        tally.take(path)
        return await send(self, method, path, **more)

    async def opening(api: ApiServer, path: str, *more: Any) -> Any:
        tally.take(path)
        return await open_channels(api, path, *more)

    ApiServer.send, port_forward.open_channels = sending, opening  # type: ignore[method-assign]
    try:
        yield
    finally:
        ApiServer.send, port_forward.open_channels = send, open_channels  # type: ignore[method-assign]


@asynccontextmanager
async def _relayed(config: Path, folder: Path, tally: Tally) -> AsyncIterator[Path]:
    """Count what goes to a kubeconfig's server, and comes from there; yields one that leads through the counter."""
    written = yaml.safe_load(await anyio.Path(config).read_text())
    current = next(one["context"] for one in written["contexts"] if one["name"] == written["current-context"])
    cluster = next(one["cluster"] for one in written["clusters"] if one["name"] == current["cluster"])
    server = urlsplit(cluster["server"])

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                tally.size += len(data)
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(server.hostname, server.port or 443)
        with contextlib.suppress(asyncio.CancelledError):
            # They are many, and end with the server; asyncio would complain of each.
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as relay:
        port = relay.sockets[0].getsockname()[1]
        cluster |= {"server": f"https://127.0.0.1:{port}", "tls-server-name": server.hostname}
        if "certificate-authority" in cluster:
            cluster["certificate-authority"] = str(config.parent / cluster["certificate-authority"])
        path = anyio.Path(folder / "relayed")
        await path.write_text(yaml.safe_dump(written))
        yield Path(path)
