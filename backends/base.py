"""The protocol that every way of reaching a cluster follows, and the small types it speaks in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import httpx
    from anyio.abc import ByteStream

    from raymon_tui.backends.asking import Asking


@dataclass(frozen=True)
class Completed:
    """A command that ended: its exit code and what it wrote, cut at the limit that was asked for."""

    returncode: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class Endpoint:
    """A port as seen from the head node."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True)
class ConnectOptions:
    """What the command line says about reaching a cluster, for all backends. Never printed: it holds secrets.

    `kubernetes_by_default`: what is said of Kubernetes was written down for whenever that is meant, not typed now.
    """

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    token: str | None = field(default=None, repr=False)
    token_file: Path | None = None
    ca_cert: Path | None = None
    insecure: bool = False
    dashboard_port: int | None = None
    head_ip: str | None = None
    ssh_user: str | None = None
    ssh_key: Path | None = None
    jump: str | None = None
    accept_new_host_key: bool = False
    namespace: str | None = None
    context: str | None = None
    kubeconfig: Path | None = None
    all_namespaces: bool = False
    kubernetes_by_default: bool = False
    object_name: str | None = None
    asking: Asking | None = field(default=None, repr=False, compare=False)

    @property
    def names_kubernetes(self) -> bool:
        """Whether anything is said that only Kubernetes has: then no cluster of this machine is meant."""
        if self.kubernetes_by_default:
            return False
        return self.all_namespaces or any(one is not None for one in (self.namespace, self.context, self.kubeconfig))


@dataclass(frozen=True)
class Stage:
    """A part of the way to a cluster: `id` is the same whichever cluster it is, `name` and `said` are for people."""

    id: str
    name: str
    said: str = ""


@runtime_checkable
class Connecting(Protocol):
    """A backend that connects before it can be asked anything, and may have questions to the user then."""

    @property
    def way(self) -> Sequence[Stage]:
        """The parts that the way always has, in their order."""

    @property
    def stages(self) -> Sequence[tuple[Stage, float]]:
        """The parts that were behind us last time, each with the seconds since the beginning."""

    async def connect(self) -> None:
        """Connect, with no limit of time; raises the `RaymonError` of that."""


@runtime_checkable
class Inquiring(Connecting, Protocol):
    """A backend that may have questions while it connects, at any time."""

    @property
    def under_way(self) -> Stage | None:
        """The part of the way that it is at; None where it is not connecting, or has only just begun to."""

    @property
    def declined(self) -> bool:
        """Whether the user would not answer, or not rightly: it then connects only when told to by `connect`."""


@runtime_checkable
class Seeking(Protocol):
    """A backend whose dashboard may be elsewhere than it says at first."""

    async def find_dashboard(self) -> Endpoint:
        """Return where the dashboard listens; raises the `RaymonError` of a head with none, or with several."""

    async def dial_dashboard(self) -> ByteStream:
        """Open a byte stream to the dashboard, wherever it is by now."""


LOGIN_SHELL = ("sh", "-c", 'exec "${SHELL:-/bin/sh}" -l')
"""What runs the user's own shell on the head."""


@runtime_checkable
class Relaying(Protocol):
    """A backend whose server may forbid to forward."""

    @property
    def relays(self) -> bool:
        """Whether it does, as far as is known, so that a command on the head passes bytes on."""


@runtime_checkable
class Executing(Protocol):
    """A backend that can give a command on the head this terminal's own input and output."""

    async def execute(self, argv: Sequence[str], *, terminal: bool = False, signals: bool = True) -> int:
        """Run a command as a login shell would, its output as it comes; return its exit code.

        With `terminal` it has one of its own, for editors and shells. With `signals` those that come here meanwhile are
        the command's; without, they stay whose they are, and whoever cancels this ends the command. Raises the
        `RaymonError` of the way there, with what was said where the command was never begun.
        """


@dataclass(frozen=True)
class KubernetesPlace:
    """Where in Kubernetes a backend was pointed to; `ray_cluster` is the RayCluster that it follows now.

    `moved` says in one sentence what it followed last and why, "" before the first time; `moved_at` is when, in seconds
    since the epoch.
    """

    context: str
    namespace: str
    kind: str = ""
    name: str = ""
    ray_cluster: str | None = None
    moved: str = ""
    moved_at: float | None = None


@dataclass(frozen=True)
class WatchEvent:
    """A change: the object, or for `RELISTED` the list (`items`) in place of all that was told before."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "RELISTED"]
    object: Mapping[str, Any]


@runtime_checkable
class KubernetesObjects(Protocol):
    """A backend that can be asked for the objects of the Kubernetes cluster that Ray runs in."""

    @property
    def place(self) -> KubernetesPlace:
        """Where it was pointed to."""

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return what the API server answers."""

    async def text(self, path: str, params: Mapping[str, str] | None = None, limit: int = 1 << 20) -> str:
        """Return a log, the first `limit` bytes of it at most."""

    def stream(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """Yield a text part by part as it comes, until whoever writes it ends; silence is no failure."""

    def watch(self, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[WatchEvent]:
        """List, then tell every change; begins anew by itself where that breaks off."""


@runtime_checkable
class Backend(Protocol):
    """One cluster, reached one way. Every method may raise a `RaymonError`, and nothing else on purpose."""

    @property
    def dashboard(self) -> Endpoint:
        """Where the dashboard listens, as seen from the head node."""

    def http(self, endpoint: Endpoint) -> httpx.AsyncClient:
        """Return a client for anything that speaks HTTP at `endpoint`; the caller closes it.

        For the dashboard's endpoint the client carries base URL, path prefix, token and headers; for any
        other endpoint it carries no credentials.
        """

    async def dial(self, endpoint: Endpoint) -> ByteStream:
        """Open a byte stream to `endpoint`."""

    async def run(self, argv: Sequence[str], *, timeout_s: float = 30.0, limit: int = 1 << 20) -> Completed:
        """Run a command on the head node, inside its container where there is one.

        At most `limit` bytes of each of stdout and stderr are kept. Raises `TimedOutError` after `timeout_s`, the
        command then being ended, and `UnreachableError` where it cannot be started: there is no such program.
        """

    async def read(self, path: str, offset: int = 0, limit: int = 1 << 16) -> bytes:
        """Return up to `limit` bytes of a file on the head node, from `offset`; a negative one counts from its end."""

    def describe(self) -> str:
        """Return how the cluster is reached, for the header: `local 127.0.0.1:8265`, `ssh ubuntu@head`."""

    async def aclose(self) -> None:
        """Give back every connection; safe to call twice."""
