"""Ray's token of a cluster that KubeRay runs: where its objects have it, and how it goes with each request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio
import httpx

from raymon_tui.backends.base import ConnectOptions
from raymon_tui.backends.credentials import Credentials
from raymon_tui.backends.errors import ForbiddenError, RaymonError, UnauthorizedError
from raymon_tui.backends.kubernetes import ray_objects
from raymon_tui.backends.kubernetes.api_server import ApiServer
from raymon_tui.backends.tokens import ORDINARY_HEADER, SECOND_HEADER, given_token, headers_with, token_here

DOUBTED_S = 20.0
"""A Secret is read again so long after it was, at the earliest, where Ray refuses what it holds."""

_KUBECONFIGS_OWN = "the kubeconfig's own: its user needs the verb ray:write on the RayCluster"


@dataclass(frozen=True)
class RayToken:
    """What a cluster's objects say of its token: its value where they tell it, or that it is the kubeconfig's own.

    `told` says where it is from, or why it is not known; "" where the objects name none.
    """

    told: str = ""
    value: str | None = field(default=None, repr=False)
    is_kubeconfigs: bool = False


class Tokened(Protocol):
    """A cluster with its token."""

    @property
    def cluster(self) -> str:
        """Its name."""

    @property
    def token(self) -> RayToken:
        """What its objects say of its token."""


class TokenReader:
    """Reads the token that a cluster's objects name, once for each head pod: Ray reads it when it starts."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._key: tuple[str, ray_objects.TokenSource | None] | None = None
        self._token = RayToken()
        self._read_at = 0.0

    def doubt(self) -> None:
        """Read it again when it is next asked for: Ray refuses it."""
        if anyio.current_time() - self._read_at >= DOUBTED_S:
            self._key = None

    async def token(self, namespace: str, cluster: Mapping[str, Any], pod: Mapping[str, Any]) -> RayToken:
        """Return Ray's token; what keeps it from being read is told in it."""
        key = (ray_objects.uid_of(pod), ray_objects.token_source(cluster, pod))
        if key != self._key:
            self._token = await self._read(namespace, key[1])
            self._key, self._read_at = key, anyio.current_time()
        return self._token

    async def _read(self, namespace: str, source: ray_objects.TokenSource | None) -> RayToken:
        if source is None:
            return RayToken()
        if source.kind == "value":
            return RayToken("from the head pod's environment", source.name)
        if source.kind == "kubeconfig":
            if await self._api.bearer() is None:
                return RayToken("the kubeconfig's own is wanted, and it has none")
            return RayToken(_KUBECONFIGS_OWN, is_kubeconfigs=True)
        return await self._in_secret(namespace, source)

    async def _in_secret(self, namespace: str, source: ray_objects.TokenSource) -> RayToken:
        try:
            secret = await self._api.get(f"/api/v1/namespaces/{namespace}/secrets/{source.name}")
        except RaymonError as error:
            # Whoever may not read it can still give the token by hand.
            return RayToken(f"not known, give it by --token-file: {error.said}")
        value = ray_objects.decoded(secret, source.key)
        if value is None:
            return RayToken(f"not known: the Secret {source.name} has no token under {source.key}")
        return RayToken(f"from the Secret {source.name}", value)


class RayCredentials:
    """Adds Ray's token to requests to the dashboard, by the header that the API server's proxy lets through.

    What the user gave comes first, then what the cluster's own objects say; what this machine has for whatever cluster
    comes last. `find` gives the cluster, `bearer` the kubeconfig's own token; `doubt` is told that Ray refused one.
    """

    def __init__(
        self,
        base_url: str,
        options: ConnectOptions,
        environ: Mapping[str, str],
        *,
        find: Callable[[], Awaitable[Tokened]],
        bearer: Callable[[], Awaitable[str | None]],
        doubt: Callable[[], None],
    ) -> None:
        told = headers_with(given_token(options), options)
        ordinary = ORDINARY_HEADER.lower()
        given = {SECOND_HEADER if name.lower() == ordinary else name: value for name, value in told.items()}
        self._given = Credentials(base_url, given)
        self._is_given = SECOND_HEADER in given
        self._base_url = base_url
        self._environ = environ
        self._find = find
        self._bearer = bearer
        self._doubt = doubt

    async def add(self, request: httpx.Request) -> None:
        """Add what is to be sent, if anything is."""
        await self._given(request)
        if self._is_given:
            return
        try:
            found = (await self._find()).token
            token = await self._bearer() if found.is_kubeconfigs else found.value or token_here(self._environ)
        except RaymonError as failure:
            raise httpx.ConnectError(str(failure)) from failure
        if token is not None:
            await Credentials(self._base_url, {SECOND_HEADER: f"Bearer {token}"})(request)

    async def judge(self, answer: httpx.Response) -> None:
        """Raise the failure of a token that Ray refuses, with what to do about one from there."""
        if self._is_given or answer.status_code not in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            return
        found = await self._find()
        self._doubt()
        if found.token.told:
            kind = UnauthorizedError if answer.status_code == httpx.codes.UNAUTHORIZED else ForbiddenError
            said = f"HTTP {answer.status_code}: Ray refuses its token, {found.token.told}"
            raise kind(f"ask the dashboard of RayCluster {found.cluster}", said, advice(found.cluster, found.token))


def advice(cluster: str, told: RayToken) -> str:
    """Return what to do where Ray refuses this token."""
    if told.is_kubeconfigs:
        allowed = f"kubectl auth can-i ray:write rayclusters.ray.io/{cluster}"
        return f"The kubeconfig's user needs the verb ray:write on the RayCluster {cluster}: {allowed} tells"
    if told.value is not None:
        return "The head may have been started with another one: delete its pod, or give the token by --token-file"
    return "Give the cluster's token by --token-file: kubectl get secret has it, or ray get-auth-token on the head"
