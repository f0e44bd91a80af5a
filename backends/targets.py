"""What a user may mean by a target; `parsing` tells which."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote

DEFAULT_PORTS = {"http": 80, "https": 443}

KubernetesKind = Literal["raycluster", "rayjob", "rayservice", "raycronjob"]


@dataclass(frozen=True)
class LocalTarget:
    """The clusters of this machine."""

    def __str__(self) -> str:
        return "this machine"


@dataclass(frozen=True)
class UrlTarget:
    """A dashboard's address. `prefix` is its path without a slash at the end; credentials are never printed."""

    scheme: str
    host: str
    port: int
    prefix: str = ""
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        """The address without credentials."""
        return f"{self.scheme}://{bracketed(self.host)}:{self.port}{self.prefix}"

    def __str__(self) -> str:
        """Return the address as a person would write it: no credentials, no default port."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{bracketed(self.host)}{port}{self.prefix}"


@dataclass(frozen=True)
class SshTarget:
    """A head node behind SSH. What is None is left to the user's SSH configuration; `host` may be an alias there."""

    host: str
    port: int | None = None
    user: str | None = None

    def __str__(self) -> str:
        user = "" if self.user is None else f"{quote(self.user, safe='')}@"
        port = "" if self.port is None else f":{self.port}"
        return f"ssh://{user}{bracketed(self.host)}{port}"


@dataclass(frozen=True)
class FileTarget:
    """A launcher's file or a Kubernetes manifest, which its content tells; `path` is None for standard input."""

    path: Path | None

    def __str__(self) -> str:
        return "-" if self.path is None else str(self.path)


@dataclass(frozen=True)
class KubernetesTarget:
    """A live object in Kubernetes."""

    kind: KubernetesKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class NamespaceTarget:
    """All that KubeRay runs in one namespace."""

    name: str

    def __str__(self) -> str:
        return f"namespace/{self.name}"


@dataclass(frozen=True)
class RecordingTarget:
    """A file that holds what happened to a cluster."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


Target = LocalTarget | UrlTarget | SshTarget | FileTarget | KubernetesTarget | NamespaceTarget | RecordingTarget


def bracketed(host: str) -> str:
    """Return a host as it stands in an address: an IPv6 one in brackets."""
    return f"[{host}]" if ":" in host else host
