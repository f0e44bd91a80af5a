"""A whole Kubernetes cluster, of which one object is still to be chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from raymon_tui.backends.base import Backend, ConnectOptions, KubernetesPlace, WatchEvent
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.backend import KubernetesBackend
from raymon_tui.backends.kubernetes.manifest import KINDS
from raymon_tui.backends.kubernetes.watching import watch


class WholeCluster:
    """Objects of all kinds; `open` gives the way to the Ray cluster of one, through the same connections.

    It follows `KubernetesObjects`.
    """

    def __init__(self, options: ConnectOptions, environ: Mapping[str, str]) -> None:
        self._options = options
        self._environ = environ
        self._api = ApiServer(options, environ)

    @property
    def place(self) -> KubernetesPlace:
        """The context and its namespace, once they are known."""
        access = self._api.known_access
        if access is None:
            return KubernetesPlace(context="", namespace=self._options.namespace or "")
        return KubernetesPlace(context=access.context, namespace=self._options.namespace or access.namespace)

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return what the API server has at a path."""
        return await self._api.get(path, params)

    async def text(self, path: str, params: Mapping[str, str] | None = None, limit: int = 1 << 20) -> str:
        """Return a log."""
        return await self._api.text(path, params, limit)

    def stream(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """Yield a log as it is written."""
        return self._api.stream(path, params)

    def watch(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[WatchEvent]:
        """List, then tell every change."""
        return watch(self._api, path, params)

    def open(self, kind: str, namespace: str, name: str) -> Backend:
        """Return the way to what an object (`RayCluster`, …) leads to; it connects to nothing yet."""
        options = replace(self._options, namespace=namespace)
        return KubernetesBackend(KINDS[kind], name, options, self._environ, api=self._api)

    async def aclose(self) -> None:
        """Give back all connections; safe to call twice."""
        await self._api.aclose()
