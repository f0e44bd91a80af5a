"""A cluster that KubeRay runs, through the API server of Kubernetes alone: no port here, and no kubectl."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx
from anyio.abc import ByteStream

from raymon_tui.backends.base import Completed, ConnectOptions, Endpoint, KubernetesPlace, WatchEvent
from raymon_tui.backends.clients import CONNECT_S, TIMEOUT
from raymon_tui.backends.credentials import Credentials
from raymon_tui.backends.dialling import dialling_transport
from raymon_tui.backends.errors import RaymonError, UnreachableError
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.commands import Place, run_in
from raymon_tui.backends.kubernetes.following import Following
from raymon_tui.backends.kubernetes.pods import Pods
from raymon_tui.backends.kubernetes.port_forward import forward
from raymon_tui.backends.kubernetes.proxied import PodTransport
from raymon_tui.backends.kubernetes.ray_objects import DASHBOARD_PORT, KINDS
from raymon_tui.backends.kubernetes.terminal import execute_in
from raymon_tui.backends.kubernetes.watching import watch
from raymon_tui.backends.targets import KubernetesKind
from raymon_tui.backends.tokens import ORDINARY_HEADER, SECOND_HEADER, dashboard_headers

HEAD = "127.0.0.1"
_DIAL_S = 2 * CONNECT_S
_READ = 'case $2 in -*) tail -c "${2#-}" -- "$1" ;; *) tail -c "+$(($2 + 1))" -- "$1" ;; esac | head -c "$3"'


class KubernetesBackend:
    """The cluster that an object of KubeRay leads to now; it is followed where it goes."""

    def __init__(
        self,
        kind: KubernetesKind,
        name: str,
        options: ConnectOptions,
        environ: Mapping[str, str],
        *,
        prefix: str | None = None,
    ) -> None:
        self._kind = kind
        self._prefix = prefix
        self._options = options
        self._environ = environ
        self.api = ApiServer(options, environ)
        self.following = Following(self.api, kind, name, prefix)
        self._dashboard = Endpoint(HEAD, options.dashboard_port or DASHBOARD_PORT)
        self.stages: list[tuple[str, float]] = []
        self._pods = Pods(self.api, self.following, None if options.dashboard_port else self._dashboard)

    @property
    def dashboard(self) -> Endpoint:
        """Where the dashboard listens by default; where the object says otherwise, it is reached there."""
        return self._dashboard

    @property
    def place(self) -> KubernetesPlace:
        """Where it was pointed to, and which RayCluster is followed now."""
        access, head = self.api.known_access, self.following.head
        return KubernetesPlace(
            context="" if access is None else access.context,
            namespace=self._options.namespace or ("" if access is None else access.namespace),
            kind=KINDS[self._kind],
            name=self.following.name,
            ray_cluster=None if head is None else head.cluster,
        )

    async def connect(self) -> None:
        """Read kubeconfig and find the head; raises the `RaymonError` of that."""
        self.stages = []
        began = time.monotonic()

        def behind(stage: str) -> None:
            self.stages.append((stage, time.monotonic() - began))

        access = await self.api.access()
        behind(f"kubeconfig: {access.context}, {access.server}")
        version = await self.api.get("/version")
        behind(f"API server: {version.get('gitVersion') or 'answers'}")
        behind(f"rights: {await self._rights(access.namespace)}")
        head = await self.following.find()
        behind(f"{self._kind}: leads to RayCluster {head.cluster} in {head.namespace}")
        behind(f"head pod: {head.pod}, container {head.container}")
        if head.token_told:
            behind(f"Ray's token: {head.token_told}")

    async def _rights(self, namespace: str) -> str:
        """Return what we may do beyond reading objects, and by which way HTTP goes for that."""
        may = {
            what: await self.api.allowed("get", what, namespace)
            for what in ("pods/proxy", "pods/portforward", "pods/exec")
        }
        way = "HTTP by the pod proxy" if may["pods/proxy"] else "HTTP by port-forward"
        lacking = [what for what, allowed in may.items() if not allowed]
        if lacking[:2] == ["pods/proxy", "pods/portforward"]:
            way = "no way for HTTP"
        return f"{way}; not allowed: {', '.join(lacking)}" if lacking else f"{way}; commands and ports are allowed"

    def http(self, endpoint: Endpoint) -> httpx.AsyncClient:
        """Return a client that goes through the pod proxy where we may, else through forwarded ports."""
        forwarded = dialling_transport(self._dial_for_http)
        transport = PodTransport(endpoint, self.api, self._pods, self, forwarded)
        ours = endpoint == self.dashboard
        return httpx.AsyncClient(
            base_url=f"http://{endpoint}",
            transport=transport,
            timeout=TIMEOUT,
            trust_env=False,
            event_hooks={"request": [self._authenticated(endpoint)] if ours else []},
        )

    def _authenticated(self, endpoint: Endpoint) -> _RayToken:
        return _RayToken(self.following, f"http://{endpoint}", dashboard_headers(self._options, self._environ))

    async def may_proxy(self, verb: str, namespace: str) -> bool:
        """Return whether a request that needs this verb is to go through the API server's pod proxy.

        That is so too where neither way is open: the proxy's refusal names the right that is missing.
        """
        if await self.api.allowed(verb, "pods/proxy", namespace):
            return True
        return not await self.api.allowed("get", "pods/portforward", namespace)

    def lost(self) -> None:
        """Look for pods anew: one of them did not answer."""
        self.following.lose()
        self._pods.lose()

    async def dial(self, endpoint: Endpoint) -> ByteStream:
        """Connect to a pod's port, or to that of a pod behind a service, by port-forward."""
        return await self._dial(endpoint, certain=True)

    async def _dial_for_http(self, endpoint: Endpoint) -> ByteStream:
        """Connect, and let a refusal come when the answer is read."""
        return await self._dial(endpoint, certain=False)

    async def _dial(self, endpoint: Endpoint, *, certain: bool) -> ByteStream:
        tried = f"connect to {endpoint}"
        try:
            behind = await self._pods.behind(endpoint)
            return await forward(self.api, behind.namespace, behind.pod, behind.port, tried, _DIAL_S, certain=certain)
        except UnreachableError:
            self.lost()
            raise

    async def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, limit: int = 1 << 20) -> Completed:
        """Run a command in the head pod's Ray container."""
        place = await self._head_place()
        return await run_in(
            self.api, place, argv, timeout_s, limit, f"run {argv[0] if argv else 'a command'} in the pod"
        )

    async def execute(self, argv: Sequence[str], *, terminal: bool = False) -> int:
        """Run a command in the head pod's Ray container, with this terminal's input and output."""
        place = await self._head_place()
        return await execute_in(self.api, place, argv, f"run {argv[0]} in the pod", terminal=terminal)

    async def read(self, path: str, offset: int = 0, limit: int = 1 << 16) -> bytes:
        """Return a part of a file in the head pod's Ray container."""
        tried = f"read {path} in the pod"
        if "\0" in path:
            raise UnreachableError(tried, "its name holds a NUL", "is the path right?")
        check = f'[ -f "$1" ] || {{ echo "no such file" >&2; exit 1; }}; {_READ}'
        done = await self.run(("sh", "-c", check, "sh", path, str(offset), str(limit)), limit=limit)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip() or "it failed"
            raise UnreachableError(tried, said, "is the path right, and the file to be read by whom Ray runs as?")
        return done.stdout

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return what the API server has at a path."""
        return await self.api.get(path, params)

    async def text(self, path: str, params: Mapping[str, str] | None = None, limit: int = 1 << 20) -> str:
        """Return a log."""
        return await self.api.text(path, params, limit)

    async def watch(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[WatchEvent]:
        """List, then tell every change; those that tell of another head are heeded."""
        async with contextlib.aclosing(watch(self.api, path, params)) as events:
            async for event in events:
                self.following.heed(event)
                yield event

    def describe(self) -> str:
        """Return the object as a target is written, with its namespace once that is known."""
        namespace = self.place.namespace
        return f"{self._kind}/{self.following.name or f'{self._prefix}*'}" + (f" -n {namespace}" if namespace else "")

    async def aclose(self) -> None:
        """Give back every connection; safe to call twice."""
        await self.api.aclose()

    async def _head_place(self) -> Place:
        head = await self.following.find()
        return Place(head.namespace, head.pod, head.container)


class _RayToken:
    """Adds Ray's token to requests to the dashboard, by the header that the API server's proxy lets through."""

    def __init__(self, following: Following, base_url: str, headers: Mapping[str, str]) -> None:
        given = dict(headers)
        if ORDINARY_HEADER in given:
            given[SECOND_HEADER] = given.pop(ORDINARY_HEADER)
        self._following = following
        self._ours = Credentials(base_url, given)
        self._base_url = base_url
        self._known = SECOND_HEADER in given

    async def __call__(self, request: httpx.Request) -> None:
        """Add what the user gave, else what the cluster's own objects say."""
        await self._ours(request)
        if not self._known:
            try:
                head = await self._following.find()
            except RaymonError as failure:
                raise httpx.ConnectError(str(failure)) from failure
            if head.token is not None:
                await Credentials(self._base_url, {SECOND_HEADER: f"Bearer {head.token}"})(request)
