"""What a user typed to name a cluster, taken apart. Pure, but that a word may be a file which is there."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args
from urllib.parse import SplitResult, unquote, urlsplit

import httpx

from raymon_tui.backends.errors import UsageError
from raymon_tui.backends.targets import (
    DEFAULT_PORTS,
    FileTarget,
    KubernetesKind,
    KubernetesTarget,
    LocalTarget,
    NamespaceTarget,
    RecordingTarget,
    SshTarget,
    Target,
    UrlTarget,
)

FORMS = """\
  (nothing)                       the Ray cluster on this machine
  http(s)://[user:pass@]host[:port][/prefix]
                                  a dashboard that can be reached from here
  FILE.yaml, -                    the file that ray up or kubectl apply was given; - reads it from standard input
  ssh://[user@]host[:port]        a head node that ssh reaches; aliases of ~/.ssh/config count
  raycluster/NAME, rayjob/NAME, rayservice/NAME, raycronjob/NAME
                                  an object of KubeRay; -n, -A, --context and --kubeconfig say where
  namespace/NAME                  a list of what KubeRay runs there, as -n NAME alone is"""
"""The forms that this version opens, for messages."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = re.compile(r"[0-9a-f:.]+(%[\w.-]+)?|(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?", re.IGNORECASE)
"""An IPv6 address with its zone, or labels of letters, digits, hyphens and underscores."""
_OBJECT_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")
"""What Kubernetes takes for a name: a DNS subdomain (RFC 1123)."""
_RESOURCE = re.compile(r"(ray[a-z]+?)s?(?:\.(?:v1(?:alpha1)?\.)?ray\.io)?", re.IGNORECASE)
"""A kind as kubectl takes it: `RayCluster`, `rayclusters`, `raycluster.ray.io`, `rayclusters.v1.ray.io`."""
_NAMESPACE = ("namespace", "namespaces", "ns")
_YAML = frozenset({".yaml", ".yml"})
_USER = re.compile(r"(?!-)[^\s\0:/]+")
"""Not what ssh would take for an option; some have a domain behind an @ of their own."""


def parse(text: str | None) -> Target:
    """Return what `text` names; raises `UsageError` that lists the forms where it names nothing."""
    if text is None:
        return LocalTarget()
    scheme = _SCHEME.match(text)
    if scheme is None:
        found = _word(text)
        path = "/" in text and "://" not in text
        said = "there is no such file, and it is none of the other forms" if path else "it is none of the forms"
    else:
        opener = _ADDRESSES.get(scheme[1].lower())
        found = opener(text) if opener else None
        said = f"{scheme[0]} is no way to a cluster that this version knows"
    if found is None:
        raise UsageError(f"understand the target {_shown(text)}", said, f"a target is one of:\n{FORMS}")
    return found


def _word(text: str) -> Target | None:
    if text == "-":
        return FileTarget(None)
    if "\0" in text:
        return None
    if text.endswith(".raymon"):
        return RecordingTarget(Path(text))
    path = Path(text)
    # What such a file means, its content tells; it may have any name, as /dev/fd/63 has.
    if path.suffix.lower() in _YAML or path.is_absolute():
        return FileTarget(path)
    return _kubernetes(text) or (FileTarget(path) if _is_there(path) else None)


def _is_there(path: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return path.exists() and not path.is_dir()
    return False


def _url(text: str) -> UrlTarget:
    advice = "write it as http://host:8265 or https://host/prefix"
    parts, host, port = _address(text, advice)
    scheme = parts.scheme.lower()
    target = UrlTarget(
        scheme=scheme,
        host=host,
        port=port if port is not None else DEFAULT_PORTS[scheme],
        prefix=parts.path.rstrip("/"),
        user=_decoded(parts.username),
        password=_decoded(parts.password),
    )
    try:
        httpx.URL(target.base_url)
    except httpx.InvalidURL as error:
        raise UsageError(f"understand the address {_shown(text)}", str(error), advice) from None
    return target


def _ssh(text: str) -> SshTarget:
    tried, advice = f"understand the address {_shown(text)}", "write it as ssh://user@host or ssh://host:22"
    parts, host, port = _address(text, advice)
    if parts.password is not None:
        raise UsageError(tried, "it holds a password, which others can see in the list of processes", advice)
    user = _decoded(parts.username)
    if user is not None and not _USER.fullmatch(user):
        raise UsageError(tried, "what it names is no user", advice)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(tried, "there is something behind the host", advice)
    # An alias in the user's SSH configuration may have capital letters, which urlsplit makes small.
    written = re.search(re.escape(host), parts.netloc.rpartition("@")[2], re.IGNORECASE)
    return SshTarget(written.group() if written else host, port, user)


_ADDRESSES: dict[str, Callable[[str], Target]] = {"http": _url, "https": _url, "ssh": _ssh}


def _address(text: str, advice: str) -> tuple[SplitResult, str, int | None]:
    """Return an address taken apart, its host and its port."""
    tried = f"understand the address {_shown(text)}"
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise UsageError(tried, str(error), advice) from None
    try:
        port = parts.port
    except ValueError:
        # Its own words may hold a part of a password, where that has a slash in it.
        port = 0
    if port == 0:
        raise UsageError(tried, "its port is no number from 1 to 65535", advice)
    if not parts.hostname:
        raise UsageError(tried, "it names no host", advice)
    if not _HOST.fullmatch(parts.hostname):
        raise UsageError(tried, "what it names is no host", advice)
    return parts, parts.hostname, port


def _decoded(part: str | None) -> str | None:
    return None if part is None else unquote(part)


def _kubernetes(text: str) -> KubernetesTarget | NamespaceTarget | None:
    word, _, name = text.partition("/")
    if not _OBJECT_NAME.fullmatch(name):
        return None
    if word.lower() in _NAMESPACE:
        return NamespaceTarget(name)
    found = _RESOURCE.fullmatch(word)
    kinds: dict[str, KubernetesKind] = {kind: kind for kind in get_args(KubernetesKind)}
    kind = kinds.get(found[1].lower()) if found else None
    return KubernetesTarget(kind, name) if kind else None


def _shown(text: str) -> str:
    """Return a target fit to be printed: without what may be a password, wherever a slip of the pen has put it."""
    return repr(re.sub(r"^([^/@]*//)?.*@", r"\1…@", text, flags=re.DOTALL))
