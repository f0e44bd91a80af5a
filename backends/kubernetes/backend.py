"""A cluster that KubeRay runs, through the API server of Kubernetes alone: no port here, and no kubectl."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import httpx
from anyio.abc import ByteStream

from raymon_tui.backends.base import Completed, ConnectOptions, Endpoint, KubernetesPlace, Stage, WatchEvent
from raymon_tui.backends.clients import CONNECT_S, TIMEOUT
from raymon_tui.backends.dialling import dialling_transport
from raymon_tui.backends.errors import ObjectMissingError, RefusedError, UnreachableError
from raymon_tui.backends.kuberay import kind_of
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.kubernetes.commands import Place, run_in
from raymon_tui.backends.kubernetes.following import Following
from raymon_tui.backends.kubernetes.head import NoHeadPodError
from raymon_tui.backends.kubernetes.pods import PodPort, Pods, is_head
from raymon_tui.backends.kubernetes.port_forward import forward
from raymon_tui.backends.kubernetes.proxied import PORTS, PodTransport
from raymon_tui.backends.kubernetes.ray_objects import DASHBOARD_PORT
from raymon_tui.backends.kubernetes.ray_token import RayCredentials
from raymon_tui.backends.kubernetes.terminal import execute_in
from raymon_tui.backends.targets import KubernetesKind

PROXY, EXEC = "pods/proxy", "pods/exec"
HEAD = "127.0.0.1"
_DIAL_S = 2 * CONNECT_S
_READ = 'case $2 in -*) tail -c "${2#-}" -- "$1" ;; *) tail -c "+$(($2 + 1))" -- "$1" ;; esac | head -c "$3"'


class KubernetesBackend:
    """The cluster that an object of KubeRay leads to now; it is followed where it goes.

    An API server that is given stays its giver's.
    """

    def __init__(
        self,
        kind: KubernetesKind,
        name: str,
        options: ConnectOptions,
        environ: Mapping[str, str],
        *,
        prefix: str | None = None,
        api: ApiServer | None = None,
    ) -> None:
        self._kind = kind
        self._prefix = prefix
        self._options = options
        self._environ = environ
        self._is_ours = api is None
        self.api = api or ApiServer(options, environ)
        self.following = Following(self.api, kind, name, prefix, options.namespace)
        self.stages: list[tuple[Stage, float]] = []
        self._pods = Pods(self.api, self.following)

    @property
    def dashboard(self) -> Endpoint:
        """Where the dashboard listens: by default until it is known; where it has moved since, it is reached there."""
        head = self.following.head
        known = DASHBOARD_PORT if head is None else head.port
        return Endpoint(HEAD, self._options.dashboard_port or known)

    def _is_dashboard(self, endpoint: Endpoint) -> bool:
        """Return whether this is, or was, where the dashboard listens."""
        ports = {self.dashboard.port} if self._options.dashboard_port else {DASHBOARD_PORT, *self.following.ports}
        return endpoint.host == HEAD and endpoint.port in ports

    @property
    def place(self) -> KubernetesPlace:
        """Where it was pointed to, and which RayCluster is followed now."""
        access, following = self.api.known_access, self.following
        return KubernetesPlace(
            context="" if access is None else access.context,
            namespace=self._options.namespace or ("" if access is None else access.namespace),
            kind=kind_of(self._kind),
            name=following.name,
            ray_cluster=following.cluster,
            moved=following.moved,
            moved_at=following.moved_at,
        )

    @property
    def way(self) -> Sequence[Stage]:
        """The parts that the way always has."""
        return (
            Stage("kubeconfig", "kubeconfig"),
            Stage("api_server", "API server"),
            Stage("rights", "rights"),
            Stage("object", self._kind),
            Stage("head_pod", "head pod"),
        )

    async def connect(self) -> None:
        """Read kubeconfig and find the head; raises the `RaymonError` of that."""
        self.stages = []
        began = time.monotonic()

        def behind(id_: str, said: str) -> None:
            name = next(stage.name for stage in self.way if stage.id == id_)
            self.stages.append((Stage(id_, name, said), time.monotonic() - began))

        access = await self.api.access()
        behind("kubeconfig", f"{access.context}, {access.server}")
        version = await self.api.get("/version")
        behind("api_server", str(version.get("gitVersion") or "answers"))
        namespace = await self.following.namespace()
        behind("rights", await self._rights(namespace))
        try:
            head = await self.following.find()
        except NoHeadPodError:
            behind("object", f"leads to RayCluster {self.following.cluster} in {namespace}")
            raise
        behind("object", f"leads to RayCluster {head.cluster} in {head.namespace}")
        behind("head_pod", f"{head.pod}, container {head.container}")
        if head.token.told:
            self.stages.append((Stage("token_source", "Ray's token", head.token.told), time.monotonic() - began))

    async def _rights(self, namespace: str) -> str:
        """Return what we may do beyond reading objects, and by which way HTTP goes for that."""
        rights = self.api.rights
        proxy = await rights.may("get", PROXY, namespace)
        verbs = {what: await rights.lacking(what, namespace) for what in (PORTS, EXEC)}
        way = "HTTP by the pod proxy" if proxy else "no way for HTTP" if verbs[PORTS] else "HTTP by port-forward"
        lacking = [*([] if proxy else [f"get {PROXY}"]), *(f"{verb} {what}" for what, verb in verbs.items() if verb)]
        return f"{way}; not allowed: {', '.join(lacking)}" if lacking else f"{way}; commands and ports are allowed"

    def http(self, endpoint: Endpoint) -> httpx.AsyncClient:
        """Return a client that goes through the pod proxy where we may, else through forwarded ports."""
        ours = self._is_dashboard(endpoint)
        hooks: dict[str, list[Any]] = {}
        if ours:
            credentials = self._credentials(f"http://{endpoint}")
            hooks = {"request": [credentials.add], "response": [credentials.judge]}
        return httpx.AsyncClient(
            base_url=f"http://{endpoint}",
            transport=PodTransport(endpoint, self.api, self, partial(dialling_transport, self._dial_for_http)),
            timeout=TIMEOUT,
            trust_env=False,
            event_hooks=hooks,
        )

    def _credentials(self, base_url: str) -> RayCredentials:
        return RayCredentials(
            base_url,
            self._options,
            self._environ,
            find=self.following.find,
            bearer=self.api.bearer,
            doubt=self.following.doubt_token,
        )

    async def behind(self, endpoint: Endpoint) -> PodPort:
        """Return the pod's port that an endpoint stands for now."""
        if self._is_dashboard(endpoint):
            head = await self.following.find()
            return PodPort(head.namespace, head.pod, self.dashboard.port)
        return await self._pods.behind(endpoint)

    async def may_proxy(self, verb: str, namespace: str) -> bool:
        """Return whether a request that needs this verb is to go through the API server's pod proxy.

        That is so too where neither way is open: the proxy's refusal names the right that is missing.
        """
        if await self.api.rights.may(verb, PROXY, namespace):
            return True
        return bool(await self.api.rights.lacking(PORTS, namespace))

    def lost(self, endpoint: Endpoint, failure: Exception) -> None:
        """Look anew for what an endpoint stands for, which did not answer.

        A port of the head at which nobody listens says nothing of the head, unless it is the dashboard's.
        """
        if not is_head(endpoint.host):
            self._pods.lose(endpoint)
        elif self._is_dashboard(endpoint) or isinstance(failure, ObjectMissingError):
            self.following.lose()

    async def dial(self, endpoint: Endpoint) -> ByteStream:
        """Connect to a pod's port, or to that of a pod behind a service, by port-forward."""
        return await self._dial(endpoint, certain=True)

    async def _dial_for_http(self, endpoint: Endpoint) -> ByteStream:
        """Connect, and let a refusal come when the answer is read."""
        return await self._dial(endpoint, certain=False)

    async def _dial(self, endpoint: Endpoint, *, certain: bool) -> ByteStream:
        tried = f"connect to {endpoint}"
        try:
            behind = await self.behind(endpoint)
            with self._heeding_refusals():
                where = (behind.namespace, behind.pod, behind.port)
                return await forward(self.api, *where, tried, _DIAL_S, certain=certain)
        except UnreachableError as failure:
            self.lost(endpoint, failure)
            raise

    async def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, limit: int = 1 << 20) -> Completed:
        """Run a command in the head pod's Ray container; where we may not, that is not tried."""
        place, tried = await self._head_place(), f"run {argv[0] if argv else 'a command'} in the pod"
        await self.api.rights.demand(EXEC, place.namespace, tried)
        with self._heeding_refusals():
            return await run_in(self.api, place, argv, timeout_s, limit, tried)

    async def execute(self, argv: Sequence[str], *, terminal: bool = False, signals: bool = True) -> int:
        """Run a command in the head pod's Ray container, with this terminal's input and output."""
        place, tried = await self._head_place(), f"run {argv[0]} in the pod"
        return await execute_in(self.api, place, argv, tried, terminal=terminal, signals=signals)

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

    def stream(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """Yield a log as it is written."""
        return self.api.stream(path, params)

    async def watch(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[WatchEvent]:
        """List, then tell every change; those that tell of another head are heeded."""
        async with contextlib.aclosing(self.following.watch(path, params)) as events:
            async for event in events:
                yield event

    def describe(self) -> str:
        """Return the object as a target is written, with its RayCluster and its namespace once they are known."""
        place = self.place
        cluster = place.ray_cluster if place.ray_cluster not in (None, place.name) else ""
        words = (
            f"{self._kind}/{place.name or f'{self._prefix}*'}",
            f"({cluster})" if cluster else "",
            f"-n {place.namespace}" if place.namespace else "",
        )
        return " ".join(word for word in words if word)

    async def aclose(self) -> None:
        """Give back every connection; safe to call twice."""
        await self.following.aclose()
        if self._is_ours:
            await self.api.aclose()

    @contextlib.contextmanager
    def _heeding_refusals(self) -> Iterator[None]:
        """Have rights asked anew where something is refused that was allowed before."""
        try:
            yield
        except RefusedError:
            self.api.rights.forget()
            raise

    async def _head_place(self) -> Place:
        head = await self.following.find()
        return Place(head.namespace, head.pod, head.container)
